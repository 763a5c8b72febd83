"""What a day was worth: joins and edge cases, on days small enough to score by hand."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
import pytest

from busline.accuracy.nightly import Day, GroupScore, PredictedRun, Predictor, Promises, Window, kept, score_day
from busline.ids import RunId, RunKey
from tests.builders import MONDAY, at

NIGHT = at("7:00") + timedelta(days=1)
SEVEN = at("7:00").timestamp()


def run(
    name: str = "R1",
    *,
    route: str = "Route 1",
    made: Sequence[tuple[int, float, float]] = ((3, 0, 360),),
    arrived: Mapping[int, float] | None = None,
    next_call: int | None = None,
    followed_from: float | None = 0.0,
    planned: float = 300.0,
    lateness: float = 0.0,
    before_start: bool = False,
    held: float = 480.0,
) -> PredictedRun:
    """`made` are predictions as (call, made at, p50) in seconds from seven; the band is 60 s either side of p50."""
    arrived = {3: 400.0} if arrived is None else arrived
    call, made_at, p50 = np.array(made, np.float64).reshape(-1, 3).T
    return PredictedRun(
        key=RunKey(MONDAY, RunId(name)),
        route_name=route,
        followed_from=None if followed_from is None else SEVEN + followed_from,
        next_call=max(arrived, default=-1) + 1 if next_call is None else next_call,
        arrived_at={index: SEVEN + seconds for index, seconds in arrived.items()},
        call=call.astype(np.intp),
        made_at=SEVEN + made_at,
        planned_at=np.full(len(call), SEVEN + planned),
        lateness_seconds=np.full(len(call), lateness),
        held_at=np.full(len(call), SEVEN + held),
        p10=SEVEN + p50 - 60,
        p50=SEVEN + p50,
        p90=SEVEN + p50 + 60,
        published=SEVEN + p50 - 50,
        be_ready_by=SEVEN + p50 - 120,
        before_start=np.full(len(call), before_start),
    )


def district(*runs: PredictedRun, windows: Sequence[Window] = (), now: datetime = NIGHT) -> GroupScore:
    return score_day(Day(MONDAY, runs, windows), now)[0]


def test_what_was_foreseen_of_runs_that_had_not_begun_is_scored_apart() -> None:
    found = district(run("A"), run("B", before_start=True, arrived={3: 270.0}))
    assert found.runs_predicted == 2
    assert {figures.predictions for figures in found.scores.values()} == {1}
    assert found.scores[Predictor.BUSLINE].mean_absolute_seconds == pytest.approx(40)
    foreseen = found.scores[Predictor.BEFORE_START]
    assert foreseen.mean_absolute_seconds == pytest.approx(90)
    # By p10, told as 7:05, the bus of 7:04:30 would be met; by 7:04 for a time to be there it is met all the more.
    assert foreseen.missed_percent == 0
    early = district(run("B", before_start=True, arrived={3: 170.0}))
    assert early.scores[Predictor.BEFORE_START].missed_percent == 100
    assert Predictor.BUSLINE not in early.scores
    assert found.complete_percent == district(run("A"), run("B", made=(), arrived={3: 270.0})).complete_percent


def test_ours_the_plan_and_delay_propagation_are_scored_on_the_same_moments() -> None:
    scores = district(run(planned=300, lateness=90)).scores
    assert {predictor: figures.mean_absolute_seconds for predictor, figures in scores.items()} == {
        Predictor.BUSLINE: pytest.approx(40),
        Predictor.PLAN: pytest.approx(100),
        Predictor.DELAY: pytest.approx(10),
        Predictor.HELD: pytest.approx(80),
    }
    assert {figures.predictions for figures in scores.values()} == {1}


def test_where_the_held_speed_was_not_kept_it_has_no_score_and_the_others_do() -> None:
    scores = district(run(held=np.nan)).scores
    assert set(scores) == {Predictor.BUSLINE, Predictor.PLAN, Predictor.DELAY}


def test_a_baseline_never_says_a_time_that_has_gone_by() -> None:
    scores = district(run(made=[(3, 350, 390)], planned=300)).scores
    assert scores[Predictor.PLAN].mean_absolute_seconds == pytest.approx(50)


def test_predictions_of_a_run_that_never_came_are_phantoms_and_wrong() -> None:
    never = run("R2", arrived={}, followed_from=None)
    figures = district(run(made=[(3, 0, 390)]), never).scores[Predictor.BUSLINE]
    assert figures.phantom_percent == 50
    assert figures.mbta.percent == 50
    assert figures.benchmark.percent == 100  # which looks only at buses that came


def test_a_bus_that_turned_away_before_the_stop_never_came_there() -> None:
    figures = district(run(arrived={1: 100.0}, next_call=2)).scores[Predictor.BUSLINE]
    assert figures.phantom_percent == 100


def test_a_bus_that_went_by_unseen_speaks_neither_for_us_nor_against() -> None:
    scored = district(run(arrived={4: 500.0}))
    assert scored.scores == {}
    assert scored.runs_predicted == 1


def test_what_was_said_of_a_bus_already_at_the_stop_was_no_prediction() -> None:
    assert district(run(made=[(3, 410, 420)])).scores == {}


def test_a_prediction_whose_time_is_not_over_is_not_judged_yet() -> None:
    coming = run(arrived={}, followed_from=0)
    assert district(coming, now=at("7:20")).scores == {}
    assert district(coming, now=at("7:40")).scores[Predictor.BUSLINE].phantom_percent == 100


def test_the_day_of_a_stop_visited_twice_is_told_apart_by_call() -> None:
    twice = run(made=[(1, 0, 100), (4, 0, 900)], arrived={1: 110.0, 4: 920.0})
    assert district(twice).scores[Predictor.BUSLINE].mean_absolute_seconds == pytest.approx(15)


def test_a_planned_run_without_any_prediction_is_counted_and_costs_completeness() -> None:
    silent = run("R2", made=(), arrived={3: 600.0})
    scored = district(run(made=[(3, minute * 60 + 5, 390) for minute in range(7)]), silent)
    assert (scored.runs_measured, scored.runs_predicted) == (2, 1)
    assert scored.complete_percent == pytest.approx(100 * 6 / 16)


def test_minutes_before_the_bus_was_followed_are_nobodys_fault() -> None:
    scored = district(run(made=[(3, 300, 390), (3, 345, 390)], followed_from=230))
    assert scored.complete_percent == 100


def test_routes_are_scored_apart_and_together() -> None:
    good, bad = run("A", route="Blue", made=[(3, 0, 410)]), run("B", route="Red", made=[(3, 0, 900)])
    scored = score_day(Day(MONDAY, [bad, good], []), NIGHT)
    assert [group.route_name for group in scored] == ["", "Blue", "Red"]
    assert [group.scores[Predictor.BUSLINE].benchmark.percent for group in scored] == [50, 100, 0]
    assert [group.runs_measured for group in scored] == [2, 1, 1]


def test_a_day_on_which_nothing_was_seen_or_said_has_no_figures() -> None:
    (scored,) = score_day(Day(MONDAY, [], []), NIGHT)
    assert scored.scores == {}
    assert np.isnan(scored.complete_percent)
    assert scored.promises == Promises()
    assert scored.promises.held_percent is None


def window(arrived: str | None, *, has_passed: bool = False, route: str = "Route 1") -> Window:
    """Told: 7:05 to 7:11."""
    arrived_at = None if arrived is None else at(arrived)
    return Window(route, at("7:05"), at("7:11"), arrived_at, has_passed or arrived is not None)


@pytest.mark.parametrize(
    ("told", "became"),
    [
        (window("7:05"), Promises(told=1, held=1)),
        (window("7:11:59"), Promises(told=1, held=1)),
        (window("7:12"), Promises(told=1, late=1)),
        (window("7:04:30"), Promises(told=1, early=1)),
        (window("7:03:59"), Promises(told=1, early=1, missed=1)),
        (window(None), Promises(told=1, never=1)),
        (window(None, has_passed=True), Promises(told=1, unknown=1)),
    ],
)
def test_a_window_holds_from_its_first_minute_through_its_last(told: Window, became: Promises) -> None:
    assert kept([told], NIGHT) == became


def test_a_window_that_may_yet_hold_is_unknown() -> None:
    assert kept([window(None)], at("7:30")) == Promises(told=1, unknown=1)


def test_the_share_of_windows_held_leaves_out_what_nobody_knows() -> None:
    told = [window("7:06"), window("7:30"), window(None, has_passed=True)]
    assert kept(told, NIGHT).held_percent == 50


def test_windows_belong_to_their_route_and_to_the_district() -> None:
    windows = [window("7:06"), window("7:06", route="Red"), window(None, route="")]
    scored = score_day(Day(MONDAY, [run()], windows), NIGHT)
    assert [(group.route_name, group.promises.told) for group in scored] == [("", 3), ("Route 1", 1)]
