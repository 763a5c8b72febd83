"""Who may ask, in a real database: codes, consent, staff, and what the school forbids."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from busline.enrolment import links
from busline.enrolment.links import Pending, Standing
from busline.ids import Phone, StudentId
from busline.store.pool import Connection, Pool

NOW = datetime(2026, 10, 5, 11, 30, tzinfo=UTC)
TODAY = date(2026, 10, 5)
MOTHER, FATHER, AUNT, STRANGER = (Phone(f"+1617555010{last}") for last in range(4))
RIGHT, OTHER = b"r" * 32, b"o" * 32

Asked = list[tuple[int, Phone, str, StudentId, Phone]]


@pytest.fixture
async def connection(pool: Pool) -> AsyncIterator[Connection]:
    """A family: the mother may ask, the father's link lacks the right, the aunt is unknown to the school."""
    async with pool.acquire() as connection:
        await connection.execute(
            """
            insert into school (school_id, name) values ('S', 'School');
            insert into student (student_id, school_id) values ('0100234', 'S'), ('100999', 'S');
            insert into contact (contact_id, phone, language) values ('M', '+16175550100', 'es'),
                                                                     ('F', '+16175550101', 'en');
            insert into link (contact_id, student_id, may_ask) values ('M', '0100234', true), ('F', '0100234', false);
            """
        )
        await connection.execute(
            "insert into join_code (digest, student_id, made_at, expires_at) values ($1, '0100234', $2, $3)",
            RIGHT,
            NOW - timedelta(days=1),
            NOW + timedelta(days=60),
        )
        yield connection


async def may_ask(connection: Connection, phone: Phone) -> list[str]:
    rows = await connection.fetch("select student_id from family_link where phone = $1 order by 1", phone)
    return [row["student_id"] for row in rows]


async def acts(connection: Connection) -> list[str]:
    return [row["act"] for row in await connection.fetch("select act from enrolment_audit order by audit_id")]


async def test_a_code_lets_one_phone_in_and_works_once(connection: Connection) -> None:
    assert (await links.look(connection, AUNT, RIGHT, NOW)).code_student_id == "0100234"
    assert await links.redeem(connection, RIGHT, AUNT, "fr", NOW) == "0100234"
    assert await may_ask(connection, AUNT) == ["0100234"]
    assert (await links.look(connection, STRANGER, RIGHT, NOW)).code_student_id is None
    assert await links.redeem(connection, RIGHT, STRANGER, "fr", NOW) is None
    assert await may_ask(connection, STRANGER) == []
    assert await acts(connection) == ["let in by code"]


async def test_an_expired_or_revoked_code_is_as_good_as_none(connection: Connection) -> None:
    later = NOW + timedelta(days=61)
    assert await links.look(connection, AUNT, RIGHT, later) == Standing()
    assert await links.redeem(connection, RIGHT, AUNT, "en", later) is None
    await connection.execute("update join_code set revoked_at = $1", NOW)
    assert await links.redeem(connection, RIGHT, AUNT, "en", NOW) is None


async def test_a_code_of_a_student_whom_the_roster_does_not_know_lets_nobody_see_anything(
    connection: Connection,
) -> None:
    await connection.execute("delete from student where student_id = '0100234'")
    assert (await links.look(connection, AUNT, RIGHT, NOW)).code_student_id is None


async def test_after_five_wrong_codes_a_phone_is_locked_out_for_a_day_even_with_the_right_one(
    connection: Connection,
) -> None:
    for _ in range(links.WRONG_TRIES_A_DAY):
        assert not (await links.look(connection, STRANGER, OTHER, NOW)).is_locked_out
        await links.note_wrong_code(connection, STRANGER, NOW)
    locked = await links.look(connection, STRANGER, RIGHT, NOW + timedelta(hours=1))
    assert locked == Standing(is_locked_out=True)
    assert (await links.look(connection, AUNT, RIGHT, NOW)).code_student_id == "0100234"
    next_day = await links.look(connection, STRANGER, RIGHT, NOW + timedelta(days=1, seconds=1))
    assert next_day.code_student_id == "0100234"
    assert await links.wrong_tries(connection, NOW - timedelta(hours=1)) == (5, 1)


async def test_the_school_s_no_outweighs_a_code(connection: Connection) -> None:
    await links.redeem(connection, RIGHT, FATHER, "en", NOW)
    assert await may_ask(connection, FATHER) == []


async def test_a_link_made_by_code_outlives_a_night_in_which_the_student_was_missing(connection: Connection) -> None:
    await links.redeem(connection, RIGHT, AUNT, "fr", NOW)
    await connection.execute("delete from student where student_id = '0100234'")
    assert await may_ask(connection, AUNT) == []
    await connection.execute("insert into student (student_id, school_id) values ('0100234', 'S')")
    assert await may_ask(connection, AUNT) == ["0100234"]


async def _wish(connection: Connection, phone: Phone, *ids: str, now: datetime = NOW) -> Asked:
    asked: Asked = []

    async def ask(
        _: Connection, request_id: int, whom: Phone, language: str, student_id: StudentId, asking: Phone
    ) -> None:
        asked.append((request_id, whom, language, student_id, asking))

    await links.wish(connection, phone, "fr", ids, now)
    assert await links.ask_families(connection, now.date(), now, ask) == 1
    return asked


async def test_the_family_of_a_real_student_is_asked_and_its_yes_lets_the_new_phone_in(
    connection: Connection,
) -> None:
    [(request_id, whom, language, student_id, asking)] = await _wish(connection, AUNT, "100234")
    assert (whom, language, student_id, asking) == (MOTHER, "es", "0100234", AUNT)
    assert (await links.look(connection, MOTHER, None, NOW)).pending == Pending(
        request_id, StudentId("0100234"), AUNT, NOW
    )
    assert await links.settle_consent(connection, request_id, MOTHER, NOW, granted=True)
    assert await may_ask(connection, AUNT) == ["0100234"]
    assert (await links.look(connection, MOTHER, None, NOW)).pending is None
    assert not await links.settle_consent(connection, request_id, MOTHER, NOW, granted=False)
    assert await acts(connection) == ["family asked", "let in by consent"]


async def test_a_family_is_asked_at_most_once_a_day_about_a_student(connection: Connection) -> None:
    assert len(await _wish(connection, AUNT, "100234")) == 1
    assert await _wish(connection, STRANGER, "0100234") == []
    assert len(await _wish(connection, STRANGER, "0100234", now=NOW + timedelta(days=1))) == 1


async def test_nobody_is_asked_about_an_invented_number_or_one_that_is_forbidden(connection: Connection) -> None:
    assert await _wish(connection, AUNT, "424242", "", "000", "'; drop table student; --") == []
    assert await _wish(connection, FATHER, "0100234") == []
    assert await _wish(connection, MOTHER, "0100234") == []


async def test_a_no_lets_nobody_in(connection: Connection) -> None:
    [(request_id, *_)] = await _wish(connection, AUNT, "100234")
    assert await links.settle_consent(connection, request_id, MOTHER, NOW, granted=False)
    assert await may_ask(connection, AUNT) == []
    assert await acts(connection) == ["family asked", "consent refused"]


async def test_an_answer_a_day_later_counts_no_more(connection: Connection) -> None:
    [(request_id, *_)] = await _wish(connection, AUNT, "100234")
    late = NOW + links.CONSENT_LASTS + timedelta(minutes=1)
    assert (await links.look(connection, MOTHER, None, late)).pending is None
    assert not await links.settle_consent(connection, request_id, MOTHER, late, granted=True)


async def test_whoever_lost_the_right_since_being_asked_has_no_say(connection: Connection) -> None:
    await _wish(connection, AUNT, "100234")
    await connection.execute("update link set may_ask = false where contact_id = 'M'")
    assert (await links.look(connection, MOTHER, None, NOW)).pending is None


async def test_a_suspended_phone_is_told_nothing_until_a_code_proves_it(connection: Connection) -> None:
    await connection.execute(
        "insert into phone_suspension (phone, since, reason) values ($1, $2, 'deactivated')", MOTHER, NOW
    )
    assert await may_ask(connection, MOTHER) == []
    await links.redeem(connection, RIGHT, MOTHER, "es", NOW)
    assert await may_ask(connection, MOTHER) == ["0100234"]
    assert await acts(connection) == ["let in by code", "suspension lifted"]


async def test_staff_let_a_phone_in_and_take_that_back(connection: Connection) -> None:
    assert await links.link_by_staff(connection, AUNT, StudentId("100999"), "ht", "ana", NOW)
    assert not await links.link_by_staff(connection, AUNT, StudentId("424242"), "ht", "ana", NOW)
    assert [(link.student_id, link.by_way_of) for link in await links.links_of(connection, AUNT)] == [
        ("100999", "staff")
    ]
    assert await links.end_link(connection, AUNT, StudentId("100999"), "ana", NOW)
    assert not await links.end_link(connection, AUNT, StudentId("100999"), "ana", NOW)
    assert await may_ask(connection, AUNT) == []


async def test_staff_see_why_somebody_hears_nothing(connection: Connection) -> None:
    found = await links.links_of(connection, "0100234")
    assert [(link.phone, link.may_ask) for link in found] == [(MOTHER, True), (FATHER, False)]
