"""A swap in a simulated morning: a bus without a trip id becomes a proposal, then sure, then "Bus 912 (not 47)"."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from busline.answer import Answer, Arriving, AtStop, Bus, LastSeen, LateStart, RunningLate, Uncovered
from busline.answering import StudentCall, answer_call
from busline.board.view import board_view
from busline.fleet import AssignmentSource, Fleet, Proposal
from busline.ids import RunId, RunKey, StudentId, VehicleId
from busline.people import Leg
from busline.timetable import Timetable
from busline.tracking.tracker import Tracker
from busline.travel_times.engine import Engine
from feeds.plan.gtfs import read_gtfs
from feeds.simulator.district import District, build_district
from sms.catalogue import shipped_catalogue
from sms.text import Wording, render

TICK = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Swap:
    """What was said of the run that a substitute drove, moment by moment."""

    district: District
    timetable: Timetable
    run_id: RunId
    substitute: VehicleId
    left_at: datetime
    fleets: list[Fleet]

    @property
    def key(self) -> RunKey:
        return RunKey(self.district.service_date, self.run_id)

    @property
    def call(self) -> StudentCall:
        """A stop near the end of the run."""
        run = self.timetable.runs[self.run_id]
        index = len(run) - 2
        day = self.district.service_date
        return StudentCall(run, day, index, Leg.TO_SCHOOL, self.timetable.planned_arrival(day, run, index))

    def answer_at(self, fleet: Fleet) -> Answer:
        return answer_call(self.timetable, fleet, Engine(self.timetable), self.call, fleet.at)


@pytest.fixture(scope="module")
def swap(tmp_path_factory: pytest.TempPathFactory) -> Swap:
    """The staged substitute, whose tablet nobody has signed on; the first run of its block."""
    district = build_district(seed=1, service_date=date(2026, 11, 23))
    folder = tmp_path_factory.mktemp("plan")
    district.write_plan(folder)
    timetable = read_gtfs(folder).timetable
    substitute = district.plan.spares[0]
    truth = district.truth
    run_id = min(
        (run_id for run_id, vehicle_id in truth.vehicles.items() if vehicle_id == substitute),
        key=lambda run_id: truth.arrivals[run_id][0],
    )
    midnight = datetime.combine(district.service_date, datetime.min.time(), district.timezone)
    left_at = (midnight + timedelta(seconds=truth.visits[run_id][0].departed_seconds)).astimezone(UTC)
    now = left_at - timedelta(minutes=40)
    tracker, fleets = Tracker(timetable, Fleet(at=now)), []
    while now <= left_at + timedelta(minutes=12):
        positions = [
            replace(position, claim=None) if position.vehicle_id == substitute else position
            for position in district.positions_at(now)
        ]
        fleets.append(tracker.take(positions, now).fleet)
        now += TICK
    return Swap(district, timetable, run_id, substitute, left_at, fleets)


def first_proposal(swap: Swap) -> tuple[Fleet, Proposal]:
    return next((fleet, fleet.proposals[swap.key]) for fleet in swap.fleets if swap.key in fleet.proposals)


def test_the_substitute_is_proposed_to_the_dispatcher_first(swap: Swap) -> None:
    fleet, proposal = first_proposal(swap)
    assert proposal.vehicle_id == swap.substitute
    assert proposal.driven_m >= 100
    assert swap.key not in fleet.progress
    row = next(row for row in board_view(swap.timetable, fleet, fleet.at).rows if row.key == swap.key)
    assert row.proposal == proposal


def test_families_are_not_told_of_a_proposal(swap: Swap) -> None:
    planned = swap.timetable.runs[swap.run_id].planned_vehicle_id
    for fleet in swap.fleets:
        if swap.key in fleet.proposals:
            answer = swap.answer_at(fleet)
            assert isinstance(answer, Uncovered) or getattr(answer, "bus", None) in (
                None,
                Bus(planned or VehicleId("")),
            )


def test_within_five_minutes_it_is_sure_and_kept_as_inferred(swap: Swap) -> None:
    known = next(fleet for fleet in swap.fleets if swap.key in fleet.progress)
    assert known.at <= swap.left_at + timedelta(minutes=5)
    assignment = known.assignments[swap.key]
    assert (assignment.vehicle_id, assignment.source) == (swap.substitute, AssignmentSource.INFERRED)


def test_then_families_read_the_number_to_look_for(swap: Swap) -> None:
    planned = swap.timetable.runs[swap.run_id].planned_vehicle_id
    fleet = swap.fleets[-1]
    answer = swap.answer_at(fleet)
    assert isinstance(answer, Arriving | RunningLate | LastSeen | AtStop | LateStart)
    assert answer.bus == Bus(swap.substitute, instead_of=planned)
    wording = Wording(shipped_catalogue(), "en", swap.district.timezone, "(617) 555-0100")
    text = render(answer, [StudentId("100234")], wording, fleet.at)
    assert f"{swap.substitute} (not {planned})" in text


def test_no_other_run_is_given_to_the_substitute(swap: Swap) -> None:
    drove = {
        key.run_id for fleet in swap.fleets for key, one in fleet.progress.items() if one.vehicle_id == swap.substitute
    }
    assert drove == {swap.run_id}
