"""What the streets around a link say of one that was hardly driven."""

from datetime import date, timedelta

import numpy as np
import pytest

from busline.travel_times.neighbours import DISTRICT_SECONDS, REACH, Neighbours
from busline.travel_times.planned import planned_of_links
from busline.travel_times.road import RoadNetwork, network_of, road_network
from busline.travel_times.road_history import Drive, learn
from tests.tracking_builder import make_pattern, make_run, make_timetable, street

EAST = make_pattern(street((0, 0), (4_000, 0)), [0.0, 2_000.0, 4_000.0])
WEST = make_pattern(street((4_000, 3), (0, 3)), [0.0, 2_000.0, 4_000.0])
FAR = make_pattern(street((0, 9_000), (4_000, 9_000)), [0.0, 2_000.0, 4_000.0])
NETWORK = network_of([EAST, WEST, FAR])


def ratio(network: RoadNetwork, took: dict[int, float], expected: float = 1_000.0) -> np.ndarray:
    """By how long some links took where so much was expected of each."""
    seconds, planned = np.zeros(len(network)), np.zeros(len(network))
    for link, one in took.items():
        seconds[link], planned[link] = one, expected
    return Neighbours(network).ratio(seconds, planned)


def test_the_links_before_and_after_on_a_path_speak_for_the_one_between() -> None:
    east = NETWORK.roads[EAST].link.tolist()
    found = ratio(NETWORK, {east[9]: 2_000.0, east[11]: 2_000.0, int(NETWORK.roads[FAR].link[3]): 500.0})
    assert found[east[10]] == pytest.approx(2.0, rel=0.05)
    near, farther = found[east[12]], found[east[11 + len(REACH)]]
    assert near > farther > 1.5


def test_a_link_says_nothing_of_itself() -> None:
    east = NETWORK.roads[EAST].link.tolist()
    # Nothing around was driven: the district speaks, of which this link is all that is known.
    assert ratio(NETWORK, {east[10]: 3_000.0})[east[10]] == pytest.approx(3.0)
    assert ratio(NETWORK, {east[10]: 3_000.0, east[11]: 1_000.0})[east[10]] == pytest.approx(1.0, rel=0.15)


def test_the_way_back_speaks_for_a_stretch_that_was_driven_only_one_way() -> None:
    west, east = NETWORK.roads[WEST].link.tolist(), NETWORK.roads[EAST].link.tolist()
    found = ratio(NETWORK, {east[10]: 2_000.0, int(NETWORK.roads[FAR].link[3]): 1_000.0})
    back = max(west, key=lambda link: found[link])
    assert np.hypot(*(NETWORK.centre_xy[back] - NETWORK.centre_xy[east[10]])) < 20
    assert found[back] > 1.8


def test_where_nothing_around_was_driven_the_district_speaks() -> None:
    east, far = NETWORK.roads[EAST].link.tolist(), NETWORK.roads[FAR].link.tolist()
    assert ratio(NETWORK, {east[10]: 1_300.0})[far[5]] == pytest.approx(1.3)
    assert ratio(NETWORK, {})[far[5]] == 1.0
    little = ratio(NETWORK, {east[10]: 2 * DISTRICT_SECONDS / 100, far[5]: 1.0}, expected=DISTRICT_SECONDS / 100)
    assert little[east[11]] == pytest.approx(little[far[10]], rel=0.02)


MONDAY = date(2026, 10, 5)


def history_of(mps: float, *, planned: bool) -> tuple[np.ndarray, np.ndarray]:
    """Expected seconds and passes of the second half of a street, of which ten buses drove only the first half."""
    run = make_run("r", EAST)
    timetable = make_timetable(run, make_run("far", FAR))
    network = road_network(timetable)
    drives = [
        Drive(
            network.roads[EAST],
            MONDAY - timedelta(days=day),
            "school day",
            30_000 + np.linspace(0, 2_000 / mps, 9),
            np.linspace(0, 2_000, 9),
        )
        for day in range(1, 11)
    ]
    of_plan = planned_of_links(timetable, network)
    history = learn(network, drives, on=MONDAY, kind="school day", planned_seconds=of_plan if planned else None)
    ahead = network.roads[EAST].link[22:26]
    return history.expected(ahead, np.full(4, 30_000.0), of_plan[ahead])


def test_a_link_that_nobody_drove_is_as_slow_against_its_plan_as_the_street_before_it() -> None:
    plan, passes = history_of(4.0, planned=False)
    assert passes.tolist() == [0] * 4
    slow, _ = history_of(4.0, planned=True)
    assert slow.sum() / plan.sum() == pytest.approx(history_of(2.0, planned=True)[0].sum() / plan.sum() / 2, rel=0.05)
    assert slow.sum() > 1.5 * plan.sum()
