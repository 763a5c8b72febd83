"""Service days: which runs go on a date, and what moment a planned time past midnight means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from busline.ids import ServiceId


def moment(service_date: date, seconds: float, timezone: ZoneInfo) -> datetime:
    """The moment a GTFS time means: seconds after noon minus 12 h of the service day.

    GTFS counts from "noon minus 12 h" so that a time stays right on the days the clocks change, and runs past
    24:00:00 for trips that go on after midnight.
    """
    noon = datetime.combine(service_date, time(12), timezone)
    # Arithmetic on an aware local datetime is wall-clock arithmetic; through UTC it is real seconds.
    utc_noon = noon.astimezone(ZoneInfo("UTC"))
    return (utc_noon + timedelta(seconds=seconds - 43_200)).astimezone(timezone)


def seconds_into(service_date: date, at: datetime, timezone: ZoneInfo) -> float:
    """The inverse of `moment`: GTFS seconds of the service day at an aware moment."""
    noon = datetime.combine(service_date, time(12), timezone).astimezone(ZoneInfo("UTC"))
    return (at - noon).total_seconds() + 43_200


@dataclass(frozen=True, slots=True)
class Service:
    """When one GTFS service runs: weekdays (Monday first) between two dates, with dated exceptions."""

    service_id: ServiceId
    weekdays: tuple[bool, bool, bool, bool, bool, bool, bool]
    start_date: date
    end_date: date
    added: frozenset[date] = frozenset()
    removed: frozenset[date] = frozenset()

    def runs_on(self, service_date: date) -> bool:
        if service_date in self.removed:
            return False
        if service_date in self.added:
            return True
        return self.start_date <= service_date <= self.end_date and self.weekdays[service_date.weekday()]


@dataclass(frozen=True, slots=True)
class ServiceCalendar:
    """Every service of a plan."""

    services: Mapping[ServiceId, Service] = field(default_factory=dict)

    def runs_on(self, service_id: ServiceId, service_date: date) -> bool:
        service = self.services.get(service_id)
        return service is not None and service.runs_on(service_date)

    def services_on(self, service_date: date) -> frozenset[ServiceId]:
        """Which services run on a date."""
        return frozenset(service_id for service_id, service in self.services.items() if service.runs_on(service_date))

    def dates(self) -> list[date]:
        """Every date on which some service runs, in order."""
        named: set[date] = set()
        for service in self.services.values():
            length = (service.end_date - service.start_date).days
            named |= service.added | {service.start_date + timedelta(days=ahead) for ahead in range(length + 1)}
        return sorted(on for on in named if any(service.runs_on(on) for service in self.services.values()))
