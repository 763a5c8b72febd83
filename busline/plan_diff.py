"""Two versions of the plan in, what changes from one to the other out: what staff read before they let it happen."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from busline.geo import distance_m
from busline.ids import RunId, ServiceId, StopId
from busline.timetable import Pattern, Run, Stop, Timetable

MOVED_M = 1.0
"""A stop or a path within this distance of where it was has not moved: exports round coordinates differently."""
_MOVED_DEGREES = 1e-5
"""About as much, of latitude."""
NAMED = 5
"""How many runs, stops or services a line names before it only counts."""

_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Changes:
    """Names that came, went and stayed, each in order."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    kept: int
    """In both versions, changed or not."""


@dataclass(frozen=True, slots=True)
class PlanDiff:
    """What a new plan changes. A run can stand under several kinds of change."""

    first: bool
    """True where there was no plan before."""
    runs: Changes
    retimed: tuple[RunId, ...]
    """Runs that call at the same stops at other times."""
    rerouted: tuple[RunId, ...]
    """Runs with other stops, or another path between them."""
    rescheduled: tuple[RunId, ...]
    """Runs that go on other days: by another service, or by one whose days changed."""
    renamed: tuple[RunId, ...]
    """Runs with another route, headsign, direction or block."""
    other_bus: tuple[RunId, ...]
    """Runs that the plan means another bus to drive."""
    stops: Changes
    moved_stops: tuple[StopId, ...]
    services: Changes
    changed_services: tuple[ServiceId, ...]

    def lines(self) -> tuple[str, ...]:
        """The diff in plain words, a line each kind of change."""
        if self.first:
            return (
                f"The first plan: {_count(len(self.runs.added), 'run')}, {_count(len(self.stops.added), 'stop')}, "
                f"{_count(len(self.services.added), 'service')}.",
            )
        parts = [
            ("run", "added", self.runs.added),
            ("run", "removed", self.runs.removed),
            ("run", "at other times", self.retimed),
            ("run", "by other stops or another path", self.rerouted),
            ("run", "on other days", self.rescheduled),
            ("run", "with another route, headsign or block", self.renamed),
            ("run", "with another planned bus", self.other_bus),
            ("stop", "added", self.stops.added),
            ("stop", "removed", self.stops.removed),
            ("stop", "moved", self.moved_stops),
            ("service", "added", self.services.added),
            ("service", "removed", self.services.removed),
            ("service", "on other days", self.changed_services),
        ]
        told = tuple(f"{_count(len(names), what)} {how}: {_named(names)}" for what, how, names in parts if names)
        return told or (f"No change: {_count(self.runs.kept, 'run')} as before.",)


def plan_diff(old: Timetable | None, new: Timetable) -> PlanDiff:
    """Compare a plan with the one before it (None: there was none)."""
    old_runs: Mapping[RunId, Run] = {} if old is None else old.runs
    old_stops: Mapping[StopId, Stop] = {} if old is None else old.stops
    old_services = {} if old is None else old.calendar.services
    services = new.calendar.services
    changed_services = {name for name in services.keys() & old_services.keys() if services[name] != old_services[name]}
    pairs = [(old_runs[run_id], new.runs[run_id]) for run_id in sorted(new.runs.keys() & old_runs.keys())]
    paths = _PathComparison(old, new)
    same_path = {now.run_id: paths.same(was.pattern, now.pattern) for was, now in pairs}
    return PlanDiff(
        first=old is None,
        runs=_changes(old_runs, new.runs),
        retimed=tuple(now.run_id for was, now in pairs if len(was) == len(now) and not _same_times(was, now)),
        rerouted=tuple(now.run_id for _, now in pairs if not same_path[now.run_id]),
        rescheduled=tuple(
            now.run_id for was, now in pairs if was.service_id != now.service_id or now.service_id in changed_services
        ),
        renamed=tuple(now.run_id for was, now in pairs if _names(was) != _names(now)),
        other_bus=tuple(now.run_id for was, now in pairs if was.planned_vehicle_id != now.planned_vehicle_id),
        stops=_changes(old_stops, new.stops),
        moved_stops=tuple(
            stop_id
            for stop_id in sorted(new.stops.keys() & old_stops.keys())
            if distance_m(old_stops[stop_id].place, new.stops[stop_id].place) > MOVED_M
        ),
        services=_changes(old_services, services),
        changed_services=tuple(sorted(changed_services)),
    )


class _PathComparison:
    """Compares each pair of patterns once, in degrees: the planes of two versions may have different origins."""

    def __init__(self, old: Timetable | None, new: Timetable) -> None:
        self._old, self._new = old, new
        self._known: dict[tuple[int, int], bool] = {}

    def same(self, was: Pattern, now: Pattern) -> bool:
        pair = (id(was), id(now))
        if pair not in self._known:
            self._known[pair] = self._compare(was, now)
        return self._known[pair]

    def _compare(self, was: Pattern, now: Pattern) -> bool:
        if self._old is None or was.stop_ids != now.stop_ids or len(was.path_xy) != len(now.path_xy):
            return False
        before = np.stack(self._old.plane.to_degrees(was.path_xy))
        after = np.stack(self._new.plane.to_degrees(now.path_xy))
        return bool(np.all(np.abs(before - after) < _MOVED_DEGREES))


def _same_times(was: Run, now: Run) -> bool:
    return np.array_equal(was.arrival_seconds, now.arrival_seconds) and np.array_equal(
        was.departure_seconds, now.departure_seconds
    )


def _names(run: Run) -> tuple[object, ...]:
    return (run.route_id, run.route_name, run.headsign, run.direction_id, run.block_id)


def _changes(old: Mapping[_Key, object], new: Mapping[_Key, object]) -> Changes:
    added, removed = new.keys() - old.keys(), old.keys() - new.keys()
    return Changes(_sorted(added), _sorted(removed), len(new.keys() & old.keys()))


def _sorted(names: Collection[object]) -> tuple[str, ...]:
    return tuple(sorted(str(name) for name in names))


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _named(names: Collection[str]) -> str:
    first = ", ".join(list(names)[:NAMED])
    return first if len(names) <= NAMED else f"{first} and {len(names) - NAMED:,} more"
