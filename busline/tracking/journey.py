"""One vehicle on one run: matched fixes in, progress and stop visits out. What happened, not what will.

Until a bus is truly under way (`busline/tracking/setting_off.py`) nothing about its stops is said.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

from busline.fleet import AssignmentSource, RunProgress, StopVisit
from busline.geo import LatLon
from busline.geo import distance_m as metres_between
from busline.ids import RunKey, VehicleId
from busline.match import Beliefs, Match, Unmatched, UnmatchedReason, belief_at, no_belief
from busline.position import LAST_SEEN_SECONDS, Position
from busline.service_day import moment
from busline.timetable import Timetable
from busline.tracking.passing import NEAR_M, Stretch, first_ahead, pass_calls
from busline.tracking.paths import Paths
from busline.tracking.setting_off import LAYOVER_M, UNDER_WAY_M, SettingOff

END_STANDING_M = 60.0
END_STANDING_SECONDS = 60.0
"""Standing this near the last stop for this long is the end of the run, too."""
NEARLY_DONE_M = 300.0
"""A bus that takes up its next run, or leaves its path, this near the end has finished (WMATA: 80 m before it)."""
SEEN_AT_END_M = 100.0
"""Near enough to the last stop for that moment to stand as the arrival."""
STILL_M = 60.0
"""A bus that has not moved this far stands still (TransitClock)."""
CORRECTED_M = 100.0
"""A bus that proves to be this little behind where it was said to be is not set back: it is waited for."""
MOVING_MPS = 1.0
"""A bus is taken to have begun its run when it is seen to move on; standing beyond its first stops it may lay over."""
COLD_EARLY_SECONDS = 120.0
"""A bus never heard of before and no more ahead of its plan than this is in mid-run, not on its way to the start."""


class Journey:
    """How one vehicle gets on with one run. Mutable; `progress` is the immutable picture of it."""

    def __init__(
        self, timetable: Timetable, paths: Paths, key: RunKey, vehicle_id: VehicleId, source: AssignmentSource
    ) -> None:
        self.key = key
        self.run = run = timetable.runs[key.run_id]
        self.row = paths.row_of[key.run_id]
        """Of the run in `Paths`."""
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
        self.visits_changed = False
        """Since `all_visits` was last asked."""
        self._inherited: dict[int, StopVisit] = {}
        self._stops_m: list[float] = paths.stops_m[int(paths.pattern[self.row])]
        self._setting_off = SettingOff(self._stops_m[0], self.start_at)
        self._seen_at: Callable[[], float] | None = None

    def resume(self, progress: RunProgress, visits: Iterable[StopVisit]) -> None:
        """Take up what was recorded before a restart."""
        self.progress = progress
        self.matches = 1_000
        matched_at = progress.matched_at.timestamp()
        self.belief = belief_at(progress.distance_m, matched_at)
        # A visit beyond the next call was disproved by the bus going back; the ledger may still hold it.
        reached = progress.next_call if progress.started_at is not None else -1
        self.visits = {visit.call_index: visit for visit in visits if visit.call_index <= reached}
        self.visits_changed = True
        self._setting_off.resume(matched_at, progress.distance_m)

    def sit(self, seen_at: Callable[[], float] | None) -> None:
        """Be moved along by `UnderWay`, which tells when the vehicle was last seen; or, with None, see fixes again."""
        self._seen_at = seen_at

    @property
    def seen_at(self) -> float | None:
        """When the vehicle was last seen on the path: epoch seconds."""
        if self._seen_at is not None:
            return self._seen_at()
        return None if self.progress is None else self.progress.matched_at.timestamp()

    @property
    def inherits(self) -> bool:
        """Other vehicles drove the run before."""
        return bool(self._inherited)

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
        return self.progress is not None and self.ended and self.progress.next_call >= len(self._stops_m)

    @property
    def remaining_m(self) -> float:
        return self._stops_m[-1] - (self.progress.distance_m if self.progress is not None else 0.0)

    def all_visits(self) -> tuple[StopVisit, ...]:
        """Every visit of the run so far, in order, with those of the vehicles that drove it before."""
        self.visits_changed = False
        if not self._inherited:
            return tuple(self.visits.values())  # Made in the order of the calls.
        ahead = self.progress.next_call if self.progress is not None else 0
        visits = {index: visit for index, visit in self._inherited.items() if index < ahead} | self.visits
        return tuple(visits[index] for index in sorted(visits))

    def see(
        self,
        fix: Position,
        at: float,
        xy: tuple[float, float],
        outcome: Match | Unmatched,
        belief: Beliefs,
        *,
        cold: bool,
    ) -> list[StopVisit]:
        """Take one fix, newer than every one before. Returns the visits that are new or now complete.

        `at` is its time in epoch seconds, `xy` its place on the timetable's plane; `cold` says that nothing was heard
        of the vehicle before.
        """
        self.belief = belief
        match outcome:
            case Match():
                return self._on_path(fix, at, outcome, cold=cold)
            case Unmatched(reason):
                return self._off_path(fix, reason)

    def hand_over(self, fix: Position) -> list[StopVisit]:
        """End the journey: its vehicle has taken up another run. Returns the last visit where it was seen."""
        if self.progress is None or self.ended:
            return []
        self.progress, visits = self._given_up(self.progress, fix.fix_at)
        return visits

    def _given_up(self, progress: RunProgress, at: datetime) -> tuple[RunProgress, list[StopVisit]]:
        """The progress of a bus that left its path for good: done if that was near the end, else as far as it got.

        The last visit is said where the bus was seen close by.
        """
        if self.waiting or self.remaining_m > NEARLY_DONE_M:
            return replace(progress, ended_at=at), []
        last = len(self._stops_m) - 1
        visits = [self._visit(last, at, None)] if self.remaining_m <= SEEN_AT_END_M else []
        return replace(progress, next_call=last + 1, ended_at=at), visits

    def take_over(self, former: "Journey") -> None:
        """Carry on the run from the vehicle that drove it until now, with the visits it made."""
        self._inherited = former._inherited | former.visits
        self.visits_changed = True

    def _off_path(self, fix: Position, reason: UnmatchedReason) -> list[StopVisit]:
        was = self.progress
        if was is None:
            return []
        visits: list[StopVisit] = []
        still_from, still_since = _standing(fix, was)
        now = replace(was, fix_at=fix.fix_at, still_from=still_from, still_since=still_since)
        # One stray fix is not a detour; two running are, from the first of them on.
        if self.lost and not self.waiting and was.off_route_since is None and reason is UnmatchedReason.OFF_PATH:
            now = replace(now, off_route_since=was.fix_at)
            if self.remaining_m <= NEARLY_DONE_M:
                now, visits = self._given_up(now, was.matched_at)
        self.progress = now
        return visits

    def _on_path(self, fix: Position, at: float, found: Match, *, cold: bool) -> list[StopVisit]:
        was, distance_m = self.progress, found.distance_m
        visits: list[StopVisit] = []
        started_at, next_call, still_since, still_from = None, 0, None, fix.place
        self.matches += 1
        if was is None:
            self._setting_off.begin(at, distance_m)
            if cold and distance_m > self._stops_m[0] + LAYOVER_M and self._early(at, distance_m) < COLD_EARLY_SECONDS:
                started_at, next_call = fix.fix_at, first_ahead(self._stops_m, distance_m)
        else:
            started_at, next_call = was.started_at, was.next_call
            still_from, still_since = _standing(fix, was)
            was_at = was.matched_at.timestamp()
            back_m = was.distance_m - distance_m
            at_start = distance_m <= self._stops_m[0] + UNDER_WAY_M
            if started_at is not None and 0 < back_m <= CORRECTED_M and not at_start:
                distance_m = was.distance_m
            elif back_m > 0:
                started_at, next_call = self._went_back(at, distance_m, started_at)
            if started_at is None:
                stood = (fix.fix_at - still_since).total_seconds() if still_since is not None else 0.0
                self._setting_off.wait(at, distance_m, stood)
                moves = distance_m - was.distance_m > MOVING_MPS * (at - was_at)
                if moves and self._setting_off.is_under_way(at, found.surely_m, self._early(at, distance_m)):
                    started_at = fix.fix_at
                    next_call = self._leave(visits)
            elif next_call < len(self._stops_m) and distance_m >= self._stops_m[next_call] - NEAR_M:
                seen = at - was_at <= LAST_SEEN_SECONDS and was.off_route_since is None
                next_call = self._pass(next_call, Stretch(was_at, was.distance_m, at, distance_m, seen), visits)
        ended_at = None
        if started_at is not None:
            if next_call == len(self._stops_m) - 1 and self._stands_at_end(fix.fix_at, still_since, distance_m):
                visits.append(self._visit(next_call, still_since or fix.fix_at, None))
                next_call += 1
            if next_call >= len(self._stops_m):
                last = self.visits.get(len(self._stops_m) - 1)
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
            still_from=still_from,
        )
        return visits

    def _went_back(self, at: float, distance_m: float, started_at: datetime | None) -> tuple[datetime | None, int]:
        """The bus is behind where it was said to be: what was said of the calls ahead of it is taken back."""
        self.visits_changed = True
        self._setting_off.begin(at, distance_m)
        if started_at is None or distance_m <= self._stops_m[0] + UNDER_WAY_M:
            self.visits.clear()
            return None, 0
        next_call = first_ahead(self._stops_m, distance_m)
        self.visits = {index: visit for index, visit in self.visits.items() if index < next_call}
        return started_at, next_call

    def _leave(self, visits: list[StopVisit]) -> int:
        """Make up for the stops passed since the bus waited. Returns the next call."""
        setting_off = self._setting_off
        next_call = 0 if setting_off.waits_at_start else first_ahead(self._stops_m, setting_off.low_m)
        trail = setting_off.trail
        for (from_at, from_m), (to_at, to_m) in pairwise(trail):
            next_call = self._pass(next_call, Stretch(from_at, from_m, to_at, to_m, seen=True), visits)
        trail.clear()
        return next_call

    def _pass(self, next_call: int, stretch: Stretch, visits: list[StopVisit]) -> int:
        """Add the visits of a stretch. Returns the next call."""
        standing = self.visits.get(next_call)
        standing_since = None if standing is None else standing.arrived_at.timestamp()
        next_call, passings = pass_calls(self._stops_m, next_call, standing_since, stretch)
        for passing in passings:
            arrived_at = datetime.fromtimestamp(passing.arrived_at, UTC)
            departed_at = None if passing.departed_at is None else datetime.fromtimestamp(passing.departed_at, UTC)
            visits.append(self._visit(passing.call_index, arrived_at, departed_at))
        return next_call

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

    def _stands_at_end(self, fix_at: datetime, still_since: datetime | None, distance_m: float) -> bool:
        return (
            still_since is not None
            and distance_m >= self._stops_m[-1] - END_STANDING_M
            and (fix_at - still_since).total_seconds() >= END_STANDING_SECONDS
        )

    def _lateness(self, day_seconds: float, distance_m: float, next_call: int, started_at: datetime | None) -> float:
        """Seconds behind the plan at a place; negative is early. Waiting for a planned departure is neither."""
        if started_at is None:
            return max(0.0, day_seconds - self.run.start_seconds)
        if next_call in self.visits and next_call < len(self._stops_m):
            arrival, departure = self.run.arrival_seconds.item(next_call), self.run.departure_seconds.item(next_call)
            return day_seconds - min(max(day_seconds, arrival), departure)
        return day_seconds - self._planned_seconds(distance_m)

    def _early(self, at: float, distance_m: float) -> float:
        return self._planned_seconds(distance_m) - (at - self.midnight)

    def _planned_seconds(self, distance_m: float) -> float:
        """When the plan has the bus at a place between two stops, in seconds of the service day."""
        stops_m = self._stops_m
        after = min(max(bisect_right(stops_m, distance_m), 1), len(stops_m) - 1)
        before_m = stops_m[after - 1]
        gap_m = stops_m[after] - before_m
        share = min(max((distance_m - before_m) / gap_m, 0.0), 1.0) if gap_m > 0 else 1.0
        departure = self.run.departure_seconds.item(after - 1)
        return departure + share * (self.run.arrival_seconds.item(after) - departure)


def _standing(fix: Position, was: RunProgress) -> tuple[LatLon, datetime | None]:
    """From where stillness is measured now, and since when the bus stands there; None while it moves."""
    if was.still_from is not None and metres_between(fix.place, was.still_from) < STILL_M:
        return was.still_from, was.still_since if was.still_since is not None else was.fix_at
    return fix.place, None
