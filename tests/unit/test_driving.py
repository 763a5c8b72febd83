"""Which run a vehicle may be driving: by claim, by staff, by plan."""

from datetime import date, timedelta

import pytest

from busline.fleet import Assignment, AssignmentSource
from busline.ids import RunId, RunKey, VehicleId
from busline.match import UnmatchedReason
from busline.position import RunClaim
from busline.tracking.driving import Choice, Driving
from tests.tracking_builder import DAY, at, key_of, make_run, make_timetable, street

AVENUE = street((0, 0), (4_000, 0))
MORNING = make_run("MORNING", AVENUE, bus="47")
SECOND = make_run("SECOND", AVENUE, start=7 * 3600 + 1_200, bus="47")
THIRD = make_run("THIRD", AVENUE, start=8 * 3600, bus="47")
NIGHT = make_run("NIGHT", AVENUE, start=24 * 3600 + 600, bus="9")
DRIVING = Driving(make_timetable(MORNING, SECOND, THIRD, NIGHT))
BUS = VehicleId("47")


def test_a_claim_with_its_day_is_that_run() -> None:
    assert DRIVING.claimed(RunClaim(MORNING.run_id, DAY), at(MORNING, 60)) == key_of(MORNING)


def test_a_claim_without_a_day_is_the_nearest_day_it_runs_on() -> None:
    assert DRIVING.claimed(RunClaim(MORNING.run_id, None), at(MORNING, -600)) == key_of(MORNING)
    past_midnight = at(NIGHT, 60)
    assert DRIVING.claimed(RunClaim(NIGHT.run_id, None), past_midnight) == RunKey(DAY, NIGHT.run_id)


@pytest.mark.parametrize(
    ("claim", "hours", "reason"),
    [
        (RunClaim(RunId("NOWHERE"), DAY), 0.0, UnmatchedReason.UNKNOWN_RUN),
        (RunClaim(MORNING.run_id, date(2026, 10, 4)), 0.0, UnmatchedReason.NOT_RUNNING),
        (RunClaim(MORNING.run_id, DAY), -3.1, UnmatchedReason.NOT_RUNNING),
        (RunClaim(MORNING.run_id, DAY), 6.5, UnmatchedReason.NOT_RUNNING),
        (RunClaim(MORNING.run_id, DAY, cancelled=True), 0.0, UnmatchedReason.CANCELLED),
    ],
)
def test_a_claim_that_cannot_be_is_refused_by_name(claim: RunClaim, hours: float, reason: UnmatchedReason) -> None:
    assert DRIVING.claimed(claim, at(MORNING, 0) + timedelta(hours=hours)) is reason


def test_the_plan_gives_the_runs_that_are_due_in_their_order() -> None:
    due = DRIVING.due(BUS, at(MORNING, -300), (), {}, lambda key: False)
    assert due == [Choice(key_of(run), AssignmentSource.PLAN) for run in (MORNING, SECOND)]


def test_runs_that_are_over_or_given_away_are_not_tried() -> None:
    given = {key_of(SECOND): Assignment(key_of(SECOND), VehicleId("12"), AssignmentSource.STAFF, at(MORNING, 0))}
    due = DRIVING.due(BUS, at(MORNING, 1_800), (), given, lambda key: key == key_of(MORNING))
    assert [choice.key for choice in due] == [key_of(THIRD)]


def test_what_staff_say_comes_first() -> None:
    due = DRIVING.due(VehicleId("9"), at(MORNING, 0), [key_of(MORNING)], {}, lambda key: False)
    assert due == [Choice(key_of(MORNING), AssignmentSource.STAFF)]


def test_nothing_is_due_at_noon() -> None:
    assert DRIVING.due(BUS, at(MORNING, 5 * 3_600), (), {}, lambda key: False) == []
