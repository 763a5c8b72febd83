"""Which runs a vehicle may be driving at a moment: what the feed claims, else what staff say, else what is planned."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from busline.fleet import Assignment, AssignmentSource
from busline.ids import RunKey, VehicleId
from busline.match import UnmatchedReason
from busline.position import RunClaim
from busline.service_day import moment
from busline.timetable import Timetable

CLAIM_BEFORE_SECONDS = 3 * 3600.0
CLAIM_AFTER_SECONDS = 6 * 3600.0
"""A claimed run is believed from so long before its planned start until so long after its planned end."""
DUE_BEFORE_SECONDS = 30 * 60.0
DUE_AFTER_SECONDS = 90 * 60.0
"""The same for a run that only the plan or staff give the vehicle."""
TRIED = 2
"""How many due runs are tried for a vehicle without a claim: the one it should be on, and the one after it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A run that a vehicle may be driving, and who says so."""

    key: RunKey
    source: AssignmentSource


class Driving:
    """Reads claims, and knows who is meant to drive what."""

    def __init__(self, timetable: Timetable) -> None:
        self._timetable = timetable
        self._midnights: dict[date, float] = {}
        self._planned: dict[date, dict[VehicleId, list[RunKey]]] = {}

    def span(self, key: RunKey) -> tuple[float, float]:
        """Planned start and end of a run of the plan, epoch seconds."""
        run = self._timetable.runs[key.run_id]
        midnight = self._midnight(key.service_date)
        return midnight + run.start_seconds, midnight + run.end_seconds

    def claimed(self, claim: RunClaim, fix_at: datetime) -> RunKey | UnmatchedReason:
        """The run on its service day that a claim means at a moment, or why it means none."""
        if claim.cancelled:
            return UnmatchedReason.CANCELLED
        run = self._timetable.runs.get(claim.run_id)
        if run is None:
            return UnmatchedReason.UNKNOWN_RUN
        at = fix_at.timestamp()
        near: list[tuple[float, RunKey]] = []
        for service_date in [claim.service_date] if claim.service_date is not None else self._dates(fix_at):
            key = RunKey(service_date, run.run_id)
            start, end = self.span(key)
            if start - CLAIM_BEFORE_SECONDS <= at <= end + CLAIM_AFTER_SECONDS and self._timetable.calendar.runs_on(
                run.service_id, service_date
            ):
                near.append((max(start - at, at - end, 0.0), key))
        return min(near)[1] if near else UnmatchedReason.NOT_RUNNING

    def due(
        self,
        vehicle_id: VehicleId,
        fix_at: datetime,
        by_staff: Iterable[RunKey],
        assignments: Mapping[RunKey, Assignment],
        is_taken: Callable[[RunKey], bool],
        drove: RunKey | None = None,
    ) -> list[Choice]:
        """The next runs that staff, or else the block it is driving, or else the plan, give a vehicle now.

        `drove` is the run it drove last. At most `TRIED`.
        """
        choices = [Choice(key, AssignmentSource.STAFF) for key in self.due_of(by_staff, fix_at) if not is_taken(key)]
        if drove is not None and self._timetable.runs[drove.run_id].planned_vehicle_id != vehicle_id:
            # A bus that has driven a run of another's block is expected to go on with that block.
            following = self.due_of(self._after(drove), fix_at)
            choices += [
                Choice(key, AssignmentSource.INFERRED)
                for key in following
                if not is_taken(key) and not given_away(assignments.get(key), vehicle_id)
            ]
            if following:
                return choices[:TRIED]
        planned = [key for day in self._dates(fix_at) for key in self._planned_on(day).get(vehicle_id, ())]
        choices += [
            Choice(key, AssignmentSource.PLAN)
            for key in self.due_of(planned, fix_at)
            if not is_taken(key) and not given_away(assignments.get(key), vehicle_id)
        ]
        return choices[:TRIED]

    def _after(self, key: RunKey) -> list[RunKey]:
        """The later runs of its block on the same day."""
        runs = self._timetable.runs
        run = runs[key.run_id]
        return [
            RunKey(key.service_date, run_id)
            for run_id in (self._timetable.blocks[run.block_id] if run.block_id is not None else ())
            if runs[run_id].start_seconds > run.start_seconds
            and self._timetable.calendar.runs_on(runs[run_id].service_id, key.service_date)
        ]

    def due_of(self, keys: Iterable[RunKey], fix_at: datetime) -> list[RunKey]:
        """Those that a bus may be driving at a moment, in order of their start."""
        at = fix_at.timestamp()
        due = []
        for key in keys:
            if key.run_id in self._timetable.runs:
                start, end = self.span(key)
                if start - DUE_BEFORE_SECONDS <= at <= end + DUE_AFTER_SECONDS:
                    due.append((start, key))
        return [key for _, key in sorted(due)]

    def _planned_on(self, service_date: date) -> Mapping[VehicleId, list[RunKey]]:
        planned = self._planned.get(service_date)
        if planned is None:
            if len(self._planned) > 7:
                self._planned.clear()
            planned = self._planned[service_date] = {}
            for run in self._timetable.runs.values():
                if run.planned_vehicle_id is not None and self._timetable.calendar.runs_on(
                    run.service_id, service_date
                ):
                    planned.setdefault(run.planned_vehicle_id, []).append(RunKey(service_date, run.run_id))
        return planned

    def _midnight(self, service_date: date) -> float:
        midnight = self._midnights.get(service_date)
        if midnight is None:
            midnight = self._midnights[service_date] = moment(service_date, 0, self._timetable.timezone).timestamp()
        return midnight

    def _dates(self, at: datetime) -> tuple[date, date, date]:
        """The service days that a moment may belong to: times run past midnight, and a bus may wait before it."""
        today = at.astimezone(self._timetable.timezone).date()
        return today - timedelta(days=1), today, today + timedelta(days=1)


def given_away(assignment: Assignment | None, vehicle_id: VehicleId) -> bool:
    """Staff gave the run to another bus."""
    return (
        assignment is not None and assignment.source is AssignmentSource.STAFF and assignment.vehicle_id != vehicle_id
    )
