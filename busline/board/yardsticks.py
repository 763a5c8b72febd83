"""Every yardstick over some days, for Busline and each baseline: what the accuracy page puts into two tables. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from busline.accuracy.scoring import BENCHMARK_BINS, HORIZON_MINUTES
from busline.store.scores import Accuracy, DayScore

BUCKETS = tuple(f"{low // 60} to {high // 60} min" for low, high, _, _ in BENCHMARK_BINS)
HORIZONS = tuple(f"{low} to {high} min" for low, high in pairwise(HORIZON_MINUTES))
_FIGURES = (
    "benchmark_percent", "mbta_percent", "cal_itp_percent", "mean_absolute_seconds", "bias_seconds", "wobble_minutes",
    "phantom_percent", "coverage_percent", "width_seconds", "early_percent", "missed_percent", "pinball_p10_seconds",
    "pinball_p50_seconds", "pinball_p90_seconds",
)  # fmt: skip
_PREDICTORS: tuple[tuple[str, Callable[[DayScore], Accuracy | None]], ...] = (
    ("Busline", lambda day: day.ours),
    ("Delay propagation", lambda day: day.delay),
    ("Held speed", lambda day: day.held),
    ("The plan", lambda day: day.plan),
    ("Busline, before the start", lambda day: day.before_start),
)


@dataclass(frozen=True, slots=True)
class Horizon:
    """Predictions made so long before the arrival. None where there was none."""

    error_seconds: float | None
    bias_seconds: float | None
    """Actual minus predicted: positive where buses come later than is said."""


@dataclass(frozen=True, slots=True)
class Yardsticks:
    """One predictor over some days, each day as heavy as its predictions."""

    name: str
    predictions: int
    figures: dict[str, float | None]
    """By the names of `Accuracy`; None where no day has it."""
    buckets: tuple[float | None, ...]
    """The Benchmark's, by `BUCKETS`."""
    horizons: tuple[Horizon, ...]
    """By `HORIZONS`."""


def yardsticks(days: Sequence[DayScore]) -> tuple[Yardsticks, ...]:
    """Of every predictor that some day has figures of."""
    found = []
    for name, of_day in _PREDICTORS:
        own = [accuracy for day in days if (accuracy := of_day(day)) is not None]
        if own:
            found.append(_yardsticks(name, own))
    return tuple(found)


def _yardsticks(name: str, own: Sequence[Accuracy]) -> Yardsticks:
    return Yardsticks(
        name=name,
        predictions=sum(day.predictions for day in own),
        figures={figure: _mean([(getattr(day, figure), day.predictions) for day in own]) for figure in _FIGURES},
        buckets=tuple(
            _mean([(day.bucket_percents[at], day.predictions) for day in own if day.bucket_percents])
            for at in range(len(BUCKETS))
        ),
        horizons=tuple(_horizon([day for day in own if day.horizon_predictions], at) for at in range(len(HORIZONS))),
    )


def _horizon(own: Sequence[Accuracy], at: int) -> Horizon:
    return Horizon(
        _mean([(day.horizon_absolute_seconds[at], day.horizon_predictions[at]) for day in own]),
        _mean([(day.horizon_bias_seconds[at], day.horizon_predictions[at]) for day in own]),
    )


def _mean(weighed: Sequence[tuple[float | None, int]]) -> float | None:
    known = [(figure, weight) for figure, weight in weighed if figure is not None]
    heavy = sum(weight for _, weight in known)
    return sum(figure * weight for figure, weight in known) / heavy if heavy else None
