"""Recorded clips for languages that no voice speaks: an alert in, the names of the clips that say it out.

A district records them once, a file for each name in a folder for the language (docs/calls.md). A language is called in
only when all of its clips are there: an alert with a hole in it is worse than a text.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from string import ascii_lowercase
from typing import assert_never
from zoneinfo import ZoneInfo

from busline.alert import Alert, AlertKind
from busline.people import Leg

PROMPTS = (
    *("call-greeting", "call-keys", "call-heard", "call-ended", "call-connecting", "call-nobody", "call-goodbye"),
)
"""Said around an alert; what they say stands in the catalogue under the same names."""
_SENTENCES = tuple(f"alert-{kind.value.replace('_', '-')}" for kind in AlertKind)
_BETWEEN = (
    *("student", "bus", "comes-between", "and", "planned-at", "at", "child-missing"),
    *(f"{what}-{leg.value.replace('_', '-')}" for what in ("be-there-by", "advice") for leg in Leg),
)
_FIGURES = tuple(f"figure-{figure}" for figure in "0123456789" + ascii_lowercase)
_TIMES = (*(f"hour-{hour}" for hour in range(24)), *(f"minute-{minute:02}" for minute in range(60)))
NAMES = frozenset((*PROMPTS, *_SENTENCES, *_BETWEEN, *_FIGURES, *_TIMES))
SUFFIX = ".mp3"


class Clips:
    """The recordings of a district; without a folder there are none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def missing(self, language: str) -> tuple[str, ...]:
        """What is still to be recorded, by name."""
        there = set() if self._folder is None else {one.stem for one in self._files(language)}
        return tuple(sorted(NAMES - there))

    def has(self, language: str) -> bool:
        """Whether this language can be called in."""
        return self._folder is not None and not self.missing(language)

    def file(self, language: str, name: str) -> Path | None:
        """One recording, if there is such a one."""
        if self._folder is None or name not in NAMES or not language.isalpha():
            return None
        path = self._folder / language / f"{name}{SUFFIX}"
        return path if path.is_file() else None

    def _files(self, language: str) -> Iterable[Path]:
        return () if self._folder is None else (self._folder / language).glob(f"*{SUFFIX}")


def recorded_alert(alert: Alert, zone: ZoneInfo) -> tuple[str, ...]:
    """The names of the clips that say an alert, in their order. Raises ValueError for a number no clip can say."""
    return tuple(_said(alert, zone))


def _said(alert: Alert, zone: ZoneInfo) -> Iterator[str]:
    for student in alert.students:
        yield "student"
        yield from _figures(student)
    yield f"alert-{alert.kind.value.replace('_', '-')}"
    match alert.kind:
        case (
            AlertKind.LATE
            | AlertKind.LATER_STILL
            | AlertKind.BETTER_AGAIN
            | AlertKind.ON_TIME_AGAIN
            | AlertKind.APPROACHING
            | AlertKind.SUBSTITUTE
            | AlertKind.COMING_AFTER_ALL
        ):
            yield from _bus(alert)
            yield from _when(alert, zone)
        case AlertKind.NOT_COVERED | AlertKind.CANCELLED:
            yield "planned-at"
            yield from _clock(alert.planned_at, zone)
            yield f"advice-{alert.leg.value.replace('_', '-')}"
        case AlertKind.AT_SCHOOL | AlertKind.DROPPED_OFF:
            yield from _bus(alert)
            yield "at"
            yield from _clock(alert.since or alert.planned_at, zone)
            if alert.kind is AlertKind.DROPPED_OFF:
                yield "child-missing"
        case AlertKind.OUTAGE:
            yield "planned-at"
            yield from _clock(alert.planned_at, zone)
        case _:
            assert_never(alert.kind)


def _bus(alert: Alert) -> Iterator[str]:
    if alert.bus is not None:
        yield "bus"
        yield from _figures(alert.bus.number)


def _when(alert: Alert, zone: ZoneInfo) -> Iterator[str]:
    if alert.window is None:
        yield "planned-at"
        yield from _clock(alert.planned_at, zone)
        return
    yield "comes-between"
    yield from _clock(alert.window.earliest, zone)
    yield "and"
    yield from _clock(alert.window.latest, zone)
    yield f"be-there-by-{alert.leg.value.replace('_', '-')}"
    yield from _clock(alert.window.be_ready_by, zone)


def _clock(at: datetime, zone: ZoneInfo) -> tuple[str, str]:
    local = at.astimezone(zone)
    return f"hour-{local.hour}", f"minute-{local.minute:02}"


def _figures(number: str) -> Iterator[str]:
    for figure in number.lower():
        if figure in " -":
            continue
        if f"figure-{figure}" not in NAMES:
            raise ValueError("a number holds a sign that no recorded clip can say")
        yield f"figure-{figure}"
