"""Predictions: what a bus under way is told to be, and no minutes where nothing supports them."""

from datetime import datetime

import pytest

from busline.eta import (
    Basis,
    NoPrediction,
    Prediction,
    be_ready_before_start,
    foresee,
    predict,
    stage_unseen,
)
from busline.fleet import Fleet
from busline.ids import RunId, RunKey, VehicleId
from busline.travel_times.engine import Engine
from busline.travel_times.outlook import Stage
from tests.builders import MONDAY, at, make_progress, make_run, make_timetable

RUN = make_run()
NEXT = make_run("R2", start="7:30")
TIMETABLE = make_timetable([RUN, NEXT])
ENGINE = Engine(TIMETABLE)


def test_a_bus_on_time_is_expected_when_the_plan_says() -> None:
    progress = make_progress(RUN, seen_at=at("7:03"), distance_m=1_500)
    told = predict(ENGINE, RUN, MONDAY, progress, 5, at("7:03"))
    assert isinstance(told, Prediction)
    assert abs((told.p50 - at("7:10")).total_seconds()) < 20
    assert told.p10 < told.published < told.p50 < told.p90
    assert told.basis is Basis.LIVE


def test_a_late_bus_carries_its_lateness_to_every_later_call() -> None:
    progress = make_progress(RUN, seen_at=at("7:10"), distance_m=1_500)
    told = predict(ENGINE, RUN, MONDAY, progress, 5, at("7:10"))
    assert isinstance(told, Prediction)
    assert abs((told.p50 - at("7:17")).total_seconds()) < 20


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"under_way": False}, NoPrediction.NOT_UNDER_WAY),
        ({"ended_at": at("7:03")}, NoPrediction.NOT_UNDER_WAY),
        ({"off_route_since": at("7:02")}, NoPrediction.OFF_ROUTE),
    ],
)
def test_no_minutes_are_given_where_nothing_supports_them(change: dict[str, object], reason: NoPrediction) -> None:
    progress = make_progress(RUN, seen_at=at("7:03"), distance_m=1_500, **change)  # type: ignore[arg-type]
    assert predict(ENGINE, RUN, MONDAY, progress, 5, at("7:03")) is reason


def test_an_old_fix_gives_first_a_last_seen_basis_and_then_no_minutes() -> None:
    progress = make_progress(RUN, seen_at=at("7:03"), distance_m=1_500)
    seen = predict(ENGINE, RUN, MONDAY, progress, 5, at("7:05"))
    assert isinstance(seen, Prediction)
    assert seen.basis is Basis.LAST_SEEN
    assert seen.fix_age_seconds == 120
    assert predict(ENGINE, RUN, MONDAY, progress, 5, at("7:09:01")) is NoPrediction.TOO_OLD


def test_the_older_the_fix_the_wider_the_window_around_the_same_time() -> None:
    told = [
        predict(ENGINE, RUN, MONDAY, make_progress(RUN, seen_at=at(seen), distance_m=distance_m), 5, at("7:08"))
        for seen, distance_m in (("7:08", 4_000), ("7:06", 3_000), ("7:03", 1_500))
    ]
    widths = []
    for one in told:
        assert isinstance(one, Prediction)
        assert abs((one.p50 - at("7:10")).total_seconds()) < 20
        widths.append((one.p90 - one.p10).total_seconds())
    fresh, older, oldest = widths
    assert fresh * 1.2 < older
    assert older * 1.2 < oldest


def test_a_call_behind_the_bus_is_not_predicted() -> None:
    progress = make_progress(RUN, seen_at=at("7:03"), distance_m=1_500)
    assert predict(ENGINE, RUN, MONDAY, progress, 1, at("7:03")) is NoPrediction.ALREADY_PASSED


def test_nothing_is_predicted_for_a_moment_that_is_already_over() -> None:
    progress = make_progress(RUN, seen_at=at("7:03"), distance_m=1_990)
    told = predict(ENGINE, RUN, MONDAY, progress, 2, at("7:04:20"))
    assert isinstance(told, Prediction)
    assert told.p10 == at("7:04:20")


def foreseen(fleet: Fleet, clock: str, call: int = 2) -> Prediction | None:
    return foresee(ENGINE, fleet, RunKey(MONDAY, RunId("R2")), call, at(clock))


def test_a_later_run_of_the_block_is_foreseen_late_while_its_bus_is_still_on_the_one_before() -> None:
    behind = make_progress(RUN, seen_at=at("7:31"), distance_m=3_500)
    told = foreseen(Fleet(at("7:31"), progress={behind.key: behind}), "7:31")
    assert told is not None
    assert told.basis is Basis.BEFORE_START
    # At 7:34 it ends the first run, and then needs ten minutes back to the start.
    assert (told.p50 - at("7:34")).total_seconds() > 900
    assert told.p10 < told.published < told.p50 < told.p90


def test_a_waiting_bus_is_foreseen_and_one_under_way_is_predicted_instead() -> None:
    waiting = make_progress(NEXT, seen_at=at("7:28"), distance_m=0, under_way=False)
    told = foreseen(Fleet(at("7:28"), progress={waiting.key: waiting}), "7:28")
    assert told is not None
    assert abs((told.p50 - at("7:34")).total_seconds()) < 120
    driving = make_progress(NEXT, seen_at=at("7:31"), distance_m=200)
    assert foreseen(Fleet(at("7:31"), progress={driving.key: driving}), "7:31") is None


def test_nothing_is_foreseen_of_a_bus_that_nobody_has_seen_for_long() -> None:
    assert foreseen(Fleet(at("7:00")), "7:00") is None
    silent = make_progress(RUN, seen_at=at("7:03"), distance_m=1_500)
    assert foreseen(Fleet(at("7:15"), progress={silent.key: silent}), "7:15") is None


def test_a_bus_between_two_runs_is_foreseen_for_as_long_as_it_is_heard_of() -> None:
    done = make_progress(RUN, seen_at=at("7:20"), distance_m=5_000, ended_at=at("7:20"))
    heard = Fleet(at("7:45"), progress={done.key: done}, last_fix_at={done.vehicle_id: at("7:44")})
    told = foreseen(heard, "7:45", call=0)
    assert told is not None
    # A quarter of an hour after its planned start it has not begun: it can only be later than that.
    assert told.p10 >= at("7:45")
    silent = Fleet(at("7:45"), progress={done.key: done}, last_fix_at={done.vehicle_id: at("7:30")})
    assert foreseen(silent, "7:45", call=0) is None


def ready(fleet: Fleet, clock: str, call: int = 2) -> datetime | None:
    return be_ready_before_start(TIMETABLE, ENGINE, fleet, RunKey(MONDAY, RunId("R2")), call, at(clock))


def test_before_a_run_begins_there_is_a_time_to_be_at_the_stop_whoever_was_heard_of() -> None:
    """Planned there at 7:34; nothing is known of earlier days, so it is well before that."""
    elsewhere = Fleet(at("7:10"), last_fix_at={VehicleId("47"): at("7:09")})
    for fleet in (Fleet(at("7:10")), elsewhere):
        be_there = ready(fleet, "7:10")
        assert be_there is not None
        assert at("7:26") < be_there < at("7:34")
    waiting = make_progress(NEXT, seen_at=at("7:28"), distance_m=0, under_way=False)
    seen = Fleet(at("7:28"), progress={waiting.key: waiting})
    told = foreseen(seen, "7:28")
    assert told is not None
    assert ready(seen, "7:28") == told.be_ready_by < told.p10


def test_only_a_bus_that_is_heard_of_elsewhere_makes_the_time_later() -> None:
    elsewhere = Fleet(at("7:50"), last_fix_at={VehicleId("47"): at("7:49")})
    silent = Fleet(at("7:50"), last_fix_at={VehicleId("47"): at("7:30")})
    assert stage_unseen(TIMETABLE, ENGINE, elsewhere, RunKey(MONDAY, RunId("R2")), at("7:50")) is Stage.ELSEWHERE
    assert stage_unseen(TIMETABLE, ENGINE, silent, RunKey(MONDAY, RunId("R2")), at("7:50")) is Stage.UNSEEN
    late, unheard = ready(elsewhere, "7:50", call=5), ready(silent, "7:50", call=5)
    assert late is not None
    assert unheard is not None
    assert late > at("7:52") > unheard


def test_a_run_that_has_begun_has_no_time_from_before_its_start() -> None:
    driving = make_progress(NEXT, seen_at=at("7:31"), distance_m=200)
    assert ready(Fleet(at("7:31"), progress={driving.key: driving}), "7:31") is None
