"""Fixes and the journeys they are tried against: a batch in, every outcome in one pass of the matcher out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from busline.geo import LocalPlane
from busline.match import Beliefs, Fixes, Match, Unmatched, UnmatchedReason, match
from busline.position import Position
from busline.tracking.journey import Journey
from busline.tracking.paths import Paths

Tried = tuple[Journey, Match | Unmatched, Beliefs]


@dataclass(slots=True)
class Trial:
    """One fix, and the journeys it is tried against."""

    position: Position
    at: float
    current: Journey | None
    cold: bool
    options: list[Journey] = field(default_factory=list)
    reason: UnmatchedReason = UnmatchedReason.NO_RUN
    xy: tuple[float, float] = (0.0, 0.0)
    outcomes: list[Tried] = field(default_factory=list)

    def tried(self) -> list[Journey]:
        """The runs it may be on, and the one it was on until now."""
        current = self.current
        if current is None or current in self.options or current.ended:
            return self.options
        return [*self.options, current]


def match_trials(plane: LocalPlane, paths: Paths, trials: Sequence[Trial]) -> None:
    """Fill in the outcomes of every journey of every trial, in one pass."""
    places = [trial.position.place for trial in trials]
    xy = plane.to_xy([place.lat for place in places], [place.lon for place in places])
    pairs = [(index, journey) for index, trial in enumerate(trials) for journey in trial.tried()]
    for trial, (x, y) in zip(trials, xy.tolist(), strict=True):
        trial.xy = (x, y)
    if not pairs:
        return
    of = [trials[index] for index, _ in pairs]
    at = np.array([trial.at for trial in of])
    nan = float("nan")
    bearings = [nan if (deg := trial.position.bearing_deg) is None else deg for trial in of]
    speeds = [nan if (mps := trial.position.speed_mps) is None else mps for trial in of]
    fixes = Fixes(
        run=np.array([journey.row for _, journey in pairs], np.intp),
        xy=xy[[index for index, _ in pairs]],
        at=at,
        day_seconds=at - np.array([journey.midnight for _, journey in pairs]),
        bearing_deg=np.array(bearings),
        speed_mps=np.array(speeds),
        waiting=np.array([journey.waiting for _, journey in pairs]),
        near_start=np.array([journey.near_start for _, journey in pairs]),
        lost=np.array([journey.lost for _, journey in pairs]),
    )
    outcomes, beliefs = match(paths, fixes, np.array([journey.belief for _, journey in pairs]))
    for trial, (_, journey), outcome, belief in zip(of, pairs, outcomes, beliefs, strict=True):
        trial.outcomes.append((journey, outcome, belief.copy()))


def waves(positions: Iterable[Position]) -> Iterator[list[Position]]:
    """The batch in an order that does not depend on how it came: each wave has one fix a vehicle, older ones first."""
    ordered = sorted(positions, key=lambda position: (position.vehicle_id, position.fix_at, position.source))
    waves: list[list[Position]] = []
    before, depth = None, 0
    for position in ordered:
        depth = depth + 1 if position.vehicle_id == before else 0
        before = position.vehicle_id
        if depth == len(waves):
            waves.append([])
        waves[depth].append(position)
    yield from waves
