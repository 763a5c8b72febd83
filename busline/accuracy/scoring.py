"""Predictions against arrivals: the published yardsticks with their exact bins.

An error is actual minus predicted, in seconds: negative where the bus came before it was said to. Bins and tolerances
are those of the ETA Accuracy Benchmark (TransitApp, from IBI Group), MBTA's prediction analyzer and Cal-ITP.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]

BENCHMARK_BINS = ((0, 180, -30, 90), (180, 360, -60, 150), (360, 600, -60, 210), (600, 900, -90, 270))
"""Time to the actual arrival from (included) and to (excluded), earliest and latest error (both included), seconds."""
MBTA_BINS = ((0, 180, -60, 60), (180, 360, -90, 120), (360, 720, -150, 210), (720, 1_800, -240, 360))
"""Predicted time to the arrival from and to, and the error's bounds, both excluded, seconds."""
HORIZON_MINUTES = (0, 2, 5, 10, 15, 20, 30)
COMPLETE_WITHIN_MINUTES = 30
"""Cal-ITP counts updates in the 30 minutes before an arrival."""
MISSED_SECONDS = 60.0
"""A bus that comes more than so long before the time to be at the stop is missed."""


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """Predictions, one row each; moments are epoch seconds."""

    trip: Rows
    """A number for the run on its service day."""
    call: Rows
    made_at: Floats
    p10: Floats
    p50: Floats
    p90: Floats
    published: Floats
    actual: Floats
    """When the bus arrived; NaN where it never did."""

    def __len__(self) -> int:
        return len(self.trip)

    def __getitem__(self, which: Flags | Rows) -> "Predicted":
        return Predicted(*(getattr(self, field.name)[which] for field in fields(self)))

    @property
    def lead_seconds(self) -> Floats:
        """From the prediction to the actual arrival."""
        return self.actual - self.made_at


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bin of a yardstick."""

    from_seconds: float
    to_seconds: float
    count: int
    accurate_percent: float
    """NaN where nothing fell into it."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """A yardstick's figure and its parts."""

    percent: float
    """The plain mean of the buckets that hold anything."""
    buckets: tuple[Bucket, ...]


def eta_benchmark(lead_seconds: Floats, error_seconds: Floats) -> Accuracy:
    """The ETA Accuracy Benchmark, by time to the actual arrival."""
    error = _whole(error_seconds)
    return _binned(BENCHMARK_BINS, lead_seconds, lambda low, high: (error >= low) & (error <= high))


def mbta(predicted_lead_seconds: Floats, error_seconds: Floats) -> Accuracy:
    """MBTA's bins, by predicted time to the arrival. An error of NaN, a bus that never came, is inaccurate."""
    ahead = predicted_lead_seconds > 0
    lead, error = predicted_lead_seconds[ahead], _whole(error_seconds[ahead])
    return _binned(MBTA_BINS, lead, lambda low, high: (error > low) & (error < high))


def cal_itp_percent(lead_seconds: Floats, error_seconds: Floats) -> float:
    """The share within Cal-ITP's logarithmic bounds, by minutes to the actual arrival."""
    minutes = np.maximum(lead_seconds, 0.0) / 60
    error = _whole(error_seconds)
    return _percent((error > -60 * np.log(minutes + 1.3)) & (error < 60 * np.log(minutes + 1.5)))


@dataclass(frozen=True, slots=True)
class HorizonError:
    """Errors of the predictions made so long before the arrival."""

    from_minutes: float
    to_minutes: float
    count: int
    mean_absolute_seconds: float
    bias_seconds: float


def error_by_horizon(lead_seconds: Floats, error_seconds: Floats) -> tuple[HorizonError, ...]:
    """Mean absolute error and bias (actual minus predicted) by minutes to the actual arrival."""
    rows = []
    for low, high in pairwise(HORIZON_MINUTES):
        error = error_seconds[(lead_seconds >= 60 * low) & (lead_seconds < 60 * high)]
        rows.append(HorizonError(low, high, len(error), _mean(np.abs(error)), _mean(error)))
    return tuple(rows)


def pinball_seconds(error_seconds: Floats, quantile: float) -> float:
    """Mean pinball loss of a quantile, seconds."""
    return _mean(np.maximum(quantile * error_seconds, (quantile - 1) * error_seconds))


def missed_percent(actual: Floats, be_ready_at: Floats) -> float:
    """How often a family at the stop by the time told, rounded down to a minute, is over a minute too late."""
    told = np.floor(be_ready_at / 60) * 60
    return _percent(actual < told - MISSED_SECONDS)


def wobble_minutes(predicted: Predicted) -> float:
    """How much the published time moves from one prediction of a call to the next, mean minutes."""
    order = np.lexsort((predicted.made_at, predicted.call, predicted.trip))
    same = (np.diff(predicted.trip[order]) == 0) & (np.diff(predicted.call[order]) == 0)
    return _mean(np.abs(np.diff(predicted.published[order]))[same]) / 60


def complete_minutes_percent(predicted: Predicted, calls: "Calls", *, at_least: int = 1) -> float:
    """The share of whole minutes, of the 30 before each arrival, in which the call had so many predictions.

    Minutes before its bus was first heard of under way are not counted: nobody could have said anything.
    """
    minutes = np.floor((calls.arrived_at - calls.followed_from) / 60)
    expected = int(np.clip(np.nan_to_num(minutes), 0, COMPLETE_WITHIN_MINUTES).sum())
    span = int(max(predicted.call.max(initial=0), calls.call.max(initial=0))) + 1
    known = np.sort(calls.trip * span + calls.call)
    order = np.argsort(calls.trip * span + calls.call)
    key = predicted.trip * span + predicted.call
    at = np.minimum(np.searchsorted(known, key), max(len(known) - 1, 0))
    if not expected or not len(key):
        return float("nan")
    of = order[at]
    found = known[at] == key
    minute = np.floor((calls.arrived_at[of] - predicted.made_at) / 60)
    counts = found & (minute >= 0) & (minute < np.clip(minutes[of], 0, COMPLETE_WITHIN_MINUTES))
    _, times = np.unique(of[counts] * 64 + minute[counts].astype(np.intp), return_counts=True)
    return 100.0 * int((times >= at_least).sum()) / expected


@dataclass(frozen=True, slots=True, eq=False)
class Calls:
    """What happened: one row a call with a known arrival."""

    trip: Rows
    call: Rows
    arrived_at: Floats
    followed_from: Floats
    """From when on its bus was seen driving the run."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Every yardstick over one set of predictions."""

    predictions: int
    trips: int
    benchmark: Accuracy
    """On the published time."""
    mbta: Accuracy
    """On p50, as is Cal-ITP; predictions of a bus that never came count as wrong."""
    cal_itp_percent: float
    mean_absolute_seconds: float
    bias_seconds: float
    by_horizon: tuple[HorizonError, ...]
    coverage_percent: float
    """Of the band from p10 to p90."""
    early_percent: float
    """Buses that came before p10."""
    width_seconds: float
    pinball_p10_seconds: float
    pinball_p50_seconds: float
    pinball_p90_seconds: float
    missed_percent: float
    wobble_minutes: float
    phantom_percent: float
    """Predictions of a bus that never came."""


def score(predicted: Predicted, be_ready_at: Floats | None = None) -> Scores:
    """All yardsticks. Rows without an arrival count where a yardstick says so, and as phantoms.

    `be_ready_at` is the time to be at the stop that was told with each prediction: p10 where none is given.
    """
    arrived = np.isfinite(predicted.actual)
    came = predicted[arrived]
    lead, error = came.lead_seconds, came.actual - came.p50
    return Scores(
        predictions=len(predicted),
        trips=len(np.unique(predicted.trip)),
        benchmark=eta_benchmark(lead, came.actual - came.published),
        mbta=mbta(predicted.p50 - predicted.made_at, predicted.actual - predicted.p50),
        cal_itp_percent=cal_itp_percent(lead, error),
        mean_absolute_seconds=_mean(np.abs(error)),
        bias_seconds=_mean(error),
        by_horizon=error_by_horizon(lead, error),
        coverage_percent=_percent((came.actual >= came.p10) & (came.actual <= came.p90)),
        early_percent=_percent(came.actual < came.p10),
        width_seconds=_mean(came.p90 - came.p10),
        pinball_p10_seconds=pinball_seconds(came.actual - came.p10, 0.1),
        pinball_p50_seconds=pinball_seconds(error, 0.5),
        pinball_p90_seconds=pinball_seconds(came.actual - came.p90, 0.9),
        missed_percent=missed_percent(came.actual, came.p10 if be_ready_at is None else be_ready_at[arrived]),
        wobble_minutes=wobble_minutes(predicted),
        phantom_percent=100.0 - _percent(np.isfinite(predicted.actual)),
    )


def bootstrap_interval(
    trip: Rows,
    columns: Floats,
    statistic: Callable[[Floats], Floats],
    *,
    times: int = 2_000,
    seed: int = 1,
    percent: float = 95.0,
) -> tuple[float, float]:
    """The interval of a statistic under resampling of trips, whole: the predictions of a trip share its luck.

    `columns` is (rows, k); `statistic` turns their sums over the rows drawn, (times, k), into one figure a draw.
    """
    trips, of = np.unique(trip, return_inverse=True)
    sums = np.stack([np.bincount(of, weights=column, minlength=len(trips)) for column in columns.T], axis=1)
    drawn = np.random.default_rng(seed).multinomial(len(trips), np.full(len(trips), 1 / len(trips)), times)
    low, high = np.nanpercentile(statistic(drawn.astype(np.float64) @ sums), [50 - percent / 2, 50 + percent / 2])
    return float(low), float(high)


def benchmark_interval(predicted: Predicted) -> tuple[float, float]:
    """The 95 % interval of the ETA Accuracy Benchmark of predictions whose bus came."""
    lead, error = predicted.lead_seconds, _whole(predicted.actual - predicted.published)
    columns = []
    for low, high, earliest, latest in BENCHMARK_BINS:
        within = (lead >= low) & (lead < high)
        columns += [within, within & (error >= earliest) & (error <= latest)]

    def percent(sums: Floats) -> Floats:
        with np.errstate(invalid="ignore"):
            shares: Floats = 100 * sums[:, 1::2] / sums[:, ::2]
        result: Floats = np.nanmean(shares, axis=1)
        return result

    return bootstrap_interval(predicted.trip, np.stack(columns, axis=1).astype(np.float64), percent)


def error_ratio_interval(trip: Rows, error_seconds: Floats, other_error_seconds: Floats) -> tuple[float, float]:
    """The 95 % interval of one mean absolute error over another, of the same predictions."""
    columns = np.abs(np.stack([error_seconds, other_error_seconds], axis=1))
    return bootstrap_interval(trip, columns, lambda sums: sums[:, 0] / sums[:, 1])


def _binned(
    bins: tuple[tuple[int, int, int, int], ...], lead_seconds: Floats, accurate: Callable[[int, int], Flags]
) -> Accuracy:
    buckets = []
    for low, high, earliest, latest in bins:
        within = (lead_seconds >= low) & (lead_seconds < high)
        buckets.append(Bucket(low, high, int(within.sum()), _percent(accurate(earliest, latest)[within])))
    shares = [bucket.accurate_percent for bucket in buckets if bucket.count]
    return Accuracy(_mean(np.array(shares)), tuple(buckets))


def _whole(error_seconds: Floats) -> Floats:
    """To the microsecond: an error of exactly 90 s stays so after two epoch seconds were subtracted."""
    return np.round(error_seconds, 6)


def _percent(flags: Flags) -> float:
    return 100.0 * float(flags.mean()) if len(flags) else float("nan")


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else float("nan")
