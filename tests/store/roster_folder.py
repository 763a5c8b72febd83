"""A small roster, and how it is brought in: what the tests of the import share."""

from datetime import UTC, datetime
from pathlib import Path

from busline.store.plans import save_plan
from busline.store.pool import Pool
from feeds.plan.gtfs import read_gtfs
from feeds.roster.csv_roster import import_roster
from feeds.roster.report import RosterReport
from tests.plan_builder import Plan, Rows, write_plan

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)

RIDE: dict[str, object] = {
    "student_id": "100", "run_id": "T1", "stop_id": "A", "stop_sequence": "", "leg": "to_school",
    "weekdays": "MTWRF--", "start_date": "2026-09-08", "end_date": "2027-06-18",
}  # fmt: skip


def student(student_id: str, school_id: str = "s1") -> dict[str, object]:
    return {"student_id": student_id, "school_id": school_id, "given_name": "Ada", "family_name": "Lee", "grade": "4"}


def small_roster() -> Plan:
    """Two schools, three students, two contacts, one of whom may ask about two students, and two rides."""
    return {
        "schools.csv": [
            {"school_id": "s1", "name": "North School", "phone": "(617) 555-0142"},
            {"school_id": "s2", "name": "South School", "phone": ""},
        ],
        "students.csv": [student("100"), student("101"), student("102", "s2")],
        "contacts.csv": [
            {"contact_id": "c1", "phone": "617-555-0100", "language": "en"},
            {"contact_id": "c2", "phone": "+16175550101", "language": "es"},
        ],
        "links.csv": [
            {"contact_id": "c1", "student_id": "100", "may_ask": "yes"},
            {"contact_id": "c1", "student_id": "101", "may_ask": "yes"},
            {"contact_id": "c2", "student_id": "102", "may_ask": "no"},
        ],
        "rides.csv": [RIDE, RIDE | {"student_id": "101", "stop_id": "B", "weekdays": "M-W-F--"}],
    }


async def put_in_force(pool: Pool, tmp_path: Path, plan: Plan) -> None:
    read = read_gtfs(write_plan(tmp_path / "plan", plan))
    await save_plan(pool, read.timetable, read.sha256, "test", NOW)


async def bring(pool: Pool, folder: Path, changes: dict[str, Rows] | None = None, *, dry_run: bool = False,
                allow_shrink: bool = True) -> RosterReport:  # fmt: skip
    write_plan(folder, small_roster() | (changes or {}))
    return await import_roster(pool, folder, now=NOW, dry_run=dry_run, allow_shrink=allow_shrink)


async def everything(pool: Pool) -> dict[str, list[tuple[object, ...]]]:
    """The roster in force, row by row."""
    tables = {
        "school": "select * from school order by 1",
        "student": "select * from student order by 1",
        "contact": "select * from contact order by 1",
        "link": "select * from link order by 1, 2",
        "ride": "select student_id, run_id, stop_id, stop_sequence, leg, weekdays, start_date, end_date from ride "
        "order by student_id, start_date",
    }
    return {name: [tuple(row) for row in await pool.fetch(query)] for name, query in tables.items()}
