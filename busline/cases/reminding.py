"""When somebody must be reminded of a case, and who. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from busline.cases.case import Case

BEFORE_SHARE = 0.75
"""The owner is reminded when three quarters of the promised time are over: while the promise can still be kept."""
AGAIN = timedelta(days=1)
MOST = 6
"""Then the board shows it as overdue, and more mail would only be filtered."""


class Level(StrEnum):
    """Who is reminded. The same words stand in `case_delivery.to_person`."""

    OWNER = "owner"
    NEXT_UP = "next_up"


def due_reminder(case: Case, now: datetime) -> Level | None:
    """First the owner before the promise is broken, then the next one up once it is, then that one every day."""
    if case.waiting_since is None or case.reminders >= MOST:
        return None
    if now >= case.promised_by:
        last = case.reminded_at
        return Level.NEXT_UP if last is None or last < case.promised_by or now >= last + AGAIN else None
    early = case.waiting_since + (case.promised_by - case.waiting_since) * BEFORE_SHARE
    return Level.OWNER if case.reminders == 0 and now >= early else None
