"""A simulated morning through feed bytes, screening and tracking: states as staged, visits as they truly were."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from busline.fleet import AssignmentSource, Fleet, RunState, StopVisit
from busline.ids import RunId, RunKey
from busline.position import RejectReason
from busline.run_state import run_state
from busline.timetable import Timetable
from busline.tracking.tracker import Tracker
from feeds.gtfs_rt import Message, decode, encode
from feeds.plan.gtfs import read_gtfs
from feeds.screening import Screen
from feeds.simulator.district import District, build_district
from feeds.simulator.reports import SOURCE

TICK = timedelta(seconds=15)
WATCHED_FROM = timedelta(minutes=80)
"""Long enough before the start for the first tier to be seen."""


@dataclass(frozen=True, slots=True)
class Morning:
    district: District
    timetable: Timetable
    at_start: Fleet
    visits: dict[tuple[RunId, int], StopVisit]
    rejected: Counter[RejectReason]
    positions: int


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Morning:
    district = build_district(seed=1, service_date=date(2026, 11, 23))
    folder = tmp_path_factory.mktemp("plan")
    district.write_plan(folder)
    timetable = read_gtfs(folder).timetable
    start = district.suggested_start.astimezone(UTC)
    now = start - WATCHED_FROM
    tracker, screen = Tracker(timetable, Fleet(at=now)), Screen()
    visits: dict[tuple[RunId, int], StopVisit] = {}
    rejected: Counter[RejectReason] = Counter()
    at_start, positions = tracker.fleet, 0
    while now <= start + timedelta(minutes=30):
        message = decode(
            encode(district.positions_at(now), now),
            source=SOURCE,
            received_at=now,
            area=timetable.area.grown_by_m(20_000),
        )
        assert isinstance(message, Message)
        screened = screen.take(message.positions, now)
        rejected.update(report.reason for report in (*message.rejected, *screened.rejected))
        step = tracker.take(screened.positions, now)
        positions += len(screened.positions)
        visits.update({(visit.key.run_id, visit.call_index): visit for visit in step.visits})
        if now == start:
            at_start = step.fleet
        now += TICK
    return Morning(district, timetable, at_start, visits, rejected, positions)


def _state(morning: Morning, words: str) -> tuple[RunState, RunKey]:
    family = next(family for family in morning.district.families if words in family.note)
    run_id = next(
        student.seat.morning
        for home in morning.district.people.households
        for student in home.students
        if student.student_id == family.students[-1]
    )
    day = morning.district.service_date
    now: datetime = morning.district.suggested_start
    state = run_state(morning.timetable, morning.timetable.runs[run_id], day, morning.at_start, now)
    return state, RunKey(day, run_id)


@pytest.mark.parametrize("words", ["on its way", "Spanish", "not signed on", "already been"])
def test_ordinary_buses_are_under_way_and_nearly_on_time(morning: Morning, words: str) -> None:
    state, key = _state(morning, words)
    assert state in (RunState.EN_ROUTE, RunState.AT_STOP)
    assert abs(morning.at_start.progress[key].lateness_seconds) < 300


def test_the_late_bus_is_under_way_and_late(morning: Morning) -> None:
    state, key = _state(morning, "runs late")
    assert state in (RunState.EN_ROUTE, RunState.AT_STOP)
    assert morning.at_start.progress[key].lateness_seconds > 600


def test_the_substitute_is_the_bus_of_the_run(morning: Morning) -> None:
    state, key = _state(morning, "another bus")
    assert state in (RunState.EN_ROUTE, RunState.AT_STOP)
    assert morning.at_start.progress[key].vehicle_id == morning.district.truth.vehicles[key.run_id]
    assert morning.at_start.progress[key].vehicle_id != morning.timetable.runs[key.run_id].planned_vehicle_id


def test_the_bus_without_a_claim_is_found_by_its_block(morning: Morning) -> None:
    _, key = _state(morning, "not signed on")
    assert morning.at_start.progress[key].source is AssignmentSource.PLAN


def test_the_run_without_a_bus_is_uncovered_and_the_silent_one_stale(morning: Morning) -> None:
    assert _state(morning, "no bus has come")[0] is RunState.UNCOVERED
    assert _state(morning, "not been heard")[0] is RunState.STALE


def test_the_feed_is_clean_but_for_its_repeats(morning: Morning) -> None:
    odd = {reason: count for reason, count in morning.rejected.items() if reason is not RejectReason.DUPLICATE}
    assert sum(odd.values()) < 0.002 * morning.positions


def test_recorded_visits_are_when_the_buses_really_came(morning: Morning) -> None:
    truth = morning.district.truth
    seen, missing, errors = 0, 0, []
    last = morning.district.suggested_start + timedelta(minutes=28)
    silent = _state(morning, "not been heard")[1].run_id
    for run_id, arrivals in truth.arrivals.items():
        if arrivals[-1] > last or run_id == silent:
            continue
        for index, arrived in enumerate(arrivals[1:], start=1):
            visit = morning.visits.get((run_id, index))
            if visit is None:
                missing += 1
            else:
                seen += 1
                errors.append((visit.arrived_at - arrived).total_seconds())
    assert seen > 500
    assert missing < 0.04 * seen
    assert abs(np.median(errors)) < 6
    assert np.percentile(np.abs(errors), 90) < 25
