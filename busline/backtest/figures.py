"""The figures of a backtest, for a program and for a person."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from busline.accuracy.scoring import Scores
from busline.backtest.verdict import OURS, Backtest, Fold, Side

Json = Mapping[str, object] | list[object] | str | float | int | bool | None

NAMED = 8
"""So many routes are named in a line; the figures name all of them."""
SAID_ONE_TIME = frozenset(
    {
        "coverage_percent",
        "early_percent",
        "width_seconds",
        "pinball_p10_seconds",
        "pinball_p90_seconds",
        "missed_percent",
    }
)
"""What means nothing for a baseline: it has no band."""


def as_json(found: Backtest) -> dict[str, object]:
    """Everything that was found, ready for `json.dumps`; what is not a number is null."""
    return {
        "under_way": _side(found.under_way),
        "with_the_time_before_departure": _side(found.with_start),
        "folds": [
            {
                "fitted_on": fold.fitted_on,
                "scored_routes": list(fold.routes),
                OURS: _scores(fold.scores, banded=True),
                "error_ratio_to_delay_propagation": _number(
                    fold.scores.mean_absolute_seconds / fold.delay_scores.mean_absolute_seconds
                ),
            }
            for fold in found.folds
        ],
        "complete_minutes_percent": _number(found.complete_minutes_percent),
        "complete_minutes_with_two_predictions_percent": _number(found.complete_twice_percent),
        "agency": None if found.agency is None else _side(found.agency),
        "counts": {
            "predictions": len(found.replayed.notes),
            "runs_seen": len(found.replayed.runs),
            "runs_under_way": len(found.replayed.started_at),
            "link_traversals": found.replayed.traversals,
            "calls_with_known_arrival": found.calls_known,
            "calls_without": found.calls_unknown,
            "predictions_without_known_arrival": found.without_arrival,
            "positions_not_matched": dict(found.replayed.unmatched),
            "positions_by_trip": dict(found.joined.counts()),
            "history_by_trip": dict(found.history_joined.counts()),
            "agency_predictions": asdict(found.agency_counts),
        },
        "method": (
            "Predictions at every fix, up to 30 minutes ahead, knowing only what had been received. Under way: made "
            "after the first known arrival of the run. The Benchmark is scored on the published time, MBTA and "
            "Cal-ITP on p50. Intervals are 95 %, by resampling whole trips 2,000 times. Each fold's band was "
            "calibrated on what `fitted_on` says, never on what it scores, and then by the day's own earlier arrivals."
        ),
    }


def as_words(found: Backtest) -> list[str]:
    """A table for the terminal."""
    lines = []
    sides = [("Under way", found.under_way), ("From before the departure on", found.with_start)]
    if found.agency is not None:
        sides.append(("On the agency's own predictions (same trip, stop and moment)", found.agency))
    for title, side in sides:
        ours = side.scores[OURS]
        low, high = side.benchmark_interval
        lines += [
            "",
            f"{title}: {ours.predictions:,} predictions of {ours.trips} trips",
            f"  {'':<18} {'Benchmark':>9} {'0-3':>5} {'3-6':>5} {'6-10':>5} {'10-15':>5} {'MBTA':>6} {'Cal-ITP':>8} "
            f"{'error s':>8} {'bias s':>7}",
        ]
        lines += [_line(name, scores) for name, scores in side.scores.items()]
        lines += [
            f"  Benchmark 95 % interval {low:.1f} to {high:.1f}; mean absolute error {side.error_ratio:.3f} of "
            f"{side.rival} ({side.error_ratio_interval[0]:.3f} to {side.error_ratio_interval[1]:.3f})",
            f"  Band of 80 % holds {ours.coverage_percent:.1f} %, {ours.width_seconds:.0f} s wide; "
            f"{ours.missed_percent:.2f} % would miss the bus; wobble {ours.wobble_minutes:.2f} min; "
            f"phantom {ours.phantom_percent:.2f} %",
        ]
    return [*lines, "", *what_was_scored(found)]


def what_was_scored(found: Backtest) -> list[str]:
    """A sentence each: how complete it is, calibrated on what, and why the rest of what was given is not scored."""
    lines = [
        f"Complete minutes {found.complete_minutes_percent:.1f} % "
        f"({found.complete_twice_percent:.1f} % with two predictions or more).",
        *(_fold_line(fold) for fold in found.folds if fold.scores.predictions),
        f"{found.calls_known:,} arrivals are known well enough; {found.calls_unknown:,} calls have none, and "
        f"{found.without_arrival:,} predictions of those are not scored.",
    ]
    for what, meeting in (("positions", found.joined), ("positions of the earlier days", found.history_joined)):
        if left_out := meeting.left_out():
            lines.append(f"Of {meeting.positions:,} {what}, {meeting.planned:,} are of planned trips; {left_out}.")
    agency = found.agency_counts
    if agency.read:
        lines.append(
            f"Of {agency.read:,} predictions of the agency {agency.scored:,} are scored; "
            f"{agency.read - agency.paired:,} are of no trip, stop and moment that was predicted here, and "
            f"{agency.paired - agency.scored:,} of buses not under way, or not known to have come within half an hour."
        )
    return lines


def _fold_line(fold: Fold) -> str:
    benchmark = fold.scores.benchmark
    lowest = min((bucket.accurate_percent for bucket in benchmark.buckets if bucket.count), default=math.nan)
    ratio = fold.scores.mean_absolute_seconds / fold.delay_scores.mean_absolute_seconds
    scores = fold.scores
    return (
        f"Scored {_some(fold.routes)}, calibrated on {_some(fold.fitted_on.split(', '))}; "
        f"Benchmark {or_dash(benchmark.percent)}, lowest bucket {or_dash(lowest)}, "
        f"band {scores.coverage_percent:.1f} % in {scores.width_seconds:.0f} s, error {ratio:.3f} of delay propagation."
    )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _line(name: str, scores: Scores) -> str:
    buckets = " ".join(f"{or_dash(bucket.accurate_percent):>5}" for bucket in scores.benchmark.buckets)
    return (
        f"  {name:<18} {or_dash(scores.benchmark.percent):>9} {buckets} {or_dash(scores.mbta.percent):>6} "
        f"{scores.cal_itp_percent:>8.1f} {scores.mean_absolute_seconds:>8.1f} {scores.bias_seconds:>7.1f}"
    )


def or_dash(percent: float) -> str:
    """A percentage, or a dash where nothing speaks for one."""
    return "–" if math.isnan(percent) else f"{percent:.1f}"


def _side(side: Side) -> dict[str, object]:
    return {
        "scores": {name: _scores(scores, banded=name == OURS) for name, scores in side.scores.items()},
        "error_ratio": {
            "to": side.rival,
            "value": _number(side.error_ratio),
            "interval_95": [_number(bound) for bound in side.error_ratio_interval],
        },
        "benchmark_interval_95": [_number(bound) for bound in side.benchmark_interval],
    }


def _scores(scores: Scores, *, banded: bool) -> dict[str, object]:
    values = {name: value for name, value in asdict(scores).items() if banded or name not in SAID_ONE_TIME}
    return {name: _clean(value) for name, value in values.items()}


def _clean(value: object) -> object:
    match value:
        case float():
            return _number(value)
        case dict():
            return {name: _clean(one) for name, one in value.items()}
        case list() | tuple():
            return [_clean(one) for one in value]
        case _:
            return value


def _number(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None
