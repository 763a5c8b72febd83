"""A line of the outbox with a sender in our own hands: it answers as it is told, and keeps what it was given."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from busline.alert import AlertKind, Priority
from busline.ids import CallKey, Phone, RunId, RunKey
from busline.metrics import Metrics
from busline.outbound import Bucketed, Channel, Claimed, Handed, Later, Promise, State, Taken, Untrue, Written
from busline.store.outbox import promise
from busline.store.pool import Pool, transaction
from notifier.outbox import Carries
from notifier.sending import Line, Sending

BOSTON = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 24, 12, 21, tzinfo=UTC)
"""7:21 in Boston, a Tuesday."""
RUN = RunKey(NOW.date(), RunId("R1"))
ROSTER = """
insert into school values ('S', 'Lincoln', null);
insert into student select '1' || lpad(number::text, 5, '0'), 'S', '', '', '3' from generate_series(0, 99) as number;
insert into contact select 'C' || number, '+1617555' || lpad(number::text, 4, '0'), 'en'
from generate_series(0, 99) as number;
insert into link select 'C' || number, '1' || lpad(number::text, 5, '0'), true from generate_series(0, 99) as number;
"""
"""A hundred phones, +16175550000 and on, each linked to the student of its number, 100000 and on."""

OPTED_OUT = "insert into opt_out (phone, since, said) values ('+16175550000', now(), 'stop')"
LANDLINE = "insert into phone_line values ('+16175550000', 'landline', now())"


def phone(number: int) -> Phone:
    return Phone(f"+1617555{number:04}")


def news(number: int = 0, kind: str = AlertKind.LATE, **more: Any) -> Promise:
    """News for one phone about its student."""
    given: dict[str, Any] = {
        "dedupe_key": f"alert/2026-11-24/R1/{phone(number)}/{kind}",
        "kind": str(kind),
        "priority": Priority.LATE,
        "phone": phone(number),
        "language": "en",
        "facts": {"students": [f"1{number:05}"]},
        "expires_at": NOW + timedelta(minutes=25),
        "true_since": NOW - timedelta(seconds=9),
        "call": CallKey(RUN, 3),
    }
    return Promise(**(given | more))


def reply(number: int = 0, **more: Any) -> Promise:
    """An answer that a family waits for."""
    return news(number, kind="message", priority=Priority.REPLY, dedupe_key=f"reply-{number}", call=None, **more)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for it, and not for ever."""
    for _ in range(2_000):
        if await holds():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came to that")


async def until_somebody_waits_for_a_row(pool: Pool) -> None:
    """Until a statement waits for a row that a transaction holds."""

    async def waits() -> bool:
        return bool(await pool.fetchval("select exists (select from pg_locks where not granted)"))

    await until(waits)


@dataclass
class HandClock:
    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Hand:
    """The sender. What it is asked to send it has, unless `answer` says otherwise."""

    answer: Callable[[Claimed, Written], Handed] | None = None
    sent: list[tuple[str, str]] = field(default_factory=list)
    """Phone and words, as they came."""
    valid: list[int] = field(default_factory=list)
    has: dict[str, str] = field(default_factory=dict)
    """By the key of the message, what `find` answers with."""
    cannot_be_asked: bool = False
    asked: list[str] = field(default_factory=list)
    before_it_says: Callable[[], Awaitable[object]] | None = None
    seconds: float = 0.0

    async def hand_over(self, claimed: Claimed, written: Written, valid_seconds: int) -> Handed:
        self.sent.append((claimed.promise.phone, written.body))
        self.valid.append(valid_seconds)
        sid = f"SM{len(self.sent):032x}"
        await asyncio.sleep(self.seconds)
        return Taken(sid) if self.answer is None else self.answer(claimed, written)

    async def find(self, claimed: Claimed, written: Written, since: datetime) -> Taken | Later | None:
        self.asked.append(claimed.promise.dedupe_key)
        if self.before_it_says is not None:
            await self.before_it_says()
        if self.cannot_be_asked:
            return Later("It cannot be asked.")
        sid = self.has.get(claimed.promise.dedupe_key)
        return None if sid is None else Taken(sid)


@dataclass
class PlainWords:
    """Writes what kind it is, in which language and about whom; what is in `untrue` is not so any more."""

    untrue: set[str] = field(default_factory=set)
    segments: int = 1
    stands_still_seconds: float = 0.0
    """So long the machine does, after a message is looked at."""

    def write(self, claimed: Claimed, language: str, now: datetime) -> Written | Untrue:
        promise = claimed.promise
        time.sleep(self.stands_still_seconds)
        if promise.kind in self.untrue:
            return Untrue("the bus came")
        if promise.kind == "unheard of":
            raise ValueError("no words for it")
        students = ",".join(promise.facts.get("students", []))
        return Written(f"{promise.kind} {language} {students}", self.segments, language)


@dataclass
class Out:
    """A line, and a look at what became of its messages."""

    pool: Pool
    hand: Hand
    words: PlainWords
    clock: HandClock
    another: Callable[[], Sending]
    """One more who sends by the same line, as another process does."""
    sending: Sending
    metrics: Metrics
    dropped: list[tuple[str, State]]

    async def promise(self, *promises: Promise) -> int:
        async with transaction(self.pool) as connection:
            return await promise(connection, promises, self.clock.at)

    async def wait(self, seconds: float = 60.0) -> None:
        """Time passes, also the real time that leases are in."""
        self.clock.at += timedelta(seconds=seconds)
        await self.pool.execute(
            "update outbox set lease_until = lease_until - $1::interval, attempted_at = attempted_at - $1::interval "
            "where state = 'waiting'",
            timedelta(seconds=seconds),
        )

    async def tried(self, messages: int) -> None:
        """Until the sender was given so many."""

        async def enough() -> bool:
            return len(self.hand.sent) >= messages

        await until(enough)

    @asynccontextmanager
    async def meanwhile(self) -> AsyncIterator[None]:
        """While one look is under way."""
        looking = asyncio.create_task(self.sending.once())
        yield
        await looking

    async def look(self) -> int:
        """All that may go now goes."""
        looked = 0
        while now := await self.sending.once():
            looked += now
        return looked

    async def row(self, number: int = 0, channel: str = "text") -> Mapping[str, Any]:
        found = await self.pool.fetchrow(
            "select * from outbox where phone = $1 and channel = $2 order by outbox_id desc limit 1",
            phone(number),
            channel,
        )
        assert found is not None
        return dict(found)

    async def state(self, number: int = 0, channel: str = "text") -> tuple[str, str]:
        row = await self.row(number, channel)
        return row["state"], row["trouble"]


@asynccontextmanager
async def line(
    pool: Pool,
    *,
    rate: float = 1_000.0,
    channel: Channel = Channel.TEXT,
    carries: Carries = Carries.ALL,
    at_once: int = 32,
    **more: Any,
) -> AsyncIterator[Out]:
    """One line over the roster above; `more` is handed to `Sending`."""
    await pool.execute(ROSTER)
    hand, words, clock, metrics = Hand(), PlainWords(), HandClock(), Metrics()
    dropped: list[tuple[str, State]] = []

    def sending() -> Sending:
        return Sending(
            pool,
            [Line(channel, hand, Bucketed(rate), carries, at_once)],
            words,
            clock,
            lambda: BOSTON,
            on_dropped=lambda claimed, state: dropped.append((claimed.promise.dedupe_key, state)),
            metrics=metrics,
            **more,
        )

    yield Out(pool, hand, words, clock, sending, sending(), metrics, dropped)
