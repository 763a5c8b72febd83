"""A question that needs a person, from the family's text to its YES, through `kill -9` and by a department's mail."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import aiohttp
from aiohttp.test_utils import TestServer

from busline.ids import Phone
from notifier.connectors import signing
from sms.standin import Carrier, FamilyPhone, StandIn, standin_app
from sms.standin.thread import BubbleKind
from tests.stories.running import busline
from tests.stories.test_serve import free_port
from tests.web.case_systems import Mailbox, mail_server, text_of
from tests.web.twilio_world import ACCOUNT_SID, AUTH_TOKEN, FAMILY, NUMBER, STRANGER

KEY = "the-key-of-the-mail-server-of-a-story"
PATIENCE_SECONDS = 60.0


@asynccontextmanager
async def serving(environ: Mapping[str, str], address: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`busline serve`, answering."""
    async with busline("serve", environ=environ) as process, aiohttp.ClientSession() as session:

        async def answers() -> bool:
            try:
                async with session.get(f"{address}/healthz") as answer:
                    return answer.status == 200
            except aiohttp.ClientError:
                return False

        await until(answers)
        yield process


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await true():  # noqa: ASYNC110 - it is another process that we wait for
            await asyncio.sleep(0.2)


async def run(environ: Mapping[str, str], *words: str) -> None:
    async with busline(*words, environ=environ) as process:
        assert await process.wait() == 0


@asynccontextmanager
async def carrier(address: str) -> AsyncIterator[tuple[StandIn, str]]:
    families = (FamilyPhone(FAMILY, "en", (), "A parent"),)
    standin = StandIn(
        ACCOUNT_SID,
        AUTH_TOKEN,
        NUMBER,
        f"{address}/twilio/sms",
        f"{address}/twilio/voice",
        families,
        STRANGER,
        lambda: datetime.now(UTC),
        carrier=Carrier(step_seconds=0.001),
    )
    async with TestServer(standin_app(standin)) as server:
        yield standin, str(server.make_url("/")).rstrip("/")


def sent(standin: StandIn) -> list[str]:
    """What the family's phone shows of Busline's."""
    return [one.body for one in standin.threads.of(Phone(FAMILY)) if one.kind is BubbleKind.BUSLINE]


async def arrives(mailbox: Mailbox, words: str) -> EmailMessage:
    found: list[EmailMessage] = []

    async def is_there() -> bool:
        found[:] = [mail for mail in mailbox.mails if words in text_of(mail)]
        return bool(found)

    await until(is_there)
    return found[0]


async def hand_in(address: str, raw: bytes) -> None:
    headers = {signing.HEADER: signing.sign(raw, KEY.encode(), datetime.now(UTC))}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{address}/api/v1/cases/mail-in", data=raw, headers=headers) as answer,
    ):
        assert (await answer.json()) == {"outcome": "done"}


async def test_a_person_is_asked_answers_by_mail_and_the_family_says_that_it_is_solved(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    address = f"http://127.0.0.1:{free_port()}"
    async with mail_server() as mailbox, carrier(address) as (standin, rest):
        environ = {
            "BUSLINE_DATA_DIR": str(tmp_path / "data"),
            "BUSLINE_PORT": address.rpartition(":")[2],
            "BUSLINE_PUBLIC_BASE_URL": address,
            "BUSLINE_DISTRICT_NAME": "Anytown",
            "BUSLINE_TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "BUSLINE_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "BUSLINE_TWILIO_NUMBER": NUMBER,
            "BUSLINE_TWILIO_BASE_URL": rest,
            "BUSLINE_MAIL_HOST": mailbox.host,
            "BUSLINE_MAIL_PORT": str(mailbox.port),
            "BUSLINE_MAIL_SECURITY": "none",
            "BUSLINE_MAIL_FROM": "cases@bus.example.org",
            "BUSLINE_MAIL_IN_KEY": KEY,
        }
        await run(environ, "department", "set", "transportation", "--connector", "email", "--target", "bus@x.org")
        async with serving(environ, address) as first:
            opened, *_languages = (await standin.text(FAMILY, "PERSON")).replies
            # At once, whether the mail has gone or not.
            first.send_signal(signal.SIGKILL)
            await first.wait()
        async with serving(environ, address):
            mail = await arrives(mailbox, "The family wrote: PERSON")
            reference = str(mail["Subject"]).partition("]")[0].removeprefix("[")
            assert reference in opened
            status, *_ = (await standin.text(FAMILY, "STATUS")).replies
            assert reference in status

            reply = EmailMessage()
            reply["From"], reply["To"], reply["Message-ID"] = "Sam <sam@x.org>", mail["Reply-To"], "<reply@x.org>"
            reply.set_content(f"The office has it.\n\n> {text_of(mail)}")
            await hand_in(address, reply.as_bytes())

            async def is_answered() -> bool:
                return any("The office has it." in text for text in sent(standin))

            await until(is_answered)
            closed, *_ = (await standin.text(FAMILY, "YES")).replies
            assert reference in closed
            await arrives(mailbox, "The family says that it is solved: YES")
            await standin.settled()
    assert len([text for text in sent(standin) if "The office has it." in text]) == 1
    first_mails = {mail["Message-ID"] for mail in mailbox.mails if "The family wrote: PERSON" in text_of(mail)}
    assert len(first_mails) == 1, "after kill -9 the mail is the same one, even where it came twice"
