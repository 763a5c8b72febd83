"""The rides of a service day that families wait for, as columns: one row for each phone and run. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from busline.ids import CallKey, Phone, RunId, RunKey, StopId, StudentId
from busline.outbound import Channel
from busline.people import Leg
from busline.service_day import moment
from busline.timetable import Run, Timetable
from notifier.ride import WatchedRide, Wish

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]


class RideRow(NamedTuple):
    """A student's place on a run, and one phone that hears of it."""

    run_id: RunId
    stop_id: StopId
    stop_sequence: int | None
    leg: Leg
    student_id: StudentId
    phone: Phone
    language: str


@dataclass(frozen=True, slots=True)
class PhoneWish:
    """What a phone wants to hear, and how."""

    wish: Wish
    is_on: bool = True
    """False: no alerts at all."""
    channel: Channel = Channel.TEXT
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who waits: what a row says that no column needs."""

    phone: Phone
    language: str
    students: tuple[StudentId, ...]


@dataclass(frozen=True, slots=True, eq=False)
class WatchedRuns:
    """The runs that somebody waits for. Their calls are numbered through: slots."""

    keys: Sequence[RunKey]
    runs: Sequence[Run]
    row_of: Mapping[RunKey, int]
    first_slot: Rows
    """(runs,) of each one's first call."""
    slots: int
    first_row: Rows
    """(runs + 1,) where the rows of each begin: those of one run are together."""
    calls: Rows
    """(runs,) how many calls each has."""
    is_known_path: Flags
    """(runs,) False where no minutes can be given, for nobody knows the streets."""


@dataclass(frozen=True, slots=True, eq=False)
class WatchedDay:
    """A row for each phone and run. Moments are epoch seconds."""

    runs: WatchedRuns
    waiting: Sequence[Waiting]
    run: Rows
    call: Rows
    slot: Rows
    planned_at: Floats
    to_school: Flags
    is_on: Flags
    """What the phone wants: anything at all, ..."""
    due_at: Floats
    """... to be told of a delay from this moment on, ..."""
    near_seconds: Floats
    """... that the bus comes in so long (NaN for no), ..."""
    arrivals: Flags
    """... and where the children got to."""
    rows_of: Mapping[Phone, Sequence[int]]
    wishes: Mapping[Phone, PhoneWish]
    usual: PhoneWish

    def __len__(self) -> int:
        return len(self.run)

    def with_wishes(self, changed: Mapping[Phone, PhoneWish]) -> "WatchedDay":
        """The same after some phones have changed what they want."""
        is_on, arrivals = self.is_on.copy(), self.arrivals.copy()
        due_at, near_seconds = self.due_at.copy(), self.near_seconds.copy()
        for phone, one in changed.items():
            rows = self.rows_of.get(phone, ())
            near = one.wish.approaching
            for row in rows:
                is_on[row], arrivals[row] = one.is_on, one.wish.arrivals
                due_at[row] = self.planned_at[row] + one.wish.late_after.total_seconds()
                near_seconds[row] = np.nan if near is None else near.total_seconds()
        return replace(
            self,
            is_on=is_on,
            due_at=due_at,
            near_seconds=near_seconds,
            arrivals=arrivals,
            wishes={**self.wishes, **changed},
        )

    def ride(self, row: int) -> WatchedRide:
        who, key = self.waiting[row], self.runs.keys[self.run[row]]
        run = self.runs.runs[self.run[row]]
        return WatchedRide(
            who.phone,
            CallKey(key, int(run.stop_sequences[self.call[row]])),
            Leg.TO_SCHOOL if self.to_school[row] else Leg.FROM_SCHOOL,
            who.students,
            datetime.fromtimestamp(self.planned_at.item(row), UTC),
            self.wish(who.phone).wish,
        )

    def wish(self, phone: Phone) -> PhoneWish:
        return self.wishes.get(phone, self.usual)

    def way(self, row: int) -> tuple[str, Channel, str | None]:
        """How the phone of a row hears: language, channel, and the address for mail."""
        who = self.waiting[row]
        wish = self.wish(who.phone)
        if wish.channel is Channel.EMAIL and wish.email is None:
            return who.language, Channel.TEXT, None
        return who.language, wish.channel, wish.email if wish.channel is Channel.EMAIL else None


class DayBuilder:
    """Makes the columns of some service days out of rows, which come in order of day, run and phone."""

    def __init__(self) -> None:
        self._keys: list[RunKey] = []
        self._runs: list[Run] = []
        self._first_row: list[int] = []
        self._midnight: list[float] = []
        self._run: list[int] = []
        self._call: list[int] = []
        self._to_school: list[bool] = []
        self._waiting: list[Waiting] = []
        self._place: Callable[[StopId, int | None], int | None] = lambda *_: None

    def take(self, timetable: Timetable, key_of: Callable[[RideRow], RunKey], rows: Iterable[RideRow]) -> None:
        """Rows of one service day; those whose run does not go that day, or does not stop there, count for nothing."""
        for row in rows:
            key = key_of(row)
            if not self._keys or self._keys[-1] != key:
                run = timetable.runs.get(row.run_id)
                if run is None or not timetable.calendar.runs_on(run.service_id, key.service_date):
                    continue
                self._begin(timetable, key, run)
            call = self._place(row.stop_id, row.stop_sequence)
            if call is not None:
                self._add(call, row)

    def _begin(self, timetable: Timetable, key: RunKey, run: Run) -> None:
        self._keys.append(key)
        self._runs.append(run)
        self._first_row.append(len(self._run))
        self._midnight.append(moment(key.service_date, 0, timetable.timezone).timestamp())
        places: dict[tuple[StopId, int | None], int] = {}
        for index, (stop_id, sequence) in enumerate(
            zip(run.pattern.stop_ids, run.stop_sequences.tolist(), strict=True)
        ):
            places.setdefault((stop_id, None), index)
            places[stop_id, sequence] = index
        self._place = lambda stop_id, sequence: places.get((stop_id, sequence))

    def _add(self, call: int, row: RideRow) -> None:
        to_school = row.leg is Leg.TO_SCHOOL
        last = self._waiting[-1] if self._waiting and self._run[-1] == len(self._keys) - 1 else None
        if last is None or last.phone != row.phone:
            self._run.append(len(self._keys) - 1)
            self._call.append(call)
            self._to_school.append(to_school)
            self._waiting.append(Waiting(row.phone, row.language, (row.student_id,)))
            return
        # Another child of the family on the same run: one message for both, about the earlier call.
        if row.student_id not in last.students:
            self._waiting[-1] = replace(last, students=(*last.students, row.student_id))
        if call < self._call[-1]:
            self._call[-1], self._to_school[-1] = call, to_school

    def build(self, wishes: Mapping[Phone, PhoneWish], usual: PhoneWish) -> WatchedDay:
        calls = np.array([len(run) for run in self._runs], np.intp)
        first_slot = np.cumsum(calls) - calls
        run, call = np.array(self._run, np.intp), np.array(self._call, np.intp)
        slot = first_slot[run] + call
        arrival = np.concatenate([np.empty(0), *(run.arrival_seconds for run in self._runs)])
        runs = WatchedRuns(
            keys=self._keys,
            runs=self._runs,
            row_of={key: row for row, key in enumerate(self._keys)},
            first_slot=first_slot,
            slots=int(calls.sum()),
            first_row=np.array([*self._first_row, len(run)], np.intp),
            calls=calls,
            is_known_path=np.array([not run.pattern.approximate for run in self._runs], np.bool_),
        )
        planned_at = np.array(self._midnight)[run] + arrival[slot]
        rows_of: dict[Phone, list[int]] = {}
        for row, who in enumerate(self._waiting):
            rows_of.setdefault(who.phone, []).append(row)
        near = usual.wish.approaching
        day = WatchedDay(
            runs=runs,
            waiting=self._waiting,
            run=run,
            call=call,
            slot=slot,
            planned_at=planned_at,
            to_school=np.array(self._to_school, np.bool_),
            is_on=np.full(len(run), usual.is_on),
            due_at=planned_at + usual.wish.late_after.total_seconds(),
            near_seconds=np.full(len(run), np.nan if near is None else near.total_seconds()),
            arrivals=np.full(len(run), usual.wish.arrivals),
            rows_of=rows_of,
            wishes={},
            usual=usual,
        )
        return day.with_wishes(wishes)
