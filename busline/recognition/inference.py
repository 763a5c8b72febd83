"""Vehicles whose run is in question, and who drives what for sure -> proposals, and assignments that are sure.

The glue between the tracker, which knows who drives what, and `busline/recognition/who_drives.py`, which reads tracks.
"""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from busline.fleet import Assignment, AssignmentSource, Proposal, RunProgress
from busline.ids import BlockId, RunKey, VehicleId
from busline.match import Match, Unmatched, UnmatchedReason
from busline.position import LAST_SEEN_SECONDS, Position
from busline.recognition.who_drives import NOBODY, OpenRuns, Recognised, Recognition, Sighting
from busline.run_state import LATE_START_SECONDS
from busline.timetable import Timetable
from busline.tracking.driving import DUE_AFTER_SECONDS, DUE_BEFORE_SECONDS, Driving
from busline.tracking.journey import Journey
from busline.tracking.paths import Floats, Paths
from busline.tracking.trial import Trial

PROPOSED = 0.9
"""From this probability on staff are asked, ..."""
SURE = 0.98
SURELY_DRIVEN_M = 200.0
"""... and from this one, with so many metres driven, families are told."""
AGAINST_CLAIM_M = 500.0
"""The same where the feed or staff say otherwise: the driver may be on a detour."""
LOST = timedelta(seconds=120)
"""A bus not seen on its run for so long may be on another one."""
GIVEN_UP = timedelta(seconds=180)
"""A run whose bus has not been seen on it for so long may have another."""
TRUSTED = (AssignmentSource.FEED, AssignmentSource.STAFF)
"""Who is believed without a look at the track, until it says otherwise for long."""
REFRESHED_SECONDS = 10.0
TRAIL_KEPT = 60
SAME_PLACE_M = 15.0


@dataclass(frozen=True, slots=True)
class Question:
    """A fix of a vehicle of which nobody surely knows what it drives."""

    position: Position
    at: float
    xy: tuple[float, float]
    believed: RunKey | None
    """The run it is held to be on, for want of better knowledge."""
    is_claimed: bool
    """The feed or staff say so."""
    has_ended: bool
    """It has just ended a run: where it comes from is known."""


@dataclass(frozen=True, slots=True)
class Sure:
    """A vehicle that drives a run beyond doubt, and its fixes since it came on to the path."""

    vehicle_id: VehicleId
    key: RunKey
    trail: tuple[Position, ...]


class Inference:
    """Keeps what is in question. One a tracker."""

    def __init__(self, timetable: Timetable, paths: Paths, driving: Driving) -> None:
        self._timetable = timetable
        self._paths = paths
        self._driving = driving
        self._recognition = Recognition(timetable, paths)
        self._asked: dict[VehicleId, Question] = {}
        self._trails: dict[VehicleId, deque[Question]] = {}
        self._settled: dict[VehicleId, RunKey] = {}
        self._proposed_since: dict[tuple[RunKey, VehicleId], datetime] = {}
        self._days: dict[date, tuple[list[RunKey], Floats, Floats]] = {}
        self._open: OpenRuns | None = None
        self._open_at = 0.0
        self._block_numbers: dict[tuple[date, BlockId], int] = {}
        self._found: list[Recognised] = []
        """As last weighed."""

    def is_settled(self, vehicle_id: VehicleId, key: RunKey) -> bool:
        """Its track has proved that the vehicle drives the run."""
        return self._settled.get(vehicle_id) == key

    def is_in_question(self, trial: Trial, journey: Journey | None, outcome: Match | Unmatched) -> bool:
        """Nobody surely knows what the vehicle drives, or it is not seen where it should be."""
        if journey is None:
            return trial.reason is not UnmatchedReason.CANCELLED
        if journey.source in TRUSTED:
            if journey.waiting and trial.at < journey.start_at - DUE_BEFORE_SECONDS:
                return True
            # On the way to its start a bus is off its path as a matter of course.
            is_due = trial.at >= journey.start_at + LATE_START_SECONDS or not journey.waiting
            is_due |= journey.run.planned_vehicle_id not in (None, journey.vehicle_id)
            return is_due and isinstance(outcome, Unmatched) and is_lost(journey.progress, trial.position.fix_at)
        settled = self.is_settled(journey.vehicle_id, journey.key)
        return not settled or is_lost(journey.progress, trial.position.fix_at)

    def settle(self, vehicle_id: VehicleId, key: RunKey) -> None:
        """The vehicle drives the run, and is in question no longer."""
        self._settled[vehicle_id] = key
        self.release([vehicle_id])

    def release(self, vehicle_ids: Sequence[VehicleId]) -> None:
        """What these drive is known."""
        asked = [vehicle_id for vehicle_id in vehicle_ids if self._asked.pop(vehicle_id, None) is not None]
        for vehicle_id in asked:
            self._trails.pop(vehicle_id, None)
        if asked:
            self._recognition.forget(asked)

    def consider(
        self,
        questions: Sequence[Question],
        drivers: Mapping[RunKey, Journey],
        assignments: Mapping[RunKey, Assignment],
    ) -> list[Sure]:
        """Take one new fix of each of some vehicles; who drives what for sure, now."""
        if not questions:
            return []
        now = max(question.at for question in questions)
        for question in questions:
            vehicle_id = question.position.vehicle_id
            self._asked[vehicle_id] = question
            self._keep(self._trails.setdefault(vehicle_id, deque(maxlen=TRAIL_KEPT)), question)
        open_runs = self._open_runs(now, drivers, assignments)
        sightings = [
            Sighting(
                one.position.vehicle_id, one.at, one.xy, one.position.bearing_deg, one.position.speed_mps, one.has_ended
            )
            for one in questions
        ]
        self._recognition.watch(sightings, open_runs)
        sure = []
        self._found = self._recognition.weigh(open_runs, PROPOSED, now)
        for found in self._found:
            if found.probability < SURE:
                continue
            question = self._asked[found.vehicle_id]
            driven_m = AGAINST_CLAIM_M if question.is_claimed and question.believed != found.key else SURELY_DRIVEN_M
            if found.driven_m >= driven_m:
                sure.append(Sure(found.vehicle_id, found.key, self._trail(found)))
        return sure

    def proposals(self, now: datetime) -> dict[RunKey, Proposal]:
        """What staff are to be asked: who seems to drive a run that another bus, or none, is held to drive."""
        gone = [
            vehicle_id
            for vehicle_id, question in self._asked.items()
            if now - question.position.fix_at > timedelta(seconds=LAST_SEEN_SECONDS)
        ]
        self.release(gone)
        proposals = {}
        for found in self._found:
            question = self._asked.get(found.vehicle_id)
            if question is not None and question.believed != found.key:
                since = self._proposed_since.setdefault((found.key, found.vehicle_id), question.position.fix_at)
                proposals[found.key] = Proposal(
                    found.key, found.vehicle_id, since, round(found.probability, 3), round(found.driven_m)
                )
        standing = {(one.key, one.vehicle_id) for one in proposals.values()}
        self._proposed_since = {pair: since for pair, since in self._proposed_since.items() if pair in standing}
        return proposals

    def evidence(self, vehicle_id: VehicleId, key: RunKey) -> Sure | None:
        """The fixes of a vehicle in question that speak for a run, where its track does: for staff who confirm it."""
        found = next((one for one in self._found if (one.vehicle_id, one.key) == (vehicle_id, key)), None)
        return None if found is None or vehicle_id not in self._trails else Sure(vehicle_id, key, self._trail(found))

    def _trail(self, found: Recognised) -> tuple[Position, ...]:
        since = datetime.fromtimestamp(found.since, UTC) - timedelta(seconds=1)
        fixes = (question.position for question in self._trails[found.vehicle_id])
        return tuple(fix for fix in fixes if fix.fix_at >= since)

    @staticmethod
    def _keep(trail: deque[Question], question: Question) -> None:
        """Of a bus that stands only the first and the newest fix matter."""
        if len(trail) >= 2 and all(math.dist(one.xy, question.xy) < SAME_PLACE_M for one in (trail[-1], trail[-2])):
            trail.pop()
        trail.append(question)

    def _open_runs(
        self, at: float, drivers: Mapping[RunKey, Journey], assignments: Mapping[RunKey, Assignment]
    ) -> OpenRuns:
        """Runs that are due and have no bus for sure."""
        if self._open is not None and 0 <= at - self._open_at < REFRESHED_SECONDS:
            return self._open
        keys, planned, of_block, claimed, block_numbers = [], [], [], [], []
        number = self._recognition.number
        runs, blocks = self._timetable.runs, self._drivers_of_blocks(drivers)
        for key in self._due(at):
            driver, assignment = drivers.get(key), assignments.get(key)
            if (driver is not None and self._is_sure(driver, at)) or (
                assignment is not None and assignment.source is AssignmentSource.STAFF
            ):
                continue
            run = runs[key.run_id]
            keys.append(key)
            planned.append(NOBODY if run.planned_vehicle_id is None else number(run.planned_vehicle_id))
            block_day = None if run.block_id is None else (key.service_date, run.block_id)
            block_numbers.append(
                NOBODY if block_day is None else self._block_numbers.setdefault(block_day, len(self._block_numbers))
            )
            block = None if block_day is None else blocks.get(block_day)
            of_block.append(NOBODY if block is None else number(block))
            signed_on = driver is not None and driver.source is AssignmentSource.FEED
            claimed.append(number(driver.vehicle_id) if driver is not None and signed_on else NOBODY)
        midnights = {key.service_date: self._driving.span(key)[0] - runs[key.run_id].start_seconds for key in keys}
        self._open_at = at
        self._open = OpenRuns(
            keys,
            np.array([self._paths.row_of[key.run_id] for key in keys], np.intp),
            np.array([midnights[key.service_date] for key in keys], np.float64),
            np.array(planned, np.int64),
            np.array(of_block, np.int64),
            np.array(claimed, np.int64),
            np.array(block_numbers, np.int64),
            *np.array([self._driving.span(key) for key in keys], np.float64).reshape(-1, 2).T,
        )
        return self._open

    def _is_sure(self, driver: Journey, at: float) -> bool:
        seen_at = driver.seen_at
        if seen_at is None or driver.complete:
            return seen_at is not None
        seen = at - seen_at <= GIVEN_UP.total_seconds()
        if driver.source in (AssignmentSource.FEED, AssignmentSource.STAFF):
            return seen and not driver.waiting
        return seen and self.is_settled(driver.vehicle_id, driver.key)

    def _drivers_of_blocks(self, drivers: Mapping[RunKey, Journey]) -> dict[tuple[date, BlockId], VehicleId]:
        """Who has driven each block last."""
        newest: dict[tuple[date, BlockId], tuple[float, VehicleId]] = {}
        for key, driver in drivers.items():
            block_id = driver.run.block_id
            if block_id is None or driver.progress is None or driver.waiting:
                continue
            if driver.source in (AssignmentSource.PLAN, AssignmentSource.INFERRED) and not (
                driver.complete or self.is_settled(driver.vehicle_id, key)
            ):
                continue
            last = newest.get((key.service_date, block_id))
            if last is None or driver.start_at > last[0]:
                newest[key.service_date, block_id] = driver.start_at, driver.vehicle_id
        return {block: vehicle_id for block, (_, vehicle_id) in newest.items()}

    def _due(self, at: float) -> list[RunKey]:
        moment = datetime.fromtimestamp(at, UTC)
        today = moment.astimezone(self._timetable.timezone).date()
        due: list[RunKey] = []
        for day in (today - timedelta(days=1), today, today + timedelta(days=1)):
            if day not in self._days:
                if len(self._days) > 4:
                    self._days.clear()
                keys = [RunKey(day, run.run_id) for run in self._timetable.runs_on(day)]
                spans = np.array([self._driving.span(key) for key in keys], np.float64).reshape(-1, 2)
                self._days[day] = keys, spans[:, 0], spans[:, 1]
            keys, start, end = self._days[day]
            going = np.flatnonzero((start - DUE_BEFORE_SECONDS <= at) & (at <= end + DUE_AFTER_SECONDS))
            due += [keys[index] for index in going.tolist()]
        return due


def is_lost(progress: RunProgress | None, at: datetime) -> bool:
    """Not seen on its run for so long that it may be on another one."""
    return progress is None or at - progress.matched_at > LOST
