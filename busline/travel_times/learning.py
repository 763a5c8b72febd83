"""Keeps the engine learning across days, restarts and versions of the plan.

What the day teaches is written down every two minutes, never on the way of a position or an answer; while the database
is away it is kept in memory. A new engine, for a new day, plan or process, is made beside the old one and then swapped.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

import structlog

from busline.due import DueRuns, unseen_runs
from busline.fleet import Fleet, StopVisit
from busline.ids import PlanId, StopId
from busline.school_days import Declared, SchoolDays
from busline.store.declared import DeclaredDays
from busline.store.lessons import LessonLedger
from busline.store.paths import PathLedger
from busline.store.plans import load_version
from busline.store.pool import UNAVAILABLE, Pool
from busline.store.riders import boardings_on
from busline.timetable import Timetable
from busline.tracking.going import not_ended
from busline.tracking.tracker import Step
from busline.travel_times.calibration import Calibration, calibrated, cells_of
from busline.travel_times.dwell import Dwells
from busline.travel_times.engine import Engine
from busline.travel_times.planned import planned_of_links
from busline.travel_times.punctuality import FirstVisit, Punctuality, first_visits
from busline.travel_times.reckoning import Lessons, Reckoning
from busline.travel_times.riders import Boarding, expected_riders
from busline.travel_times.road_history import Drive, learn
from busline.travel_times.road_versions import network_across
from busline.travel_times.trails import Trail, Trails, drives

log = structlog.get_logger(__name__)
T = TypeVar("T")

KEPT_EVERY = timedelta(minutes=2)
NOTED_EVERY = timedelta(minutes=1)
NOTED_RUNS = 150
"""Of so many runs a minute it is remembered what was told: some thousand predictions, a few milliseconds."""
HISTORY = timedelta(days=28)
"""The streets are learned from the last four weeks, ..."""
CALIBRATED_ON = timedelta(days=14)
"""... the band from the last two."""
DAY_BEGINS = timedelta(hours=3)
"""A new day's engine is made at night."""


class Learning:
    """Owns the engine in force. Fed with every step; `keep_up` is called now and then."""

    def __init__(self, pool: Pool, timetable: Timetable, now: datetime, engine: Engine | None = None) -> None:
        """Begins with an engine that knows the plan; `keep_up` makes the one that knows the past."""
        self.engine = Engine(timetable) if engine is None else engine
        self._pool = pool
        self._ledger = LessonLedger(pool)
        self._timetable = timetable
        self._day: date | None = None
        self._due = DueRuns(timetable)
        self._trails, self._reckoning = Trails(), Reckoning()
        self._pending: tuple[list[Trail], Lessons | None] = ([], None)
        self._keeping = asyncio.Lock()
        self._kept_at = self._noted_at = now
        self._turn = 0
        self._away = False

    def take(self, step: Step, now: datetime) -> None:
        """Learn from a step of the tracker."""
        self.engine.learn(step.progress)
        self.engine.visited(step.visits)
        self._trails.take(step.progress)
        self._reckoning.settle(step.visits, self.engine.drift)
        if now - self._noted_at >= NOTED_EVERY:
            self._noted_at = now
            self._note(step.fleet, now)

    def _note(self, fleet: Fleet, now: datetime) -> None:
        """Remember what is told of some runs; of a larger fleet, of each of them in turn."""
        active = [fleet.progress[key] for key in self._in_turn(not_ended(fleet.progress)[0])]
        due = self._in_turn([key for key in self._due.at(now) if key not in fleet.progress])
        self._turn += 1
        if not active and not due:
            return
        unseen, at = unseen_runs(self._timetable, self.engine, fleet, due, now), now.timestamp()
        outlook = self.engine.look(active, at, fleet.progress, unseen=unseen, fleet=fleet)
        self._reckoning.note(outlook, self.engine.drift.z(self.engine.calibration, cells_of(outlook)), at)

    def _in_turn(self, every: list[T]) -> list[T]:
        turns = max(1, -(-len(every) // NOTED_RUNS))
        return every[self._turn % turns :: turns]

    async def switch(self, timetable: Timetable, now: datetime) -> None:
        """Another version of the plan is in force: an engine that knows it, until `keep_up` makes a wiser one.

        Raises DatabaseUnavailableError, and then nothing has changed.
        """
        await self._keep(now)
        self.engine = await asyncio.to_thread(Engine, timetable)
        self._timetable, self._day = timetable, None
        self._due = DueRuns(timetable)
        self._trails, self._reckoning = Trails(), Reckoning()

    async def keep_up(self, now: datetime) -> None:
        """Write down what was learned, and make a new engine where the day is another.

        While the database is away everything stays as it is, for the next time.
        """
        today = (now.astimezone(self._timetable.timezone) - DAY_BEGINS).date()
        try:
            if now - self._kept_at >= KEPT_EVERY or today != self._day:
                await self._keep(now)
            if today != self._day:
                timetable = self._timetable
                engine = await self._made(timetable, today, now)
                if self._timetable is timetable:
                    self.engine, self._day = engine, today
                await self._ledger.forget_before(today - HISTORY)
        except UNAVAILABLE as fault:
            if not self._away:
                log.warning("lessons_not_kept", reason=type(fault).__name__, kept="in memory, for the next time")
            self._away = True
        else:
            if self._away:
                log.info("lessons_kept_again")
            self._away = False

    async def _keep(self, now: datetime) -> None:
        """Whatever could not be written is written with what came since."""
        # A switch to another plan may come meanwhile: one at a time, or one would drop what the other could not write.
        async with self._keeping:
            trails, lessons = self._pending
            lessons = lessons if lessons is not None else self._reckoning.drain()
            self._pending = (trails + self._trails.drain(), lessons)
            if self._timetable.plan_id and any(self._pending):
                day = now.astimezone(self._timetable.timezone).date()
                await self._ledger.keep(self._timetable.plan_id, *self._pending, day, now)
            self._pending, self._kept_at = ([], None), now

    async def _made(self, timetable: Timetable, today: date, now: datetime) -> Engine:
        trails = await self._ledger.trails(today - HISTORY, now)
        lessons = await self._ledger.lessons(today - CALIBRATED_ON, today)
        stood = await self._ledger.stood(today - CALIBRATED_ON, now)
        versions = {timetable.plan_id: timetable}
        paths = await PathLedger(self._pool).paths()
        for plan_id in trails.keys() - ({timetable.plan_id} if not paths else set()):
            planned = await load_version(self._pool, plan_id)
            if planned is not None:
                versions.setdefault(plan_id, await asyncio.to_thread(paths.drawn, planned, now))
                trails[plan_id] = await asyncio.to_thread(paths.carried, planned, trails[plan_id], now)
        declared = await DeclaredDays(self._pool).standing(today - HISTORY, now)
        began = await self._ledger.began(today - HISTORY, today)
        boardings = await boardings_on(self._pool, today)
        engine = await asyncio.to_thread(
            engine_of, timetable, versions, trails, stood, lessons, today, declared, began, boardings
        )
        log.info(
            "engine_made",
            day=today.isoformat(),
            links=len(engine.model.network),
            trails=sum(len(own) for own in trails.values()),
            lessons=0 if lessons is None else len(lessons),
        )
        return engine


def engine_of(
    timetable: Timetable,
    versions: Mapping[PlanId, Timetable],
    trails: Mapping[PlanId, Sequence[Trail]],
    stood: Mapping[StopId, tuple[float, int]],
    lessons: Lessons | None,
    today: date,
    declared: Declared | None = None,
    began: Sequence[StopVisit] = (),
    boardings: Sequence[Boarding] = (),
) -> Engine:
    """An engine for a plan and a day, from what was driven under this and earlier versions. Busy for seconds."""
    older = [version for plan_id, version in sorted(versions.items()) if plan_id != timetable.plan_id]
    network = network_across([*older, timetable])
    dwells = Dwells(network, riders=expected_riders(timetable, boardings))
    dwells.recall(stood)
    driven: list[Drive] = []
    for plan_id, own in trails.items():
        if plan_id in versions:
            driven += drives(versions[plan_id], network, own, dwells, SchoolDays(versions[plan_id], declared).kind)
    past = [drive for drive in driven if drive.service_date < today]
    kind, of_plan = SchoolDays(timetable, declared).kind(today), planned_of_links(timetable, network)
    engine = Engine(
        timetable,
        network,
        learn(network, past, on=today, kind=kind, planned_seconds=of_plan) if past else None,
        _calibration(lessons),
        dwells,
        Punctuality(_starts(versions, trails, began, declared or {}), today),
    )
    engine.recall([drive for drive in driven if drive.service_date >= today])
    return engine


def _starts(
    versions: Mapping[PlanId, Timetable],
    trails: Mapping[PlanId, Sequence[Trail]],
    began: Sequence[StopVisit],
    declared: Declared,
) -> list[FirstVisit]:
    """How runs began, each against the version of the plan that it was driven by.

    Not those of days that staff moved by hours: the plan says nothing about when they were to begin.
    """
    driven_by = {trail.key: plan_id for plan_id, own in trails.items() for trail in own}
    moved = {day for day, one in declared.items() if one.shift}
    of: dict[PlanId, list[StopVisit]] = {}
    for visit in began:
        plan_id = driven_by.get(visit.key)
        if plan_id is not None and plan_id in versions and visit.key.service_date not in moved:
            of.setdefault(plan_id, []).append(visit)
    return [first for plan_id, visits in of.items() for first in first_visits(versions[plan_id], visits)]


def _calibration(lessons: Lessons | None) -> Calibration | None:
    return None if lessons is None else calibrated(lessons.cells, lessons.score, lessons.run, lessons.arrival)
