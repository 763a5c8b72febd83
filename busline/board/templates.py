"""The pages of the staff as Jinja templates, and how times and ages are written on them."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from busline.board.view import EARLY_MINUTES, Group, Mark, searchable
from busline.position import LAST_SEEN_SECONDS, LIVE_SECONDS

_HERE = Path(__file__).parent
_CONTENT_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

MARK_WORDS = {
    Mark.UNCOVERED: "Uncovered",
    Mark.NO_SIGNAL: "No signal",
    Mark.UNKNOWN: "Not visible",
    Mark.LATE_START: "Late start",
    Mark.OFF_ROUTE: "Off route",
    Mark.HELD: "Held",
    Mark.VERY_LATE: "Very late",
    Mark.LATE: "Late",
    Mark.ON_TIME: "On time",
    Mark.AT_STOP: "At stop",
    Mark.NOT_STARTED: "Not started",
    Mark.DONE: "Done",
    Mark.CANCELLED: "Cancelled",
}
GROUP_WORDS = {
    Group.DUE: "Due now",
    Group.COVERED: "Covered",
    Group.LATE: "Late",
    Group.NO_SIGNAL: "No signal",
    Group.UNCOVERED: "Uncovered",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file that pages refer to, kept in memory; `version` changes with its content."""

    body: bytes
    content_type: str
    version: str


@cache
def static_files() -> dict[str, StaticFile]:
    """The style sheet, scripts and pictures of this package, by name."""
    files = {}
    for path in sorted(_HERE.iterdir()):
        if path.suffix in _CONTENT_TYPES:
            body = path.read_bytes()
            version = hashlib.sha256(body).hexdigest()[:12]
            files[path.name] = StaticFile(body, _CONTENT_TYPES[path.suffix], version)
    return files


def static_url(name: str) -> str:
    """An address that may be cached for ever."""
    return f"/static/{name}?v={static_files()[name].version}"


def age_words(seconds: float) -> str:
    """`8 s`, `4 min`, `2 h 05`, `3 days`: how old something is. The browser's `ageWords` says the same."""
    whole = max(0, int(seconds))
    if whole < 100:
        return f"{whole} s"
    if whole < 6_000:
        return f"{whole // 60} min"
    if whole < 172_800:
        return f"{whole // 3_600} h {whole % 3_600 // 60:02d}"
    return f"{whole // 86_400} days"


def age_kind(seconds: float) -> str:
    """How far a fix of this age can be trusted: `live`, `old` or `silent`."""
    if seconds <= LIVE_SECONDS:
        return "live"
    return "old" if seconds <= LAST_SEEN_SECONDS else "silent"


def clock(moment: datetime, seconds: bool = False) -> str:
    """`7:05`, in the zone the moment is in."""
    return f"{moment.hour % 12 or 12}:{moment.minute:02d}" + (f":{moment.second:02d}" if seconds else "")


def day(service_date: date) -> str:
    """`Tue 6 Oct`."""
    return f"{service_date:%a %-d %b}"


def half_day(moment: datetime) -> str:
    return "AM" if moment.hour < 12 else "PM"


def epoch_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000)


@cache
def templates() -> Environment:
    """Escaping is on, and a name that is not given is an error instead of an empty place."""
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        clock=clock,
        day=day,
        half_day=half_day,
        epoch_ms=epoch_ms,
        age_words=age_words,
        age_kind=age_kind,
        searchable=searchable,
    )
    environment.globals.update(
        static_url=static_url,
        Mark=Mark,
        Group=Group,
        mark_words=MARK_WORDS,
        group_words=GROUP_WORDS,
        EARLY_MINUTES=EARLY_MINUTES,
    )
    return environment
