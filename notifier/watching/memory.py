"""What was told, kept in the outbox: read back at the start, written with every decision, in one transaction."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from asyncpg import Record

from busline.alert import AlertKind
from busline.ids import Phone, RunId, RunKey
from busline.outbound import Channel, Claimed, Promise, State
from busline.store.outbox import promise
from busline.store.pool import Pool, transaction
from busline.store.sql import load_queries
from notifier.alert_promise import KINDS, alert_of, as_first, promise_of, said_of
from notifier.ride import WatchedRide
from notifier.rules import News, remember
from notifier.told import LATE_FAMILY, NEVER_SAID, Said, Told

SQL = load_queries(__file__)

_CHANGES = (AlertKind.LATER_STILL, AlertKind.BETTER_AGAIN, AlertKind.ON_TIME_AGAIN)
"""News that means something only to who has heard of the delay."""
_AT_ONCE = 1_000
_NOTHING = Told()

Whose = tuple[RunKey, Phone]


@dataclass(frozen=True, slots=True)
class Telling:
    """News, for whom, and how they hear."""

    news: News
    ride: WatchedRide
    way: tuple[str, Channel, str | None]

    @property
    def whose(self) -> Whose:
        return self.ride.call.run, self.ride.phone


class Memory:
    """What every phone was told of its rides on the service days in force."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._told: dict[Whose, Told] = {}
        self._outage_told_at: dict[Phone, datetime] = {}

    def of(self, key: RunKey, phone: Phone) -> Told:
        return self._told.get((key, phone), _NOTHING)

    def outage_told_at(self, phone: Phone) -> datetime | None:
        """When a phone last heard that nothing can be seen."""
        return self._outage_told_at.get(phone)

    async def restore(self, service_dates: Sequence[date]) -> None:
        """Read back what was told on some days, and forget all others."""
        rows: list[tuple[RunKey, Record]] = []
        async with transaction(self._pool) as connection:
            for service_date in service_dates:
                query = await connection.prepare(SQL["told"])
                found = await query.cursor(service_date.isoformat())
                while some := await found.fetch(_AT_ONCE):
                    rows += [(RunKey(service_date, RunId(row["run_id"])), row) for row in some]
        self._told = await asyncio.to_thread(_told, rows)
        self._outage_told_at = {}
        for (_, phone), told in self._told.items():
            for said in told.of("outage"):
                self._note_outage(phone, said.at)

    async def tell(self, tellings: Sequence[Telling], now: datetime) -> Sequence[Telling]:
        """Promise news in one transaction, and remember it once that is committed. Returns what was promised.

        A change of a delay that has not reached the family yet is told as the delay itself, and one that is over
        before anybody has heard of it is not told at all.
        """
        promises = [promise_of(one.news, one.ride, one.way) for one in tellings]
        changes = {
            place: key
            for place, (one, promised) in enumerate(zip(tellings, promises, strict=True))
            if one.news.alert.kind in _CHANGES and (key := promised.collapse_key) is not None
        }
        made: list[Telling] = []
        async with transaction(self._pool) as connection:
            unheard: set[str] = set()
            if changes:
                rows = await connection.fetch(SQL["never_left"], sorted(changes.values()))
                unheard = {row["collapse_key"] for row in rows}
            first = {place for place, key in changes.items() if key in unheard}
            over = {place for place in first if tellings[place].news.alert.kind is AlertKind.ON_TIME_AGAIN}
            if over:
                await connection.execute(SQL["take_back"], sorted(changes[place] for place in over), now)
            for place in sorted(first - over):
                one = tellings[place]
                promises[place] = promise_of(as_first(one.news), one.ride, one.way)
            phones = sorted({one.ride.phone for one in tellings})
            heard = await connection.fetch(SQL["heard_before"], phones, sorted(KINDS))
            new = set(phones) - {row["phone"] for row in heard}
            await promise(
                connection,
                [_first_ones(one, new) for place, one in enumerate(promises) if place not in over],
                now,
            )
        for place, one in enumerate(tellings):
            if place in first:
                self._forget_late(one.whose)
            if place in over:
                continue
            told = as_first(one.news) if place in first else one.news
            self._told[one.whose] = remember(self.of(*one.whose), told.alert, now)
            if told.alert.kind is AlertKind.OUTAGE:
                self._note_outage(one.ride.phone, now)
            made.append(Telling(told, one.ride, one.way))
        return made

    def drop(self, claimed: Claimed, state: State) -> Whose | None:
        """A promised alert went to nobody. Returns whose memory that changes; None where it changes none."""
        promised = claimed.promise
        if promised.kind not in KINDS or promised.call is None or state not in NEVER_SAID:
            return None
        if not promised.dedupe_key.rpartition("/")[2].isdigit():
            # The same message by another way: what was said is said.
            return None
        alert = alert_of(promised.kind, promised.phone, promised.call, promised.facts)
        whose = promised.call.run, promised.phone
        if whose not in self._told:
            return None
        number = None if alert.bus is None else alert.bus.number
        self._told[whose] = self._told[whose].dropped(alert.kind, alert.turn, number)
        return whose

    def _forget_late(self, whose: Whose) -> None:
        told = self.of(*whose)
        for said in told.messages:
            if said.kind in LATE_FAMILY:
                told = told.dropped(said.kind, said.turn, None)
        self._told[whose] = told

    def _note_outage(self, phone: Phone, at: datetime) -> None:
        self._outage_told_at[phone] = max(at, self._outage_told_at.get(phone, at))


def _told(rows: Sequence[tuple[RunKey, Record]]) -> dict[Whose, Told]:
    """Some microseconds a row: in a thread where they are many."""
    messages: dict[Whose, list[Said]] = {}
    for key, row in rows:
        was_dropped = row["state"] in NEVER_SAID
        said = said_of(row["kind"], json.loads(row["facts"]), row["created_at"], was_dropped=was_dropped)
        messages.setdefault((key, Phone(row["phone"])), []).append(said)
    return {whose: Told(tuple(some)) for whose, some in messages.items()}


def _first_ones(promised: Promise, new: set[Phone]) -> Promise:
    """The first message to a new phone says that it is, so that it tells how to end them."""
    if promised.phone not in new:
        return promised
    new.discard(promised.phone)
    return replace(promised, facts={**promised.facts, "is_first": True})
