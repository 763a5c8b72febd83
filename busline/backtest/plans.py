"""The plan of every recorded day: one for all of them, or versions that came into force one after the other."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from busline.ids import RouteId, RunKey
from busline.position import Position
from busline.timetable import Run, Timetable
from busline.travel_times.road import RoadNetwork, road_network
from busline.travel_times.road_versions import network_across


class Plans:
    """Versions of a plan by the day from which each is in force."""

    def __init__(self, versions: Mapping[date, Timetable]) -> None:
        """At least one. Days before the first are its, too."""
        self._versions = dict(sorted(versions.items()))

    @classmethod
    def of(cls, plan: "Timetable | Plans") -> "Plans":
        """A plan that is the same on every day."""
        return plan if isinstance(plan, Plans) else cls({date.min: plan})

    @property
    def versions(self) -> tuple[Timetable, ...]:
        """Oldest first."""
        return tuple(self._versions.values())

    @property
    def timezone(self) -> ZoneInfo:
        return self.versions[-1].timezone

    @property
    def routes(self) -> set[RouteId]:
        """Of all versions."""
        return {run.route_id for version in self.versions for run in version.runs.values()}

    def on(self, day: date) -> Timetable:
        """The version in force."""
        found = self.versions[0]
        for since, version in self._versions.items():
            if since <= day:
                found = version
        return found

    def run(self, key: RunKey) -> Run:
        """As it was planned for its day. Raises KeyError where that version has no such run."""
        return self.on(key.service_date).runs[key.run_id]

    def replaced(self, change: Callable[[Timetable], Timetable]) -> "Plans":
        """The same with every version changed."""
        return Plans({since: change(version) for since, version in self._versions.items()})

    def network(self) -> RoadNetwork:
        """Every street of every version: what was learned under one holds under the next. Busy for seconds."""
        versions = self.versions
        return road_network(versions[0]) if len(versions) == 1 else network_across(versions)

    def by_day(self, positions: Iterable[Position]) -> dict[date, list[Position]]:
        """Positions by the service day that they claim, or were taken on."""
        days: dict[date, list[Position]] = {}
        for one in positions:
            claimed = one.claim.service_date if one.claim is not None else None
            days.setdefault(claimed or one.fix_at.astimezone(self.timezone).date(), []).append(one)
        return days
