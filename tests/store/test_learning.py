"""What the engine learns outlives the process, the day and the version of the plan."""

import asyncio
import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, cast

import numpy as np
import pytest

from busline.fleet import Fleet
from busline.ids import PlanId
from busline.live import Live
from busline.position import Position, RunClaim
from busline.store.lessons import LessonLedger
from busline.store.plans import load_timetable, save_plan
from busline.store.pool import DatabaseUnavailableError, Pool
from busline.timetable import Run, Timetable
from busline.tracking.tracker import Tracker
from busline.travel_times.calibration import Cells
from busline.travel_times.learning import Learning
from busline.travel_times.outlook import Stage
from busline.travel_times.reckoning import Lessons
from busline.travel_times.trails import Trail
from tests.tracking_builder import DAY, PACE_MPS, at, drive, key_of, make_run, make_timetable, steady, street

FIRST = make_run("first", street((0, 0), (5_000, 0)), bus="47")
SECOND = make_run("second", street((0, -600), (0, 0), (5_000, 0)), start=8 * 3_600, bus="48")
SLOW = 0.5
LAST = len(SECOND) - 1


async def planned(pool: Pool, *runs: Run, now: datetime | None = None, sha: str = "a") -> Timetable:
    await save_plan(pool, make_timetable(*runs), sha * 64, "test", now or at(FIRST, -3_600))
    timetable = await load_timetable(pool)
    assert timetable is not None
    return timetable


def live_through(learning: Learning, tracker: Tracker, positions: list[Position]) -> None:
    for position in sorted(positions, key=lambda position: position.fix_at):
        learning.take(tracker.take([position], position.fix_at), position.fix_at)


def slow_bus(run: Run = FIRST) -> list[Position]:
    return drive(run, steady(run, pace_mps=SLOW * PACE_MPS), every=20.0, bus="47")


def minutes_ahead(learning: Learning, timetable: Timetable, day_later: int = 0) -> float:
    """From where the second run's bus is, 700 m along, to its last stop."""
    tracker = Tracker(timetable, Fleet(at(FIRST, -3_600)))
    later = timedelta(days=day_later)
    reports = []
    for one in drive(SECOND, [(0.0, 0.0), (100.0, 700.0)], every=10.0, bus="48"):
        claim = RunClaim(SECOND.run_id, DAY + later)
        reports.append(replace(one, fix_at=one.fix_at + later, received_at=one.received_at + later, claim=claim))
    for report in reports:
        tracker.take([report], report.fix_at)
    now = reports[-1].fix_at
    (progress,) = (one for one in tracker.fleet.progress.values())
    outlook = learning.engine.look([progress], now.timestamp(), further=False)
    row = np.flatnonzero(outlook.call == LAST)[0]
    return float(outlook.mean_seconds[row]) / 60


PLANNED_MINUTES = (5_600 - 700 - 30) / PACE_MPS / 60


async def test_a_slow_bus_is_learned_from_and_a_restart_remembers_it(pool: Pool) -> None:
    timetable = await planned(pool, FIRST, SECOND)
    learning = Learning(pool, timetable, at(FIRST, 0))
    await learning.keep_up(at(FIRST, 0))
    assert minutes_ahead(learning, timetable) == pytest.approx(PLANNED_MINUTES, rel=0.02)
    live_through(learning, Tracker(timetable, Fleet(at(FIRST, -60))), slow_bus())
    learned = minutes_ahead(learning, timetable)
    assert learned > 1.3 * PLANNED_MINUTES
    now = at(SECOND, 0)
    await learning.keep_up(now)
    again = Learning(pool, timetable, now)
    assert minutes_ahead(again, timetable) == pytest.approx(PLANNED_MINUTES, rel=0.02)
    await again.keep_up(now)
    assert minutes_ahead(again, timetable) == pytest.approx(learned, rel=0.05)


async def test_what_could_be_said_of_a_run_before_its_bus_was_seen_is_a_lesson_once_it_came(pool: Pool) -> None:
    timetable = await planned(pool, FIRST, SECOND)
    learning, tracker = Learning(pool, timetable, at(FIRST, -3_600)), Tracker(timetable, Fleet(at(FIRST, -3_600)))
    for seconds in (-1_800, -900):
        learning.take(tracker.take([], at(FIRST, seconds)), at(FIRST, seconds))
    live_through(learning, tracker, slow_bus())
    await learning.keep_up(at(FIRST, 3_600))
    lessons = await LessonLedger(pool).lessons(DAY, DAY + timedelta(days=1))
    assert lessons is not None
    before = lessons.cells.stage == Stage.UNSEEN
    assert before.any()
    # By how far along the run each call lies, however long before it that was said.
    assert len(set(lessons.cells.horizon[before].tolist())) > 3


async def test_the_next_day_begins_with_what_the_day_before_taught(pool: Pool) -> None:
    timetable = await planned(pool, FIRST, SECOND)
    learning = Learning(pool, timetable, at(FIRST, 0))
    live_through(learning, Tracker(timetable, Fleet(at(FIRST, -60))), slow_bus())
    await learning.keep_up(at(SECOND, 0))
    tomorrow = at(FIRST, 0) + timedelta(days=1)
    await learning.keep_up(tomorrow)
    assert minutes_ahead(learning, timetable, day_later=1) > 1.5 * PLANNED_MINUTES


async def test_another_version_of_the_plan_inherits_the_streets_that_it_shares(pool: Pool) -> None:
    timetable = await planned(pool, FIRST, SECOND)
    learning = Learning(pool, timetable, at(FIRST, 0))
    live_through(learning, Tracker(timetable, Fleet(at(FIRST, -60))), slow_bus())
    now = at(SECOND, 0)
    moved = make_run("moved", street((0, 700), (0, 0), (5_000, 0)), start=9 * 3_600, bus="47")
    newer = await planned(pool, moved, SECOND, now=now, sha="b")
    await learning.switch(newer, now)
    assert minutes_ahead(learning, newer) == pytest.approx(PLANNED_MINUTES, rel=0.02)
    await learning.keep_up(now)
    assert minutes_ahead(learning, newer) > 1.3 * PLANNED_MINUTES


async def test_while_the_database_is_away_lessons_wait_in_memory(pool: Pool) -> None:
    timetable = await planned(pool, FIRST, SECOND)
    learning = Learning(pool, timetable, at(FIRST, 0))
    await learning.keep_up(at(FIRST, 0))
    live_through(learning, Tracker(timetable, Fleet(at(FIRST, -60))), slow_bus())

    class Away(LessonLedger):
        async def keep(self, *_: object, **__: object) -> None:
            raise DatabaseUnavailableError("away")

    there = learning._ledger
    learning._ledger = cast(LessonLedger, Away(pool))
    await learning.keep_up(at(SECOND, 0))
    learning._ledger = there
    await learning.keep_up(at(SECOND, 300))
    kept = await there.trails(DAY, at(SECOND, 3_600))
    assert sum(len(trail.at) for trail in kept[timetable.plan_id]) > 50


async def test_a_switch_that_fails_while_lessons_are_being_kept_loses_none(pool: Pool) -> None:
    timetable = await planned(pool, FIRST, SECOND)
    learning = Learning(pool, timetable, at(FIRST, 0))
    await learning.keep_up(at(FIRST, 0))
    tracker, fixes = Tracker(timetable, Fleet(at(FIRST, -60))), slow_bus()
    half = len(fixes) // 2
    live_through(learning, tracker, fixes[:half])
    begun, go_on, calls = asyncio.Event(), asyncio.Event(), itertools.count()

    class SlowThenAway(LessonLedger):
        async def keep(self, *arguments: Any) -> None:
            call = next(calls)
            begun.set()
            await go_on.wait()
            if call == 1:
                raise DatabaseUnavailableError("away")
            await super().keep(*arguments)

    learning._ledger = SlowThenAway(pool)
    keeping = asyncio.create_task(learning.keep_up(at(SECOND, 0)))
    await begun.wait()
    live_through(learning, tracker, fixes[half:])
    switching = asyncio.create_task(learning.switch(timetable, at(SECOND, 10)))
    await asyncio.sleep(0)
    go_on.set()
    kept, switched = await asyncio.gather(keeping, switching, return_exceptions=True)
    assert kept is None
    assert isinstance(switched, DatabaseUnavailableError)
    await learning.keep_up(at(SECOND, 300))
    found = (await learning._ledger.trails(DAY, at(SECOND, 3_600)))[timetable.plan_id]
    assert len({moment for trail in found for moment in trail.at.tolist()}) > 0.9 * len(fixes)


async def test_trails_come_back_as_they_were_kept_by_version_of_the_plan(pool: Pool) -> None:
    timetable, ledger = await planned(pool, FIRST), LessonLedger(pool)
    moments = at(FIRST, 0).timestamp() + np.array([0.0, 20.5, 41.0])
    trail = Trail(key_of(FIRST), moments, np.array([0.0, 150.25, 320.0]))
    for _ in range(2):
        await ledger.keep(timetable.plan_id, [trail], None, DAY, at(FIRST, 60))
    (found,) = (await ledger.trails(DAY, at(FIRST, 600)))[timetable.plan_id]
    assert found.key == trail.key
    assert found.at == pytest.approx(trail.at, abs=0.01)
    assert found.distance_m == pytest.approx(trail.distance_m)
    assert await ledger.trails(DAY + timedelta(days=1), at(FIRST, 600)) == {}
    assert await ledger.trails(DAY, at(FIRST, -1)) == {}


def lessons(score: float, count: int = 3) -> Lessons:
    numbers = np.arange(count)
    return Lessons(Cells(*(numbers % 2 for _ in range(4))), np.full(count, score), numbers, numbers)


async def test_lessons_of_several_days_are_joined_with_their_runs_kept_apart(pool: Pool) -> None:
    ledger = LessonLedger(pool)
    await ledger.keep(PlanId(1), [], lessons(1.0), DAY, at(FIRST, 0))
    await ledger.keep(PlanId(1), [], lessons(2.0), DAY, at(FIRST, 120))
    await ledger.keep(PlanId(1), [], lessons(9.0), DAY + timedelta(days=1), at(FIRST, 86_400))
    found = await ledger.lessons(DAY, DAY + timedelta(days=1))
    assert found is not None
    assert found.score.tolist() == [1.0] * 3 + [2.0] * 3
    assert found.run.tolist() == list(range(6))
    assert found.arrival.tolist() == list(range(6))
    assert await ledger.lessons(DAY - timedelta(days=9), DAY) is None


async def test_a_rewind_and_the_passing_of_time_forget(pool: Pool) -> None:
    timetable, ledger = await planned(pool, FIRST), LessonLedger(pool)
    for seconds in (0.0, 600.0):
        moments = at(FIRST, seconds).timestamp() + np.array([0.0, 20.0, 40.0])
        trail = Trail(key_of(FIRST), moments, np.array([0.0, 100.0, 200.0]))
        await ledger.keep(timetable.plan_id, [trail], lessons(1.0), DAY, at(FIRST, seconds))
    await ledger.rewind(at(FIRST, 300))
    assert len((await ledger.trails(DAY, at(FIRST, 9_000)))[timetable.plan_id]) == 1
    kept = await ledger.lessons(DAY, DAY + timedelta(days=1))
    assert kept is not None
    assert len(kept) == 3
    await ledger.forget_before(DAY + timedelta(days=1))
    assert await ledger.trails(DAY, at(FIRST, 9_000)) == {}
    assert await ledger.lessons(DAY, DAY + timedelta(days=1)) is None


def early_bird(day: date) -> list[Position]:
    """The first bus on a day, waiting from five minutes before its start and leaving two minutes ahead of it."""
    later = day - DAY
    claim = RunClaim(FIRST.run_id, day)
    profile = [(-300.0, 0.0), (-120.0, 0.0), (-120.0 + 5_000 / PACE_MPS, 5_000.0)]
    return [
        replace(one, fix_at=one.fix_at + later, received_at=one.received_at + later, claim=claim)
        for one in drive(FIRST, profile, every=20.0)
    ]


async def foreseen(live: Live, learning: Learning, day: date) -> tuple[float, bool]:
    """Four minutes before the start: how long until the bus is at its second stop, and whether the run is new."""
    now = at(FIRST, -240, day)
    await live.take([one for one in early_bird(day) if one.fix_at <= now], now)
    await learning.keep_up(now)
    outlook = learning.engine.look([live.picture.fleet.progress[key_of(FIRST, day)]], now.timestamp(), further=False)
    row = np.flatnonzero(outlook.call == 1)[0]
    return float(outlook.mean_seconds[row]), bool(outlook.new[row])


async def test_a_run_is_new_for_five_days_and_a_bus_that_always_leaves_early_is_then_expected_to(pool: Pool) -> None:
    await planned(pool, FIRST)
    school_days = [DAY + timedelta(days=days) for days in (0, 1, 2, 3, 4, 7)]
    told = []
    for day in school_days:
        live = await Live.open(pool, at(FIRST, -600, day))
        learning = live._learning
        told.append(await foreseen(live, learning, day))
        for one in early_bird(day):
            await live.take([one], one.fix_at)
        await learning.keep_up(at(FIRST, 3_600, day))
    assert [is_new for _, is_new in told] == [True] * 5 + [False]
    assert told[-1][0] < told[0][0] - 90
