"""An answer as a text message: an `Answer` in, one line of at most one SMS segment out.

The same words for every case: which bus, what state it is in, when it comes, when to be at the stop, and how old the
news is. Only a fix of the last 90 seconds is called live, and a planned time is always called planned. Students go by
their numbers: no name, address, stop or school is ever written.
"""

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeVar, assert_never
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date

from busline.answer import (
    Answer,
    Arriving,
    AtStop,
    Bus,
    Cancelled,
    FeedOutage,
    Finished,
    LastSeen,
    LateStart,
    MayHavePassed,
    NoSignalSince,
    NotRidingToday,
    NotStarted,
    OffRoute,
    OnTheWay,
    Passed,
    RunningLate,
    Uncovered,
    Window,
)
from busline.ids import StudentId
from busline.people import Leg
from sms.catalogue import Catalogue
from sms.catalogue.names import named_languages

WORTH_SAYING_MINUTES = 5
"""Lateness up to this is within the plan, and not mentioned (the line between `Arriving` and `RunningLate`)."""
_READ_AS_ONE = 2
"""Figures that a voice reads as one number: “bus forty-seven”."""
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_LINES = 6
"""A contact for more students than this (a shelter, an office) gets the first lines and is told of the rest."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How a reply is written: in which language, on whose clock, with which number to call."""

    catalogue: Catalogue
    language: str
    timezone: ZoneInfo
    district_phone: str
    is_spoken: bool = False
    """A voice needs the accents that texts leave out, and numbers one figure at a time."""
    keeps_accents: bool = False
    """A mail is as long as it likes, so it is written with all its accents."""

    def say(self, key: str, **values: str | int) -> str:
        """Any message of the catalogue in this language."""
        words = self.catalogue.raw if self.is_spoken or self.keeps_accents else self.catalogue.say
        return words(self.language, key, **values)

    def raw(self, key: str, **values: str | int) -> str:
        """A message as a part of another."""
        return self.catalogue.raw(self.language, key, **values)

    def fitted(self, words: str) -> str:
        """Words that are no message of the catalogue, as they are sent."""
        return self.catalogue.fitted(self.language, words)

    def moment(self, at: datetime, now: datetime) -> str:
        """A moment on the district's clock, with its day where that is not today."""
        return Teller(self, "", now).clock(at)

    def day(self, on: date, now: datetime) -> str:
        """A day, as the language writes it."""
        return Teller(self, "", now).day(on)

    def time_of_day(self, at: time) -> str:
        """A time of any day."""
        return self.catalogue.raw(self.language, "clock", **_clock_values(at))

    @property
    def has_voice(self) -> bool:
        """Whether this language can be spoken on the phone."""
        return self.catalogue.voice(self.language) is not None

    def languages_by_name(self) -> str:
        """All languages, each by the name that switches to it: `English, Español, ...`."""
        return named_languages(self.catalogue)


def render_family(told: Sequence[tuple[StudentId, Answer]], wording: Wording, now: datetime) -> str:
    """The answers about a family's students, one line each; students with the same answer share a line."""
    return _lines(told, wording, lambda answer, students: render(answer, students, wording, now))


def render_planned(told: Sequence[tuple[StudentId, Answer]], day: date, wording: Wording, now: datetime) -> str:
    """What is planned for a family's students on a day to come, as planned and no more: both rides of a bus at once."""
    rides: dict[tuple[StudentId, Bus | None], list[datetime]] = {}
    for student_id, answer in told:
        if isinstance(answer, NotStarted):
            rides.setdefault((student_id, answer.bus), []).append(answer.planned_at)

    def planned(student_id: StudentId, answer: Answer) -> Answer | _Planned:
        return _Planned(answer.bus, tuple(rides[student_id, answer.bus])) if isinstance(answer, NotStarted) else answer

    def line(answer: Answer | _Planned, students: Sequence[StudentId]) -> str:
        teller = Teller(wording, ", ".join(students), now)
        match answer:
            case _Planned(bus, times):
                return teller.tell("planned", bus=teller.bus(bus), planned=teller.clocks(times))
            case NotRidingToday():
                return teller.tell("none-planned", day=teller.day(day))
            case _:
                return render(answer, students, wording, now)

    return _lines([(student_id, planned(student_id, answer)) for student_id, answer in told], wording, line)


@dataclass(frozen=True, slots=True)
class _Planned:
    """All that one bus is planned to do for a student on a day."""

    bus: Bus | None
    times: tuple[datetime, ...]


Line = TypeVar("Line", bound=Hashable)


def _lines(
    told: Sequence[tuple[StudentId, Line]], wording: Wording, line: Callable[[Line, Sequence[StudentId]], str]
) -> str:
    lines: dict[Line, dict[StudentId, None]] = {}
    for student_id, said in told:
        lines.setdefault(said, {})[student_id] = None
    written = [line(said, list(students)) for said, students in list(lines.items())[:MOST_LINES]]
    rest = sum(len(students) for students in list(lines.values())[MOST_LINES:])
    if rest:
        written.append(wording.say("more-students", count=rest))
    return "\n".join(written)


def render(answer: Answer, students: Sequence[StudentId], wording: Wording, now: datetime) -> str:
    """One answer about one student, or about several who share it, as a line of text."""
    teller = Teller(wording, ", ".join(students), now)
    match answer:
        case Arriving(bus, leg, window, fix_at, was):
            parts = teller.window(window, leg, was)
            return teller.tell("arriving", bus=teller.bus(bus), **parts, seen=teller.clock(fix_at))
        case RunningLate(bus, leg, window, minutes_late, fix_at, was):
            return teller.tell(
                "running-late",
                bus=teller.bus(bus),
                minutes=minutes_late,
                **teller.window(window, leg, was),
                seen=teller.clock(fix_at),
            )
        case LastSeen(bus, leg, window, minutes_late, fix_at, was):
            return teller.tell(
                "last-seen",
                bus=teller.bus(bus),
                late="yes" if minutes_late > WORTH_SAYING_MINUTES else "no",
                minutes=minutes_late,
                **teller.window(window, leg, was),
                seen=teller.clock(fix_at),
            )
        case AtStop(bus, _, fix_at):
            return teller.tell("at-stop", bus=teller.bus(bus), seen=teller.clock(fix_at))
        case NotStarted(bus, leg, planned_at, be_ready_by):
            planned = teller.clock(planned_at)
            if be_ready_by is None:
                return teller.tell("not-started", bus=teller.bus(bus), planned=planned)
            by = teller.clock(be_ready_by)
            return teller.tell("not-started-ready", bus=teller.bus(bus), planned=planned, leg=leg, by=by)
        case LateStart(bus, _, planned_at, minutes_late):
            planned = teller.clock(planned_at)
            return teller.tell("late-start", bus=teller.bus(bus), planned=planned, minutes=minutes_late)
        case NoSignalSince(bus, _, planned_at, fix_at):
            planned, seen = teller.clock(planned_at), teller.clock(fix_at)
            return teller.tell("no-signal", bus=teller.bus(bus), planned=planned, seen=seen)
        case OffRoute(bus, _, planned_at, fix_at):
            planned, seen = teller.clock(planned_at), teller.clock(fix_at)
            return teller.tell("off-route", bus=teller.bus(bus), planned=planned, seen=seen)
        case OnTheWay(bus, _, planned_at, fix_at):
            planned, seen = teller.clock(planned_at), teller.clock(fix_at)
            return teller.tell("on-the-way", bus=teller.bus(bus), planned=planned, seen=seen)
        case Uncovered(_, planned_at, confirmed):
            planned = teller.clock(planned_at)
            return teller.tell("uncovered", planned=planned, confirmed="yes" if confirmed else "no")
        case Cancelled(leg, planned_at):
            return teller.tell("cancelled", planned=teller.clock(planned_at), leg=leg)
        case Passed(bus, leg, passed_at):
            return teller.tell("passed", bus=teller.bus(bus), seen=teller.clock(passed_at), leg=leg)
        case MayHavePassed(bus, leg, fix_at):
            return teller.tell("may-have-passed", bus=teller.bus(bus), seen=teller.clock(fix_at), leg=leg)
        case Finished(bus, leg, ended_at):
            return teller.tell("finished", bus=teller.bus(bus), seen=teller.clock(ended_at), leg=leg)
        case FeedOutage(_, planned_at, since):
            return teller.tell(
                "feed-outage",
                planned=teller.clock(planned_at),
                known="no" if since is None else "yes",
                since="" if since is None else teller.clock(since),
            )
        case NotRidingToday(next_date):
            return teller.tell("not-riding", next="none" if next_date is None else teller.day(next_date))
        case _:
            assert_never(answer)


@dataclass(frozen=True, slots=True)
class Teller:
    """Writes the parts of one line: buses, times and days as the language writes them, or as it says them."""

    wording: Wording
    students: str
    now: datetime

    def tell(self, key: str, **values: str | int) -> str:
        return self.wording.say(key, students=self.students, phone=self.wording.district_phone, **values)

    def bus(self, bus: Bus | None) -> str:
        if bus is None:
            return self._part("bus-unknown")
        if bus.instead_of is None:
            return self._part("bus", number=self.number(bus.number))
        number, instead_of = self.number(bus.number), self.number(bus.instead_of)
        return self._part("bus-substitute", number=number, instead_of=instead_of)

    def number(self, number: str) -> str:
        """The number of a bus, a student or a phone: a voice says `4 7 1`, and not “four hundred seventy-one”."""
        if not self.wording.is_spoken or len(number) <= _READ_AS_ONE:
            return number
        return ", ".join(" ".join(group) for group in re.findall(r"\w+", number))

    def clock(self, at: datetime) -> str:
        """The time of day; with its date where that is not today, so that tomorrow's bus is not waited for today."""
        local = self._local(at)
        clock = self._part(self._clock, **_clock_values(local))
        if local.date() == self._local(self.now).date():
            return clock
        return self._part("clock-on-day", day=self.day(local.date()), clock=clock)

    def clocks(self, times: Sequence[datetime]) -> str:
        """Several times of one day: `Tue Oct 6, 7:06 AM / 2:36 PM`."""
        first, *others = times
        return " / ".join([self.clock(first), *(self.wording.time_of_day(self._local(at).time()) for at in others)])

    def day(self, on: date) -> str:
        if self.wording.is_spoken:
            # In full: a voice stumbles over short forms.
            return _day_in_full(on, Locale.parse(self.wording.language, sep="-"))
        # The names stand in the catalogue: the locale data knows none in Haitian Creole and odd ones in Somali.
        return self._part("day", weekday=_WEEKDAYS[on.weekday()], month=on.month, date=str(on.day))

    def window(self, window: Window, leg: Leg, was: Window | None) -> dict[str, str]:
        """The window, with the one that was told before where it is another; and the time to be at the stop."""
        whole = self._span(window)
        if was is not None:
            whole = self._part("window-changed", window=whole, was=self._span(was))
        by = self._part(self._clock, **_clock_values(window.be_ready_by.astimezone(self.wording.timezone)))
        return {"window": whole, "by": by, "leg": leg}

    def _span(self, window: Window) -> str:
        earliest, latest = (at.astimezone(self.wording.timezone) for at in (window.earliest, window.latest))
        # "7:05-7:12 AM", but "11:55 AM-12:05 PM".
        same_half = earliest.date() == latest.date() and (earliest.hour < 12) == (latest.hour < 12)
        start = self._part("clock-short" if same_half else self._clock, **_clock_values(earliest))
        end = self._part(self._clock, **_clock_values(latest))
        if window.earliest == window.latest:
            return end
        return self._part("window-spoken" if self.wording.is_spoken else "window", **{"from": start, "to": end})

    @property
    def _clock(self) -> str:
        return "clock-spoken" if self.wording.is_spoken else "clock"

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.wording.timezone)

    def _part(self, key: str, **values: str | int) -> str:
        return self.wording.catalogue.raw(self.wording.language, key, **values)


def _day_in_full(on: date, locale: Locale) -> str:
    """The locale's own full form without the year: “Tuesday, December 1”."""
    weekday, day = (
        format_date(on, pattern, locale) for pattern in ("EEEE", locale.datetime_skeletons["MMMMd"].pattern)
    )
    return f"{day}{weekday}" if locale.language == "zh" else f"{weekday}, {day}"


def _clock_values(at: datetime | time) -> dict[str, str]:
    return {
        "hour": str(at.hour),
        "hour12": str(at.hour % 12 or 12),
        "hour24": f"{at.hour:02}",
        "minute": f"{at.minute:02}",
        "half": "am" if at.hour < 12 else "pm",
    }
