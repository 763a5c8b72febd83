"""Somebody else's predictions, held against ours on the same trip, call and moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from busline.accuracy.scoring import Predicted
from busline.backtest.judging import Happened, Told
from busline.backtest.plans import Plans
from busline.backtest.replaying import Notes
from busline.ids import RunId, RunKey, StopId

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

SAME_MOMENT_SECONDS = 120.0
"""Ours may be so much older than theirs: the newest one that could have been told then."""


@dataclass(frozen=True, slots=True)
class AgencyPrediction:
    """One arrival that the agency predicted. Moments are epoch seconds."""

    made_at: float
    run_id: RunId
    stop_id: StopId | None
    stop_sequence: int | None
    """At least one of the two is given."""
    arrives_at: float


@dataclass(frozen=True, slots=True)
class AgencyCounts:
    """What became of the agency's predictions."""

    read: int
    paired: int
    """About a trip, stop and moment that was predicted here too."""
    scored: int
    """Of these, those of a bus under way that is known to have come within half an hour."""


@dataclass(frozen=True, slots=True, eq=False)
class Paired:
    """Rows of the notes and of the agency's predictions that are about the same thing, one of each."""

    note: Rows
    made_at: Floats
    arrives_at: Floats

    def predicted(self, notes: Notes, told: Told, became: Happened) -> tuple[Predicted, Predicted]:
        """Ours and theirs, both as made at the agency's moment."""
        row = self.note
        first = (notes.trip[row], notes.call[row], self.made_at)
        ours = Predicted(*first, told.p10[row], told.p50[row], told.p90[row], told.published[row], became.actual[row])
        at = np.maximum(self.arrives_at, self.made_at)
        return ours, Predicted(*first, at, at, at, at, became.actual[row])


def paired(plans: Plans, runs: Sequence[RunKey], notes: Notes, agency: Sequence[AgencyPrediction]) -> Paired:
    """Join by run, call and moment. What does not join is left out."""
    by_call = _rows_by_call(notes)
    numbers: dict[RunId, list[int]] = {}
    for number, key in enumerate(runs):
        numbers.setdefault(key.run_id, []).append(number)
    found: list[tuple[int, float, float]] = []
    for one in agency:
        for number in numbers.get(one.run_id, ()):
            run = plans.run(runs[number])
            call = _call(run.stop_sequences, run.pattern.stop_ids, one)
            rows = by_call.get((number, call))
            if rows is None:
                continue
            before = int(np.searchsorted(notes.made_at[rows], one.made_at, side="right")) - 1
            if before >= 0 and one.made_at - notes.made_at[rows[before]] <= SAME_MOMENT_SECONDS:
                found.append((int(rows[before]), one.made_at, one.arrives_at))
    note, made_at, arrives_at = zip(*found, strict=True) if found else ((), (), ())
    return Paired(np.array(note, np.intp), np.array(made_at, np.float64), np.array(arrives_at, np.float64))


def _call(sequences: NDArray[np.int32], stop_ids: Sequence[StopId], one: AgencyPrediction) -> int | None:
    if one.stop_sequence is not None:
        at = np.flatnonzero(sequences == one.stop_sequence)
        return int(at[0]) if len(at) else None
    return stop_ids.index(one.stop_id) if one.stop_id in stop_ids else None


def _rows_by_call(notes: Notes) -> Mapping[tuple[int, int | None], Rows]:
    order = np.lexsort((notes.made_at, notes.call, notes.trip))
    trip, call = notes.trip[order], notes.call[order]
    cuts = np.flatnonzero((np.diff(trip) != 0) | (np.diff(call) != 0)) + 1
    return {(int(notes.trip[rows[0]]), int(notes.call[rows[0]])): rows for rows in np.split(order, cuts) if len(rows)}
