"""Why a bus is late or missing, where that is known: the plan, the fleet and a call in, a `Cause` or None out."""

from enum import StrEnum

from busline.answering import LATE_SECONDS
from busline.fleet import Fleet
from busline.ids import CallKey
from busline.timetable import Timetable


class Cause(StrEnum):
    """A reason that every language has words for. What staff write beside these is for staff."""

    TRAFFIC = "traffic"
    WEATHER = "weather"
    BREAKDOWN = "breakdown"
    CRASH = "crash"
    """An accident on the road, not necessarily of the bus."""
    DRIVER = "driver"
    ROAD = "road"
    SCHOOL = "school"
    LATE_START = "late-start"
    """It set off late; seen, not said by anybody."""


SAID_BY_STAFF = tuple(cause for cause in Cause if cause is not Cause.LATE_START)
"""What a notice may give as its cause for families to hear."""


def cause_of(timetable: Timetable, fleet: Fleet, call: CallKey) -> Cause | None:
    """What staff gave as the reason, else what the bus was seen to do; None where nobody knows."""
    notice = fleet.notices.get(call.run)
    if notice is not None and notice.cause in list(Cause):
        return Cause(notice.cause)
    run, progress = timetable.runs.get(call.run.run_id), fleet.progress.get(call.run)
    if run is None or progress is None or progress.started_at is None:
        return None
    behind = progress.started_at - timetable.planned_start(call.run.service_date, run)
    return Cause.LATE_START if behind.total_seconds() > LATE_SECONDS else None
