"""The next fleet while it is made: what a batch changes, so that each change is published and recorded once."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from busline.fleet import Assignment, Fleet, Proposal, StopVisit
from busline.ids import RunKey, VehicleId
from busline.position import Position
from busline.tracking.journey import Journey


class Draft:
    """The next picture while it is being made. What has been published never changes: a map is copied before the first
    change to it, and one that a batch leaves alone is handed on as it is."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        # Every batch changes these two.
        self._progress = dict(fleet.progress)
        self.last_fix_at = dict(fleet.last_fix_at)
        self._visits: dict[RunKey, tuple[StopVisit, ...]] | None = None
        self._assignments: dict[RunKey, Assignment] | None = None
        self.positions: list[Position] = []
        self.changed: dict[RunKey, None] = {}
        self.new_visits: dict[tuple[RunKey, int], StopVisit] = {}
        self.new_assignments: list[Assignment] = []
        self.unmatched: Counter[str] = Counter()

    @property
    def assignments(self) -> Mapping[RunKey, Assignment]:
        """As they will be."""
        return self._fleet.assignments if self._assignments is None else self._assignments

    def saw(self, journey: Journey, visits: Iterable[StopVisit], driver: Mapping[RunKey, VehicleId]) -> None:
        """A journey took a fix; it is published if its vehicle drives the run."""
        if driver.get(journey.key) == journey.vehicle_id:
            self._show(journey, visits)

    def drives(self, journey: Journey) -> None:
        """A vehicle drives a run from now on."""
        known = self.assignments.get(journey.key)
        if known is None or known.vehicle_id != journey.vehicle_id:
            since = self.last_fix_at[journey.vehicle_id]
            assignment = Assignment(journey.key, journey.vehicle_id, journey.source, since)
            self._changing_assignments()[journey.key] = assignment
            self.new_assignments.append(assignment)
        self._show(journey, journey.visits.values())

    def never_drove(self, key: RunKey) -> None:
        """The bus that was held to wait for the run drives another one."""
        self._progress.pop(key, None)
        if key in self.assignments:
            del self._changing_assignments()[key]
        self.changed.pop(key, None)

    def _show(self, journey: Journey, visits: Iterable[StopVisit]) -> None:
        if journey.progress is None:
            return
        self._progress[journey.key] = journey.progress
        self.changed[journey.key] = None
        for visit in visits:
            self.new_visits[visit.key, visit.call_index] = visit
        if journey.visits_changed:
            if self._visits is None:
                self._visits = dict(self._fleet.visits)
            self._visits[journey.key] = journey.all_visits()

    def _changing_assignments(self) -> dict[RunKey, Assignment]:
        if self._assignments is None:
            self._assignments = dict(self._fleet.assignments)
        return self._assignments

    def publish(self, now: datetime, proposals: Mapping[RunKey, Proposal]) -> Fleet:
        return replace(
            self._fleet,
            at=now,
            progress=self._progress,
            assignments=self.assignments,
            proposals=proposals,
            last_fix_at=self.last_fix_at,
            visits=self._fleet.visits if self._visits is None else self._visits,
        )
