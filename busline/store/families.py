"""Which phones could ask about the runs of a day: for a replay that needs somebody to play, and for its benchmark."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from busline.ids import Phone, RunId, StudentId
from busline.store.pool import Pool
from busline.store.sql import load_queries

_SQL = load_queries(__file__)


@dataclass(frozen=True, slots=True)
class Family:
    """A phone, its language, and the students it may ask about."""

    phone: Phone
    language: str
    students: tuple[StudentId, ...]


async def families_on_runs(pool: Pool, run_ids: Collection[RunId], service_date: date, limit: int) -> list[Family]:
    """Up to `limit` phones with a student who rides one of these runs on this day."""
    rows = await pool.fetch(_SQL["families_on_runs"], list(run_ids), service_date, service_date.weekday(), limit)
    return [
        Family(Phone(row["phone"]), row["language"], tuple(StudentId(student) for student in row["students"]))
        for row in rows
    ]


async def has_students(pool: Pool) -> bool:
    """Whether any roster was ever imported."""
    return bool(await pool.fetchval(_SQL["has_students"]))
