"""A recorded morning of real buses through the tracker, held against a second, simpler reading of the same fixes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from busline.fleet import Fleet, RunProgress, StopVisit
from busline.ids import RunId, RunKey
from busline.match import UnmatchedReason
from busline.position import Position
from busline.timetable import Run, Timetable
from busline.tracking.tracker import Step, Tracker
from feeds.plan.gtfs import read_gtfs
from feeds.positions_file import read_positions

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "wmata-bus"
BATCH_SECONDS = 30

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not DATA.is_dir(), reason="the recorded data (../shared/data) is not here"),
]


@dataclass(frozen=True, slots=True)
class Day:
    timetable: Timetable
    batches: list[list[Position]]
    steps: list[Step]
    visits: Mapping[tuple[RunId, int], StopVisit]


@pytest.fixture(scope="module")
def day() -> Day:
    timetable = read_gtfs(DATA / "gtfs.zip").timetable
    positions = sorted(read_positions(DATA / "positions.csv.gz").positions, key=lambda position: position.fix_at)
    batches = [
        list(batch)
        for _, batch in groupby(positions, key=lambda position: int(position.fix_at.timestamp()) // BATCH_SECONDS)
    ]
    tracker = Tracker(timetable, Fleet(at=positions[0].fix_at))
    steps = [tracker.take(batch, batch[-1].fix_at) for batch in batches]
    visits = {(visit.key.run_id, visit.call_index): visit for step in steps for visit in step.visits}
    return Day(timetable, batches, steps, visits)


def test_nearly_every_fix_finds_its_run(day: Day) -> None:
    unmatched: dict[str, int] = defaultdict(int)
    for step in day.steps:
        for reason, count in step.unmatched.items():
            unmatched[reason] += count
    taken = sum(len(step.positions) for step in day.steps)
    assert taken == 14_092
    # The rest are buses standing at their terminals, beside the street.
    assert set(unmatched) <= {UnmatchedReason.OFF_PATH, UnmatchedReason.FAR_FROM_PLAN}
    assert sum(unmatched.values()) < 0.05 * taken


def test_no_bus_under_way_is_set_back_but_at_its_layover(day: Day) -> None:
    newest: dict[RunKey, RunProgress] = {}
    backwards = 0
    for step in day.steps:
        for progress in step.progress:
            was = newest.get(progress.key)
            if was is not None and was.vehicle_id == progress.vehicle_id and progress.distance_m < was.distance_m:
                assert was.distance_m < 700
                backwards += was.started_at is not None
            newest[progress.key] = progress
    assert backwards <= 5


def test_visits_are_where_a_plain_projection_of_the_trip_has_them(day: Day) -> None:
    plain = plain_arrivals(day)
    assert len(plain) > 3_500
    missing = [call for call in plain if call not in day.visits]
    assert len(missing) < 0.01 * len(plain)
    errors = np.array(
        [day.visits[call].arrived_at.timestamp() - at for call, at in plain.items() if call in day.visits]
    )
    assert np.mean(np.abs(errors) < 5) > 0.98
    assert np.abs(errors).max() < 60


def test_a_bus_that_relieves_another_takes_its_run_over(day: Day) -> None:
    drivers = [
        assignment.vehicle_id
        for step in day.steps
        for assignment in step.assignments
        if assignment.key.run_id == RunId("5516100")
    ]
    assert drivers == ["2852", "1041"]


@pytest.mark.parametrize("cut", [120, 260, 400])
def test_after_a_restart_the_next_fix_of_every_bus_gives_what_it_would_have(day: Day, cut: int) -> None:
    restarted = Tracker(day.timetable, day.steps[cut - 1].fleet)
    until = cut + 4
    for batch in day.batches[cut:until]:
        restarted.take(batch, batch[-1].fix_at)
    whole = day.steps[until - 1].fleet
    for key, progress in restarted.fleet.progress.items():
        assert progress.distance_m == pytest.approx(whole.progress[key].distance_m, abs=1)
        assert (progress.next_call, progress.ended_at) == (whole.progress[key].next_call, whole.progress[key].ended_at)
        assert (progress.started_at is None) == (whole.progress[key].started_at is None)
    assert restarted.fleet.last_fix_at == whole.last_fix_at
    assert restarted.fleet.assignments == whole.assignments


def plain_arrivals(day: Day) -> dict[tuple[RunId, int], float]:
    """Arrivals 10 m before each stop between the first and the last, by projecting each trip's fixes on its whole
    path, from the last jump back near its start; epoch seconds."""
    by_trip: dict[tuple[RunId, str], list[Position]] = defaultdict(list)
    for batch in day.batches:
        for position in batch:
            assert position.claim is not None
            by_trip[position.claim.run_id, position.vehicle_id].append(position)
    arrivals = {}
    for (run_id, _), fixes in by_trip.items():
        run = day.timetable.runs[run_id]
        along, offset = project(day.timetable, run, fixes)
        at = np.array([position.fix_at.timestamp() for position in fixes])[offset < 60]
        along = along[offset < 60]
        if len(along) < 3:
            continue
        back = np.flatnonzero((np.diff(along) < -80) & (along[:-1] < 1_500))
        first = back[-1] + 1 if len(back) else 0
        along, at = np.maximum.accumulate(along[first:]), at[first:]
        for index, stop_m in enumerate(run.pattern.stop_distance_m[1:-1].tolist(), start=1):
            after = int(np.searchsorted(along, stop_m - 10))
            if 0 < after < len(along) and at[after] - at[after - 1] < timedelta(minutes=5).total_seconds():
                share = (stop_m - 10 - along[after - 1]) / (along[after] - along[after - 1])
                arrivals[run_id, index] = float(at[after - 1] + share * (at[after] - at[after - 1]))
    return arrivals


def project(timetable: Timetable, run: Run, fixes: list[Position]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distance along the path and offset from it, of the nearest point to each fix."""
    xy = timetable.plane.to_xy([position.place.lat for position in fixes], [position.place.lon for position in fixes])
    start = run.pattern.path_xy[:-1]
    step = np.diff(run.pattern.path_xy, axis=0)
    squared = (step**2).sum(axis=1)
    share = np.clip(((xy[:, None] - start) * step).sum(axis=2) / squared, 0, 1)
    offset = np.hypot(*np.moveaxis(xy[:, None] - start - share[..., None] * step, 2, 0))
    nearest = offset.argmin(axis=1)
    rows = np.arange(len(fixes))
    return (
        run.pattern.path_distance_m[:-1][nearest] + share[rows, nearest] * np.sqrt(squared)[nearest],
        offset[rows, nearest],
    )
