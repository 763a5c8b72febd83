"""stop_times.txt in, every trip's calls in order out, as arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from busline.ids import RunId, StopId
from feeds.plan.problems import Problems
from feeds.plan.table import MISSING_SECONDS, Table

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Calls:
    """The calls of one trip in order; at least two."""

    stop_ids: tuple[StopId, ...]
    stop_sequences: Whole
    arrival_seconds: Whole
    """(calls,) `MISSING_SECONDS` where left out; never at the first or last call."""
    departure_seconds: Whole
    traveled: tuple[float, ...] | None
    """The plan's own distances, where every call has one."""


def read_calls(
    table: Table, trip_lines: Mapping[RunId, int], stop_ids: Sequence[StopId], problems: Problems
) -> Mapping[RunId, Calls]:
    """Group the stop times by trip. A trip with fewer than two calls is left out with a note.

    Faults: a trip or stop that is not in the plan, a sequence given twice, times that go backwards, and a first or
    last call without a time.
    """
    trip_ids = list(trip_lines)
    trip = _codes(table, "trip_id", trip_ids, "trips.txt", problems)
    stop = _codes(table, "stop_id", stop_ids, "stops.txt (as a stop with a place)", problems)
    sequence = table.whole_numbers("stop_sequence", problems)
    arrival, departure = table.seconds("arrival_time", problems), table.seconds("departure_time", problems)
    # One of the two stands for both, as GTFS has it.
    arrival = np.where(arrival == MISSING_SECONDS, departure, arrival)
    departure = np.where(departure == MISSING_SECONDS, arrival, departure)
    traveled = table.numbers("shape_dist_traveled", problems)
    for row in np.flatnonzero(sequence < 0).tolist():
        if not table["stop_sequence"][row]:
            problems.fault(table.file, table.lines[row], "stop_sequence is empty.")

    rows = np.flatnonzero((trip >= 0) & (stop >= 0) & (sequence >= 0))
    rows = rows[np.lexsort((sequence[rows], trip[rows]))]
    _check_order(table, rows, trip, sequence, arrival, departure, problems)
    found: dict[RunId, Calls] = {}
    starts = np.flatnonzero(np.diff(trip[rows], prepend=-1))
    for mine in np.split(rows, starts[1:]):
        if len(mine) < 2:
            continue
        distances = traveled[mine]
        found[trip_ids[int(trip[mine[0]])]] = Calls(
            stop_ids=tuple(stop_ids[code] for code in stop[mine].tolist()),
            stop_sequences=sequence[mine],
            arrival_seconds=arrival[mine],
            departure_seconds=departure[mine],
            traveled=tuple(distances.tolist()) if np.isfinite(distances).all() else None,
        )
    for trip_id, line in trip_lines.items():
        if trip_id not in found:
            problems.note("trips.txt", line, f"trip {trip_id!r} has fewer than two stop times and was left out.")
    return found


def _codes(table: Table, name: str, known: Sequence[str], home: str, problems: Problems) -> Whole:
    """(rows,) the index of each field among the known values; -1, after a fault, where it is none of them."""
    index = {value: code for code, value in enumerate(known)}
    codes = [index.get(value, -1) for value in table[name]]
    if -1 in codes:
        for line, value, code in zip(table.lines, table[name], codes, strict=True):
            if code < 0:
                problems.fault(table.file, line, f"{name} {value!r} is not in {home}.")
    return np.array(codes, np.int64)


def _check_order(
    table: Table, rows: Whole, trip: Whole, sequence: Whole, arrival: Whole, departure: Whole, problems: Problems
) -> None:
    """Report everything that is out of order in rows sorted by trip and sequence."""
    same_trip = np.diff(trip[rows]) == 0
    for at in np.flatnonzero(same_trip & (np.diff(sequence[rows]) == 0)).tolist():
        row = int(rows[at + 1])
        reason = f"trip {table['trip_id'][row]!r} has stop_sequence {sequence[row]} twice."
        problems.fault(table.file, table.lines[row], reason)
    first = np.concatenate([[True], ~same_trip])
    last = np.concatenate([~same_trip, [True]])
    for row in rows[(first | last) & (arrival[rows] == MISSING_SECONDS)].tolist() if len(rows) else ():
        reason = f"the first and the last stop of trip {table['trip_id'][row]!r} need a time."
        problems.fault(table.file, table.lines[row], reason)
    timed = rows[arrival[rows] != MISSING_SECONDS]
    for row in timed[departure[timed] < arrival[timed]].tolist():
        problems.fault(table.file, table.lines[row], "departure_time is before arrival_time.")
    backwards = (np.diff(trip[timed]) == 0) & (arrival[timed[1:]] < departure[timed[:-1]])
    for row in timed[1:][backwards].tolist():
        reason = f"arrival_time is before the time of the stop before it on trip {table['trip_id'][row]!r}."
        problems.fault(table.file, table.lines[row], reason)


def fill_times(calls: Calls, stop_distance_m: NDArray[np.float64]) -> tuple[Whole, Whole]:
    """(calls,) arrivals and departures, the missing ones spread by distance between the known ones around them.

    Where those lie at one place, missing times are spread evenly.
    """
    arrival, departure = calls.arrival_seconds.copy(), calls.departure_seconds.copy()
    known = np.flatnonzero(arrival != MISSING_SECONDS)
    for before, after in pairwise(known.tolist()):
        if after - before < 2:
            continue
        inside = np.arange(before + 1, after)
        length_m = stop_distance_m[after] - stop_distance_m[before]
        even = (inside - before) / (after - before)
        share = (stop_distance_m[inside] - stop_distance_m[before]) / length_m if length_m > 0 else even
        seconds = np.rint(departure[before] + share * (arrival[after] - departure[before])).astype(np.int64)
        arrival[inside] = departure[inside] = seconds
    return arrival, departure
