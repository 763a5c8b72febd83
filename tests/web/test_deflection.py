"""A day of questions, looked at in the night: which of them the hotline settled."""

from datetime import timedelta

from busline.app.deflecting import measure_what_is_missing
from busline.store.deflection import Deflection
from busline.store.pool import Pool
from tests.builders import MONDAY, ZONE
from tests.web.texting import NOW, PARENT, SPANISH_PARENT, STRANGER, texting

TUESDAY = MONDAY + timedelta(days=1)
ARRIVED = """
insert into stop_visit values ($1, 'R1', 4, 3, 'S3', '47', $2, $2)
"""


async def test_a_right_answer_without_a_second_question_is_settled_and_the_rest_is_not(pool: Pool) -> None:
    async with texting(pool) as line:
        await line.text(PARENT, "bus")
        await line.text(PARENT, "thanks")
        await line.text(SPANISH_PARENT, "bus")
        await line.text(STRANGER, "flurb grommet zzzz")
    earliest = await pool.fetchval("select min(window_earliest) from access_log")
    await pool.execute(ARRIVED, MONDAY, earliest + timedelta(seconds=40))
    await measure_what_is_missing(pool, ZONE, TUESDAY)
    rows = await pool.fetch(
        "select language, ended, was_right, came_back, is_deflected from inquiry_fate order by language, ended"
    )
    assert [tuple(row) for row in rows] == [
        ("en", "abandoned", None, False, False),
        ("en", "answered", True, False, True),
        ("es", "answered", None, False, False),
    ]
    arrived = await pool.fetch("select distinct arrived_at from access_log where run_id = 'R1'")
    assert [row["arrived_at"] for row in arrived] == [earliest + timedelta(seconds=40)]
    figures = await Deflection(pool).figures(MONDAY, MONDAY)
    assert (figures.whole.matters, figures.whole.deflected) == (3, 1)
    assert {name: (one.matters, one.deflected) for name, one in figures.by_language.items()} == {
        "en": (2, 1),
        "es": (1, 0),
    }
    assert {name: one.matters for name, one in figures.by_school.items()} == {"Lincoln": 2}


async def test_a_wrong_window_and_a_family_that_asks_again_are_not_settled(pool: Pool) -> None:
    async with texting(pool) as line:
        await line.text(PARENT, "bus")
        line.clock.at += timedelta(minutes=20)
        await line.text(PARENT, "where is it??")
        await line.text(PARENT, "100234")
    await pool.execute(ARRIVED, MONDAY, NOW + timedelta(hours=1))
    await measure_what_is_missing(pool, ZONE, TUESDAY)
    rows = await pool.fetch("select was_right, came_back, begins, is_deflected from inquiry_fate order by inquiry_id")
    assert tuple(rows[0]) == (False, True, True, False)
    assert [row["begins"] for row in rows] == [True, False, False]


async def test_a_night_that_is_run_again_changes_nothing(pool: Pool) -> None:
    async with texting(pool) as line:
        await line.text(PARENT, "bus")
    await measure_what_is_missing(pool, ZONE, TUESDAY)
    before = await pool.fetch("select * from inquiry_fate")
    await measure_what_is_missing(pool, ZONE, TUESDAY)
    assert await pool.fetch("select * from inquiry_fate") == before
    assert len(before) == 1
