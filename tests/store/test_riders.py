"""How many children the roster expects on a day."""

from datetime import date, timedelta

from busline.ids import RunId, StopId
from busline.store.pool import Pool
from busline.store.riders import boardings_on
from busline.travel_times.riders import Boarding

MONDAY = date(2026, 10, 5)


async def rides(pool: Pool, *rows: tuple[str, str, str, int | None, int]) -> None:
    """(student, run, stop, sequence, weekdays), all of one autumn."""
    await pool.execute("insert into school (school_id, name) values ('S1', 'North') on conflict do nothing")
    for student, run, stop, sequence, weekdays in rows:
        await pool.execute(
            "insert into student (student_id, school_id) values ($1, 'S1') on conflict do nothing", student
        )
        await pool.execute(
            "insert into ride (student_id, run_id, stop_id, stop_sequence, leg, weekdays, start_date, end_date) "
            "values ($1, $2, $3, $4, 'to_school', $5, '2026-09-01', '2026-10-09')",
            student,
            run,
            stop,
            sequence,
            weekdays,
        )


async def test_children_are_counted_by_run_and_stop_on_their_days(pool: Pool) -> None:
    every_day, not_mondays = 0b0011111, 0b0011110
    await rides(
        pool,
        ("1", "R1", "A", None, every_day),
        ("2", "R1", "A", None, every_day),
        ("3", "R1", "A", None, not_mondays),
        ("4", "R1", "B", 7, every_day),
        ("5", "R2", "A", None, every_day),
    )
    assert await boardings_on(pool, MONDAY) == [
        Boarding(RunId("R1"), StopId("A"), None, 2),
        Boarding(RunId("R1"), StopId("B"), 7, 1),
        Boarding(RunId("R2"), StopId("A"), None, 1),
    ]
    tuesday = await boardings_on(pool, MONDAY + timedelta(days=1))
    assert tuesday[0].riders == 3


async def test_nobody_is_expected_outside_the_dates_of_a_ride_or_at_a_weekend(pool: Pool) -> None:
    await rides(pool, ("1", "R1", "A", None, 0b0011111))
    assert await boardings_on(pool, MONDAY - timedelta(days=2)) == []
    assert await boardings_on(pool, MONDAY + timedelta(days=7)) == []
