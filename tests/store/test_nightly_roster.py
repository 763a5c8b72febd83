"""The roster of the night: brought in by itself, all or nothing, once a night, also by a service that was down."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import structlog

from busline.app.nightly_roster import roster_chores
from busline.jobs import keep_up
from busline.logs import configure_logging
from busline.settings import Settings, read_settings
from busline.store.jobs import JobLedger
from busline.store.pool import Pool
from tests.plan_builder import small_plan, write_plan
from tests.store.roster_folder import put_in_force, small_roster, student

ZONE = ZoneInfo("America/New_York")
NOON = datetime(2026, 10, 6, 12, tzinfo=ZONE)


@pytest.fixture
async def settings(pool: Pool, tmp_path: Path) -> Settings:
    await put_in_force(pool, tmp_path, small_plan())
    write_plan(tmp_path / "roster", small_roster())
    return replace(read_settings({}), roster_dir=tmp_path / "roster")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged, as a service logs it."""
    root = logging.getLogger()
    handlers, level, hook = list(root.handlers), root.level, sys.excepthook
    out = io.StringIO()
    configure_logging(read_settings({}), stream=out)
    yield out
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook = hook
    structlog.reset_defaults()


async def be_up(settings: Settings, pool: Pool, now: datetime = NOON) -> None:
    """A service that runs for a moment at `now`."""
    keeping = asyncio.create_task(keep_up(roster_chores(settings, pool), JobLedger(pool), lambda: ZONE, lambda: now))
    for _ in range(200):
        await asyncio.sleep(0.02)
        if await pool.fetchval("select count(*) from job_run where started_at = $1", now):
            break
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_a_service_that_was_down_at_two_brings_the_roster_in_when_it_is_back_and_once(
    settings: Settings, pool: Pool
) -> None:
    await be_up(settings, pool)
    assert await pool.fetchval("select count(*) from student") == 3
    await pool.execute("delete from ride; delete from link; delete from student")
    await be_up(settings, pool, NOON.replace(minute=1))
    assert await pool.fetchval("select count(*) from student") == 0, "the night was done already"
    due = await pool.fetch("select job, due_at from job_run")
    assert [tuple(row) for row in due] == [("load the roster", datetime(2026, 10, 6, 6, tzinfo=UTC))]


async def test_a_roster_that_is_wrong_changes_nothing_and_the_log_names_no_student(
    settings: Settings, pool: Pool, log: io.StringIO
) -> None:
    await be_up(settings, pool)
    assert settings.roster_dir is not None
    write_plan(settings.roster_dir, small_roster() | {"students.csv": [student("777001", "no school of ours")]})
    await be_up(settings, pool, NOON.replace(day=7))
    assert await pool.fetchval("select array_agg(student_id order by student_id) from student") == ["100", "101", "102"]
    (said,) = [json.loads(line) for line in log.getvalue().splitlines() if "roster was refused" in line]
    assert said["problems"] > 0
    assert "--dry-run" in said["next_step"]
    assert "777001" not in log.getvalue()


def test_without_a_folder_there_is_no_chore(pool: Pool) -> None:
    assert roster_chores(read_settings({}), pool) == []
