"""One backtest from positions to scores: replay, calibrate on what is not scored, judge beside the baselines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from busline.accuracy.scoring import (
    Calls,
    Predicted,
    Scores,
    benchmark_interval,
    complete_minutes_percent,
    error_ratio_interval,
    score,
)
from busline.backtest.agency import AgencyCounts, AgencyPrediction, paired
from busline.backtest.days import live_through
from busline.backtest.joining import Joined, joined
from busline.backtest.judging import BRACKET_SECONDS, Happened, Told, happened
from busline.backtest.plans import Plans
from busline.backtest.replaying import Notes, Replayed
from busline.backtest.truth import Arrivals, true_arrivals
from busline.ids import RouteId, RunKey
from busline.position import Position
from busline.timetable import Timetable

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]

SCORED_SECONDS = 30 * 60.0
OURS, AGENCY, DELAY = "busline", "agency", "delay propagation"
BASELINES = ("plan", DELAY, "held speed")


@dataclass(frozen=True, slots=True)
class Fold:
    """What was scored with constants from what."""

    fitted_on: str
    """In words: other routes, earlier days, or nothing."""
    routes: tuple[RouteId, ...]
    """The routes that were scored."""
    scores: Scores
    delay_scores: Scores


@dataclass(frozen=True, slots=True)
class Side:
    """Scores of the engine and of each baseline over the same predictions."""

    scores: Mapping[str, Scores]
    rival: str
    """Whose errors ours are held against: delay propagation, or the agency."""
    error_ratio: float
    """Mean absolute error over that of the rival."""
    error_ratio_interval: tuple[float, float]
    """95 %, by resampling trips; so is the next."""
    benchmark_interval: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """Everything that one backtest found."""

    replayed: Replayed
    truth: Mapping[RunKey, Arrivals]
    happened: Happened
    told: Told
    under_way: Side
    """Predictions made after the bus was at the first call with a known arrival."""
    with_start: Side
    """All of them, those from before the departure included."""
    agency: Side | None
    """The agency's predictions of buses under way, and the engine's of the same trips, calls and moments."""
    agency_counts: AgencyCounts
    joined: Joined
    """How the scored positions meet the plan, ..."""
    history_joined: Joined
    """... and those that were only learned from."""
    folds: tuple[Fold, ...]
    complete_minutes_percent: float
    """Minutes before arrivals with a prediction, of those in which the bus was under way."""
    complete_twice_percent: float
    """The same with two predictions or more, as Cal-ITP counts."""
    calls_known: int
    calls_unknown: int
    """Planned calls of the runs seen whose arrival is not known within the bracket."""
    without_arrival: int
    """Predictions that are not scored: nobody saw whether the bus came."""


class NothingToScoreError(ValueError):
    """The recording and the plan do not meet. The message says with counts what was found."""


def backtest(
    plan: Timetable | Plans,
    positions: Sequence[Position],
    *,
    history: Sequence[Position] = (),
    fit_routes: frozenset[RouteId] = frozenset(),
    agency: Sequence[AgencyPrediction] = (),
    bracket_seconds: float = BRACKET_SECONDS,
    tell: Callable[[str, float], None] = lambda _what, _share: None,
) -> Backtest:
    """Replay, calibrate, score. Raises NothingToScoreError.

    Of a plan with several versions every day is lived under its own, with what was learned under those before it.
    Constants are fitted on `history` where there is any; else on `fit_routes`, to score the others; else on one half
    of the routes to score the other half, and the other way round.
    """
    plans = Plans.of(plan)
    meeting = joined(plans, positions)
    seen: dict[RunKey, Arrivals] = {}
    for day, own in plans.by_day(positions).items():
        seen |= true_arrivals(plans.on(day), own)
    _demand_something(plans, meeting, seen)
    lived = live_through(plans, history, positions, fit_routes, tell)
    if lived is None:
        raise NothingToScoreError(
            f"{len(seen)} runs of the plan were seen, but none of them could be followed along its path for long "
            "enough to predict anything. Are the plan's shapes those of the recorded day?"
        )
    replayed, truth, told = lived.replayed, lived.truth, lived.told
    notes = replayed.notes
    routes = np.array([plans.run(key).route_id for key in replayed.runs])[notes.trip]
    became = happened(replayed, truth, bracket_seconds)
    predicted = _predicted(notes, told, became)
    judged = _judged(notes, became) & np.isfinite(told.p50)
    under_way = judged & (notes.made_at > became.first_at)
    calls = _calls(replayed, truth, bracket_seconds)
    beside_agency, agency_counts = _against(plans, replayed, told, became, agency)
    return Backtest(
        replayed=replayed,
        truth=truth,
        happened=became,
        told=told,
        under_way=_side(_rows_of(predicted, under_way), told.be_ready_at[under_way], DELAY),
        with_start=_side(_rows_of(predicted, judged), told.be_ready_at[judged], DELAY),
        agency=beside_agency,
        agency_counts=agency_counts,
        joined=meeting,
        history_joined=joined(plans, history),
        folds=tuple(_fold(predicted, told, under_way, routes, words, rows) for words, rows in lived.fitted_on),
        complete_minutes_percent=complete_minutes_percent(predicted[OURS], calls),
        complete_twice_percent=complete_minutes_percent(predicted[OURS], calls, at_least=2),
        calls_known=len(calls.trip),
        calls_unknown=sum(len(one.at) for one in truth.values()) - len(calls.trip),
        without_arrival=int((~np.isfinite(became.actual) & ~became.never).sum()),
    )


def _demand_something(plans: Plans, meeting: Joined, truth: Mapping[RunKey, Arrivals]) -> None:
    if not meeting.planned:
        known = len({run_id for version in plans.versions for run_id in version.runs})
        raise NothingToScoreError(
            f"Nothing to score: of {meeting.positions:,} positions none is of a trip that the plan has on that day. "
            f"{meeting.left_out()}. Is this the plan of the recorded days? It has {known:,} trips."
        )
    if not truth:
        raise NothingToScoreError(
            f"Nothing to score: {meeting.planned:,} positions are of trips of the plan, and none of these was seen "
            "twice or more, so no arrival is known."
        )


def _predicted(notes: Notes, told: Told, became: Happened) -> dict[str, Predicted]:
    """The engine's predictions and each baseline's; those say one time, and no band."""
    first = (notes.trip, notes.call, notes.made_at)
    ours = Predicted(*first, told.p10, told.p50, told.p90, told.published, became.actual)
    return {OURS: ours} | {
        name: Predicted(*first, at, at, at, at, became.actual)
        for name, at in zip(BASELINES, (notes.plan_at, notes.delay_at, notes.held_at), strict=True)
    }


def _judged(notes: Notes, became: Happened) -> Flags:
    """Rows that can be scored: the bus came within half an hour, or was said to and never did."""
    lead = became.actual - notes.made_at
    said = notes.from_at + notes.mean_seconds - notes.made_at
    result: Flags = ((lead > 0) & (lead <= SCORED_SECONDS)) | (became.never & (said <= SCORED_SECONDS))
    return result


def _rows_of(predicted: Mapping[str, Predicted], which: Flags) -> dict[str, Predicted]:
    return {name: own[which] for name, own in predicted.items()}


def _side(chosen: Mapping[str, Predicted], be_ready_at: Floats, rival: str) -> Side:
    came = np.isfinite(chosen[OURS].actual)
    ours, theirs = chosen[OURS][came], chosen[rival][came]
    errors, others = np.abs(ours.actual - ours.p50), np.abs(theirs.actual - theirs.p50)
    return Side(
        scores={name: score(own, be_ready_at if name == OURS else None) for name, own in chosen.items()},
        rival=rival,
        error_ratio=float(errors.mean() / others.mean()) if len(errors) else float("nan"),
        error_ratio_interval=error_ratio_interval(ours.trip, errors, others),
        benchmark_interval=benchmark_interval(ours),
    )


def _against(
    plans: Plans, replayed: Replayed, told: Told, became: Happened, agency: Sequence[AgencyPrediction]
) -> tuple[Side | None, AgencyCounts]:
    """The agency's predictions of buses under way, and ours beside them; None where none could be scored."""
    pairs = paired(plans, replayed.runs, replayed.notes, agency)
    ours, theirs = pairs.predicted(replayed.notes, told, became)
    lead = ours.lead_seconds
    which = (
        (lead > 0) & (lead <= SCORED_SECONDS) & (pairs.made_at > became.first_at[pairs.note]) & np.isfinite(ours.p50)
    )
    counts = AgencyCounts(len(agency), len(pairs.note), int(which.sum()))
    if not which.any():
        return None, counts
    be_ready_at = told.be_ready_at[pairs.note[which]]
    return _side({OURS: ours[which], AGENCY: theirs[which]}, be_ready_at, AGENCY), counts


def _fold(
    predicted: Mapping[str, Predicted], told: Told, which: Flags, routes: NDArray[np.str_], words: str, rows: Rows
) -> Fold:
    chosen = rows[which[rows]]
    return Fold(
        fitted_on=words,
        routes=tuple(RouteId(route) for route in sorted(set(routes[rows].tolist()))),
        scores=score(predicted[OURS][chosen], told.be_ready_at[chosen]),
        delay_scores=score(predicted[DELAY][chosen]),
    )


def _calls(replayed: Replayed, truth: Mapping[RunKey, Arrivals], bracket_seconds: float) -> Calls:
    """Every arrival that is known well, and from when on its bus was under way."""
    parts = []
    for number, key in enumerate(replayed.runs):
        one = truth[key]
        known = np.flatnonzero(one.bracket_seconds <= bracket_seconds)
        if len(known):
            first = float(np.nanmin(one.at))
            parts.append(np.stack([np.full(len(known), number), known, one.at[known], np.full(len(known), first)]))
    trip, call, at, first_at = np.concatenate(parts, axis=1) if parts else np.empty((4, 0))
    return Calls(trip.astype(np.intp), call.astype(np.intp), at, first_at)
