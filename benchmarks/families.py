"""Families of a made-up fleet, for benchmarks: so many phones wait for each run, at one of its calls each."""

from datetime import date, timedelta

from benchmarks.fleet import MadeUpFleet
from busline.people import Leg
from busline.store.pool import Pool


async def load_families(pool: Pool, fleet: MadeUpFleet, phones: int, today: date) -> None:
    """So many phones for each run, each of a student of its own at one of its calls."""
    await pool.execute("insert into school values ('S', 'Made Up School', null)")
    runs = list(fleet.timetable.runs.values())
    students = [(f"{1_000_000 + number}", "S") for number in range(len(runs) * phones)]
    contacts = [(f"K{number}", fictional(number), "en") for number in range(len(students))]
    links = [(f"K{number}", student, True) for number, (student, _) in enumerate(students)]
    days = (today - timedelta(days=30), today + timedelta(days=30))
    rides = [
        (
            student,
            (run := runs[number // phones]).run_id,
            run.pattern.stop_ids[2 + number % phones % (len(run.pattern.stop_ids) - 3)],
            Leg.TO_SCHOOL.value,
            127,
            *days,
        )
        for number, (student, _) in enumerate(students)
    ]
    for table, columns, rows in (
        ("student", ["student_id", "school_id"], students),
        ("contact", ["contact_id", "phone", "language"], contacts),
        ("link", ["contact_id", "student_id", "may_ask"], links),
        ("ride", ["student_id", "run_id", "stop_id", "leg", "weekdays", "start_date", "end_date"], rides),
    ):
        await pool.copy_records_to_table(table, columns=columns, records=rows, timeout=300)
    await pool.execute("analyze")


def fictional(number: int) -> str:
    """Numbers that nobody has: 555-01xx of every area, and then some that no plan gives out."""
    return f"+1999{number:07d}"
