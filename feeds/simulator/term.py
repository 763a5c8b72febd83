"""The first weeks of a school year, day by day: which are unlike the others, and how far everything has settled.

A seed and a first day in; days and their conditions out. A week is five school days here, whatever the weekday of
the first: a new plan comes into force every five days.
"""

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from feeds.simulator.chance import chance
from feeds.simulator.conditions import Conditions
from feeds.simulator.school_year import school_day_from

DAYS_A_WEEK = 5
_SETTLED_AFTER_DAYS = 4.0
"""What is new to everybody on the first day is so by 1/e after so many days."""
BOSTON_LATE = {
    1: (0.321, 0.193, 0.116, 0.023),
    2: (0.225, 0.105, 0.047, 0.004),
    3: (0.188, 0.081, 0.033, 0.003),
    4: (0.178, 0.079, 0.030, 0.004),
}
"""By week: the share of morning runs that came over 0, 5, 10 and 30 minutes after five minutes before the bell, from 4
September to 1 October 2013 (Boston Globe's record of Boston's buses). What befalls a simulated day was chosen to come
near them; a test holds both to that."""
_DWELL_SCATTER, _OBSTRUCTIONS_PER_KM = 0.6, 0.7
"""Chosen so that, about a run's own usual time, the middle 80 % of the times between two of its stops spread as a gamma
time of scale 8 s does. Recorded buses leave 11 and 12 s to the best model that is known (Washington, Madison), which
errs, too. Scale is variance over mean."""
_STORM_FLOW = (0.74, 0.84)
"""Share of the usual speed in a storm in which schools stay open. On Boston's worst days of the winter of 2013 about a
third of the buses were late, twice as many as on others; this one is a little worse."""


class DayKind(StrEnum):
    USUAL = "usual"
    EARLY_RELEASE = "early release"
    """Afternoon runs go two and a half hours earlier; known from the calendar."""
    DELAYED_OPENING = "two-hour delay"
    """Morning runs go two hours later; said the evening before."""
    STORM = "storm"
    """Nobody knew: the plan is that of a usual day."""


_OF_WEEK = {2: DayKind.EARLY_RELEASE, 3: DayKind.DELAYED_OPENING, 0: DayKind.STORM}
"""By week, counted round in fours: the first one has enough to do with itself."""


@dataclass(frozen=True, slots=True)
class TermDay:
    """A school day and its place in the term; both numbers count from 1."""

    service_date: date
    number: int
    week: int
    kind: DayKind

    @property
    def newness(self) -> float:
        """From 1 on the first day towards 0: how new school is to children and drivers."""
        return math.exp(-(self.number - 1) / _SETTLED_AFTER_DAYS)


def term(seed: int, first: date, days: int) -> tuple[TermDay, ...]:
    """So many school days from `first`, or from the next one if that is none."""
    made, day = [], school_day_from(first)
    for number in range(1, days + 1):
        week, place = (number - 1) // DAYS_A_WEEK + 1, (number - 1) % DAYS_A_WEEK
        special = int(chance(seed, "special day", week).integers(DAYS_A_WEEK))
        kind = _OF_WEEK.get(week % 4, DayKind.USUAL) if place == special else DayKind.USUAL
        made.append(TermDay(day, number, week, kind))
        day = school_day_from(day + timedelta(days=1))
    return tuple(made)


def conditions_of(seed: int, day: TermDay) -> Conditions:
    """What the day is like for every bus."""
    usual = Conditions(
        dwell_scatter=_DWELL_SCATTER,
        obstructions_per_km=_OBSTRUCTIONS_PER_KM,
        dwell=1 + 0.5 * day.newness,
        present_share=0.92 - 0.12 * day.newness,
        late_child_share=0.08 + 0.05 * day.newness,
    )
    if day.kind is not DayKind.STORM:
        return usual
    low, high = _STORM_FLOW
    return replace(
        usual,
        flow=float(chance(seed, day.service_date, "storm").uniform(low, high)),
        unrest=1.5,
        jams=2.0,
        dwell=1.2 * usual.dwell,
        present_share=0.80,
    )
