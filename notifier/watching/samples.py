"""What the fleet shows of every watched run and call, as columns, filled portion by portion so that nobody waits."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from busline.due import DueRuns, unseen_runs
from busline.fleet import Fleet, RunProgress
from busline.ids import RunKey
from busline.picture import Picture
from busline.position import LAST_SEEN_SECONDS, LIVE_SECONDS
from busline.run_state import expected_bus
from busline.tracking.going import Changed, in_portions
from busline.travel_times.band import QUANTILES, moments_at
from busline.travel_times.engine import Engine
from busline.travel_times.outlook import Outlook, Stage
from busline.travel_times.readiness import be_ready_at
from notifier.ride import PERHAPS, SURELY, Expected
from notifier.seeing import expected_of
from notifier.watching.day import WatchedRuns

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]

PORTION = 400
"""Runs looked at at a stretch: some ten milliseconds."""
_P10, _P50 = QUANTILES.index(0.10), QUANTILES.index(0.50)


class Samples:
    """The newest look at some watched runs. Moments are epoch seconds; NaN where nothing is known."""

    def __init__(self, runs: WatchedRuns) -> None:
        self._runs = runs
        count = len(runs.keys)
        self.looked_at = np.nan
        self.sample_at = np.full(count, np.nan)
        """(runs,) the fix that the newest sample rests on."""
        self.is_live = np.zeros(count, np.bool_)
        self.next_call = np.zeros(count, np.intp)
        self.stands = np.zeros(count, np.bool_)
        """At its next call."""
        self.is_over = np.zeros(count, np.bool_)
        self.known_at = np.full(runs.slots, np.nan)
        """(calls,) when the times of each were last worked out."""
        self.told_at = np.full((runs.slots, len(QUANTILES)), np.nan)
        self.ready_at = np.full(runs.slots, np.nan)
        self.p10, self.p50, self.surely, self.perhaps = (np.full(runs.slots, np.nan) for _ in range(4))
        """What all rows are compared with, beside each other in memory."""

    def take(self, picture: Picture, fleet: Fleet, due: DueRuns, now: datetime) -> Iterator[None]:
        """Look at everything, and come up for air after every portion."""
        engine, at = picture.engine, now.timestamp()
        self.sample_at[:] = np.nan
        self.is_live[:] = False
        for portion in in_portions(fleet.progress, PORTION):
            self._note_places(portion, fleet)
            self._look(engine, fleet, portion, at)
            yield
        unbegun = [key for key in due.at(now) if key not in fleet.progress]
        for start in range(0, len(unbegun), PORTION):
            some = unseen_runs(picture.timetable, engine, fleet, unbegun[start : start + PORTION], now)
            # Of a run that nobody sees perhaps only the tracker is dead: nobody is told that it is late.
            heard = {key: stage for key, stage in some.items() if stage is Stage.ELSEWHERE}
            if heard:
                self._put(
                    engine,
                    engine.look((), at, further=False, unseen=heard, fleet=fleet),
                    at,
                    self._heard(picture, fleet, heard),
                )
            yield
        self.looked_at = at

    def is_known(self, slot: Rows) -> Flags:
        """Whether the newest look could work these calls out."""
        known: Flags = self.known_at[slot] == self.looked_at
        return known

    def expected(self, run: int, slot: int) -> Expected | None:
        """When the bus comes to a call; None where no minutes can be given."""
        if self.known_at[slot] != self.looked_at:
            return None
        fix_at = datetime.fromtimestamp(self.sample_at.item(run), UTC)
        return expected_of(self.told_at[slot], self.ready_at.item(slot), fix_at, is_live=bool(self.is_live[run]))

    def _note_places(self, portion: Sequence[RunProgress], fleet: Fleet) -> None:
        """How far each of these runs has got."""
        row_of = self._runs.row_of
        others = portion
        if isinstance(portion, Changed):
            going, rows, others = portion.going, np.array(portion.rows, np.intp), portion.here
            watched = np.array([row_of.get(going.drives[row].key, -1) for row in portion.rows], np.intp)
            mine = watched >= 0
            rows, watched = rows[mine], watched[mine]
            self.next_call[watched] = going.next_call[rows]
            self.stands[watched] = ~np.isnan(going.standing_since[rows])
            self.is_over[watched] = False
        for one in others:
            row = row_of.get(one.key)
            if row is not None:
                visits = fleet.visits.get(one.key, ())
                self.next_call[row] = one.next_call if one.started_at is not None else 0
                self.stands[row] = any(
                    visit.departed_at is None and visit.call_index == one.next_call for visit in visits
                )
                self.is_over[row] = one.ended_at is not None

    def _look(self, engine: Engine, fleet: Fleet, portion: Sequence[RunProgress], at: float) -> None:
        outlook = engine.look(portion, at, fleet.progress, fleet=fleet)
        if not len(outlook):
            return
        newest: dict[RunKey, tuple[float, float, bool]] = {}
        others = portion
        if isinstance(portion, Changed):
            going, others = portion.going, portion.here
            fixes = going.at[np.array(portion.rows, np.intp)].tolist()
            newest = {going.drives[row].key: (fix, fix, True) for row, fix in zip(portion.rows, fixes, strict=True)}
        for one in others:
            if one.ended_at is None:
                newest[one.key] = (one.matched_at.timestamp(), one.fix_at.timestamp(), one.started_at is not None)
        for key in outlook.keys:
            if key in newest and newest[key][2]:
                continue
            # Waiting, or still on an earlier run of its block: it is heard of wherever it is.
            before = fleet.progress.get(key) or engine.newest_before(key, fleet.progress)
            if before is not None:
                heard_at = max(before.fix_at, fleet.last_fix_at.get(before.vehicle_id, before.fix_at)).timestamp()
                newest[key] = (heard_at, heard_at, False)
        self._put(engine, outlook, at, newest)

    def _heard(self, picture: Picture, fleet: Fleet, keys: Iterable[RunKey]) -> dict[RunKey, tuple[float, float, bool]]:
        found = {}
        for key in keys:
            bus = expected_bus(picture.timetable, picture.timetable.runs[key.run_id], key.service_date, fleet)
            fix_at = None if bus is None else fleet.last_fix_at.get(bus)
            if fix_at is not None:
                found[key] = (fix_at.timestamp(), fix_at.timestamp(), False)
        return found

    def _put(
        self, engine: Engine, outlook: Outlook, at: float, newest: dict[RunKey, tuple[float, float, bool]]
    ) -> None:
        """The times of these calls, where the bus was heard of lately and the streets are known."""
        row_of, runs = self._runs.row_of, self._runs
        rows = np.full(len(outlook.keys), -1, np.intp)
        for place, key in enumerate(outlook.keys):
            watched, one = row_of.get(key), newest.get(key)
            if watched is None or one is None or at - one[1] > LAST_SEEN_SECONDS or not runs.is_known_path[watched]:
                continue
            rows[place] = watched
            self.sample_at[watched] = one[0]
            self.is_live[watched] = one[2] and at - one[1] <= LIVE_SECONDS
        row = rows[outlook.run]
        mine = np.flatnonzero(row >= 0)
        if not len(mine):
            return
        told = engine.tell(outlook, at)
        ready = be_ready_at(told, outlook.stage, outlook.new)[mine]
        told = told[mine]
        slot = runs.first_slot[row[mine]] + outlook.call[mine]
        self.known_at[slot] = at
        self.told_at[slot], self.ready_at[slot] = told, np.maximum(ready, at)
        self.p10[slot], self.p50[slot] = told[:, _P10], told[:, _P50]
        self.surely[slot], self.perhaps[slot] = moments_at(told, SURELY), moments_at(told, PERHAPS)
