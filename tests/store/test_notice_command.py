"""`busline notice` and `busline assign` say what follows for families."""

import os
import pwd
from datetime import date
from pathlib import Path

import pytest

from busline.app.commands import assign, notice
from busline.environment import Secret
from busline.settings import Settings
from busline.store.pool import DatabaseAddress, Pool
from tests.plan_builder import small_plan
from tests.store.roster_folder import put_in_force

MONDAY = date(2026, 10, 5)


@pytest.fixture
async def settings(database: DatabaseAddress, pool: Pool, tmp_path: Path) -> Settings:
    user = database.user or pwd.getpwuid(os.getuid()).pw_name
    url = database.url or f"postgresql://{user}@/{database.database}?host={database.host}"
    await put_in_force(pool, tmp_path, small_plan())
    return Settings(data_dir=tmp_path, public_base_url="http://localhost:8080", database_url=Secret(url))


async def test_a_notice_says_who_is_told_and_which_causes_families_hear(settings: Settings) -> None:
    said: list[str] = []
    await notice(settings, "T1", "cancelled", MONDAY, "breakdown", said.append)
    assert said == [
        "Noted: run T1 on 2026-10-05 is cancelled. A running service tells its families now, and whoever asks."
    ]
    await notice(settings, "T1", "uncovered", MONDAY, "Joe is ill", said.append)
    assert said[-1] == (
        "The cause as you wrote it is for staff alone. "
        "Families are told one of: traffic, weather, breakdown, crash, driver, road, school."
    )


async def test_what_was_said_of_a_run_is_taken_back_once(settings: Settings) -> None:
    said: list[str] = []
    await notice(settings, "T1", "cancelled", MONDAY, "", said.append)
    for _ in range(2):
        await notice(settings, "T1", "clear", MONDAY, "", said.append)
    assert said[1:] == [
        "Taken back for run T1 on 2026-10-05. Families who heard it are told that a bus comes after all.",
        "Nothing is said of run T1 on 2026-10-05, so there was nothing to take back.",
    ]


async def test_another_bus_is_told_of_unasked_an_hour_ahead(settings: Settings) -> None:
    said: list[str] = []
    await assign(settings, "T1", "912", MONDAY, said.append)
    assert "at the earliest an hour before their stop" in said[0]
