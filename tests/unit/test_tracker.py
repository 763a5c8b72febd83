"""What the tracker says of buses that do what buses do."""

from datetime import timedelta
from itertools import pairwise

import pytest

from busline.fleet import Fleet
from busline.tracking.tracker import Tracker
from tests.tracking_builder import (
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
    seconds_between,
    steady,
    street,
    visits_of,
)

AVENUE = street((0, 0), (4_000, 0))
"""4 km due east, stops every 400 m."""


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
