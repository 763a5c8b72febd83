"""`busline announce`, as staff type it, on a real database."""

import argparse
import os
import pwd
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from busline.app.announce_commands import add_announce_parser, run_announce_command
from busline.app.database import Refused
from busline.environment import Secret
from busline.settings import Settings
from busline.store.pool import DatabaseAddress, Pool
from notifier.announcing.ledger import Announcements
from tests.plan_builder import small_plan
from tests.store.roster_folder import put_in_force
from tests.web.texting import ROSTER


class Shell:
    """Types commands and reads what they say."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def run(self, *words: str) -> str:
        parser = argparse.ArgumentParser()
        add_announce_parser(parser.add_subparsers(dest="command", required=True))
        said: list[str] = []
        assert await run_announce_command(self._settings, parser.parse_args(["announce", *words]), said.append) == 0
        return "\n".join(said)


@pytest.fixture
async def shell(database: DatabaseAddress, pool: Pool, tmp_path: Path) -> Shell:
    """Two families, one of them Spanish-speaking, whose rides go on whatever the day is."""
    url = database.url
    if url is None:
        user = database.user or pwd.getpwuid(os.getuid()).pw_name
        url = f"postgresql://{user}@/{database.database}?host={database.host}"
    await put_in_force(pool, tmp_path, small_plan())
    await pool.execute(ROSTER)
    await pool.execute("update ride set end_date = '2999-01-01'")
    return Shell(
        Settings(
            data_dir=tmp_path,
            public_base_url="http://localhost:8080",
            database_url=Secret(url),
            district_name="Lincoln County",
            announce_confirm_above=1,
        )
    )


async def test_an_announcement_is_drafted_looked_at_confirmed_and_cancelled(shell: Shell, pool: Pool) -> None:
    words = ("--words", "en=Bus 47 is back.", "--words", "es=El bus 47 funciona.")
    drafted = await shell.run("draft", "everyone", *words)
    assert "2 phones" in drafted
    assert "to everyone: 2 phones, from " in drafted
    assert "Lincoln County buses: Bus 47 is back. [1 segment]" in drafted
    assert "Together 2 segments, which take 1 minute at 1 a second." in drafted
    assert "Autobuses de Lincoln County: El bus 47 funciona." in drafted
    number = drafted.split("confirm ")[1].split()[0]
    assert "+16175550101  es   004321" in await shell.run("who", number)
    with pytest.raises(Refused, match="Say how many"):
        await shell.run("confirm", number)
    assert "to 2 phones" in await shell.run("confirm", number, "--recipients", "2")
    assert await Announcements(pool).promise_some(datetime.now(UTC)) == 2
    assert "Messages: 2 waiting" in await shell.run("show", number)
    assert "to everyone, 0 of 2 sent: Bus 47 is back." in await shell.run("list")
    assert "2 messages that had not left" in await shell.run("cancel", number, "--why", "a mistake")
    assert "cancelled by command line a mistake" in await shell.run("show", number)


async def test_times_are_shown_on_the_clock_on_which_they_are_typed(shell: Shell) -> None:
    tomorrow = datetime.now(ZoneInfo("America/New_York")).date() + timedelta(days=1)
    drafted = await shell.run(
        "draft", "everyone", "--change", "closed", "--date", str(tomorrow), "--send-at", f"{tomorrow}T05:30"
    )
    assert f"from {tomorrow} 05:30 to {tomorrow} 12:00." in drafted
    assert f"closed on {tomorrow}" in await shell.run("list")


async def test_a_draft_without_a_language_is_kept_and_says_that_it_cannot_go_out(shell: Shell) -> None:
    drafted = await shell.run("draft", "everyone", "--words", "en=Bus 47 is back.")
    assert "It cannot go out: there are no words in es." in drafted
    with pytest.raises(Refused, match="no words"):
        await shell.run("confirm", drafted.split()[1].rstrip(","), "--recipients", "2")


async def test_what_is_not_there_is_said(shell: Shell) -> None:
    assert await shell.run("list") == "Nothing was announced yet."
    for words in (("confirm", "7"), ("show", "7"), ("who", "7"), ("cancel", "7")):
        with pytest.raises(Refused, match="no announcement 7"):
            await shell.run(*words)
    with pytest.raises(Refused, match="none of the languages"):
        await shell.run("draft", "everyone", "--words", "xx=y")
    with pytest.raises(Refused, match="no run R9"):
        await shell.run("draft", "run", "R9", "--words", "en=y")
