"""Days of a simulated September: how each is heard, what was learned before it, and what truly happened. Shared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import groupby

import numpy as np

from busline.backtest.truth import Arrivals
from busline.ids import RunKey, StopId
from busline.position import Position
from busline.timetable import Timetable
from busline.travel_times.dwell import Dwells, stood_on
from busline.travel_times.engine import Engine
from busline.travel_times.planned import planned_of_links
from busline.travel_times.punctuality import FirstVisit, Punctuality
from busline.travel_times.riders import Boarding, expected_riders
from busline.travel_times.road import RoadNetwork
from busline.travel_times.road_history import learn
from busline.travel_times.trails import Trail, drives, kind_of
from feeds.screening import Screen
from feeds.simulator.history import SchoolDay

CALIBRATED_ON_DAYS = 10
"""The band is calibrated on so many days before the one that is lived through."""


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What the days before one showed."""

    versions: Sequence[Timetable]
    """Of the plan, the newest last."""
    network: RoadNetwork
    """Of all of them."""
    trails: Sequence[Sequence[Trail]]
    """By version: each one's buses drove its paths."""
    starts: Sequence[FirstVisit]
    stood: Sequence[Mapping[StopId, tuple[float, int]]]
    special: Mapping[date, str]


def taught(kind: type[Engine], learned: Learned, day: SchoolDay) -> Engine:
    """An engine that knows every day before one, as the service would make it, and the roster of the day."""
    on, newest = day.term_day.service_date, learned.versions[-1]
    dwells = Dwells(learned.network, riders=expected_riders(newest, _boardings(day)))
    dwells.recall(stood_on(learned.stood))
    driven = [
        replace(drive, kind=kind_of(drive.service_date, learned.special))
        for version, of_version in zip(learned.versions, learned.trails, strict=True)
        for drive in drives(version, learned.network, of_version, dwells)
    ]
    planned = planned_of_links(newest, learned.network)
    kind_today = kind_of(on, learned.special)
    history = learn(learned.network, driven, on=on, kind=kind_today, planned_seconds=planned) if driven else None
    return kind(newest, learned.network, history, dwells=dwells, punctuality=Punctuality(learned.starts, on))


def _boardings(day: SchoolDay) -> Iterator[Boarding]:
    """The roster: the children listed at each stop, whoever comes."""
    for run in day.plan.runs.values():
        for stop_id, riders in zip(run.stop_ids, run.riders, strict=True):
            if stop_id != run.school.stop_id:
                yield Boarding(run.run_id, stop_id, None, riders)


def heard(day: SchoolDay, polled_seconds: float) -> Iterator[Position]:
    """The day's reports as the poller brings them: screened, and all at the moment of the poll."""
    screen = Screen()
    for poll, batch in groupby(day.positions(), key=lambda one: one.received_at.timestamp() // polled_seconds):
        now = datetime.fromtimestamp((poll + 1) * polled_seconds, UTC)
        for position in screen.take(batch, now).positions:
            yield replace(position, received_at=now)


def true_arrivals(day: SchoolDay) -> dict[RunKey, Arrivals]:
    """The simulator's truth: every arrival known, and runs that no bus drove as never arriving."""
    on, nothing = day.term_day.service_date, np.empty(0)
    found = {}
    for run_id, run in day.plan.runs.items():
        arrived = day.truth.arrivals.get(run_id)
        at = np.full(len(run.stop_ids), np.nan) if arrived is None else np.array([one.timestamp() for one in arrived])
        never = np.full(len(at), arrived is None)
        found[RunKey(on, run_id)] = Arrivals(at, np.where(never, np.inf, 0.0), never, nothing, nothing)
    return found
