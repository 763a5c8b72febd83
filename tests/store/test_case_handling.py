"""Cases as staff work them, in a real database."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from busline.cases.case import Case, CaseState, DepartmentId, EventKind, NewCase, NotPossible
from busline.cases.departments import COMPLAINTS, LOST_AND_FOUND, TRANSPORTATION
from busline.cases.handling import Author, CaseDesk, NoSuchCase, Outcome
from busline.cases.history import KnownAlready, UnknownDepartmentError
from busline.cases.holding import Conversations, HeldBy
from busline.cases.ledger import HOLD, add_words, holder_of, open_case, settle
from busline.cases.overview import Figures, Overview, Show
from busline.cases.reference import Reference, spoken
from busline.ids import Phone
from busline.store.pool import Pool, transaction

NOW = datetime(2026, 10, 6, 15, 0, tzinfo=UTC)
PARENT = Phone("+16175550100")
BACKPACK = NewCase(PARENT, "es", LOST_AND_FOUND, "lost_item", "perdió su mochila")
ANA, BEN = Author("ana"), Author("ben")
NOWHERE = Reference("99999")


async def opened(pool: Pool, new: NewCase = BACKPACK, now: datetime = NOW) -> Case:
    async with transaction(pool) as connection:
        return await open_case(connection, new, now)


def done(outcome: Outcome | HeldBy) -> Case:
    assert isinstance(outcome, Case), outcome
    return outcome


async def promised(pool: Pool) -> list[tuple[str, str, dict[str, str]]]:
    """The texts promised to families, oldest first."""
    rows = await pool.fetch(
        "select phone, facts ->> 'message' as message, facts -> 'fillings' as fillings from outbox order by outbox_id"
    )
    return [(row["phone"], row["message"], json.loads(row["fillings"])) for row in rows]


async def test_an_answer_is_texted_with_the_question_whether_it_solved_it(pool: Pool) -> None:
    desk, case = CaseDesk(pool), await opened(pool)
    answered = done(await desk.answer(case.reference, "Está en la oficina.", ANA, NOW + timedelta(hours=1)))
    assert answered.state is CaseState.ANSWERED
    ((phone, message, fillings),) = await promised(pool)
    assert (phone, message) == (PARENT, "case-answer case-closing")
    assert fillings["reference"] == spoken(case.reference)
    assert (fillings["department"], fillings["words"]) == ("lost_and_found", "Está en la oficina.")
    async with transaction(pool) as connection:
        closed = await settle(connection, PARENT, case.reference, "sí", NOW + timedelta(hours=2), solved=True)
    assert closed is not None
    assert closed.state is CaseState.CLOSED_BY_FAMILY


async def test_words_on_the_way_are_texted_and_the_family_still_waits(pool: Pool) -> None:
    desk, case = CaseDesk(pool), await opened(pool)
    said = done(await desk.say(case.reference, "Lo buscamos.", ANA, NOW))
    assert (said.state, said.waiting_since) == (CaseState.WITH_DEPARTMENT, NOW)
    assert [message for _, message, _ in await promised(pool)] == ["case-answer"]


async def test_closing_asks_the_family_and_closes_nothing_by_itself(pool: Pool) -> None:
    desk, case = CaseDesk(pool), await opened(pool)
    assert done(await desk.close(case.reference, ANA, NOW)).state is CaseState.ANSWERED
    assert [message for _, message, _ in await promised(pool)] == ["case-closing"]


async def test_a_transfer_keeps_everything_that_was_written(pool: Pool) -> None:
    desk, case = CaseDesk(pool), await opened(pool)
    done(await desk.assign(case.reference, "ana", ANA, NOW))
    done(await desk.note(case.reference, "the driver was rude about it", ANA, NOW))
    moved = done(await desk.transfer(case.reference, COMPLAINTS, "for you", ANA, NOW + timedelta(hours=1)))
    assert (moved.department, moved.assigned_to, moved.promised_by) == (COMPLAINTS, None, case.promised_by)
    file = await Overview(pool).file(case.reference, NOW)
    assert file is not None
    assert [(event.kind, event.by, event.about, event.words) for event in file.history] == [
        (EventKind.OPENED, "", "", "perdió su mochila"),
        (EventKind.ASSIGNED, "ana", "ana", ""),
        (EventKind.NOTE, "ana", "", "the driver was rude about it"),
        (EventKind.TRANSFERRED, "ana", "complaints", "for you"),
    ]
    with pytest.raises(UnknownDepartmentError, match="catering"):
        await desk.transfer(case.reference, DepartmentId("catering"), "", ANA, NOW)
    assert await desk.transfer(case.reference, COMPLAINTS, "", ANA, NOW) is NotPossible.SAME_DEPARTMENT


async def test_a_message_that_comes_twice_changes_a_case_once(pool: Pool) -> None:
    desk, case = CaseDesk(pool), await opened(pool)
    mail = Author("office", source_key="mail:<1@x>")
    done(await desk.answer(case.reference, "Found it.", mail, NOW))
    assert isinstance(await desk.answer(case.reference, "Found it.", mail, NOW), KnownAlready)
    assert len(await promised(pool)) == 1


async def test_a_case_that_does_not_exist_is_said_to_be_none(pool: Pool) -> None:
    desk, talks = CaseDesk(pool), Conversations(pool)
    outcomes: list[object] = [
        await desk.assign(NOWHERE, "ana", ANA, NOW),
        await desk.answer(NOWHERE, "x", ANA, NOW),
        await desk.reopen(NOWHERE, "x", ANA, NOW),
        await desk.try_again(NOWHERE, NOW),
        await talks.take_over(NOWHERE, "ana", NOW),
        await talks.hand_back(NOWHERE, "ana", NOW),
    ]
    assert all(isinstance(outcome, NoSuchCase) for outcome in outcomes)
    assert await Overview(pool).file(NOWHERE, NOW) is None


async def test_a_closed_case_is_opened_again_by_staff_under_the_same_reference(pool: Pool) -> None:
    desk, case = CaseDesk(pool), await opened(pool)
    async with transaction(pool) as connection:
        await settle(connection, PARENT, case.reference, "yes", NOW, solved=True)
    assert await desk.answer(case.reference, "x", ANA, NOW) is NotPossible.CLOSED
    assert await promised(pool) == []
    again = done(await desk.reopen(case.reference, "it was another child's", ANA, NOW + timedelta(days=1)))
    assert (again.reference, again.state) == (case.reference, CaseState.WITH_DEPARTMENT)
    assert again.promised_by > case.promised_by


async def test_of_two_who_take_over_at_once_one_has_it_and_the_other_is_told_who(pool: Pool) -> None:
    talks, case = Conversations(pool), await opened(pool)
    names = ["ana", "ben", "chi", "dov"]
    outcomes = await asyncio.gather(*(talks.take_over(case.reference, name, NOW) for name in names))
    winners = [name for name, outcome in zip(names, outcomes, strict=True) if isinstance(outcome, Case)]
    assert len(winners) == 1
    assert {outcome.holder.held_by for outcome in outcomes if isinstance(outcome, HeldBy)} == set(winners)
    async with pool.acquire() as connection:
        holder = await holder_of(connection, PARENT, NOW)
    assert holder is not None
    assert (holder.held_by, holder.reference) == (winners[0], case.reference)


async def test_taking_what_one_has_changes_nothing_and_another_case_of_the_phone_is_the_same_conversation(
    pool: Pool,
) -> None:
    talks, case = Conversations(pool), await opened(pool)
    other = await opened(pool, replace(BACKPACK, department=COMPLAINTS, topic="driver"))
    done(await talks.take_over(case.reference, "ana", NOW))
    done(await talks.take_over(case.reference, "ana", NOW + timedelta(minutes=5)))
    assert isinstance(await talks.take_over(other.reference, "ben", NOW + timedelta(minutes=6)), HeldBy)
    file = await Overview(pool).file(case.reference, NOW)
    assert file is not None
    assert [event.kind for event in file.history] == [EventKind.OPENED, EventKind.TAKEN_OVER]
    assert file.case.assigned_to == "ana"
    assert file.holder is not None
    assert file.holder.since == NOW
    assert file.holder.until == NOW + timedelta(minutes=5) + HOLD


async def test_only_the_holder_hands_back_unless_it_is_asked_for_another(pool: Pool) -> None:
    talks, case = Conversations(pool), await opened(pool)
    done(await talks.take_over(case.reference, "ana", NOW))
    refused = await talks.hand_back(case.reference, "ben", NOW)
    assert isinstance(refused, HeldBy)
    assert refused.holder.held_by == "ana"
    done(await talks.hand_back(case.reference, "ben", NOW, for_another=True))
    async with pool.acquire() as connection:
        assert await holder_of(connection, PARENT, NOW) is None
    done(await talks.hand_back(case.reference, "ben", NOW))


async def test_a_conversation_stays_held_while_its_holder_writes_and_no_longer(pool: Pool) -> None:
    talks, desk, case = Conversations(pool), CaseDesk(pool), await opened(pool)
    done(await talks.take_over(case.reference, "ana", NOW))
    done(await desk.say(case.reference, "Un momento.", ANA, NOW + timedelta(minutes=20)))
    async with transaction(pool) as connection:
        await add_words(connection, PARENT, case.reference, "¿hola?", NOW + timedelta(minutes=45))
    assert await talks.end_forgotten(NOW + timedelta(minutes=49)) == 0
    async with pool.acquire() as connection:
        assert await holder_of(connection, PARENT, NOW + timedelta(minutes=49)) is not None
        # A family that goes on texting into silence is answered again.
        assert await holder_of(connection, PARENT, NOW + timedelta(minutes=50)) is None
    assert await talks.end_forgotten(NOW + timedelta(minutes=51)) == 1
    assert await talks.end_forgotten(NOW + timedelta(minutes=51)) == 0
    assert [message for _, message, _ in await promised(pool)] == ["case-answer", "case-status"]


async def test_an_answer_hands_the_conversation_back_so_that_the_familys_yes_is_heard(pool: Pool) -> None:
    talks, desk, case = Conversations(pool), CaseDesk(pool), await opened(pool)
    done(await talks.take_over(case.reference, "ana", NOW))
    done(await desk.answer(case.reference, "Aquí está.", ANA, NOW))
    async with pool.acquire() as connection:
        assert await holder_of(connection, PARENT, NOW) is None


async def test_taking_over_waits_for_the_text_that_is_being_answered(pool: Pool) -> None:
    talks, case = Conversations(pool), await opened(pool)
    await pool.execute("insert into conversation (phone, first_at, last_at) values ($1, $2, $2)", PARENT, NOW)
    async with transaction(pool) as connection:
        await connection.execute("select from conversation where phone = $1 for update", PARENT)
        taking = asyncio.create_task(talks.take_over(case.reference, "ana", NOW))
        await asyncio.sleep(0.2)
        assert not taking.done()
        assert await holder_of(connection, PARENT, NOW) is None
    done(await taking)


async def test_the_list_has_the_most_pressing_first_and_can_be_narrowed(pool: Pool) -> None:
    desk, overview = CaseDesk(pool), Overview(pool)
    calm = await opened(pool)
    urgent = await opened(
        pool, NewCase(Phone("+16175550101"), "en", TRANSPORTATION, "not_home", "not home", urgent=True)
    )
    answered = await opened(pool, replace(BACKPACK, phone=Phone("+16175550102"), topic="hat"))
    done(await desk.answer(answered.reference, "x", ANA, NOW))
    done(await desk.assign(calm.reference, "ana", ANA, NOW))

    async def shown(show: Show, at: datetime = NOW, **narrowed: str) -> list[str]:
        department = DepartmentId(narrowed["department"]) if "department" in narrowed else None
        listed = await overview.list(show, at, department=department, assigned_to=narrowed.get("assigned_to"))
        return [one.case.reference for one in listed]

    assert await shown(Show.OPEN) == [urgent.reference, calm.reference, answered.reference]
    assert await shown(Show.WAITING) == [urgent.reference, calm.reference]
    assert await shown(Show.OVERDUE, urgent.promised_by + timedelta(seconds=1)) == [urgent.reference]
    assert await shown(Show.ANSWERED) == [answered.reference]
    assert await shown(Show.CLOSED) == []
    assert await shown(Show.OPEN, assigned_to="ana") == [calm.reference]
    assert await shown(Show.OPEN, department="transportation") == [urgent.reference]
    assert await overview.figures(NOW) == Figures(waiting=2, overdue=0, urgent=1, not_handed_over=0)


async def test_what_could_not_be_handed_over_is_listed_and_tried_again_when_asked(pool: Pool) -> None:
    await pool.execute("update department set connector = 'email', target = 'lost@x.org'")
    desk, overview, case = CaseDesk(pool), Overview(pool), await opened(pool)
    await pool.execute("update case_delivery set state = 'failed', attempts = 12, trouble = 'refused'")
    (listed,) = await overview.list(Show.NOT_HANDED_OVER, NOW)
    assert listed.not_handed_over
    assert (await overview.figures(NOW)).not_handed_over == 1
    assert await desk.try_again(case.reference, NOW + timedelta(hours=1)) == 1
    file = await overview.file(case.reference, NOW)
    assert file is not None
    assert [(one.state, one.attempts, one.trouble) for one in file.deliveries] == [("waiting", 0, "refused")]
