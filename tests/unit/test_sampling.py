"""Which predictions are kept for the nightly scores."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from busline.accuracy.held_speed import HeldSpeed
from busline.accuracy.sampling import AHEAD, Sample, one_run_in, planned_runs, sample_before_start, sample_run
from busline.eta import Basis, NoPrediction
from busline.fleet import Fleet
from busline.ids import RunId, RunKey
from busline.picture import Picture
from tests.builders import MONDAY, at, make_progress, make_run, make_timetable

LONG = make_run(stops=40)
"""Eighty minutes, a stop every two."""
TIMETABLE = make_timetable([LONG])
PICTURE = Picture(TIMETABLE, Fleet(at("7:00")))


def samples(**trouble: Any) -> list[Sample]:
    seen = make_progress(LONG, seen_at=at("7:10"), distance_m=4_500.0, **trouble)
    return sample_run(TIMETABLE, seen, PICTURE.predict, HeldSpeed(), at("7:10:30"))


def test_every_call_that_the_bus_may_reach_within_half_an_hour_is_kept() -> None:
    kept = samples()
    assert [sample.call_index for sample in kept] == list(range(5, 5 + len(kept)))
    assert 15 <= len(kept) <= 20
    assert all(sample.prediction.p10 <= at("7:10:30") + AHEAD for sample in kept)
    first = kept[0]
    assert (first.stop_sequence, first.stop_id, first.planned_at) == (6, "S5", at("7:10"))
    assert first.lateness_seconds == 60
    # Seen once only, it is held to the plan's speed over the whole run.
    usual_mps = float(LONG.pattern.stop_distance_m[-1]) / float(LONG.arrival_seconds[-1] - LONG.arrival_seconds[0])
    assert first.held_at is not None
    assert (first.held_at - at("7:10")).total_seconds() == pytest.approx(500 / usual_mps, abs=0.1)
    assert first.made_at == at("7:10:30")
    assert first.prediction == PICTURE.predict(
        LONG, MONDAY, make_progress(LONG, seen_at=at("7:10"), distance_m=4_500.0), 5, at("7:10:30")
    )


@pytest.mark.parametrize(
    "trouble",
    [
        {"under_way": False},
        {"ended_at": at("7:09")},
        {"off_route_since": at("7:08")},
    ],
)
def test_where_families_are_given_no_minutes_none_are_kept(trouble: dict[str, Any]) -> None:
    assert samples(**trouble) == []


def test_held_speed_is_that_of_the_last_quarter_of_an_hour() -> None:
    held, calls = HeldSpeed(), np.array([30])
    # Ten minutes at 2.5 m/s, then twenty at 5.
    for minute in range(30):
        distance_m = 150.0 * min(minute, 10) + 300.0 * max(minute - 10, 0)
        held.take(make_progress(LONG, seen_at=at("7:00") + timedelta(minutes=minute), distance_m=distance_m))
    seen = make_progress(LONG, seen_at=at("7:30"), distance_m=7_500.0)
    held.take(seen)
    ahead_m = float(LONG.pattern.stop_distance_m[30]) - 7_500.0
    assert held.arrives_at(LONG, seen, calls)[0] - at("7:30").timestamp() == pytest.approx(ahead_m / 5)
    # It was put back on its path, so what was held before says nothing of it now; and none is held slower than 2 m/s.
    held.take(make_progress(LONG, seen_at=at("7:31"), distance_m=100.0))
    standing = make_progress(LONG, seen_at=at("7:41"), distance_m=100.0)
    held.take(standing)
    ahead_m = float(LONG.pattern.stop_distance_m[30]) - 100.0
    assert held.arrives_at(LONG, standing, calls)[0] - at("7:41").timestamp() == pytest.approx(ahead_m / 2)


def test_a_bus_that_was_not_heard_for_long_leaves_nothing_to_keep() -> None:
    seen = make_progress(LONG, seen_at=at("7:00"), distance_m=100.0)
    late = at("7:00") + timedelta(minutes=7)
    assert PICTURE.predict(LONG, MONDAY, seen, 3, late) is NoPrediction.TOO_OLD
    assert sample_run(TIMETABLE, seen, PICTURE.predict, HeldSpeed(), late) == []


def before_start(clock: str, fleet: Fleet, run_id: str = "R1") -> list[Sample]:
    picture = Picture(TIMETABLE, fleet)
    return sample_before_start(TIMETABLE, RunKey(MONDAY, RunId(run_id)), picture.foresee, at(clock))


def test_of_a_run_that_has_not_begun_what_is_foreseen_of_its_next_half_hour_is_kept() -> None:
    waiting = make_progress(LONG, seen_at=at("6:50"), distance_m=0.0, under_way=False)
    seen = Fleet(at("6:50"), progress={waiting.key: waiting})
    kept = before_start("6:50", seen)
    assert [sample.call_index for sample in kept] == list(range(len(kept)))
    assert 8 <= len(kept) <= 14
    assert {sample.prediction.basis for sample in kept} == {Basis.BEFORE_START}
    assert {sample.lateness_seconds for sample in kept} == {0.0}
    assert before_start("6:20", seen) == []
    assert before_start("6:50", Fleet(at("6:50"))) == []
    assert before_start("6:50", seen, "gone") == []


def test_of_a_route_without_a_shape_nothing_is_foreseen() -> None:
    shapeless = replace(LONG, pattern=replace(LONG.pattern, approximate=True))
    waiting = make_progress(shapeless, seen_at=at("6:50"), distance_m=0.0, under_way=False)
    picture = Picture(make_timetable([shapeless]), Fleet(at("6:50"), progress={waiting.key: waiting}))
    assert sample_before_start(picture.timetable, waiting.key, picture.foresee, at("6:50")) == []


def test_a_run_that_the_plan_no_longer_has_is_passed_over() -> None:
    gone = replace(make_progress(LONG, seen_at=at("7:10"), distance_m=0.0), key=RunKey(MONDAY, RunId("gone")))
    assert sample_run(TIMETABLE, gone, PICTURE.predict, HeldSpeed(), at("7:10")) == []


def test_a_small_district_is_measured_whole() -> None:
    runs = planned_runs(make_timetable([make_run("A"), make_run("B")]), MONDAY)
    assert [(run.key.run_id, run.route_name, run.measured) for run in runs] == [
        ("A", "Route A", True),
        ("B", "Route B", True),
    ]
    assert runs[0].stop_sequences == (1, 2, 3, 4, 5, 6)


def test_a_day_without_runs_has_none_to_measure() -> None:
    assert planned_runs(TIMETABLE, date(2026, 10, 4)) == []
    assert one_run_in([]) == 1


def test_of_a_large_fleet_so_many_runs_are_measured_that_no_minute_has_too_many_rows() -> None:
    """Counted the slow way: every run, every call, every minute."""
    chance = np.random.default_rng(3)
    runs = [
        make_run(f"R{number}", start=f"{6 + int(chance.integers(3))}:{int(chance.integers(60)):02}", stops=20)
        for number in range(200)
    ]
    busiest = max(
        sum(second < arrival <= second + 1_800 for run in runs for arrival in run.arrival_seconds)
        for second in range(6 * 3_600, 10 * 3_600, 60)
    )
    assert busiest > 300
    one_in = one_run_in(runs, most_rows_a_minute=100)
    assert one_in == pytest.approx(busiest / 100, abs=1)


def test_the_choice_of_runs_is_the_same_all_day_and_another_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("busline.accuracy.sampling.one_run_in", lambda runs: 5)
    plan = make_timetable([make_run(f"R{number}") for number in range(300)])
    monday = [run.key.run_id for run in planned_runs(plan, MONDAY) if run.measured]
    assert monday == [run.key.run_id for run in planned_runs(plan, MONDAY) if run.measured]
    tuesday = [run.key.run_id for run in planned_runs(plan, MONDAY + timedelta(days=1)) if run.measured]
    assert 35 < len(monday) < 85
    assert monday != tuesday
