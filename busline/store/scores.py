"""How good each day was, kept for ever: a few rows a day and route."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from busline.accuracy.nightly import WHOLE_DISTRICT, GroupScore, Predictor, Promises
from busline.accuracy.scoring import Scores as Figures
from busline.store.pool import Pool, transaction
from busline.store.sql import load_queries

SQL = load_queries(__file__)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The figures of one predictor; None where nothing speaks for one."""

    predictions: int
    runs: int
    benchmark_percent: float | None
    mbta_percent: float | None
    cal_itp_percent: float | None
    mean_absolute_seconds: float | None
    bias_seconds: float | None
    phantom_percent: float | None
    wobble_minutes: float | None
    coverage_percent: float | None = None
    """Of the 80 % band. This and what follows only for predictions with a band: the baselines have none."""
    width_seconds: float | None = None
    missed_percent: float | None = None
    early_percent: float | None = None
    pinball_p10_seconds: float | None = None
    pinball_p50_seconds: float | None = None
    """Of a baseline too: half its mean absolute error."""
    pinball_p90_seconds: float | None = None
    bucket_percents: Sequence[float | None] = ()
    """The Benchmark's, in the order of its bins. Empty, as what follows, on days scored before these were kept."""
    horizon_predictions: Sequence[int] = ()
    """By `scoring.HORIZON_MINUTES`: how many, and their mean absolute error and bias."""
    horizon_absolute_seconds: Sequence[float | None] = ()
    horizon_bias_seconds: Sequence[float | None] = ()


@dataclass(frozen=True, slots=True)
class DayScore:
    """One day, of the whole district or of one route."""

    service_date: date
    route_name: str
    runs_measured: int
    runs_predicted: int
    complete_percent: float | None
    promises: Promises
    ours: Accuracy | None
    """None where nothing was predicted, as are the baselines then."""
    plan: Accuracy | None
    delay: Accuracy | None
    held: Accuracy | None
    before_start: Accuracy | None
    """Ours again, of runs that had not begun."""


@dataclass(frozen=True, slots=True)
class RouteScore:
    """One route over some days."""

    route_name: str
    days: int
    predictions: int
    benchmark_percent: float
    bias_seconds: float
    """Actual minus predicted: positive where buses come later than is said."""


class Scores:
    """The scores of one database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def keep(self, groups: Sequence[GroupScore], now: datetime) -> None:
        """Write the scores of a day, whole, in place of any made before."""
        async with transaction(self._pool) as connection:
            for service_date in sorted({group.service_date for group in groups}):
                await connection.execute(SQL["forget_scores"], service_date)
                await connection.execute(SQL["forget_promises"], service_date)
            await connection.executemany(
                SQL["keep_score"],
                [
                    (group.service_date, group.route_name, predictor.value, *_figures(predictor, figures), now)
                    for group in groups
                    for predictor, figures in group.scores.items()
                ],
            )
            await connection.executemany(SQL["keep_promise"], [(*_promise(group), now) for group in groups])

    async def days(self, first: date, last: date) -> list[DayScore]:
        """The whole district, each day between two (both included) that has a score, oldest first."""
        async with transaction(self._pool) as connection:
            promised = await connection.fetch(SQL["promises"], first, last, WHOLE_DISTRICT)
            scored = await connection.fetch(SQL["scores"], first, last, WHOLE_DISTRICT)
        accuracy = {
            (service_date, route_name, Predictor(predictor)): Accuracy(*figures)
            for service_date, route_name, predictor, *figures in scored
        }
        return [
            DayScore(
                service_date,
                route_name,
                measured,
                predicted,
                complete,
                Promises(*promises),
                *(accuracy.get((service_date, route_name, predictor)) for predictor in Predictor),
            )
            for service_date, route_name, measured, predicted, complete, *promises in promised
        ]

    async def weakest_routes(
        self, first: date, last: date, *, at_most: int = 8, least_predictions: int = 300
    ) -> list[RouteScore]:
        """The routes that did worst between two days (both included), worst first."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(
                SQL["weakest_routes"], first, last, WHOLE_DISTRICT, least_predictions, at_most
            )
        return [RouteScore(*row) for row in rows]


def _figures(predictor: Predictor, scores: Figures) -> tuple[object, ...]:
    has_band = predictor in (Predictor.BUSLINE, Predictor.BEFORE_START)
    return (
        scores.predictions,
        scores.trips,
        _known(scores.benchmark.percent),
        _known(scores.mbta.percent),
        _known(scores.cal_itp_percent),
        _known(scores.mean_absolute_seconds),
        _known(scores.bias_seconds),
        _known(scores.phantom_percent),
        _known(scores.wobble_minutes),
        _known(scores.coverage_percent) if has_band else None,
        _known(scores.width_seconds) if has_band else None,
        _known(scores.missed_percent) if has_band else None,
        _known(scores.early_percent) if has_band else None,
        _known(scores.pinball_p10_seconds) if has_band else None,
        _known(scores.pinball_p50_seconds),
        _known(scores.pinball_p90_seconds) if has_band else None,
        [_known(bucket.accurate_percent) for bucket in scores.benchmark.buckets],
        [row.count for row in scores.by_horizon],
        [_known(row.mean_absolute_seconds) for row in scores.by_horizon],
        [_known(row.bias_seconds) for row in scores.by_horizon],
    )


def _promise(group: GroupScore) -> tuple[object, ...]:
    kept = group.promises
    return (
        group.service_date,
        group.route_name,
        group.runs_measured,
        group.runs_predicted,
        _known(group.complete_percent),
        kept.told,
        kept.held,
        kept.early,
        kept.missed,
        kept.late,
        kept.never,
        kept.unknown,
    )


def _known(figure: float) -> float | None:
    return None if math.isnan(figure) else figure
