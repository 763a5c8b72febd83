"""Whatever buses without trip ids do, no run has two of them, no bus has two runs, and in doubt nothing is said."""

import math
import random
from collections.abc import Sequence

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from busline.position import Position
from busline.recognition.association import associate
from busline.timetable import Run
from busline.tracking.tracker import Step
from tests.tracking_builder import (
    SEVEN,
    Place,
    at,
    drive,
    fix,
    follow,
    fresh_tracker,
    key_of,
    make_run,
    make_timetable,
    steady,
    street,
)

FEW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
seeds = st.integers(0, 100_000)


@st.composite
def networks(draw: st.DrawFn) -> list[Run]:
    """Runs on a grid of streets 400 m apart: most of them cross or share streets with others."""
    runs = []
    for number in range(draw(st.integers(2, 5))):
        x, y = draw(st.integers(0, 4)), draw(st.integers(0, 4))
        corners: list[Place] = [(400.0 * x, 400.0 * y)]
        along_x = draw(st.booleans())
        for blocks in draw(st.lists(st.sampled_from([-3, -2, 2, 3, 4]), min_size=2, max_size=5)):
            x, y = (x + blocks, y) if along_x else (x, y + blocks)
            corners.append((400.0 * x, 400.0 * y))
            along_x = not along_x
        start = SEVEN + 60 * draw(st.integers(-5, 5))
        runs.append(make_run(f"R{number}", street(*corners), start=start))
    return runs


def noisy(seed: int, metres: float = 10.0) -> "random.Random":
    return random.Random(f"{seed} {metres}")


def tracks(runs: Sequence[Run], seed: int) -> list[Position]:
    """A bus without a trip id on every run, a few minutes off its plan."""
    dice = noisy(seed)

    def error() -> Place:
        return dice.gauss(0, 6), dice.gauss(0, 6)

    return [
        position
        for number, run in enumerate(runs)
        for position in drive(
            run, steady(run, late=dice.uniform(-60, 300)), bus=f"bus {number}", claiming=False, noise=error
        )
    ]


@FEW
@given(runs=networks(), seed=seeds)
def test_never_two_buses_on_a_run_nor_two_runs_under_one_bus(runs: list[Run], seed: int) -> None:
    for step in follow(fresh_tracker(make_timetable(*runs)), tracks(runs, seed)):
        under_way = [one for one in step.fleet.progress.values() if one.ended_at is None]
        assert len({one.vehicle_id for one in under_way}) == len(under_way)
        proposals = step.fleet.proposals.values()
        assert len({one.vehicle_id for one in proposals}) == len(proposals)
        for one in proposals:
            progress = step.fleet.progress.get(one.key)
            assert progress is None or progress.vehicle_id != one.vehicle_id
            assert one.driven_m >= 100


@FEW
@given(runs=networks(), seed=seeds, number=st.integers(0, 4))
def test_a_twin_of_a_run_keeps_it_from_being_claimed(runs: list[Run], seed: int, number: int) -> None:
    run = runs[number % len(runs)]
    twin = make_run("twin", run.pattern, start=run.start_seconds)
    tracker = fresh_tracker(make_timetable(*runs, twin))
    dice = noisy(seed)
    reports = drive(run, steady(run), bus="912", claiming=False, noise=lambda: (dice.gauss(0, 6), dice.gauss(0, 6)))
    for step in follow(tracker, reports):
        assert not {key_of(run), key_of(twin)} & {*step.fleet.progress, *step.fleet.proposals}


@FEW
@given(runs=networks(), seed=seeds, radius_m=st.floats(0, 20))
def test_a_parked_bus_drives_nothing(runs: list[Run], seed: int, radius_m: float) -> None:
    dice = random.Random(seed)
    x, y = runs[0].pattern.path_xy[dice.randrange(len(runs[0].pattern.path_xy))]
    reports = []
    for number in range(60):
        angle, away = dice.uniform(0, 2 * math.pi), radius_m / 2 * math.sqrt(dice.random())
        place = x + away * math.cos(angle), y + away * math.sin(angle)
        reports.append(fix(at(runs[0], 20.0 * number), place, bus="912"))
    assert not said(follow(fresh_tracker(make_timetable(*runs)), reports))


@FEW
@given(runs=networks(), seed=seeds)
def test_a_bus_that_wanders_off_the_streets_drives_nothing(runs: list[Run], seed: int) -> None:
    dice = random.Random(seed)
    x, y, heading = 800.0, 800.0, dice.uniform(0, 2 * math.pi)
    reports = []
    for number in range(90):
        heading += dice.gauss(0, 0.6)
        x, y = x + 150 * math.cos(heading), y + 150 * math.sin(heading)
        reports.append(fix(at(runs[0], 20.0 * number), (x, y), bus="912"))
    assert not said(follow(fresh_tracker(make_timetable(*runs)), reports))


def said(steps: Sequence[Step]) -> bool:
    return any(step.fleet.progress or step.fleet.proposals or step.assignments for step in steps)


@settings(max_examples=100, deadline=None)
@given(
    pairs=st.dictionaries(
        st.tuples(st.integers(0, 7), st.integers(0, 7)), st.floats(-30, 30, allow_nan=False), min_size=1
    )
)
def test_shared_out_runs_are_probabilities_and_nobody_gets_more_than_one(
    pairs: dict[tuple[int, int], float],
) -> None:
    vehicle, run = (np.array(column, np.intp) for column in zip(*pairs, strict=True))
    probability = associate(vehicle, run, np.array(list(pairs.values())))
    assert np.all((probability >= 0) & (probability <= 1))
    assert np.bincount(vehicle, probability).max() <= 1 + 1e-9
    assert np.bincount(run, probability).max() <= 1.05
