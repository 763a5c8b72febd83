"""The next fleet while it is made: what a batch changes, so that each change is published and recorded once."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain

from busline.fleet import Assignment, Fleet, Proposal, RunProgress, StopVisit
from busline.ids import RunKey, VehicleId
from busline.match import UnmatchedReason
from busline.position import Position, Positions
from busline.tracking.going import Changed, Going, Heard, K, Layered, Mixed, Progresses, V, Visits, visit_of
from busline.tracking.journey import Journey
from busline.tracking.under_way import Taken, UnderWay


@dataclass(frozen=True, slots=True)
class Step:
    """What one batch of positions changed. It is recorded in the ledger before `fleet` is published."""

    fleet: Fleet
    positions: Sequence[Position] = ()
    progress: Sequence[RunProgress] = ()
    """The runs that changed."""
    visits: Sequence[StopVisit] = ()
    """New visits, and known ones that are now complete."""
    assignments: tuple[Assignment, ...] = ()
    """New ones only."""
    unmatched: Mapping[str, int] = field(default_factory=dict)
    """Positions that could not be placed on a run, by reason."""


class Draft:
    """The next picture while it is being made. What has been published never changes: a map is copied before the first
    change to it, and one that a batch leaves alone is handed on as it is."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        # Every batch changes these three.
        self._progress = dict(_here(fleet.progress))
        self.last_fix_at = dict(_here(fleet.last_fix_at))
        self.whereabouts = dict(fleet.whereabouts)
        self._visits: dict[RunKey, tuple[StopVisit, ...]] | None = None
        self._assignments: dict[RunKey, Assignment] | None = None
        self.positions: list[Position] = []
        self.changed: dict[RunKey, None] = {}
        self.new_visits: dict[tuple[RunKey, int], StopVisit] = {}
        self.new_assignments: list[Assignment] = []
        self.unmatched: Counter[str] = Counter()
        self.together: Together | None = None

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
            self._changing_visits()[journey.key] = journey.all_visits()

    def _changing_visits(self) -> dict[RunKey, tuple[StopVisit, ...]]:
        if self._visits is None:
            self._visits = dict(_here(self._fleet.visits))
        return self._visits

    def _changing_assignments(self) -> dict[RunKey, Assignment]:
        if self._assignments is None:
            self._assignments = dict(self._fleet.assignments)
        return self._assignments

    def moved(self, positions: Positions, going: Going, taken: Taken) -> None:
        """Vehicles under way were moved along; `going` is how they are now."""
        self.together = Together(positions, going, taken)
        if taken.old:
            self.unmatched[UnmatchedReason.OLD_FIX] += taken.old

    def sits(self, journey: Journey) -> None:
        """From now on a vehicle is moved along with those under way."""
        self._progress.pop(journey.key, None)
        self.last_fix_at.pop(journey.vehicle_id, None)
        self.whereabouts.pop(journey.vehicle_id, None)
        if journey.key in _here(self._fleet.visits if self._visits is None else self._visits):
            del self._changing_visits()[journey.key]

    def stands_up(self, journey: Journey) -> None:
        """A vehicle is followed by its journey again."""
        if journey.progress is not None:
            self._progress[journey.key] = journey.progress
            self.last_fix_at[journey.vehicle_id] = journey.progress.fix_at
        if journey.visits:
            self._changing_visits()[journey.key] = journey.all_visits()

    def keys(self) -> Iterator[RunKey]:
        """Every run of which anything is said, but for those under way."""
        visits = _here(self._fleet.visits if self._visits is None else self._visits)
        return chain(self._progress, self.assignments, visits)

    def progress_of(self, key: RunKey) -> RunProgress | None:
        return self._progress.get(key)

    def forget(self, over: Collection[RunKey]) -> None:
        """Say nothing more of these runs."""
        self._progress = {key: progress for key, progress in self._progress.items() if key not in over}
        self._assignments = {key: one for key, one in self.assignments.items() if key not in over}
        self._visits = {key: visits for key, visits in self._changing_visits().items() if key not in over}

    def publish(self, now: datetime, proposals: Mapping[RunKey, Proposal], under_way: UnderWay) -> Fleet:
        going, (row_of, row_of_run) = under_way.going(), under_way.rows()
        visits = _here(self._fleet.visits if self._visits is None else self._visits)
        return replace(
            self._fleet,
            at=now,
            progress=Progresses(self._progress, row_of_run, going),
            assignments=self.assignments,
            proposals=proposals,
            last_fix_at=Layered(self.last_fix_at, row_of, going.fix_at),
            whereabouts=self.whereabouts,
            visits=Visits(visits, row_of_run, going),
        )

    def step(self, fleet: Fleet) -> Step:
        """What the batch changed, as it is in the fleet that was published."""
        positions: Sequence[Position] = tuple(self.positions)
        progress: Sequence[RunProgress] = tuple(fleet.progress[key] for key in self.changed if key in fleet.progress)
        visits: Sequence[StopVisit] = tuple(self.new_visits.values())
        if (together := self.together) is not None:
            positions = together.heard(positions)
            progress, visits = together.progress(progress), together.visits(visits)
        return Step(fleet, positions, progress, visits, tuple(self.new_assignments), dict(self.unmatched))


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """The vehicles that a batch moved along together."""

    positions: Positions
    going: Going
    taken: Taken

    def heard(self, others: Sequence[Position]) -> Sequence[Position]:
        return Heard(self.positions, self.taken.rows, others)

    def progress(self, others: Sequence[RunProgress]) -> Sequence[RunProgress]:
        return Changed(self.going, self.taken.seats, others)

    def visits(self, others: Sequence[StopVisit]) -> Sequence[StopVisit]:
        """New visits, and known ones that are now complete."""
        passings, drives = self.taken.passings, self.going.drives
        seats, call = self.taken.seats[passings.bus], passings.call_index
        arrived_at, departed_at = passings.arrived_at, passings.departed_at

        def visit(row: int) -> StopVisit:
            return visit_of(drives[seats[row]], call.item(row), arrived_at.item(row), departed_at.item(row))

        return Mixed(visit, range(len(call)), others)


def whole(fleet: Fleet) -> Fleet:
    """The same picture without anything that is still to be made of rows."""
    return replace(fleet, progress=dict(fleet.progress), visits=dict(fleet.visits), last_fix_at=dict(fleet.last_fix_at))


def _here(mapping: Mapping[K, V]) -> Mapping[K, V]:
    """Without what is made of rows."""
    return mapping.here if isinstance(mapping, Layered) else mapping
