"""Alerts by e-mail: handed to a real mail server, told apart by their numbers, and ended by a link."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from busline.alert import PRIORITY, AlertKind
from busline.ids import Phone
from busline.outbound import Again, Bucketed, Channel, Claimed, Later, Promise, Refused, Taken, Unheard, Written
from busline.store.outbox import promise
from busline.store.pool import Pool, transaction
from notifier.mail_out import MailOut
from notifier.mail_server import MailServer, Security
from notifier.outbox import Carries
from notifier.sending import Line, Sending
from sms.catalogue import shipped_catalogue
from sms.mail_ending import ending_link, ending_routes
from sms.outgoing.alert_words import AlertWords
from sms.outgoing.clips import Clips
from sms.outgoing.message_text import Letterhead
from tests.web.calling_line import LATE
from tests.web.case_systems import HandClock, Mailbox, mail_server, text_of
from tests.web.twilio_world import FAMILY, NOON

BOSTON = ZoneInfo("America/New_York")
KEY = b"a key for the receipts of the tests"
PUBLIC = "https://bus.example.org"
ADDRESS = "mia@example.org"
ROSTER = """
insert into school values ('S', 'Lincoln', null);
insert into student values ('100234', 'S', 'Mia', 'Lopez', '3');
insert into contact (contact_id, phone, language, email, alerts_by)
values ('C1', '+16175550101', 'es', 'mia@example.org', 'email');
insert into link values ('C1', '100234', true);
"""


TOLD = Promise(
    dedupe_key=f"alert/2026-11-24/R1/{FAMILY}/late/1",
    kind="late",
    priority=PRIORITY[AlertKind.LATE],
    phone=Phone(FAMILY),
    language="es",
    facts={"students": ["100234"]},
    expires_at=NOON + timedelta(hours=2),
    true_since=NOON,
    again=Again.NEVER_TWICE,
    channel=Channel.EMAIL,
    address=ADDRESS,
    call=LATE.call,
)
CLAIMED = Claimed(7, TOLD, 1, None, NOON)
WRITTEN = Written("El autobús viene.", 1, "es", "Su autobús viene con retraso")


@dataclass(frozen=True)
class Told:
    """Writes one alert, whatever was promised."""

    words: AlertWords

    def write(self, claimed: Claimed, language: str, now: datetime) -> Written:
        return self.words.written(LATE, claimed, language, now, is_first=False)


def out(mailbox: Mailbox, *, port: int | None = None, patience_seconds: float = 5.0) -> MailOut:
    server = MailServer(mailbox.host, mailbox.port if port is None else port, Security.NONE)
    link = ending_link(PUBLIC, KEY)
    return MailOut(
        server, "bus@bus.example.org", "Anytown buses", link, HandClock(NOON), patience_seconds=patience_seconds
    )


@asynccontextmanager
async def our_pages(pool: Pool) -> AsyncIterator[str]:
    app = web.Application()
    app.add_routes(ending_routes(pool, shipped_catalogue(), KEY, HandClock(NOON)))
    async with TestServer(app) as server:
        yield str(server.make_url("/")).rstrip("/")


async def test_an_alert_goes_out_as_a_mail_in_the_familys_language_and_once(pool: Pool) -> None:
    await pool.execute(ROSTER)
    async with mail_server() as mailbox:
        head = Letterhead(shipped_catalogue(), "Anytown", "(617) 555-0150", "en", lambda: BOSTON)
        words = AlertWords(head, "(617) 555-0199", ending_link(PUBLIC, KEY), Clips(None))
        async with transaction(pool) as connection:
            await promise(connection, [TOLD], NOON)
        line = Line(Channel.EMAIL, out(mailbox), Bucketed(1_000.0), Carries.ALL)
        sending = Sending(pool, [line], Told(words), HandClock(NOON), lambda: BOSTON)
        await sending.once()
        await sending.once()
    (mail,) = mailbox.mails
    assert mailbox.recipients == [ADDRESS]
    assert mail["From"] == "Anytown buses <bus@bus.example.org>"
    assert mail["Subject"] == "Su autobús viene con retraso"
    assert mail["Content-Language"] == "es"
    body = text_of(mail)
    assert body.startswith("100234: El autobús 912 lleva unos 15 minutos de retraso. Llega 7:20-7:28 am.")
    link = mail["List-Unsubscribe"].strip(" <>")
    assert link.startswith(f"{PUBLIC}/alerts/end?o=")
    assert link in body.replace("\n", "")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    row = await pool.fetchrow("select state, sid, outbox_id from outbox")
    assert row is not None
    assert (row["state"], row["sid"]) == ("sent", f"news-{row['outbox_id']}@bus.example.org")
    assert mail["Message-ID"] == f"<{row['sid']}>"


async def test_a_second_attempt_at_a_mail_is_known_by_its_message_id() -> None:
    async with mail_server() as mailbox:
        mailbox.mute = True
        assert isinstance(await out(mailbox).hand_over(CLAIMED, WRITTEN, 600), Unheard)
        asked = await out(mailbox).find(CLAIMED, WRITTEN, NOON)
        assert asked == Later("A mail server does not say what it has taken.")
        mailbox.mute = False
        assert await out(mailbox).hand_over(CLAIMED, WRITTEN, 600) == Taken("news-7@bus.example.org")
    first, second = mailbox.mails
    assert first["Message-ID"] == second["Message-ID"]


async def test_what_the_mail_server_says_decides_whether_it_is_tried_again() -> None:
    async with mail_server() as mailbox:
        mailbox.refuses_recipient = "550 No such mailbox"
        refused = await out(mailbox).hand_over(CLAIMED, WRITTEN, 600)
        assert isinstance(refused, Refused)
        assert "550" in refused.words
        mailbox.refuses_recipient = "450 Try again"
        assert isinstance(await out(mailbox).hand_over(CLAIMED, WRITTEN, 600), Later)
        assert isinstance(await out(mailbox, port=1).hand_over(CLAIMED, WRITTEN, 600), Later)
        nowhere = replace(CLAIMED, promise=replace(TOLD, address=None))
        assert isinstance(await out(mailbox).hand_over(nowhere, WRITTEN, 600), Refused)
    assert mailbox.mails == []


async def test_the_link_ends_alerts_only_when_somebody_presses_the_button(pool: Pool) -> None:
    await pool.execute(ROSTER)
    async with transaction(pool) as connection:
        await promise(connection, [TOLD], NOON)
    outbox_id = await pool.fetchval("select outbox_id from outbox")
    link = ending_link("", KEY)(replace(CLAIMED, outbox_id=outbox_id))
    async with our_pages(pool) as ours, aiohttp.ClientSession() as session:
        async with session.get(ours + link) as page:
            assert page.status == 200
            html = await page.text()
            assert '<html lang="es" dir="ltr">' in html
            assert "¿Quiere dejar de recibir avisos del autobús?" in html
        assert await pool.fetchval("select count(*) from phone_wish") == 0, "a scanner looks at links, too"
        async with session.post(ours + link, data={"List-Unsubscribe": "One-Click"}) as ended:
            assert "Ya no recibirá avisos, salvo emergencias." in await ended.text()
    row = await pool.fetchrow("select phone, alerts, channel from phone_wish")
    assert row is not None
    assert tuple(row) == (FAMILY, False, "email")


@pytest.mark.parametrize("wrong", ["", "?o=1", "?o=1&k=" + "0" * 24, "?o=x&k=y", "?o=" + "9" * 40 + "&k=y", "?k=y"])
async def test_a_link_that_is_not_of_our_making_ends_nothing(pool: Pool, wrong: str) -> None:
    await pool.execute(ROSTER)
    async with transaction(pool) as connection:
        await promise(connection, [TOLD], NOON)
    async with our_pages(pool) as ours, aiohttp.ClientSession() as session:
        for ask in (session.get, session.post):
            async with ask(f"{ours}/alerts/end{wrong}") as answer:
                assert answer.status == 404
    assert await pool.fetchval("select count(*) from phone_wish") == 0
