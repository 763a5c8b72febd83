"""A plan without shapes: honest on its first day, and from the next night on it knows the way its own buses drove."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from busline.answer import Answer, Arriving, MayHavePassed, OnTheWay
from busline.ids import StopId, StudentId
from busline.live import Live
from busline.people import Leg, Ride
from busline.position import Position, RunClaim
from busline.store.paths import PathLedger
from busline.store.plans import save_plan
from busline.store.pool import Pool
from busline.timetable import Pattern, Run, Stop, Timetable
from busline.travel_times.path_learning import LEARNED_AGAIN_AFTER, learn_paths
from tests.tracking_builder import (
    DAY,
    PACE_MPS,
    PLANE,
    at,
    drive,
    key_of,
    make_pattern,
    make_run,
    make_timetable,
    steady,
    street,
)

STREET = street((0, 0), (1_500, 0), (1_500, 1_200), (400, 1_200), (400, 2_400))
TRUE = make_pattern(STREET, [0.0, 800.0, 2_100.0, 3_200.0, 5_000.0])
HOURS = (7, 8, 9)
ASKED = 3
"""The call of the family that asks, 3,200 m along the street."""


def bare_pattern() -> Pattern:
    """The same stops, joined by straight lines as a plan without shapes has them."""
    stops = np.stack([np.interp(TRUE.stop_distance_m, TRUE.path_distance_m, xy) for xy in STREET.T], axis=1)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(stops, axis=0).T))])
    return replace(TRUE, path_xy=stops, path_distance_m=along, stop_distance_m=along, approximate=True)


def shapeless(pattern: Pattern, *, hours: Sequence[int] = HOURS) -> Timetable:
    """Some runs a morning on one route, each with its own bus, planned as slowly as the true way takes."""
    true = make_run("true", TRUE)
    runs = [
        replace(
            make_run(f"run-{hour}", pattern, start=hour * 3_600, bus=f"bus-{hour}"),
            arrival_seconds=true.arrival_seconds + (hour - 7) * 3_600,
            departure_seconds=true.departure_seconds + (hour - 7) * 3_600,
        )
        for hour in hours
    ]
    places = [PLANE.to_place(float(x), float(y)) for x, y in pattern.path_xy]
    stops = {stop_id: Stop(stop_id, stop_id, place) for stop_id, place in zip(pattern.stop_ids, places, strict=True)}
    return replace(make_timetable(*runs), stops=stops)


def on_the_street(run: Run, day: date, *, until: float = 5_000.0, claiming: bool = True) -> list[Position]:
    """The bus of a run as it drives the true way on a day, seen every ten seconds."""
    true = replace(run, pattern=TRUE)
    later = day - DAY
    fixes = drive(true, steady(true), every=10.0, bus=run.planned_vehicle_id or "", claiming=claiming)
    within = [one for one in fixes if one.fix_at <= at(run, until / PACE_MPS)]
    return [
        replace(
            one,
            fix_at=one.fix_at + later,
            received_at=one.received_at + later,
            claim=RunClaim(run.run_id, day) if claiming else None,
        )
        for one in within
    ]


async def live_through(live: Live, day: date, *, claiming: bool = True) -> None:
    """A day of all runs, told as one batch a run."""
    for run in live.picture.timetable.runs.values():
        fixes = on_the_street(run, day, claiming=claiming)
        for fix in fixes:
            await live.take([fix], fix.fix_at)


async def begin(live: Live, run: Run, day: date, until_m: float, *, claiming: bool = True) -> datetime:
    """The day's run as far as its bus has got; the moment."""
    fixes = on_the_street(run, day, until=until_m, claiming=claiming)
    for fix in fixes:
        await live.take([fix], fix.fix_at)
    return fixes[-1].fix_at


def asked(live: Live, run: Run, now: datetime) -> Answer:
    stop_id = StopId(f"stop-{ASKED}")
    ride = Ride(StudentId("1"), run.run_id, stop_id, None, Leg.TO_SCHOOL, 0b11111, date(2026, 9, 1), date(2027, 6, 30))
    return live.picture.answer([ride], now)


def off_street(timetable: Timetable, pattern: Pattern) -> float:
    path_xy = PLANE.to_xy(*timetable.plane.to_degrees(pattern.path_xy))
    apart = np.hypot(*(path_xy[:, None, :] - STREET[None, :, :]).transpose(2, 0, 1))
    return float(apart.min(1).max())


NIGHT = timedelta(hours=20)
TUESDAY = DAY + timedelta(days=1)


@pytest.mark.parametrize("claiming", [True, False], ids=["trip ids in the feed", "buses known by the plan"])
async def test_on_the_first_day_no_minutes_are_given_and_from_the_second_on_they_are(
    pool: Pool, claiming: bool
) -> None:
    await save_plan(pool, shapeless(bare_pattern()), "a" * 64, "test", at(make_run("true", TRUE), -3_600))
    first = shapeless(bare_pattern()).runs
    run = next(iter(first.values()))
    live = await Live.open(pool, at(run, -600))

    now = await begin(live, run, DAY, 1_000.0, claiming=claiming)
    told = asked(live, run, now)
    assert isinstance(told, OnTheWay)
    assert told.fix_at == now
    now = await begin(live, run, DAY, 4_400.0, claiming=claiming)
    assert isinstance(asked(live, run, now), MayHavePassed)
    await live_through(live, DAY, claiming=claiming)
    assert await learn_paths(pool, lambda: at(run, 0) + NIGHT) == 1

    await live.look_again(at(run, 0) + NIGHT)
    (pattern,) = {one.pattern for one in live.picture.timetable.runs.values()}
    assert not pattern.approximate
    assert off_street(live.picture.timetable, pattern) < 40
    assert np.diff(pattern.stop_distance_m) == pytest.approx(np.diff(TRUE.stop_distance_m), rel=0.05)
    now = await begin(live, run, TUESDAY, 1_000.0, claiming=claiming)
    told = asked(live, run, now)
    assert isinstance(told, Arriving)
    arrives = at(run, 3_200 / PACE_MPS, TUESDAY)
    assert told.window.earliest <= arrives <= told.window.latest
    assert (told.window.latest - told.window.earliest) < timedelta(minutes=7)


async def test_a_restart_and_the_next_version_of_the_plan_know_the_path(pool: Pool) -> None:
    plan = shapeless(bare_pattern())
    run = next(iter(plan.runs.values()))
    await save_plan(pool, plan, "a" * 64, "test", at(run, -3_600))
    await live_through(await Live.open(pool, at(run, -600)), DAY)
    night = at(run, 0) + NIGHT
    await learn_paths(pool, lambda: night)
    again = await Live.open(pool, night)
    assert not next(iter(again.picture.timetable.runs.values())).pattern.approximate
    before = await Live.open(pool, night - timedelta(hours=1))
    assert next(iter(before.picture.timetable.runs.values())).pattern.approximate

    await save_plan(pool, shapeless(bare_pattern(), hours=(7, 10)), "b" * 64, "test", night)
    await again.look_again(night)
    assert set(again.picture.timetable.runs) == {"run-7", "run-10"}
    assert not any(one.pattern.approximate for one in again.picture.timetable.runs.values())


async def test_a_stop_that_the_plan_moves_makes_the_path_unknown_again(pool: Pool) -> None:
    plan = shapeless(bare_pattern())
    run = next(iter(plan.runs.values()))
    await save_plan(pool, plan, "a" * 64, "test", at(run, -3_600))
    live = await Live.open(pool, at(run, -600))
    await live_through(live, DAY)
    night = at(run, 0) + NIGHT
    await learn_paths(pool, lambda: night)
    moved = bare_pattern()
    moved.path_xy[2] += (0.0, 300.0)
    await save_plan(pool, shapeless(moved), "b" * 64, "test", night)
    await live.look_again(night)
    assert all(one.pattern.approximate for one in live.picture.timetable.runs.values())


async def test_the_fleet_and_what_was_learned_are_carried_over_onto_the_path(pool: Pool) -> None:
    plan = shapeless(bare_pattern())
    run = next(iter(plan.runs.values()))
    await save_plan(pool, plan, "a" * 64, "test", at(run, -3_600))
    live = await Live.open(pool, at(run, -600))
    await live_through(live, DAY)
    now = await begin(live, run, TUESDAY, 2_100.0)
    straight_m = live.picture.fleet.progress[key_of(run, TUESDAY)].distance_m
    learned_at = now + timedelta(seconds=5)
    await learn_paths(pool, lambda: learned_at)
    await live.look_again(learned_at)
    progress = live.picture.fleet.progress[key_of(run, TUESDAY)]
    assert straight_m < 1_950 < 2_000 < progress.distance_m < 2_200
    live._learning._kept_at = learned_at - timedelta(hours=1)
    await live._learning.keep_up(learned_at)
    history = live._learning.engine.model._history
    assert history is not None
    road = live._learning.engine.model.network.roads[live.picture.timetable.runs[run.run_id].pattern]
    pace = road.edge_m[-1] / history.usual_seconds[road.link].sum()
    assert pace == pytest.approx(PACE_MPS, rel=0.15)


async def test_two_drives_are_too_few_and_nothing_is_learned_twice_from_the_same(pool: Pool) -> None:
    plan = shapeless(bare_pattern(), hours=(7,))
    (run,) = plan.runs.values()
    await save_plan(pool, plan, "a" * 64, "test", at(run, -3_600))
    live = await Live.open(pool, at(run, -600))
    nights = []
    for days in (0, 1, 2, 3):
        await live_through(live, DAY + timedelta(days=days))
        night = at(run, 0) + NIGHT + timedelta(days=days)
        nights.append(await learn_paths(pool, lambda night=night: night))  # type: ignore[misc]
    assert nights == [0, 0, 1, 0]
    late = at(run, 0) + timedelta(days=2) + NIGHT + LEARNED_AGAIN_AFTER
    assert await learn_paths(pool, lambda: late) == 1


async def test_what_was_learned_after_a_moment_is_forgotten_for_a_replay(pool: Pool) -> None:
    plan = shapeless(bare_pattern())
    run = next(iter(plan.runs.values()))
    await save_plan(pool, plan, "a" * 64, "test", at(run, -3_600))
    await live_through(await Live.open(pool, at(run, -600)), DAY)
    night = at(run, 0) + NIGHT
    await learn_paths(pool, lambda: night)
    ledger = PathLedger(pool)
    await ledger.rewind(night)
    assert len(await ledger.paths()) == 1
    await ledger.rewind(night - timedelta(seconds=1))
    assert len(await ledger.paths()) == 0
