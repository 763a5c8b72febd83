"""The family's side of cases, in a real database."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from busline.cases.case import CaseState, DepartmentId, EventKind, NewCase
from busline.cases.departments import COMPLAINTS, LOST_AND_FOUND, SEEDED
from busline.cases.history import UnknownDepartmentError, history_of
from busline.cases.ledger import add_words, cases_of, holder_of, open_case, reopen, settle
from busline.cases.reference import Reference, plain_reference
from busline.ids import Phone, StudentId
from busline.store.pool import Pool, transaction

NOW = datetime(2026, 10, 6, 15, 0, tzinfo=UTC)
PARENT, STRANGER = Phone("+16175550100"), Phone("+16175550199")
BACKPACK = NewCase(PARENT, "es", LOST_AND_FOUND, "lost_item", "perdió su mochila", student_id=StudentId("100234"))

CONVERSATION = """
with asked as (
    insert into inquiry
        (channel, sid, phone, contact_id, asked_at, body, asked_ids, language, outcome, refused, reply) values
        ('text', 'SM1', '+16175550100', 'C1', '2026-10-06 14:50Z', 'bus', '{}', 'es', 'answered', false, '<Response/>'),
        ('text', 'SM2', '+16175550199', null, '2026-10-06 14:51Z', 'not theirs', '{}', 'en', 'unclear', false, '<R/>'),
        ('text', 'SM3', '+16175550100', 'C1', '2026-10-04 14:50Z', 'long ago', '{}', 'es', 'unclear', false, '<R/>')
    returning inquiry_id, sid
)
insert into access_log (inquiry_id, told_at, channel, contact_id, student_id, answer, vehicle_id)
select inquiry_id, '2026-10-06 14:50Z', 'text', 'C1', '100234', 'running_late', '47' from asked where sid = 'SM1'
"""


async def test_every_department_that_is_named_in_the_code_is_there_from_the_start(pool: Pool) -> None:
    rows = await pool.fetch("select department_id from department")
    assert {row["department_id"] for row in rows} == set(SEEDED)


async def test_a_case_begins_with_the_conversation_so_far_so_that_nobody_tells_it_twice(pool: Pool) -> None:
    await pool.execute(CONVERSATION)
    async with transaction(pool) as connection:
        case = await open_case(connection, BACKPACK, NOW)
        history = await history_of(connection, case.case_id)
    assert (case.state, case.language, case.student_id) == (CaseState.RECEIVED, "es", "100234")
    assert plain_reference(case.reference) == case.reference
    assert case.promised_by > NOW
    assert [(event.kind, event.about, event.words) for event in history] == [
        (EventKind.ASKED, "answered", "bus"),
        (EventKind.TOLD, "running_late", "student 100234 bus 47"),
        (EventKind.OPENED, "", "perdió su mochila"),
    ]


async def test_the_same_matter_again_is_the_same_case_with_more_words(pool: Pool) -> None:
    async with transaction(pool) as connection:
        first = await open_case(connection, BACKPACK, NOW)
        again = await open_case(connection, replace(BACKPACK, words="es azul"), NOW + timedelta(minutes=2))
        other = await open_case(connection, replace(BACKPACK, department=COMPLAINTS, topic="driver"), NOW)
        words = [event.words for event in await history_of(connection, first.case_id)]
    assert again.reference == first.reference != other.reference
    assert words == ["perdió su mochila", "es azul"]


async def test_a_case_that_turns_urgent_is_promised_sooner(pool: Pool) -> None:
    async with transaction(pool) as connection:
        first = await open_case(connection, BACKPACK, NOW)
        urgent = await open_case(connection, replace(BACKPACK, urgent=True), NOW + timedelta(minutes=2))
        (standing,) = await cases_of(connection, PARENT, NOW)
    assert urgent.urgent
    assert urgent.promised_by < first.promised_by
    assert (standing.urgent, standing.promised_by) == (True, urgent.promised_by)


async def test_a_family_follows_its_case_from_received_to_solved_and_back(pool: Pool) -> None:
    async with transaction(pool) as connection:
        case = await open_case(connection, BACKPACK, NOW)
        (standing,) = await cases_of(connection, PARENT, NOW)
        assert (standing.reference, standing.state) == (case.reference, CaseState.RECEIVED)
        assert not standing.is_overdue(NOW)
        assert standing.is_overdue(standing.promised_by + timedelta(seconds=1))

        await connection.execute("update family_case set state = 'answered', waiting_since = null")
        (standing,) = await cases_of(connection, PARENT, NOW)
        assert standing.asks_if_solved

        unsolved = await settle(connection, PARENT, case.reference, "no", NOW + timedelta(hours=2), solved=False)
        assert unsolved is not None
        assert (unsolved.state, unsolved.times_reopened) == (CaseState.WITH_DEPARTMENT, 1)
        assert unsolved.promised_by > case.promised_by

        solved = await settle(connection, PARENT, case.reference, "sí", NOW + timedelta(hours=3), solved=True)
        assert solved is not None
        assert solved.state is CaseState.CLOSED_BY_FAMILY
        assert await settle(connection, PARENT, case.reference, "sí", NOW + timedelta(hours=4), solved=True) == solved

        again = await reopen(connection, PARENT, case.reference, "still missing", NOW + timedelta(days=1))
        assert again is not None
        assert (again.reference, again.state) == (case.reference, CaseState.WITH_DEPARTMENT)
        kinds = [event.kind for event in await history_of(connection, case.case_id)]
    assert kinds == [EventKind.OPENED, EventKind.NOT_SOLVED, EventKind.SOLVED, EventKind.REOPENED]


async def test_words_after_the_answer_put_the_case_back_with_the_department(pool: Pool) -> None:
    async with transaction(pool) as connection:
        case = await open_case(connection, BACKPACK, NOW)
        await connection.execute("update family_case set state = 'closed_after_days', waiting_since = null")
        woken = await add_words(connection, PARENT, case.reference, "and a lunchbox", NOW + timedelta(days=3))
    assert woken is not None
    assert (woken.state, woken.waiting_since) == (CaseState.WITH_DEPARTMENT, NOW + timedelta(days=3))


async def test_another_phones_case_is_like_one_that_does_not_exist(pool: Pool) -> None:
    async with transaction(pool) as connection:
        case = await open_case(connection, BACKPACK, NOW)
        for reference in (case.reference, Reference("99999")):
            assert await add_words(connection, STRANGER, reference, "hello", NOW) is None
            assert await reopen(connection, STRANGER, reference, "hello", NOW) is None
            assert await settle(connection, STRANGER, reference, "yes", NOW, solved=True) is None
        assert await cases_of(connection, STRANGER, NOW) == ()
        assert len(await history_of(connection, case.case_id)) == 1


async def test_cases_closed_long_ago_are_no_longer_told_of_and_open_ones_come_first(pool: Pool) -> None:
    async with transaction(pool) as connection:
        topics = ("old", "closed", "open")
        made = [await open_case(connection, replace(BACKPACK, topic=topic), NOW) for topic in topics]
        for case, days in zip(made[:2], (60, 2), strict=True):
            await settle(connection, PARENT, case.reference, "yes", NOW - timedelta(days=days), solved=True)
        standings = await cases_of(connection, PARENT, NOW)
    assert [standing.topic for standing in standings] == ["open", "closed"]


async def test_a_department_that_does_not_exist_is_named_and_nothing_is_kept(pool: Pool) -> None:
    with pytest.raises(UnknownDepartmentError, match="'catering'"):
        async with transaction(pool) as connection:
            await open_case(connection, replace(BACKPACK, department=DepartmentId("catering")), NOW)
    assert await pool.fetchval("select count(*) from family_case") == 0


async def test_nobody_holds_a_conversation_until_somebody_takes_it(pool: Pool) -> None:
    async with pool.acquire() as connection:
        assert await holder_of(connection, PARENT, NOW) is None


async def test_a_district_that_has_used_its_short_references_goes_on_with_longer_ones(pool: Pool) -> None:
    await pool.execute(
        """
        insert into family_case (reference, phone, language, topic, urgent, department_id, state, state_since,
                                 opened_at, promised_by, waiting_since)
        select body::text || check_digit, '+1', 'en', 't', false, 'safety', 'received', $1, $1, $1, $1
        from generate_series(1000, 9999) as body, generate_series(0, 9) as check_digit
        """,
        NOW,
    )
    async with transaction(pool) as connection:
        case = await open_case(connection, BACKPACK, NOW)
    assert len(case.reference) == 6


async def test_two_texts_of_one_family_at_the_same_moment_end_in_one_case(pool: Pool) -> None:
    async with transaction(pool) as connection:
        first = await open_case(connection, BACKPACK, NOW)

    async def again(words: str) -> str:
        async with transaction(pool) as connection:
            return (await open_case(connection, replace(BACKPACK, words=words), NOW)).reference

    assert set(await asyncio.gather(*(again(str(number)) for number in range(5)))) == {first.reference}
    async with pool.acquire() as connection:
        assert len(await history_of(connection, first.case_id)) == 6
