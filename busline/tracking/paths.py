"""Every path and plan of a timetable as flat arrays, so that many buses are measured against them at once.

A window of a path is a run of neighbouring rows in one long array of segments. Windows of any lengths are laid end
to end and projected in one pass: no loop over buses, and no padding to the longest window.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from busline.ids import RunId
from busline.timetable import Pattern, Run, Timetable

WITHIN_M = 60.0
"""A fix farther than this from its path is not on it (TransitClock `maxDistanceFromSegment`)."""
WITHIN_APPROXIMATE_M = 300.0
"""The same where straight lines between stops stand in for the street."""

PIECE_SEGMENTS = 16_384
"""How many segments are measured at once."""
WIDE_BLOCKS = 16
"""A window of more blocks is that of a bus that was silent for long."""
BLOCK_SEGMENTS = 4
"""So many neighbouring segments lie in one circle: where that is too far from a fix, none of them is measured."""

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Places on a path where the distance to a fix is least locally: one row each, in order of query and distance."""

    query: Rows
    """Which window it was found in."""
    distance_m: Floats
    """Along the path."""
    offset_m: Floats
    """From the fix to the path."""
    east: Floats
    north: Floats
    """Unit vector of the path there."""


class Paths:
    """The geometry and the planned pace of every run. Runs are named by row; `row_of` gives it."""

    def __init__(self, timetable: Timetable) -> None:
        runs = list(timetable.runs.values())
        patterns = list({id(run.pattern): run.pattern for run in runs}.values())
        pattern_row = {id(pattern): row for row, pattern in enumerate(patterns)}
        self.row_of: dict[RunId, int] = {run.run_id: row for row, run in enumerate(runs)}
        self.pattern = np.array([pattern_row[id(run.pattern)] for run in runs], np.intp)
        """(runs,) the pattern row of each run."""
        self.stops_m: list[list[float]] = [pattern.stop_distance_m.tolist() for pattern in patterns]
        """The stops of each pattern, shared by all that look up one place at a time."""
        self.length_m = np.array([pattern.path_distance_m[-1] for pattern in patterns], np.float64)
        self.first_stop_m = np.array([pattern.stop_distance_m[0] for pattern in patterns], np.float64)
        self.within_m = np.array(
            [WITHIN_APPROXIMATE_M if pattern.approximate else WITHIN_M for pattern in patterns], np.float64
        )
        self._lay_out_segments(patterns)
        self._lay_out_plans(runs)

    def _lay_out_segments(self, patterns: list[Pattern]) -> None:
        counts = np.array([len(pattern.path_distance_m) - 1 for pattern in patterns], np.intp)
        self._segment_end = np.cumsum(counts)
        self._segment_start = self._segment_end - counts
        points = [pattern.path_xy for pattern in patterns]
        start = _concatenate([xy[:-1] for xy in points]).reshape(-1, 2)
        step = _concatenate([xy[1:] - xy[:-1] for xy in points]).reshape(-1, 2)
        self._along_m = _concatenate([pattern.path_distance_m[:-1] for pattern in patterns])
        step_m = _concatenate([np.diff(pattern.path_distance_m) for pattern in patterns])
        # Paths are laid end to end on one line, so that a place on any of them is found by one sorted search.
        self._offset = np.cumsum(self.length_m + 1.0) - (self.length_m + 1.0)
        self._line_m = self._along_m + np.repeat(self._offset, counts)
        length = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)
        self._x, self._y = np.ascontiguousarray(start.T)
        self._east, self._north = np.ascontiguousarray((step / length[:, None]).T)
        self._length = length
        self._scale = step_m / length
        """Metres along the path for each metre on the plane: the plan may count distance its own way."""
        self._lay_out_blocks(points, counts)

    def _lay_out_blocks(self, points: list[Floats], counts: Rows) -> None:
        """A circle round every few segments."""
        blocks = -(-counts // BLOCK_SEGMENTS)
        of = np.repeat(np.arange(len(counts)), blocks)
        nth = np.arange(len(of)) - np.repeat(np.cumsum(blocks) - blocks, blocks)
        self._block_start = self._segment_start[of] + BLOCK_SEGMENTS * nth
        self._block_end = np.minimum(self._block_start + BLOCK_SEGMENTS, self._segment_end[of])
        self._first_block = np.cumsum(blocks) - blocks
        self._last_block = self._first_block + blocks - 1
        self._block_line_m = self._line_m[self._block_start]
        # A path has one point more than it has segments.
        x, y = _concatenate([xy[:, 0] for xy in points]), _concatenate([xy[:, 1] for xy in points])
        point = (self._block_start + of)[:, None] + np.minimum(
            np.arange(BLOCK_SEGMENTS + 1), (self._block_end - self._block_start)[:, None]
        )
        x, y = x[point], y[point]
        centre_x, centre_y = (x.min(axis=1) + x.max(axis=1)) / 2, (y.min(axis=1) + y.max(axis=1)) / 2
        reach = np.hypot(x - centre_x[:, None], y - centre_y[:, None]).max(axis=1)
        # In half the bytes: a metre more makes up for what that loses within 1,000 km of the origin.
        self._block_x, self._block_y = centre_x.astype(np.float32), centre_y.astype(np.float32)
        self._block_reach_squared = ((reach + self.within_m[of] + 1.0) ** 2).astype(np.float32)
        """A fix farther than the root of this from the circle's centre is not near any place in it."""

    def _lay_out_plans(self, runs: list[Run]) -> None:
        """Two nodes a call, arrival and departure: the planned clock between them is a straight line over distance."""
        counts = np.array([2 * len(run) for run in runs], np.intp)
        lengths = self.length_m[self.pattern] + 1.0 if runs else np.empty(0)
        self._plan_offset = np.cumsum(lengths) - lengths
        self._node_end = np.cumsum(counts)
        self._node_start = self._node_end - counts
        self._node_line_m = _concatenate([np.repeat(run.pattern.stop_distance_m, 2) for run in runs])
        self._node_line_m += np.repeat(self._plan_offset, counts)
        times = [np.stack([run.arrival_seconds, run.departure_seconds], axis=1).ravel() for run in runs]
        self._node_seconds = _concatenate([seconds.astype(np.float64) for seconds in times])

    def planned_seconds(self, run: Rows, distance_m: Floats, *, departing: bool) -> Floats:
        """The planned clock, in seconds of the service day, at a distance along each run's path.

        At a stop it is the planned arrival, or the planned departure where `departing`. Before the first stop and
        beyond the last it is theirs.
        """
        place = distance_m + self._plan_offset[run]
        after = np.searchsorted(self._node_line_m, place, side="right" if departing else "left")
        return self._clock(run, place, after, departing=departing)

    def planned_clocks(self, run: Rows, distance_m: Floats, next_call: Rows) -> tuple[Floats, Floats]:
        """The planned clock on arriving at a distance along each run's path, and on departing from it.

        It is found at once where `next_call` is the first stop that is not behind that place.
        """
        place = distance_m + self._plan_offset[run]
        after = self._node_start[run] + 2 * next_call
        off = np.flatnonzero((self._node_line_m[after - 1] >= place) | (self._node_line_m[after] < place))
        # It stands at that stop, or has hardly left it; or else it is somewhere else.
        after[off] = np.minimum(after[off] + 2, len(self._node_line_m) - 1)
        off = off[(self._node_line_m[after[off] - 1] >= place[off]) | (self._node_line_m[after[off]] < place[off])]
        after[off] = np.searchsorted(self._node_line_m, place[off], side="left")
        arriving = self._clock(run, place, after, departing=False)
        departing = arriving.copy()
        at_stop = np.flatnonzero(self._node_line_m[np.minimum(after, len(self._node_line_m) - 1)] == place)
        departing[at_stop] = self.planned_seconds(run[at_stop], distance_m[at_stop], departing=True)
        return arriving, departing

    def _clock(self, run: Rows, place: Floats, after: Rows, *, departing: bool) -> Floats:
        # The first stop is left, not arrived at, and the last arrived at: nothing is planned outside them.
        first, last = self._node_start[run], self._node_end[run]
        after = np.minimum(np.maximum(after, first + 2), np.maximum(last - 2, first + 1))
        before = after - 1
        gap = self._node_line_m[after] - self._node_line_m[before]
        share = np.clip((place - self._node_line_m[before]) / np.maximum(gap, 1e-9), 0.0, 1.0)
        share = np.where(gap > 0, share, 1.0 if departing else 0.0)
        seconds: Floats = self._node_seconds[before] + share * (self._node_seconds[after] - self._node_seconds[before])
        return seconds

    def candidates(self, pattern: Rows, xy: Floats, low_m: Floats, high_m: Floats) -> Candidates:
        """Local minima of the distance from each point to the window [low, high] of its path.

        One row of arguments a query. A minimum at the edge of a window counts: the bus is there or just outside.
        """
        low = np.clip(low_m, 0.0, self.length_m[pattern])
        high = np.clip(high_m, low, self.length_m[pattern])
        of, first, last = self._near(pattern, xy, low, high)
        pattern, xy, low, high = pattern[of], xy[of], low[of], high[of]
        # In pieces that stay in the processor's cache: about twice as fast as all at once.
        piece = np.cumsum(last - first) // PIECE_SEGMENTS
        cuts = [0, *(np.flatnonzero(np.diff(piece)) + 1).tolist(), len(piece)]
        found = [
            self._project(of[cut], pattern[cut], xy[cut], low[cut], high[cut], first[cut], last[cut])
            for start, end in pairwise(cuts)
            for cut in [slice(start, end)]
        ]
        return Candidates(*(np.concatenate(column) for column in zip(*found, strict=True)))

    def _near(self, pattern: Rows, xy: Floats, low: Floats, high: Floats) -> tuple[Rows, Rows, Rows]:
        """What is left of some windows without the blocks that are too far away: which window, first and last segment.

        Both ends of what is left lie either where the window has them, or where the path is too far away to count.
        """
        offset = self._offset[pattern]
        start, end = self._first_block[pattern], self._last_block[pattern]
        first = np.clip(np.searchsorted(self._block_line_m, low + offset, side="right") - 1, start, end)
        last = np.clip(np.searchsorted(self._block_line_m, high + offset, side="left") - 1, first, end)
        of, block = self._near_blocks(xy, first, last)
        # Neighbouring blocks of one window make one piece of it.
        begins = np.ones(len(of), np.bool_)
        begins[1:] = (np.diff(of) != 0) | (np.diff(block) != 1)
        begin = np.flatnonzero(begins)
        end_ = np.append(begin, len(of))[1:] - 1
        of, head, tail = of[begin], block[begin], block[end_]
        first_segment, last_segment = self._block_start[head], self._block_end[tail]
        # The window begins or ends within a block only where that is its own first or last one.
        own = np.flatnonzero(head == first[of])
        line_m = low[of[own]] + offset[of[own]]
        first_segment[own] = self._within(head[own], line_m, side="right") - 1
        own = np.flatnonzero(tail == last[of])
        line_m = high[of[own]] + offset[of[own]]
        last_segment[own] = np.maximum(self._within(tail[own], line_m, side="left"), first_segment[own] + 1)
        return of, first_segment, last_segment

    def _near_blocks(self, xy: Floats, first: Rows, last: Rows) -> tuple[Rows, Rows]:
        """Which of the windows of blocks `first` to `last` have blocks that a fix may be near, and those blocks."""
        x, y = xy.T.astype(np.float32)
        blocks = last + 1 - first
        width = int(blocks.max(initial=1))
        if width <= WIDE_BLOCKS:
            # Most windows are about as wide: a table of them takes less than laying them end to end.
            table = first[:, None] + np.arange(width)
            np.minimum(table, last[:, None], out=table)
            dx, dy = x[:, None] - self._block_x[table], y[:, None] - self._block_y[table]
            near = dx * dx + dy * dy <= self._block_reach_squared[table]
            near &= np.arange(width) < blocks[:, None]
            of, at = np.divmod(np.flatnonzero(near.ravel()), width)
            return of, first[of] + at
        of = np.repeat(np.arange(len(blocks)), blocks)
        block = np.arange(len(of)) + np.repeat(first - (np.cumsum(blocks) - blocks), blocks)
        dx, dy = np.repeat(x, blocks) - self._block_x[block], np.repeat(y, blocks) - self._block_y[block]
        found = np.flatnonzero(dx * dx + dy * dy <= self._block_reach_squared[block])
        return of[found], block[found]

    def _within(self, block: Rows, line_m: Floats, *, side: str) -> Rows:
        """The segment of each block before which a place on the line would be put in, but never its first one."""
        found = self._block_start[block] + 1
        segment = found.copy()
        for _ in range(BLOCK_SEGMENTS - 1):
            inside = segment < self._block_end[block]
            starts_m = self._line_m[np.minimum(segment, len(self._line_m) - 1)]
            found += inside & ((starts_m <= line_m) if side == "right" else (starts_m < line_m))
            segment += 1
        return found

    def _project(
        self, of: Rows, pattern: Rows, xy: Floats, low: Floats, high: Floats, first: Rows, last: Rows
    ) -> tuple[Rows, Floats, Floats, Floats, Floats]:
        """The columns of `Candidates` for windows of queries `of`: segments `first` to before `last`."""
        counts = last - first
        window_end = np.cumsum(counts)
        window_start = window_end - counts
        segment = np.arange(int(counts.sum())) + np.repeat(first - window_start, counts)

        dx = np.repeat(xy[:, 0], counts) - self._x[segment]
        dy = np.repeat(xy[:, 1], counts) - self._y[segment]
        east, north = self._east[segment], self._north[segment]
        # On the segment, and within the window where that cuts the segment.
        least, most = np.zeros(len(segment)), self._length[segment]
        head, tail = segment[window_start], segment[window_end - 1]
        least[window_start] = np.maximum(least[window_start], (low - self._along_m[head]) / self._scale[head])
        most[window_end - 1] = np.minimum(most[window_end - 1], (high - self._along_m[tail]) / self._scale[tail])
        along = np.minimum(np.maximum(dx * east + dy * north, least), most)
        squared = (dx - along * east) ** 2 + (dy - along * north) ** 2

        # A minimum inside a segment is one of the path; one at its end is if the next segment has its own there too.
        at_start, at_end = along <= least, along >= most
        at_start[window_start] = False
        next_starts = np.ones(len(segment), np.bool_)
        next_starts[:-1] = at_start[1:]
        next_starts[window_end - 1] = True
        minimum = ~at_start & (~at_end | next_starts)
        near = squared <= np.repeat(self.within_m[pattern] ** 2, counts)
        found = np.flatnonzero(near & minimum)
        at = segment[found]
        return (
            of[np.searchsorted(window_end, found, side="right")],
            self._along_m[at] + along[found] * self._scale[at],
            np.sqrt(squared[found]),
            east[found],
            north[found],
        )


def _concatenate(parts: list[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.empty(0)
