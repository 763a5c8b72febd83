"""Alerts told by phone call: what was said, how far each call got, and another one where nobody answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from busline.alert_call import MOST_CALLS, AlertCall, CallReport, CallState
from busline.ids import Phone
from busline.outbound import Claimed
from busline.receipt import is_receipt
from busline.store.pool import Connection, Pool, transaction
from busline.store.sql import load_queries

SQL = load_queries(__file__)

CALL_AGAIN_AFTER = timedelta(minutes=2)
_RANKS = {
    CallState.QUEUED: 1,
    CallState.INITIATED: 2,
    CallState.RINGING: 3,
    CallState.IN_PROGRESS: 4,
    CallState.COMPLETED: 5,
    CallState.BUSY: 5,
    CallState.NO_ANSWER: 5,
    CallState.FAILED: 5,
    CallState.CANCELED: 5,
}
_LAST_RANK = 5
"""Of `message_status`: how a call ended stands there too, in the words for texts, so that one look tells of both."""
_WORDS = {
    CallState.BUSY: "The line was busy.",
    CallState.NO_ANSWER: "Nobody answered.",
    CallState.FAILED: "The carrier could not reach the phone.",
    CallState.CANCELED: "The call was cancelled.",
}


class Calls:
    """The calls of the outbox. A `busline.alert_call.CallBook`."""

    def __init__(self, pool: Pool, receipt_key: bytes) -> None:
        self._pool = pool
        self._receipt_key = receipt_key

    async def place(self, claimed: Claimed, language: str, lines: Sequence[str], now: datetime) -> bool:
        placed = await self._pool.fetchval(
            SQL["place"], claimed.outbox_id, claimed.promise.phone, language, list(lines), now
        )
        return placed is not None

    async def text_instead(self, claimed: Claimed, now: datetime) -> None:
        await self._pool.execute(SQL["text_instead"], claimed.outbox_id, now)

    async def find(self, outbox_id: int, receipt: str) -> AlertCall | None:
        row = await self._pool.fetchrow(SQL["call"], outbox_id)
        if row is None or not is_receipt(self._receipt_key, receipt, outbox_id, row["dedupe_key"]):
            return None
        return AlertCall(outbox_id, Phone(row["phone"]), row["language"], tuple(row["lines"]))

    async def said(self, outbox_id: int, now: datetime) -> None:
        await self._pool.execute(SQL["said"], outbox_id, now)

    async def heard(self, outbox_id: int, now: datetime) -> None:
        await self._pool.execute(SQL["heard"], outbox_id, now)

    async def no_more_calls(self, phone: Phone, now: datetime) -> None:
        await self._pool.execute(SQL["no_more_calls"], phone, now)

    async def report(self, report: CallReport, now: datetime) -> bool:
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(SQL["hold"], report.outbox_id, report.sid)
            if row is None or not is_receipt(self._receipt_key, report.receipt, report.outbox_id, row["dedupe_key"]):
                return False
            rank = _RANKS[report.state]
            if row["is_over"] or row["sid"] not in (None, report.sid) or rank <= row["rank"]:
                # Twice, out of order, or about a call that was dealt with.
                return True
            await connection.execute(SQL["report"], report.outbox_id, report.sid, report.state, rank)
            await connection.execute(SQL["taken"], report.outbox_id, report.sid, now)
            if report.state.is_over:
                await self._end(connection, report, row["phone"], row["tries"], now)
        return True

    async def _end(self, connection: Connection, report: CallReport, phone: str, tries: int, now: datetime) -> None:
        was_answered = report.state is CallState.COMPLETED
        status = "delivered" if was_answered else "undelivered"
        await connection.execute(SQL["keep_status"], report.sid, status, _LAST_RANK, now, phone)
        if was_answered:
            return
        if tries < MOST_CALLS:
            again_at = now + CALL_AGAIN_AFTER
            await connection.execute(SQL["call_again"], report.outbox_id, again_at, _WORDS[report.state], report.sid)
        else:
            words = f"{_WORDS[report.state]} It was called {tries} times."
            await connection.execute(SQL["let_be"], report.outbox_id, words, now, report.sid)
