"""Versions of the plan in a real PostgreSQL."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from busline.ids import RunId, ServiceId
from busline.plan_diff import plan_diff
from busline.store.plans import (
    KEPT_VERSIONS,
    StrandedRides,
    current_plan_id,
    load_timetable,
    save_plan,
    stranded_rides,
)
from busline.store.pool import Pool
from feeds.plan.gtfs import GtfsPlan, read_gtfs
from tests.plan_builder import small_plan, stop_times, write_plan

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)


def plan_with_start(tmp_path: Path, time: str) -> GtfsPlan:
    plan = small_plan()
    plan["stop_times.txt"] = stop_times("T1", ("A", time), ("B", "07:04:00"), ("C", "07:08:00"))
    return read_gtfs(write_plan(tmp_path / time.replace(":", ""), plan))


async def save(pool: Pool, plan: GtfsPlan, now: datetime = NOW) -> int:
    return await save_plan(pool, plan.timetable, plan.sha256, "test", now)


async def test_before_the_first_plan_there_is_none(pool: Pool) -> None:
    assert await load_timetable(pool) is None
    assert await current_plan_id(pool) is None


async def test_a_saved_plan_is_loaded_as_it_was_read(pool: Pool, tmp_path: Path) -> None:
    plan = small_plan()
    plan["calendar_dates.txt"] = [{"service_id": "school", "date": "20261012", "exception_type": 2}]
    plan["vehicle_assignments.txt"] = [{"block_id": "K1", "vehicle_id": "B204"}]
    read = read_gtfs(write_plan(tmp_path, plan))
    plan_id = await save(pool, read)
    loaded = await load_timetable(pool)
    assert loaded is not None
    assert loaded.plan_id == plan_id == await current_plan_id(pool)
    assert loaded.timezone == read.timetable.timezone
    assert loaded.calendar == read.timetable.calendar
    assert not loaded.calendar.runs_on(ServiceId("school"), date(2026, 10, 12))
    assert loaded.stops == read.timetable.stops
    assert plan_diff(read.timetable, loaded).lines() == ("No change: 2 runs as before.",)
    for run_id, was in read.timetable.runs.items():
        run = loaded.runs[run_id]
        assert run.planned_vehicle_id == "B204"
        assert run.stop_sequences.tolist() == was.stop_sequences.tolist()
        np.testing.assert_allclose(run.pattern.path_xy, was.pattern.path_xy, atol=1e-6)
        np.testing.assert_allclose(run.pattern.stop_distance_m, was.pattern.stop_distance_m, atol=1e-6)
    assert loaded.runs[RunId("T1")].pattern is loaded.runs[RunId("T2")].pattern


async def test_the_same_files_again_make_no_new_version(pool: Pool, tmp_path: Path) -> None:
    plan = plan_with_start(tmp_path, "07:00:00")
    first = await save(pool, plan)
    assert await save(pool, plan, NOW + timedelta(days=1)) == first
    assert await pool.fetchval("select count(*) from plan") == 1


async def test_going_back_to_an_earlier_plan_is_a_new_version(pool: Pool, tmp_path: Path) -> None:
    early, late = plan_with_start(tmp_path, "07:00:00"), plan_with_start(tmp_path, "07:01:00")
    first = await save(pool, early)
    await save(pool, late, NOW + timedelta(hours=1))
    again = await save(pool, early, NOW + timedelta(hours=2))
    assert again > first
    assert await current_plan_id(pool) == again


async def test_a_clock_that_went_back_does_not_hide_the_new_plan(pool: Pool, tmp_path: Path) -> None:
    await save(pool, plan_with_start(tmp_path, "07:00:00"))
    newer = await save(pool, plan_with_start(tmp_path, "07:01:00"), NOW - timedelta(hours=3))
    assert await current_plan_id(pool) == newer


async def test_only_the_newest_versions_are_kept_and_the_one_in_force_is_among_them(pool: Pool, tmp_path: Path) -> None:
    saved = [
        await save(pool, plan_with_start(tmp_path, f"07:0{min(minute, 3)}:{minute:02d}"))
        for minute in range(KEPT_VERSIONS + 2)
    ]
    assert await pool.fetchval("select count(*) from plan") == KEPT_VERSIONS
    assert await pool.fetchval("select count(distinct plan_id) from plan_run") == KEPT_VERSIONS
    assert await current_plan_id(pool) == saved[-1]


async def test_a_save_that_fails_leaves_the_plan_in_force(pool: Pool, tmp_path: Path) -> None:
    good = await save(pool, plan_with_start(tmp_path, "07:00:00"))
    bad = plan_with_start(tmp_path, "07:01:00")
    run = next(iter(bad.timetable.runs.values()))
    object.__setattr__(run, "route_id", None)
    with pytest.raises(Exception, match="null value in column"):
        await save(pool, bad, NOW + timedelta(hours=1))
    assert await current_plan_id(pool) == good
    assert await pool.fetchval("select count(*) from plan") == 1


async def test_two_saves_at_once_take_turns(pool: Pool, tmp_path: Path) -> None:
    plan = plan_with_start(tmp_path, "07:00:00")
    assert len(set(await asyncio.gather(*(save(pool, plan) for _ in range(4))))) == 1


async def test_rides_that_would_lose_their_run_or_stop_are_counted(pool: Pool, tmp_path: Path) -> None:
    await pool.execute("insert into school values ('s', 'School')")
    await pool.execute("insert into student select n::text, 's' from generate_series(1, 5) n")
    await pool.execute(
        """insert into ride (student_id, run_id, stop_id, stop_sequence, leg, weekdays, start_date, end_date) values
        ('1', 'T1', 'A', null, 'to_school', 31, '2026-09-01', '2027-06-30'),
        ('2', 'T1', 'A', 3, 'to_school', 31, '2026-09-01', '2027-06-30'),
        ('3', 'T9', 'A', null, 'to_school', 31, '2026-09-01', '2027-06-30'),
        ('4', 'T9', 'A', null, 'to_school', 31, '2026-09-01', '2027-06-30'),
        ('5', 'T9', 'A', null, 'to_school', 31, '2026-09-01', '2026-10-04')"""
    )
    plan = read_gtfs(write_plan(tmp_path, small_plan()))
    assert await stranded_rides(pool, plan.timetable, NOW.date()) == StrandedRides(2, 1, (RunId("T1"), RunId("T9")))
