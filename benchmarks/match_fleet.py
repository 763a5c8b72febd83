"""How fast a fleet is matched: the window against the whole path, and the tracker against both, in one run.

    python -m benchmarks.match_fleet --buses 2000

Times are of the processor, on a noisy machine: the ratios are what counts. Paths are random walks of 400 segments of
40 m, the fixes 20 s apart with 10 m of noise.
"""

import argparse
import gc
import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from busline.fleet import Fleet
from busline.geo import Area, LatLon, LocalPlane
from busline.ids import PlanId, RouteId, RunId, ServiceId, SourceId, StopId, VehicleId
from busline.match import Fixes, belief_at, match
from busline.position import Position, RunClaim
from busline.service_day import Service, ServiceCalendar, moment
from busline.timetable import Pattern, Run, Timetable
from busline.tracking.paths import Paths
from busline.tracking.tracker import Tracker

DAY = date(2026, 10, 5)
ZONE = ZoneInfo("America/New_York")
PLANE = LocalPlane(LatLon(42.3, -71.1))
EVERY_DAY = ServiceId("every-day")
SEGMENTS, SEGMENT_M, STOPS, PACE_MPS, EVERY_SECONDS, NOISE_M = 400, 40.0, 30, 8.0, 20.0, 10.0
START_SECONDS = 7 * 3600
PATTERNS = 500
WINDOW_BAR, WRONG_BAR = 4.0, 0.001


def random_pattern(dice: np.random.Generator) -> Pattern:
    heading = np.cumsum(dice.normal(0.0, 0.25, SEGMENTS)) + dice.uniform(0, 2 * np.pi)
    steps = SEGMENT_M * np.stack([np.cos(heading), np.sin(heading)], axis=-1)
    path = np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)]) + dice.uniform(-10_000, 10_000, 2)
    return Pattern(
        stop_ids=tuple(StopId(str(index)) for index in range(STOPS)),
        stop_distance_m=np.linspace(0.0, SEGMENTS * SEGMENT_M, STOPS),
        path_xy=path,
        path_distance_m=np.linspace(0.0, SEGMENTS * SEGMENT_M, SEGMENTS + 1),
        approximate=False,
    )


def timetable_of(buses: int, dice: np.random.Generator) -> Timetable:
    patterns = [random_pattern(dice) for _ in range(min(buses, PATTERNS))]
    runs = {}
    for index in range(buses):
        pattern = patterns[index % len(patterns)]
        seconds = (START_SECONDS + pattern.stop_distance_m / PACE_MPS).astype(np.int32)
        runs[RunId(f"run-{index}")] = Run(
            run_id=RunId(f"run-{index}"),
            route_id=RouteId("route"),
            route_name="route",
            service_id=EVERY_DAY,
            block_id=None,
            headsign="",
            direction_id=None,
            planned_vehicle_id=None,
            pattern=pattern,
            stop_sequences=np.arange(STOPS, dtype=np.int32),
            arrival_seconds=seconds,
            departure_seconds=seconds,
        )
    service = Service(EVERY_DAY, (True,) * 7, date(2026, 1, 1), date(2026, 12, 31))
    return Timetable(
        plan_id=PlanId(1),
        timezone=ZONE,
        plane=PLANE,
        area=Area(42.0, -71.5, 42.6, -70.7),
        stops={},
        runs=runs,
        calendar=ServiceCalendar({EVERY_DAY: service}),
    )


def places_at(timetable: Timetable, driven_m: NDArray[np.float64], dice: np.random.Generator) -> NDArray[np.float64]:
    """(buses, 2) where each bus is after so many metres, with noise."""
    paths = [run.pattern.path_xy for run in timetable.runs.values()]
    along = driven_m / SEGMENT_M
    row = along.astype(int)
    places = np.array(
        [path[at] + (path[at + 1] - path[at]) * (part % 1) for path, at, part in zip(paths, row, along, strict=True)]
    )
    return places + dice.normal(0.0, NOISE_M / np.sqrt(2), places.shape)


def median_ms(work: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append((time.process_time() - start) * 1e3)
    return statistics.median(taken)


def measure(buses: int, repeats: int) -> dict[str, float]:
    dice = np.random.default_rng(1)
    timetable = timetable_of(buses, dice)
    paths = Paths(timetable)
    driven = dice.uniform(2_000, 8_000, buses)
    midnight = moment(DAY, 0, ZONE).timestamp()
    at = midnight + START_SECONDS + driven / PACE_MPS
    here = places_at(timetable, driven + PACE_MPS * EVERY_SECONDS, dice)
    beliefs = np.array([belief_at(float(metres), float(when)) for metres, when in zip(driven, at, strict=True)])
    none, nan = np.zeros(buses, np.bool_), np.full(buses, np.nan)
    fixes = Fixes(
        run=np.arange(buses),
        xy=here,
        at=at + EVERY_SECONDS,
        day_seconds=at + EVERY_SECONDS - midnight,
        bearing_deg=nan,
        speed_mps=nan,
        waiting=none,
        near_start=none,
        lost=none,
    )
    pattern = paths.pattern[fixes.run]
    whole_ms = median_ms(
        lambda: paths.candidates(pattern, here, np.zeros(buses), paths.length_m[pattern]), max(repeats // 3, 3)
    )
    window_ms = median_ms(lambda: paths.candidates(pattern, here, driven - 50, driven + 726), repeats)
    match_ms = median_ms(lambda: match(paths, fixes, beliefs), repeats)
    outcomes, _ = match(paths, fixes, beliefs)
    found = np.array([getattr(outcome, "distance_m", np.nan) for outcome in outcomes])
    wrong = float(np.mean(~(np.abs(found - driven - PACE_MPS * EVERY_SECONDS) < 40)))

    tracker, ticks = Tracker(timetable, Fleet(at=datetime.fromtimestamp(midnight, ZONE))), []
    for tick in range(repeats + 2):
        metres = driven + PACE_MPS * EVERY_SECONDS * tick
        batch = reports(timetable, places_at(timetable, metres, dice), at + EVERY_SECONDS * tick)
        start = time.process_time()
        tracker.take(batch, batch[-1].fix_at)
        ticks.append((time.process_time() - start) * 1e3)
    return {
        "buses": buses,
        "whole_path_ms": whole_ms,
        "window_ms": window_ms,
        "match_ms": match_ms,
        "tracker_first_batch_ms": ticks[0],
        "tracker_batch_ms": statistics.median(ticks[2:]),
        "window_times_faster": whole_ms / window_ms,
        "match_us_per_bus": match_ms / buses * 1e3,
        "tracker_us_per_bus": statistics.median(ticks[2:]) / buses * 1e3,
        "wrong_by_40_m_share": wrong,
    }


def reports(timetable: Timetable, xy: NDArray[np.float64], at: NDArray[np.float64]) -> list[Position]:
    batch = []
    for run, (x, y), when in zip(timetable.runs.values(), xy.tolist(), at.tolist(), strict=True):
        fix_at = datetime.fromtimestamp(when, UTC)
        batch.append(
            Position(
                source=SourceId("benchmark"),
                vehicle_id=VehicleId(run.run_id),
                fix_at=fix_at,
                received_at=fix_at + timedelta(seconds=1),
                place=PLANE.to_place(x, y),
                claim=RunClaim(run.run_id, DAY),
            )
        )
    return batch


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--buses", type=int, nargs="+", default=[2_000, 10_000])
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    gc.freeze()
    measured = [measure(buses, arguments.repeats) for buses in arguments.buses]
    for name in measured[0]:
        print(f"{name:>24}", *(f"{row[name]:12.3f}" for row in measured))
    if len(measured) > 1:
        grew = measured[-1]["match_ms"] / measured[0]["match_ms"]
        print(f"{grew:.1f} times the time for {measured[-1]['buses'] / measured[0]['buses']:.1f} times the buses")
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(measured, indent=2))
    met = all(row["window_times_faster"] >= WINDOW_BAR and row["wrong_by_40_m_share"] < WRONG_BAR for row in measured)
    print(f"{'met' if met else 'MISSED'}: the window {WINDOW_BAR:.0f} times faster than the whole path, none wrong")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
