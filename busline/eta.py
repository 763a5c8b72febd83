"""Match and plan -> when the bus will be at each call, as quantiles, with what they rest on.

First version: the plan's travel time from where the bus is, on top of how late it is, inside a gamma band. The mean
is to be replaced by learned link times; the shape of a `Prediction` stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from busline.fleet import RunProgress
from busline.position import LAST_SEEN_SECONDS, LIVE_SECONDS
from busline.service_day import moment
from busline.timetable import Run, Timetable

THETA_SECONDS = 44.0
"""Gamma scale of an uncalibrated road: variance is THETA * expected seconds (OneBusAway Android 2026, 15 min late)."""
PACE_SD = 0.10
"""Standard deviation of a route's own pace about its plan, as a share of the expected seconds."""
FLOOR_SD_SECONDS = 20.0
"""Even a bus in sight of the stop may meet a light: no band is narrower than this standard deviation makes it."""
AHEAD_SECONDS = 15.0
"""A bus that the plan already has at the stop is still a little way off, or its visit would have been seen."""

Z = {0.05: -1.6449, 0.10: -1.2816, 0.12: -1.1750, 0.50: 0.0, 0.90: 1.2816}
"""Standard normal quantiles."""

QUANTILES = (0.10, 0.12, 0.50, 0.90)


class Basis(StrEnum):
    """What a prediction rests on."""

    LIVE = "live"
    """A fix of at most 90 s."""
    LAST_SEEN = "last_seen"
    """A fix of at most six minutes; said with its time."""
    BEFORE_START = "before_start"
    """The run has not begun: its bus waits, or is still on an earlier one."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """When a bus is expected at one call. `published` is p12: the early side, for an early bus costs the ride."""

    p10: datetime
    p50: datetime
    p90: datetime
    published: datetime
    basis: Basis
    fix_age_seconds: float


class NoPrediction(StrEnum):
    """Why no minutes are given."""

    NOT_UNDER_WAY = "not_under_way"
    TOO_OLD = "too_old"
    ALREADY_PASSED = "already_passed"
    OFF_ROUTE = "off_route"


def predict(
    timetable: Timetable, run: Run, service_date: date, progress: RunProgress, call_index: int, now: datetime
) -> Prediction | NoPrediction:
    """When the bus that `progress` describes will be at one of its calls."""
    age_seconds = (now - progress.fix_at).total_seconds()
    if progress.started_at is None or progress.ended_at is not None:
        return NoPrediction.NOT_UNDER_WAY
    if progress.off_route_since is not None:
        return NoPrediction.OFF_ROUTE
    if call_index < progress.next_call:
        return NoPrediction.ALREADY_PASSED
    if age_seconds > LAST_SEEN_SECONDS:
        return NoPrediction.TOO_OLD
    into_day = (progress.matched_at - moment(service_date, 0, timetable.timezone)).total_seconds()
    quantiles = arrival_seconds(
        run.arrival_seconds[call_index : call_index + 1].astype(np.float64),
        np.float64(into_day - progress.lateness_seconds),
        QUANTILES,
    )[0]
    p10, published, p50, p90 = (max(now, progress.matched_at + timedelta(seconds=float(q))) for q in quantiles)
    basis = Basis.LIVE if age_seconds <= LIVE_SECONDS else Basis.LAST_SEEN
    return Prediction(p10, p50, p90, published, basis, age_seconds)


def arrival_seconds(
    planned_seconds: NDArray[np.float64], plan_now_seconds: np.float64 | NDArray[np.float64], quantiles: Sequence[float]
) -> NDArray[np.float64]:
    """Seconds from the fix to each arrival, shape (..., quantiles).

    `planned_seconds` are planned arrivals; `plan_now_seconds` is the planned moment of the place where the bus is, so
    that their difference is the plan's travel time still ahead. Both are arrays that broadcast: one run or a fleet.
    """
    mean = np.maximum(planned_seconds - plan_now_seconds, AHEAD_SECONDS)
    variance = THETA_SECONDS * mean + (PACE_SD * mean) ** 2 + FLOOR_SD_SECONDS**2
    z = np.array([Z[quantile] for quantile in quantiles])
    # Wilson and Hilferty 1931: the cube root of a gamma variable is very nearly normal.
    spread = variance[..., None] / (9 * mean[..., None] ** 2)
    cube_root = np.maximum(1 - spread + z * np.sqrt(spread), 0.0)
    result: NDArray[np.float64] = mean[..., None] * cube_root**3
    return result
