"""Whether a message may go out now, to this phone: what is known of it at this moment in, a reason not to send it out.

Pure. It is asked when a message is sent, however long ago it was promised.
"""

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from busline.ids import StudentId
from busline.outbound import MESSAGE, Channel, Claimed, Promise, State

WORTH_HANDING_OVER = timedelta(seconds=10)
"""What is news for less than this is not handed over any more: the carrier needs some of it."""

Hours: TypeAlias = tuple[time, time]
"""From and until, on the district's clock; they may pass midnight."""


@dataclass(frozen=True, slots=True)
class Drop:
    """It is not sent. `why` is for staff."""

    state: State
    why: str
    call_instead: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """It waits, and nothing was tried."""

    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a message's phone at this moment."""

    opted_out: bool = False
    suspended: bool = False
    landline: bool = False
    overtaken: bool = False
    """Newer news of the same kind is waiting, or was sent."""
    cancelled: bool = False
    """The announcement that it is of was, while this was on its way and came back."""
    wants_alerts: bool = True
    quiet: Hours | None = None
    linked: Set[str] = frozenset()
    """The students it may ask about now."""


def why_not(
    claimed: Claimed, standing: Standing, quiet: Hours | None, zone: ZoneInfo, now: datetime
) -> Drop | Hold | None:
    """Why a message is not sent now, or None. `quiet` are the district's own hours."""
    promise = claimed.promise
    if standing.overtaken:
        return Drop(State.SUPERSEDED, "Newer news took its place.")
    if standing.cancelled:
        return Drop(State.SUPERSEDED, "The announcement was cancelled.")
    if promise.expires_at - now < WORTH_HANDING_OVER:
        return Drop(State.EXPIRED, "It could not be sent while it was still news.")
    if promise.channel is not Channel.EMAIL:
        # Mail reaches a mailbox, whoever has the number by now, and whatever texts they want.
        if standing.suspended:
            return Drop(State.BARRED, "The number may belong to somebody else by now, so nothing is sent there.")
        if standing.opted_out:
            return Drop(State.BARRED, "The family has asked for no more texts; a call may reach them.")
    if standing.landline and promise.channel is Channel.TEXT:
        return Drop(State.FAILED, "It is a landline, which takes no texts; a call may reach them.", call_instead=True)
    if promise.kind == MESSAGE:
        return None
    return _why_no_news(promise, standing, quiet, zone, now)


def about_linked(claimed: Claimed, standing: Standing) -> Claimed:
    """The message about those of its students alone that its phone may still ask about."""
    students = claimed.promise.facts.get("students")
    if claimed.promise.kind == MESSAGE or not isinstance(students, list):
        return claimed
    linked = [StudentId(student) for student in students if student in standing.linked]
    facts = {**claimed.promise.facts, "students": linked}
    return replace(claimed, promise=replace(claimed.promise, facts=facts))


def _why_no_news(
    promise: Promise, standing: Standing, quiet: Hours | None, zone: ZoneInfo, now: datetime
) -> Drop | Hold | None:
    if not standing.wants_alerts and not promise.overrides_quiet:
        return Drop(State.BARRED, "The family wants no alerts.")
    students = promise.facts.get("students")
    if not (standing.linked & set(students) if isinstance(students, list) else standing.linked):
        return Drop(State.BARRED, "The phone may not ask about the students any more.")
    if promise.overrides_quiet:
        return None
    until = max((_ends(hours, zone, now) for hours in (quiet, standing.quiet) if hours is not None), default=now)
    if until <= now:
        return None
    if promise.expires_at - until < WORTH_HANDING_OVER:
        return Drop(State.BARRED, "It is news only within hours in which nothing is sent there.")
    return Hold(until, "It waits for the end of the quiet hours.")


def _ends(hours: Hours, zone: ZoneInfo, now: datetime) -> datetime:
    """When the quiet hours that `now` is in end; `now` where it is in none."""
    start, end = hours
    local = now.astimezone(zone)
    at = local.time()
    inside = start <= at < end if start < end else at >= start or at < end
    if not inside:
        return now
    day = local.date() if at < end else local.date() + timedelta(days=1)
    return max(now, datetime.combine(day, end, zone))
