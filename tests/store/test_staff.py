"""Staff accounts and sessions, against a real database."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from argon2 import PasswordHasher

from busline.store.pool import Pool
from busline.store.staff import (
    ABSOLUTE,
    IDLE,
    MAX_TRIES_PER_ADDRESS,
    MAX_TRIES_PER_USER,
    AccountError,
    Refused,
    Role,
    SignedIn,
    Staff,
)

NOW = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
async def staff(pool: Pool) -> Staff:
    staff = Staff(pool, CHEAP)
    await staff.add("maria", PASSWORD, Role.DISPATCHER, NOW)
    return staff


async def sign_in(
    staff: Staff, username: str = "maria", password: str = PASSWORD, *, address: str = "10.0.0.1", now: datetime = NOW
) -> SignedIn | Refused:
    return await staff.sign_in(username, password, address=address, agent="test", now=now)


async def token_of(staff: Staff, now: datetime = NOW) -> str:
    outcome = await sign_in(staff, now=now)
    assert isinstance(outcome, SignedIn)
    return outcome.token


async def test_the_right_password_opens_a_session_of_that_person(staff: Staff) -> None:
    outcome = await sign_in(staff, " Maria ")
    assert isinstance(outcome, SignedIn)
    assert (outcome.member.username, outcome.member.role) == ("maria", Role.DISPATCHER)
    assert await staff.session(outcome.token, NOW) == outcome.member


async def test_a_wrong_name_and_a_wrong_password_are_refused_alike(staff: Staff) -> None:
    assert await sign_in(staff, "maria", "wrong") is Refused.WRONG
    assert await sign_in(staff, "nobody", PASSWORD) is Refused.WRONG
    assert await sign_in(staff, "ma\x00ria", "\x00") is Refused.WRONG


async def test_neither_password_nor_token_is_stored(staff: Staff, pool: Pool) -> None:
    token = await token_of(staff)
    stored = str(await pool.fetch("select * from staff_user")) + str(await pool.fetch("select * from staff_session"))
    assert PASSWORD not in stored
    assert token not in stored
    assert "$argon2id$" in stored


async def test_a_session_ends_when_it_is_idle_and_lasts_while_it_is_used(staff: Staff) -> None:
    token = await token_of(staff)
    later = NOW
    for _ in range(5):
        later += IDLE - timedelta(minutes=1)
        assert await staff.session(token, later) is not None
    assert await staff.session(token, later + IDLE + timedelta(seconds=1)) is None


async def test_a_session_ends_after_a_shift_however_much_it_is_used(staff: Staff) -> None:
    token = await token_of(staff)
    later = NOW
    while later + timedelta(minutes=20) < NOW + ABSOLUTE:
        later += timedelta(minutes=20)
        assert await staff.session(token, later) is not None
    assert await staff.session(token, NOW + ABSOLUTE) is None


async def test_signing_out_ends_that_session_and_no_other(staff: Staff) -> None:
    here, there = await token_of(staff), await token_of(staff)
    await staff.sign_out(here, NOW)
    assert await staff.session(here, NOW) is None
    assert await staff.session(there, NOW) is not None


async def test_a_new_password_ends_every_session(staff: Staff) -> None:
    token = await token_of(staff)
    await staff.set_password("Maria", "another long phrase", NOW)
    assert await staff.session(token, NOW) is None
    assert await sign_in(staff) is Refused.WRONG
    assert isinstance(await sign_in(staff, password="another long phrase"), SignedIn)


async def test_a_disabled_account_is_out_at_once_and_stays_out(staff: Staff) -> None:
    token = await token_of(staff)
    await staff.disable("maria", NOW)
    assert await staff.session(token, NOW) is None
    assert await sign_in(staff) is Refused.WRONG
    (account,) = await staff.accounts()
    assert account.disabled_at == NOW


async def test_a_new_role_counts_from_the_next_request(staff: Staff) -> None:
    token = await token_of(staff)
    await staff.set_role("maria", Role.VIEWER)
    member = await staff.session(token, NOW)
    assert member is not None
    assert member.role is Role.VIEWER


async def test_guessing_one_name_is_stopped_even_from_many_addresses(staff: Staff) -> None:
    for guess in range(MAX_TRIES_PER_USER):
        assert await sign_in(staff, password="guess", address=f"10.9.0.{guess}") is Refused.WRONG
    assert await sign_in(staff, address="10.9.1.1") is Refused.TOO_MANY_TRIES
    assert isinstance(await sign_in(staff, address="10.9.1.1", now=NOW + timedelta(minutes=16)), SignedIn)


async def test_a_stranger_who_guesses_cannot_lock_a_person_out_of_their_usual_place(staff: Staff) -> None:
    await token_of(staff)  # signed in from here before
    for _ in range(MAX_TRIES_PER_USER + 5):
        await sign_in(staff, password="guess", address="203.0.113.9")
    assert await sign_in(staff, address="203.0.113.9") is Refused.TOO_MANY_TRIES
    assert isinstance(await sign_in(staff), SignedIn)


async def test_guessing_many_names_from_one_address_is_stopped(staff: Staff) -> None:
    for guess in range(MAX_TRIES_PER_ADDRESS):
        assert await sign_in(staff, f"name{guess}", "guess") is Refused.WRONG
    assert await sign_in(staff) is Refused.TOO_MANY_TRIES
    assert isinstance(await sign_in(staff, address="10.0.0.2"), SignedIn)


async def test_guesses_sent_at_one_moment_count_one_by_one(staff: Staff) -> None:
    outcomes = await asyncio.gather(*(sign_in(staff, password="guess") for _ in range(MAX_TRIES_PER_USER * 3)))
    assert outcomes.count(Refused.WRONG) <= MAX_TRIES_PER_USER


async def test_an_unknown_name_costs_a_real_hash(staff: Staff) -> None:
    hashed: list[str] = []

    class Watched(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002  argon2 names it so
            hashed.append(str(hash)[:10])
            return super().verify(hash, password)

    watched = Staff(staff._pool, Watched(time_cost=1, memory_cost=8, parallelism=1))
    await sign_in(watched, "nobody", "x")
    await sign_in(watched, "maria", "x")
    assert hashed == ["$argon2id$", "$argon2id$"]


async def test_a_password_kept_with_old_parameters_is_kept_anew_at_the_next_sign_in(staff: Staff, pool: Pool) -> None:
    before = await pool.fetchval("select password_hash from staff_user")
    stronger = Staff(pool, PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert isinstance(await sign_in(stronger), SignedIn)
    assert await pool.fetchval("select password_hash from staff_user") != before
    assert isinstance(await sign_in(stronger), SignedIn)


async def test_a_name_is_taken_once_and_a_short_password_is_not_taken(staff: Staff) -> None:
    with pytest.raises(AccountError, match="already"):
        await staff.add("MARIA", PASSWORD, Role.VIEWER, NOW)
    with pytest.raises(AccountError, match="12 to 256"):
        await staff.add("omar", "short", Role.VIEWER, NOW)
    with pytest.raises(AccountError, match="begins with"):
        await staff.add("o mar", PASSWORD, Role.VIEWER, NOW)
    for change in (staff.set_role("omar", Role.VIEWER), staff.disable("omar", NOW)):
        with pytest.raises(AccountError, match="no account named omar"):
            await change


async def test_the_same_password_in_another_unicode_form_is_the_same_password(staff: Staff) -> None:
    await staff.add("jose", "contrase\u00f1a larga", Role.VIEWER, NOW)
    assert isinstance(await sign_in(staff, "jose", "contrasen\u0303a larga"), SignedIn)


async def test_what_no_longer_matters_is_forgotten(staff: Staff, pool: Pool) -> None:
    await token_of(staff)
    await staff.forget_old(NOW + timedelta(days=1))
    assert await pool.fetchval("select count(*) from staff_session") == 1
    await staff.forget_old(NOW + timedelta(days=60))
    assert await pool.fetchval("select count(*) from staff_session") == 0
    assert await pool.fetchval("select count(*) from staff_sign_in") == 0


def test_each_role_covers_the_ones_before_it() -> None:
    assert [Role.DISPATCHER.covers(role) for role in Role] == [True, True, True, False]
