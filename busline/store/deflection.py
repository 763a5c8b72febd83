"""What came of the questions of a day, kept without words or phones; and the sums over days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from busline.accuracy.deflection import Asked, Counted, Fate
from busline.store.pool import Pool, transaction
from busline.store.sql import load_queries

SQL = load_queries(__file__)


@dataclass(frozen=True, slots=True)
class Figures:
    """Matters and deflected ones over some days."""

    whole: Counted
    by_language: Mapping[str, Counted]
    by_school: Mapping[str, Counted]
    """By the school's name; matters about students of several schools, or of none, are in none of them."""


class Deflection:
    """The measure of what the hotline settles by itself."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def unmeasured(self, before: date, zone: str) -> list[date]:
        """Days of the district with questions that no night has looked at, up to the day before `before`."""
        return [row["asked_on"] for row in await self._pool.fetch(SQL["unmeasured"], before, zone)]

    async def asked(self, begins: datetime, ends: datetime) -> list[Asked]:
        """The questions of a day, joined with what the buses did: whether what was told came true."""
        await self._pool.execute(SQL["join_what_happened"], begins, ends)
        return [
            Asked(
                inquiry_id=row["inquiry_id"],
                phone=row["phone"],
                asked_at=row["asked_at"],
                language=row["language"],
                school_id=row["school_id"],
                was_right=row["was_right"],
                was_choice=row["ended"] in ("choice", "abandoned"),
            )
            for row in await self._pool.fetch(SQL["asked"], begins, ends)
        ]

    async def students_of(self, phones: Iterable[str]) -> dict[str, list[str]]:
        """For whom each of these phones may ask."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for row in await self._pool.fetch(SQL["students_of"], sorted(set(phones))):
            found[row["phone"]].append(row["student_id"])
        return found

    async def keep(self, service_date: date, fates: Iterable[Fate]) -> None:
        """Keep what came of a day's questions, in place of what was kept of it before."""
        rows = [
            (
                fate.asked.inquiry_id,
                fate.asked.language,
                fate.asked.school_id,
                "abandoned" if fate.is_abandoned else None,
                fate.asked.was_right,
                fate.came_back,
                fate.begins,
                fate.is_deflected,
            )
            for fate in fates
        ]
        columns = list(zip(*rows, strict=True)) if rows else [()] * 8
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["forget_day"], service_date)
            await connection.execute(SQL["abandon"], [row[0] for row in rows if row[3] is not None])
            await connection.execute(SQL["keep"], service_date, *(list(column) for column in columns))

    async def figures(self, since: date, until: date) -> Figures:
        """The sums over the days from `since` to `until`, both included."""
        rows = await self._pool.fetch(SQL["figures"], since, until)
        found: dict[str, dict[str, Counted]] = {"whole": {}, "language": {}, "school": {}}
        for row in rows:
            found[row["kind"]][row["name"]] = Counted(row["matters"], row["deflected"])
        return Figures(found["whole"].get("", Counted(0, 0)), found["language"], found["school"])
