"""Words typed after a command, read strictly: argparse shows these messages instead of a trace."""

import math
from argparse import ArgumentTypeError
from datetime import date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

FASTEST = 3_600.0
"""An hour in a second: beyond it a feed that is asked once a second shows nothing but jumps."""
HIGHEST_PORT = 65_533
"""The phone page and the feed take the two ports above Busline's."""


def time_of_day(text: str) -> time:
    """`07:10`."""
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day; the district gives the zone
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a time of day; give one such as 07:10") from None


def day(text: str) -> date:
    """`2026-09-08`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date; give one such as 2026-09-08") from None


def speed(text: str) -> float:
    """How many times as fast as here."""
    try:
        times = float(text)
    except ValueError:
        times = math.nan
    # Written so that what is no number is refused too.
    if not 0 < times <= FASTEST:
        raise ArgumentTypeError(f"{text!r} is not a speed; give a number above 0 and up to {FASTEST:g}, such as 4")
    return times


def port(text: str) -> int:
    """The first of three ports in a row; 0 is any."""
    if not (text.isascii() and text.isdecimal()) or int(text) > HIGHEST_PORT:
        raise ArgumentTypeError(f"{text!r} is not a port; give a whole number up to {HIGHEST_PORT}, such as 8080")
    return int(text)


def count(text: str) -> int:
    """How many: 1 or more."""
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a number of them; give a whole number from 1")
    return int(text)


def zone(text: str) -> ZoneInfo:
    """`America/Chicago`."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        raise ArgumentTypeError(f"{text!r} is not a time zone; give one such as America/Chicago") from None
