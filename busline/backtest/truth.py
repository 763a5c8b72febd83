"""When each bus really arrived, derived from its recorded fixes alone: shares no code with the matcher it judges."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from busline.ids import RunKey
from busline.position import Position
from busline.timetable import Run, Timetable

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NEAR_M = 60.0
FASTEST_MPS = 31.0
BEFORE_STOP_M = 10.0
"""The feeds snap a standing bus to just before its stop: this far short of it counts as there."""
WENT_BACK_M = 100.0
CLEARLY_M = 10.0
AT_START = 0.3
"""A bus that is clearly back by so much, within this share of its path, was circling before its run."""
NEVER_WITHIN_M = 300.0
"""A run whose bus ends farther than this before a stop, and drives on elsewhere, never came there."""


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """One run as it was driven."""

    at: Floats
    """(calls,) epoch seconds, between the two fixes around the arrival; NaN where unknown."""
    bracket_seconds: Floats
    """(calls,) how far apart those two fixes are; infinite where unknown."""
    never: Flags
    """(calls,) the bus left the run well before this call."""
    fix_at: Floats
    distance_m: Floats
    """The track: when the bus was where along the path, never going back."""


def true_arrivals(timetable: Timetable, positions: Iterable[Position]) -> dict[RunKey, Arrivals]:
    """Arrivals of every run that the recording claims and the timetable knows, seen twice at least."""
    tracks: dict[RunKey, list[tuple[float, float, float]]] = {}
    newest: dict[str, float] = {}
    vehicle: dict[RunKey, str] = {}
    for position in positions:
        at = position.fix_at.timestamp()
        newest[position.vehicle_id] = max(at, newest.get(position.vehicle_id, at))
        if position.claim is not None and position.claim.run_id in timetable.runs:
            day = position.claim.service_date or position.fix_at.astimezone(timetable.timezone).date()
            key = RunKey(day, position.claim.run_id)
            tracks.setdefault(key, []).append((at, position.place.lat, position.place.lon))
            vehicle[key] = position.vehicle_id
    found = {}
    for key, track in tracks.items():
        arrivals = _arrivals(timetable, timetable.runs[key.run_id], track, newest[vehicle[key]])
        if arrivals is not None:
            found[key] = arrivals
    return found


def known_arrivals(arrivals: Mapping[RunKey, Arrivals], bracket_seconds: float) -> dict[RunKey, Floats]:
    """The arrivals that are known this well; NaN for all others."""
    return {key: np.where(one.bracket_seconds <= bracket_seconds, one.at, np.nan) for key, one in arrivals.items()}


def _arrivals(
    timetable: Timetable, run: Run, track: Sequence[tuple[float, float, float]], vehicle_until: float
) -> Arrivals | None:
    fixes = np.array(sorted(set(track)))
    places = timetable.plane.to_xy(fixes[:, 1], fixes[:, 2])
    path, along = run.pattern.path_xy, run.pattern.path_distance_m
    start, step = path[:-1], np.diff(path, axis=0)
    length = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)
    reached: list[tuple[float, float]] = []
    restarted = 0
    here = None
    for at, place in zip(fixes[:, 0], places, strict=True):
        share = np.clip(((place - start) * step).sum(1) / length**2, 0.0, 1.0)
        off = np.hypot(*(place - (start + step * share[:, None])).T)
        distance = along[:-1] + share * np.diff(along)
        near = off < NEAR_M
        if here is not None:
            onward = near & (distance > here - NEAR_M)
            onward &= distance < here + FASTEST_MPS * (at - reached[-1][0]) + 200
            best = off[onward].min(initial=NEAR_M)
            # A bus that circles before its run has been here already: only what follows counts.
            before = near & (distance < here - WENT_BACK_M) & (off < best - CLEARLY_M)
            if before.any() and here < AT_START * along[-1]:
                restarted, near = len(reached), before
            else:
                near = onward
        if near.any():
            here = float(distance[near][np.argmin(off[near])])
            reached.append((float(at), here))
    reached = reached[restarted:]
    if len(reached) < 2:
        return None
    when, where = np.array(reached).T
    where = np.maximum.accumulate(where)
    target = run.pattern.stop_distance_m - BEFORE_STOP_M
    after = np.searchsorted(where, target)
    known = (after > 0) & (after < len(where))
    at_stop, bracket = np.full(len(run), np.nan), np.full(len(run), np.inf)
    i = after[known]
    bracket[known] = when[i] - when[i - 1]
    share = (target[known] - where[i - 1]) / np.maximum(where[i] - where[i - 1], 1e-6)
    at_stop[known] = when[i - 1] + bracket[known] * share
    left_run = vehicle_until > when[-1]
    never = left_run & (target > where[-1] + NEVER_WITHIN_M)
    return Arrivals(at_stop, bracket, never, when, where)
