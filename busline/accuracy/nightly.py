"""What a day's predictions and promises were worth, now that it is known what the buses did. Pure.

The same yardsticks as `busline backtest`, over what the live service itself predicted, told and saw. The plan, delay
propagation and held speed are scored on the very same moments. All moments in arrays are epoch seconds.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from busline.accuracy.scoring import (
    MISSED_SECONDS,
    Calls,
    Predicted,
    Scores,
    complete_minutes_percent,
    score,
)
from busline.ids import RunKey

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]

WHOLE_DISTRICT = ""
"""The name under which all routes together are scored."""
STILL_TO_COME = timedelta(minutes=30)
"""A bus that nothing was seen of so long after the end of its window never came; before, nobody knows yet."""


class Predictor(StrEnum):
    BUSLINE = "busline"
    PLAN = "plan"
    DELAY = "delay"
    """Delay propagation: the plan, plus how late the bus is now."""
    HELD = "held"
    """The speed of the last quarter of an hour, held."""
    BEFORE_START = "before_start"
    """Busline, of runs that have not begun; the others are scored on buses under way."""


@dataclass(frozen=True, slots=True, eq=False)
class PredictedRun:
    """A measured run of a day: what was predicted of it, one row a prediction, and what it did."""

    key: RunKey
    route_name: str
    followed_from: float | None
    """When its bus was first seen under way; None where none ever was."""
    next_call: int
    """The first call that its bus was never seen to pass."""
    arrived_at: Mapping[int, float]
    """By call index."""
    call: Rows
    made_at: Floats
    planned_at: Floats
    lateness_seconds: Floats
    held_at: Floats
    """NaN where it was not kept."""
    p10: Floats
    p50: Floats
    p90: Floats
    published: Floats
    be_ready_by: Floats
    before_start: Flags
    """Made before the run had begun."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window that a family was told, and what came of it."""

    route_name: str
    earliest: datetime
    latest: datetime
    arrived_at: datetime | None
    has_passed: bool
    """The bus is known to have gone by; without an arrival it was not seen at the stop."""


@dataclass(frozen=True, slots=True, eq=False)
class Day:
    """What is kept of one service day."""

    service_date: date
    runs: Sequence[PredictedRun]
    windows: Sequence[Window]


@dataclass(frozen=True, slots=True)
class Promises:
    """Whether what families were told came true. A window holds through the whole of its last minute."""

    told: int = 0
    held: int = 0
    early: int = 0
    """The bus came before the window, ..."""
    missed: int = 0
    """... these by more than a minute: who went by the window missed it."""
    late: int = 0
    never: int = 0
    unknown: int = 0
    """The bus went by without being seen there, or may still come."""

    @property
    def known(self) -> int:
        return self.told - self.unknown

    @property
    def held_percent(self) -> float | None:
        """Of the windows whose outcome is known."""
        return 100 * self.held / self.known if self.known else None


@dataclass(frozen=True, slots=True)
class GroupScore:
    """The scores of one route on one day, or of the whole district."""

    service_date: date
    route_name: str
    runs_measured: int
    runs_predicted: int
    """Of these there was ever a prediction."""
    complete_percent: float
    """Of the minutes before each arrival in which its bus was followed, those with a prediction; NaN without any."""
    promises: Promises
    scores: Mapping[Predictor, Scores]
    """Empty where nothing was predicted that can be judged."""


def score_day(day: Day, now: datetime) -> list[GroupScore]:
    """The whole district first, then each route by name. `now` is when the scores are made.

    A prediction of a bus that never came counts, as wrong. Left out are those of a bus that went by unseen, or that was
    at the stop already, and those whose time is not over at `now`.
    """
    runs = sorted(day.runs, key=lambda run: run.route_name)
    made, calls = _made(runs), _calls(runs)
    judged = _can_be_judged(runs, made, now)
    before = np.concatenate([np.empty(0, np.bool_), *(run.before_start for run in runs)])
    rivals = {predictor: rows[judged & ~before] for predictor, rows in _rivals(runs, made).items()}
    foreseen, followed = made[judged & before], made[~before]
    be_ready_by = _column(runs, "be_ready_by")
    ready_under_way, ready_foreseen = be_ready_by[judged & ~before], be_ready_by[judged & before]

    def group(name: str, first: int, last: int) -> GroupScore:
        rows, of_calls = _within(rivals[Predictor.BUSLINE].trip, first, last), _within(calls.trip, first, last)
        scores = {
            predictor: score(said[rows], ready_under_way[rows] if predictor is Predictor.BUSLINE else None)
            for predictor, said in rivals.items()
            if len(rows) and np.isfinite(said.p50[rows]).all()
        }
        own = _within(foreseen.trip, first, last)
        if len(own):
            scores[Predictor.BEFORE_START] = score(foreseen[own], ready_foreseen[own])
        return GroupScore(
            service_date=day.service_date,
            route_name=name,
            runs_measured=last - first,
            runs_predicted=sum(len(run.call) > 0 for run in runs[first:last]),
            complete_percent=complete_minutes_percent(
                followed[_within(followed.trip, first, last)],
                Calls(*(getattr(calls, field.name)[of_calls] for field in fields(Calls))),
            ),
            promises=kept([window for window in day.windows if name in (WHOLE_DISTRICT, window.route_name)], now),
            scores=scores,
        )

    groups = [group(WHOLE_DISTRICT, 0, len(runs))]
    first = 0
    for name, members in groupby(runs, key=lambda run: run.route_name):
        last = first + sum(1 for _ in members)
        groups.append(group(name, first, last))
        first = last
    return groups


def kept(windows: Sequence[Window], now: datetime) -> Promises:
    """What came of the windows that were told, as of `now`."""
    became = Counter(_became(window, now) for window in windows)
    missed = sum(
        window.arrived_at is not None and window.arrived_at < window.earliest - timedelta(seconds=MISSED_SECONDS)
        for window in windows
    )
    return Promises(
        told=len(windows),
        held=became["held"],
        early=became["early"],
        missed=missed,
        late=became["late"],
        never=became["never"],
        unknown=became["unknown"],
    )


def _became(window: Window, now: datetime) -> str:
    if window.arrived_at is None:
        return "unknown" if window.has_passed or now < window.latest + STILL_TO_COME else "never"
    if window.arrived_at < window.earliest:
        return "early"
    # "7:05 to 7:11" is kept at half past 7:11.
    return "held" if window.arrived_at < window.latest + timedelta(minutes=1) else "late"


def _made(runs: Sequence[PredictedRun]) -> Predicted:
    """Every prediction of the day, in the order of the runs, which are its trips."""
    return Predicted(
        trip=_trip(runs),
        call=_column(runs, "call").astype(np.intp),
        made_at=_column(runs, "made_at"),
        p10=_column(runs, "p10"),
        p50=_column(runs, "p50"),
        p90=_column(runs, "p90"),
        published=_column(runs, "published"),
        actual=np.array([run.arrived_at.get(call, np.nan) for run in runs for call in run.call.tolist()], np.float64),
    )


def _rivals(runs: Sequence[PredictedRun], made: Predicted) -> Mapping[Predictor, Predicted]:
    """What each would have said at the same moments. The baselines say one time, and never one that has gone by."""
    planned_at = _column(runs, "planned_at")
    delayed = planned_at + _column(runs, "lateness_seconds")

    def saying(at: Floats) -> Predicted:
        at = np.maximum(at, made.made_at)
        return replace(made, p10=at, p50=at, p90=at, published=at)

    return {
        Predictor.BUSLINE: made,
        Predictor.PLAN: saying(planned_at),
        Predictor.DELAY: saying(delayed),
        Predictor.HELD: saying(_column(runs, "held_at")),
    }


def _can_be_judged(runs: Sequence[PredictedRun], made: Predicted, now: datetime) -> Flags:
    next_call = np.array([run.next_call for run in runs], np.intp)[made.trip]
    never_came = (made.call >= next_call) & (made.p90 + STILL_TO_COME.total_seconds() < now.timestamp())
    judged: Flags = np.where(np.isnan(made.actual), never_came, made.made_at < made.actual)
    return judged


def _calls(runs: Sequence[PredictedRun]) -> Calls:
    """Every arrival of a bus that was followed."""
    rows = [
        (trip, call, at, run.followed_from)
        for trip, run in enumerate(runs)
        if run.followed_from is not None
        for call, at in run.arrived_at.items()
    ]
    trip, call, arrived_at, followed_from = np.array(rows, np.float64).reshape(-1, 4).T
    return Calls(trip.astype(np.intp), call.astype(np.intp), arrived_at, followed_from)


def _within(trip: Rows, first: int, last: int) -> Rows:
    """The rows of some trips in a row; `trip` never decreases."""
    return np.arange(*np.searchsorted(trip, [first, last]), dtype=np.intp)


def _trip(runs: Sequence[PredictedRun]) -> Rows:
    return np.repeat(np.arange(len(runs), dtype=np.intp), [len(run.call) for run in runs])


def _column(runs: Sequence[PredictedRun], name: str) -> Floats:
    return np.concatenate([np.empty(0), *(getattr(run, name) for run in runs)])
