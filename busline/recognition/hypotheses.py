"""Where on which path a vehicle may be, when nobody says what it drives: tracks in, weighed hypotheses out.

A hypothesis is a vehicle at a place of a path. It is born where the vehicle comes on to the path, moves on with the
vehicle's fixes, gains with every street followed and every stop stood at, and loses with every fix that does not fit.
Its score is the log-likelihood against a bus that drives freely about the city. All vehicles are advanced in one pass.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from busline.match import FASTEST_MPS
from busline.recognition.path_index import PathIndex
from busline.timetable import Pattern, Timetable
from busline.tracking.paths import Floats, Paths, Rows
from busline.tracking.setting_off import LAYOVER_M

START_ZONE_M = 500.0
"""A bus that comes on to a path this near its first stop comes to begin the run."""
JUMP_M = 60.0
"""How much farther along its path than by the crow a bus may come by noise, and how far behind it may seem."""
SAME_M = 60.0
"""Hypotheses of a vehicle on a path that are nearer than this are one."""
AT_STOP_M = 35.0
"""A bus that stands this near a stop stands at it."""
FAST_MPS = 6.0
"""At this pace from fix to fix a bus has not stood at a stop between them."""

# Scores are natural logarithms of likelihood ratios.
FROM_START = -1.5
"""Of one that comes on to a path where it begins."""
UNSEEN_BEFORE = -0.5
"""Of one in mid-path that was not heard before: where it came on to the path nobody knows."""
JOINED = -6.0
"""Of one that was watched as it came on to the path in its middle: few runs are begun there."""
PER_METRE = 0.004
"""For following a street: a bus that is driven freely stays on the path of any one run about 300 m."""
PER_RIGHT_ANGLE = 1.2
"""For a turn the path makes: at a crossing there are three or four ways to go on."""
STANDS_AT_STOP_SHARE = 0.6
"""Of the times that a bus in service stands still, how many are at its stops; the rest are lights and queues."""
STANDS_ELSEWHERE = -0.3
PASSES_STOP = -0.2
STRAY = -4.0
"""For a fix off the path: a loop of GPS, a detour, or another run."""
TURNED = -2.5
"""For each unit of 1 - cos(angle) between the way a vehicle goes and the path."""
MAX_STRAYS = 3
HOPELESS = 14.0
"""So far behind the best one of its vehicle a hypothesis is dropped."""
LEAST_SCORE = -14.0
KEPT_PER_PATH = 2

HYPOTHESIS = np.dtype(
    [
        ("vehicle", np.intp),
        ("pattern", np.intp),
        ("along_m", np.float64),
        ("x", np.float64),
        ("y", np.float64),
        ("at", np.float64),
        ("since", np.float64),
        ("score", np.float64),
        ("driven_m", np.float64),
        ("fixes", np.int32),
        ("strays", np.int32),
        ("stop", np.intp),
        ("stands", np.bool_),
        ("waited_from", np.float64),
        ("left_at", np.float64),
    ]
)
"""`at` is the newest fix that fitted, epoch seconds, `along_m`, `x` and `y` where that was; `since` the first one;
`driven_m` metres along the path between them, `fixes` how many moves, `strays` how many fixes running did not fit;
`stop` the last stop it is known to have stood at; `stands` since it last moved; `waited_from` and `left_at` when it
waited at its layover, and when it was next seen to move, NaN where it did not."""

Hypotheses = NDArray[np.void]


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """One move of each of some vehicles: a row each."""

    vehicle: Rows
    xy: Floats
    from_xy: Floats
    """Where it last moved to; NaN where it is new."""
    at: Floats
    bearing_deg: Floats
    """As the GPS says, where it is worth anything; NaN elsewhere."""
    is_new: NDArray[np.bool_]
    """Hardly watched yet: where it came from is not known."""


class Follower:
    """Moves hypotheses along the paths of a plan."""

    def __init__(self, timetable: Timetable, paths: Paths) -> None:
        self._paths = paths
        self._index = PathIndex(timetable, paths)
        self._lay_out(timetable)

    def _lay_out(self, timetable: Timetable) -> None:
        """Stops and turns of every path on one line, path after path."""
        patterns: dict[int, Pattern] = {}
        for run_id, row in self._paths.row_of.items():
            patterns.setdefault(int(self._paths.pattern[row]), timetable.runs[run_id].pattern)
        ordered = [patterns[row] for row in range(len(self._paths.length_m))]
        lengths = self._paths.length_m + 2 * START_ZONE_M
        self._offset = np.cumsum(lengths) - lengths
        self._stop_line = np.concatenate(
            [pattern.stop_distance_m + offset for pattern, offset in zip(ordered, self._offset, strict=True)]
            or [np.empty(0)]
        )
        counts = np.array([len(pattern.stop_ids) for pattern in ordered], np.float64)
        near = np.clip(2 * AT_STOP_M * counts / np.maximum(self._paths.length_m, 1.0), 0.02, 0.9)
        self._at_stop_gain = np.maximum(np.log(STANDS_AT_STOP_SHARE / near), 0.0)
        weighed = [_surprise(pattern) for pattern in ordered]
        self._turn_line = np.concatenate(
            [marks + offset for (marks, _), offset in zip(weighed, self._offset, strict=True)] or [np.empty(0)]
        )
        self._turn_score = np.concatenate([score for _, score in weighed] or [np.empty(0)])

    def stand(self, rows: Hypotheses) -> None:
        """Let the vehicles of these hypotheses stand where they are; changes them in place."""
        if not len(rows) or not len(self._stop_line):
            return
        line = rows["along_m"] + self._offset[rows["pattern"]]
        after = np.minimum(np.searchsorted(self._stop_line, line), len(self._stop_line) - 1)
        before = np.maximum(after - 1, 0)
        stop = np.where(line - self._stop_line[before] < self._stop_line[after] - line, before, after)
        is_there = np.abs(self._stop_line[stop] - line) <= AT_STOP_M
        gain = np.where(rows["stop"] == stop, 0.0, self._at_stop_gain[rows["pattern"]])
        rows["score"] += np.where(is_there, gain, STANDS_ELSEWHERE)
        rows["stop"] = np.where(is_there, stop, rows["stop"])
        rows["stands"] = True
        waits = rows["along_m"] <= self._paths.first_stop_m[rows["pattern"]] + LAYOVER_M
        first = waits & np.isnan(rows["waited_from"])
        rows["waited_from"] = np.where(first, rows["at"], rows["waited_from"])

    def move(self, rows: Hypotheses, move_of: Rows, moves: Moves, wanted: NDArray[np.bool_]) -> Hypotheses:
        """The hypotheses of vehicles that moved, after their move; `move_of` gives each one's row of `moves`.

        `wanted` says which patterns anybody may be driving: hypotheses are born on those only.
        """
        if not len(self._offset):
            return rows
        both = np.concatenate([self._advance(rows, move_of, moves), self._born(moves, wanted)])
        return self._best(both)

    def _advance(self, rows: Hypotheses, move_of: Rows, moves: Moves) -> Hypotheses:
        paths, xy = self._paths, moves.xy[move_of]
        elapsed = np.maximum(moves.at[move_of] - rows["at"], 1.0)
        low = rows["along_m"] - JUMP_M
        found = paths.candidates(rows["pattern"], xy, low, rows["along_m"] + FASTEST_MPS * elapsed + JUMP_M)
        query = found.query
        old, move, elapsed = rows[query], move_of[query], elapsed[query]
        new = old.copy()
        crow_m = np.hypot(xy[query, 0] - old["x"], xy[query, 1] - old["y"])
        ahead_m = found.distance_m - old["along_m"]
        new["along_m"] = np.maximum(found.distance_m, old["along_m"])
        driven_m = new["along_m"] - old["along_m"]
        new["x"], new["y"] = xy[query].T
        new["at"] = moves.at[move]
        new["driven_m"] += driven_m
        new["fixes"] += 1
        new["strays"] = 0
        waits = old["along_m"] <= paths.first_stop_m[old["pattern"]] + LAYOVER_M
        new["left_at"] = np.where(old["stands"] & waits, moves.at[move], old["left_at"])
        new["stands"] = False
        passed = self._stops_between(old["pattern"], old["along_m"] + AT_STOP_M, new["along_m"] - AT_STOP_M)
        new["score"] += (
            self._followed(old["pattern"], old["along_m"], new["along_m"])
            - np.maximum(ahead_m - 1.5 * crow_m - JUMP_M, 0.0) / 50.0
            - np.maximum(crow_m - ahead_m - JUMP_M, 0.0) / 25.0
            - 0.5 * (3.0 * found.offset_m / paths.within_m[old["pattern"]]) ** 2
            + _turned(moves.bearing_deg[move], found.east, found.north)
            + np.where(driven_m >= FAST_MPS * elapsed, PASSES_STOP * passed, 0.0)
        )
        fits = np.zeros(len(rows), np.bool_)
        fits[query] = True
        strayed = rows[~fits].copy()
        strayed["strays"] += 1
        strayed["score"] += STRAY
        return np.concatenate([new, strayed[strayed["strays"] < MAX_STRAYS]])

    def _born(self, moves: Moves, wanted: NDArray[np.bool_]) -> Hypotheses:
        near = self._index.near(moves.xy)
        due = np.flatnonzero(wanted[near.pattern])
        move, pattern = near.query[due], near.pattern[due]
        found = self._paths.candidates(pattern, moves.xy[move], near.low_m[due], near.high_m[due])
        move, pattern = move[found.query], pattern[found.query]
        born = np.zeros(len(move), HYPOTHESIS)
        born["vehicle"] = moves.vehicle[move]
        born["pattern"] = pattern
        born["along_m"] = found.distance_m
        born["x"], born["y"] = moves.xy[move].T
        born["at"] = born["since"] = moves.at[move]
        born["stop"] = -1
        born["waited_from"] = born["left_at"] = np.nan
        went = moves.xy[move] - moves.from_xy[move]
        heading = np.degrees(np.arctan2(went[:, 0], went[:, 1]))
        bearing = np.where(np.isnan(moves.bearing_deg[move]), heading, moves.bearing_deg[move])
        at_start = found.distance_m <= self._paths.first_stop_m[pattern] + START_ZONE_M
        born["score"] = (
            np.where(at_start, FROM_START, np.where(moves.is_new[move], UNSEEN_BEFORE, JOINED))
            - 0.5 * (3.0 * found.offset_m / self._paths.within_m[pattern]) ** 2
            # Where a run begins a bus may stand any way round.
            + np.where(at_start, 0.0, _turned(bearing, found.east, found.north))
        )
        return born

    def _best(self, rows: Hypotheses) -> Hypotheses:
        """Without those that are the same as a better one, and those that are out of the question."""
        if not len(rows):
            return rows
        rows = rows[np.lexsort((rows["along_m"], rows["pattern"], rows["vehicle"]))]
        apart = np.ones(len(rows), np.bool_)
        apart[1:] = (
            (np.diff(rows["vehicle"]) != 0) | (np.diff(rows["pattern"]) != 0) | (np.diff(rows["along_m"]) >= SAME_M)
        )
        place = np.cumsum(apart)
        rows = rows[(order := np.lexsort((-rows["score"], place)))]
        rows = rows[_first_of(place[order].astype(np.intp))]
        rows = rows[np.lexsort((-rows["score"], rows["pattern"], rows["vehicle"]))]
        first = _first_of(rows["vehicle"], rows["pattern"])
        at = np.arange(len(rows))
        rank = at - np.maximum.accumulate(np.where(first, at, 0))
        vehicle, number = np.unique(rows["vehicle"], return_inverse=True)
        best = np.full(len(vehicle), -np.inf)
        np.maximum.at(best, number, rows["score"])
        keep = (rank < KEPT_PER_PATH) & (rows["score"] >= np.maximum(best[number] - HOPELESS, LEAST_SCORE))
        return rows[keep]

    def _followed(self, pattern: Rows, from_m: Floats, to_m: Floats) -> Floats:
        offset = self._offset[pattern]
        gained: Floats = np.interp(to_m + offset, self._turn_line, self._turn_score) - np.interp(
            from_m + offset, self._turn_line, self._turn_score
        )
        return gained

    def _stops_between(self, pattern: Rows, from_m: Floats, to_m: Floats) -> Rows:
        offset = self._offset[pattern]
        count: Rows = np.searchsorted(self._stop_line, to_m + offset) - np.searchsorted(
            self._stop_line, from_m + offset
        )
        return np.maximum(count, 0)


def _first_of(*columns: Rows) -> NDArray[np.bool_]:
    """The first row of each group of neighbours that are equal in all columns."""
    first = np.zeros(len(columns[0]), np.bool_)
    first[:1] = True
    for column in columns:
        first[1:] |= np.diff(column) != 0
    return first


def _turned(bearing_deg: Floats, east: Floats, north: Floats) -> Floats:
    bearing = np.radians(bearing_deg)
    cosine = east * np.sin(bearing) + north * np.cos(bearing)
    return np.where(np.isnan(cosine), 0.0, TURNED * (1.0 - cosine))


def _surprise(pattern: Pattern) -> tuple[Floats, Floats]:
    """Marks along the path, and what it says, summed from its beginning, that a bus has followed it so far."""
    length = float(pattern.path_distance_m[-1])
    marks = np.linspace(0.0, length, max(2, round(length / 50.0) + 1))
    x, y = (np.interp(marks, pattern.path_distance_m, pattern.path_xy[:, axis]) for axis in (0, 1))
    heading = np.arctan2(np.diff(x), np.diff(y))
    turn = np.abs((np.diff(heading) + np.pi) % (2 * np.pi) - np.pi)
    turn = np.where(turn < np.radians(20), 0.0, np.minimum(turn, np.pi / 2))
    score = np.zeros(len(marks))
    score[2:] = np.cumsum(turn) * (PER_RIGHT_ANGLE / (np.pi / 2))
    return marks, score + PER_METRE * marks
