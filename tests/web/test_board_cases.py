"""What the head of the board says of cases."""

from datetime import timedelta

import pytest

from busline.board.case_line import case_words
from busline.board.page import CASES_HEADER
from busline.cases.case import NewCase
from busline.cases.departments import LOST_AND_FOUND
from busline.cases.ledger import open_case
from busline.cases.overview import Figures
from busline.ids import Phone
from busline.store.pool import Pool, transaction
from busline.store.staff import Role
from tests.morning import make_morning
from tests.web.desk import HTML, open_desk, words


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        (Figures(0, 0, 0, 0), ""),
        (Figures(1, 0, 0, 0), "1 family waits for a person to answer."),
        (
            Figures(12, 3, 1, 0),
            "12 families wait for a person to answer, 1 of them urgent, 3 longer than promised.",
        ),
        (Figures(0, 0, 0, 1), "1 message about a case could not be handed to the department."),
        (Figures(0, 0, 0, 4), "4 messages about cases could not be handed to the department."),
    ],
)
def test_it_says_what_somebody_must_do_something_about(figures: Figures, said: str) -> None:
    assert case_words(figures) == said


async def test_the_board_shows_who_waits_and_keeps_it_fresh(pool: Pool) -> None:
    asked_at = make_morning().now - timedelta(days=7)
    async with transaction(pool) as connection:
        await open_case(connection, NewCase(Phone("+16175550100"), "en", LOST_AND_FOUND, "lost_item", "hat"), asked_at)
    async with open_desk(pool) as desk:
        client = await desk.sign_in(Role.VIEWER)
        said = "1 family waits for a person to answer, 1 longer than promised."
        async with client.get("/board", headers=HTML) as page:
            assert f'<p id="cases" class="notice cases">{said}</p>' in await words(page)
        async with client.get("/board/rows") as rows:
            assert rows.headers[CASES_HEADER] == said
        async with desk.client().get("/metrics") as metrics:
            told = await words(metrics)
        for line in ('busline_cases{state="waiting"} 1.0', 'busline_cases{state="not_handed_over"} 0.0'):
            assert line in told


async def test_where_nobody_waits_the_line_takes_no_place(pool: Pool) -> None:
    async with open_desk(pool) as desk:
        client = await desk.sign_in(Role.VIEWER)
        async with client.get("/board", headers=HTML) as page:
            assert '<p id="cases" class="notice cases" hidden></p>' in await words(page)


async def test_the_other_figures_are_told_while_the_database_is_away(pool: Pool) -> None:
    async with open_desk(pool) as desk:
        await pool.close()
        async with desk.client().get("/metrics") as metrics:
            assert metrics.status == 200
            told = await words(metrics)
        assert 'busline_cases{state="waiting"} NaN' in told
        assert "busline_runs{" in told
