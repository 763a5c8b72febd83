"""Each connector against a real server that enforces the rules of what it plays: going well, failing, slow, twice."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from busline.cases.case import Case, CaseId, CaseState, Event, EventKind
from busline.cases.departments import (
    COMPLAINTS,
    LOST_AND_FOUND,
    ConnectorKind,
    Department,
    Person,
    WorkingTime,
)
from busline.cases.parcel import Connector, Delivered, Never, NotNow, Parcel, Unknown
from busline.cases.reference import Reference
from busline.ids import Phone, StudentId
from notifier.connectors.email import EmailConnector
from notifier.connectors.mail_in import ABOVE_THIS_LINE
from notifier.connectors.reply_address import ReplyAddresses
from notifier.connectors.webhook import WebhookConnector
from notifier.connectors.zammad import ZammadConnector, ZammadSite
from notifier.mail_server import MailServer, Security
from tests.web.case_systems import SLOW_SECONDS, TOKEN, WEBHOOK_KEY, Mood, mail_server, receiver, text_of, zammad

BOSTON = ZoneInfo("America/New_York")
NOW = datetime(2026, 10, 6, 15, 0, tzinfo=UTC)
ADDRESSES = ReplyAddresses("cases@bus.example.org", b"k" * 32)
ASKED = Event(7, NOW - timedelta(minutes=10), EventKind.ASKED, words="bus", about="answered")
OPENED = Event(8, NOW, EventKind.OPENED, words="perdió su mochila, es azul")
WROTE = Event(9, NOW + timedelta(minutes=5), EventKind.FAMILY_WROTE, words="y una lonchera")
NOWHERE = "http://127.0.0.1:9"

CASE = Case(
    case_id=CaseId(1),
    reference=Reference("57240"),
    phone=Phone("+16175550100"),
    contact_id=None,
    student_id=StudentId("100234"),
    language="es",
    topic="lost_item",
    urgent=False,
    department=LOST_AND_FOUND,
    assigned_to=None,
    state=CaseState.RECEIVED,
    state_since=NOW,
    opened_at=NOW,
    promised_by=NOW + timedelta(hours=4),
    waiting_since=NOW,
)
DEPARTMENT = Department(
    LOST_AND_FOUND,
    owner=Person("Ana", "ana@schools.example.org"),
    next_up=Person("", ""),
    connector=ConnectorKind.ZAMMAD,
    target="Lost and Found",
    hours=WorkingTime(480, 1020, 31, 480, 60),
)
FIRST = Parcel("57240-8-1", CASE, DEPARTMENT, OPENED, (ASKED, OPENED), remote_id=None, to=None, maybe_sent=False)
MORE = replace(FIRST, key="57240-9-2", event=WROTE, history=(ASKED, OPENED, WROTE))


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


def zammad_at(session: aiohttp.ClientSession, url: str, token: str = TOKEN) -> ZammadConnector:
    return ZammadConnector(session, ZammadSite(url, token, "families@schools.example.org"), lambda: BOSTON)


def mail_to(port: int, security: Security = Security.NONE) -> EmailConnector:
    server = MailServer("127.0.0.1", port, security)
    return EmailConnector(server, "cases@bus.example.org", "Anytown buses", ADDRESSES, lambda: BOSTON)


def by_mail(parcel: Parcel) -> Parcel:
    return replace(parcel, department=replace(parcel.department, target="lost@schools.example.org"))


async def test_zammad_gets_one_ticket_a_case_with_everything_that_was_said(session: aiohttp.ClientSession) -> None:
    async with zammad() as site:
        made = await zammad_at(session, site.url).deliver(FIRST)
        assert isinstance(made, Delivered)
        assert made.remote_id is not None
        more = await zammad_at(session, site.url).deliver(replace(MORE, remote_id=made.remote_id))
    assert more == made
    (ticket,) = site.tickets.values()
    assert (ticket["title"], ticket["group"], ticket["priority"]) == (
        "[5724-0] lost item",
        "Lost and Found",
        "2 normal",
    )
    first, second = (article["body"] for article in site.of(ticket["id"]))
    assert "perdió su mochila, es azul" in first
    assert "Tue Oct 6, 10:50: The family asked: bus" in first, "what was said before goes along"
    assert "promised an answer by Tue Oct 6, 15:00" in first
    assert "y una lonchera" in second
    assert "mochila" not in second, "what is there already is not said again"
    assert all(article["internal"] for article in site.articles.values())


async def test_passing_a_case_on_moves_its_zammad_ticket(session: aiohttp.ClientSession) -> None:
    async with zammad() as site:
        connector = zammad_at(session, site.url)
        made = await connector.deliver(FIRST)
        assert isinstance(made, Delivered)
        moved = Event(10, NOW, EventKind.TRANSFERRED, by="ana", about="complaints", words="for you")
        there = replace(DEPARTMENT, department_id=COMPLAINTS, target="Complaints")
        case = replace(CASE, department=COMPLAINTS)
        parcel = Parcel("57240-10-3", case, there, moved, (OPENED, moved), made.remote_id, to=None, maybe_sent=False)
        assert await connector.deliver(parcel) == made
    (ticket,) = site.tickets.values()
    assert ticket["group"] == "Complaints"
    assert "Passed on to complaints by ana: for you" in site.of(ticket["id"])[-1]["body"]


@pytest.mark.parametrize("mood", [Mood.MUTE, Mood.BREAKS])
async def test_a_ticket_whose_making_was_never_confirmed_is_found_and_not_made_twice(
    session: aiohttp.ClientSession, mood: Mood
) -> None:
    async with zammad() as site:
        connector = zammad_at(session, site.url)
        site.mood = mood
        assert isinstance(await connector.deliver(FIRST), Unknown)
        site.mood = Mood.WELL
        found = await connector.deliver(replace(FIRST, maybe_sent=True))
        assert isinstance(found, Delivered)
        # The same for an article.
        site.mood = mood
        assert isinstance(await connector.deliver(replace(MORE, remote_id=found.remote_id)), Unknown)
        site.mood = Mood.WELL
        assert await connector.deliver(replace(MORE, remote_id=found.remote_id, maybe_sent=True)) == found
    assert len(site.tickets) == 1
    assert len(site.articles) == 2


async def test_what_may_have_been_sent_and_was_not_is_sent(session: aiohttp.ClientSession) -> None:
    async with zammad() as site:
        connector = zammad_at(session, site.url)
        made = await connector.deliver(replace(FIRST, maybe_sent=True))
        assert isinstance(made, Delivered)
        assert await connector.deliver(replace(MORE, maybe_sent=True)) == made, "the ticket is found by its reference"
    assert (len(site.tickets), len(site.articles)) == (1, 2)


async def test_while_nobody_can_look_it_stays_uncertain(session: aiohttp.ClientSession) -> None:
    assert isinstance(await zammad_at(session, NOWHERE).deliver(replace(FIRST, maybe_sent=True)), Unknown)


async def test_a_ticket_that_was_deleted_over_there_is_made_again_with_the_whole_history(
    session: aiohttp.ClientSession,
) -> None:
    async with zammad() as site:
        made = await zammad_at(session, site.url).deliver(replace(MORE, remote_id="77"))
    assert isinstance(made, Delivered)
    assert made.remote_id != "77"
    (article,) = site.articles.values()
    assert "y una lonchera" in article["body"]


async def test_zammads_refusals_are_told_apart(session: aiohttp.ClientSession) -> None:
    async with zammad() as site:
        refused = await zammad_at(session, site.url, token="wrong").deliver(FIRST)
        assert refused == NotNow("Zammad: it answered 401: “Authentication required”.")
        unknown_group = replace(FIRST, department=replace(DEPARTMENT, target="Nobody"))
        never = await zammad_at(session, site.url).deliver(unknown_group)
        assert isinstance(never, Never)
        assert "group" in never.words
        site.mood = Mood.REFUSES
        assert isinstance(await zammad_at(session, site.url).deliver(FIRST), Unknown)
    assert isinstance(await zammad_at(session, NOWHERE).deliver(FIRST), NotNow)
    assert isinstance(
        await zammad_at(session, NOWHERE).deliver(replace(FIRST, department=replace(DEPARTMENT, target=""))), NotNow
    )
    assert site.tickets == {}


async def test_a_webhook_is_signed_and_says_everything(session: aiohttp.ClientSession) -> None:
    async with receiver() as hook:
        delivered = await WebhookConnector(session, hook.url, WEBHOOK_KEY, lambda: BOSTON).deliver(FIRST)
    assert delivered == Delivered("R-1")
    document = hook.taken["57240-8-1"]
    assert (document["reference"], document["department"]) == ("57240", "lost_and_found")
    assert document["event"]["words"] == "perdió su mochila, es azul"
    assert [event["kind"] for event in document["history"]] == ["asked", "opened"]
    assert document["case"]["promised_by"] == "2026-10-06T19:00:00+00:00"
    assert hook.unsigned == 0


@pytest.mark.parametrize("mood", [Mood.MUTE, Mood.BREAKS])
async def test_a_webhook_that_lost_its_answer_is_told_again_under_the_same_key(
    session: aiohttp.ClientSession, mood: Mood
) -> None:
    async with receiver() as hook:
        connector = WebhookConnector(session, hook.url, WEBHOOK_KEY, lambda: BOSTON)
        hook.mood = mood
        assert isinstance(await connector.deliver(FIRST), Unknown | NotNow)
        hook.mood = Mood.WELL
        assert isinstance(await connector.deliver(replace(FIRST, maybe_sent=True)), Delivered)
    assert (len(hook.taken), hook.repeats) == (1, 1)


async def test_a_webhooks_refusals_are_told_apart(session: aiohttp.ClientSession) -> None:
    async with receiver() as hook:
        connector = WebhookConnector(session, hook.url, WEBHOOK_KEY, lambda: BOSTON)
        hook.mood = Mood.REFUSES
        assert await connector.deliver(FIRST) == NotNow("The webhook: it answered 503: “busy”.", 120.0)
        hook.mood = Mood.WELL
        hook.status = 422
        assert isinstance(await connector.deliver(FIRST), Never)
        wrong = WebhookConnector(session, hook.url, b"another key, which nobody knows", lambda: BOSTON)
        assert isinstance(await wrong.deliver(FIRST), NotNow)
        assert hook.unsigned == 1
    assert isinstance(await WebhookConnector(session, NOWHERE, WEBHOOK_KEY, lambda: BOSTON).deliver(FIRST), NotNow)


async def test_mail_goes_to_the_department_with_an_address_to_answer_to() -> None:
    async with mail_server() as mailbox:
        delivered = await mail_to(mailbox.port).deliver(by_mail(FIRST))
    assert delivered == Delivered("<case-57240-8-1@bus.example.org>")
    (mail,) = mailbox.mails
    assert mailbox.recipients == ["lost@schools.example.org"]
    assert mail["Subject"] == "[5724-0] lost item"
    assert mail["From"] == "Anytown buses <cases@bus.example.org>"
    assert ADDRESSES.read(mail["Reply-To"]) == "57240"
    assert mail["Auto-Submitted"] == "auto-generated"
    words = text_of(mail)
    assert words.startswith(ABOVE_THIS_LINE)
    assert "perdió su mochila, es azul" in words
    assert "The family asked: bus" in words


async def test_mails_of_one_case_are_one_thread_and_a_reminder_is_for_a_person() -> None:
    async with mail_server() as mailbox:
        first = await mail_to(mailbox.port).deliver(by_mail(FIRST))
        assert isinstance(first, Delivered)
        assert await mail_to(mailbox.port).deliver(by_mail(replace(MORE, remote_id=first.remote_id))) == first
        reminded = Event(11, NOW, EventKind.REMINDED, about="owner")
        reminder = replace(FIRST, key="57240-11-4", event=reminded, history=(OPENED, reminded), to=DEPARTMENT.owner)
        assert isinstance(await mail_to(mailbox.port).deliver(reminder), Delivered)
    _, second, third = mailbox.mails
    assert second["In-Reply-To"] == second["References"] == first.remote_id
    assert mailbox.recipients[-1] == "ana@schools.example.org"
    assert "A family waits for an answer since Tue Oct 6, 11:00, promised by Tue Oct 6, 15:00." in text_of(third)
    assert "perdió su mochila" in text_of(third)


async def test_a_mail_whose_taking_was_never_confirmed_goes_again_under_the_same_message_id() -> None:
    async with mail_server() as mailbox:
        mailbox.mute = True
        assert isinstance(await mail_to(mailbox.port).deliver(by_mail(FIRST)), Unknown)
        mailbox.mute = False
        assert isinstance(await mail_to(mailbox.port).deliver(by_mail(replace(FIRST, maybe_sent=True))), Delivered)
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 1, "mailboxes show one Message-ID once"


async def test_a_mail_servers_refusals_are_told_apart() -> None:
    async with mail_server() as mailbox:
        mailbox.refuses_recipient = "550 5.1.1 No such mailbox"
        never = await mail_to(mailbox.port).deliver(by_mail(FIRST))
        assert isinstance(never, Never)
        assert "No such mailbox" in never.words
        mailbox.refuses_recipient = "450 4.2.1 Greylisted"
        assert isinstance(await mail_to(mailbox.port).deliver(by_mail(FIRST)), NotNow)
        mailbox.refuses_recipient, mailbox.refuses_data = "", "452 4.3.1 Disk full"
        assert isinstance(await mail_to(mailbox.port).deliver(by_mail(FIRST)), NotNow)
        # A server without STARTTLS is not spoken to in the clear by accident.
        assert isinstance(await mail_to(mailbox.port, Security.STARTTLS).deliver(by_mail(FIRST)), NotNow)
        nobody = replace(FIRST, department=replace(DEPARTMENT, target=""))
        assert isinstance(await mail_to(mailbox.port).deliver(nobody), NotNow)
    assert isinstance(await mail_to(9).deliver(by_mail(FIRST)), NotNow)
    assert mailbox.mails == []


async def test_what_a_family_writes_cannot_forge_a_mails_headers() -> None:
    topic = "lost_item\r\nBcc: everybody@x.example"
    nasty = replace(FIRST, case=replace(CASE, topic=topic), event=replace(OPENED, words="hi\r\n.\r\nQUIT\r\n"))
    async with mail_server() as mailbox:
        assert isinstance(await mail_to(mailbox.port).deliver(by_mail(nasty)), Delivered)
    (mail,) = mailbox.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "[5724-0] lost item Bcc: everybody@x.example"
    assert "QUIT" in text_of(mail)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server on 127.0.0.1 shows, and what trusts it."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    shows = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    shows.load_cert_chain(cert, key)
    return shows, ssl.create_default_context(cafile=cert)


async def test_mail_is_handed_in_behind_starttls_and_a_password(
    certificate: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    shows, trusts = certificate
    async with mail_server(tls=shows, password="correct horse") as mailbox:

        def connector(password: str, tls: ssl.SSLContext | None) -> EmailConnector:
            server = MailServer("127.0.0.1", mailbox.port, Security.STARTTLS, "busline", password, tls)
            return EmailConnector(server, "cases@bus.example.org", "Buses", ADDRESSES, lambda: BOSTON)

        assert isinstance(await connector("correct horse", trusts).deliver(by_mail(FIRST)), Delivered)
        refused = await connector("wrong", trusts).deliver(by_mail(FIRST))
        assert isinstance(refused, NotNow), "a password can be corrected"
        assert "535" in refused.words
        assert "wrong" not in refused.words
        # A certificate that nobody vouches for is no mail server of ours.
        untrusted = await connector("correct horse", None).deliver(by_mail(FIRST))
        assert isinstance(untrusted, NotNow)
    assert len(mailbox.mails) == 1


async def test_a_system_that_is_slow_is_not_waited_for_and_gets_nothing_twice(session: aiohttp.ClientSession) -> None:
    async with zammad() as site, receiver() as hook, mail_server() as mailbox:
        site.mood = hook.mood = Mood.SLOW
        mailbox.takes_seconds = SLOW_SECONDS
        zammad_site = ZammadSite(site.url, TOKEN, "families@schools.example.org")
        server = MailServer("127.0.0.1", mailbox.port, Security.NONE)

        def ways(patience_seconds: float) -> list[tuple[Connector, Parcel]]:
            patience = {"patience_seconds": patience_seconds}
            return [
                (ZammadConnector(session, zammad_site, lambda: BOSTON, **patience), FIRST),
                (WebhookConnector(session, hook.url, WEBHOOK_KEY, lambda: BOSTON, **patience), FIRST),
                (EmailConnector(server, "c@x.org", "Buses", ADDRESSES, lambda: BOSTON, **patience), by_mail(FIRST)),
            ]

        for connector, parcel in ways(0.1):
            assert isinstance(await connector.deliver(parcel), Unknown)
        await asyncio.sleep(SLOW_SECONDS)
        site.mood = hook.mood = Mood.WELL
        mailbox.takes_seconds = 0.0
        for connector, parcel in ways(20.0):
            assert isinstance(await connector.deliver(replace(parcel, maybe_sent=True)), Delivered)
    assert (len(site.tickets), len(hook.taken)) == (1, 1)
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 1
