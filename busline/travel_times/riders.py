"""How many children are expected at every call of a day, by the roster: a bus stands for as long as they board."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from busline.ids import RunId, StopId
from busline.timetable import Timetable

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Boarding:
    """So many riders of a run at a stop; `stop_sequence` only where the run visits it twice."""

    run_id: RunId
    stop_id: StopId
    stop_sequence: int | None
    riders: int


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedRiders:
    """The riders of one day. A run that no roster knows is absent."""

    at_calls: Mapping[RunId, Floats]
    """(calls,) of each run."""
    at_stop: Mapping[StopId, float]
    """On the mean run that stops there."""


NOBODY_KNOWN = ExpectedRiders({}, {})


def expected_riders(timetable: Timetable, boardings: Iterable[Boarding]) -> ExpectedRiders:
    """Riders by call. Where a roster knows a run, its calls without a rider have none; others' are not known."""
    at_calls: dict[RunId, Floats] = {}
    for one in boardings:
        run = timetable.runs.get(one.run_id)
        call = None if run is None else run.call_at(one.stop_id, one.stop_sequence)
        if run is not None and call is not None:
            at_calls.setdefault(one.run_id, np.zeros(len(run)))[call.index] += one.riders
    total: dict[StopId, float] = {}
    calls: dict[StopId, int] = {}
    for run_id, riders in at_calls.items():
        for stop_id, count in zip(timetable.runs[run_id].pattern.stop_ids, riders.tolist(), strict=True):
            total[stop_id] = total.get(stop_id, 0.0) + count
            calls[stop_id] = calls.get(stop_id, 0) + 1
    return ExpectedRiders(at_calls, {stop_id: total[stop_id] / calls[stop_id] for stop_id in total})
