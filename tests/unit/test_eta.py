"""Predictions: ordered quantiles that widen with the road ahead, and no minutes where nothing supports them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from busline.eta import QUANTILES, Basis, NoPrediction, Prediction, arrival_seconds, predict
from tests.builders import MONDAY, at, make_progress, make_run, make_timetable

RUN = make_run()
TIMETABLE = make_timetable([RUN])


def test_a_bus_on_time_is_expected_when_the_plan_says() -> None:
    progress = make_progress(RUN, seen_at=at("7:03"), distance_m=1_500)
    told = predict(TIMETABLE, RUN, MONDAY, progress, 5, at("7:03"))
    assert isinstance(told, Prediction)
    assert abs((told.p50 - at("7:10")).total_seconds()) < 20
    assert told.p10 < told.published < told.p50 < told.p90
    assert told.basis is Basis.LIVE


def test_a_late_bus_carries_its_lateness_to_every_later_call() -> None:
    progress = make_progress(RUN, seen_at=at("7:10"), distance_m=1_500)
    told = predict(TIMETABLE, RUN, MONDAY, progress, 5, at("7:10"))
    assert isinstance(told, Prediction)
    assert abs((told.p50 - at("7:17")).total_seconds()) < 20


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"under_way": False}, NoPrediction.NOT_UNDER_WAY),
        ({"ended_at": at("7:03")}, NoPrediction.NOT_UNDER_WAY),
        ({"off_route_since": at("7:02")}, NoPrediction.OFF_ROUTE),
    ],
)
def test_no_minutes_are_given_where_nothing_supports_them(change: dict[str, object], reason: NoPrediction) -> None:
    progress = make_progress(RUN, seen_at=at("7:03"), distance_m=1_500, **change)  # type: ignore[arg-type]
    assert predict(TIMETABLE, RUN, MONDAY, progress, 5, at("7:03")) is reason


def test_an_old_fix_gives_first_a_last_seen_basis_and_then_no_minutes() -> None:
    progress = make_progress(RUN, seen_at=at("7:03"), distance_m=1_500)
    seen = predict(TIMETABLE, RUN, MONDAY, progress, 5, at("7:05"))
    assert isinstance(seen, Prediction)
    assert seen.basis is Basis.LAST_SEEN
    assert seen.fix_age_seconds == 120
    assert predict(TIMETABLE, RUN, MONDAY, progress, 5, at("7:09:01")) is NoPrediction.TOO_OLD


def test_a_call_behind_the_bus_is_not_predicted() -> None:
    progress = make_progress(RUN, seen_at=at("7:03"), distance_m=1_500)
    assert predict(TIMETABLE, RUN, MONDAY, progress, 1, at("7:03")) is NoPrediction.ALREADY_PASSED


def test_nothing_is_predicted_for_a_moment_that_is_already_over() -> None:
    progress = make_progress(RUN, seen_at=at("7:03"), distance_m=1_990)
    told = predict(TIMETABLE, RUN, MONDAY, progress, 2, at("7:04:20"))
    assert isinstance(told, Prediction)
    assert told.p10 == at("7:04:20")


@given(ahead=st.floats(0, 7_200), further=st.floats(1, 3_600))
def test_quantiles_are_ordered_and_the_band_never_narrows_with_the_road_ahead(ahead: float, further: float) -> None:
    near, far = arrival_seconds(np.array([ahead, ahead + further]), np.float64(0), QUANTILES)
    assert (near >= 0).all()
    assert (np.diff(near) >= 0).all()
    assert (np.diff(far) >= 0).all()
    assert far[-1] - far[0] >= near[-1] - near[0] - 1e-6
