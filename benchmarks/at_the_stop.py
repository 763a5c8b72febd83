"""Children who go to their stop by what they are told, on a simulated day: do they miss the bus, how long do they wait?

A family goes by the plan until it is told a time, then by each newer time told, until it is time to leave: the walk
takes 5 minutes. It is told before the bus is seen, while it waits, and under way, as the service answers whoever asks.
Notes and what was told of them in; one `Child` for every stop of a morning run out.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from busline.accuracy.scoring import MISSED_SECONDS
from busline.backtest.judging import Told
from busline.backtest.replaying import Notes, Replayed
from busline.people import Leg
from busline.service_day import moment
from busline.travel_times.outlook import Stage
from feeds.simulator.history import SchoolDay

Flags = NDArray[np.bool_]

WALK_SECONDS = 300.0
TOLD_A_TIME = "told a time"
"""Whoever was told when to be there, in time or too late to walk."""


class WentBy(StrEnum):
    """What brought the children of a stop to it when they came."""

    TOLD = "told in time"
    TOLD_BEFORE = "told in time, and last before the bus was under way"
    TOO_LATE = "told when it was too late to walk"
    PLAN = "the plan alone"


@dataclass(frozen=True, slots=True)
class Child:
    """A call of a morning run, and what became of the children there who went by what they were told."""

    children: int
    went_by: "WentBy"
    missed: bool
    """The bus came more than 60 s before them."""
    left_behind: bool
    """It had left when they came: some that count as missed were still met by a bus that waited."""
    wait_seconds: float


def children_of(day: SchoolDay, replayed: Replayed, told: Told) -> Iterator[Child]:
    """Every stop of every morning run that a bus drove."""
    notes = replayed.notes
    of_call = rows_by_call(notes, np.ones(len(notes), np.bool_))
    number = {key.run_id: trip for trip, key in enumerate(replayed.runs)}
    midnight_at = midnight(day)
    for run_id, visits in day.truth.visits.items():
        run = day.plan.runs[run_id]
        if run.leg is Leg.FROM_SCHOOL:
            continue
        for call, visit in enumerate(visits[:-1]):
            rows = of_call.get((number[run_id], call), np.empty(0, np.intp))
            under_way = notes.stage[rows] == Stage.UNDER_WAY
            columns = (notes.made_at[rows], told.be_ready_at[rows], under_way)
            times = zip(*(column.tolist() for column in columns), strict=True)
            there_at, went_by = followed(midnight_at + run.seconds[call], times)
            came_at, left_at = midnight_at + visit.arrived_seconds, midnight_at + visit.departed_seconds
            missed = came_at < there_at - MISSED_SECONDS
            yield Child(run.riders[call], went_by, missed, left_at < there_at, max(0.0, came_at - there_at))


def followed(planned_at: float, told: Iterable[tuple[float, float, bool]]) -> tuple[float, WentBy]:
    """When a family is at the stop that goes by the newest time told until it leaves, and what it went by.

    Told are the moment, the time to be at the stop, and whether the bus was under way, in order.
    """
    be_there_at, went_by = planned_at, WentBy.PLAN
    for made_at, be_ready_at, under_way in told:
        if made_at >= be_there_at - WALK_SECONDS:
            break
        # As it is told: in whole minutes, rounded down. Whoever learns it too late to walk leaves at once.
        be_there_at, soonest = 60.0 * (be_ready_at // 60.0), made_at + WALK_SECONDS
        went_by = WentBy.TOLD if under_way else WentBy.TOLD_BEFORE
        if be_there_at < soonest:
            be_there_at, went_by = soonest, WentBy.TOO_LATE
    return be_there_at, went_by


def rows_by_call(notes: Notes, which: Flags) -> dict[tuple[int, int], NDArray[np.intp]]:
    """Rows of each call of each trip, in order of time."""
    rows = np.flatnonzero(which)
    rows = rows[np.lexsort((notes.made_at[rows], notes.call[rows], notes.trip[rows]))]
    new = np.flatnonzero((np.diff(notes.trip[rows]) != 0) | (np.diff(notes.call[rows]) != 0)) + 1
    return {(int(notes.trip[own[0]]), int(notes.call[own[0]])): own for own in np.split(rows, new) if len(own)}


def midnight(day: SchoolDay) -> float:
    """The moment that the seconds of a day's plan count from."""
    return moment(day.term_day.service_date, 0, day.truth.timezone).timestamp()


def by_what_they_went(children: Sequence[Child]) -> dict[str, dict[str, float]]:
    """Shares of children, percent, and their mean wait: of all that were told a time, and by what they went by."""
    groups = {went_by.value: _group(children, {went_by}) for went_by in WentBy}
    everyone = {"all children": _group(children, set(WentBy))}
    return {TOLD_A_TIME: _group(children, set(WentBy) - {WentBy.PLAN})} | groups | everyone


def _group(children: Sequence[Child], went_by: Set[WentBy]) -> dict[str, float]:
    own = [child for child in children if child.went_by in went_by]
    counted = sum(child.children for child in own)
    total = max(counted, 1)

    def percent(which: Iterable[bool]) -> float:
        return round(100 * sum(c.children for c, one in zip(own, which, strict=True) if one) / total, 2)

    met = [child for child in own if not child.missed]
    waited = sum(child.children * child.wait_seconds for child in met) / max(sum(child.children for child in met), 1)
    return {
        "share_percent": round(100 * counted / max(sum(child.children for child in children), 1), 1),
        "not_missed_percent": percent(not child.missed for child in own),
        "not_left_behind_percent": percent(not child.left_behind for child in own),
        "wait_minutes": round(waited / 60, 2),
    }
