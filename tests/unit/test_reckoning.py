"""Predictions are remembered until their bus comes, and then teach the band."""

from datetime import UTC, datetime, timedelta

import numpy as np

from busline.fleet import RunProgress
from busline.travel_times.band import QUANTILES
from busline.travel_times.calibration import Drift, cells_of, no_calibration
from busline.travel_times.engine import Engine
from busline.travel_times.reckoning import Reckoning
from tests.builders import at, make_progress, make_run, make_timetable, make_visit

RUN = make_run(stops=12)
ENGINE = Engine(make_timetable([RUN]))
PUBLISHED = QUANTILES.index(0.12)


def note(
    reckoning: Reckoning, progress: RunProgress, now: datetime
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    outlook = ENGINE.look([progress], now.timestamp())
    z = no_calibration().z(cells_of(outlook))
    reckoning.note(outlook, z, now.timestamp())
    return outlook.at(z, now.timestamp())


def driving(clock: str, distance_m: float) -> RunProgress:
    return make_progress(RUN, seen_at=at(clock), distance_m=distance_m)


def arrival(call: int, seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_a_bus_that_comes_when_its_published_time_was_has_that_normal_score() -> None:
    reckoning = Reckoning()
    told = note(reckoning, driving("7:03", 1_500), at("7:03"))
    reckoning.settle([make_visit(RUN, 5, arrival(5, float(told[3, PUBLISHED])), None)], Drift())
    lessons = reckoning.drain()
    assert lessons is not None
    assert lessons.score.tolist() == [np.float64(lessons.score[0])]
    assert abs(lessons.score[0] - -1.175) < 1e-3
    assert reckoning.drain() is None


def test_one_prediction_is_remembered_for_each_horizon_and_all_are_one_arrival() -> None:
    reckoning = Reckoning()
    for second in range(0, 480, 30):
        seen = at("7:03") + timedelta(seconds=second)
        progress = make_progress(RUN, seen_at=seen, distance_m=1_500 + second / 120 * 1_000)
        note(reckoning, progress, seen)
    reckoning.settle([make_visit(RUN, 6, at("7:12"), None), make_visit(RUN, 7, at("7:14"), None)], Drift())
    lessons = reckoning.drain()
    assert lessons is not None
    assert 6 <= len(lessons) <= 18
    assert len(set(zip(lessons.arrival.tolist(), lessons.cells.horizon.tolist(), strict=True))) == len(lessons)
    assert sorted(set(lessons.arrival.tolist())) == [0, 1]
    assert set(lessons.run.tolist()) == {0}


def test_late_buses_move_the_band_of_the_next_predictions() -> None:
    reckoning, drift = Reckoning(), Drift()
    outlook = ENGINE.look([driving("7:03", 1_500)], at("7:03").timestamp())
    before = drift.z(no_calibration(), cells_of(outlook))
    for _ in range(50):
        note(reckoning, driving("7:03", 1_500), at("7:03"))
        reckoning.settle([make_visit(RUN, call, at("7:40"), None) for call in range(2, 12)], drift)
    after = drift.z(no_calibration(), cells_of(outlook))
    assert (after[:, -1] > before[:, -1]).all()
    assert (after[:, 0] > before[:, 0]).all()


def test_what_was_told_of_a_call_that_no_bus_reached_is_forgotten() -> None:
    reckoning = Reckoning()
    note(reckoning, driving("7:03", 1_500), at("7:03"))
    note(reckoning, make_progress(RUN, seen_at=at("15:00"), distance_m=10_500), at("15:00"))
    reckoning.settle([make_visit(RUN, 5, at("15:05"), None)], Drift())
    assert reckoning.drain() is None
