"""Looking ahead: under way, waiting, and on an earlier run of the block."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from busline.fleet import Fleet, RunProgress
from busline.ids import RunId, RunKey, VehicleId
from busline.timetable import Timetable
from busline.travel_times.band import AHEAD_SECONDS
from busline.travel_times.calibration import cells_of
from busline.travel_times.departure import (
    DEADHEAD_MPS,
    DETOUR,
    SOONEST_SECONDS,
    Blocks,
    Holds,
    later_of,
    turnaround_seconds,
)
from busline.travel_times.outlook import Foresight, Outlook, Stage
from busline.travel_times.punctuality import HOLD_SECONDS, FirstVisit, Punctuality
from busline.travel_times.travel import TravelModel
from tests.builders import MONDAY, at, make_progress, make_run, make_timetable

FIRST = make_run("first", start="7:00")
SECOND = make_run("second", start="7:30")
THIRD = make_run("third", start="8:00")
EVENING = make_run("evening", start="15:00")
TIMETABLE = make_timetable([FIRST, SECOND, THIRD, EVENING])
BACK = turnaround_seconds(FIRST, SECOND)


def look(
    *progress: RunProgress, now: datetime, driven: tuple[RunKey, ...] = (), timetable: Timetable = TIMETABLE
) -> Outlook:
    return Foresight(timetable, TravelModel(timetable)).look(progress, now.timestamp(), driven)


def starts(outlook: Outlook) -> dict[str, float]:
    """Expected moment at each run's second call."""
    return {
        outlook.keys[run].run_id: moment
        for run, call, moment in zip(outlook.run, outlook.call, outlook.from_at + outlook.mean_seconds, strict=True)
        if call == 1
    }


def test_a_bus_under_way_is_expected_at_every_call_ahead() -> None:
    outlook = look(make_progress(EVENING, seen_at=at("15:03"), distance_m=1_500), now=at("15:03"))
    assert outlook.call.tolist() == [2, 3, 4, 5]
    assert set(outlook.stage.tolist()) == {Stage.UNDER_WAY}
    assert set(outlook.afternoon.tolist()) == {1}
    assert outlook.from_at + outlook.mean_seconds == pytest.approx(
        [at(clock).timestamp() for clock in ("15:04", "15:06", "15:08", "15:10")], abs=5
    )


def test_a_waiting_bus_is_expected_to_leave_a_little_after_the_plan_or_after_now() -> None:
    for now, leaves in (("6:50", "7:00"), ("7:20", "7:20")):
        waiting = make_progress(FIRST, seen_at=at(now), distance_m=0, under_way=False)
        outlook = look(waiting, now=at(now))
        mine = outlook.run == 0
        assert set(outlook.stage[mine].tolist()) == {Stage.WAITING}
        after = starts(outlook)["first"] - 120 - at(leaves).timestamp()
        assert 60 <= after <= 90


def test_lateness_is_carried_along_the_block_to_later_runs() -> None:
    punctual = make_progress(FIRST, seen_at=at("7:06"), distance_m=3_000)
    late = make_progress(FIRST, seen_at=at("7:36"), distance_m=3_000)
    in_time, too_late = starts(look(punctual, now=at("7:06"))), starts(look(late, now=at("7:36")))
    assert set(in_time) == {"second", "third"}
    assert in_time["second"] == pytest.approx(at("7:32").timestamp(), abs=120)
    # At its end at 7:40, then back to the first stop of the next run, ten minutes away with unloading.
    ready = at("7:40").timestamp() + BACK
    assert too_late["second"] == pytest.approx(ready + 75 + 120, abs=60)
    assert too_late["third"] > at("8:05").timestamp()


def test_a_run_that_another_bus_drives_is_not_foreseen() -> None:
    late = make_progress(FIRST, seen_at=at("7:06"), distance_m=3_000)
    assert set(starts(look(late, now=at("7:06"), driven=(RunKey(MONDAY, RunId("second")),)))) == set()


def test_a_run_in_the_afternoon_is_not_foreseen_in_the_morning() -> None:
    progress = make_progress(THIRD, seen_at=at("8:01"), distance_m=500)
    assert {key.run_id for key in look(progress, now=at("8:01")).keys} == {"third"}


def test_a_bus_that_has_ended_its_run_is_on_its_way_to_the_next() -> None:
    ended = make_progress(FIRST, seen_at=at("7:28"), distance_m=5_000, ended_at=at("7:28"))
    told = starts(look(ended, now=at("7:29")))
    assert told["second"] == pytest.approx(at("7:28").timestamp() + BACK + 75 + 120, abs=60)


def test_what_is_farther_off_is_less_certain() -> None:
    outlook = look(make_progress(FIRST, seen_at=at("7:03"), distance_m=1_500), now=at("7:03"))
    spread = np.sqrt(outlook.variance)
    by_run = [float(spread[outlook.run == run].max()) for run in range(3)]
    assert by_run[0] < by_run[1] < by_run[2]
    assert outlook.tier[np.searchsorted(outlook.run, [0, 1, 2])].tolist() == [0, 1, 2]


@pytest.mark.parametrize("change", [{"off_route_since": at("7:02")}, {"ended_at": at("7:03")}])
def test_nothing_is_expected_of_a_run_that_is_off_route_or_over(change: dict[str, datetime]) -> None:
    progress = replace(make_progress(EVENING, seen_at=at("15:03"), distance_m=1_500), **change)  # type: ignore[arg-type]
    assert len(look(progress, now=at("15:03"))) == 0


def test_no_buses_give_an_empty_outlook() -> None:
    assert len(look(now=at("7:00"))) == 0


def test_tiers_are_counted_from_the_last_long_break() -> None:
    blocks = Blocks(TIMETABLE)
    keys = [RunKey(MONDAY, run.run_id) for run in (FIRST, SECOND, THIRD, EVENING)]
    assert [blocks.tier_of(key) for key in keys] == [0, 1, 2, 0]
    assert [blocks.next_of(key) for key in keys] == [*keys[1:], None]


def test_departures_seen_today_take_over_from_the_usual_hold_and_fade() -> None:
    holds = Holds()
    assert holds.more_seconds(0.0) == 0
    for minute in range(60):
        holds.take(20.0, HOLD_SECONDS, 60.0 * minute)
    assert -HOLD_SECONDS < holds.more_seconds(3_600.0) < 30 - HOLD_SECONDS
    assert holds.more_seconds(86_400.0) == pytest.approx(0, abs=2)
    holds.take(5_000.0, HOLD_SECONDS, 86_400.0)
    assert holds.more_seconds(86_400.0) < 200


def past_starts(came: float, left: float, *, run: str = "first", bus: str = "47", days: int = 5) -> list[FirstVisit]:
    """So many days, the last one yesterday, on which the bus of a run came and left so long after the plan."""
    return [
        FirstVisit(RunKey(MONDAY - timedelta(days=day), RunId(run)), VehicleId(bus), came, left)
        for day in range(days, 0, -1)
    ]


def foresight(past: list[FirstVisit]) -> Foresight:
    return Foresight(TIMETABLE, TravelModel(TIMETABLE), Punctuality(past, MONDAY))


def test_a_driver_who_leaves_early_every_day_is_expected_to_leave_early() -> None:
    waiting = make_progress(FIRST, seen_at=at("6:50"), distance_m=0, under_way=False)
    known = foresight(past_starts(-300, -200, days=15)).look([waiting], at("6:50").timestamp())
    assert starts(known)["first"] == pytest.approx(at("7:02").timestamp() - 200, abs=40)
    assert starts(known)["first"] < starts(look(waiting, now=at("6:50")))["first"] - 200


def test_a_bus_comes_to_its_first_stop_before_it_leaves_it() -> None:
    waiting = make_progress(FIRST, seen_at=at("6:50"), distance_m=0, under_way=False)
    known = foresight(past_starts(-240, 0, days=15)).look([waiting], at("6:50").timestamp())
    came, left = (known.from_at + known.mean_seconds)[:2] - at("7:00").timestamp()
    assert came == pytest.approx(-240, abs=40)
    assert left == pytest.approx(120, abs=40)


def test_a_bus_that_should_have_left_leaves_soon() -> None:
    waiting = make_progress(FIRST, seen_at=at("7:10"), distance_m=0, under_way=False)
    known = foresight(past_starts(-240, 0, days=15)).look([waiting], at("7:10").timestamp())
    assert starts(known)["first"] == pytest.approx(at("7:12").timestamp() + SOONEST_SECONDS, abs=5)


def test_a_run_that_nobody_was_seen_on_yet_goes_as_it_usually_does() -> None:
    engine = foresight(past_starts(-240, -100, days=15))
    key = RunKey(MONDAY, RunId("first"))
    for stage in (Stage.UNSEEN, Stage.ELSEWHERE):
        told = engine.look([], at("6:30").timestamp(), unseen={key: stage})
        mine = told.run == 0
        assert set(told.stage[mine].tolist()) == {stage}
        assert told.call[mine].tolist() == list(range(6))
        assert starts(told)["first"] == pytest.approx(at("7:02").timestamp() - 100, abs=40)


def test_a_bus_that_is_elsewhere_is_still_to_come_and_one_not_heard_of_may_be_on_its_way() -> None:
    engine, key, now = foresight(past_starts(-240, -100, days=15)), RunKey(MONDAY, RunId("first")), at("7:03")
    elsewhere = starts(engine.look([], now.timestamp(), unseen={key: Stage.ELSEWHERE}))["first"]
    unheard = starts(engine.look([], now.timestamp(), unseen={key: Stage.UNSEEN}))["first"]
    assert elsewhere == pytest.approx(now.timestamp() + SOONEST_SECONDS + 120, abs=5)
    assert unheard == pytest.approx(now.timestamp() + AHEAD_SECONDS, abs=1)
    later = engine.look([], now.timestamp(), unseen={key: Stage.UNSEEN})
    at_last_stop = later.from_at[-1] + later.mean_seconds[-1]
    assert at_last_stop == pytest.approx(at("7:10").timestamp() - 100, abs=40)


def test_what_a_call_is_told_apart_by_before_the_start_is_how_far_along_the_run_it_lies() -> None:
    waiting = make_progress(FIRST, seen_at=at("6:50"), distance_m=0, under_way=False)
    early, late = look(waiting, now=at("6:50")), look(waiting, now=at("6:58"))
    mine = early.run == 0
    assert early.way_seconds[mine] == pytest.approx([0, 120, 240, 360, 480, 600], abs=5)
    assert cells_of(early).horizon[mine].tolist() == cells_of(late).horizon[mine].tolist()
    assert cells_of(early).horizon[:2].tolist() == [0, 1]
    under_way = look(make_progress(FIRST, seen_at=at("7:03"), distance_m=1_500), now=at("7:03"))
    assert set(under_way.way_seconds[under_way.run == 0].tolist()) == {0}


def test_the_later_of_a_plan_and_an_uncertain_moment() -> None:
    drawn = np.maximum(100.0, np.random.default_rng(2).normal(80.0, 60.0, 200_000))
    mean, of = later_of(100.0, 80.0, 60.0**2)
    assert mean == pytest.approx(drawn.mean(), abs=0.5)
    assert of == pytest.approx(drawn.var(), rel=0.02)
    assert later_of(1_000.0, 0.0, 25.0)[0] == pytest.approx(1_000.0)


def seen_away(metres: float, *, clock: str, progress: RunProgress | None = None) -> Fleet:
    """The bus of the first run so far south of its first stop."""
    bus = VehicleId("47") if progress is None else progress.vehicle_id
    x, y = FIRST.pattern.path_xy[0].tolist()
    return Fleet(
        at(clock),
        progress={} if progress is None else {progress.key: progress},
        last_fix_at={bus: at(clock)},
        whereabouts={bus: TIMETABLE.plane.to_place(x, y - metres)},
    )


def first_stop(outlook: Outlook) -> float:
    """The expected moment at the first call of the first run that is told of."""
    return float((outlook.from_at + outlook.mean_seconds)[outlook.call == 0][0])


def test_a_bus_that_is_far_from_its_first_stop_takes_at_least_the_drive() -> None:
    engine, key, now = foresight(past_starts(-60, 0, days=15)), RunKey(MONDAY, RunId("first")), at("6:58").timestamp()
    drive = DETOUR * 6_000 / DEADHEAD_MPS

    def comes(metres: float) -> float:
        fleet = seen_away(metres, clock="6:58")
        return first_stop(engine.look([], now, unseen={key: Stage.ELSEWHERE}, fleet=fleet))

    assert comes(6_000) == pytest.approx(now + drive, abs=20)
    assert comes(500) == pytest.approx(at("7:00").timestamp() - 60, abs=40)
    # Whether it is under way already nobody knows where it is not heard of.
    silent = engine.look([], now, unseen={key: Stage.UNSEEN}, fleet=seen_away(6_000, clock="6:58"))
    assert first_stop(silent) < now + drive / 2


def test_a_bus_that_has_signed_on_in_the_yard_is_as_far_away() -> None:
    now = at("7:01")
    waiting = make_progress(FIRST, seen_at=now, distance_m=0, under_way=False)
    fleet = seen_away(6_000, clock="7:01", progress=waiting)
    known = foresight(past_starts(-60, 0, days=15)).look([waiting], now.timestamp(), fleet=fleet)
    assert first_stop(known) == pytest.approx(now.timestamp() + DETOUR * 6_000 / DEADHEAD_MPS, abs=20)


def test_a_bus_that_stays_where_its_earlier_run_ended_is_later_by_the_minute() -> None:
    done = replace(make_progress(FIRST, seen_at=at("7:12"), distance_m=5_000), ended_at=at("7:12"))

    def comes(clock: str) -> float:
        fleet = seen_away(5_000, clock=clock, progress=done)
        outlook = foresight(past_starts(0, 30, run="second")).look([done], at(clock).timestamp(), fleet=fleet)
        assert outlook.keys[0].run_id == "second"
        return first_stop(outlook)

    assert comes("7:35") - comes("7:32") == pytest.approx(180, abs=10)
    assert comes("7:32") == pytest.approx(at("7:32").timestamp() + DETOUR * 5_000 / DEADHEAD_MPS, abs=20)
