"""Importing a roster into a real PostgreSQL: all of it or nothing."""

import asyncio
from datetime import date
from pathlib import Path

import pytest

from busline.store.pool import Pool
from feeds.roster.csv_roster import import_roster
from tests.plan_builder import Rows, small_plan, weekly, write_plan
from tests.store.roster_folder import NOW, RIDE, bring, everything, put_in_force, small_roster, student


@pytest.fixture
async def planned(pool: Pool, tmp_path: Path) -> Pool:
    """A database with the small plan in force."""
    await put_in_force(pool, tmp_path, small_plan())
    return pool


async def test_a_first_roster_is_in_force_as_written(planned: Pool, tmp_path: Path) -> None:
    report = await bring(planned, tmp_path / "roster")
    assert report.lines() == (
        "schools: 2 added, 0 changed, 0 removed, 0 unchanged",
        "students: 3 added, 0 changed, 0 removed, 0 unchanged",
        "contacts: 2 added, 0 changed, 0 removed, 0 unchanged",
        "links: 3 added, 0 changed, 0 removed, 0 unchanged",
        "rides: 2 added, 0 changed, 0 removed, 0 unchanged",
        "The roster is in force.",
    )
    assert await everything(planned) == {
        "school": [("s1", "North School", "+16175550142"), ("s2", "South School", None)],
        "student": [(*row, "Ada", "Lee", "4") for row in (("100", "s1"), ("101", "s1"), ("102", "s2"))],
        "contact": [("c1", "+16175550100", "en", None, "text"), ("c2", "+16175550101", "es", None, "text")],
        "link": [("c1", "100", True), ("c1", "101", True), ("c2", "102", False)],
        "ride": [
            ("100", "T1", "A", None, "to_school", 0b0011111, date(2026, 9, 8), date(2027, 6, 18)),
            ("101", "T1", "B", None, "to_school", 0b0010101, date(2026, 9, 8), date(2027, 6, 18)),
        ],
    }  # fmt: skip


async def test_the_same_roster_again_changes_nothing(planned: Pool, tmp_path: Path) -> None:
    await bring(planned, tmp_path / "roster")
    before = await everything(planned)
    report = await bring(planned, tmp_path / "roster", allow_shrink=False)
    assert {(file.added, file.changed, file.removed) for file in report.diff} == {(0, 0, 0)}
    assert report.applied
    assert await everything(planned) == before


async def test_leavers_leave_newcomers_come_and_the_rest_is_updated(planned: Pool, tmp_path: Path) -> None:
    await bring(planned, tmp_path / "one")
    report = await bring(
        planned,
        tmp_path / "two",
        {
            "schools.csv": [{"school_id": "s1", "name": "North Academy"}, {"school_id": "s3", "name": "West School"}],
            "students.csv": [student("100"), student("102", "s3"), student("103")],
            "links.csv": [
                {"contact_id": "c1", "student_id": "100", "may_ask": "no"},
                {"contact_id": "c2", "student_id": "103", "may_ask": "YES"},
            ],
            "rides.csv": [RIDE, RIDE | {"student_id": "103", "leg": "from_school", "run_id": "T2", "stop_id": "C"}],
        },
    )
    assert [str(file) for file in report.diff] == [
        "schools: 1 added, 1 changed, 1 removed, 0 unchanged",
        "students: 1 added, 1 changed, 1 removed, 1 unchanged",
        "contacts: 0 added, 0 changed, 0 removed, 2 unchanged",
        "links: 1 added, 1 changed, 2 removed, 0 unchanged",
        "rides: 1 added, 0 changed, 1 removed, 1 unchanged",
    ]
    after = await everything(planned)
    assert [row[0] for row in after["student"]] == ["100", "102", "103"]
    assert after["link"] == [("c1", "100", False), ("c2", "103", True)]
    assert [row[0] for row in after["ride"]] == ["100", "103"]


async def test_a_contact_may_have_an_address_and_a_way_that_alerts_take(planned: Pool, tmp_path: Path) -> None:
    await bring(planned, tmp_path / "one")
    mother = {"contact_id": "c1", "phone": "+16175550100", "language": "en"}
    father = {"contact_id": "c2", "phone": "+16175550101", "language": "es", "email": "", "alerts_by": "Voice"}
    by_mail = [mother | {"email": "o'neil+bus@mail.example.org", "alerts_by": "email"}, father]
    report = await bring(planned, tmp_path / "two", {"contacts.csv": by_mail})
    assert "contacts: 0 added, 2 changed, 0 removed, 0 unchanged" in report.lines()
    assert (await everything(planned))["contact"] == [
        ("c1", "+16175550100", "en", "o'neil+bus@mail.example.org", "email"),
        ("c2", "+16175550101", "es", None, "voice"),
    ]
    again = await bring(planned, tmp_path / "three", {"contacts.csv": by_mail})
    assert "contacts: 0 added, 0 changed, 0 removed, 2 unchanged" in again.lines()
    await bring(planned, tmp_path / "four", {"contacts.csv": [mother, father | {"alerts_by": ""}]})
    assert [row[3:] for row in (await everything(planned))["contact"]] == [(None, "text"), (None, "text")]


async def test_two_contacts_can_exchange_their_phones(planned: Pool, tmp_path: Path) -> None:
    await bring(planned, tmp_path / "one")
    await bring(
        planned,
        tmp_path / "two",
        {
            "contacts.csv": [
                {"contact_id": "c1", "phone": "+16175550101", "language": "en"},
                {"contact_id": "c2", "phone": "(617) 555-0100", "language": "es"},
            ]
        },
    )
    assert (await everything(planned))["contact"] == [
        ("c1", "+16175550101", "en", None, "text"),
        ("c2", "+16175550100", "es", None, "text"),
    ]


async def test_a_phone_can_go_from_a_leaver_to_a_newcomer(planned: Pool, tmp_path: Path) -> None:
    await bring(planned, tmp_path / "one")
    await bring(
        planned,
        tmp_path / "two",
        {
            "contacts.csv": [
                {"contact_id": "c9", "phone": "617-555-0100", "language": "vi"},
                {"contact_id": "c2", "phone": "+16175550101", "language": "es"},
            ],
            "links.csv": [{"contact_id": "c9", "student_id": "100", "may_ask": "yes"}],
        },
    )
    assert ("c9", "+16175550100", "vi", None, "text") in (await everything(planned))["contact"]


async def test_a_dry_run_shows_the_difference_and_changes_nothing(planned: Pool, tmp_path: Path) -> None:
    await bring(planned, tmp_path / "one")
    before = await everything(planned)
    report = await bring(planned, tmp_path / "two", {"rides.csv": [RIDE]}, dry_run=True)
    assert report.lines()[-2:] == (
        "rides: 0 added, 0 changed, 1 removed, 1 unchanged",
        "Nothing was changed (dry run).",
    )
    assert await everything(planned) == before


async def test_readers_and_their_locks_never_wait_for_an_import(planned: Pool, tmp_path: Path) -> None:
    await bring(planned, tmp_path / "one")
    async with planned.acquire() as reader, reader.transaction(isolation="repeatable_read"):
        before = await reader.fetch("select * from student")
        async with asyncio.timeout(10):
            links = [{"contact_id": "c2", "student_id": "102", "may_ask": "yes"}]
            rides = [RIDE | {"student_id": "102"}]
            one_student: dict[str, Rows] = {"students.csv": [student("102")], "links.csv": links, "rides.csv": rides}
            report = await bring(planned, tmp_path / "two", one_student)
        assert report.applied
        assert await reader.fetch("select * from student") == before
    assert await planned.fetchval("select count(*) from student") == 1


async def test_a_phone_of_another_region_is_read_as_dialled_there(planned: Pool, tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "roster", small_roster() | {
        "schools.csv": [{"school_id": "s1", "name": "N"}, {"school_id": "s2", "name": "S"}],
        "contacts.csv": [{"contact_id": "c1", "phone": "020 7183 8750", "language": "en"},
                         {"contact_id": "c2", "phone": "+1 617 555 0101", "language": "es"}]})  # fmt: skip
    assert (await import_roster(planned, folder, now=NOW, region="GB")).applied
    assert [row[1] for row in (await everything(planned))["contact"]] == ["+442071838750", "+16175550101"]
    again = await import_roster(planned, folder, now=NOW, region="GB")
    assert again.diff[2].unchanged == 2
    with pytest.raises(ValueError, match="is no region of phone numbers"):
        await import_roster(planned, folder, now=NOW, region="XX")


async def test_two_imports_at_once_take_turns(planned: Pool, tmp_path: Path) -> None:
    write_plan(tmp_path / "roster", small_roster())
    reports = await asyncio.gather(*(import_roster(planned, tmp_path / "roster", now=NOW) for _ in range(3)))
    assert sorted(report.diff[1].added for report in reports) == [0, 0, 3]


async def test_rides_of_a_plan_that_is_over_are_checked_against_it(pool: Pool, tmp_path: Path) -> None:
    # A recorded day is replayed long after its plan has ended: then its rides are over too, and still have to be right.
    await put_in_force(pool, tmp_path, small_plan() | {"calendar.txt": [weekly("school", end="20260930")]})
    ride = RIDE | {"end_date": "2026-09-30"}
    assert (await bring(pool, tmp_path / "good", {"rides.csv": [ride]})).applied
    report = await bring(pool, tmp_path / "bad", {"rides.csv": [ride | {"run_id": "T9"}, ride | {"stop_id": "Z"}]})
    assert not report.applied
    assert [str(problem) for problem in report.problems] == [
        "rides.csv line 2: run 'T9' is not in the plan in force.",
        "rides.csv line 3: run 'T1' does not call at stop 'Z' in the plan in force.",
    ]
