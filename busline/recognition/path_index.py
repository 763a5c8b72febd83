"""A place -> the stretches of the paths that pass near it, for every path of a plan at once: a grid of squares."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from busline.timetable import Pattern, Timetable
from busline.tracking.paths import WITHIN_APPROXIMATE_M, WITHIN_M, Floats, Paths, Rows

SQUARE_M = 250.0
"""About as far as a bus drives between two reports: a stretch is then a handful of segments."""
_GAP_M = 1.0
_ROW = 1 << 24
"""Squares are numbered row by row; no district is 16 million squares wide."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Pieces of paths: one row each, in order of query."""

    query: Rows
    pattern: Rows
    low_m: Floats
    high_m: Floats
    """From where to where along the path."""


class PathIndex:
    """Built once a plan. Patterns are named by the rows of `Paths`."""

    def __init__(self, timetable: Timetable, paths: Paths) -> None:
        patterns: dict[int, Pattern] = {}
        for run_id, row in paths.row_of.items():
            patterns.setdefault(int(paths.pattern[row]), timetable.runs[run_id].pattern)
        square, pattern, low_m, high_m = _stretches(patterns)
        self._square, start = np.unique(square, return_index=True)
        self._start = np.append(start, len(square))
        self._pattern, self._low_m, self._high_m = pattern, low_m, high_m

    def near(self, xy: Floats) -> Stretches:
        """Every stretch that may pass within the tolerance of its path of each place; `xy` is (places, 2) metres."""
        if not len(self._square):
            none = np.empty(0, np.intp)
            return Stretches(none, none, np.empty(0), np.empty(0))
        square = _number(np.floor(xy / SQUARE_M).astype(np.int64))
        at = np.minimum(np.searchsorted(self._square, square), len(self._square) - 1)
        known = self._square[at] == square
        first = np.where(known, self._start[at], 0)
        count = np.where(known, self._start[at + 1], 0) - first
        query = np.repeat(np.arange(len(xy)), count)
        row = np.arange(len(query)) + np.repeat(first - (np.cumsum(count) - count), count)
        return Stretches(query, self._pattern[row], self._low_m[row], self._high_m[row])


def _number(cell: NDArray[np.int64]) -> NDArray[np.int64]:
    return cell[..., 0] * _ROW + cell[..., 1]


def _stretches(patterns: dict[int, Pattern]) -> tuple[NDArray[np.int64], Rows, Floats, Floats]:
    """(square, pattern, from metre, to metre) of every path in every square it may be near to, in that order."""
    owner, from_m, to_m, low_xy, high_xy = [], [], [], [], []
    for row, pattern in patterns.items():
        along, xy = _in_short_pieces(pattern)
        margin = WITHIN_APPROXIMATE_M if pattern.approximate else WITHIN_M
        owner.append(np.full(len(along) - 1, row))
        from_m.append(along[:-1])
        to_m.append(along[1:])
        low_xy.append(np.minimum(xy[:-1], xy[1:]) - margin)
        high_xy.append(np.maximum(xy[:-1], xy[1:]) + margin)
    if not owner:
        return np.empty(0, np.int64), np.empty(0, np.intp), np.empty(0), np.empty(0)
    low = np.floor(np.concatenate(low_xy) / SQUARE_M).astype(np.int64)
    across = np.floor(np.concatenate(high_xy) / SQUARE_M).astype(np.int64) - low + 1
    count = across.prod(axis=1)
    piece = np.repeat(np.arange(len(count)), count)
    nth = np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count)
    high = across[piece, 1]
    square = _number(low[piece] + np.stack([nth // high, nth % high], axis=-1))
    pattern_of, starts, ends = np.concatenate(owner)[piece], np.concatenate(from_m)[piece], np.concatenate(to_m)[piece]

    order = np.lexsort((starts, pattern_of, square))
    square, pattern_of, starts, ends = square[order], pattern_of[order], starts[order], ends[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (square[1:] != square[:-1]) | (pattern_of[1:] != pattern_of[:-1]) | (starts[1:] > ends[:-1] + _GAP_M)
    at = np.flatnonzero(first)
    return square[at], pattern_of[at].astype(np.intp), starts[at], ends[np.append(at[1:], len(order)) - 1]


def _in_short_pieces(pattern: Pattern) -> tuple[Floats, Floats]:
    """The path with no piece longer than a square: the box around a long slanting one would hold half the city."""
    along, xy = pattern.path_distance_m, pattern.path_xy
    pieces = np.maximum(np.ceil(np.hypot(*np.diff(xy, axis=0).T) / SQUARE_M), 1).astype(np.intp)
    first = np.repeat(np.arange(len(pieces)), pieces)
    share = (np.arange(len(first)) - np.repeat(np.cumsum(pieces) - pieces, pieces)) / pieces[first]
    split = along[first] + share * np.diff(along)[first]
    split_xy = xy[first] + share[:, None] * np.diff(xy, axis=0)[first]
    return np.append(split, along[-1]), np.concatenate([split_xy, xy[-1:]])
