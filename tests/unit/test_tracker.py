"""What the tracker says of buses that do what buses do."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from busline.fleet import Assignment, AssignmentSource, Fleet, StopVisit
from busline.ids import RunKey, VehicleId
from busline.position import RunClaim
from busline.tracking.tracker import Tracker
from tests.tracking_builder import (
    DAY,
    Place,
    Profile,
    at,
    drive,
    fix,
    follow,
    fresh_tracker,
    key_of,
    length_m,
    make_pattern,
    make_run,
    make_timetable,
    place_on,
    progress_of,
    steady,
    street,
)

AVENUE = street((0, 0), (4_000, 0))
"""4 km due east, stops every 400 m."""


def visits_of(tracker: Tracker, key: RunKey) -> dict[int, StopVisit]:
    return {visit.call_index: visit for visit in tracker.fleet.visits.get(key, ())}


def seconds_between(a: datetime, b: datetime) -> float:
    return abs((a - b).total_seconds())


def test_a_bus_that_keeps_its_plan_visits_every_stop_on_time_and_is_done() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, steady(run)))
    progress = progress_of(tracker, run)
    assert progress.started_at is not None
    assert progress.ended_at is not None
    assert progress.next_call == len(run)
    assert abs(progress.lateness_seconds) < 15
    visits = visits_of(tracker, key_of(run))
    assert sorted(visits) == list(range(len(run)))
    for index in range(1, len(run) - 1):
        assert seconds_between(visits[index].arrived_at, at(run, index * 50)) < 5
        departed_at = visits[index].departed_at
        assert departed_at is not None
        assert visits[index].arrived_at <= departed_at < visits[index].arrived_at + timedelta(seconds=5)


def test_a_bus_held_at_a_stop_is_there_since_it_came_and_grows_late() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, [(0, 0), (150, 1_200), (600, 1_200)]))
    progress = progress_of(tracker, run)
    assert progress.still_since is not None
    assert seconds_between(progress.still_since, at(run, 150)) <= 20
    assert progress.lateness_seconds == pytest.approx(450, abs=5)
    visit = visits_of(tracker, key_of(run))[3]
    assert seconds_between(visit.arrived_at, at(run, 149)) < 5
    assert visit.departed_at is None
    assert progress.next_call == 3
    follow(tracker, drive(run, [(610, 1_200), (660, 1_600)]))
    departed_at = visits_of(tracker, key_of(run))[3].departed_at
    assert departed_at is not None
    assert seconds_between(departed_at, at(run, 612)) < 6
    assert progress_of(tracker, run).still_since is None


def test_stops_passed_between_two_fixes_are_dated_by_interpolation() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, steady(run), every=100))
    visits = visits_of(tracker, key_of(run))
    for index in range(1, len(run) - 1):
        assert seconds_between(visits[index].arrived_at, at(run, index * 50)) < 10


def test_stops_passed_in_a_long_silence_are_passed_without_a_visit() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, [(0, 0), (100, 800)]))
    follow(tracker, drive(run, [(600, 2_300), (650, 2_700)]))
    progress = progress_of(tracker, run)
    visits = visits_of(tracker, key_of(run))
    assert progress.next_call == 7
    assert set(visits) == {0, 1, 2, 6}
    # Last seen at the second stop at 100 s; when it left, nobody saw.
    assert visits[2].departed_at == at(run, 100)


def test_a_gap_of_a_few_minutes_is_bridged() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, [(0, 0), (100, 800)]))
    follow(tracker, drive(run, [(250, 2_000), (300, 2_400)]))
    assert set(visits_of(tracker, key_of(run))) >= {0, 1, 2, 3, 4}
    assert progress_of(tracker, run).distance_m == pytest.approx(2_400, abs=20)


def test_a_detour_is_off_route_from_its_first_fix_and_over_at_the_return() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, [(0, 0), (130, 1_040)]))
    detour: list[Place] = [(1_040, 120), (1_040, 300), (1_200, 300), (1_360, 300), (1_500, 300), (1_500, 150)]
    reports = [fix(at(run, 150 + 20 * index), place, run=run) for index, place in enumerate(detour)]
    follow(tracker, reports[:1])
    assert progress_of(tracker, run).off_route_since is None
    follow(tracker, reports[1:])
    assert progress_of(tracker, run).off_route_since == at(run, 150)
    assert progress_of(tracker, run).distance_m == pytest.approx(1_040, abs=20)
    follow(tracker, drive(run, [(280, 1_520), (340, 2_000)]))
    progress = progress_of(tracker, run)
    assert progress.off_route_since is None
    assert progress.distance_m == pytest.approx(2_000, abs=20)
    assert 3 not in visits_of(tracker, key_of(run)), "the stop at 1,200 m was driven round"
    assert set(visits_of(tracker, key_of(run))) >= {1, 2, 4}


def test_the_way_back_on_the_same_street_is_not_the_way_out() -> None:
    run = make_run("R", street((0, 0), (2_000, 0), (0, 0)))
    tracker = fresh_tracker(make_timetable(run))
    for position in drive(run, steady(run)):
        follow(tracker, [position])
        driven = (position.fix_at - at(run, 0)).total_seconds() * 8
        assert progress_of(tracker, run).distance_m == pytest.approx(driven, abs=45)


def test_a_stop_on_both_sides_of_a_street_is_visited_twice() -> None:
    path = street((0, 0), (1_000, 0), (1_000, 300), (1_000, 0), (2_000, 0))
    run = make_run("R", path, stops_m=[0, 900, 1_300, 1_700, 2_600])
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, steady(run)))
    visits = visits_of(tracker, key_of(run))
    assert sorted(visits) == [0, 1, 2, 3, 4]
    for index, metres in [(1, 900), (2, 1_300), (3, 1_700)]:
        assert seconds_between(visits[index].arrived_at, at(run, metres / 8)) < 8


def test_a_round_that_ends_where_it_began_starts_at_the_beginning() -> None:
    run = make_run("R", street((0, 0), (1_000, 0), (1_000, 1_000), (0, 1_000), (0, 0)))
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, [(-120, 0), (0, 0), (60, 480)]))
    assert progress_of(tracker, run).distance_m == pytest.approx(480, abs=20)
    follow(tracker, drive(run, [(70, 560), (500, 4_000)]))
    assert progress_of(tracker, run).ended_at is not None
    assert sorted(visits_of(tracker, key_of(run))) == list(range(len(run)))


def test_a_run_that_crosses_itself_is_followed_through_the_crossing() -> None:
    run = make_run("R", street((0, 0), (1_000, 0), (1_000, 600), (500, 600), (500, -600)))
    tracker = fresh_tracker(make_timetable(run))
    before = 0.0
    for position in drive(run, steady(run), every=5):
        follow(tracker, [position])
        now = progress_of(tracker, run).distance_m
        assert before <= now <= before + 60
        before = now
    assert before == pytest.approx(3_300, abs=35)


def test_a_bus_waiting_at_its_first_stop_has_not_started_and_then_starts_late() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, [(-900, 0), (480, 0)], every=30))
    progress = progress_of(tracker, run)
    assert progress.started_at is None
    assert progress.next_call == 0
    assert progress.lateness_seconds == 480
    assert visits_of(tracker, key_of(run)) == {}
    follow(tracker, drive(run, [(490, 0), (540, 400)]))
    progress = progress_of(tracker, run)
    assert progress.started_at is not None
    assert at(run, 490) < progress.started_at < at(run, 520)
    departed_at = visits_of(tracker, key_of(run))[0].departed_at
    assert departed_at is not None
    assert seconds_between(departed_at, at(run, 492)) < 5


def test_waiting_ahead_of_time_is_not_lateness() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, [(-900, 0), (-600, 0)], every=30))
    assert progress_of(tracker, run).lateness_seconds == 0


def test_a_loop_round_the_layover_before_the_run_is_not_the_run() -> None:
    # The first two stops are passed twenty minutes early, then the bus goes back and waits.
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, [(-1_300, 0), (-1_200, 600), (-100, 600)], every=30))
    assert progress_of(tracker, run).started_at is None
    assert visits_of(tracker, key_of(run)) == {}
    follow(tracker, drive(run, [(-90, 560), (-20, 0), (60, 0)]))
    assert progress_of(tracker, run).started_at is None
    assert progress_of(tracker, run).distance_m < 60
    follow(tracker, drive(run, [(70, 0), (220, 1_200)]))
    visits = visits_of(tracker, key_of(run))
    assert seconds_between(visits[1].arrived_at, at(run, 119)) < 5
    assert progress_of(tracker, run).lateness_seconds == pytest.approx(70, abs=5)


def test_a_bus_that_leaves_and_comes_back_to_its_start_starts_again() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, [(0, 0), (60, 480)]))
    assert progress_of(tracker, run).started_at is not None
    assert set(visits_of(tracker, key_of(run))) == {0, 1}
    follow(tracker, drive(run, [(70, 440), (120, 0), (180, 0)]))
    progress = progress_of(tracker, run)
    assert progress.started_at is None
    assert progress.next_call == 0
    assert visits_of(tracker, key_of(run)) == {}, "what was said of the first stops is taken back"
    follow(tracker, drive(run, [(190, 0), (290, 800)]))
    assert seconds_between(visits_of(tracker, key_of(run))[1].arrived_at, at(run, 239)) < 6


def test_two_stray_fixes_do_not_move_a_bus() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, [(0, 0), (100, 800)]))
    strays = [fix(at(run, seconds), place_on(run, 2_800), run=run) for seconds in (105, 110)]
    for step in follow(tracker, strays):
        assert step.fleet.progress[key_of(run)].distance_m == pytest.approx(800, abs=20)
    follow(tracker, drive(run, [(120, 960), (140, 1_120)]))
    assert progress_of(tracker, run).distance_m == pytest.approx(1_120, abs=20)


def test_a_bus_that_is_truly_elsewhere_on_its_path_is_believed_after_some_fixes() -> None:
    run = make_run("R", street((0, 0), (8_000, 0)))
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, [(0, 0), (400, 3_200)]))
    steps = follow(tracker, drive(run, [(410, 1_500), (480, 2_060)]))
    assert steps[0].fleet.progress[key_of(run)].distance_m == pytest.approx(3_200, abs=20)
    assert progress_of(tracker, run).distance_m == pytest.approx(2_060, abs=20)


def test_a_bus_first_seen_in_mid_run_is_under_way_with_no_invented_visits() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, [(250, 2_050), (270, 2_210)]))
    progress = progress_of(tracker, run)
    assert progress.started_at == at(run, 250)
    assert progress.next_call == 6
    assert visits_of(tracker, key_of(run)) == {}


def test_a_bus_that_crosses_its_path_long_before_the_run_is_not_on_it() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    [step] = follow(tracker, [fix(at(run, -1_800), (2_500, 5), run=run)])
    assert step.unmatched == {"far_from_plan": 1}
    assert key_of(run) not in tracker.fleet.progress
    assert tracker.fleet.assignments[key_of(run)].vehicle_id == "47", "yet it is known which bus to look for"


def test_the_nearest_street_wins_where_a_path_is_approximate() -> None:
    pattern = make_pattern(street((0, 0), (4_000, 0)), approximate=True)
    run = make_run("R", pattern)
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, [fix(at(run, 10.0 * n), (80.0 * n, 220.0), run=run) for n in range(20)])
    assert progress_of(tracker, run).distance_m == pytest.approx(1_520, abs=30)


BACK_AND_FORTH = make_run("OUT", AVENUE, bus="47", block="B")
HOMEWARD = make_run("HOME", street((4_000, 0), (4_000, 200), (0, 200)), start=7 * 3600 + 900, bus="47", block="B")


def test_one_bus_drives_the_runs_of_its_block_in_a_row() -> None:
    tracker = fresh_tracker(make_timetable(BACK_AND_FORTH, HOMEWARD))
    # The claim changes some way before the last stop, as real ones do.
    follow(tracker, drive(BACK_AND_FORTH, [(0, 0), (490, 3_920)]))
    assert progress_of(tracker, BACK_AND_FORTH).ended_at is None
    follow(tracker, drive(BACK_AND_FORTH, [(500, 3_990), (520, 4_000)], claims=HOMEWARD))
    first = progress_of(tracker, BACK_AND_FORTH)
    assert first.ended_at is not None
    assert first.next_call == len(BACK_AND_FORTH)
    assert seconds_between(visits_of(tracker, key_of(BACK_AND_FORTH))[10].arrived_at, at(BACK_AND_FORTH, 498)) < 8
    assert progress_of(tracker, HOMEWARD).started_at is None
    follow(tracker, drive(HOMEWARD, [(0, 0), (200, 1_600)]))
    assert progress_of(tracker, HOMEWARD).distance_m == pytest.approx(1_600, abs=20)
    assert progress_of(tracker, BACK_AND_FORTH) == first


def test_a_bus_without_claims_drives_what_the_plan_gives_it() -> None:
    tracker = fresh_tracker(make_timetable(BACK_AND_FORTH, HOMEWARD))
    follow(tracker, drive(BACK_AND_FORTH, [(-300, 0), (0, 0), (500, 4_000), (900, 4_000)], claiming=False))
    follow(tracker, drive(HOMEWARD, [(5, 0), (500, 4_000)], claiming=False))
    assert progress_of(tracker, BACK_AND_FORTH).next_call == len(BACK_AND_FORTH)
    home = progress_of(tracker, HOMEWARD)
    assert home.source is AssignmentSource.PLAN
    assert home.distance_m == pytest.approx(4_000, abs=30)
    assert sorted(visits_of(tracker, key_of(HOMEWARD))) == list(range(len(HOMEWARD) - 1))


def test_a_bus_signed_on_to_its_next_run_too_early_is_still_on_the_one_it_drives() -> None:
    tracker = fresh_tracker(make_timetable(BACK_AND_FORTH, HOMEWARD))
    follow(tracker, drive(BACK_AND_FORTH, [(0, 0), (200, 1_600)]))
    follow(tracker, drive(BACK_AND_FORTH, [(210, 1_680), (300, 2_400)], claims=HOMEWARD))
    progress = progress_of(tracker, BACK_AND_FORTH)
    assert progress.ended_at is None
    assert progress.distance_m == pytest.approx(2_400, abs=20)


def test_a_run_that_its_bus_gave_up_is_ended_with_what_is_known() -> None:
    other = make_run("OTHER", street((1_600, 100), (1_600, 4_000)), start=7 * 3600 + 240)
    tracker = fresh_tracker(make_timetable(BACK_AND_FORTH, other))
    follow(tracker, drive(BACK_AND_FORTH, [(0, 0), (200, 1_600)]))
    follow(tracker, drive(other, [(20, 0), (100, 640)]))
    given_up = progress_of(tracker, BACK_AND_FORTH)
    assert given_up.ended_at == at(other, 20)
    assert given_up.next_call == 4
    assert progress_of(tracker, other).distance_m == pytest.approx(640, abs=20)


def test_a_bus_that_claims_another_ones_run_is_its_driver_from_now_on() -> None:
    run = make_run("R", AVENUE, bus="47")
    tracker = fresh_tracker(make_timetable(run))
    steps = follow(tracker, drive(run, [(0, 0), (100, 800)], bus="912"))
    assert progress_of(tracker, run).vehicle_id == "912"
    assert steps[0].assignments == (
        Assignment(key_of(run), VehicleId("912"), AssignmentSource.FEED, steps[0].positions[0].fix_at),
    )
    assert not any(step.assignments for step in steps[1:])
    # The planned bus reports from elsewhere on the path, without a claim: the run is taken.
    [step] = follow(tracker, [fix(at(run, 105), (300, 0))])
    assert step.unmatched == {"no_run": 1}
    assert progress_of(tracker, run).vehicle_id == "912"


def test_of_two_buses_on_one_run_the_one_already_driving_keeps_it() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, [(0, 0), (100, 800)], bus="47"))
    both = [*drive(run, [(110, 880), (200, 1_600)], bus="47"), *drive(run, [(115, 100), (205, 820)], bus="12")]
    steps = follow(tracker, both)
    assert sum(step.unmatched.get("rival", 0) for step in steps) == 10
    assert progress_of(tracker, run).vehicle_id == "47"
    assert progress_of(tracker, run).distance_m == pytest.approx(1_600, abs=20)


def test_a_second_bus_takes_over_a_run_whose_first_one_fell_silent() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, [(0, 0), (100, 800)], bus="47"))
    steps = follow(tracker, drive(run, [(400, 1_000), (600, 2_600)], bus="12"))
    progress = progress_of(tracker, run)
    assert progress.vehicle_id == "12"
    assert progress.distance_m == pytest.approx(2_600, abs=20)
    assert [step.assignments[0].vehicle_id for step in steps if step.assignments] == ["12"]
    assert set(visits_of(tracker, key_of(run))) >= {0, 1, 3, 4, 5}, "the visits of both"


def test_a_bus_parked_with_a_run_signed_on_gives_way_to_the_one_that_drives_it() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    parked = [fix(at(run, seconds), (5, 5), bus="47", run=run) for seconds in range(-300, 200, 20)]
    follow(tracker, [*parked, *drive(run, [(0, 0), (200, 1_600)], bus="12")])
    assert progress_of(tracker, run).vehicle_id == "12"
    assert progress_of(tracker, run).distance_m == pytest.approx(1_600, abs=20)


def test_what_staff_say_is_tried_before_the_plan() -> None:
    planned = make_run("PLANNED", AVENUE, bus="47")
    other = make_run("OTHER", street((0, 500), (4_000, 500)), bus="12")
    tracker = fresh_tracker(make_timetable(planned, other))
    tracker.assign(Assignment(key_of(other), VehicleId("47"), AssignmentSource.STAFF, at(other, -600)))
    follow(tracker, drive(other, [(0, 0), (100, 800)], claiming=False))
    assert progress_of(tracker, other).vehicle_id == "47"
    assert progress_of(tracker, other).source is AssignmentSource.STAFF
    assert key_of(planned) not in tracker.fleet.progress


def test_a_bus_that_only_claims_a_run_staff_gave_to_another_does_not_get_it() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    tracker.assign(Assignment(key_of(run), VehicleId("12"), AssignmentSource.STAFF, at(run, -600)))
    [step] = follow(tracker, [fix(at(run, -60), (5, 0), run=run)])
    assert step.unmatched == {"rival": 1}
    assert tracker.fleet.assignments[key_of(run)].vehicle_id == "12"
    follow(tracker, drive(run, [(-50, 0), (0, 0), (100, 800)], bus="12", claiming=False))
    assert progress_of(tracker, run).vehicle_id == "12"


def test_a_tablet_left_on_a_finished_run_does_not_hide_the_next_one() -> None:
    tracker = fresh_tracker(make_timetable(BACK_AND_FORTH, HOMEWARD))
    follow(tracker, drive(BACK_AND_FORTH, [(0, 0), (500, 4_000), (890, 4_000)], every=30))
    follow(tracker, drive(HOMEWARD, [(0, 0), (200, 1_600)], claims=BACK_AND_FORTH))
    assert progress_of(tracker, HOMEWARD).source is AssignmentSource.PLAN
    assert progress_of(tracker, HOMEWARD).distance_m == pytest.approx(1_600, abs=20)


def test_a_cancelled_claim_puts_no_bus_on_the_run() -> None:
    run = make_run("R", AVENUE, bus="47")
    tracker = fresh_tracker(make_timetable(run))
    report = fix(at(run, 10), (80, 0))
    [step] = follow(tracker, [replace(report, claim=RunClaim(run.run_id, DAY, cancelled=True))])
    assert step.unmatched == {"cancelled": 1}
    assert key_of(run) not in tracker.fleet.assignments


def test_an_unknown_claim_falls_back_to_the_plan_and_else_is_counted_by_name() -> None:
    run = make_run("R", AVENUE, bus="47")
    unknown = make_run("UNKNOWN", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, [(0, 0), (50, 400)], claims=unknown))
    assert progress_of(tracker, run).distance_m == pytest.approx(400, abs=20)
    [step] = follow(tracker, drive(run, [(60, 0), (60, 0)], claims=unknown, bus="99"))
    assert step.unmatched == {"unknown_run": 1}
    assert tracker.fleet.last_fix_at[VehicleId("99")] == at(run, 60)


def test_a_claim_on_a_day_without_service_or_hours_away_is_not_believed() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    sunday = date(2026, 10, 4)
    [step] = follow(tracker, [fix(at(run, 0), (0, 0), run=run, day=sunday)])
    assert step.unmatched == {"not_running": 1}
    [step] = follow(tracker, [fix(at(run, 10 * 3_600), (0, 0), run=run)])
    assert step.unmatched == {"not_running": 1}
    [step] = follow(tracker, [fix(at(run, 12 * 3_600), (0, 0))])
    assert step.unmatched == {"no_run": 1}


def test_a_claim_without_a_day_means_yesterday_just_after_midnight() -> None:
    run = make_run("R", AVENUE, start=24 * 3600 - 120)
    tracker = fresh_tracker(make_timetable(run))
    reports = [fix(at(run, 10.0 * n), (80.0 * n, 0), run=run, day=None) for n in range(30)]
    follow(tracker, reports)
    assert reports[-1].fix_at.astimezone(UTC) > at(run, 120)
    assert list(tracker.fleet.progress) == [RunKey(DAY, run.run_id)]


def test_a_bus_that_still_claims_a_run_it_has_ended_changes_nothing() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, steady(run)))
    ended = progress_of(tracker, run)
    steps = follow(tracker, [fix(at(run, 600 + 20 * n), (4_000 - 200 * n, 300), run=run) for n in range(5)])
    assert [step.unmatched for step in steps] == [{"finished": 1}] * 5
    assert progress_of(tracker, run) == ended


def test_a_bus_that_unloads_short_of_its_last_stop_has_ended_there() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, [(0, 0), (494, 3_950), (600, 3_950)]))
    progress = progress_of(tracker, run)
    assert progress.ended_at is not None
    assert seconds_between(progress.ended_at, at(run, 494)) < 15


def test_the_same_report_again_changes_nothing() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    reports = drive(run, [(0, 0), (200, 1_600)])
    follow(tracker, reports)
    before = tracker.fleet
    step = tracker.take(reports, before.at)
    assert step.unmatched == {"old_fix": len(reports)}
    assert [*step.positions, *step.progress, *step.visits, *step.assignments] == []
    assert step.fleet == before


def test_runs_long_over_leave_the_picture() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable(run))
    follow(tracker, drive(run, steady(run)))
    tracker.take([], at(run, 2 * 3_600))
    assert key_of(run) in tracker.fleet.progress
    tracker.take([], at(run, 4 * 3_600))
    assert [*tracker.fleet.progress, *tracker.fleet.assignments, *tracker.fleet.visits] == []


def test_a_timetable_without_runs_takes_every_position_and_claims_nothing() -> None:
    run = make_run("R", AVENUE)
    tracker = fresh_tracker(make_timetable())
    [step] = follow(tracker, [fix(at(run, 0), (0, 0), run=run)])
    assert step.unmatched == {"unknown_run": 1}
    assert len(step.positions) == 1


RESTARTS: list[tuple[str, Profile]] = [
    ("on the way", [(0, 0), (500, 4_000)]),
    ("held in mid-run", [(0, 0), (150, 1_200), (500, 1_200), (700, 2_800)]),
    ("starting late", [(-300, 0), (400, 0), (700, 2_400)]),
]


@pytest.mark.parametrize(("what", "profile"), RESTARTS, ids=[what for what, _ in RESTARTS])
def test_a_restart_at_any_fix_changes_nothing_that_is_said(what: str, profile: Profile) -> None:
    run = make_run("R", AVENUE)
    timetable = make_timetable(run)
    reports = drive(run, profile)
    whole = fresh_tracker(timetable)
    fleets = [step.fleet for step in follow(whole, reports)]
    for cut in range(1, len(reports), 7):
        restarted = Tracker(timetable, fleets[cut - 1])
        follow(restarted, reports[cut : cut + 1])
        assert restarted.fleet.progress == fleets[cut].progress
        follow(restarted, reports[cut + 1 :])
        assert restarted.fleet.progress == fleets[-1].progress


def test_a_visit_disproved_before_a_crash_does_not_come_back_with_the_restart() -> None:
    run = make_run("R", AVENUE)
    timetable = make_timetable(run)
    tracker = fresh_tracker(timetable)
    follow(tracker, drive(run, [(0, 0), (60, 480)]))
    recorded = tracker.fleet.visits
    follow(tracker, drive(run, [(70, 440), (120, 0), (180, 0)]))
    restored = Tracker(timetable, Fleet(at=tracker.fleet.at, progress=tracker.fleet.progress, visits=recorded))
    follow(restored, [fix(at(run, 190), (0, 0), run=run)])
    assert visits_of(restored, key_of(run)) == {}


def test_a_builders_street_is_as_long_as_it_looks() -> None:
    assert length_m(AVENUE) == pytest.approx(4_000)
    assert all(a[0] < b[0] for a, b in pairwise(AVENUE.tolist()))
