"""The accuracy page as a browser receives it, and what its figures are made of."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from busline.accuracy.nightly import Promises
from busline.board.accuracy import accuracy_view
from busline.board.yardsticks import Horizon, yardsticks
from busline.store.pool import Pool
from busline.store.scores import Accuracy, DayScore
from tests.morning import DAY
from tests.web.desk import HTML, Desk, open_desk, words
from tests.web.scored_days import keep_days

TODAY = date(2026, 10, 6)


def accuracy(benchmark: float | None, predictions: int = 100) -> Accuracy:
    return Accuracy(predictions, 10, benchmark, 90.0, 85.0, 70.0, 4.0, 0.5, 0.1, 78.0, 250.0, 0.5)


def scored(
    days_ago: int, benchmark: float | None = 90.0, *, predictions: int = 100, promises: Promises | None = None
) -> DayScore:
    return DayScore(
        service_date=TODAY - timedelta(days=days_ago),
        route_name="",
        runs_measured=10,
        runs_predicted=9,
        complete_percent=97.0,
        promises=promises or Promises(told=10, held=8, unknown=0),
        ours=accuracy(benchmark, predictions),
        plan=accuracy(40.0),
        delay=accuracy(65.0),
        held=accuracy(60.0),
        before_start=accuracy(88.0),
    )


@pytest.fixture
async def desk(pool: Pool) -> AsyncIterator[Desk]:
    async with open_desk(pool) as running:
        yield running


async def test_it_is_for_staff_only(desk: Desk) -> None:
    async with desk.client().get("/board/accuracy", headers=HTML, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/sign-in?next=/board/accuracy")


async def test_it_shows_the_last_thirty_days_and_no_older_ones(desk: Desk) -> None:
    days = await keep_days(desk.pool, DAY - timedelta(days=1), days=40)
    client = await desk.sign_in()
    async with client.get("/board/accuracy", headers=HTML) as answer:
        page = await words(answer)
    rows = re.findall(r'<th scope="row">([^<]+)</th>', page.partition('id="days"')[2])
    assert rows == [f"{day:%a %-d %b}" for day in reversed(days) if day >= DAY - timedelta(days=30)]
    assert "style=" not in page
    assert page.index("Route 7") < page.index("Route 2")
    assert "1.5 <span" in page
    assert "later than predicted" in page


async def test_before_the_first_night_it_says_so_in_words(desk: Desk) -> None:
    client = await desk.sign_in()
    async with client.get("/board/accuracy", headers=HTML) as answer:
        page = await words(answer)
    assert "No night has been scored yet." in page
    assert "<table" not in page


async def test_without_a_plan_it_still_opens(desk: Desk) -> None:
    desk.picture = None
    client = await desk.sign_in()
    async with client.get("/board/accuracy", headers=HTML) as answer:
        assert answer.status == 200


def test_a_day_of_many_predictions_weighs_more_than_one_of_few() -> None:
    view = accuracy_view([scored(2, 80.0, predictions=100), scored(1, 90.0, predictions=300)], [], TODAY)
    assert view.charts[0].percent == pytest.approx(87.5)
    assert view.predictions == 400


def test_windows_are_counted_together_whatever_their_day() -> None:
    few, many = Promises(told=2, held=2), Promises(told=100, held=70, late=28, unknown=2)
    view = accuracy_view([scored(2, promises=few), scored(1, promises=many)], [], TODAY)
    assert (view.held, view.known) == (72, 100)
    held = next(chart for chart in view.charts if chart.name == "held")
    assert held.percent == pytest.approx(72)


def test_a_day_without_a_figure_leaves_a_gap_and_no_nought() -> None:
    view = accuracy_view(
        [scored(3), scored(2, None), replace(scored(1), ours=None, plan=None, delay=None, held=None)], [], TODAY
    )
    ours = view.charts[0].lines[0]
    assert ours.dots.count("M") == 1
    assert ours.percent == 90
    assert [day.service_date.day for day in view.days] == [5, 4, 3]


def test_the_newest_day_is_at_the_right_edge_and_a_hundred_at_the_top() -> None:
    view = accuracy_view([scored(30, 100.0), scored(1, 0.0)], [], TODAY)
    assert view.charts[0].lines[0].path == "M0.0 0.0L1000.0 100.0"


@pytest.mark.parametrize(
    ("held", "ticks"),
    [(98, (100, 90, 80)), (75, (100, 80, 60)), (30, (100, 50, 0)), (9, (10, 5, 0)), (0, (2, 1, 0))],
)
def test_the_scale_takes_in_every_figure(held: int, ticks: tuple[int, ...]) -> None:
    view = accuracy_view([scored(1, promises=Promises(told=100, held=held))], [], TODAY)
    assert next(chart for chart in view.charts if chart.name == "held").ticks == ticks


async def test_it_shows_every_yardstick_of_busline_and_of_each_baseline(desk: Desk) -> None:
    await keep_days(desk.pool, DAY - timedelta(days=1))
    client = await desk.sign_in()
    async with client.get("/board/accuracy", headers=HTML) as answer:
        page = await words(answer)
    ahead, _, every = page.partition('id="ahead"')[2].partition('id="yardsticks"')
    assert re.findall(r'<th scope="row">([^<]+)</th>', ahead) == [
        "Busline",
        "Delay propagation",
        "Held speed",
        "The plan",
    ]
    assert '130 <span class="note">−18</span>' in ahead
    rows = re.findall(r'<th scope="row">([^<]+)</th>', every.partition('id="routes"')[0])
    assert rows[:5] == ["ETA Accuracy Benchmark", "… 0 to 3 min", "… 3 to 6 min", "… 6 to 10 min", "… 10 to 15 min"]
    assert {"MBTA", "Cal-ITP", "Mean error", "Wobble", "Phantoms", "Band is wide", "Pinball loss of p90"} <= set(rows)


def test_a_figure_that_was_kept_on_some_days_only_is_the_mean_of_those() -> None:
    kept = replace(
        accuracy(80.0, 300),
        pinball_p10_seconds=16.0,
        bucket_percents=(90.0, 80.0, None, 70.0),
        horizon_predictions=(10, 0, 0, 0, 0, 30),
        horizon_absolute_seconds=(20.0, None, None, None, None, 100.0),
        horizon_bias_seconds=(-5.0, None, None, None, None, 8.0),
    )
    more = replace(kept, horizon_predictions=(30, 0, 0, 0, 0, 0), horizon_absolute_seconds=(40.0, *[None] * 5))
    days = [scored(3), replace(scored(2), ours=kept), replace(scored(1), ours=more)]
    ours = yardsticks(days)[0]
    assert (ours.name, ours.predictions) == ("Busline", 700)
    assert ours.figures["benchmark_percent"] == pytest.approx((90 * 100 + 80 * 600) / 700)
    assert ours.figures["pinball_p10_seconds"] == 16
    assert list(ours.buckets) == [90, 80, None, 70]
    near, *none, far = ours.horizons
    assert (near, far) == (Horizon((20 * 10 + 40 * 30) / 40, -5), Horizon(100, 8))
    assert set(none) == {Horizon(None, None)}


def test_without_any_day_there_is_nothing_to_draw() -> None:
    view = accuracy_view([], [], TODAY)
    assert view.days == ()
    assert all(line.path == "" and line.percent is None for chart in view.charts for line in chart.lines)
