"""Whatever the streets, the noise and the order of reports, the tracker stays near the truth and keeps its word."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from busline.fleet import Fleet, StopVisit
from busline.match import UnmatchedReason
from busline.position import Position
from busline.timetable import Run
from busline.tracking.tracker import Step, Tracker
from tests.tracking_builder import (
    PACE_MPS,
    Place,
    Profile,
    at,
    drive,
    fix,
    follow,
    fresh_tracker,
    key_of,
    make_run,
    make_timetable,
    progress_of,
    street,
)

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

turns = st.lists(
    st.tuples(st.sampled_from([-90, -45, -20, 0, 20, 45, 90]), st.integers(150, 700)), min_size=2, max_size=9
)
"""Blocks driven one after the other: degrees turned, metres driven. Many of these paths cross themselves."""


@st.composite
def streets(draw: st.DrawFn, *, and_back: bool = False) -> Run:
    """A path that may loop and cross itself; `and_back`, it also returns along the street it went out on."""
    heading = 0.0
    corners: list[Place] = [(0.0, 0.0)]
    for turn, metres in draw(turns):
        heading += math.radians(turn)
        x, y = corners[-1]
        corners.append((x + metres * math.cos(heading), y + metres * math.sin(heading)))
    if and_back:
        corners += corners[-2::-1]
    return make_run("R", street(*corners))


@st.composite
def drives(draw: st.DrawFn, run: Run) -> Profile:
    """A bus that stands here and there, at a pace that is its own: half the planned one to 1.4 times it."""
    length = float(run.pattern.path_distance_m[-1])
    profile = [(0.0, 0.0)]
    while profile[-1][1] < length:
        seconds, metres = profile[-1]
        ahead = min(length, metres + draw(st.integers(100, 900)))
        seconds += (ahead - metres) / (PACE_MPS * draw(st.sampled_from([0.5, 0.8, 1.0, 1.2, 1.4])))
        profile.append((seconds, ahead))
        if draw(st.booleans()):
            profile.append((seconds + draw(st.integers(10, 120)), ahead))
    return profile


def shaken(seed: int, radius_m: float = 15.0) -> Callable[[], Place]:
    """Errors of GPS: evenly over a disc."""
    dice = random.Random(seed)

    def error() -> Place:
        angle, radius = dice.uniform(0, 2 * math.pi), radius_m * math.sqrt(dice.random())
        return radius * math.cos(angle), radius * math.sin(angle)

    return error


def truth_m(profile: Profile, run: Run, position: Position) -> float:
    seconds = (position.fix_at - at(run, 0)).total_seconds()
    return float(np.interp(seconds, [s for s, _ in profile], [m for _, m in profile]))


seeds = st.integers(0, 100_000)
intervals = st.sampled_from([5.0, 10.0, 20.0, 30.0])


@FEW
@given(data=st.data(), seed=seeds, every=intervals)
def test_noise_of_15_m_never_puts_a_bus_40_m_wrong(data: st.DataObject, seed: int, every: float) -> None:
    run = data.draw(streets())
    profile = data.draw(drives(run))
    tracker = fresh_tracker(make_timetable(run))
    for position in drive(run, profile, every=every, noise=shaken(seed)):
        [step] = follow(tracker, [position])
        assert set(step.unmatched) <= {UnmatchedReason.FINISHED}
        progress = progress_of(tracker, run)
        if progress.ended_at is None:
            assert abs(progress.distance_m - truth_m(profile, run, position)) < 40


@FEW
@given(data=st.data(), seed=seeds, every=intervals)
def test_out_and_back_is_only_in_doubt_near_the_turning_point(data: st.DataObject, seed: int, every: float) -> None:
    run = data.draw(streets(and_back=True))
    profile = data.draw(drives(run))
    turning_m = float(run.pattern.path_distance_m[-1]) / 2
    # No fix tells the two sides of a turning point apart until the bus has moved on from it.
    doubt_m = 1.4 * PACE_MPS * every + 60
    tracker = fresh_tracker(make_timetable(run))
    for position in drive(run, profile, every=every, noise=shaken(seed), compass=True):
        follow(tracker, [position])
        progress, truth = progress_of(tracker, run), truth_m(profile, run, position)
        if progress.ended_at is None and abs(truth - turning_m) > doubt_m:
            assert abs(progress.distance_m - truth) < 60


@FEW
@given(data=st.data(), seed=seeds, every=intervals, and_back=st.booleans())
def test_progress_never_goes_back_while_the_bus_goes_forward(
    data: st.DataObject, seed: int, every: float, and_back: bool
) -> None:
    run = data.draw(streets(and_back=and_back))
    tracker = fresh_tracker(make_timetable(run))
    before, next_call = 0.0, 0
    for position in drive(run, data.draw(drives(run)), every=every, noise=shaken(seed), compass=True):
        follow(tracker, [position])
        progress = progress_of(tracker, run)
        assert progress.distance_m >= before
        assert progress.next_call >= next_call
        before, next_call = progress.distance_m, progress.next_call


@FEW
@given(data=st.data(), seed=seeds, every=intervals)
def test_visits_come_in_order_and_never_in_the_future(data: st.DataObject, seed: int, every: float) -> None:
    run = data.draw(streets())
    profile = data.draw(drives(run))
    tracker = fresh_tracker(make_timetable(run))
    visits: Sequence[StopVisit] = ()
    for position in drive(run, profile, every=every, noise=shaken(seed)):
        follow(tracker, [position])
        visits = tracker.fleet.visits.get(key_of(run), ())
        assert [visit.call_index for visit in visits] == list(range(len(visits)))
        moments = [moment for visit in visits for moment in (visit.arrived_at, visit.departed_at) if moment]
        assert moments == sorted(moments)
        assert all(moment <= position.fix_at for moment in moments)
        assert all(visit.departed_at is not None for visit in visits[:-1])
    assert len(visits) == len(run)


@FEW
@given(data=st.data(), seed=seeds, share=st.floats(0.05, 0.95))
def test_a_restart_between_any_two_fixes_changes_nothing_that_is_said(
    data: st.DataObject, seed: int, share: float
) -> None:
    run = data.draw(streets())
    reports = drive(run, data.draw(drives(run)), noise=shaken(seed))
    cut = int(share * len(reports))
    timetable = make_timetable(run)
    steps = follow(fresh_tracker(timetable), reports)
    before = steps[cut - 1].fleet if cut else Fleet(at=at(run, -60))
    restarted = follow(Tracker(timetable, before), reports[cut:])
    for whole, again in zip(steps[cut:], restarted, strict=True):
        assert said(again, run) == said(whole, run)
        assert again.fleet.last_fix_at == whole.fleet.last_fix_at
        assert again.fleet.assignments == whole.fleet.assignments


def said(step: Step, run: Run) -> object:
    """What is said of a run, but for how long it has stood within 60 m: the exact place it stopped at is not kept."""
    progress = step.fleet.progress[key_of(run)]
    visits = [(visit.call_index, visit.departed_at is None) for visit in step.fleet.visits.get(key_of(run), ())]
    return round(progress.distance_m, 6), progress.started_at, progress.next_call, progress.ended_at, visits


@FEW
@given(data=st.data(), seed=seeds)
def test_the_order_within_a_batch_does_not_matter(data: st.DataObject, seed: int) -> None:
    runs = [make_run(f"R{index}", street((0, 90.0 * index), (3_000, 90.0 * index))) for index in range(4)]
    timetable = make_timetable(*runs)
    dice = random.Random(seed)
    # Two buses claim each run but the last, and one bus changes runs on the way.
    reports = [
        fix(
            at(runs[0], 10.0 * index),
            (80.0 * index + dice.uniform(-15, 15), 90.0 * (bus % 3) + dice.uniform(-15, 15)),
            bus=f"bus-{bus}",
            run=runs[3] if bus == 5 and index > 12 else runs[bus % 3],
        )
        for bus in range(6)
        for index in range(30)
    ]
    shuffled = data.draw(st.permutations(reports))
    size = data.draw(st.integers(20, 180))
    in_order = sorted(reports, key=lambda position: (position.fix_at, position.vehicle_id))
    one, other = fresh_tracker(timetable), fresh_tracker(timetable)
    now = at(runs[0], 400)
    steps = [one.take(in_order[index : index + size], now) for index in range(0, len(in_order), size)]
    batches = [in_order[index : index + size] for index in range(0, len(in_order), size)]
    rank = {id(position): place for place, position in enumerate(shuffled)}
    again = [other.take(sorted(batch, key=lambda position: rank[id(position)]), now) for batch in batches]
    assert [step.fleet for step in steps] == [step.fleet for step in again]
    assert [step.unmatched for step in steps] == [step.unmatched for step in again]


@FEW
@given(data=st.data(), seed=seeds, times=st.integers(1, 3))
def test_a_replay_of_what_was_taken_adds_nothing(data: st.DataObject, seed: int, times: int) -> None:
    run = data.draw(streets())
    reports = drive(run, data.draw(drives(run)), noise=shaken(seed))
    tracker = fresh_tracker(make_timetable(run))
    tracker.take(reports, reports[-1].fix_at)
    fleet = tracker.fleet
    for _ in range(times):
        step = tracker.take(reports, fleet.at)
        assert step.fleet == fleet
        assert [*step.positions, *step.progress, *step.visits, *step.assignments] == []
    assert fleet == replace(fleet, at=reports[-1].fix_at)
