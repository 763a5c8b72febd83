"""The answer about one student's bus: state before minutes, and never a schedule shown as live."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from busline.answer import (
    Answer,
    Arriving,
    AtStop,
    Bus,
    Cancelled,
    FeedOutage,
    Finished,
    LastSeen,
    LateStart,
    MayHavePassed,
    NoSignalSince,
    NotRidingToday,
    NotStarted,
    OffRoute,
    OnTheWay,
    Passed,
    RunningLate,
    Uncovered,
)
from busline.fleet import Assignment, AssignmentSource, FeedHealth, Fleet, NoticeKind, RunNotice
from busline.geo import LatLon
from busline.ids import RunKey, SourceId, VehicleId
from busline.people import Leg
from busline.picture import Picture
from busline.run_state import outage_since
from tests.builders import MONDAY, at, make_progress, make_ride, make_run, make_timetable, make_visit

RUN = make_run()
KEY = RunKey(MONDAY, RUN.run_id)
TIMETABLE = make_timetable([RUN])
RIDE = make_ride(RUN, 3)
BUS = Bus(VehicleId("47"))
PLANNED = at("7:06")


def answer(fleet: Fleet, clock: str) -> object:
    return Picture(TIMETABLE, fleet).answer([RIDE], at(clock))


def test_before_the_run_is_due_the_plan_is_told_as_the_plan() -> None:
    assert answer(Fleet(at("5:00")), "5:00") == NotStarted(BUS, Leg.TO_SCHOOL, PLANNED)


def test_in_the_last_hour_and_a_half_it_is_told_when_to_be_at_the_stop() -> None:
    told = answer(Fleet(at("6:00")), "6:00")
    assert isinstance(told, NotStarted)
    assert told.be_ready_by is not None
    assert at("6:56") <= told.be_ready_by < PLANNED
    assert told.be_ready_by.second == 0


def test_a_bus_under_way_and_on_time_is_arriving_with_a_window_around_the_plan() -> None:
    progress = make_progress(RUN, seen_at=at("7:03"), distance_m=1_500)
    told = answer(Fleet(at("7:03"), {KEY: progress}), "7:03:20")
    assert isinstance(told, Arriving)
    assert told.fix_at == at("7:03")
    assert told.window.earliest <= PLANNED <= told.window.latest
    assert told.window.be_ready_by == told.window.earliest <= told.window.published <= told.window.latest
    assert told.window.earliest.second == told.window.latest.second == 0


def test_a_bus_more_than_five_minutes_behind_is_running_late_and_says_by_how_much() -> None:
    progress = make_progress(RUN, seen_at=at("7:12"), distance_m=1_500)
    told = answer(Fleet(at("7:12"), {KEY: progress}), "7:12:10")
    assert isinstance(told, RunningLate)
    assert told.minutes_late == 8


def test_a_fix_between_ninety_seconds_and_six_minutes_is_never_called_live() -> None:
    progress = make_progress(RUN, seen_at=at("7:03"), distance_m=1_500)
    fleet = Fleet(at("7:03"), {KEY: progress})
    assert isinstance(answer(fleet, "7:04:30"), Arriving)
    assert isinstance(answer(fleet, "7:04:31"), LastSeen)
    assert isinstance(answer(fleet, "7:09:00"), LastSeen)


def test_after_six_minutes_of_silence_no_minutes_are_given() -> None:
    progress = make_progress(RUN, seen_at=at("7:03"), distance_m=1_500)
    told = answer(Fleet(at("7:03"), {KEY: progress}), "7:09:01")
    assert told == NoSignalSince(BUS, Leg.TO_SCHOOL, PLANNED, at("7:03"))


def test_a_substitute_is_named_beside_the_usual_bus() -> None:
    progress = make_progress(RUN, seen_at=at("7:03"), distance_m=1_500, bus="912")
    told = answer(Fleet(at("7:03"), {KEY: progress}), "7:03:20")
    assert isinstance(told, Arriving)
    assert told.bus == Bus(VehicleId("912"), instead_of=VehicleId("47"))


def test_a_bus_standing_at_the_students_stop_is_at_the_stop() -> None:
    progress = replace(make_progress(RUN, seen_at=at("7:06"), distance_m=3_000), next_call=3)
    fleet = Fleet(at("7:06"), {KEY: progress}, visits={KEY: (make_visit(RUN, 3, at("7:05:50"), None),)})
    assert answer(fleet, "7:06:15") == AtStop(BUS, Leg.TO_SCHOOL, at("7:06"))


def test_a_bus_that_has_left_the_stop_has_passed_and_says_when() -> None:
    progress = make_progress(RUN, seen_at=at("7:08"), distance_m=3_900)
    fleet = Fleet(at("7:08"), {KEY: progress}, visits={KEY: (make_visit(RUN, 3, at("7:06"), at("7:06:20")),)})
    assert answer(fleet, "7:08:10") == Passed(BUS, Leg.TO_SCHOOL, at("7:06"))


def test_a_bus_beyond_the_stop_without_a_seen_visit_may_have_passed() -> None:
    progress = make_progress(RUN, seen_at=at("7:08"), distance_m=3_900)
    assert answer(Fleet(at("7:08"), {KEY: progress}), "7:08:10") == MayHavePassed(BUS, Leg.TO_SCHOOL, at("7:08"))


def test_off_route_gives_no_minutes() -> None:
    progress = make_progress(RUN, seen_at=at("7:03"), distance_m=1_500, off_route_since=at("7:02"))
    told = answer(Fleet(at("7:03"), {KEY: progress}), "7:03:20")
    assert told == OffRoute(BUS, Leg.TO_SCHOOL, PLANNED, at("7:03"))


SHAPELESS = replace(RUN, pattern=replace(RUN.pattern, approximate=True))
STOP = make_timetable([RUN]).stops[RUN.pattern.stop_ids[3]].place


def without_shape(clock: str, **changes: Any) -> Answer:
    """What is told of a run without a shape, whose bus is thought 1,500 m along; the stop asked about is at 3,000 m."""
    progress = replace(make_progress(SHAPELESS, seen_at=at("7:03"), distance_m=1_500), **changes)
    return Picture(make_timetable([SHAPELESS]), Fleet(at("7:03"), {KEY: progress})).answer([RIDE], at(clock))


@pytest.mark.parametrize("off_route_since", [None, at("7:02")])
def test_on_a_route_without_a_shape_no_minutes_are_given_and_no_bus_is_called_off_it(
    off_route_since: datetime | None,
) -> None:
    on_the_way = OnTheWay(BUS, Leg.TO_SCHOOL, PLANNED, at("7:03"))
    assert without_shape("7:03:20", off_route_since=off_route_since) == on_the_way
    assert isinstance(without_shape("7:10", off_route_since=off_route_since), NoSignalSince)


def test_abeam_of_a_stop_on_a_route_without_a_shape_a_bus_is_not_said_to_be_there_or_past_it() -> None:
    beside = {"distance_m": 3_050.0, "next_call": 4}
    assert isinstance(without_shape("7:03:20", **beside), OnTheWay)
    streets_away = LatLon(STOP.lat + 0.002, STOP.lon)
    stands = {"still_since": at("7:02"), "next_call": 3, "distance_m": 2_995.0}
    assert isinstance(without_shape("7:03:20", **stands, still_from=streets_away), OnTheWay)
    assert without_shape("7:03:20", **stands, still_from=STOP) == AtStop(BUS, Leg.TO_SCHOOL, at("7:03"))
    assert isinstance(without_shape("7:05", **stands, still_from=STOP), OnTheWay)
    far_beyond = {"distance_m": 3_400.0, "next_call": 4}
    assert without_shape("7:03:20", **far_beyond) == MayHavePassed(BUS, Leg.TO_SCHOOL, at("7:03"))
    assert without_shape("7:09", ended_at=at("7:08")) == Finished(BUS, Leg.TO_SCHOOL, at("7:08"))


def test_a_run_that_is_due_with_its_bus_heard_from_elsewhere_starts_late() -> None:
    fleet = Fleet(at("7:06"), last_fix_at={VehicleId("47"): at("7:05:50")})
    assert answer(fleet, "7:06") == LateStart(BUS, Leg.TO_SCHOOL, PLANNED, 6, at("7:10"))


def test_a_run_that_is_due_and_has_no_bus_anywhere_is_uncovered() -> None:
    assert answer(Fleet(at("7:06")), "7:06") == Uncovered(Leg.TO_SCHOOL, PLANNED, confirmed=False)


def test_staff_saying_uncovered_is_told_at_once_as_confirmed() -> None:
    notice = RunNotice(KEY, NoticeKind.UNCOVERED, "no driver", at("6:00"))
    told = answer(Fleet(at("6:00"), notices={KEY: notice}), "6:05")
    assert told == Uncovered(Leg.TO_SCHOOL, PLANNED, confirmed=True)


def test_a_cancelled_run_is_cancelled_even_while_a_bus_is_seen_on_it() -> None:
    notice = RunNotice(KEY, NoticeKind.CANCELLED, "snow", at("6:00"))
    progress = make_progress(RUN, seen_at=at("7:03"), distance_m=1_500)
    told = answer(Fleet(at("7:03"), {KEY: progress}, notices={KEY: notice}), "7:03:10")
    assert told == Cancelled(Leg.TO_SCHOOL, PLANNED)


def test_a_dead_feed_says_nothing_about_any_one_bus() -> None:
    dead = FeedHealth(SourceId("gps"), ok=False, message="", checked_at=None, fresh_at=at("6:40"), vehicles=0)
    fleet = Fleet(at("7:06"), feeds={SourceId("gps"): dead})
    assert answer(fleet, "7:06") == FeedOutage(Leg.TO_SCHOOL, PLANNED, at("6:40"))


def test_buses_that_came_to_their_end_while_busline_was_down_are_no_outage() -> None:
    runs = [make_run(f"N{number}", bus=f"{number}", block=None) for number in range(30)]
    ended_unseen = [make_progress(run, seen_at=at("6:55"), distance_m=4_800) for run in runs[:10]]
    under_way = [make_progress(run, seen_at=at("7:05:50"), distance_m=1_500) for run in runs[10:]]
    fleet = Fleet(at("7:06"), {one.key: one for one in (*ended_unseen, *under_way)})
    assert outage_since(fleet, at("7:06")) == at("6:55")
    assert outage_since(replace(fleet, listening_since=at("7:02")), at("7:06")) is None
    # Who falls silent while we listen is the feed's trouble, as ever.
    assert outage_since(replace(fleet, listening_since=at("6:50")), at("7:06")) == at("6:55")


def test_a_run_that_ended_without_being_seen_at_the_stop_is_finished() -> None:
    progress = replace(
        make_progress(RUN, seen_at=at("7:20"), distance_m=2_000, ended_at=at("7:20")), started_at=None, next_call=2
    )
    assert answer(Fleet(at("7:20"), {KEY: progress}), "7:21") == Finished(BUS, Leg.TO_SCHOOL, at("7:20"))


def test_on_a_saturday_the_next_school_day_is_named() -> None:
    saturday = at("9:00") - timedelta(days=2)
    told = Picture(TIMETABLE, Fleet(saturday)).answer([RIDE], saturday)
    assert told == NotRidingToday(next_date=MONDAY)


def test_a_student_without_any_ride_is_not_riding() -> None:
    assert Picture(TIMETABLE, Fleet(at("7:00"))).answer([], at("7:00")) == NotRidingToday(next_date=None)


@pytest.mark.parametrize(("clock", "run_id"), [("7:30", "AM"), ("9:00", "PM"), ("14:40", "PM"), ("15:59", "PM")])
def test_the_ride_of_the_moment_is_the_one_the_family_means(clock: str, run_id: str) -> None:
    morning, afternoon = make_run("AM", start="7:00"), make_run("PM", start="14:30")
    rides = [make_ride(morning), make_ride(afternoon, leg=Leg.FROM_SCHOOL)]
    key = RunKey(MONDAY, morning.run_id)
    progress = make_progress(morning, seen_at=at("7:10"), distance_m=5_000, ended_at=at("7:10"))
    fleet = Fleet(at(clock), {key: progress}, visits={key: (make_visit(morning, 3, at("7:06"), at("7:06:20")),)})
    told = Picture(make_timetable([morning, afternoon]), fleet).answer(rides, at(clock))
    expected = Leg.TO_SCHOOL if run_id == "AM" else Leg.FROM_SCHOOL
    assert not isinstance(told, NotRidingToday)
    assert told.leg is expected


def test_late_in_the_day_a_ride_that_nobody_saw_is_no_longer_told_of() -> None:
    # "We see no bus yet, text again in 5 min" is true until the ride cannot be meant any more, and absurd at night.
    assert answer(Fleet(at("8:30")), "8:30") == Uncovered(Leg.TO_SCHOOL, PLANNED, confirmed=False)
    assert answer(Fleet(at("22:00")), "22:00") == NotRidingToday(next_date=MONDAY + timedelta(days=1))


def test_late_in_the_day_a_family_is_still_told_how_the_last_ride_went() -> None:
    progress = make_progress(RUN, seen_at=at("7:10"), distance_m=5_000, ended_at=at("7:10"))
    fleet = Fleet(at("22:00"), {KEY: progress}, visits={KEY: (make_visit(RUN, 3, at("7:06"), at("7:06:20")),)})
    assert answer(fleet, "22:00") == Passed(BUS, Leg.TO_SCHOOL, at("7:06"))


def test_a_run_that_should_be_over_is_not_said_to_start_late() -> None:
    heard = {VehicleId("47"): at("8:00")}
    told = Picture(TIMETABLE, Fleet(at("8:00"), last_fix_at=heard)).answer([RIDE], at("8:00"))
    assert told == Uncovered(Leg.TO_SCHOOL, PLANNED, confirmed=False)


def test_a_bus_that_still_drives_an_earlier_run_is_awaited_however_late() -> None:
    first, second = make_run("T1", start="6:30"), make_run("T2", start="7:00")
    progress = make_progress(first, seen_at=at("8:00"), distance_m=3_000)
    fleet = Fleet(at("8:00"), {RunKey(MONDAY, first.run_id): progress}, last_fix_at={progress.vehicle_id: at("8:00")})
    told = Picture(make_timetable([first, second]), fleet).answer([make_ride(second)], at("8:00"))
    assert isinstance(told, LateStart)
    assert told.minutes_late == 60


def test_a_run_whose_bus_drives_the_blocks_next_run_is_not_said_to_start_late() -> None:
    first, second = make_run("T1", start="7:00"), make_run("T2", start="7:08")
    next_key = RunKey(MONDAY, second.run_id)
    progress = make_progress(second, seen_at=at("7:09"), distance_m=800)
    fleet = Fleet(at("7:09"), {next_key: progress}, last_fix_at={progress.vehicle_id: at("7:09")})
    told = Picture(make_timetable([first, second]), fleet).answer([make_ride(first)], at("7:09"))
    assert isinstance(told, Uncovered)


def test_the_substitute_of_the_blocks_first_run_is_expected_on_the_next_one() -> None:
    first, second = make_run("T1", start="6:30"), make_run("T2", start="7:10")
    key = RunKey(MONDAY, first.run_id)
    taken = Assignment(key, VehicleId("912"), AssignmentSource.FEED, at("6:28"))
    fleet = Fleet(at("6:50"), assignments={key: taken})
    told = Picture(make_timetable([first, second]), fleet).answer([make_ride(second)], at("6:50"))
    assert isinstance(told, NotStarted)
    assert told.bus == Bus(VehicleId("912"), instead_of=VehicleId("47"))
