"""A simulated district shows what a demonstration needs, and shows the same to whoever looks, whenever."""

import hashlib
import os
import subprocess
import sys
import time
from collections import Counter
from datetime import date, datetime, timedelta

import numpy as np
import pytest
import shapely

from busline.ids import RunId, StudentId, VehicleId
from busline.people import Leg
from busline.position import LAST_SEEN_SECONDS, LIVE_SECONDS, Position
from feeds.simulator.district import FIRST_STUDENT, District, build_district
from feeds.simulator.plan import PlannedRun, Size
from feeds.simulator.riders import LANGUAGES
from feeds.simulator.roster import Family

SUNDAY = date(2026, 11, 22)
SMALL = Size(buses=14, schools=6, students=500)


@pytest.fixture(scope="module", params=[1, 2])
def district(request: pytest.FixtureRequest) -> District:
    return build_district(seed=int(request.param), service_date=SUNDAY)


@pytest.fixture(scope="module")
def morning(district: District) -> list[Position]:
    """Every position of half an hour, as a poll every ten seconds would bring them, repeats left out."""
    start = district.suggested_start - timedelta(minutes=15)
    found = {
        (position.vehicle_id, position.fix_at): position
        for step in range(0, 1_800, 10)
        for position in district.positions_at(start + timedelta(seconds=step))
    }
    return list(found.values())


def _case(district: District, words: str) -> Family:
    return next(family for family in district.families if words in family.note)


def _run_of(district: District, student_id: StudentId) -> tuple[PlannedRun, int]:
    """A student's morning run and the call they wait at."""
    for home in district.people.households:
        for student in home.students:
            if student.student_id == student_id:
                run = district.plan.runs[student.seat.morning]
                return run, run.stop_ids.index(student.seat.stop_id)
    raise AssertionError(f"{student_id} is nobody.")


def _position(district: District, vehicle_id: VehicleId, at: datetime) -> Position | None:
    return next((position for position in district.positions_at(at) if position.vehicle_id == vehicle_id), None)


def test_a_day_without_school_is_staged_on_the_next_with(district: District) -> None:
    assert district.service_date == date(2026, 11, 23)
    assert district.suggested_start.date() == district.service_date
    assert district.suggested_start.utcoffset() == timedelta(hours=-5)
    assert not district.positions_at(district.suggested_start - timedelta(days=1))
    with pytest.raises(ValueError, match="keeps no school"):
        district.truth_on(SUNDAY)


def test_most_buses_are_on_the_road_at_the_suggested_start(district: District) -> None:
    now = district.suggested_start
    assert len(district.positions_at(now)) >= 40
    under_way = sum(
        visits[0].departed_seconds < 7 * 3600 + 50 * 60 < visits[-1].arrived_seconds
        for visits in district.truth.visits.values()
    )
    assert under_way >= 25


def test_the_first_families_each_have_something_to_see(district: District) -> None:
    shown = district.families[:9]
    assert len({family.note for family in shown}) == 9
    assert [family.language for family in shown].count("es") == 1
    assert district.families[0].students == (FIRST_STUDENT,)
    assert len(district.families) >= 600
    assert {family.language for family in district.families[:17]} == set(LANGUAGES)
    runs = [_run_of(district, family.students[-1])[0].run_id for family in shown]
    assert len(runs) == len(set(runs))
    for family in district.families:
        assert family.phone.startswith("+1")
        assert family.phone[5:9] == "5550"
    assert district.stranger_phone not in {family.phone for family in district.families}


def test_the_ordinary_bus_is_live_and_comes_to_the_stop_soon(district: District) -> None:
    for words in ("on its way", "Spanish", "not signed on"):
        run, call = _run_of(district, _case(district, words).students[0])
        arrives = district.truth.arrivals[run.run_id][call]
        assert timedelta(minutes=4) < arrives - district.suggested_start < timedelta(minutes=22)
        bus = _position(district, district.truth.vehicles[run.run_id], district.suggested_start)
        assert bus is not None
        assert (district.suggested_start - bus.fix_at).total_seconds() < LIVE_SECONDS
        if words == "not signed on":
            assert bus.claim is None
        else:
            assert bus.claim is not None
            assert bus.claim.run_id == run.run_id


def test_the_late_bus_is_clearly_late_and_under_way(district: District) -> None:
    run, call = _run_of(district, _case(district, "runs late").students[0])
    arrives = district.truth.arrivals[run.run_id][call]
    planned = district.suggested_start + timedelta(seconds=run.seconds[call] - (7 * 3600 + 50 * 60))
    assert timedelta(minutes=10) < arrives - planned < timedelta(minutes=22)
    assert arrives > district.suggested_start + timedelta(minutes=2)
    assert district.truth.visits[run.run_id][0].departed_seconds < 7 * 3600 + 50 * 60


def test_the_substitute_has_another_number_and_claims_the_right_run(district: District) -> None:
    run, _ = _run_of(district, _case(district, "another bus").students[0])
    planned = next(block.vehicle_id for block in district.plan.blocks if run in block.runs)
    driving = district.truth.vehicles[run.run_id]
    assert driving != planned
    assert driving in district.plan.spares
    bus = _position(district, driving, district.suggested_start)
    assert bus is not None
    assert bus.claim is not None
    assert bus.claim.run_id == run.run_id
    assert _position(district, planned, district.suggested_start) is None


def test_nothing_is_heard_of_the_bus_of_the_uncovered_run_all_morning(district: District) -> None:
    run, _ = _run_of(district, _case(district, "no bus has come").students[0])
    planned = next(block.vehicle_id for block in district.plan.blocks if run in block.runs)
    assert run.run_id in district.truth.uncovered
    assert run.starts <= 7 * 3600 + 50 * 60 - 480
    for minutes in range(-110, 120, 10):
        assert _position(district, planned, district.suggested_start + timedelta(minutes=minutes)) is None


def test_the_silent_bus_was_under_way_when_last_heard(district: District) -> None:
    run, call = _run_of(district, _case(district, "not been heard").students[0])
    bus = _position(district, district.truth.vehicles[run.run_id], district.suggested_start)
    assert bus is not None
    age = (district.suggested_start - bus.fix_at).total_seconds()
    assert LAST_SEEN_SECONDS < age < 600
    arrivals = district.truth.arrivals[run.run_id]
    assert arrivals[0] < bus.fix_at < arrivals[call]


def test_the_passed_bus_has_been_at_the_stop_and_is_still_driving(district: District) -> None:
    run, call = _run_of(district, _case(district, "already been").students[0])
    arrivals = district.truth.arrivals[run.run_id]
    assert arrivals[call] < district.suggested_start - timedelta(minutes=2)
    assert arrivals[-1] > district.suggested_start


def test_positions_lie_on_streets_within_the_noise_of_gps(district: District, morning: list[Position]) -> None:
    city = district.plan.city
    tree = shapely.STRtree(shapely.linestrings(city.node_xy[city.link_ends]))
    places = city.plane.to_xy([p.place.lat for p in morning], [p.place.lon for p in morning])
    _, metres = tree.query_nearest(shapely.points(places), return_distance=True, all_matches=False)
    assert np.percentile(metres, 95) < 15
    assert metres.max() < 45
    assert 2 < np.median(metres) < 8


def test_fixes_come_every_ten_seconds_and_no_bus_jumps(district: District, morning: list[Position]) -> None:
    city = district.plan.city
    by_bus: dict[VehicleId, list[Position]] = {}
    for position in sorted(morning, key=lambda position: position.fix_at):
        by_bus.setdefault(position.vehicle_id, []).append(position)
    gaps: list[float] = []
    speeds: list[float] = []
    for fixes in by_bus.values():
        places = city.plane.to_xy([p.place.lat for p in fixes], [p.place.lon for p in fixes])
        seconds = np.diff([p.fix_at.timestamp() for p in fixes])
        gaps.extend(seconds.tolist())
        speeds.extend(np.hypot(*np.diff(places, axis=0).T) / np.maximum(seconds, 8))
    assert np.median(gaps) == pytest.approx(10, abs=1)
    assert max(gaps) > 60, "there should be gaps of minutes"
    assert max(speeds) < 28


def test_a_few_boxes_have_wrong_clocks_but_none_by_a_minute(morning: list[Position]) -> None:
    behind = np.array([(position.received_at - position.fix_at).total_seconds() for position in morning])
    assert behind.min() > -60
    assert behind.max() < 60
    assert ((behind > 0) & (behind < 10)).mean() > 0.8
    assert (behind < 0).any() or (behind > 12).any()


def test_reports_say_where_the_bus_is_heading(district: District, morning: list[Position]) -> None:
    moving = [position for position in morning if (position.speed_mps or 0) > 4]
    assert len(moving) > 1_000
    assert all(position.bearing_deg is not None and 0 <= position.bearing_deg < 360 for position in moving)


def test_a_poll_is_cheap(district: District) -> None:
    now = district.suggested_start
    district.positions_at(now)
    started = time.perf_counter()
    for second in range(100):
        district.positions_at(now + timedelta(seconds=second))
    # About 0.2 ms; the bar is wide so that a busy machine does not fail it, and far below the second between polls.
    assert (time.perf_counter() - started) / 100 < 0.02


def test_the_feed_forgets_a_bus_that_has_gone_home(district: District) -> None:
    noon = district.suggested_start.replace(hour=12, minute=0)
    assert len(district.positions_at(noon)) <= 2
    afternoon = district.suggested_start.replace(hour=15, minute=40)
    assert len(district.positions_at(afternoon)) >= 30


def test_time_may_go_on_into_other_days(district: District) -> None:
    monday = {position.vehicle_id: position.place for position in district.positions_at(district.suggested_start)}
    tuesday = district.positions_at(district.suggested_start + timedelta(days=1))
    assert len(tuesday) >= 38
    assert all(monday.get(position.vehicle_id) != position.place for position in tuesday)
    assert not district.positions_at(district.suggested_start + timedelta(days=3)), "Thanksgiving"


def test_everything_lies_in_the_map_area(district: District, morning: list[Position]) -> None:
    area = district.map_area.grown_by_m(100)
    assert all(area.holds(position.place) for position in morning)


def test_afternoon_runs_bring_the_same_children_home(district: District) -> None:
    seats = Counter(RunId(f"{run.route_id}-PM") for run in district.plan.runs.values() if run.leg is Leg.TO_SCHOOL)
    assert set(seats) == {run.run_id for run in district.plan.runs.values() if run.leg is Leg.FROM_SCHOOL}


_DIGEST = """
import hashlib
from datetime import date, timedelta
from feeds.simulator.district import build_district
from feeds.simulator.plan import Size
district = build_district(seed=9, service_date=date(2026, 11, 22), size=Size(buses=14, schools=6, students=500))
seen = [district.positions_at(district.suggested_start + timedelta(minutes=m)) for m in (-30, 0, 400)]
print(hashlib.sha256(repr((seen, district.families, sorted(district.truth.uncovered))).encode()).hexdigest())
"""


def test_a_second_process_sees_the_same_district() -> None:
    def digest(hash_seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            [sys.executable, "-c", _DIGEST], capture_output=True, text=True, check=True, env=environment
        )
        return done.stdout.strip()

    district = build_district(seed=9, service_date=SUNDAY, size=SMALL)
    seen = [district.positions_at(district.suggested_start + timedelta(minutes=minutes)) for minutes in (-30, 0, 400)]
    here = hashlib.sha256(repr((seen, district.families, sorted(district.truth.uncovered))).encode()).hexdigest()
    assert digest("1") == digest("2") == here


def test_looking_at_one_moment_does_not_depend_on_having_looked_at_another() -> None:
    now = datetime.fromisoformat("2026-11-24T07:50:00-05:00")
    straight = build_district(seed=9, service_date=SUNDAY, size=SMALL).positions_at(now)
    roundabout = build_district(seed=9, service_date=SUNDAY, size=SMALL)
    for days in range(-10, 10):
        roundabout.positions_at(now + timedelta(days=days))
    assert roundabout.positions_at(now) == straight


def test_a_small_district_leaves_out_the_cases_it_has_no_bus_for() -> None:
    district = build_district(seed=3, service_date=SUNDAY, size=Size(buses=3, schools=3, students=60))
    assert district.families
    assert district.positions_at(district.suggested_start)
