"""Departments: when they work, and by when a family can expect an answer. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum

from busline.cases.case import DepartmentId

TRANSPORTATION = DepartmentId("transportation")
SAFETY = DepartmentId("safety")
ENROLLMENT = DepartmentId("enrollment")
SPECIAL_EDUCATION = DepartmentId("special_education")
COMPLAINTS = DepartmentId("complaints")
LOST_AND_FOUND = DepartmentId("lost_and_found")
TECHNOLOGY = DepartmentId("technology")

SEEDED = (TRANSPORTATION, SAFETY, ENROLLMENT, SPECIAL_EDUCATION, COMPLAINTS, LOST_AND_FOUND, TECHNOLOGY)
"""Those that every installation begins with (migration 0013); each has its words in every language."""

_FARTHEST = timedelta(days=400)
"""A department that is closed for longer than a year answers nothing."""


class ConnectorKind(StrEnum):
    """Where a department works its cases."""

    NONE = "none"
    """Here, in Busline."""
    EMAIL = "email"
    ZAMMAD = "zammad"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """When a department is there, in minutes of the district's day, and how soon it answers then."""

    opens_minute: int
    closes_minute: int
    weekdays: int
    """Bit 0 is Monday, bit 6 Sunday."""
    expected_minutes: int
    urgent_minutes: int
    closed_on: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who answers for a department."""

    name: str
    address: str
    """An e-mail address, or empty."""


@dataclass(frozen=True, slots=True)
class Department:
    """Who owns a kind of question."""

    department_id: DepartmentId
    owner: Person
    next_up: Person
    connector: ConnectorKind
    target: str
    """The mailbox, or the group in Zammad."""
    hours: WorkingTime


def promised_by(asked_at: datetime, hours: WorkingTime, zone: tzinfo, *, urgent: bool) -> datetime:
    """When so many minutes of the department's working time will have passed, in UTC.

    Nobody is promised an answer for a time when nobody is there. Raises ValueError for hours that never come.
    """
    left = timedelta(minutes=hours.urgent_minutes if urgent else hours.expected_minutes)
    day = asked_at.astimezone(zone).date()
    last = day + _FARTHEST
    while day <= last:
        if hours.weekdays >> day.weekday() & 1 and day not in hours.closed_on:
            opens, closes = (_moment(day, minute, zone) for minute in (hours.opens_minute, hours.closes_minute))
            begins = max(opens, asked_at.astimezone(UTC))
            if begins + left <= closes:
                return begins + left
            left -= max(closes - begins, timedelta())
        day += timedelta(days=1)
    raise ValueError("The department is never open, so nothing can be promised.")


def _moment(day: date, minute: int, zone: tzinfo) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    if minute == 24 * 60:
        following = day + timedelta(days=1)
        return datetime(following.year, following.month, following.day, tzinfo=zone).astimezone(UTC)
    # On the clock's face, not as elapsed time: an office opens at eight on the day the clocks change, too.
    return midnight.replace(hour=minute // 60, minute=minute % 60).astimezone(UTC)
