"""Troubles that stop all messages until somebody acts: told once when they begin, and once when they are over."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from busline.store.pool import Connection, Pool
from busline.store.sql import load_queries

log = structlog.get_logger(__name__)

SQL = load_queries(__file__)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A trouble by the carrier's number (https://www.twilio.com/docs/api/errors)."""

    code: int
    since: datetime
    last_at: datetime
    times: int


async def raise_alarm(database: Pool | Connection, code: int, now: datetime) -> None:
    """The carrier has refused a message for a reason that will hold for the next ones, too."""
    if await database.fetchval(SQL["raise"], code, now):
        log.error(
            "messages to families do not go through until somebody acts",
            carrier_error=code,
            see=f"https://www.twilio.com/docs/api/errors/{code}",
            kept="what is still news is tried again; the rest is shown as failed",
        )


async def end_alarms(pool: Pool, now: datetime) -> None:
    """End those after which a message has reached a phone."""
    for row in await pool.fetch(SQL["over"], now):
        log.info("messages to families reach phones again", carrier_error=row["code"])


async def alarms_in_force(database: Pool | Connection) -> tuple[Alarm, ...]:
    """What keeps messages from going through now, the oldest first."""
    rows = await database.fetch(SQL["in_force"])
    return tuple(Alarm(row["code"], row["since"], row["last_at"], row["times"]) for row in rows)
