"""Which bus the tracker holds to drive a run: blocks, claims, staff, rivals and tablets left as they were."""

from dataclasses import replace
from datetime import UTC, date

import pytest

from busline.fleet import Assignment, AssignmentSource
from busline.ids import RunKey, VehicleId
from busline.position import RunClaim
from tests.tracking_builder import (
    DAY,
    at,
    drive,
    fix,
    follow,
    fresh_tracker,
    key_of,
    make_run,
    make_timetable,
    progress_of,
    seconds_between,
    steady,
    street,
    visits_of,
)

AVENUE = street((0, 0), (4_000, 0))
"""4 km due east, stops every 400 m."""

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
    assert tracker.fleet.whereabouts[VehicleId("99")] == fix(at(run, 60), (0, 0)).place


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
