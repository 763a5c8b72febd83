"""Which watched rides there may be news of: columns of what was told beside columns of what is seen. Pure.

Nobody is let through of whom there is plainly no news, and nobody held back of whom there is: `notifier.rules` decides.
"""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from busline.alert import AlertKind
from busline.fleet import AssignmentSource, Fleet, NoticeKind
from busline.ids import Phone, RunKey, VehicleId
from busline.run_state import notice_in_force
from notifier.rules import (
    BUS_AHEAD,
    CHANGED_FROM_MINUTES,
    GONE_IS_NEWS,
    LATE_AHEAD,
    MOST_LATE_MESSAGES,
    OUTAGE_AROUND,
    RESTS,
)
from notifier.told import Told
from notifier.watching.day import WatchedDay
from notifier.watching.samples import Samples

Bits = NDArray[np.int8]
Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]

_NO_BUS = -1
_GONE = {NoticeKind.UNCOVERED: 1, NoticeKind.CANCELLED: 2}
_TOLD_GONE = {AlertKind.NOT_COVERED: 1, AlertKind.CANCELLED: 2}
_BUS_AGAIN_SECONDS = 5.0
"""A bus that is not sure yet is looked at again after so long."""
_LATE, _ON_TIME, _LATER, _SOONER, _NEAR, _OTHER_BUS, _COVERED = (np.uint8(1 << bit) for bit in range(7))
"""What may stand of a row, in bits."""
_TIMES = _LATE | _ON_TIME | _LATER | _SOONER | _NEAR
"""What another fix is needed for."""


class Concern:
    """What was told of every row, and how far its evidence has been weighed."""

    def __init__(self, day: WatchedDay) -> None:
        rows, runs = len(day), len(day.runs.keys)
        self._row_of = {
            (day.runs.keys[run], who.phone): row
            for row, (run, who) in enumerate(zip(day.run.tolist(), day.waiting, strict=True))
        }
        self._told_late = np.zeros(rows, np.bool_)
        self._late_count = np.zeros(rows, np.int8)
        self._late_at = np.full(rows, -np.inf)
        self._late_minutes = np.zeros(rows)
        self._told_near = np.zeros(rows, np.bool_)
        self._told_gone = np.zeros(rows, np.int8)
        self._told_arrival = np.zeros(rows, np.bool_)
        self._told_outage = np.zeros(rows, np.bool_)
        self._weighed_on = np.full(rows, np.nan)
        """The sample that a row's evidence rests on; NaN where it has none. And what stood then, ..."""
        self._stood = np.zeros(rows, np.uint8)
        self._stands = np.zeros(rows, np.uint8)
        """... and what stands at the newest look."""
        self._bus_again_at = np.full(rows, -np.inf)
        self._closed_late = np.zeros(rows, np.bool_)
        """The bus has been there, and that was looked at."""
        self._there = np.zeros(rows, np.bool_)
        """The children are where they were to be brought, or the run is over; ..."""
        self._closed_arrival = np.zeros(rows, np.bool_)
        """... and that was looked at."""
        self._numbers: dict[VehicleId, int] = {}
        self._planned_bus = np.array([self._number(run.planned_vehicle_id) for run in day.runs.runs], np.intp)
        self._bus = np.full(runs, _NO_BUS, np.intp)
        self._told_bus = self._planned_bus[day.run]
        self._gone = np.zeros(runs, np.int8)
        self._assignments: object = None

    def row_of(self, key: RunKey, phone: Phone) -> int | None:
        return self._row_of.get((key, phone))

    def recall(self, row: int, told: Told) -> None:
        """Take over what a phone was told of its ride."""
        late, last, gone = told.of("late"), told.last("late"), told.last("covered")
        self._late_count[row] = min(len(late), 100)
        self._told_late[row] = last is not None and last.kind is not AlertKind.ON_TIME_AGAIN
        self._late_at[row] = -np.inf if last is None else last.at.timestamp()
        self._late_minutes[row] = 0 if last is None else last.minutes_late
        self._told_near[row] = told.ever("approaching")
        self._told_arrival[row] = told.ever("arrival")
        self._told_outage[row] = told.ever("outage")
        self._told_gone[row] = 0 if gone is None else _TOLD_GONE.get(gone.kind, 0)
        if (bus := told.last("substitute")) is not None:
            self._told_bus[row] = self._number(bus.bus)

    def weighed(self, row: int, sample_at: float, now: float, *, has_evidence: bool, is_past: bool) -> None:
        """A row was decided about, on this sample."""
        self._weighed_on[row] = sample_at if has_evidence else np.nan
        self._stood[row] = self._stands[row] if has_evidence else 0
        self._bus_again_at[row] = now + _BUS_AGAIN_SECONDS
        self._closed_late[row] |= is_past
        self._closed_arrival[row] |= self._there[row]

    def nothing_stands(self) -> None:
        """All evidence is gone: what it rested on cannot be seen."""
        self._weighed_on[:] = np.nan
        self._stood[:] = 0

    def note(self, day: WatchedDay, fleet: Fleet) -> None:
        """Which runs have no bus, and which another one."""
        row_of = day.runs.row_of
        self._gone[:] = 0
        for key in fleet.notices:
            row, notice = row_of.get(key), notice_in_force(fleet, key)
            if row is not None and notice is not None:
                self._gone[row] = _GONE[notice.kind]
        if fleet.assignments is not self._assignments:
            self._assignments = fleet.assignments
            self._bus[:] = _NO_BUS
            for key, one in fleet.assignments.items():
                row = row_of.get(key)
                if row is not None and one.source is not AssignmentSource.PLAN:
                    self._bus[row] = self._number(one.vehicle_id)

    def concerned(
        self, day: WatchedDay, samples: Samples, rows: slice, now: datetime, *, is_blind: bool, tell_blind: bool
    ) -> list[int]:
        """Which of some rows there may be news of."""
        at = now.timestamp()
        run, call, planned_at = day.run[rows], day.call[rows], day.planned_at[rows]
        next_call, stands = samples.next_call[run], samples.stands[run]
        is_past = samples.is_over[run] | (next_call > call) | (stands & (next_call == call))
        gone, ahead = self._gone[run], planned_at - at
        signs: NDArray[np.uint8] = _COVERED * self._covered(rows, gone, is_past, ahead)
        signs |= _OTHER_BUS * self._other_bus(rows, run, gone, is_past, ahead)
        has_news = np.zeros(len(run), np.bool_)
        if not is_blind:
            signs |= self._times(day, samples, rows, run, ~is_past & (gone == 0), at)
            has_news |= self._arrived(day, samples, rows, run, is_past)
        elif tell_blind:
            waits = ~is_past & (np.abs(ahead) <= OUTAGE_AROUND.total_seconds())
            has_news |= waits & ~self._told_outage[rows] & (gone == 0)
        self._stands[rows] = signs
        has_news |= (signs & _COVERED) != 0
        has_news |= ((signs & _OTHER_BUS) != 0) & (at >= self._bus_again_at[rows])
        has_news |= ((signs & _TIMES) != 0) & (self._weighed_on[rows] != samples.sample_at[run])
        # What stood and does not stand any more: its evidence is void.
        has_news |= (self._stood[rows] & ~signs) != 0
        concerned: list[int] = (np.flatnonzero(has_news & day.is_on[rows]) + rows.start).tolist()
        return concerned

    def _covered(self, rows: slice, gone: Bits, is_past: Flags, ahead: Floats) -> Flags:
        news: Flags = (gone != self._told_gone[rows]) & ~is_past & (ahead > -GONE_IS_NEWS.total_seconds())
        return news

    def _other_bus(self, rows: slice, run: Rows, gone: Bits, is_past: Flags, ahead: Floats) -> Flags:
        bus = self._bus[run]
        differs = (bus != _NO_BUS) & (bus != self._told_bus[rows]) & (self._planned_bus[run] != _NO_BUS)
        is_time = (ahead <= BUS_AHEAD.total_seconds()) & (ahead > -GONE_IS_NEWS.total_seconds())
        news: Flags = differs & is_time & ~is_past & (gone == 0)
        return news

    def _times(
        self, day: WatchedDay, samples: Samples, rows: slice, run: Rows, may_come: Flags, at: float
    ) -> NDArray[np.uint8]:
        """Late, not late any more, otherwise late than was told, or near."""
        slot, due_at, planned_at = day.slot[rows], day.due_at[rows], day.planned_at[rows]
        told_late = self._told_late[rows]
        may_say = may_come & samples.is_known(slot)
        may_say_more = may_say & (self._late_count[rows] < MOST_LATE_MESSAGES)
        may_say_more &= at - self._late_at[rows] >= RESTS.total_seconds()
        is_late = (samples.surely[slot] >= due_at) & (planned_at - at <= LATE_AHEAD.total_seconds())
        is_clear = samples.perhaps[slot] < due_at
        more = np.maximum(np.floor((samples.p50[slot] - planned_at) / 60), 0.0) - self._late_minutes[rows]
        has_changed = may_say_more & told_late & ~is_clear
        is_near = may_say & ~self._told_near[rows] & samples.is_live[run]
        stands: NDArray[np.uint8] = _LATE * (may_say_more & ~told_late & is_late)
        stands |= _ON_TIME * (may_say & told_late & is_clear)
        stands |= _LATER * (has_changed & (more >= CHANGED_FROM_MINUTES))
        stands |= _SOONER * (has_changed & (-more >= CHANGED_FROM_MINUTES))
        stands |= _NEAR * (is_near & (samples.p10[slot] - at <= day.near_seconds[rows]))
        return stands

    def _arrived(self, day: WatchedDay, samples: Samples, rows: slice, run: Rows, is_past: Flags) -> Flags:
        last = day.runs.calls[run] - 1
        at_end = samples.is_over[run] | (samples.next_call[run] > last)
        at_end |= samples.stands[run] & (samples.next_call[run] == last)
        let_out = samples.is_over[run] | (samples.next_call[run] > day.call[rows])
        there = self._there[rows] = np.where(day.to_school[rows], at_end, let_out)
        news: Flags = day.arrivals[rows] & there & ~self._told_arrival[rows] & ~self._closed_arrival[rows]
        news |= self._told_late[rows] & is_past & ~self._closed_late[rows]
        return news

    def _number(self, bus: VehicleId | None) -> int:
        return _NO_BUS if bus is None else self._numbers.setdefault(bus, len(self._numbers))
