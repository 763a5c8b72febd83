"""Phones that are told nothing because their number may belong to somebody else by now.

Carriers give a number to the next customer weeks after the last one left. What shows it: messages that fail as to an
unknown or unreachable handset (30003, 30005) three times running, and the carriers' daily list of deactivated numbers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from busline.ids import Phone
from busline.store.pool import Connection
from busline.store.sql import load_queries

SQL = load_queries(__file__)

UNREACHABLE_CODES = (30003, 30005)
"""Twilio: unreachable and unknown destination handset."""
FAILURES_RUNNING = 3
AT_ONCE = 10_000
"""Numbers compared in one statement."""


class Reason(StrEnum):
    """Why a phone is told nothing: its messages reach nobody, carriers gave its number up, or staff say so."""

    UNREACHABLE = "unreachable"
    DEACTIVATED = "deactivated"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Suspension:
    """A phone that is told nothing, and why."""

    phone: Phone
    since: datetime
    reason: Reason


async def suspend(connection: Connection, phones: Sequence[Phone], reason: Reason, by: str, now: datetime) -> int:
    """Suspend every phone of these that any student is linked to and that is not suspended yet. Returns how many."""
    suspended = 0
    for start in range(0, len(phones), AT_ONCE):
        rows = await connection.fetch(SQL["suspend"], list(phones[start : start + AT_ONCE]), now, reason, by)
        suspended += len(rows)
    return suspended


async def suspend_unreachable(connection: Connection, now: datetime) -> int:
    """Suspend the phones whose last messages all failed as to nobody. Returns how many."""
    rows = await connection.fetch(SQL["unreachable"], list(UNREACHABLE_CODES), FAILURES_RUNNING)
    phones = [Phone(row["phone"]) for row in rows]
    return await suspend(connection, phones, Reason.UNREACHABLE, "three failed messages", now)


async def lift(connection: Connection, phone: Phone, by: str, now: datetime) -> bool:
    """Answer the phone again. False where it was not suspended."""
    return await connection.fetchval(SQL["lift"], phone, now, by) is not None


async def in_force(connection: Connection, phones: Iterable[Phone]) -> list[Suspension]:
    """The suspensions of these phones."""
    rows = await connection.fetch(SQL["in_force"], list(phones))
    return [Suspension(Phone(row["phone"]), row["since"], Reason(row["reason"])) for row in rows]


async def unread_lists(connection: Connection, today: date, days: int) -> list[date]:
    """The days before today, `days` back at most, whose list of deactivated numbers was not read, oldest first."""
    return [row["day"] for row in await connection.fetch(SQL["unread_lists"], today, days)]


async def take_list(connection: Connection, listed_on: date, numbers: Sequence[Phone], now: datetime) -> int:
    """Take in the list of one day, once. Returns how many phones it suspended."""
    suspended = await suspend(connection, numbers, Reason.DEACTIVATED, "the carriers' daily list", now)
    await connection.execute(SQL["note_list"], listed_on, now, len(numbers), suspended)
    return suspended
