"""Notes of a replay become told predictions: calibrated on other routes or earlier days, then by the day as it went."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from busline.backtest.replaying import Notes, Replayed
from busline.backtest.truth import Arrivals
from busline.ids import RunKey
from busline.travel_times.band import PUBLISHED, QUANTILES, normal_score
from busline.travel_times.calibration import Calibration, Drift, calibrated, cells_of
from busline.travel_times.readiness import be_ready_at

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]

BRACKET_SECONDS = 65.0
"""An arrival is known where the fixes around it are at most this far apart."""
LEARNED_SECONDS = 30 * 60.0
"""Predictions farther ahead than this calibrate nothing: they are not judged either."""
STEP_SECONDS = 60.0
"""How often a day's arrivals are learned from."""


@dataclass(frozen=True, slots=True, eq=False)
class Happened:
    """For each note: when its bus came, whether it never did, and when the run was first at any call."""

    actual: Floats
    """NaN where unknown, or never."""
    never: Flags
    first_at: Floats


def happened(replayed: Replayed, truth: Mapping[RunKey, Arrivals], bracket_seconds: float) -> Happened:
    """What became of every note."""
    lengths = [len(truth[key].at) for key in replayed.runs]
    start = np.cumsum([0, *lengths])[:-1]
    at = np.concatenate([truth[key].at for key in replayed.runs])
    at[np.concatenate([truth[key].bracket_seconds for key in replayed.runs]) > bracket_seconds] = np.nan
    never = np.concatenate([truth[key].never for key in replayed.runs])
    firsts = np.array([_first(truth[key].at) for key in replayed.runs])
    row = start[replayed.notes.trip] + replayed.notes.call
    return Happened(at[row], never[row], firsts[replayed.notes.trip])


def _first(at: Floats) -> float:
    known = at[np.isfinite(at)]
    return float(known.min()) if len(known) else float("inf")


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """(notes,) epoch seconds."""

    p10: Floats
    p50: Floats
    p90: Floats
    published: Floats
    be_ready_at: Floats


def tell_in_time(notes: Notes, actual: Floats, calibration: Calibration) -> Told:
    """What would have been told: the calibration, and on top of it what the day's earlier arrivals taught."""
    cells, z = cells_of(notes.outlook()), np.empty((len(notes), len(QUANTILES)))
    drift = Drift()
    score = _scores(notes, actual)
    learnable = _learnable(notes, actual)
    first = float(notes.made_at.min()) if len(notes) else 0.0
    made = ((notes.made_at - first) // STEP_SECONDS).astype(np.intp)
    known = np.full(len(notes), -1, np.intp)
    known[learnable] = ((actual[learnable] - first) // STEP_SECONDS).astype(np.intp) + 1
    by_made, by_known = _groups(made), _groups(known)
    arrival = _arrival_numbers(notes)
    for step in sorted({*by_made, *by_known} - {-1}):
        came = by_known.get(step)
        if came is not None:
            drift.take(cells[came], score[came], arrival[came], z[came])
        now = by_made.get(step)
        if now is not None:
            z[now] = drift.z(calibration, cells[now])
    at = notes.outlook().at(z, 0.0)
    at = np.maximum(at, notes.made_at[:, None])
    columns = {quantile: at[:, index] for index, quantile in enumerate(QUANTILES)}
    be_there_at = be_ready_at(at, notes.stage, notes.new)
    return Told(columns[0.10], columns[0.50], columns[0.90], columns[PUBLISHED], be_there_at)


def calibration_from(notes: Notes, actual: Floats, which: Flags) -> Calibration:
    """A calibration fitted on some of the notes."""
    rows = np.flatnonzero(which & _learnable(notes, actual))
    chosen = notes[rows]
    return calibrated(cells_of(chosen.outlook()), _scores(chosen, actual[rows]), chosen.trip, _arrival_numbers(chosen))


def _learnable(notes: Notes, actual: Floats) -> Flags:
    lead = actual - notes.made_at
    result: Flags = np.isfinite(actual) & (lead > 0) & (lead <= LEARNED_SECONDS)
    return result


def _scores(notes: Notes, actual: Floats) -> Floats:
    return normal_score(notes.mean_seconds, notes.variance, np.nan_to_num(actual - notes.from_at))


def _arrival_numbers(notes: Notes) -> Rows:
    result: Rows = notes.trip * (int(notes.call.max(initial=0)) + 1) + notes.call
    return result


def _groups(number: Rows) -> dict[int, Rows]:
    order = np.argsort(number, kind="stable")
    cuts = np.flatnonzero(np.diff(number[order])) + 1
    return {int(number[group[0]]): group for group in np.split(order, cuts) if len(group)}
