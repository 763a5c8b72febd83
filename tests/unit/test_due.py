"""Runs that are due, and those of them that no bus was seen on."""

from datetime import date

from busline.due import DueRuns, is_due, unseen_runs
from busline.fleet import Fleet
from busline.ids import RunId, RunKey, VehicleId
from busline.travel_times.engine import Engine
from busline.travel_times.outlook import Stage
from tests.builders import MONDAY, at, make_progress, make_run, make_timetable

RUNS = [
    make_run("early", start="5:00", block="A"),
    make_run("seven", start="7:00", block="B"),
    make_run("half past", start="7:30", block="C", bus="48"),
    make_run("nine", start="9:00", block="D"),
]
TIMETABLE = make_timetable(RUNS)


def key(run_id: str, day: date = MONDAY) -> RunKey:
    return RunKey(day, RunId(run_id))


def test_a_run_is_due_from_an_hour_and_a_half_before_its_start_until_a_quarter_of_an_hour_after() -> None:
    due = DueRuns(TIMETABLE)
    assert due.at(at("5:29")) == []
    assert due.at(at("5:30")) == [key("seven")]
    assert due.at(at("7:15")) == [key("seven"), key("half past")]
    assert due.at(at("7:16")) == [key("half past")]
    for clock in ("5:29", "5:30", "7:15", "7:16"):
        assert due.at(at(clock)) == [key(run.run_id) for run in RUNS if is_due(TIMETABLE, key(run.run_id), at(clock))]


def test_the_next_day_has_its_own_runs_and_a_weekend_none() -> None:
    due = DueRuns(TIMETABLE)
    assert due.at(at("7:00"))
    tuesday, saturday = date(2026, 10, 6), date(2026, 10, 10)
    assert due.at(at("7:00", tuesday)) == [key("seven", tuesday), key("half past", tuesday)]
    assert due.at(at("7:00", saturday)) == []


def test_of_the_runs_that_are_due_those_with_a_bus_in_sight_are_left_out() -> None:
    waiting = make_progress(RUNS[1], seen_at=at("6:55"), distance_m=0, under_way=False)
    fleet = Fleet(at("6:55"), progress={waiting.key: waiting}, last_fix_at={VehicleId("48"): at("6:54")})
    due = DueRuns(TIMETABLE).at(at("6:55"))
    assert unseen_runs(TIMETABLE, Engine(TIMETABLE), fleet, due, at("6:55")) == {key("half past"): Stage.ELSEWHERE}
    nobody = unseen_runs(TIMETABLE, Engine(TIMETABLE), Fleet(at("6:55")), due, at("6:55"))
    assert nobody == {key("seven"): Stage.UNSEEN, key("half past"): Stage.UNSEEN}
