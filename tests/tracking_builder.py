"""Streets, runs and drives for the tests of matching and tracking: arrays in, positions out."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from busline.fleet import Fleet, RunProgress, StopVisit
from busline.geo import Area, LatLon, LocalPlane
from busline.ids import BlockId, PlanId, RouteId, RunId, RunKey, ServiceId, SourceId, StopId, VehicleId
from busline.position import Position, RunClaim
from busline.service_day import Service, ServiceCalendar, moment
from busline.timetable import Pattern, Run, Timetable
from busline.tracking.tracker import Step, Tracker

ZONE = ZoneInfo("America/New_York")
DAY = date(2026, 10, 5)
PLANE = LocalPlane(LatLon(42.3, -71.1))
WEEKDAYS = ServiceId("weekdays")
PACE_MPS = 8.0
SEVEN = 7 * 3600

Street = NDArray[np.float64]
Place = tuple[float, float]
Profile = Sequence[tuple[float, float]]
"""(seconds after the planned start, metres along the path): straight lines between."""


def street(*corners: Place, every_m: float = 40.0) -> Street:
    """A path through the corners, with a point every so many metres."""
    points = [np.array(corners[0], np.float64)]
    for corner in corners[1:]:
        step = np.array(corner, np.float64) - points[-1]
        pieces = max(1, round(float(np.hypot(*step)) / every_m))
        points += [points[-1] + step * share / pieces for share in range(1, pieces + 1)]
    return np.array(points)


def length_m(path: Street) -> float:
    return float(np.hypot(*np.diff(path, axis=0).T).sum())


def make_pattern(path: Street, stops_m: Sequence[float] | None = None, *, approximate: bool = False) -> Pattern:
    """A path with stops at the distances given; without any, one about every 400 m."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    if stops_m is None:
        stops_m = np.linspace(0.0, along[-1], max(2, round(along[-1] / 400) + 1)).tolist()
    return Pattern(
        stop_ids=tuple(StopId(f"stop-{index}") for index in range(len(stops_m))),
        stop_distance_m=np.array(stops_m, np.float64),
        path_xy=path,
        path_distance_m=along,
        approximate=approximate,
    )


def make_run(
    run_id: str,
    path: Street | Pattern,
    *,
    start: int = SEVEN,
    pace_mps: float = PACE_MPS,
    bus: str | None = None,
    block: str | None = None,
    stops_m: Sequence[float] | None = None,
) -> Run:
    """A run along a path at an even planned pace."""
    pattern = path if isinstance(path, Pattern) else make_pattern(path, stops_m)
    seconds = (start + (pattern.stop_distance_m - pattern.stop_distance_m[0]) / pace_mps).astype(np.int32)
    return Run(
        run_id=RunId(run_id),
        route_id=RouteId(run_id),
        route_name=run_id,
        service_id=WEEKDAYS,
        block_id=None if block is None else BlockId(block),
        headsign="",
        direction_id=None,
        planned_vehicle_id=None if bus is None else VehicleId(bus),
        pattern=pattern,
        stop_sequences=np.arange(1, len(seconds) + 1, dtype=np.int32),
        arrival_seconds=seconds,
        departure_seconds=seconds.copy(),
    )


def make_timetable(*runs: Run) -> Timetable:
    return Timetable(
        plan_id=PlanId(1),
        timezone=ZONE,
        plane=PLANE,
        area=Area(42.0, -71.5, 42.6, -70.7),
        stops={},
        runs={run.run_id: run for run in runs},
        calendar=ServiceCalendar(
            {
                WEEKDAYS: Service(
                    WEEKDAYS,
                    (True, True, True, True, True, False, False),
                    date(2026, 9, 1),
                    date(2027, 6, 30),
                )
            }
        ),
    )


def key_of(run: Run, day: date = DAY) -> RunKey:
    return RunKey(day, run.run_id)


def at(run: Run, seconds: float, day: date = DAY) -> datetime:
    """So many seconds after a run's planned start."""
    return moment(day, run.start_seconds + seconds, ZONE).astimezone(UTC)


def fix(
    when: datetime,
    place: Place,
    *,
    bus: str = "47",
    run: Run | None = None,
    day: date | None = DAY,
    bearing_deg: float | None = None,
    speed_mps: float | None = None,
) -> Position:
    """A report from a bus; it claims the run where one is given."""
    return Position(
        source=SourceId("test"),
        vehicle_id=VehicleId(bus),
        fix_at=when,
        received_at=when,
        place=PLANE.to_place(*place),
        bearing_deg=bearing_deg,
        speed_mps=speed_mps,
        claim=None if run is None else RunClaim(run.run_id, day),
    )


def place_on(run: Run, distance_m: float) -> Place:
    path = run.pattern
    return (
        float(np.interp(distance_m, path.path_distance_m, path.path_xy[:, 0])),
        float(np.interp(distance_m, path.path_distance_m, path.path_xy[:, 1])),
    )


def drive(
    run: Run,
    profile: Profile,
    *,
    every: float = 10.0,
    bus: str = "47",
    claims: Run | None = None,
    claiming: bool = True,
    noise: Callable[[], Place] = lambda: (0.0, 0.0),
    compass: bool = False,
) -> list[Position]:
    """Reports of a bus that drives a run's path by a profile, the last moment included.

    It claims that run, or another one, or none; with a compass it gives bearing and speed too.
    """
    times = [seconds for seconds, _ in profile]
    metres = [distance for _, distance in profile]
    reports = []
    # To the millisecond: two reports within less would be of the same moment.
    for seconds in np.unique(np.round([*np.arange(times[0], times[-1], every), times[-1]], 3)):
        x, y = place_on(run, float(np.interp(seconds, times, metres)))
        dx, dy = noise()
        claimed = (claims or run) if claiming else None
        bearing_deg, speed_mps = _motion(run, times, metres, float(seconds)) if compass else (None, None)
        reports.append(
            fix(
                at(run, float(seconds)),
                (x + dx, y + dy),
                bus=bus,
                run=claimed,
                bearing_deg=bearing_deg,
                speed_mps=speed_mps,
            )
        )
    return reports


def _motion(run: Run, times: Sequence[float], metres: Sequence[float], seconds: float) -> tuple[float, float]:
    """Bearing in degrees and speed, as a GPS gives them: from where it was a second ago."""
    before, now = (float(np.interp(moment_s, times, metres)) for moment_s in (seconds - 1, seconds))
    (x0, y0), (x1, y1) = place_on(run, before), place_on(run, now)
    return float(np.degrees(np.arctan2(x1 - x0, y1 - y0))) % 360, now - before


def steady(run: Run, *, pace_mps: float = PACE_MPS, late: float = 0.0) -> Profile:
    """From start to end of the path at an even pace."""
    length = float(run.pattern.path_distance_m[-1])
    return [(late, 0.0), (late + length / pace_mps, length)]


def fresh_tracker(timetable: Timetable, now: datetime = datetime(2026, 10, 5, tzinfo=UTC)) -> Tracker:
    return Tracker(timetable, Fleet(at=now))


def follow(tracker: Tracker, positions: Iterable[Position]) -> list[Step]:
    """Give the tracker each report on its own, a second after it was made."""
    return [
        tracker.take([position], position.fix_at + timedelta(seconds=1))
        for position in sorted(positions, key=lambda position: position.fix_at)
    ]


def progress_of(tracker: Tracker, run: Run) -> RunProgress:
    return tracker.fleet.progress[key_of(run)]


def visits_of(tracker: Tracker, key: RunKey) -> dict[int, StopVisit]:
    """The visits of a run that are in the picture, by call."""
    return {visit.call_index: visit for visit in tracker.fleet.visits.get(key, ())}


def seconds_between(a: datetime, b: datetime) -> float:
    """Apart, whichever is first."""
    return abs((a - b).total_seconds())
