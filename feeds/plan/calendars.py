"""calendar.txt and calendar_dates.txt in, the service calendar out."""

from datetime import date

from busline.ids import ServiceId
from busline.service_day import Service, ServiceCalendar
from feeds.plan.problems import Problems
from feeds.plan.table import Table

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NEVER = (False,) * 7


def read_calendar(weekly: Table | None, dated: Table | None, problems: Problems) -> ServiceCalendar:
    """Build the services of a plan. Either table may be absent: some plans name every date, some none."""
    services: dict[ServiceId, Service] = {}
    if weekly is not None:
        for service in _weekly_services(weekly, problems):
            services[service.service_id] = service
    if dated is not None:
        for service_id, (added, removed) in _exceptions(dated, problems).items():
            services[service_id] = _with_exceptions(services.get(service_id), service_id, added, removed)
    return ServiceCalendar(services)


def _weekly_services(table: Table, problems: Problems) -> list[Service]:
    starts, ends = table.dates("start_date", problems), table.dates("end_date", problems)
    days = [table[name] for name in _WEEKDAYS]
    seen: set[str] = set()
    services: list[Service] = []
    for row, service_id in enumerate(table["service_id"]):
        line = table.lines[row]
        if not service_id:
            problems.fault(table.file, line, "service_id is empty.")
        if service_id in seen:
            problems.fault(table.file, line, f"service {service_id!r} stands here a second time.")
        seen.add(service_id)
        wrong = [name for name, column in zip(_WEEKDAYS, days, strict=True) if column[row] not in ("0", "1")]
        for name in wrong:
            problems.fault(table.file, line, f"{name} must be 0 or 1.")
        start, end = starts[row], ends[row]
        for name, value, text in (
            ("start_date", start, table["start_date"][row]),
            ("end_date", end, table["end_date"][row]),
        ):
            if value is None and not text:
                problems.fault(table.file, line, f"{name} is empty.")
        if start is None or end is None:
            continue
        if end < start:
            problems.fault(table.file, line, f"end_date {end} is before start_date {start}.")
        monday, tuesday, wednesday, thursday, friday, saturday, sunday = (column[row] == "1" for column in days)
        weekdays = (monday, tuesday, wednesday, thursday, friday, saturday, sunday)
        services.append(Service(ServiceId(service_id), weekdays, start, end))
    return services


_Exceptions = dict[ServiceId, tuple[set[date], set[date]]]


def _exceptions(table: Table, problems: Problems) -> _Exceptions:
    """By service, the dates added and the dates removed."""
    dates = table.dates("date", problems)
    found: _Exceptions = {}
    for row, (name, kind) in enumerate(zip(table["service_id"], table["exception_type"], strict=True)):
        line, on = table.lines[row], dates[row]
        if not table["date"][row]:
            problems.fault(table.file, line, "date is empty.")
        if kind not in ("1", "2"):
            problems.fault(table.file, line, f"exception_type {kind!r} must be 1 (added) or 2 (removed).")
        if on is None:
            continue
        added, removed = found.setdefault(ServiceId(name), (set(), set()))
        if on in (removed if kind == "1" else added):
            problems.fault(table.file, line, f"service {name!r} is both added and removed on {on}.")
        (added if kind == "1" else removed).add(on)
    return found


def _with_exceptions(service: Service | None, service_id: ServiceId, added: set[date], removed: set[date]) -> Service:
    """The weekly service with its exceptions; one known by its dates alone goes on no weekday of itself."""
    dates = added | removed
    return Service(
        service_id,
        service.weekdays if service else _NEVER,
        service.start_date if service else min(dates),
        service.end_date if service else max(dates),
        frozenset(added),
        frozenset(removed),
    )
