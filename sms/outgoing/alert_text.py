"""An alert in a family's words: an `Alert` in; a text of one segment, the sentences of a call, or a mail out.

The same words for every channel: which bus, what happened, when it comes now and when to be at the stop. As in every
answer no name, address, stop or school is written, and a student goes by number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from busline.alert import Alert, AlertKind
from sms.segments import segments
from sms.text import Teller, Wording


@dataclass(frozen=True, slots=True)
class Mail:
    """An alert by e-mail, in plain text."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class _Part:
    words: str
    is_needed: bool = True
    """What is not needed is said where it costs no segment more."""


def render_alert(alert: Alert, wording: Wording, now: datetime, *, is_first: bool = False) -> str:
    """An alert as a text, in as many segments as its language needs for what must be said.

    The reason of a delay, and on the first alert to a phone how to end them (`is_first`), are added where there is
    room. Raises ValueError for an alert that lacks what its kind is about.
    """
    parts = [*_parts(alert, wording, now)]
    if is_first:
        parts.append(_Part(wording.say("alert-end-hint"), is_needed=False))
    return _fitted(parts)


def spoken_alert(alert: Alert, wording: Wording, now: datetime) -> tuple[str, ...]:
    """An alert as the sentences of a call, for a `wording` that is spoken. Raises ValueError as `render_alert` does."""
    return tuple(part.words for part in _parts(alert, wording, now))


def render_alert_by_mail(
    alert: Alert, wording: Wording, now: datetime, *, district: str, number: str, link: str
) -> Mail:
    """An alert as a mail, for a `wording` that keeps its accents; `number` is where to text, `link` ends these mails.

    The subject names no student and no bus: it shows on a locked screen. Raises ValueError as `render_alert` does.
    """
    body = " ".join(part.words for part in _parts(alert, wording, now))
    foot = wording.say("mail-foot", district=district, number=number, link=link)
    return Mail(wording.say("mail-subject", about=_about(alert.kind)), f"{body}\n\n-- \n{foot}\n")


def _parts(alert: Alert, wording: Wording, now: datetime) -> Iterator[_Part]:
    teller = Teller(wording, "", now)
    phone = teller.number(wording.district_phone)
    yield _Part(_main(alert, wording, now))
    if alert.cause is not None and _has_a_reason(alert.kind):
        yield _Part(wording.say("because", cause=alert.cause), is_needed=False)
    if alert.kind is AlertKind.DROPPED_OFF:
        yield _Part(wording.say("alert-child-missing", phone=phone))
    if alert.kind in (AlertKind.NOT_COVERED, AlertKind.CANCELLED):
        yield _Part(wording.say("alert-questions", phone=phone))


def _fitted(parts: Sequence[_Part]) -> str:
    """What must be said, and of the rest, in its order, what costs no segment more."""
    said = [part.is_needed for part in parts]

    def text() -> str:
        return " ".join(part.words for part, is_said in zip(parts, said, strict=True) if is_said)

    allowed = segments(text()).count
    for place, part in enumerate(parts):
        if not part.is_needed:
            said[place] = True
            said[place] = segments(text()).count <= allowed
    return text()


def _main(alert: Alert, wording: Wording, now: datetime) -> str:
    teller = Teller(wording, _students(alert, wording, now), now)
    bus, late = teller.bus(alert.bus), alert.minutes_late
    match alert.kind:
        case AlertKind.LATE:
            return teller.tell("alert-late", bus=bus, minutes=late, **_when(alert, teller))
        case AlertKind.LATER_STILL:
            return teller.tell("alert-later-still", bus=bus, minutes=late, **_when(alert, teller))
        case AlertKind.BETTER_AGAIN:
            return teller.tell("alert-better-again", bus=bus, minutes=late, **_when(alert, teller))
        case AlertKind.ON_TIME_AGAIN if alert.since is not None:
            # It has been there already, sooner than was told: the words of the answer to who asks now.
            return teller.tell("passed", bus=bus, seen=teller.clock(alert.since), leg=alert.leg)
        case AlertKind.ON_TIME_AGAIN:
            return teller.tell("alert-on-time-again", bus=bus, **_when(alert, teller))
        case AlertKind.APPROACHING:
            minutes = _minutes_until(alert, now)
            return teller.tell("alert-approaching", bus=bus, minutes=minutes, **_when(alert, teller))
        case AlertKind.SUBSTITUTE:
            if alert.bus is None:
                raise ValueError("an alert about another bus needs its number")
            return teller.tell("alert-substitute", bus=bus, **_when(alert, teller))
        case AlertKind.NOT_COVERED:
            return teller.tell("alert-not-covered", planned=teller.clock(alert.planned_at), leg=alert.leg)
        case AlertKind.CANCELLED:
            return teller.tell("alert-cancelled", planned=teller.clock(alert.planned_at), leg=alert.leg)
        case AlertKind.COMING_AFTER_ALL:
            return teller.tell("alert-coming-after-all", bus=bus, **_when(alert, teller))
        case AlertKind.AT_SCHOOL:
            return teller.tell("alert-at-school", bus=bus, seen=teller.clock(_since(alert)))
        case AlertKind.DROPPED_OFF:
            return teller.tell("alert-dropped-off", bus=bus, seen=teller.clock(_since(alert)))
        case AlertKind.OUTAGE:
            return teller.tell(
                "alert-outage",
                planned=teller.clock(alert.planned_at),
                known="no" if alert.since is None else "yes",
                since="" if alert.since is None else teller.clock(alert.since),
            )
        case _:
            assert_never(alert.kind)


def _students(alert: Alert, wording: Wording, now: datetime) -> str:
    teller = Teller(wording, "", now)
    numbers = ", ".join(teller.number(student) for student in alert.students)
    return wording.raw("call-students", students=numbers) if wording.is_spoken else numbers


def _when(alert: Alert, teller: Teller) -> dict[str, str]:
    """When it comes and when to be there; the planned time where no minutes can be given."""
    planned = teller.clock(alert.planned_at)
    if alert.window is None:
        return {"known": "no", "window": "", "by": "", "leg": alert.leg, "planned": planned}
    return {"known": "yes", **teller.window(alert.window, alert.leg, None), "planned": planned}


def _minutes_until(alert: Alert, now: datetime) -> int:
    """By the lower bound, as families choose it: a bus that is early costs the child the ride."""
    if alert.window is None:
        raise ValueError("an alert about a bus that is near needs its window")
    return max(1, int((alert.window.earliest - now).total_seconds() // 60))


def _since(alert: Alert) -> datetime:
    if alert.since is None:
        raise ValueError(f"an alert of kind {alert.kind} needs the time at which it happened")
    return alert.since


def _has_a_reason(kind: AlertKind) -> bool:
    match kind:
        case (
            AlertKind.LATE
            | AlertKind.LATER_STILL
            | AlertKind.BETTER_AGAIN
            | AlertKind.NOT_COVERED
            | AlertKind.CANCELLED
        ):
            return True
        case (
            AlertKind.ON_TIME_AGAIN
            | AlertKind.APPROACHING
            | AlertKind.SUBSTITUTE
            | AlertKind.COMING_AFTER_ALL
            | AlertKind.AT_SCHOOL
            | AlertKind.DROPPED_OFF
            | AlertKind.OUTAGE
        ):
            return False
        case _:
            assert_never(kind)


def _about(kind: AlertKind) -> str:
    match kind:
        case AlertKind.LATE | AlertKind.LATER_STILL:
            return "late"
        case AlertKind.BETTER_AGAIN | AlertKind.ON_TIME_AGAIN | AlertKind.APPROACHING | AlertKind.COMING_AFTER_ALL:
            return "coming"
        case AlertKind.SUBSTITUTE:
            return "another-bus"
        case AlertKind.NOT_COVERED | AlertKind.CANCELLED:
            return "not-coming"
        case AlertKind.AT_SCHOOL | AlertKind.DROPPED_OFF | AlertKind.OUTAGE:
            return "news"
        case _:
            assert_never(kind)
