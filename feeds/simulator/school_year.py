"""Which days a simulated district keeps school."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """Weekdays between two dates, but for the closed ones. It lasts twelve months: there is a summer school."""

    first: date
    last: date
    closed: frozenset[date]

    def keeps(self, day: date) -> bool:
        """Whether buses run on a day."""
        return self.first <= day <= self.last and day.weekday() < 5 and day not in self.closed


def school_year_of(day: date) -> SchoolYear:
    """The school year that a date lies in, 1 July to 30 June, with its public holidays and a winter recess."""
    autumn = day.year if day.month >= 7 else day.year - 1
    spring = autumn + 1
    thanksgiving = _nth_weekday(autumn, 11, 3, 4)
    closed = {
        date(autumn, 7, 4),
        _nth_weekday(autumn, 9, 0, 1),
        _nth_weekday(autumn, 10, 0, 2),
        date(autumn, 11, 11),
        thanksgiving,
        thanksgiving + timedelta(days=1),
        *(date(autumn, 12, 24) + timedelta(days=offset) for offset in range(9)),
        _nth_weekday(spring, 1, 0, 3),
        _nth_weekday(spring, 2, 0, 3),
        _nth_weekday(spring, 4, 0, 3),
        _nth_weekday(spring, 6, 0, 1) - timedelta(days=7),
        date(spring, 6, 19),
    }
    return SchoolYear(date(autumn, 7, 1), date(spring, 6, 30), frozenset(closed))


def school_day_from(day: date) -> date:
    """The first day on or after `day` on which buses run."""
    while not school_year_of(day).keeps(day):
        day += timedelta(days=1)
    return day


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth Monday (0) to Sunday (6) of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
