"""Which letters are to be written, and their codes: kept as digests in the same transaction that writes the pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from busline.enrolment.codes import digest, new_code
from busline.ids import SchoolId, StudentId
from busline.store.pool import Connection
from busline.store.sql import load_queries

SQL = load_queries(__file__)


@dataclass(frozen=True, slots=True)
class School:
    """A school and how many of its students ride."""

    school_id: SchoolId
    name: str
    riders: int


@dataclass(frozen=True, slots=True)
class Rider:
    """A student who gets a letter."""

    student_id: StudentId
    name: str
    language: str | None
    """Of the first contact that may ask; None where the school has nobody on file."""


async def schools(
    connection: Connection, today: date, school_id: SchoolId | None, student_id: StudentId | None
) -> list[School]:
    """The schools with riders on or after a day, narrowed to one school or one student where that is given."""
    rows = await connection.fetch(SQL["schools"], school_id, student_id, today)
    return [School(SchoolId(row["school_id"]), row["name"], row["riders"]) for row in rows]


async def riders(connection: Connection, school_id: SchoolId, today: date, student_id: StudentId | None) -> list[Rider]:
    """The riders of a school, by grade and name: as a secretary hands letters out."""
    rows = await connection.fetch(SQL["riders"], school_id, student_id, today)
    return [
        Rider(
            StudentId(row["student_id"]),
            f"{row['given_name']} {row['family_name']}".strip() or row["student_id"],
            row["language"],
        )
        for row in rows
    ]


async def make_codes(
    connection: Connection,
    students: Sequence[StudentId],
    key: bytes,
    now: datetime,
    expires_at: datetime,
    *,
    keep_earlier: bool,
) -> list[str]:
    """A new code for each of these students, as printed; earlier open ones are revoked unless they are to be kept."""
    if not keep_earlier:
        await connection.execute(SQL["revoke_open"], list(students), now)
    codes = [new_code() for _ in students]
    digests = [digest(code.replace("-", ""), key) for code in codes]
    await connection.execute(SQL["keep"], digests, list(students), now, expires_at)
    return codes
