"""The vehicles plainly under way, moved along together: `Journey` for those of whom nothing is in question.

A vehicle has a seat here while it drives, on its path, the run that the feed says it drives, far from both of its ends.
Nearly every bus is such a bus nearly all the time. Whatever else happens to it (it leaves its path, turns back, comes
to its end, falls silent, signs on elsewhere, meets a rival) happens to its `Journey`, which takes over from its seat.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from itertools import repeat
from operator import is_

import numpy as np

from busline.fleet import AssignmentSource, StopVisit
from busline.geo import distances_m
from busline.ids import RunId, RunKey, VehicleId
from busline.match import KEPT, Fixes, Match, match
from busline.position import Positions, RunClaim
from busline.timetable import Timetable
from busline.tracking.driving import CLAIM_AFTER_SECONDS
from busline.tracking.going import Drive, Floats, Going, Rows
from busline.tracking.journey import CORRECTED_M, STILL_M, Journey
from busline.tracking.passing import NEAR_M, Passings, Stretches, pass_many
from busline.tracking.paths import Paths
from busline.tracking.plain_match import Flags, Hypotheses, PlainFixes, filled, match_plainly
from busline.tracking.rivals import ESTABLISHED_FIXES
from busline.tracking.seats import Seats

SILENT_SECONDS = 120.0
"""A vehicle not heard of for so long is looked at by its journey."""
NEAR_END_M = 150.0
"""So near its last stop, too."""
SEATS = 64
"""To begin with."""


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """What became of a batch."""

    rows: Rows
    """The rows of the batch that moved a vehicle along, ..."""
    seats: Rows
    """... and its seat."""
    passings: Passings
    """Of these rows."""
    old: int
    """How many fixes were not newer than the newest one already taken."""
    rest: Rows
    """The rows of the batch that are for journeys, ..."""
    rivals: frozenset[VehicleId]
    """... and the vehicles here whose run another one claims: they are for journeys, too."""


class UnderWay:
    """The seats of one tracker."""

    def __init__(self, timetable: Timetable, paths: Paths) -> None:
        self._timetable = timetable
        self._paths = paths
        self._stop_m = np.concatenate([np.empty(0), *paths.stops_m])
        self._first_stop = np.cumsum([0, *map(len, paths.stops_m)])
        runs = list(timetable.runs.values())
        self._first_call = np.cumsum([0, *map(len, runs)])
        self._arrival = np.concatenate([np.empty(0), *(run.arrival_seconds for run in runs)])
        self._departure = np.concatenate([np.empty(0), *(run.departure_seconds for run in runs)])
        self._calls = max(map(len, runs), default=0)
        self._seats = Seats(SEATS, self._calls)
        self._journeys: list[Journey] = []
        self._drives: list[Drive] = []
        self._claims: list[RunClaim] = []
        self._row_of: dict[VehicleId, int] = {}
        self._row_of_run: dict[RunKey, int] = {}
        self._by_run_id: dict[RunId, VehicleId] = {}
        self._shown: Going | None = None
        self._handed_out = False

    def __contains__(self, vehicle_id: VehicleId) -> bool:
        return vehicle_id in self._row_of

    def driving(self, run_ids: Set[RunId]) -> list[VehicleId]:
        """The vehicles here that drive one of these runs."""
        return [self._by_run_id[run_id] for run_id in run_ids & self._by_run_id.keys()]

    def rows(self) -> tuple[Mapping[VehicleId, int], Mapping[RunKey, int]]:
        """Which row of `going` each vehicle has, and each run. What was handed out never changes."""
        self._handed_out = True
        return self._row_of, self._row_of_run

    def seen_at(self, vehicle_id: VehicleId) -> float:
        """The newest fix of a vehicle here: epoch seconds."""
        return self._seats.at.item(self._row_of[vehicle_id])

    def going(self) -> Going:
        """All of them, as they are now."""
        if self._shown is None:
            self._shown = self._seats.shown(self._timetable, self._drives)
        return self._shown

    def take(self, positions: Positions) -> Taken:
        """Move along whoever plainly goes on; each vehicle may be in the batch once."""
        count = len(positions)
        seats = self._seats
        row = np.fromiter(map(self._row_of.get, positions.vehicle_id, repeat(-1)), np.intp, count)
        seated = row >= 0
        if not seated.any():
            rivals = self._rivals(positions, np.arange(count))
            return Taken(_NO_ROWS, _NO_ROWS, _NO_PASSINGS, 0, np.arange(count), rivals)
        same = np.fromiter(map(is_, map(self._claims.__getitem__, row.tolist()), positions.claim), np.bool_, count)
        elapsed = positions.at - seats.at[row]
        old = seated & (elapsed <= 0.0)
        goes = seated & same & (elapsed > 0.0) & (elapsed <= SILENT_SECONDS) & (positions.at <= seats.until_at[row])
        rivals = self._rivals(positions, np.flatnonzero(~(seated & same)))
        if rivals:
            goes &= [vehicle_id not in rivals for vehicle_id in positions.vehicle_id]
        # In the order of the seats, so that neighbours in memory are neighbours on the road.
        rows = np.flatnonzero(goes)
        rows = rows[np.argsort(row[rows])]
        moved, passings = self._move(positions, rows, row[rows])
        goes[rows[~moved]] = False
        rows = rows[moved]
        return Taken(rows, row[rows], passings, int(old.sum()), np.flatnonzero(~goes & ~old), rivals)

    def _rivals(self, positions: Positions, rows: Rows) -> frozenset[VehicleId]:
        """The vehicles here whose run is claimed in these rows, which are of others."""
        found = set()
        for row in rows.tolist():
            claim = positions.claim[row]
            driver = None if claim is None else self._by_run_id.get(claim.run_id)
            if driver is not None and driver != positions.vehicle_id[row]:
                found.add(driver)
        return frozenset(found)

    def _move(self, positions: Positions, rows: Rows, seat: Rows) -> tuple[Flags, Passings]:
        """Which of these vehicles moved along, and the calls they passed."""
        if not len(rows):
            return np.zeros(0, np.bool_), _NO_PASSINGS
        seats, paths = self._seats, self._paths
        at, lat, lon = positions.at[rows], positions.lat[rows], positions.lon[rows]
        run = seats.run[seat]
        xy, next_call = self._timetable.plane.to_xy(lat, lon), seats.next_call[seat]
        fixes = PlainFixes(run, xy, at, positions.bearing_deg[rows], positions.speed_mps[rows], next_call)
        moved, now = match_plainly(paths, fixes, seats.hypotheses(seat))
        self._match_others(fixes, seat, moved, now)
        # A bus that proves to be a little behind where it was said to be is waited for there.
        was_m, was_at = seats.distance_m[seat], seats.at[seat]
        distance_m = np.maximum(now.distance_m[0], was_m)
        moved &= (was_m - now.distance_m[0] <= CORRECTED_M) & (distance_m < seats.end_m[seat])
        if not moved.all():
            now, distance_m = now.some(moved), distance_m[moved]
            at, lat, lon, seat, run = at[moved], lat[moved], lon[moved], seat[moved], run[moved]
            was_m, was_at = was_m[moved], was_at[moved]

        still = distances_m(lat, lon, seats.still_lat[seat], seats.still_lon[seat]) < STILL_M
        since = seats.still_since[seat]
        seats.still_since[seat] = np.where(still, np.where(np.isnan(since), was_at, since), np.nan)
        begins = seat[~still]
        seats.still_lat[begins], seats.still_lon[begins] = lat[~still], lon[~still]

        passings = self._pass(seat, Stretches(was_at, was_m, at, distance_m))
        seats.keep(seat, now)
        seats.at[seat], seats.distance_m[seat] = at, distance_m
        clock = now.clock[0].copy()
        behind = np.flatnonzero(distance_m != now.distance_m[0])
        clock[behind] = paths.planned_seconds(run[behind], distance_m[behind], departing=True)
        seats.lateness_seconds[seat] = self._lateness(seat, run, at - seats.midnight[seat], clock)
        self._shown = None
        return moved, passings

    def _match_others(self, fixes: PlainFixes, seat: Rows, moved: Flags, now: Hypotheses) -> None:
        """Match those that are not plain as any bus is; who is on its path, and never turned back, has moved too."""
        others = np.flatnonzero(~moved)
        if not len(others):
            return
        no = np.zeros(len(others), np.bool_)
        outcomes, beliefs = match(
            self._paths,
            Fixes(
                run=fixes.run[others],
                xy=fixes.xy[others],
                at=fixes.at[others],
                day_seconds=fixes.at[others] - self._seats.midnight[seat[others]],
                bearing_deg=fixes.bearing_deg[others],
                speed_mps=fixes.speed_mps[others],
                waiting=no,
                near_start=no,
                lost=no,
            ),
            self._seats.beliefs(seat[others]),
        )
        moved[others] = [isinstance(outcome, Match) for outcome in outcomes]
        moved[others] &= (beliefs[:, 3] == 0.0).all(axis=1)
        now.distance_m[:, others], now.at[:, others], now.cost[:, others] = beliefs[:, :3].transpose(1, 2, 0)
        now.clock[:, others] = self._clocks(fixes.run[others], now.distance_m[:, others])
        filled(now)

    def _clocks(self, run: Rows, distance_m: Floats) -> Floats:
        """(kept, buses) the planned clock on leaving every place."""
        clocks = self._paths.planned_seconds(np.tile(run, KEPT), distance_m.ravel(), departing=True)
        return clocks.reshape(KEPT, -1)

    def _pass(self, seat: Rows, stretches: Stretches) -> Passings:
        """Carry these seats over the calls of their stretches, and note what happened there."""
        seats = self._seats
        first = self._first_stop[seats.pattern[seat]]
        near = np.flatnonzero(stretches.to_m >= self._stop_m[first + seats.next_call[seat]] - NEAR_M)
        own = seat[near]
        next_call, standing_since = seats.next_call[own], seats.standing_since[own]
        some = Stretches(*(getattr(stretches, field.name)[near] for field in fields(Stretches)))
        passings = pass_many(self._stop_m, first[near], next_call, standing_since, some)
        seats.next_call[own], seats.standing_since[own] = next_call, standing_since
        over = ~np.isnan(passings.departed_at)
        where = own[passings.bus[over]], passings.call_index[over]
        seats.arrived_at[where], seats.departed_at[where] = passings.arrived_at[over], passings.departed_at[over]
        return Passings(near[passings.bus], passings.call_index, passings.arrived_at, passings.departed_at)

    def _lateness(self, seat: Rows, run: Rows, day_seconds: Floats, clock: Floats) -> Floats:
        """Seconds behind the plan; waiting for a planned departure is neither late nor early."""
        late = day_seconds - clock
        standing = np.flatnonzero(~np.isnan(self._seats.standing_since[seat]))
        call = self._first_call[run[standing]] + self._seats.next_call[seat[standing]]
        day_seconds = day_seconds[standing]
        late[standing] = day_seconds - np.minimum(np.maximum(day_seconds, self._arrival[call]), self._departure[call])
        return late

    # Seats are taken and left.

    def seat(self, journeys: Sequence[tuple[Journey, RunClaim]]) -> list[Journey]:
        """Take over from those of these journeys that are plainly under way; the feed names them by these claims."""
        fit = [(journey, claim) for journey, claim in journeys if self._is_fit(journey)]
        if not fit:
            return []
        # Next to each other in memory sit those on the same path.
        fit.sort(key=lambda one: (int(self._paths.pattern[one[0].row]), one[0].row))
        if len(self._drives) + len(fit) > self._seats.count:
            self._make_room(len(fit))
        self._own_maps()
        rows = np.arange(len(self._drives), len(self._drives) + len(fit))
        for journey, claim in fit:
            self._sit(journey, claim)
        seats = self._seats
        distance_m, at, cost, _ = np.stack([journey.belief for journey, _ in fit], axis=-1)
        clock = self._clocks(seats.run[rows], distance_m)
        seats.keep(rows, filled(Hypotheses(distance_m.copy(), at.copy(), cost, clock)))
        self._shown = None
        return [journey for journey, _ in fit]

    def _is_fit(self, journey: Journey) -> bool:
        progress = journey.progress
        return not (
            progress is None
            or progress.started_at is None
            or progress.ended_at is not None
            or progress.off_route_since is not None
            or progress.fix_at != progress.matched_at
            or progress.still_from is None
            or journey.source is not AssignmentSource.FEED
            or journey.inherits
            or journey.near_start
            or journey.remaining_m <= NEAR_END_M
            or journey.matches < ESTABLISHED_FIXES
            or journey.belief[3].any()
            or not self._may_show(journey.visits, progress.next_call)
        )

    def _sit(self, journey: Journey, claim: RunClaim) -> None:
        """Everything but what is believed of where it is."""
        progress, row, seats = journey.progress, len(self._drives), self._seats
        if progress is None or progress.started_at is None or progress.still_from is None:
            raise ValueError(f"run {journey.key.run_id} is not under way")
        self._journeys.append(journey)
        self._drives.append(Drive(journey.key, journey.run, journey.vehicle_id, progress.started_at))
        self._claims.append(claim)
        self._row_of[journey.vehicle_id] = self._row_of_run[journey.key] = row
        self._by_run_id[journey.key.run_id] = journey.vehicle_id
        seats.run[row], seats.pattern[row] = journey.row, self._paths.pattern[journey.row]
        seats.midnight[row], seats.until_at[row] = journey.midnight, journey.end_at + CLAIM_AFTER_SECONDS
        seats.end_m[row] = self._stop_m[self._first_stop[seats.pattern[row] + 1] - 1] - NEAR_END_M
        seats.at[row], seats.distance_m[row] = progress.fix_at.timestamp(), progress.distance_m
        seats.next_call[row], seats.lateness_seconds[row] = progress.next_call, progress.lateness_seconds
        seats.still_since[row] = _seconds(progress.still_since)
        seats.still_lat[row], seats.still_lon[row] = progress.still_from.lat, progress.still_from.lon
        standing = journey.visits.get(progress.next_call)
        seats.standing_since[row] = _seconds(None if standing is None else standing.arrived_at)
        for call, visit in journey.visits.items():
            if call < progress.next_call:
                seats.arrived_at[row, call] = visit.arrived_at.timestamp()
                seats.departed_at[row, call] = _seconds(visit.departed_at)
        journey.sit(partial(self.seen_at, journey.vehicle_id))

    @staticmethod
    def _may_show(visits: Mapping[int, StopVisit], next_call: int) -> bool:
        """They are those of calls before the next one, and where it stands at that, of it."""
        calls = list(visits)
        standing = visits.get(next_call)
        return (
            calls == sorted(calls)
            and (not calls or calls[-1] <= next_call)
            and (standing is None or standing.departed_at is None)
        )

    def leave(self, vehicle_id: VehicleId) -> Journey:
        """Give a vehicle back to its journey, as if that had seen every fix."""
        going = self.going()
        self._own_maps()
        row = self._row_of.pop(vehicle_id)
        journey = self._journeys[row]
        del self._row_of_run[journey.key]
        if self._by_run_id.get(journey.key.run_id) == vehicle_id:  # and not one of another service day
            del self._by_run_id[journey.key.run_id]
        journey.sit(None)
        journey.progress = going.progress(row)
        journey.visits = {visit.call_index: visit for visit in going.visits(row)}
        journey.belief = self._seats.beliefs(np.array([row]))[0]
        return journey

    def _own_maps(self) -> None:
        """What has been handed out is copied before it changes."""
        if self._handed_out:
            self._row_of, self._row_of_run = dict(self._row_of), dict(self._row_of_run)
            self._handed_out = False

    def _make_room(self, more: int) -> None:
        """New seats, without those that are empty: pictures keep the old ones."""
        kept = np.fromiter(self._row_of.values(), np.intp, len(self._row_of))
        kept = kept[np.lexsort((self._seats.run[kept], self._seats.pattern[kept]))]
        self._seats = self._seats.some(kept, max(SEATS, 2 * (len(kept) + more)))
        self._journeys = [self._journeys[row] for row in kept.tolist()]
        self._drives = [self._drives[row] for row in kept.tolist()]
        self._claims = [self._claims[row] for row in kept.tolist()]
        self._row_of = {drive.vehicle_id: row for row, drive in enumerate(self._drives)}
        self._row_of_run = {drive.key: row for row, drive in enumerate(self._drives)}
        self._shown = None


def _seconds(at: datetime | None) -> float:
    return float("nan") if at is None else at.timestamp()


_NO_ROWS: Rows = np.empty(0, np.intp)
_NO_PASSINGS = Passings(_NO_ROWS, _NO_ROWS, np.empty(0), np.empty(0))
