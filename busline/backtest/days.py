"""Recorded days in order: each is lived with what the days before it taught, and told with a band they calibrated."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import partial

import numpy as np
from numpy.typing import NDArray

from busline.backtest.judging import Told, calibration_from, happened, tell_in_time
from busline.backtest.plans import Plans
from busline.backtest.replaying import Notes, Replayed, replay
from busline.backtest.truth import Arrivals, true_arrivals
from busline.ids import RouteId, RunKey
from busline.position import Position
from busline.school_days import SchoolDays
from busline.timetable import Timetable
from busline.travel_times.dwell import Dwells, stood_on
from busline.travel_times.engine import Engine
from busline.travel_times.planned import planned_of_links
from busline.travel_times.punctuality import FirstVisit, Punctuality
from busline.travel_times.road import RoadNetwork
from busline.travel_times.road_history import Drive, learn
from busline.travel_times.trails import Trail, drives

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

LEARNED_BRACKET_SECONDS = 130.0
"""Arrivals known this well are good enough to calibrate by."""
CALIBRATED_ON_DAYS = 10
"""The newest so many of the days before calibrate the band."""
LEARNED_TICK_SECONDS = 15.0
"""Days that are only learned from are lived in such steps."""
EARLIER_DAYS = "earlier days"
NOTHING = "nothing: the band's own shape"


@dataclass(frozen=True, slots=True, eq=False)
class Lived:
    """The days that are scored, as one."""

    replayed: Replayed
    truth: Mapping[RunKey, Arrivals]
    told: Told
    fitted_on: tuple[tuple[str, Rows], ...]
    """In words, what the band was calibrated on, and the notes that were told with it. Others were told nothing."""


def live_through(
    plans: Plans,
    history: Sequence[Position],
    positions: Sequence[Position],
    fit_routes: frozenset[RouteId],
    tell: Callable[[str, float], None],
) -> Lived | None:
    """Every day of `history` and `positions` in order; those of `positions` are noted and told.

    None where nothing could be said on any of them.
    """
    network = plans.network()
    scored_days, every_day = plans.by_day(positions), plans.by_day([*history, *positions])
    trails: list[tuple[Timetable, Sequence[Trail]]] = []
    starts: list[FirstVisit] = []
    dwells = Dwells(network)
    past: list[tuple[Notes, Floats]] = []
    days: list[Lived] = []
    for day in sorted(every_day):
        timetable = plans.on(day)
        engine = _engine(timetable, network, trails, dwells, Punctuality(starts, day), day)
        truth = true_arrivals(timetable, every_day[day])
        tick = 0.0 if day in scored_days else LEARNED_TICK_SECONDS
        replayed = replay(timetable, every_day[day], truth, engine, partial(tell, str(day)), tick_seconds=tick)
        actual = happened(replayed, truth, LEARNED_BRACKET_SECONDS).actual
        if day in scored_days and len(replayed.notes):
            told, fitted_on = _told(timetable, replayed, actual, past, fit_routes)
            days.append(Lived(replayed, truth, told, tuple(fitted_on)))
        trails.append((timetable, replayed.trails))
        starts += replayed.starts
        past = [*past, (replayed.notes, actual)][-CALIBRATED_ON_DAYS:]
    return _as_one(days)


def _engine(
    timetable: Timetable,
    network: RoadNetwork,
    trails: Sequence[tuple[Timetable, Sequence[Trail]]],
    dwells: Dwells,
    punctuality: Punctuality,
    day: date,
) -> Engine:
    driven: list[Drive] = []
    for version in {id(version): version for version, _ in trails}.values():
        own = [trail for of, day_trails in trails if of is version for trail in day_trails]
        driven += drives(version, network, own, dwells, SchoolDays(version).kind)
    kind, of_plan = SchoolDays(timetable).kind(day), planned_of_links(timetable, network)
    history = learn(network, driven, on=day, kind=kind, planned_seconds=of_plan) if driven else None
    return Engine(timetable, network, history, dwells=dwells, punctuality=punctuality)


def _told(
    timetable: Timetable,
    replayed: Replayed,
    actual: Floats,
    past: Sequence[tuple[Notes, Floats]],
    fit_routes: frozenset[RouteId],
) -> tuple[Told, list[tuple[str, Rows]]]:
    """What would have been told on a day, and with constants from where: earlier days, or else other routes."""
    notes = replayed.notes
    everything = np.arange(len(notes))
    before = [(own, came) for own, came in past if len(own)]
    if before:
        earlier, came = _joined([own for own, _ in before]), np.concatenate([came for _, came in before])
        calibration = calibration_from(earlier, came, np.ones(len(earlier), np.bool_))
        return tell_in_time(notes, actual, calibration), [(EARLIER_DAYS, everything)]
    routes = np.array([timetable.runs[key.run_id].route_id for key in replayed.runs])[notes.trip]
    told = Told(*(np.full(len(notes), np.nan) for _ in fields(Told)))
    folds: list[tuple[str, Rows]] = []
    for fitted, scored in _halves(routes, fit_routes):
        rows = np.flatnonzero(np.isin(routes, list(scored)))
        calibration = calibration_from(notes, actual, np.isin(routes, list(fitted)))
        own = tell_in_time(notes[rows], actual[rows], calibration)
        for field in fields(Told):
            getattr(told, field.name)[rows] = getattr(own, field.name)
        folds.append((f"routes {', '.join(sorted(fitted))}" if fitted else NOTHING, rows))
    return told, folds


def _halves(routes: NDArray[np.str_], fit_routes: frozenset[RouteId]) -> list[tuple[set[str], set[str]]]:
    """Pairs of routes to fit on and routes to score."""
    counts = Counter(routes.tolist())
    every = set(counts)
    if fit_routes:
        return [(every & fit_routes, every - fit_routes)]
    if len(every) == 1:
        return [(set(), every)]
    halves: tuple[set[str], set[str]] = (set(), set())
    sizes = [0, 0]
    for route, count in counts.most_common():
        smaller = int(sizes[1] < sizes[0])
        halves[smaller].add(route)
        sizes[smaller] += count
    return [(halves[0], halves[1]), (halves[1], halves[0])]


def _joined(parts: Sequence[Notes]) -> Notes:
    """Notes of several days as one, their runs numbered on."""
    offsets = np.cumsum([0, *(int(part.trip.max(initial=-1)) + 1 for part in parts)])
    numbered = [replace(part, trip=part.trip + offset) for part, offset in zip(parts, offsets, strict=False)]
    return Notes(*(np.concatenate([getattr(part, field.name) for part in numbered]) for field in fields(Notes)))


def _as_one(days: Sequence[Lived]) -> Lived | None:
    """Several scored days as one; None where nothing could be said on any."""
    if not days:
        return None
    runs = np.cumsum([0, *(len(day.replayed.runs) for day in days)])
    rows = np.cumsum([0, *(len(day.replayed.notes) for day in days)])
    parts = [
        replace(day.replayed.notes, trip=day.replayed.notes.trip + offset)
        for day, offset in zip(days, runs, strict=False)
    ]
    notes = Notes(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Notes)))
    unmatched: Counter[str] = Counter()
    for day in days:
        unmatched.update(day.replayed.unmatched)
    replayed = Replayed(
        runs=tuple(key for day in days for key in day.replayed.runs),
        notes=notes,
        started_at={key: at for day in days for key, at in day.replayed.started_at.items()},
        unmatched=dict(unmatched),
        traversals=sum(day.replayed.traversals for day in days),
        trails=tuple(trail for day in days for trail in day.replayed.trails),
        starts=tuple(start for day in days for start in day.replayed.starts),
        stood=stood_on([day.replayed.stood for day in days]),
    )
    fitted_on: dict[str, list[Rows]] = {}
    for day, offset in zip(days, rows, strict=False):
        for words, own in day.fitted_on:
            fitted_on.setdefault(words, []).append(own + offset)
    return Lived(
        replayed=replayed,
        truth={key: one for day in days for key, one in day.truth.items()},
        told=Told(*(np.concatenate([getattr(day.told, field.name) for day in days]) for field in fields(Told))),
        fitted_on=tuple((words, np.concatenate(own)) for words, own in fitted_on.items()),
    )
