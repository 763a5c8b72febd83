"""The engine beside an agency's own predictions: figures for a program and for a person."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from busline.accuracy.scoring import (
    Predicted,
    Scores,
    benchmark_interval,
    bootstrap_interval,
    error_ratio_interval,
    score,
)
from busline.backtest.by_distance import ByDistance, Compared
from busline.backtest.distances import DistanceRecording
from busline.eta import Basis

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

STRICT_BRACKET_SECONDS = 170.0
"""Arrivals between two sightings at most this far apart are known to 15-17 s."""
FROM_SECONDS, TO_SECONDS = 120.0, 1_800.0
"""Errors are compared between these times before the arrival: closer than that the arrival itself is not known well."""
OURS, AGENCY = "busline", "agency"
RIVALS = ("learned timetable", "delay propagation", "held speed")


@dataclass(frozen=True, slots=True)
class Versus:
    """Both sides over the same predictions."""

    scores: Mapping[str, Scores]
    """Over the last half hour before each arrival; a rival says one time, and no band."""
    error_minutes: Mapping[str, float]
    """Mean absolute error between `FROM_SECONDS` and `TO_SECONDS` before the arrival."""
    error_predictions: int
    error_ratio: float
    """Ours over the agency's."""
    error_ratio_interval: tuple[float, float]
    """95 %, by resampling runs, whole; so are the next two."""
    difference_minutes_interval: tuple[float, float]
    """Of our mean absolute error less the agency's."""
    benchmark_interval: tuple[float, float]


def versus(found: ByDistance, *, strict: bool) -> Versus:
    """Every known arrival, or only those known well."""
    compared = found.compared
    bracket = STRICT_BRACKET_SECONDS if strict else np.inf
    lead = compared.actual - compared.notes.made_at
    return _versus(compared, (compared.bracket_seconds <= bracket) & (lead >= 0) & (lead <= TO_SECONDS))


def by_day(found: ByDistance) -> dict[str, Versus]:
    """The same day by day, every known arrival."""
    compared = found.compared
    lead = compared.actual - compared.notes.made_at
    within = (lead >= 0) & (lead <= TO_SECONDS)
    return {
        day.isoformat(): _versus(compared, within & (compared.day == number)) for number, day in enumerate(found.days)
    }


def _versus(compared: Compared, which: Flags) -> Versus:
    predicted = {name: own[which] for name, own in _sides(compared).items()}
    ours = predicted[OURS]
    far = ours.lead_seconds >= FROM_SECONDS
    errors = {name: np.abs(own.actual - own.p50)[far] for name, own in predicted.items()}
    trip, columns = ours.trip[far], np.stack([errors[OURS], errors[AGENCY], np.ones(int(far.sum()))], axis=1)
    low, high = bootstrap_interval(trip, columns, lambda sums: (sums[:, 0] - sums[:, 1]) / sums[:, 2])
    return Versus(
        scores={name: score(own) for name, own in predicted.items()},
        error_minutes={name: float(own.mean()) / 60 for name, own in errors.items()},
        error_predictions=int(far.sum()),
        error_ratio=float(errors[OURS].mean() / errors[AGENCY].mean()),
        error_ratio_interval=error_ratio_interval(trip, errors[OURS], errors[AGENCY]),
        difference_minutes_interval=(low / 60, high / 60),
        benchmark_interval=benchmark_interval(ours),
    )


def _sides(compared: Compared) -> dict[str, Predicted]:
    notes, told = compared.notes, compared.told
    same = (notes.trip, notes.call, notes.made_at)
    rivals = (compared.agency_at, notes.plan_at, notes.delay_at, notes.held_at)
    return {OURS: Predicted(*same, told.p10, told.p50, told.p90, told.published, compared.actual)} | {
        name: Predicted(*same, at, at, at, at, compared.actual)
        for name, at in zip((AGENCY, *RIVALS), rivals, strict=True)
    }


METHOD = (
    "Every prediction of the agency for a bus under way is predicted again, for the same bus, stop and moment, from "
    "the position the agency had. Paths, streets, passes, the middle and the band are learned from the days before "
    "the scored one (calibrated on each of them from the others), and from the day itself only what had been seen. "
    "Where stops lie along a path, and which path a trip takes, count as known. The Benchmark is scored on the "
    "published time; errors, MBTA and Cal-ITP on p50. Intervals are 95 %, by resampling whole runs 2,000 times."
)


def as_json(found: ByDistance) -> dict[str, object]:
    """Everything that was found, ready for `json.dumps`; what is not a number is null."""
    return {
        "all_arrivals": _plain(asdict(versus(found, strict=False))),
        "arrivals_known_within_170_s": _plain(asdict(versus(found, strict=True))),
        "by_day": {day: _plain(asdict(own)) for day, own in by_day(found).items()},
        "days_scored": [day.isoformat() for day in found.days],
        "predictions_not_scored": dict(found.left_out),
        "method": METHOD,
    }


def _plain(value: object) -> object:
    match value:
        case float() if not math.isfinite(value):
            return None
        case dict():
            return {key: _plain(own) for key, own in value.items()}
        case list() | tuple():
            return [_plain(own) for own in value]
        case _:
            return value


def as_words(found: ByDistance) -> list[str]:
    """A table for the terminal."""
    lines = []
    for title, strict in (("Every known arrival", False), ("Arrivals known within 170 s", True)):
        side = versus(found, strict=strict)
        ours = side.scores[OURS]
        lines += [
            "",
            f"{title}: {ours.predictions:,} predictions of {ours.trips:,} runs, on the agency's own moments",
            f"  {'':<18} {'error min':>9} {'Benchmark':>9} {'MBTA':>6} {'Cal-ITP':>8}",
        ]
        lines += [
            f"  {name:<18} {side.error_minutes[name]:>9.3f} {scores.benchmark.percent:>9.1f} "
            f"{scores.mbta.percent:>6.1f} {scores.cal_itp_percent:>8.1f}"
            for name, scores in side.scores.items()
        ]
        (low, high), (less, more) = side.error_ratio_interval, side.difference_minutes_interval
        lines += [
            f"  2 to 30 min ahead our error is {side.error_ratio:.3f} of the agency's ({low:.3f} to {high:.3f}); "
            f"the difference is {less:+.3f} to {more:+.3f} min.",
            f"  Benchmark 95 % interval {side.benchmark_interval[0]:.1f} to {side.benchmark_interval[1]:.1f}; band of "
            f"80 % holds {ours.coverage_percent:.1f} %, {ours.width_seconds:.0f} s wide.",
        ]
    days = ", ".join(f"{day} {own.error_ratio:.3f}" for day, own in by_day(found).items())
    left_out = "; ".join(f"{count:,} {reason}" for reason, count in found.left_out.items())
    return [*lines, "", f"Day by day our error is of the agency's: {days}.", f"Not scored: {left_out}."]


def prediction_rows(recording: DistanceRecording, found: ByDistance) -> Iterator[tuple[str, ...]]:
    """What was told, a row a prediction, by day and moment: `rows.PREDICTION_COLUMNS`. A stop has no sequence here."""
    notes, told = found.compared.notes, found.compared.told
    for row in np.argsort(notes.made_at, kind="stable").tolist():
        times = (notes.made_at[row], told.p10[row], told.p50[row], told.p90[row], told.published[row])
        made_at, *quantiles = (datetime.fromtimestamp(int(one), UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for one in times)
        yield (
            made_at,
            found.runs[notes.trip[row]].run_id,
            "",
            recording.stop_ids[found.compared.stop[row]],
            *quantiles,
            Basis.LIVE.value,
            f"{notes.fix_age_seconds[row]:.0f}",
        )
