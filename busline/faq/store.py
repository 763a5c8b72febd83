"""The prepared answers in PostgreSQL: seeded from what comes with Busline, edited by staff, every version kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from busline.faq.entries import Entry, TopicId
from busline.store.pool import Connection, Pool, transaction
from busline.store.sql import load_queries

SQL = load_queries(__file__)


@dataclass(frozen=True, slots=True)
class Version:
    """One state of an answer, and who made it."""

    entry: Entry
    number: int
    edited_at: datetime
    edited_by: str
    """A member of staff; empty for what came with Busline."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What bringing in the shipped answers did."""

    added: int
    renewed: int
    kept: int
    """Answers that staff have edited and that were therefore left as they are."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """What a family asked and no answer was sure about."""

    asked_at: datetime
    language: str
    words: str
    nearest: tuple[TopicId, ...]


class Answers:
    """The answers of this installation."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def change(self) -> int:
        """A number that goes up with every edit."""
        return int(await self._pool.fetchval(SQL["change"]))

    async def in_force(self) -> list[Version]:
        """The newest version of every answer."""
        return [_version(row) for row in await self._pool.fetch(SQL["in_force"])]

    async def versions(self, topic_id: TopicId, language: str) -> list[Version]:
        """All versions of one answer, the newest first."""
        return [_version(row) for row in await self._pool.fetch(SQL["versions"], topic_id, language)]

    async def seed(self, entries: Iterable[Entry], now: datetime) -> Seeded:
        """Bring in the shipped answers: new ones, and newer ones where staff have not written their own."""
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["lock"])
            known = {
                (version.entry.topic_id, version.entry.language): version
                for version in map(_version, await connection.fetch(SQL["in_force"]))
            }
            added, renewed, kept = [], [], 0
            for entry in entries:
                before = known.get((entry.topic_id, entry.language))
                if before is None:
                    added.append(entry)
                elif before.edited_by:
                    kept += 1
                elif before.entry != entry:
                    renewed.append(entry)
            await _add(connection, added + renewed, now, "")
        return Seeded(len(added), len(renewed), kept)

    async def edit(self, entry: Entry, by: str, now: datetime) -> None:
        """A new version by a member of staff."""
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["lock"])
            await _add(connection, [entry], now, by)

    async def unanswered(self, since: datetime, at_most: int) -> list[Unanswered]:
        """The editor's to-do list, the newest first."""
        return [
            Unanswered(row["asked_at"], row["language"], row["words"], tuple(TopicId(one) for one in row["nearest"]))
            for row in await self._pool.fetch(SQL["unanswered"], since, at_most)
        ]


async def note_unanswered(
    connection: Connection, words: str, language: str, nearest: Sequence[TopicId], now: datetime
) -> None:
    """Keep a question that no answer was sure about, in the transaction that answers it otherwise."""
    await connection.execute(SQL["note_unanswered"], now, language, words, list(nearest))


async def _add(connection: Connection, entries: Sequence[Entry], now: datetime, by: str) -> None:
    if not entries:
        return
    await connection.executemany(
        SQL["add"],
        [
            (one.topic_id, one.language, one.title, list(one.asks), list(one.words), one.answer, one.reviewed, now, by)
            for one in entries
        ],
    )
    await connection.fetchval(SQL["next_change"])


def _version(row: Any) -> Version:
    entry = Entry(
        TopicId(row["topic_id"]),
        row["language"],
        row["title"],
        tuple(row["asks"]),
        tuple(row["words"]),
        row["answer"],
        row["reviewed"],
    )
    return Version(entry, row["version"], row["edited_at"], row["edited_by"])
