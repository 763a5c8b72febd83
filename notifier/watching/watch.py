"""Looks at all watched rides and promises what is news: columns say who may be concerned, rules decide."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime

from busline.alert import AlertKind
from busline.due import DueRuns
from busline.fleet import Fleet
from busline.ids import Phone, RunKey
from busline.picture import Picture
from busline.run_state import outage_since
from notifier.rules import OUTAGE_STANDS, Evidence, decide
from notifier.seeing import seen_of
from notifier.watching.concern import Concern
from notifier.watching.day import WatchedDay
from notifier.watching.memory import Memory, Telling
from notifier.watching.samples import Samples

ROWS_AT_ONCE = 50_000
"""Looked through at a stretch: some five milliseconds."""
DECIDED_AT_ONCE = 100
"""Decisions at a stretch."""
PROMISED_AT_ONCE = 500
"""Promises in one transaction, so that none waits for many others."""


class Watch:
    """The rides of the days in force, and what is being told of them. Made in a thread where they are many."""

    def __init__(self, day: WatchedDay, memory: Memory, due: DueRuns) -> None:
        self._day = day
        self._memory = memory
        self._due = due
        self._samples = Samples(day.runs)
        self._concern = Concern(day)
        self._evidence: dict[int, Evidence] = {}
        self._blind_from: datetime | None = None
        self._told_blind: set[Phone] = set()
        for row, who in enumerate(day.waiting):
            told = memory.of(day.runs.keys[day.run[row]], who.phone)
            if told.messages:
                self._concern.recall(row, told)

    @property
    def day(self) -> WatchedDay:
        return self._day

    def rewish(self, day: WatchedDay) -> None:
        """Go on with the same rides after some phones have changed what they want."""
        self._day = day

    def recall(self, key: RunKey, phone: Phone) -> None:
        """The memory of what a phone was told of a run has changed."""
        row = self._concern.row_of(key, phone)
        if row is not None:
            self._concern.recall(row, self._memory.of(key, phone))

    async def look(self, picture: Picture, now: datetime) -> int:
        """Look at everything once, and promise what is news; how many alerts that was.

        Raises DatabaseUnavailableError where that cannot be written down; the next look then decides anew.
        """
        # As it is at this moment: another plan may come into force between two portions.
        fleet = picture.fleet
        picture = Picture(picture.timetable, fleet, picture.engine)
        for _ in self._samples.take(picture, fleet, self._due, now):
            await asyncio.sleep(0)
        self._concern.note(self._day, fleet)
        blind_since = outage_since(fleet, now)
        if blind_since is None:
            self._blind_from = None
        else:
            self._blind_from = self._blind_from or now
            self._evidence.clear()
            self._concern.nothing_stands()
        await asyncio.sleep(0)
        tell_blind = self._blind_from is not None and now - self._blind_from >= OUTAGE_STANDS
        made = 0
        tellings: list[Telling] = []
        self._told_blind.clear()
        for first in range(0, len(self._day), ROWS_AT_ONCE):
            rows = self._concern.concerned(
                self._day,
                self._samples,
                slice(first, first + ROWS_AT_ONCE),
                now,
                is_blind=blind_since is not None,
                tell_blind=tell_blind,
            )
            for start in range(0, len(rows), DECIDED_AT_ONCE):
                await asyncio.sleep(0)
                for row in rows[start : start + DECIDED_AT_ONCE]:
                    tellings += self._decided(picture, fleet, row, now, blind_since)
                if len(tellings) >= PROMISED_AT_ONCE:
                    made += await self._tell(tellings, now)
                    tellings = []
            await asyncio.sleep(0)
        return made + (await self._tell(tellings, now) if tellings else 0)

    def _decided(
        self, picture: Picture, fleet: Fleet, row: int, now: datetime, blind_since: datetime | None
    ) -> Iterator[Telling]:
        day, run_row = self._day, self._day.run.item(row)
        key, run, call = day.runs.keys[run_row], day.runs.runs[run_row], day.call.item(row)
        ride = day.ride(row)
        expected = self._samples.expected(run_row, day.slot.item(row))
        seen = seen_of(picture, fleet, run, key, call, expected, blind_since, self._blind_from)
        told = self._memory.of(key, ride.phone)
        outage_told_at = now if ride.phone in self._told_blind else self._memory.outage_told_at(ride.phone)
        decision = decide(ride, seen, told, self._evidence.get(row, {}), now, outage_told_at)
        if decision.evidence:
            self._evidence[row] = decision.evidence
        else:
            self._evidence.pop(row, None)
        self._concern.weighed(
            row,
            self._samples.sample_at.item(run_row),
            now.timestamp(),
            has_evidence=bool(decision.evidence),
            is_past=seen.is_past,
        )
        for news in decision.news:
            if news.alert.kind is AlertKind.OUTAGE:
                self._told_blind.add(ride.phone)
            yield Telling(news, ride, day.way(row))

    async def _tell(self, tellings: Sequence[Telling], now: datetime) -> int:
        made = await self._memory.tell(tellings, now)
        for one in tellings:
            self.recall(*one.whose)
        return len(made)
