"""Buses that nobody has named a run for, and buses that are on another run than they say, through the tracker."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from busline.fleet import Assignment, AssignmentSource, Fleet, Proposal
from busline.ids import RunKey, VehicleId
from busline.position import Position
from busline.timetable import Run
from busline.tracking.tracker import Step, Tracker
from tests.tracking_builder import (
    SEVEN,
    at,
    drive,
    fix,
    follow,
    fresh_tracker,
    key_of,
    make_run,
    make_timetable,
    place_on,
    steady,
    street,
)

WINDING = make_run("winding", street((0, 0), (900, 0), (900, 700), (2_200, 700), (2_200, 2_000)), bus="47", block="A")
CROSSING = make_run("crossing", street((900, -1_500), (900, 2_500)), bus="48", block="B")
"""Shares 700 m of street with the winding one."""
LATER = make_run("later", street((2_200, 2_000), (2_200, 700), (0, 700)), start=SEVEN + 1_200, bus="47", block="A")
NETWORK = make_timetable(WINDING, CROSSING, LATER)


def driven(tracker: Tracker) -> dict[RunKey, VehicleId]:
    return {key: progress.vehicle_id for key, progress in tracker.fleet.progress.items()}


def proposed(steps: Iterable[Step]) -> list[Proposal]:
    return [proposal for step in steps for proposal in step.fleet.proposals.values()]


def until_proposed(tracker: Tracker, reports: Iterable[Position]) -> Step:
    steps = (step for position in reports for step in follow(tracker, [position]))
    return next(step for step in steps if step.fleet.proposals)


def approach(run: Run, bus: str) -> list[Position]:
    """A bus that stands at the first stop for a while before it leaves."""
    return [fix(at(run, second), place_on(run, 0), bus=bus, speed_mps=0.0) for second in range(-120, 0, 20)]


def unclaimed(run: Run, bus: str = "912") -> list[Position]:
    return [*approach(run, bus), *drive(run, steady(run), bus=bus, claiming=False)]


def test_a_bus_that_the_plan_does_not_know_is_proposed_and_then_sure() -> None:
    tracker = fresh_tracker(NETWORK)
    steps = follow(tracker, unclaimed(WINDING))
    first = proposed(steps)[0]
    assert (first.key, first.vehicle_id) == (key_of(WINDING), "912")
    assert first.driven_m >= 100
    [assignment] = [assignment for step in steps for assignment in step.assignments]
    assert (assignment.key, assignment.vehicle_id) == (key_of(WINDING), "912")
    assert assignment.source is AssignmentSource.INFERRED
    assert first.since < assignment.since < at(WINDING, 300)
    assert driven(tracker) == {key_of(WINDING): "912"}


def test_until_it_is_sure_nobody_but_staff_is_told() -> None:
    tracker = fresh_tracker(NETWORK)
    for step in follow(tracker, unclaimed(WINDING)):
        if step.fleet.proposals:
            assert not step.fleet.progress
            assert not step.fleet.assignments


def test_what_it_did_before_it_was_recognised_is_known_afterwards() -> None:
    tracker = fresh_tracker(NETWORK)
    follow(tracker, unclaimed(WINDING))
    visits = tracker.fleet.visits[key_of(WINDING)]
    assert [visit.call_index for visit in visits] == list(range(len(WINDING)))
    assert abs((visits[1].arrived_at - at(WINDING, 50)).total_seconds()) < 15


def test_a_bus_goes_on_with_the_block_it_was_recognised_on() -> None:
    tracker = fresh_tracker(NETWORK)
    follow(tracker, unclaimed(WINDING))
    steps = follow(tracker, unclaimed(LATER))
    assert driven(tracker)[key_of(LATER)] == "912"
    first = next(assignment for step in steps for assignment in step.assignments)
    assert first.source is AssignmentSource.INFERRED
    assert first.since < at(LATER, 60)


def test_of_two_runs_on_the_same_streets_at_the_same_time_neither_is_claimed() -> None:
    one, other = (make_run(name, street((0, 0), (3_000, 0), (3_000, 2_000))) for name in ("one", "other"))
    tracker = fresh_tracker(make_timetable(one, other))
    steps = follow(tracker, unclaimed(one))
    assert proposed(steps) == []
    assert driven(tracker) == {}


def test_on_a_street_that_two_runs_share_it_waits_for_them_to_part() -> None:
    trunk: Sequence[tuple[float, float]] = [(0, 0), (0, 1_500)]
    left, right = (make_run(name, street(*trunk, (x, 1_500), (x, 4_000))) for name, x in (("L", -900), ("R", 900)))
    tracker = fresh_tracker(make_timetable(left, right))
    steps = follow(tracker, unclaimed(right))
    parted_at = at(right, 1_500 / 8)
    assert all(step.fleet.at >= parted_at for step in steps if step.fleet.proposals or step.fleet.progress)
    assert driven(tracker) == {key_of(right): "912"}


def test_the_time_tells_two_runs_on_the_same_streets_apart() -> None:
    path = street((0, 0), (2_000, 0), (2_000, 2_000))
    runs = [make_run(f"at {minutes}", path, start=SEVEN + 60 * minutes) for minutes in (0, 40)]
    tracker = fresh_tracker(make_timetable(*runs))
    follow(tracker, unclaimed(runs[1]))
    assert driven(tracker) == {key_of(runs[1]): "912"}


def test_a_parked_bus_drives_nothing_however_long_it_stands_on_a_path() -> None:
    tracker = fresh_tracker(NETWORK)
    place = place_on(WINDING, 40)
    wobble = [(3.0, -4.0), (-5.0, 2.0), (0.0, 6.0)]
    reports = [
        fix(at(WINDING, 20.0 * n), (place[0] + wobble[n % 3][0], place[1] + wobble[n % 3][1]), bus="912", speed_mps=0.0)
        for n in range(120)
    ]
    assert proposed(follow(tracker, reports)) == []
    assert driven(tracker) == {}


def test_a_bus_that_drives_the_other_way_is_not_on_the_run() -> None:
    tracker = fresh_tracker(make_timetable(WINDING))
    there = [(seconds, 4_200.0 - metres) for seconds, metres in [(0.0, 0.0), (525.0, 4_200.0)]]
    steps = follow(tracker, drive(WINDING, there, bus="912", claiming=False))
    assert proposed(steps) == []
    assert driven(tracker) == {}


def test_a_run_that_has_its_bus_is_not_given_to_the_one_behind_it() -> None:
    tracker = fresh_tracker(make_timetable(WINDING))
    first = drive(WINDING, steady(WINDING), bus="47")
    behind = drive(WINDING, steady(WINDING, late=60), bus="912", claiming=False)
    steps = follow(tracker, [*first, *behind])
    assert proposed(steps) == []
    assert driven(tracker) == {key_of(WINDING): "47"}


def test_a_wrong_trip_id_gives_way_to_the_track() -> None:
    tracker = fresh_tracker(NETWORK)
    steps = follow(tracker, drive(WINDING, steady(WINDING), bus="912", claims=CROSSING))
    assert driven(tracker)[key_of(WINDING)] == "912"
    assert driven(tracker).get(key_of(CROSSING)) != "912"
    assert any(one.source is AssignmentSource.INFERRED for step in steps for one in step.assignments)


def test_a_detour_is_not_taken_for_another_run() -> None:
    tracker = fresh_tracker(NETWORK)
    # It leaves its route along the street of another run that has no bus, and comes back.
    route: list[tuple[float, float]] = [(900, 0), (900, -150), (900, -300), (900, -150), (900, 0)]
    detour = [fix(at(WINDING, 120 + 20 * n), place, run=WINDING) for n, place in enumerate(route)]
    follow(tracker, [*drive(WINDING, [(0, 0), (112, 900)]), *detour, *drive(WINDING, [(220, 920), (400, 2_300)])])
    assert driven(tracker) == {key_of(WINDING): "47"}


def test_two_buses_that_swapped_their_runs_are_both_recognised() -> None:
    tracker = fresh_tracker(NETWORK)
    swapped = [
        *approach(WINDING, "48"), *approach(CROSSING, "47"),
        *drive(WINDING, steady(WINDING), bus="48", claiming=False),
        *drive(CROSSING, steady(CROSSING), bus="47", claiming=False),
    ]  # fmt: skip
    follow(tracker, swapped)
    assert driven(tracker) == {key_of(WINDING): "48", key_of(CROSSING): "47"}


def test_staff_who_confirm_a_proposal_make_it_so_with_all_that_was_seen() -> None:
    tracker = fresh_tracker(NETWORK)
    step = until_proposed(tracker, unclaimed(WINDING))
    confirmed = Assignment(key_of(WINDING), VehicleId("912"), AssignmentSource.STAFF, step.fleet.at)
    step = tracker.assign(confirmed)
    assert step.fleet.proposals == {}
    assert step.fleet.assignments[key_of(WINDING)] == confirmed
    progress = step.fleet.progress[key_of(WINDING)]
    assert (progress.vehicle_id, progress.source) == ("912", AssignmentSource.STAFF)
    assert progress.started_at is not None
    assert [one.key for one in step.progress] == [key_of(WINDING)]
    assert step.visits


def test_what_staff_say_outranks_the_trip_id() -> None:
    tracker = fresh_tracker(NETWORK)
    tracker.assign(Assignment(key_of(WINDING), VehicleId("912"), AssignmentSource.STAFF, at(WINDING, -300)))
    follow(tracker, drive(WINDING, steady(WINDING), bus="912", claims=CROSSING))
    progress = tracker.fleet.progress[key_of(WINDING)]
    assert (progress.vehicle_id, progress.source) == ("912", AssignmentSource.STAFF)
    assert progress.ended_at is not None


def test_staff_take_a_run_back_from_a_bus_that_was_recognised_wrongly() -> None:
    tracker = fresh_tracker(make_timetable(WINDING))
    follow(tracker, drive(WINDING, steady(WINDING), bus="912", claiming=False)[:40])
    assert driven(tracker) == {key_of(WINDING): "912"}
    tracker.assign(Assignment(key_of(WINDING), VehicleId("47"), AssignmentSource.STAFF, tracker.fleet.at))
    follow(tracker, drive(WINDING, steady(WINDING, late=100), bus="47", claiming=False)[30:45])
    assert driven(tracker) == {key_of(WINDING): "47"}


def test_what_was_sure_is_sure_after_a_restart() -> None:
    tracker = fresh_tracker(NETWORK)
    reports = unclaimed(WINDING)
    cut = 45
    follow(tracker, reports[:cut])
    assert driven(tracker) == {key_of(WINDING): "912"}
    again = Tracker(NETWORK, tracker.fleet)
    follow(again, reports[cut:])
    assert driven(again) == {key_of(WINDING): "912"}
    assert again.fleet.progress[key_of(WINDING)].ended_at is not None


def test_a_proposal_ends_with_the_silence_of_its_bus() -> None:
    tracker = fresh_tracker(NETWORK)
    step = until_proposed(tracker, unclaimed(WINDING))
    assert tracker.take([], step.fleet.at + timedelta(minutes=5)).fleet.proposals
    assert tracker.take([], step.fleet.at + timedelta(minutes=7)).fleet.proposals == {}


def test_a_fleet_without_runs_is_asked_nothing() -> None:
    tracker = Tracker(make_timetable(), Fleet(at=at(WINDING, 0)))
    steps = follow(tracker, drive(WINDING, steady(WINDING), claiming=False))
    assert proposed(steps) == []
