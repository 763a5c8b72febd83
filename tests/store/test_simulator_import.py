"""What the simulator writes is what the real imports read: a plan, a roster, and a roster for somebody else's plan."""

from datetime import UTC, date, datetime
from pathlib import Path

from busline.store.plans import save_plan
from busline.store.pool import Pool
from feeds.plan.gtfs import read_gtfs
from feeds.roster.csv_roster import import_roster
from feeds.simulator.district import District, build_district
from feeds.simulator.plan import Size
from feeds.simulator.roster import write_roster_for_plan
from tests.plan_builder import small_plan, write_plan

NOW = datetime(2026, 11, 23, 11, tzinfo=UTC)
DAY = date(2026, 11, 23)


async def _plan_in_force(pool: Pool, folder: Path) -> None:
    plan = read_gtfs(folder)
    await save_plan(pool, plan.timetable, plan.sha256, str(folder), NOW)


def _demo() -> District:
    return build_district(seed=1, service_date=DAY)


async def test_the_whole_demonstration_district_is_imported_without_a_problem(pool: Pool, tmp_path: Path) -> None:
    district = _demo()
    district.write_plan(tmp_path / "plan")
    district.write_roster(tmp_path / "roster")
    await _plan_in_force(pool, tmp_path / "plan")
    report = await import_roster(pool, tmp_path / "roster", now=NOW)
    assert report.problems == ()
    students = {student.student_id for home in district.people.households for student in home.students}
    assert await pool.fetchval("select count(*) from student") == len(students)
    assert len(students) >= 1_500
    may_ask = await pool.fetch(
        "select phone, array_agg(student_id order by student_id) as students from contact join link using (contact_id)"
        " where may_ask group by phone"
    )
    linked = {row["phone"]: tuple(row["students"]) for row in may_ask}
    for family in district.families:
        assert linked[family.phone] == tuple(sorted(family.students))
    assert district.stranger_phone not in linked
    assert await pool.fetchval("select count(*) from link where not may_ask") > 20


async def test_the_same_roster_again_changes_nothing(pool: Pool, tmp_path: Path) -> None:
    district = build_district(seed=2, service_date=DAY, size=Size(buses=12, schools=6, students=300))
    district.write_plan(tmp_path / "plan")
    await _plan_in_force(pool, tmp_path / "plan")
    district.write_roster(tmp_path / "roster")
    first = await import_roster(pool, tmp_path / "roster", now=NOW)
    assert first.applied
    report = await import_roster(pool, tmp_path / "roster", now=NOW)
    assert report.problems == ()
    assert all(not (diff.added or diff.changed or diff.removed) for diff in report.diff)


async def test_a_roster_made_for_another_plan_is_imported_without_a_problem(pool: Pool, tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "plan", small_plan())
    await _plan_in_force(pool, folder)
    timetable = read_gtfs(folder).timetable
    summary = write_roster_for_plan(timetable, tmp_path / "roster", service_date=DAY, students=40, families=30)
    report = await import_roster(pool, tmp_path / "roster", now=NOW)
    assert report.problems == ()
    assert await pool.fetchval("select count(*) from ride") == summary.rides
