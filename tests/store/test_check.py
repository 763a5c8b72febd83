"""`busline check` tells the truth about the settings and the database, and what to do."""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from busline.alert import Priority
from busline.app.messages import messages_probe
from busline.app.nightly_roster import roster_probe
from busline.check import Finding, ReachDatabase, Verdict, check, exit_code, report
from busline.ids import Phone
from busline.outbound import Promise
from busline.settings import Settings
from busline.store.outbox import promise
from busline.store.pool import DatabaseAddress, Pool, transaction
from busline.store.staff import Role, Staff
from notifier.alarms import end_alarms, raise_alarm
from sms.outgoing.clips import NAMES, SUFFIX

TOLD = Promise(
    dedupe_key="late",
    kind="message",
    priority=Priority.REPLY,
    phone=Phone("+16175550100"),
    language="en",
    facts={},
    expires_at=datetime(2026, 11, 24, tzinfo=UTC),
    true_since=datetime(2026, 11, 24, tzinfo=UTC),
)
ENVIRON = {"BUSLINE_DATABASE_URL": "postgresql://nobody@nowhere/none"}


def at(address: DatabaseAddress) -> ReachDatabase:
    @asynccontextmanager
    async def reach(_settings: Settings) -> AsyncIterator[DatabaseAddress]:
        yield address

    return reach


def by_item(findings: Sequence[Finding]) -> dict[str, Finding]:
    return {finding.item: finding for finding in findings}


async def test_wrong_settings_are_all_reported_and_nothing_else_is_tried() -> None:
    async def never(_settings: Settings) -> Sequence[Finding]:
        raise AssertionError("tried with settings that cannot be used")

    findings = await check({"BUSLINE_PORT": "x", "BUSLINE_FEED": "a"}, at(DatabaseAddress(host="/nowhere")), [never])
    assert [finding.verdict for finding in findings] == [Verdict.PROBLEM] * 2
    assert findings[0].remedy.startswith("Give a whole number")
    assert exit_code(findings) == 1


async def test_a_database_that_is_empty_of_use_is_told_what_to_load(database: DatabaseAddress) -> None:
    findings = by_item(await check(ENVIRON, at(database), []))
    assert findings["Database"].verdict is Verdict.OK
    assert "migrations applied" in findings["Database"].says
    for item, command in (("Plan", "import plan"), ("Roster", "import roster"), ("Staff", "user add")):
        assert findings[item].verdict is Verdict.PROBLEM
        assert command in findings[item].remedy


async def test_what_is_there_is_counted(database: DatabaseAddress, pool: Pool) -> None:
    await Staff(pool).add("maria", "correct horse battery", Role.ADMIN, datetime.now(UTC))
    assert by_item(await check(ENVIRON, at(database), []))["Staff"].says == "Accounts: 1."


async def test_messages_that_should_have_left_long_ago_are_told(database: DatabaseAddress, pool: Pool) -> None:
    now = datetime.now(UTC)
    since = now - timedelta(minutes=25)
    for key, promised_at, over_at in (
        ("late", since, now + timedelta(hours=1)),
        ("just now", now, now + timedelta(hours=1)),
        ("old news", since, now - timedelta(minutes=1)),
    ):
        told = replace(TOLD, dedupe_key=key, not_before=promised_at, expires_at=over_at)
        async with transaction(pool) as connection:
            await promise(connection, [told], promised_at)
    finding = by_item(await check(ENVIRON, at(database), []))["Messages"]
    assert finding.verdict is Verdict.WARNING
    assert finding.says == f"1 waits to be sent, the oldest since {since:%Y-%m-%d %H:%M} UTC."


async def test_clips_that_are_still_to_be_recorded_are_named(tmp_path: Path) -> None:
    (tmp_path / "so").mkdir()
    (tmp_path / "ht").mkdir()
    for name in NAMES:
        (tmp_path / "so" / f"{name}{SUFFIX}").touch()
        if not name.startswith("figure"):
            (tmp_path / "ht" / f"{name}{SUFFIX}").touch()
    settings = Settings(data_dir=tmp_path, public_base_url="http://localhost:8080", clips_dir=tmp_path)
    found = by_item(await messages_probe(replace(settings, languages=("en", "so", "ht"))))
    assert {item: one.verdict for item, one in found.items()} == {
        "Clips in so": Verdict.OK,
        "Clips in ht": Verdict.WARNING,
    }
    assert f"36 of {len(NAMES)} are missing in {tmp_path / 'ht'} (figure-0, figure-1" in found["Clips in ht"].says
    assert await messages_probe(replace(settings, clips_dir=None)) == []


async def test_a_roster_folder_that_is_not_there_is_a_problem_before_the_first_night(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, public_base_url="http://localhost:8080", roster_dir=tmp_path / "nowhere")
    (finding,) = await roster_probe(settings)
    assert (finding.verdict, "BUSLINE_ROSTER_DIR" in finding.remedy) == (Verdict.PROBLEM, True)
    (tmp_path / "nowhere").mkdir()
    (finding,) = await roster_probe(settings)
    assert (finding.verdict, finding.remedy) == (Verdict.OK, "")
    assert await roster_probe(replace(settings, roster_dir=None)) == []


async def test_what_the_carrier_refuses_everything_for_is_told_until_a_message_arrives(
    database: DatabaseAddress, pool: Pool
) -> None:
    at_noon = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    await raise_alarm(pool, 30034, at_noon)
    await raise_alarm(pool, 30034, at_noon + timedelta(minutes=1))
    finding = by_item(await check(ENVIRON, at(database), []))["Messages"]
    assert (finding.verdict, "30034" in finding.remedy) == (Verdict.PROBLEM, True)
    assert "2 times since 2026-11-24 12:00 UTC" in finding.says
    arrived_at = at_noon + timedelta(minutes=2)
    await pool.execute("insert into message_status values ('SM1', 'delivered', 5, null, $1)", arrived_at)
    await end_alarms(pool, arrived_at)
    assert "Messages" not in by_item(await check(ENVIRON, at(database), []))


async def test_missing_migrations_are_a_warning_with_the_command(database: DatabaseAddress, pool: Pool) -> None:
    await pool.execute("delete from schema_migration where name = (select max(name) from schema_migration)")
    finding = by_item(await check(ENVIRON, at(database), []))["Database"]
    assert (finding.verdict, "busline migrate" in finding.remedy) == (Verdict.WARNING, True)
    await pool.execute("drop table schema_migration")
    assert "are not applied yet" in by_item(await check(ENVIRON, at(database), []))["Database"].says


async def test_a_database_of_a_newer_version_is_a_problem(database: DatabaseAddress, pool: Pool) -> None:
    await pool.execute("insert into schema_migration (name, sha256) values ('9999_later.sql', 'x')")
    assert "newer Busline" in by_item(await check(ENVIRON, at(database), []))["Database"].says


async def test_a_database_that_is_not_there_is_a_problem_in_words(tmp_path: Path) -> None:
    finding = by_item(await check(ENVIRON, at(DatabaseAddress(host=str(tmp_path), user="x", database="x")), []))[
        "Database"
    ]
    assert finding.verdict is Verdict.PROBLEM
    assert "cannot be used" in finding.says
    assert "BUSLINE_DATABASE_URL" in finding.remedy


async def test_looking_does_not_make_a_database(tmp_path: Path) -> None:
    environ = {"BUSLINE_DATA_DIR": str(tmp_path / "data")}
    findings = by_item(await check(environ, at(DatabaseAddress(host="/nowhere")), []))
    assert findings["Database"].says == "Busline makes its own PostgreSQL at the first start."
    assert not (tmp_path / "data").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="another kind of file system")
async def test_a_data_folder_below_a_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    environ = {"BUSLINE_DATA_DIR": str(tmp_path / "file")}
    finding = by_item(await check(environ, at(DatabaseAddress(host="/nowhere")), []))["Data folder"]
    assert finding.verdict is Verdict.PROBLEM


async def test_texting_without_https_is_a_warning(database: DatabaseAddress) -> None:
    environ = ENVIRON | {
        "BUSLINE_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "BUSLINE_TWILIO_AUTH_TOKEN": "t",
        "BUSLINE_TWILIO_NUMBER": "+16175550199",
    }
    assert by_item(await check(environ, at(database), []))["Public address"].verdict is Verdict.WARNING


async def test_every_probe_is_asked_and_heard(database: DatabaseAddress) -> None:
    async def feed(_settings: Settings) -> Sequence[Finding]:
        return [Finding("Feed yards", Verdict.PROBLEM, "It answers 404.", "Look up its address.")]

    async def twilio(_settings: Settings) -> Sequence[Finding]:
        return [Finding("Twilio", Verdict.OK, "The account is active.")]

    findings = await check(ENVIRON, at(database), [feed, twilio])
    assert [finding.item for finding in findings[-2:]] == ["Feed yards", "Twilio"]
    text = report(findings)
    assert "problem  Feed yards      It answers 404." in text
    assert "-> Look up its address." in text
    assert "problems to solve" in text.splitlines()[-1]


def test_the_last_line_sums_up() -> None:
    fine, odd = Finding("A", Verdict.OK, "Yes."), Finding("B", Verdict.WARNING, "Hm.")
    assert report([fine]).endswith("Everything works.")
    assert report([fine, odd]).endswith("It works. 1 thing to know above.")
    assert (exit_code([fine, odd]), exit_code([])) == (0, 0)
