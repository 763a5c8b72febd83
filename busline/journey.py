"""One vehicle on one run: matched fixes in, progress and stop visits out. What happened, not what will.

A journey waits until the bus is truly under way: buses loop round their layover and cross the first stops of a run
long before they drive it. Until then nothing about its stops is said.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from busline.fleet import AssignmentSource, RunProgress, StopVisit
from busline.ids import RunKey, VehicleId
from busline.match import Beliefs, Match, Unmatched, UnmatchedReason, belief_at, no_belief
from busline.position import LAST_SEEN_SECONDS, Position
from busline.service_day import moment
from busline.timetable import Run, Timetable

ARRIVED_M = 10.0
"""A bus has arrived this far before its stop: standing buses are snapped to just before it (measured at WMATA)."""
LEFT_M = 15.0
"""It has left once it is this far beyond, twice running, ..."""
SURELY_LEFT_M = 40.0
"""... or once this far: two or three times GPS noise."""
END_M = 30.0
"""It has arrived at its last stop this far before it: buses unload where there is room."""
END_STANDING_M = 60.0
END_STANDING_SECONDS = 60.0
"""Standing this near the last stop for this long is the end of the run too."""
NEARLY_DONE_M = 300.0
"""A bus that takes up its next run this near the end of the last one has finished it (WMATA: 80 m before)."""
SEEN_AT_END_M = 100.0
"""Near enough to the last stop for the moment of the change to stand as the arrival."""
STILL_M = 60.0
"""A bus that has not moved this far stands still (TransitClock)."""
UNDER_WAY_M = 75.0
"""Gone this far from where it waited, a bus is under way, ..."""
MOVING_MPS = 1.0
"""... as soon as it is seen to move on: a bus that stands beyond its first stops may be at its layover."""
LAYOVER_M = 1_000.0
"""A bus first seen beyond this is under way; nearer the start it may be at its layover."""
LAYOVER_SECONDS = 120.0
"""Standing this long before its planned start, a bus waits where it is, however far along."""
EARLY_START_SECONDS = 300.0
"""Before this much ahead of its planned start a bus is not believed to have started, ..."""
SURELY_STARTED_M = 1_500.0
"""... unless it has gone this far."""
TRAIL_KEPT = 240


class Journey:
    """How one vehicle gets on with one run. Mutable; `progress` is the immutable picture of it."""

    def __init__(
        self, timetable: Timetable, key: RunKey, run: Run, row: int, vehicle_id: VehicleId, source: AssignmentSource
    ) -> None:
        self.key = key
        self.run = run
        self.row = row
        self.vehicle_id = vehicle_id
        self.source = source
        self.midnight = moment(key.service_date, 0, timetable.timezone).timestamp()
        """Epoch seconds that the run's planned times count from."""
        self.start_at = self.midnight + run.start_seconds
        self.end_at = self.midnight + run.end_seconds
        self.belief: Beliefs = no_belief()
        self.progress: RunProgress | None = None
        self.matches = 0
        """How many fixes lay on the path."""
        self.visits: dict[int, StopVisit] = {}
        """Its own, by call index."""
        self._inherited: dict[int, StopVisit] = {}
        self.visits_changed = False
        """Since `all_visits` was last asked."""
        self._stops_m: list[float] = run.pattern.stop_distance_m.tolist()
        self._arrivals: list[int] = run.arrival_seconds.tolist()
        self._departures: list[int] = run.departure_seconds.tolist()
        self._anchor_xy: tuple[float, float] | None = None
        self._low_m = 0.0
        self._trail: list[tuple[float, float]] = []

    def resume(self, progress: RunProgress, visits: Iterable[StopVisit]) -> None:
        """Take up what was recorded before a restart."""
        self.progress = progress
        self.matches = 1_000
        self.belief = belief_at(progress.distance_m, progress.matched_at.timestamp())
        # A visit beyond the next call was disproved by the bus going back; the ledger may still hold it.
        reached = progress.next_call if progress.started_at is not None else -1
        self.visits = {visit.call_index: visit for visit in visits if visit.call_index <= reached}
        if progress.off_route_since is None:
            path = self.run.pattern
            x, y = (np.interp(progress.distance_m, path.path_distance_m, path.path_xy[:, axis]) for axis in (0, 1))
            self._anchor_xy = (float(x), float(y))
        self.visits_changed = True
        # Where it waited is not recorded: at its first stop, unless it stands at a layover, which shows again at once.
        self._low_m = min(progress.distance_m, self._stops_m[0])
        self._trail = [(progress.matched_at.timestamp(), progress.distance_m)]

    @property
    def waiting(self) -> bool:
        """Not under way yet."""
        return self.progress is None or self.progress.started_at is None

    @property
    def near_start(self) -> bool:
        """Under way, and still where buses go round their layover."""
        return (
            self.progress is not None
            and self.progress.started_at is not None
            and self.progress.distance_m <= self._stops_m[0] + LAYOVER_M
        )

    @property
    def lost(self) -> bool:
        """The newest fix was not on the path."""
        return self.progress is not None and self.progress.fix_at > self.progress.matched_at

    @property
    def ended(self) -> bool:
        return self.progress is not None and self.progress.ended_at is not None

    @property
    def complete(self) -> bool:
        """Ended at its last stop, not merely given up."""
        return self.progress is not None and self.ended and self.progress.next_call >= len(self.run)

    @property
    def remaining_m(self) -> float:
        return self._stops_m[-1] - (self.progress.distance_m if self.progress is not None else 0.0)

    def see(
        self, fix: Position, at: float, xy: tuple[float, float], outcome: Match | Unmatched, belief: Beliefs
    ) -> list[StopVisit]:
        """Take one fix, newer than every one before. Returns the visits that are new or now complete."""
        self.belief = belief
        match outcome:
            case Match():
                return self._on_path(fix, at, xy, outcome)
            case Unmatched(reason):
                self._off_path(fix, xy, reason)
                return []

    def hand_over(self, fix: Position) -> list[StopVisit]:
        """End the journey: its vehicle has taken up another run. Returns the last visit where it was seen."""
        if self.progress is None or self.ended:
            return []
        visits: list[StopVisit] = []
        next_call = self.progress.next_call
        if not self.waiting and self.remaining_m <= NEARLY_DONE_M:
            next_call = len(self.run)
            if self.remaining_m <= SEEN_AT_END_M:
                visits = [self._visit(next_call - 1, fix.fix_at, None)]
        self.progress = replace(self.progress, next_call=next_call, ended_at=fix.fix_at)
        return visits

    def take_over(self, former: "Journey") -> None:
        """Carry on the run from the vehicle that drove it until now, with the visits it made."""
        self._inherited = former._inherited | former.visits
        self.visits_changed = True

    def all_visits(self) -> tuple[StopVisit, ...]:
        """Every visit of the run so far, in order, with those of the vehicles that drove it before."""
        self.visits_changed = False
        ahead = self.progress.next_call if self.progress is not None else 0
        visits = {index: visit for index, visit in self._inherited.items() if index < ahead} | self.visits
        return tuple(visits[index] for index in sorted(visits))

    def _off_path(self, fix: Position, xy: tuple[float, float], reason: UnmatchedReason) -> None:
        was = self.progress
        if was is None:
            return
        off_route_since = was.off_route_since
        # One stray fix is not a detour; two running are, from the first of them on.
        if off_route_since is None and self.lost and not self.waiting and reason is UnmatchedReason.OFF_PATH:
            off_route_since = was.fix_at
        self.progress = replace(
            was,
            fix_at=fix.fix_at,
            off_route_since=off_route_since,
            still_since=self._still_since(fix.fix_at, was.still_since, was.fix_at, xy),
        )

    def _on_path(self, fix: Position, at: float, xy: tuple[float, float], found: Match) -> list[StopVisit]:
        was, distance_m = self.progress, found.distance_m
        visits: list[StopVisit] = []
        self.matches += 1
        if was is None:
            self._anchor_xy = xy
            self._low_m = distance_m
            self._trail = [(at, distance_m)]
            started_at, next_call = None, 0
            if distance_m > self._stops_m[0] + LAYOVER_M and at >= self.start_at - EARLY_START_SECONDS:
                started_at = fix.fix_at
                next_call = self._first_ahead(distance_m)
            still_since = None
        else:
            started_at, next_call = was.started_at, was.next_call
            still_since = self._still_since(fix.fix_at, was.still_since, was.fix_at, xy)
            if distance_m < was.distance_m - 1.0:
                started_at, next_call = self._went_back(at, distance_m, started_at)
            if started_at is None:
                stood = (fix.fix_at - still_since).total_seconds() if still_since is not None else 0.0
                self._wait(at, distance_m, stood)
                moved = distance_m - was.distance_m > MOVING_MPS * (at - was.matched_at.timestamp())
                if moved and self._is_under_way(at, found):
                    started_at = fix.fix_at
                    next_call = self._first_ahead(self._low_m)
                    for (from_at, from_m), (to_at, to_m) in zip(self._trail, self._trail[1:], strict=False):
                        next_call = self._pass(next_call, from_at, from_m, to_at, to_m, True, visits)
                    self._trail.clear()
            else:
                seen = at - was.matched_at.timestamp() <= LAST_SEEN_SECONDS and was.off_route_since is None
                next_call = self._pass(
                    next_call, was.matched_at.timestamp(), was.distance_m, at, distance_m, seen, visits
                )
        ended_at = None
        if started_at is not None:
            if next_call == len(self.run) - 1 and self._stands_at_end(fix.fix_at, still_since, distance_m):
                visits.append(self._visit(next_call, still_since or fix.fix_at, None))
                next_call += 1
            if next_call >= len(self.run):
                last = self.visits.get(len(self.run) - 1)
                ended_at = last.arrived_at if last is not None else fix.fix_at
        self.progress = RunProgress(
            key=self.key,
            vehicle_id=self.vehicle_id,
            source=self.source,
            fix_at=fix.fix_at,
            matched_at=fix.fix_at,
            distance_m=distance_m,
            next_call=next_call,
            lateness_seconds=self._lateness(at - self.midnight, distance_m, next_call, started_at),
            started_at=started_at,
            still_since=still_since,
            off_route_since=None,
            ended_at=ended_at,
        )
        return visits

    def _first_ahead(self, distance_m: float) -> int:
        """The first call that a bus seen here for the first time may still make."""
        return bisect_left(self._stops_m, distance_m - LEFT_M)

    def _went_back(self, at: float, distance_m: float, started_at: datetime | None) -> tuple[datetime | None, int]:
        """The bus is behind where it was said to be: what was said of the calls ahead of it is taken back."""
        self.visits_changed = True
        self._low_m = distance_m
        self._trail = [(at, distance_m)]
        if started_at is None or distance_m <= self._stops_m[0] + UNDER_WAY_M:
            self.visits.clear()
            return None, 0
        next_call = self._first_ahead(distance_m)
        self.visits = {index: visit for index, visit in self.visits.items() if index < next_call}
        return started_at, next_call

    def _wait(self, at: float, distance_m: float, stood_seconds: float) -> None:
        layover = at < self.start_at and stood_seconds >= LAYOVER_SECONDS and distance_m > self._low_m
        if distance_m < self._low_m or layover:
            self._low_m = distance_m
            self._trail.clear()
        elif len(self._trail) >= 2 and self._trail[-1][1] == self._trail[-2][1] == distance_m:
            # Of a long wait only the first and the newest fix matter.
            self._trail.pop()
        self._trail.append((at, distance_m))
        del self._trail[:-TRAIL_KEPT]

    def _is_under_way(self, at: float, found: Match) -> bool:
        zone_m = self._stops_m[0] + UNDER_WAY_M
        waited_m = self._stops_m[0] if self._low_m <= zone_m else self._low_m
        # Near the start paths fold back on themselves: only what is sure counts.
        gone_m = found.surely_m - waited_m
        return gone_m > UNDER_WAY_M and (at >= self.start_at - EARLY_START_SECONDS or gone_m > SURELY_STARTED_M)

    def _pass(
        self,
        next_call: int,
        from_at: float,
        from_m: float,
        to_at: float,
        to_m: float,
        seen: bool,
        visits: list[StopVisit],
    ) -> int:
        """Carry the bus from one fix to the next over the calls between them. Returns the next call.

        Times are interpolated. Where nobody saw the bus in between (a silence, a detour), calls are passed without
        a visit: it may have stopped there, and may not.
        """
        last = len(self.run) - 1
        while next_call <= last:
            stop_m = self._stops_m[next_call]
            reached_m = stop_m - (END_M if next_call == last else ARRIVED_M)
            if to_m < reached_m:
                break
            standing = self.visits.get(next_call)
            if next_call == last:
                if seen:
                    visits.append(self._visit(last, self._when(reached_m, from_at, from_m, to_at, to_m), None))
                return last + 1
            left_m = stop_m + LEFT_M
            left = to_m >= stop_m + SURELY_LEFT_M or (to_m > left_m and from_m > left_m)
            if not seen and (left or standing is None):
                if standing is not None:
                    # Last seen standing there; when it left, nobody saw.
                    visits.append(self._visit(next_call, standing.arrived_at, self._moment(from_at)))
                if not left:
                    visits.append(self._visit(next_call, self._moment(to_at), None))
                    break
                next_call += 1
                continue
            arrived_at = (
                standing.arrived_at if standing is not None else self._when(reached_m, from_at, from_m, to_at, to_m)
            )
            if not left:
                if standing is None:
                    visits.append(self._visit(next_call, arrived_at, None))
                break
            departed_at = max(arrived_at, self._when(left_m, from_at, from_m, to_at, to_m))
            visits.append(self._visit(next_call, arrived_at, departed_at))
            next_call += 1
        return next_call

    def _when(self, mark_m: float, from_at: float, from_m: float, to_at: float, to_m: float) -> datetime:
        """The moment the bus crossed a mark between two fixes."""
        share = 0.0 if to_m <= from_m else min(max((mark_m - from_m) / (to_m - from_m), 0.0), 1.0)
        return self._moment(from_at + share * (to_at - from_at))

    def _moment(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, UTC)

    def _visit(self, index: int, arrived_at: datetime, departed_at: datetime | None) -> StopVisit:
        visit = StopVisit(
            key=self.key,
            call_index=index,
            stop_sequence=int(self.run.stop_sequences[index]),
            stop_id=self.run.pattern.stop_ids[index],
            vehicle_id=self.vehicle_id,
            arrived_at=arrived_at,
            departed_at=departed_at,
        )
        self.visits[index] = visit
        self.visits_changed = True
        return visit

    def _still_since(
        self, fix_at: datetime, since: datetime | None, was_at: datetime, xy: tuple[float, float]
    ) -> datetime | None:
        anchor = self._anchor_xy
        if anchor is not None and (xy[0] - anchor[0]) ** 2 + (xy[1] - anchor[1]) ** 2 < STILL_M**2:
            return since if since is not None else was_at
        self._anchor_xy = xy
        return None

    def _stands_at_end(self, fix_at: datetime, still_since: datetime | None, distance_m: float) -> bool:
        return (
            still_since is not None
            and distance_m >= self._stops_m[-1] - END_STANDING_M
            and (fix_at - still_since).total_seconds() >= END_STANDING_SECONDS
        )

    def _lateness(self, day_seconds: float, distance_m: float, next_call: int, started_at: datetime | None) -> float:
        """Seconds behind the plan at a place; negative is early. Waiting for a planned departure is neither."""
        if started_at is None:
            return max(0.0, day_seconds - self._departures[0])
        standing = self.visits.get(next_call)
        if standing is not None and next_call < len(self._stops_m):
            arrival, departure = self._arrivals[next_call], self._departures[next_call]
            return day_seconds - min(max(day_seconds, arrival), departure)
        after = min(max(bisect_right(self._stops_m, distance_m), 1), len(self._stops_m) - 1)
        gap_m = self._stops_m[after] - self._stops_m[after - 1]
        share = min(max((distance_m - self._stops_m[after - 1]) / gap_m, 0.0), 1.0) if gap_m > 0 else 1.0
        departure = self._departures[after - 1]
        return day_seconds - (departure + share * (self._arrivals[after] - departure))
