"""The yardsticks, against examples worked out by hand."""

import math

import numpy as np
import pytest

from busline.accuracy.scoring import (
    Calls,
    Predicted,
    benchmark_interval,
    bootstrap_interval,
    cal_itp_percent,
    complete_minutes_percent,
    error_by_horizon,
    error_ratio_interval,
    eta_benchmark,
    mbta,
    missed_percent,
    pinball_seconds,
    score,
    wobble_minutes,
)


def seconds(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(values, np.float64)


def predicted(*rows: tuple[int, int, float, float, float]) -> Predicted:
    """Rows of trip, call, made at, published (also p50; the band is 60 s to either side) and actual."""
    trip, call, made, told, actual = (np.array(column) for column in zip(*rows, strict=True))
    told = told.astype(np.float64)
    return Predicted(trip, call, made.astype(np.float64), told - 60, told, told + 60, told, actual.astype(np.float64))


def test_the_benchmark_takes_in_both_ends_of_its_tolerance_and_the_start_of_each_bucket() -> None:
    lead = seconds(0, 0, 0, 179, 180, 180, 180, 180, 360, 360, 899, 899, 900)
    error = seconds(-30, 90, -31, 90.5, -60, 150, 151, -61, 210, 211, -90, 271, 0)
    told = eta_benchmark(lead, error)
    assert [bucket.count for bucket in told.buckets] == [4, 4, 2, 2]
    assert [bucket.accurate_percent for bucket in told.buckets] == [50, 50, 50, 50]
    assert told.percent == 50


def test_the_benchmark_is_the_plain_mean_of_its_buckets_however_full() -> None:
    told = eta_benchmark(seconds(10, 10, 10, 200, 400, 700), seconds(0, 0, 500, 0, 0, 0))
    assert told.percent == pytest.approx((200 / 3 + 300) / 4)


def test_an_error_on_the_edge_stays_there_after_epoch_seconds_were_subtracted() -> None:
    actual, said = 1_771_218_090.1, 1_771_218_000.1
    assert eta_benchmark(seconds(0.0), seconds(actual - said)).buckets[0].accurate_percent == 100


def test_mbta_bins_by_predicted_time_and_leaves_out_the_ends_of_its_tolerance() -> None:
    lead = seconds(0, 60, 60, 60, 180, 180, 360, 720, 720, 1_800)
    error = seconds(0, 60, 59, -60, -89, 120, 209, 360, -239, 0)
    told = mbta(lead, error)
    assert [bucket.count for bucket in told.buckets] == [3, 2, 1, 2]
    assert [bucket.accurate_percent for bucket in told.buckets] == [pytest.approx(100 / 3), 50, 100, 50]


def test_mbta_counts_a_bus_that_never_came_as_wrong() -> None:
    assert mbta(seconds(60, 60), seconds(0, math.nan)).buckets[0].accurate_percent == 50


def test_cal_itp_bounds_grow_with_the_logarithm_of_the_minutes() -> None:
    # At 10 minutes: from -60 ln 11.3 = -145.5 s to 60 ln 11.5 = 146.5 s; at none: from -15.7 s to 24.3 s.
    lead = seconds(600, 600, 600, 600, 0, 0, 0, 0)
    error = seconds(-145, -146, 146, 147, -15, -16, 24, 25)
    assert cal_itp_percent(lead, error) == 50


def test_errors_are_told_by_horizon_with_their_sign() -> None:
    rows = error_by_horizon(seconds(60, 119, 120, 1_799, 1_800), seconds(-10, 30, 5, -7, 1_000))
    assert [(row.count, row.mean_absolute_seconds, row.bias_seconds) for row in rows if row.count] == [
        (2, 20, 10),
        (1, 5, 5),
        (1, 7, -7),
    ]


def test_the_pinball_loss_of_an_early_quantile_punishes_being_after_the_bus() -> None:
    assert pinball_seconds(seconds(100), 0.1) == pytest.approx(10)
    assert pinball_seconds(seconds(-100), 0.1) == pytest.approx(90)


def test_a_bus_over_a_minute_before_the_minute_that_was_told_is_missed() -> None:
    # p10 is 60 s before what is told: 1,020 and, rounded down to the minute, 1,020.
    rows = predicted((0, 0, 0, 1_080, 959), (1, 0, 0, 1_080, 961), (2, 0, 0, 1_139, 961), (3, 0, 0, 1_080, 5_000))
    assert missed_percent(rows.actual, rows.p10) == 25


def test_wobble_is_the_movement_of_what_is_told_of_one_call() -> None:
    rows = predicted(
        (0, 0, 30, 600, 600), (0, 0, 0, 540, 600), (0, 0, 60, 570, 600), (0, 1, 90, 9_000, 9_000), (1, 0, 0, 0, 0)
    )
    assert wobble_minutes(rows) == pytest.approx((60 + 30) / 2 / 60)


def test_a_minute_is_complete_with_one_prediction_or_with_two_as_asked() -> None:
    calls = Calls(np.array([0]), np.array([3]), seconds(600), seconds(420))
    # Three whole minutes before 600: two predictions in the last, one in the one before, none in the first.
    rows = predicted((0, 3, 550, 600, 600), (0, 3, 580, 600, 600), (0, 3, 500, 600, 600), (0, 3, 300, 600, 600))
    assert complete_minutes_percent(rows, calls) == pytest.approx(200 / 3)
    assert complete_minutes_percent(rows, calls, at_least=2) == pytest.approx(100 / 3)


def test_only_the_thirty_minutes_before_an_arrival_need_to_be_complete() -> None:
    calls = Calls(np.array([0]), np.array([0]), seconds(7_200), seconds(0))
    rows = predicted(*((0, 0, 7_200.0 - 60 * minute - 30, 7_200, 7_200) for minute in range(30)))
    assert complete_minutes_percent(rows, calls) == 100


def test_a_score_holds_every_yardstick_and_counts_phantoms() -> None:
    rows = predicted((0, 0, 0, 100, 110), (0, 1, 0, 300, 380), (1, 0, 0, 100, math.nan))
    told = score(rows)
    assert told.predictions == 3
    assert told.trips == 2
    assert told.mean_absolute_seconds == 45
    assert told.bias_seconds == 45
    assert told.coverage_percent == 50
    assert told.width_seconds == 120
    assert told.phantom_percent == pytest.approx(100 / 3)
    assert told.mbta.buckets[0].accurate_percent == 50
    assert told.benchmark.buckets[0].accurate_percent == 100


def mean_interval(
    trip: np.ndarray[tuple[int], np.dtype[np.intp]], values: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> tuple[float, float]:
    columns = np.stack([values, np.ones(len(values))], axis=1)
    return bootstrap_interval(trip, columns, lambda sums: sums[:, 0] / sums[:, 1])


def test_the_bootstrap_resamples_whole_trips() -> None:
    trip = np.repeat(np.arange(40), 25)
    by_trip = np.random.default_rng(3).normal(0, 1, 40)
    values = np.repeat(by_trip, 25)
    low, high = mean_interval(trip, values)
    half = 1.96 * by_trip.std() / math.sqrt(40)
    assert low == pytest.approx(values.mean() - half, abs=0.05)
    assert high == pytest.approx(values.mean() + half, abs=0.05)


def test_the_bootstrap_is_the_same_each_time() -> None:
    trip, values = np.array([0, 1, 2, 2]), seconds(1, 2, 3, 4)
    assert mean_interval(trip, values) == mean_interval(trip, values)


def test_intervals_of_the_benchmark_and_of_a_ratio_hold_their_figures() -> None:
    draw = np.random.default_rng(5)
    rows = predicted(
        *((trip, 0, 0.0, lead, lead + draw.normal(20, 60)) for trip in range(200) for lead in (100, 250, 500, 800))
    )
    low, high = benchmark_interval(rows)
    assert low < eta_benchmark(rows.lead_seconds, rows.actual - rows.published).percent < high
    assert high - low < 8
    error = rows.actual - rows.published
    low, high = error_ratio_interval(rows.trip, error, 2 * error)
    assert (low, high) == pytest.approx((0.5, 0.5))
