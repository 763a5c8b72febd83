"""Cases on their way to departments: promised in the database, delivered to real servers, once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from structlog.testing import capture_logs

from busline.cases.case import Case, CaseState, EventKind, NewCase
from busline.cases.departments import COMPLAINTS, LOST_AND_FOUND, SAFETY, ConnectorKind
from busline.cases.handling import Author, CaseDesk
from busline.cases.ledger import add_words, open_case
from busline.cases.overview import CaseFile, Overview
from busline.cases.parcel import Attempt, Connector, Delivered, Never, NotNow, Parcel, Unknown
from busline.cases.upkeep import Upkeep
from busline.ids import Phone
from busline.masking import quoted
from busline.store.pool import Pool, transaction
from notifier.connectors.email import EmailConnector
from notifier.connectors.reply_address import ReplyAddresses
from notifier.connectors.zammad import ZammadConnector, ZammadSite
from notifier.handing_over import LEASE, MOST_ATTEMPTS, HandingOver
from notifier.mail_server import MailServer, Security
from tests.web.case_systems import TOKEN, HandClock, Mood, mail_server, text_of, zammad

NOW = datetime(2026, 10, 6, 15, 0, tzinfo=UTC)
PARENT = Phone("+16175550100")
BACKPACK = NewCase(PARENT, "es", LOST_AND_FOUND, "lost_item", "perdió su mochila")
ANA = Author("ana")
BOSTON = ZoneInfo("America/New_York")
DEPARTMENTS = """
update department set connector = 'zammad', target = 'Lost and Found' where department_id = 'lost_and_found';
update department set connector = 'zammad', target = 'Complaints' where department_id = 'complaints';
update department set connector = 'email', target = 'safety@schools.example.org' where department_id = 'safety';
"""


@dataclass
class Scripted:
    """A connector that says what it is told to, and keeps what it was given."""

    says: list[Attempt] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def deliver(self, parcel: Parcel) -> Attempt:
        self.parcels.append(parcel)
        self.asked.set()
        return self.says.pop(0) if self.says else Delivered("T1")


@dataclass
class DiesAfterSending:
    """A process that is killed when the other side has everything and we have noted nothing."""

    real: Connector
    sent: asyncio.Event = field(default_factory=asyncio.Event)

    async def deliver(self, parcel: Parcel) -> Attempt:
        await self.real.deliver(parcel)
        self.sent.set()
        await asyncio.Event().wait()
        raise AssertionError("it is dead")


class Breaks:
    """A connector with a fault of its own."""

    async def deliver(self, parcel: Parcel) -> Attempt:
        raise KeyError(parcel.key)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
async def pool(pool: Pool) -> Pool:
    await pool.execute(DEPARTMENTS)
    return pool


@asynccontextmanager
async def zammad_connector(url: str) -> AsyncIterator[ZammadConnector]:
    async with aiohttp.ClientSession() as session:
        yield ZammadConnector(session, ZammadSite(url, TOKEN, "families@x.example.org"), lambda: BOSTON)


async def opened(pool: Pool, new: NewCase = BACKPACK, now: datetime = NOW) -> Case:
    async with transaction(pool) as connection:
        return await open_case(connection, new, now)


async def wrote(pool: Pool, case: Case, words: str, now: datetime = NOW) -> None:
    async with transaction(pool) as connection:
        await add_words(connection, PARENT, case.reference, words, now)


async def file_of(pool: Pool, case: Case) -> CaseFile:
    file = await Overview(pool).file(case.reference, NOW)
    assert file is not None
    return file


def by_zammad(pool: Pool, connector: Connector, clock: HandClock, *, lease: timedelta = LEASE) -> HandingOver:
    return HandingOver(pool, {ConnectorKind.ZAMMAD: connector}, clock, lease=lease)


async def all_due(handing: HandingOver) -> int:
    """Until nothing is due any more; how many attempts that took."""
    attempts = 0
    while (made := await handing.once()) > 0:
        attempts += made
    return attempts


async def test_a_case_reaches_its_department_with_every_line_in_order_and_says_so(pool: Pool, clock: HandClock) -> None:
    case = await opened(pool)
    await wrote(pool, case, "es azul")
    await CaseDesk(pool).note(case.reference, "seen on bus 47", ANA, NOW)
    async with zammad() as site, zammad_connector(site.url) as connector:
        assert await all_due(by_zammad(pool, connector, clock)) == 3
    (ticket,) = site.tickets
    assert [article["body"].partition(": ")[2].partition("\n")[0] for article in site.of(ticket)] == [
        "The family wrote: perdió su mochila",
        "The family wrote: es azul",
        "Note of ana, for staff: seen on bus 47",
    ]
    file = await file_of(pool, case)
    assert file.case.state is CaseState.WITH_DEPARTMENT
    assert file.history[-1].kind is EventKind.REACHED_DEPARTMENT
    assert {(one.state, one.remote_id) for one in file.deliveries} == {("delivered", str(ticket))}


async def test_a_transfer_within_zammad_moves_the_ticket_and_tells_it_once(pool: Pool, clock: HandClock) -> None:
    case = await opened(pool)
    async with zammad() as site, zammad_connector(site.url) as connector:
        handing = by_zammad(pool, connector, clock)
        await all_due(handing)
        await CaseDesk(pool).transfer(case.reference, COMPLAINTS, "for you", ANA, NOW)
        assert await all_due(handing) == 1
    (ticket,) = site.tickets.values()
    assert ticket["group"] == "Complaints"
    assert len(site.articles) == 2


async def test_a_transfer_to_a_department_elsewhere_takes_the_whole_history_along(pool: Pool, clock: HandClock) -> None:
    case = await opened(pool)
    await wrote(pool, case, "es azul")
    async with zammad() as site, zammad_connector(site.url) as connector, mail_server() as mailbox:
        addresses = ReplyAddresses("cases@bus.example.org", b"k" * 32)
        server = MailServer("127.0.0.1", mailbox.port, Security.NONE)
        mail = EmailConnector(server, "cases@bus.example.org", "Buses", addresses, lambda: BOSTON)
        handing = HandingOver(pool, {ConnectorKind.ZAMMAD: connector, ConnectorKind.EMAIL: mail}, clock)
        await all_due(handing)
        await CaseDesk(pool).transfer(case.reference, SAFETY, "please look", ANA, NOW)
        await all_due(handing)
        await wrote(pool, case, "¿hola?")
        await all_due(handing)
    first, second = (text_of(one) for one in mailbox.mails)
    for words in ("Passed on to safety by ana: please look", "perdió su mochila", "es azul"):
        assert words in first
    assert "¿hola?" in second
    (ticket,) = site.tickets
    assert "Passed on to safety by ana: please look" in site.of(ticket)[-1]["body"], "the old department is told, too"


@pytest.mark.parametrize("line", [1, 2])
async def test_killed_between_sending_and_noting_nothing_is_lost_and_nothing_is_there_twice(
    pool: Pool, clock: HandClock, line: int
) -> None:
    case = await opened(pool)
    async with zammad() as site, zammad_connector(site.url) as connector:
        if line == 2:
            await all_due(by_zammad(pool, connector, clock))
            await wrote(pool, case, "es azul")
        dying = DiesAfterSending(connector)
        killed = asyncio.create_task(by_zammad(pool, dying, clock, lease=timedelta(seconds=0.2)).once())
        await dying.sent.wait()
        killed.cancel()
        with pytest.raises(asyncio.CancelledError):
            await killed
        handing = by_zammad(pool, connector, clock)
        assert await handing.once() == 0, "the lease still stands"
        await asyncio.sleep(0.25)
        assert await handing.once() == 1
    assert (len(site.tickets), len(site.articles)) == (1, line)
    assert {one.state for one in (await file_of(pool, case)).deliveries} == {"delivered"}


async def test_a_department_that_cannot_be_reached_keeps_the_case_and_gets_it_when_it_is_back(
    pool: Pool, clock: HandClock
) -> None:
    case = await opened(pool)
    await wrote(pool, case, "es azul")
    async with zammad() as site, zammad_connector(site.url) as connector:
        handing = by_zammad(pool, connector, clock)
        site.mood = Mood.REFUSES
        with capture_logs() as logs:
            for _ in range(4):
                assert await handing.once() == 1, "the second line waits behind the first"
                clock.at += timedelta(hours=1)
            site.mood = Mood.WELL
            await all_due(handing)
            await all_due(handing)
    assert (len(site.tickets), len(site.articles)) == (1, 2)
    assert [entry["event"] for entry in logs] == ["a case could not be handed over", "cases can be handed over again"]
    assert "mochila" not in str(logs)
    assert PARENT not in str(logs)
    assert {one.state for one in (await file_of(pool, case)).deliveries} == {"delivered"}


async def test_attempts_grow_rarer_and_end_and_staff_see_why(pool: Pool, clock: HandClock) -> None:
    case = await opened(pool)
    scripted = Scripted([NotNow("it is away")] * 100)
    handing = by_zammad(pool, scripted, clock)
    pauses = []
    for _ in range(MOST_ATTEMPTS):
        assert await handing.once() == 1
        assert await handing.once() == 0
        due = await pool.fetchval("select next_at from case_delivery")
        pauses.append((due - clock.at).total_seconds())
        clock.at = due
    clock.at += timedelta(days=3)
    assert await handing.once() == 0
    file = await file_of(pool, case)
    assert [(one.state, one.attempts, one.trouble) for one in file.deliveries] == [
        ("failed", MOST_ATTEMPTS, "it is away")
    ]
    last = file.history[-1]
    assert (last.kind, last.by, last.words) == (EventKind.NOT_HANDED_OVER, "zammad", "it is away")
    assert file.case.state is CaseState.RECEIVED
    grown = pauses[:-1]
    assert 10 < grown[0] < 20
    assert max(grown) <= 3_600 * 1.25
    assert grown[4] > 8 * grown[0]
    assert sum(grown) > 7 * 3_600
    scripted.says.clear()
    assert await CaseDesk(pool).try_again(case.reference, clock.at) == 1
    assert await all_due(handing) == 1
    assert (await file_of(pool, case)).case.state is CaseState.WITH_DEPARTMENT


async def test_a_refusal_that_stays_one_is_not_repeated_and_holds_up_nothing_else(pool: Pool, clock: HandClock) -> None:
    case = await opened(pool)
    await wrote(pool, case, "es azul")
    scripted = Scripted([Never("no such group")])
    assert await all_due(by_zammad(pool, scripted, clock)) == 2
    file = await file_of(pool, case)
    assert [one.state for one in file.deliveries] == ["failed", "delivered"]
    second = scripted.parcels[1]
    assert second.remote_id is None
    assert [event.words for event in second.history][:2] == ["perdió su mochila", "es azul"]


async def test_an_attempt_without_an_answer_is_looked_for_before_it_is_sent_again(pool: Pool, clock: HandClock) -> None:
    await opened(pool)
    scripted = Scripted([Unknown("no answer")])
    handing = by_zammad(pool, scripted, clock)
    await handing.once()
    clock.at += timedelta(minutes=5)
    await handing.once()
    first, second = scripted.parcels
    assert (first.maybe_sent, second.maybe_sent) == (False, True)
    assert first.key == second.key


async def test_the_other_side_is_given_the_time_it_asks_for(pool: Pool, clock: HandClock) -> None:
    await opened(pool)
    await by_zammad(pool, Scripted([NotNow("busy", after_seconds=900)]), clock).once()
    assert await pool.fetchval("select next_at from case_delivery") == NOW + timedelta(seconds=900)


async def test_several_at_work_at_once_hand_nothing_over_twice(pool: Pool, clock: HandClock) -> None:
    cases = [await opened(pool, replace(BACKPACK, topic=f"topic {number}")) for number in range(12)]
    async with zammad() as site, zammad_connector(site.url) as connector:
        workers = [by_zammad(pool, connector, clock) for _ in range(3)]
        await asyncio.gather(*(all_due(worker) for worker in workers))
    assert len(site.tickets) == len(cases)
    assert len(site.articles) == len(cases)


async def test_a_department_without_its_connector_on_this_installation_says_what_is_missing(
    pool: Pool, clock: HandClock
) -> None:
    case = await opened(pool)
    assert await HandingOver(pool, {}, clock).once() == 1
    (delivery,) = (await file_of(pool, case)).deliveries
    assert delivery.state == "waiting"
    assert "No zammad is set up" in delivery.trouble


async def test_the_loop_works_on_by_itself_and_survives_the_database_going_away(pool: Pool, clock: HandClock) -> None:
    scripted = Scripted()
    working = asyncio.create_task(by_zammad(pool, scripted, clock).run())
    await pool.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
        "and pid <> pg_backend_pid()"
    )
    await opened(pool)
    async with asyncio.timeout(10):
        await scripted.asked.wait()
    assert not working.done()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working


async def test_a_connector_with_a_fault_of_its_own_stops_no_other(pool: Pool, clock: HandClock) -> None:
    broken, well = await opened(pool), await opened(pool, replace(BACKPACK, department=SAFETY))
    scripted = Scripted()
    handing = HandingOver(pool, {ConnectorKind.ZAMMAD: Breaks(), ConnectorKind.EMAIL: scripted}, clock)
    with capture_logs() as logs:
        assert await handing.once() == 2
    assert [one.state for one in (await file_of(pool, well)).deliveries] == ["delivered"]
    (delivery,) = (await file_of(pool, broken)).deliveries
    assert (delivery.state, "its log says how" in delivery.trouble) == ("waiting", True)
    assert logs[0]["event"] == "a connector failed in a way it does not know"


async def test_what_a_system_echoes_of_a_family_is_told_to_staff_and_not_to_the_log(
    pool: Pool, clock: HandClock
) -> None:
    case = await opened(pool)
    echo = f"it answered 400: {quoted(f'“Mia” of {PARENT} is unknown')}, see 100234"
    with capture_logs() as logs:
        await by_zammad(pool, Scripted([Never(echo)]), clock).once()
    assert [one.trouble for one in (await file_of(pool, case)).deliveries] == [echo]
    assert logs[0]["why"] == "it answered 400: “...”, see ..."


async def test_a_reminder_stands_in_the_cases_own_ticket(pool: Pool, clock: HandClock) -> None:
    await pool.execute("update department set owner = 'Ana'")
    case = await opened(pool)
    async with zammad() as site, zammad_connector(site.url) as connector:
        handing = by_zammad(pool, connector, clock)
        await all_due(handing)
        clock.at = case.promised_by
        await Upkeep(pool, timedelta(days=7)).once(clock.at)
        assert await all_due(handing) == 1
    (ticket,) = site.tickets
    _, reminder = site.of(ticket)
    assert "A family waits for an answer since Tue Oct 6, 11:00" in reminder["body"]
    assert "mochila" not in reminder["body"], "that stands above it in the ticket"


async def test_a_reminder_by_mail_tells_the_whole_story_to_a_person_who_may_not_see_the_tickets(
    pool: Pool, clock: HandClock
) -> None:
    await pool.execute("update department set next_up = 'Ben', next_up_address = 'ben@x.org'")
    case = await opened(pool)
    scripted = Scripted()
    async with mail_server() as mailbox:
        server = MailServer("127.0.0.1", mailbox.port, Security.NONE)
        addresses = ReplyAddresses("cases@bus.example.org", b"k" * 32)
        mail = EmailConnector(server, "cases@bus.example.org", "Buses", addresses, lambda: BOSTON)
        handing = HandingOver(pool, {ConnectorKind.ZAMMAD: scripted, ConnectorKind.EMAIL: mail}, clock)
        clock.at = case.promised_by
        await Upkeep(pool, timedelta(days=7)).once(clock.at)
        await all_due(handing)
    assert mailbox.recipients == ["ben@x.org"]
    (sent,) = mailbox.mails
    for words in ("promised by", "Nobody has taken it yet.", "perdió su mochila"):
        assert words in text_of(sent)


async def test_a_way_that_is_slow_holds_up_no_other(pool: Pool, clock: HandClock) -> None:
    await opened(pool)
    other = await opened(pool, replace(BACKPACK, department=SAFETY))
    stuck, quick = DiesAfterSending(Scripted()), Scripted()
    ways: dict[ConnectorKind, Connector] = {ConnectorKind.ZAMMAD: stuck, ConnectorKind.EMAIL: quick}
    by_ticket, by_mail = (HandingOver(pool, ways, clock, kinds=(kind,)) for kind in ways)
    waiting = asyncio.create_task(by_ticket.once())
    await stuck.sent.wait()
    assert await by_mail.once() == 1
    assert (await file_of(pool, other)).case.state is CaseState.WITH_DEPARTMENT
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
