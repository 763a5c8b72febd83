"""How early or late each run's bus usually comes to its first stop and leaves it."""

from datetime import date, timedelta

import pytest

from busline.ids import RunId, RunKey, VehicleId
from busline.travel_times.punctuality import (
    EARLIEST_SECONDS,
    HOLD_SD_SECONDS,
    HOLD_SECONDS,
    LATE_COUNTS_SECONDS,
    LEAST_SD_SECONDS,
    FirstVisit,
    Punctuality,
    first_visits,
)
from tests.builders import MONDAY, at, make_run, make_timetable, make_visit

R1, R2 = RunId("R1"), RunId("R2")
HASTY, CALM = VehicleId("47"), VehicleId("48")


def began(
    came: float, left: float, *, run: RunId = R1, bus: VehicleId = HASTY, days: int = 10, last: date = MONDAY
) -> list[FirstVisit]:
    """On each of so many days before one."""
    return [FirstVisit(RunKey(last - timedelta(days=day), run), bus, came, left) for day in range(days, 0, -1)]


def fleet(runs: int = 30) -> list[FirstVisit]:
    """A fleet that comes four minutes early and leaves on time, two weeks long."""
    return [
        one
        for number in range(runs)
        for one in began(-240, 0, run=RunId(f"F{number}"), bus=VehicleId(f"F{number}"), days=14)
    ]


def test_before_anything_was_seen_a_bus_leaves_a_little_after_the_plan() -> None:
    unknown = Punctuality().usual(R1, HASTY)
    assert (unknown.left_seconds, unknown.left_sd) == (HOLD_SECONDS, HOLD_SD_SECONDS)
    assert unknown.came_seconds == HOLD_SECONDS


def test_a_run_that_nobody_has_seen_begins_as_the_fleet_does() -> None:
    usual = Punctuality(fleet(), MONDAY).usual(R1, HASTY)
    assert usual.left_seconds == pytest.approx(0, abs=5)
    assert usual.came_seconds == pytest.approx(-240, abs=15)


def test_days_of_its_own_draw_a_run_away_from_the_fleet() -> None:
    left = [
        Punctuality([*fleet(), *began(-400, -200, days=days)], MONDAY).usual(R1, HASTY).left_seconds
        for days in (0, 1, 3, 10)
    ]
    assert left == sorted(left, reverse=True)
    assert left[1] < -50
    assert left[3] == pytest.approx(-200, abs=25)


def test_a_new_run_of_a_driver_who_leaves_early_is_expected_early_too() -> None:
    known = Punctuality([*fleet(), *began(-400, -200)], MONDAY)
    assert known.usual(R2, HASTY).left_seconds < -140
    assert known.usual(R2, CALM).left_seconds == pytest.approx(0, abs=10)
    assert known.usual(R2, None).left_seconds == pytest.approx(0, abs=10)


def test_a_run_that_begins_the_same_every_day_is_surer_than_one_that_does_not() -> None:
    steady = began(-240, 0, run=R1)
    early = began(-400, -150, run=R2, bus=CALM, days=5)
    shaky = [*early, *began(-100, 150, run=R2, bus=CALM, days=5, last=MONDAY - timedelta(days=5))]
    known = Punctuality([*fleet(), *steady, *shaky], MONDAY)
    assert known.usual(R1, HASTY).left_sd < known.usual(R2, CALM).left_sd
    assert known.usual(R1, HASTY).left_sd >= LEAST_SD_SECONDS


def test_a_bus_that_comes_late_says_little_of_when_it_comes_and_nothing_of_when_it_leaves() -> None:
    usual = Punctuality([*fleet(), *began(-240, 0)], MONDAY).usual(R1, HASTY)
    late = FirstVisit(RunKey(MONDAY - timedelta(days=1), R1), HASTY, 1_500, 1_560)
    again = Punctuality([*fleet(), *began(-240, 0), late], MONDAY).usual(R1, HASTY)
    assert again.left_seconds == pytest.approx(usual.left_seconds, abs=2)
    assert usual.came_seconds < again.came_seconds < usual.came_seconds + LATE_COUNTS_SECONDS


def test_days_long_past_fade_and_odd_ones_are_cut_short() -> None:
    before, lately = began(-400, -300, days=5, last=MONDAY - timedelta(days=60)), began(-240, 0, days=5)
    assert Punctuality([*before, *lately], MONDAY).usual(R1, HASTY).left_seconds > -30
    odd = Punctuality(began(-9_000, -8_000, days=200), MONDAY).usual(R1, HASTY)
    assert odd.left_seconds == pytest.approx(EARLIEST_SECONDS, rel=0.2)


def test_only_days_before_count_and_a_run_begins_once_a_day() -> None:
    today = FirstVisit(RunKey(MONDAY, R1), HASTY, -400, -300)
    twice = [FirstVisit(RunKey(MONDAY - timedelta(days=1), R1), HASTY, came, came + 60) for came in (-900, -240)]
    known = Punctuality([*twice, today], MONDAY)
    assert known.days(R1) == 1
    assert known.days(R2) == 0
    assert known.usual(R1, HASTY) == Punctuality(twice[1:], MONDAY).usual(R1, HASTY)


def test_visits_to_first_stops_are_held_against_the_plan() -> None:
    run = make_run()
    visits = [
        make_visit(run, 0, at("6:57"), at("6:59")),
        make_visit(run, 1, at("7:02"), at("7:03")),
        make_visit(run, 0, at("6:57"), None),
        make_visit(make_run("gone"), 0, at("6:57"), at("6:59")),
    ]
    assert first_visits(make_timetable([run]), visits) == [FirstVisit(RunKey(MONDAY, R1), HASTY, -180.0, -60.0)]
