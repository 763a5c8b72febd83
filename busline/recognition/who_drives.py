"""Tracks of vehicles that nobody has named a run for, and the runs that have no bus -> who seems to drive what.

A vehicle that follows a run that is not its own (a swap, a doubled run, a missing or wrong trip id) is known by its
track. The evidence: the streets it follows, in their direction; the stops it stands at; where it came on to the path;
the time against the plan; the block it drove before; whom the plan meant. The runs are shared out one to one
(`busline/recognition/association.py`), and a vehicle that may as well drive another run is said to drive none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from busline.ids import RunKey, VehicleId
from busline.match import BEARING_HOLDS_MPS
from busline.recognition.association import associate
from busline.recognition.hypotheses import HYPOTHESIS, Follower, Hypotheses, Moves
from busline.timetable import Timetable
from busline.tracking.paths import Floats, Paths, Rows
from busline.tracking.setting_off import LAYOVER_M

MOVED_M = 30.0
"""A vehicle that has not gone this far from where it was stands still."""
STOOD_SECONDS = 12.0
LEAST_MOVES = 2
LEAST_DRIVEN_M = 100.0
"""Nothing is said of a vehicle before so many consistent fixes and so many metres (TransitClock)."""
NEW_MOVES = 2
SILENT_SECONDS = 900.0
"""A vehicle not heard of for so long is as good as new."""

EARLY_SECONDS = 75.0
WAITS_SECONDS, WAITS_WEIGHT = 600.0, 1.0
"""The same where it may have come to its layover only, to wait there."""
LATE_SCALE_SECONDS, LATE_WEIGHT = 600.0, 4.0
"""Ahead of its plan by so much a bus is less likely by a factor of e; behind it is common, and has no end."""
LEAST_LOG_ODDS = -7.0
OF_BLOCK = 4.0
"""For the vehicle that drove the run's block before, ..."""
BLOCK_OF_OTHER = -3.0
"""... and against any other."""
OF_PLAN = 2.5
"""For the vehicle that the plan means."""
AT_LEAST_HALF_A_RUN_M = 1_500.0
"""Followed so far on one run, what a vehicle seems to drive says something of what it drives next."""
WORTH_REMEMBERING = 0.02
IDLE_SECONDS, IDLE_SCALE_SECONDS, IDLE_WEIGHT = 60.0, 180.0, 2.0
"""A bus that waits at its layover leaves when it is time: staying on for longer is unlikely."""
UNDER_WAY_SECONDS = 120.0
GOES_WITHOUT = (0.5, 0.5)
"""The share of runs that have no bus to be seen, at least and at most: as many as there are more runs than buses."""
CLAIMED_BY_OTHER = -3.0
"""Another one has signed on to the run, and has not moved off."""
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Sighting:
    """A fix of a vehicle that is in question."""

    vehicle_id: VehicleId
    at: float
    """Epoch seconds."""
    xy: tuple[float, float]
    bearing_deg: float | None = None
    speed_mps: float | None = None
    has_ended: bool = False
    """It has just ended a run: where it comes from is known."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenRuns:
    """Runs that are due and have no bus for sure: a row each. Vehicles are numbers of `Recognition.number`."""

    keys: Sequence[RunKey]
    row: Rows
    """Of `Paths`."""
    midnight: Floats
    """Epoch seconds that planned times count from."""
    planned: NDArray[np.int64]
    """The vehicle the plan means, or `NOBODY`."""
    of_block: NDArray[np.int64]
    """The vehicle that drove the block's run before this one, or `NOBODY`."""
    claimed: NDArray[np.int64]
    """The vehicle that is signed on to it and waits, or `NOBODY`."""
    block: NDArray[np.int64]
    """A number for its block on its day; `NOBODY` where it has none."""
    start: Floats
    """Planned, epoch seconds."""
    end: Floats


@dataclass(frozen=True, slots=True)
class Recognised:
    """A vehicle that seems to drive a run."""

    vehicle_id: VehicleId
    key: RunKey
    probability: float
    """That it drives this run, and not another or none."""
    since: float
    """Its first fix on the path, epoch seconds."""
    driven_m: float
    """Along the path since then."""


class Recognition:
    """Watches the vehicles in question."""

    def __init__(self, timetable: Timetable, paths: Paths) -> None:
        self._paths = paths
        self._follower = Follower(timetable, paths)
        self._numbers: dict[VehicleId, int] = {}
        self._names: list[VehicleId] = []
        self._rows: Hypotheses = np.zeros(0, HYPOTHESIS)
        self._tracks: dict[VehicleId, _Track] = {}

    def number(self, vehicle_id: VehicleId) -> int:
        """By which `OpenRuns` names a vehicle."""
        number = self._numbers.get(vehicle_id)
        if number is None:
            number = self._numbers[vehicle_id] = len(self._names)
            self._names.append(vehicle_id)
        return number

    def forget(self, vehicle_ids: Sequence[VehicleId]) -> None:
        """These are no longer in question."""
        known = [self.number(vehicle_id) for vehicle_id in vehicle_ids if self._tracks.pop(vehicle_id, None)]
        if known:
            self._rows = self._rows[~np.isin(self._rows["vehicle"], known)]

    def watch(self, sightings: Sequence[Sighting], open_runs: OpenRuns) -> None:
        """Take one new fix of each of some vehicles."""
        moved: list[tuple[int, Sighting, _Track]] = []
        stood: list[int] = []
        for sighting in sightings:
            track = self._tracks.get(sighting.vehicle_id)
            number = self.number(sighting.vehicle_id)
            if track is None or sighting.at - track.heard_at > SILENT_SECONDS:
                if track is not None:
                    self.forget([sighting.vehicle_id])
                track = self._tracks[sighting.vehicle_id] = _Track(sighting.at, sighting.at)
                moved.append((number, sighting, track))
                continue
            track.heard_at = sighting.at
            x, y = track.xy
            if (sighting.xy[0] - x) ** 2 + (sighting.xy[1] - y) ** 2 >= MOVED_M**2:
                moved.append((number, sighting, track))
            elif not track.has_stood and sighting.at - track.moved_at >= STOOD_SECONDS:
                track.has_stood = True
                stood.append(number)
        if stood:
            standing = np.isin(self._rows["vehicle"], stood)
            rows = self._rows[standing]
            self._follower.stand(rows)
            self._rows[standing] = rows
        if moved:
            self._move(moved, open_runs)

    def _move(self, moved: "Sequence[tuple[int, Sighting, _Track]]", open_runs: OpenRuns) -> None:
        moves = Moves(
            vehicle=np.array([number for number, _, _ in moved], np.intp),
            xy=np.array([sighting.xy for _, sighting, _ in moved]),
            from_xy=np.array([track.xy for _, _, track in moved]),
            at=np.array([sighting.at for _, sighting, _ in moved]),
            bearing_deg=np.array([_bearing(sighting) for _, sighting, _ in moved]),
            is_new=np.array([_is_new(sighting, track) for _, sighting, track in moved]),
        )
        for _, sighting, track in moved:
            track.xy, track.moved_at, track.has_stood = sighting.xy, sighting.at, False
            track.moves += 1
        wanted = np.zeros(len(self._paths.length_m), np.bool_)
        wanted[self._paths.pattern[open_runs.row]] = True
        move_of = np.full(len(self._names), -1, np.intp)
        move_of[moves.vehicle] = np.arange(len(moved))
        move_of_row = move_of[self._rows["vehicle"]]
        moving = move_of_row >= 0
        rows = self._follower.move(self._rows[moving], move_of_row[moving], moves, wanted)
        self._rows = np.concatenate([self._rows[~moving], rows])

    def weigh(self, open_runs: OpenRuns, at_least: float, now: float) -> list[Recognised]:
        """Who drives which open run with at least such a probability (above a half), the surest first.

        `now` is in epoch seconds.
        """
        rows, runs = self._pairs(open_runs)
        hypotheses = self._rows[rows]
        log_odds = self._log_odds(hypotheses, runs, open_runs) + self._remembered(hypotheses, runs, open_runs)
        likely = log_odds >= LEAST_LOG_ODDS
        rows, runs, log_odds, hypotheses = rows[likely], runs[likely], log_odds[likely], hypotheses[likely]
        # Of several places on one path the likeliest stands for the pair.
        order = np.lexsort((-log_odds, runs, hypotheses["vehicle"]))
        pair = hypotheses["vehicle"][order] * (len(open_runs.keys) + 1) + runs[order]
        best = order[np.concatenate([[True], np.diff(pair) != 0])] if len(order) else order
        hypotheses, runs, log_odds = hypotheses[best], runs[best], log_odds[best]
        log_odds += self._wanting_a_bus(hypotheses, runs, open_runs, now)
        probability = associate(hypotheses["vehicle"], runs, log_odds)
        self._remember(hypotheses, runs, probability, open_runs)
        sure = np.flatnonzero(
            (probability >= at_least)
            & (hypotheses["fixes"] >= LEAST_MOVES)
            & (hypotheses["driven_m"] >= LEAST_DRIVEN_M)
            & (hypotheses["strays"] == 0)
        )
        found, taken = [], set()
        for index in sure[np.argsort(-probability[sure], kind="stable")].tolist():
            if (run := int(runs[index])) not in taken:
                taken.add(run)
                one = hypotheses[index]
                found.append(
                    Recognised(
                        self._names[one["vehicle"]],
                        open_runs.keys[run],
                        float(probability[index]),
                        float(one["since"]),
                        float(one["driven_m"]),
                    )
                )
        return found

    def _pairs(self, open_runs: OpenRuns) -> tuple[Rows, Rows]:
        """Each hypothesis with each open run that follows its path."""
        pattern = self._paths.pattern[open_runs.row]
        order = np.argsort(pattern, kind="stable")
        first = np.searchsorted(pattern[order], self._rows["pattern"], side="left")
        count = np.searchsorted(pattern[order], self._rows["pattern"], side="right") - first
        rows = np.repeat(np.arange(len(self._rows)), count)
        nth = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        return rows, order[np.repeat(first, count) + nth]

    def _log_odds(self, hypotheses: Hypotheses, runs: Rows, open_runs: OpenRuns) -> Floats:
        planned = self._paths.planned_seconds(open_runs.row[runs], hypotheses["along_m"], departing=True)
        late = hypotheses["at"] - open_runs.midnight[runs] - planned
        early = np.maximum(-late, 0.0)
        vehicle, block = hypotheses["vehicle"], open_runs.of_block[runs]
        claimed = open_runs.claimed[runs]
        leaving = np.fmax(open_runs.midnight[runs] + planned, hypotheses["waited_from"])
        idle = np.nan_to_num(hypotheses["left_at"] - leaving, nan=0.0)
        log_odds: Floats = (
            hypotheses["score"]
            - np.where(
                hypotheses["along_m"] <= self._paths.first_stop_m[hypotheses["pattern"]] + LAYOVER_M,
                np.minimum(early / EARLY_SECONDS, WAITS_WEIGHT + early / WAITS_SECONDS),
                early / EARLY_SECONDS,
            )
            - LATE_WEIGHT * np.log1p(np.maximum(late, 0.0) / LATE_SCALE_SECONDS)
            - IDLE_WEIGHT * np.log1p(np.maximum(idle - IDLE_SECONDS, 0.0) / IDLE_SCALE_SECONDS)
            + np.where(block == vehicle, OF_BLOCK, np.where(block != NOBODY, BLOCK_OF_OTHER, 0.0))
            + np.where(open_runs.planned[runs] == vehicle, OF_PLAN, 0.0)
            + np.where((claimed != NOBODY) & (claimed != vehicle), CLAIMED_BY_OTHER, 0.0)
        )
        return log_odds

    def _wanting_a_bus(self, hypotheses: Hypotheses, runs: Rows, open_runs: OpenRuns, now: float) -> Floats:
        """How much likelier it is that a run which should be under way has one of these buses than none."""
        due = (open_runs.start + UNDER_WAY_SECONDS <= now) & (now <= open_runs.end)
        wanting = np.count_nonzero(due)
        if not wanting:
            return np.zeros(len(runs))
        buses = len(np.unique(hypotheses["vehicle"][due[runs]]))
        without = min(max(1.0 - buses / wanting, GOES_WITHOUT[0]), GOES_WITHOUT[1])
        return np.where(due[runs], np.log((1.0 - without) / without), 0.0)

    def _remember(self, hypotheses: Hypotheses, runs: Rows, probability: Floats, open_runs: OpenRuns) -> None:
        """What each vehicle has driven for long, as far as is known: its block is what it will go on with."""
        for index in np.flatnonzero(
            (hypotheses["driven_m"] >= AT_LEAST_HALF_A_RUN_M)
            & (probability >= WORTH_REMEMBERING)
            & (open_runs.block[runs] != NOBODY)
        ).tolist():
            one, run = hypotheses[index], int(runs[index])
            track = self._tracks[self._names[one["vehicle"]]]
            since = float(one["since"])
            if since > track.present.since:
                track.past, track.present = track.present, _Memory(since)
            if since == track.present.since:
                track.present.blocks[int(open_runs.block[run])] = float(open_runs.start[run]), float(probability[index])

    def _remembered(self, hypotheses: Hypotheses, runs: Rows, open_runs: OpenRuns) -> Floats:
        log_odds = np.zeros(len(runs))
        tracks = {number: self._tracks[self._names[number]] for number in np.unique(hypotheses["vehicle"]).tolist()}
        with_memory = [number for number, track in tracks.items() if track.present.blocks]
        for index in np.flatnonzero(np.isin(hypotheses["vehicle"], with_memory)).tolist():
            one, run = hypotheses[index], int(runs[index])
            track = tracks[int(one["vehicle"])]
            memory = track.present if one["since"] > track.present.since else track.past
            if one["since"] > memory.since and memory.blocks:
                start, share = memory.blocks.get(int(open_runs.block[run]), (np.inf, 0.0))
                known = min(sum(share for _, share in memory.blocks.values()), 1.0)
                share = share if open_runs.start[run] > start else 0.0
                log_odds[index] = np.log(
                    share * np.exp(OF_BLOCK) + (known - share) * np.exp(BLOCK_OF_OTHER) + (1.0 - known)
                )
        return log_odds


@dataclass(slots=True)
class _Memory:
    """What a vehicle seems to have driven on one journey."""

    since: float
    blocks: dict[int, tuple[float, float]] = field(default_factory=dict)
    """By block: the planned start of the run, and the probability."""


@dataclass(slots=True)
class _Track:
    """What is remembered of a vehicle in question."""

    heard_at: float
    moved_at: float
    xy: tuple[float, float] = (float("nan"), float("nan"))
    """Where it last moved to."""
    moves: int = 0
    has_stood: bool = False
    """Since it last moved."""
    present: _Memory = field(default_factory=lambda: _Memory(-np.inf))
    past: _Memory = field(default_factory=lambda: _Memory(-np.inf))
    """The journey before."""


def _is_new(sighting: Sighting, track: _Track) -> bool:
    """Met on its way; one that is met standing begins its day, more often than not."""
    if sighting.has_ended:
        return False
    if track.moves:
        return track.moves < NEW_MOVES and not track.has_stood
    return sighting.speed_mps is None or sighting.speed_mps >= BEARING_HOLDS_MPS


def _bearing(sighting: Sighting) -> float:
    moving = sighting.speed_mps is not None and sighting.speed_mps >= BEARING_HOLDS_MPS
    return sighting.bearing_deg if moving and sighting.bearing_deg is not None else float("nan")
