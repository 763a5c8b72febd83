"""How a phone that the school has not on file comes to ask about a student: by a code, by consent, or by staff.

Every function works inside the caller's transaction. What `look` reads takes the same work whatever was typed, and
what follows from it is the same for every phone that is not let in.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from busline.ids import Phone, StudentId
from busline.store.pool import Connection
from busline.store.sql import load_queries

SQL = load_queries(__file__)

WRONG_TRIES_A_DAY = 5
"""Then a phone's codes are not looked at for a day, right ones neither (facts: limits per phone)."""
CONSENT_LASTS = timedelta(hours=24)
MOST_ASKED = 6
"""Phones of one family that are asked at most."""
LONGEST_ID = 12
_NO_CODE = bytes(32)
"""Looked up where no code was typed: no digest is all zeros, and the look takes the same work."""


class Way(StrEnum):
    """How a phone was let in."""

    CODE = "code"
    CONSENT = "consent"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Pending:
    """A question that the phone was asked and has not answered: may `asking_phone` ask about this student?"""

    request_id: int
    student_id: StudentId
    asking_phone: Phone
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What joining needs to know of a phone that sends a text."""

    code_student_id: StudentId | None = None
    """Of an open code, while the phone is not locked out."""
    is_locked_out: bool = False
    pending: Pending | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """A phone that asked about numbers it is not linked to."""

    phone: Phone
    language: str
    asked_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A phone and a student, and why the one may ask about the other, or may not."""

    phone: Phone
    student_id: StudentId
    by_way_of: str
    may_ask: bool
    since: datetime | None


Ask = Callable[[Connection, int, Phone, str, StudentId, Phone], Awaitable[None]]
"""Sends one question: the request's number, whom, in which language, about which student, for which phone."""


async def look(connection: Connection, phone: Phone, code_digest: bytes | None, now: datetime) -> Standing:
    """What is known of the phone, and whether a code is right; `code_digest` is None where none was typed."""
    (row,) = await connection.fetch(SQL["look"], phone, code_digest or _NO_CODE, now, now - timedelta(days=1))
    locked_out = row["wrong_tries"] >= WRONG_TRIES_A_DAY
    return Standing(
        code_student_id=None if locked_out or row["code_student_id"] is None else StudentId(row["code_student_id"]),
        is_locked_out=locked_out,
        pending=_pending(row),
    )


def _pending(row: Any) -> Pending | None:
    if row["request_id"] is None:
        return None
    return Pending(row["request_id"], StudentId(row["student_id"]), Phone(row["asking_phone"]), row["asked_at"])


async def redeem(
    connection: Connection, code_digest: bytes, phone: Phone, language: str, now: datetime
) -> StudentId | None:
    """Let the phone in by its code, once. None where the code is not open; then a wrong try is noted."""
    student_id = await connection.fetchval(SQL["use_code"], code_digest, phone, now)
    await connection.execute(SQL["note_try"], phone, now, student_id is not None)
    if student_id is None:
        return None
    await _let_in(connection, phone, language, StudentId(student_id), Way.CODE, "", now)
    return StudentId(student_id)


async def note_wrong_code(connection: Connection, phone: Phone, now: datetime) -> None:
    """Count a code that was not open."""
    await connection.execute(SQL["note_try"], phone, now, False)


async def wish(connection: Connection, phone: Phone, language: str, asked_ids: Sequence[str], now: datetime) -> None:
    """Keep that a phone asked about numbers it is not linked to, for `ask_families` to look at a moment later."""
    await connection.execute(SQL["wish"], phone, language, list(asked_ids), now)


async def settle_consent(
    connection: Connection, request_id: int, phone: Phone, now: datetime, *, granted: bool
) -> bool:
    """Take a family's yes or no. True where it was the first answer; a yes lets the asking phone in."""
    row = await connection.fetchrow(SQL["settle_consent"], request_id, phone, now, granted)
    if row is None:
        return False
    student_id, asking = StudentId(row["student_id"]), Phone(row["asking_phone"])
    if granted:
        await _let_in(connection, asking, row["language"], student_id, Way.CONSENT, phone, now)
    else:
        await connection.execute(SQL["audit"], now, "consent refused", asking, student_id, phone)
    return True


async def ask_families(connection: Connection, today: date, now: datetime, ask: Ask, *, at_most: int = 100) -> int:
    """Look at wishes: families of real students are asked, at most once a day and student. Returns how many wishes."""
    wishes = [
        Wish(Phone(row["phone"]), row["language"], tuple(row["asked_ids"]))
        for row in await connection.fetch(SQL["take_wishes"], at_most)
    ]
    for one in wishes:
        for asked_id in one.asked_ids:
            await _ask_family(connection, one, asked_id, today, now, ask)
    return len(wishes)


async def _ask_family(connection: Connection, one: Wish, asked_id: str, today: date, now: datetime, ask: Ask) -> None:
    family = await connection.fetch(SQL["family_of"], _written(asked_id), one.phone)
    for student_id in dict.fromkeys(row["student_id"] for row in family):
        request_id = await connection.fetchval(
            SQL["ask_family"], student_id, one.phone, one.language, today, now, now + CONSENT_LASTS
        )
        if request_id is None:
            continue
        asked = [row for row in family if row["student_id"] == student_id][:MOST_ASKED]
        for row in asked:
            await connection.execute(SQL["note_question"], request_id, row["phone"])
            await ask(connection, request_id, Phone(row["phone"]), row["language"], StudentId(student_id), one.phone)
        await connection.execute(SQL["audit"], now, "family asked", one.phone, student_id, one.phone)


def _written(asked_id: str) -> list[str]:
    """The ways in which a roster may write a number that was typed: letter case and zeros in front do not matter."""
    plain = re.sub(r"[^0-9a-z]", "", asked_id.lower()).lstrip("0")
    padded = [plain.rjust(length, "0") for length in range(len(plain), LONGEST_ID + 1)] if plain else []
    return list(dict.fromkeys([asked_id, *padded, *(one.upper() for one in padded)]))


async def link_by_staff(
    connection: Connection, phone: Phone, student_id: StudentId, language: str, staff: str, now: datetime
) -> bool:
    """Let a phone in on the word of a member of staff. False where the roster has no such student."""
    if not await connection.fetchval(SQL["student_exists"], student_id):
        return False
    await _let_in(connection, phone, language, student_id, Way.STAFF, staff, now)
    return True


async def end_link(connection: Connection, phone: Phone, student_id: StudentId, by: str, now: datetime) -> bool:
    """Take back what was granted outside the roster. False where nothing was."""
    return await connection.fetchval(SQL["end_link"], phone, student_id, now, by) is not None


async def links_of(connection: Connection, phone_or_student: str) -> list[Link]:
    """Who may ask about a student, or whom a phone may ask about."""
    return [
        Link(Phone(row["phone"]), StudentId(row["student_id"]), row["by_way_of"], row["may_ask"], row["since"])
        for row in await connection.fetch(SQL["links_of"], phone_or_student)
    ]


async def wrong_tries(connection: Connection, since: datetime) -> tuple[int, int]:
    """Wrong codes since a moment, and of how many phones: what the tripwire looks at."""
    (row,) = await connection.fetch(SQL["wrong_tries"], since)
    return row["tries"], row["phones"]


async def _let_in(
    connection: Connection, phone: Phone, language: str, student_id: StudentId, way: Way, by: str, now: datetime
) -> None:
    await connection.execute(SQL["let_in"], phone, language, now, student_id, way, by)
    await connection.execute(SQL["lift_suspension"], phone, now, by or way)
