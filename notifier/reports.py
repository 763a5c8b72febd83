"""What the carrier reports of a message that it took: an answer that was lost is found, what failed is tried again.

Called inside the transaction that keeps the report itself (`message_status`), for a report that is news.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from busline.ids import Phone
from busline.outbound import Again, Channel, Lasting, Later, Refused, Report, Unheard
from busline.receipt import is_receipt
from busline.store.pool import Connection
from busline.store.sql import load_queries
from notifier.alarms import raise_alarm
from notifier.attempting import MOST_ATTEMPTS, next_day
from notifier.outbox import call_instead, note_landline

log = structlog.get_logger(__name__)

SQL = load_queries(__file__)

_PAUSE = timedelta(seconds=5)


class Reports:
    """Takes reports in. `slow_down` is told where one says that a channel goes too fast."""

    def __init__(
        self,
        receipt_key: bytes,
        zone: Callable[[], ZoneInfo],
        slow_down: Callable[[Channel], None] = lambda _channel: None,
    ) -> None:
        self._receipt_key = receipt_key
        self._zone = zone
        self._slow_down = slow_down

    async def take(self, connection: Connection, report: Report, now: datetime) -> bool:
        """Do what a report calls for. False where the address that it came to is not of our making."""
        row = await connection.fetchrow(SQL["message"], report.outbox_id)
        if row is None or not is_receipt(self._receipt_key, report.receipt, report.outbox_id, row["dedupe_key"]):
            return False
        if report.failure is None:
            if row["sid"] is None:
                await connection.execute(SQL["heard"], report.outbox_id, report.sid, now)
            return True
        if row["sid"] not in (None, report.sid):
            # Of an earlier attempt, which was dealt with; the message is under way by another one.
            return True
        failure = report.failure
        channel = Channel(row["channel"])
        if isinstance(failure, Later) and failure.slow_down:
            self._slow_down(channel)
        alarm = _alarm(failure)
        if alarm is not None:
            await raise_alarm(connection, alarm, now)
        if self._goes_again(failure, Again(row["again"]), row["attempts"], row["expires_at"], now):
            not_before = next_day(now, self._zone()) if isinstance(failure, Later) and failure.not_today else now
            again_at = datetime.now(UTC) + _PAUSE * row["attempts"]
            await connection.execute(
                SQL["failed_again"], report.outbox_id, report.sid, again_at, not_before, failure.words
            )
            return True
        await connection.execute(SQL["failed"], report.outbox_id, report.sid, now, failure.words)
        if isinstance(failure, Refused) and failure.lasting is Lasting.LANDLINE:
            await note_landline(connection, Phone(row["phone"]), now)
            await call_instead(connection, [report.outbox_id], now)
        return True

    def _goes_again(
        self, failure: Later | Refused | Unheard, again: Again, attempts: int, expires_at: datetime, now: datetime
    ) -> bool:
        if isinstance(failure, Refused) or attempts >= MOST_ATTEMPTS:
            return False
        if isinstance(failure, Unheard):
            return again is Again.BETTER_TWICE and now + _PAUSE < expires_at
        return (next_day(now, self._zone()) if failure.not_today else now + _PAUSE) < expires_at


def _alarm(failure: Later | Refused | Unheard) -> int | None:
    match failure:
        case Later(alarm=alarm):
            return alarm
        case Refused(lasting=Lasting.ALARM, code=code):
            return code
        case _:
            return None
