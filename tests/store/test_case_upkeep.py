"""What becomes of cases by the mere passing of time."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from busline.cases.case import Case, CaseState, EventKind, NewCase
from busline.cases.departments import LOST_AND_FOUND
from busline.cases.handling import Author, CaseDesk
from busline.cases.holding import Conversations
from busline.cases.ledger import open_case, settle
from busline.cases.overview import CaseFile, Overview
from busline.cases.reminding import MOST
from busline.cases.upkeep import Moved, Upkeep
from busline.ids import Phone
from busline.store.pool import Pool, transaction
from tests.web.case_systems import HandClock

NOW = datetime(2026, 10, 6, 15, 0, tzinfo=UTC)
PARENT = Phone("+16175550100")
WEEK = timedelta(days=7)
MINUTE = timedelta(minutes=1)


async def opened(pool: Pool) -> Case:
    async with transaction(pool) as connection:
        return await open_case(connection, NewCase(PARENT, "es", LOST_AND_FOUND, "lost_item", "mochila"), NOW)


async def file_of(pool: Pool, case: Case) -> CaseFile:
    file = await Overview(pool).file(case.reference, NOW)
    assert file is not None
    return file


async def test_the_owner_and_then_the_next_one_up_are_reminded_by_name(pool: Pool) -> None:
    await pool.execute(
        "update department set owner = 'Ana', owner_address = 'ana@x.org', next_up = 'Ben', connector = 'zammad'"
    )
    case, upkeep = await opened(pool), Upkeep(pool, WEEK)
    early = NOW + (case.promised_by - NOW) * 0.75
    assert await upkeep.once(early - MINUTE) == Moved()
    assert await upkeep.once(early) == Moved(reminded=1)
    assert await upkeep.once(early + MINUTE) == Moved()
    assert await upkeep.once(case.promised_by) == Moved(reminded=1)
    assert await upkeep.once(case.promised_by + MINUTE) == Moved()
    file = await file_of(pool, case)
    assert [(event.kind, event.about) for event in file.history[1:]] == [
        (EventKind.REMINDED, "owner"),
        (EventKind.REMINDED, "next_up"),
    ]
    # Who has an address gets a mail; who has none is told where the department works.
    assert [(one.connector, one.to_person) for one in file.deliveries] == [
        ("zammad", ""),
        ("email", "owner"),
        ("zammad", "next_up"),
    ]


async def test_reminders_end_and_an_answer_begins_them_anew(pool: Pool) -> None:
    case, upkeep = await opened(pool), Upkeep(pool, timedelta(days=60))
    for day in range(20):
        await upkeep.once(case.promised_by + timedelta(days=day))
    assert (await file_of(pool, case)).case.reminders == MOST
    late = case.promised_by + timedelta(days=20)
    await CaseDesk(pool).answer(case.reference, "Aquí.", Author("ana"), late)
    assert await upkeep.once(late + timedelta(days=3)) == Moved()
    async with transaction(pool) as connection:
        await settle(connection, PARENT, case.reference, "no", late + timedelta(days=4), solved=False)
    again = (await file_of(pool, case)).case
    assert again.reminders == 0
    assert await upkeep.once(again.promised_by) == Moved(reminded=1)


async def test_a_family_that_does_not_say_is_told_that_the_case_is_closed(pool: Pool) -> None:
    case, upkeep = await opened(pool), Upkeep(pool, WEEK)
    await CaseDesk(pool).answer(case.reference, "Aquí.", Author("ana"), NOW)
    assert await upkeep.once(NOW + WEEK - MINUTE) == Moved()
    assert await upkeep.once(NOW + WEEK) == Moved(closed=1)
    file = await file_of(pool, case)
    assert (file.case.state, file.history[-1].kind) == (CaseState.CLOSED_AFTER_DAYS, EventKind.CLOSED_AFTER_DAYS)
    assert [text.message for text in file.texts] == ["case-answer case-closing", "case-solved"]


async def test_two_processes_that_look_at_once_move_a_case_once(pool: Pool) -> None:
    case = await opened(pool)
    answered = await opened(pool)
    assert answered.reference == case.reference
    moved = await asyncio.gather(*(Upkeep(pool, WEEK).once(case.promised_by) for _ in range(4)))
    assert sum(one.reminded for one in moved) == 1


async def test_a_forgotten_conversation_comes_back_by_itself(pool: Pool) -> None:
    case = await opened(pool)
    await Conversations(pool).take_over(case.reference, "ana", NOW)
    assert await Upkeep(pool, WEEK).once(NOW + timedelta(minutes=31)) == Moved(handed_back=1)


async def test_the_loop_outlives_a_database_that_went_away(pool: Pool) -> None:
    case = await opened(pool)
    await pool.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()"
    )
    working = asyncio.create_task(Upkeep(pool, WEEK).run(HandClock(case.promised_by)))
    await asyncio.sleep(0.5)
    assert not working.done()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert (await file_of(pool, case)).case.reminders == 1


async def test_an_answer_that_the_carrier_could_not_deliver_is_told_to_staff_once(pool: Pool) -> None:
    case, upkeep = await opened(pool), Upkeep(pool, WEEK)
    await CaseDesk(pool).answer(case.reference, "Aquí.", Author("ana"), NOW)
    await pool.execute("update outbox set state = 'sent', sid = 'SM1', settled_at = $1", NOW)
    await pool.execute("insert into message_status values ('SM1', 'sent', 3, null, $1)", NOW)
    assert await upkeep.once(NOW + MINUTE) == Moved()
    await pool.execute("update message_status set status = 'undelivered', rank = 5, error_code = 30003")
    assert await upkeep.once(NOW + MINUTE) == Moved(undelivered=1)
    assert await upkeep.once(NOW + MINUTE) == Moved()
    file = await file_of(pool, case)
    assert file.history[-1].kind is EventKind.NOT_TEXTED
    assert "30003" in file.history[-1].words
    assert [(text.state, text.carrier_status) for text in file.texts] == [("failed", "undelivered")]
