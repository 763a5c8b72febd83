"""Links: shared where runs follow one street the same way, and nowhere else."""

import numpy as np
import pytest
from numpy.typing import NDArray

from busline.timetable import Pattern
from busline.travel_times.road import LINE_EVERY_M, RoadNetwork, network_of
from tests.tracking_builder import make_pattern, street

HIGH_STREET = ((0.0, 0.0), (3_000.0, 0.0))


def shared_m(network: RoadNetwork, one: Pattern, other: Pattern) -> float:
    """How much of one path lies on links of the other."""
    road = network.roads[one]
    return float(np.diff(road.edge_m)[np.isin(road.link, network.roads[other].link)].sum())


def shaken(path: NDArray[np.float64], metres: float) -> NDArray[np.float64]:
    return path + np.random.default_rng(1).normal(0.0, metres, path.shape)


def test_links_cover_a_path_from_end_to_end_in_stretches_of_about_a_hundred_metres() -> None:
    pattern = make_pattern(street(*HIGH_STREET))
    road = network_of([pattern]).roads[pattern]
    assert road.edge_m[0] == 0
    assert road.edge_m[-1] == pattern.path_distance_m[-1]
    assert len(road.link) == len(road.edge_m) - 1
    inner = np.diff(road.edge_m)[1:-1]
    assert inner == pytest.approx(LINE_EVERY_M / np.cos(np.radians(20)), abs=1)


def test_runs_along_one_street_share_its_links_wherever_they_come_from() -> None:
    one = make_pattern(street((0, -900), (0, 0), (3_000, 0)))
    other = make_pattern(street((500, 700), (500, 0), (3_000, 0), (3_000, 400)))
    network = network_of([one, other])
    # From the corner at 500 m to the one at 3,000 m, but for the links that hold the turns.
    assert 2_200 <= shared_m(network, one, other) <= 2_500


def test_differences_in_how_a_street_was_drawn_do_not_matter() -> None:
    one = make_pattern(street(*HIGH_STREET))
    other = make_pattern(shaken(street(*HIGH_STREET, every_m=100), 3.0))
    assert shared_m(network_of([one, other]), one, other) > 2_700


def test_the_two_directions_of_a_street_are_different_links() -> None:
    there = make_pattern(street(*HIGH_STREET))
    back = make_pattern(street(*reversed(HIGH_STREET)))
    assert shared_m(network_of([there, back]), there, back) == 0


def test_parallel_streets_are_different_links() -> None:
    one = make_pattern(street(*HIGH_STREET))
    other = make_pattern(street((0, 60), (3_000, 60)))
    assert shared_m(network_of([one, other]), one, other) == 0


def test_a_crossing_street_shares_nothing() -> None:
    one = make_pattern(street(*HIGH_STREET))
    across = make_pattern(street((1_500, -1_500), (1_500, 1_500)))
    assert shared_m(network_of([one, across]), one, across) == 0


def test_a_street_driven_twice_is_the_same_links_twice() -> None:
    block = street((0, 0), (2_000, 0), (2_000, 500), (0, 500), (0, 0), (2_000, 0))
    pattern = make_pattern(block)
    road = network_of([pattern]).roads[pattern]
    links, times = np.unique(road.link, return_counts=True)
    assert 1_700 <= float(np.diff(road.edge_m)[np.isin(road.link, links[times == 2])].sum()) / 2 <= 2_000


@pytest.mark.parametrize("degrees", range(0, 180, 15))
def test_streets_in_every_direction_are_shared_by_those_who_join_them_later(degrees: int) -> None:
    way = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    one = make_pattern(street((0, 0), tuple(3_000 * way)))
    later = make_pattern(shaken(street(tuple(730 * way), tuple(3_500 * way), every_m=80), 2.0))
    assert shared_m(network_of([one, later]), later, one) > 1_700


def test_the_network_does_not_depend_on_the_order_of_its_patterns() -> None:
    patterns = [
        make_pattern(shaken(street((0, 0), (2_000, 900), every_m=60), 4)),
        make_pattern(street((0, 0), (2_000, 900), (2_500, 0))),
        make_pattern(street((2_000, 900), (0, 0))),
    ]
    one, other = network_of(patterns), network_of(patterns[::-1])
    assert len(one) == len(other)
    for pattern in patterns:
        assert np.array_equal(one.roads[pattern].edge_m, other.roads[pattern].edge_m)
    assert shared_m(one, patterns[0], patterns[1]) == shared_m(other, patterns[0], patterns[1])


def test_a_link_knows_its_middle_its_length_and_its_way() -> None:
    pattern = make_pattern(street(*HIGH_STREET))
    network = network_of([pattern])
    road = network.roads[pattern]
    assert network.length_m[road.link] == pytest.approx(np.diff(road.edge_m))
    middle = (road.edge_m[:-1] + road.edge_m[1:]) / 2
    assert network.centre_xy[road.link] == pytest.approx(np.stack([middle, np.zeros(len(middle))], axis=1))
    assert network.heading[road.link] == pytest.approx(np.tile([1.0, 0.0], (len(middle), 1)))


def test_a_path_of_a_few_metres_is_one_link() -> None:
    pattern = make_pattern(street((5, 5), (9, 5)), [0.0, 4.0])
    assert len(network_of([pattern]).roads[pattern].link) == 1


def test_no_patterns_make_an_empty_network() -> None:
    assert len(network_of([])) == 0
