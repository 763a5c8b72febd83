"""Buses of the simulated district drive as buses can, keep their order, and meet the mishaps of a real year."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from busline.ids import BlockId
from busline.people import Leg
from feeds.simulator.blocks import make_plan
from feeds.simulator.chance import chance
from feeds.simulator.city import CRUISE_MPS, Road, build_city
from feeds.simulator.mishaps import BlockDay, Cause, Standstill, calm_day, reported_delay_seconds, usual_day
from feeds.simulator.plan import SchoolPlan
from feeds.simulator.school_year import school_day_from
from feeds.simulator.traffic import Traffic
from feeds.simulator.truth import DayTruth, drive_day, speed_mps

ZONE = ZoneInfo("America/New_York")
DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def plan() -> SchoolPlan:
    return make_plan(4)


@pytest.fixture(scope="module")
def truth(plan: SchoolPlan) -> DayTruth:
    return drive_day(plan, DAY, usual_day(plan, DAY), ZONE)


def test_no_bus_is_faster_than_the_fastest_road_allows(truth: DayTruth) -> None:
    for bus in truth.driven:
        assert speed_mps(bus).max() < 1.5 * CRUISE_MPS[Road.PARKWAY]
        assert (np.diff(bus.knot_seconds) >= 0).all()


def test_every_run_is_driven_in_order_or_named_as_uncovered(plan: SchoolPlan, truth: DayTruth) -> None:
    assert set(truth.visits) | truth.uncovered == set(plan.runs)
    assert not set(truth.visits) & truth.uncovered
    for run_id, visits in truth.visits.items():
        times = [at for visit in visits for at in (visit.arrived_seconds, visit.departed_seconds)]
        assert times == sorted(times)
        assert len(visits) == len(plan.runs[run_id].stop_ids)
        assert len(truth.arrivals[run_id]) == len(visits)


def test_a_bus_is_at_its_stop_when_the_truth_says_so(plan: SchoolPlan, truth: DayTruth) -> None:
    for bus in truth.driven:
        for run_id, visits in bus.visits.items():
            for stop_id, visit in zip(plan.runs[run_id].stop_ids, visits, strict=True):
                for at in (visit.arrived_seconds, visit.departed_seconds):
                    place = [float(np.interp(at, bus.knot_seconds, bus.knot_xy[:, axis])) for axis in (0, 1)]
                    corner = plan.city.node_xy[plan.stops[stop_id].node]
                    assert float(np.hypot(*(corner - place))) < 1.0


def test_one_bus_is_never_in_two_places(truth: DayTruth) -> None:
    spans: dict[str, list[tuple[float, float]]] = {}
    for bus in truth.driven:
        spans.setdefault(bus.vehicle_id, []).append((float(bus.knot_seconds[0]), float(bus.knot_seconds[-1])))
    for driven in spans.values():
        driven.sort()
        assert all(before[1] < after[0] for before, after in pairwise(driven))


def test_the_same_seed_and_date_give_the_same_day_and_another_date_another(plan: SchoolPlan, truth: DayTruth) -> None:
    again = drive_day(plan, DAY, usual_day(plan, DAY), ZONE)
    assert again.visits == truth.visits
    tomorrow = DAY + timedelta(days=1)
    assert drive_day(plan, tomorrow, usual_day(plan, tomorrow), ZONE).visits != truth.visits


def test_a_breakdown_makes_the_run_late_and_the_lateness_is_carried_to_the_next_school(plan: SchoolPlan) -> None:
    block = max(
        (block for block in plan.blocks if len(block.runs) == 3 and block.runs[0].leg is Leg.TO_SCHOOL),
        key=lambda block: block.runs[0].ends - block.runs[1].starts,
    )
    calm: dict[BlockId, BlockDay] = {other.block_id: calm_day(plan, other) for other in plan.blocks}
    breakdown = Standstill(0, 0.3, 2_400.0, Cause.MECHANICAL)
    broken = calm | {block.block_id: replace(calm[block.block_id], standstills=(breakdown,))}
    without, with_it = (drive_day(plan, DAY, haps, ZONE) for haps in (calm, broken))
    assert not without.causes
    assert with_it.causes == {block.runs[0].run_id: Cause.MECHANICAL}
    usual, late = without.visits, with_it.visits
    lost = [late[run.run_id][-1].arrived_seconds - usual[run.run_id][-1].arrived_seconds for run in block.runs]
    assert lost[0] > 1_800
    assert lost[1] > 600
    assert lost[0] > lost[1] > lost[2]
    others = [run_id for run_id in usual if run_id not in {run.run_id for run in block.runs}]
    assert all(late[run_id] == usual[run_id] for run_id in others)


def test_a_driver_who_is_early_waits_for_the_children(plan: SchoolPlan) -> None:
    haps = {block.block_id: calm_day(plan, block) for block in plan.blocks}
    visits = drive_day(plan, DAY, haps, ZONE).visits
    for run_id, driven in visits.items():
        for planned, visit in zip(plan.runs[run_id].seconds[:-1], driven[:-1], strict=True):
            assert visit.departed_seconds >= planned - 21


def test_rush_hours_are_slower_than_noon_and_lights_keep_their_own_time() -> None:
    city = build_city(4)
    flows = []
    links = range(0, len(city.link_m), 37)
    for offset in range(8):
        day = Traffic(city, 4, school_day_from(DAY + timedelta(days=offset)))
        flows.append([np.mean([day.flow(link, hour * 3600) for link in links]) for hour in (5, 8, 12, 17)])
    early, morning, noon, evening = np.mean(flows, axis=0)
    assert morning < 0.9 * early
    assert morning < noon
    assert evening < noon
    traffic = Traffic(city, 4, DAY)
    node = int(np.flatnonzero(city.signal)[0])
    link_in, link_out = city.neighbours[node][0][1], city.neighbours[node][1][1]
    waits = [traffic.junction_seconds(link_in, node, link_out, 30_000.0 + second) for second in range(0, 120, 2)]
    assert min(waits) < 5
    assert 15 < max(waits) < 110


def test_reported_delays_are_as_long_as_new_york_reports_them() -> None:
    draw = chance("delays")
    minutes = np.array([reported_delay_seconds(Cause.HEAVY_TRAFFIC, draw) / 60 for _ in range(3_000)])
    p10, p50, p90 = np.percentile(minutes, [10, 50, 90])
    assert p10 == pytest.approx(10, abs=2)
    assert p50 == pytest.approx(20, abs=3)
    assert p90 == pytest.approx(46, abs=4)


def test_over_two_weeks_lateness_is_that_of_a_mature_year_in_boston(plan: SchoolPlan) -> None:
    late, uncovered, substitutes, runs = [], 0, 0, 0
    planned = {run.run_id: block.vehicle_id for block in plan.blocks for run in block.runs}
    for offset in range(14):
        day = DAY + timedelta(days=offset)
        truth = drive_day(plan, day, usual_day(plan, day), ZONE)
        for run_id, visits in truth.visits.items():
            if plan.runs[run_id].leg is Leg.TO_SCHOOL:
                late.append((visits[-1].arrived_seconds - plan.runs[run_id].ends) / 60)
            substitutes += truth.vehicles[run_id] != planned[run_id]
        uncovered += len(truth.uncovered)
        runs += len(plan.runs)
    minutes = np.array(late)
    assert 0.04 < (minutes > 5).mean() < 0.20
    assert 0.005 < (minutes > 15).mean() < 0.08
    assert abs(np.median(minutes)) < 3
    assert 0 < uncovered / runs < 0.04
    assert 0.01 < substitutes / runs < 0.12
