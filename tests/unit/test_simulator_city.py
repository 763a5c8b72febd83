"""The simulated city is one connected network that looks and behaves like a city."""

from itertools import pairwise

import numpy as np
import pytest

from feeds.simulator.city import CRUISE_MPS, City, Road, build_city
from feeds.simulator.paths import Atlas, quickest_path, reach
from feeds.simulator.terrain import make_terrain

SEEDS = [1, 2, 3]


@pytest.fixture(scope="module", params=SEEDS)
def city(request: pytest.FixtureRequest) -> City:
    return build_city(int(request.param))


def test_every_corner_can_be_reached_from_every_other(city: City) -> None:
    assert max(reach(city, 0).seconds) < 3_600


def test_streets_have_every_class_and_the_narrow_ones_are_the_most(city: City) -> None:
    metres = [float(city.link_m[city.link_road == road].sum()) for road in Road]
    assert all(total > 5_000 for total in metres)
    assert metres[Road.LOCAL] == max(metres)


def test_neighbourhood_streets_lie_at_many_angles(city: City) -> None:
    along = city.node_xy[city.link_ends[:, 1]] - city.node_xy[city.link_ends[:, 0]]
    local = city.link_road == Road.LOCAL
    angle = np.degrees(np.arctan2(along[local, 1], along[local, 0])) % 90
    shares, _ = np.histogram(angle, bins=9, range=(0, 90), weights=city.link_m[local])
    # A plain grid would put nearly everything into one of the nine.
    assert shares.max() < 0.5 * shares.sum()
    assert (shares > 0.02 * shares.sum()).sum() >= 5


@pytest.mark.parametrize("seed", SEEDS)
def test_a_few_bridges_carry_everything_over_the_river(seed: int) -> None:
    city = build_city(seed)
    river = np.array(make_terrain(seed, city.radius_m).river.coords)
    above = np.interp(city.node_xy[:, 0], river[:, 0], river[:, 1]) < city.node_xy[:, 1]
    crossing = above[city.link_ends[:, 0]] != above[city.link_ends[:, 1]]
    assert 2 <= crossing.sum() <= 10
    assert (city.link_road[crossing] <= Road.ARTERIAL).all()


def test_no_street_is_a_sliver_and_lights_stand_only_at_crossings(city: City) -> None:
    assert city.link_m.min() > 10
    degree = np.array([len(pairs) for pairs in city.neighbours])
    assert 60 < city.signal.sum() < len(degree) / 10
    assert (degree[city.signal] >= 3).all()


def test_streets_have_names_and_a_corner_has_two(city: City) -> None:
    assert len(set(city.link_street)) > 300
    assert all(name.strip() == name and name for name in city.link_street)
    corners = [city.streets_at(node) for node in range(len(city.neighbours)) if len(city.neighbours[node]) >= 4]
    assert sum(len(names) >= 2 for names in corners) > 0.9 * len(corners)


def test_degrees_are_the_inverse_of_the_plane(city: City) -> None:
    lat, lon = city.degrees(city.node_xy)
    assert np.abs(city.plane.to_xy(lat, lon) - city.node_xy).max() < 0.01


def test_the_quickest_path_costs_what_a_search_of_the_whole_city_says() -> None:
    city = build_city(1)
    everywhere = Atlas(city).reach(100)
    for start in range(0, len(city.neighbours), 700):
        path = quickest_path(city, start, 100)
        links = [city.link_between(a, b) for a, b in pairwise(path)]
        assert sum(city.planned_seconds[link] for link in links) == pytest.approx(everywhere.seconds[start])
        assert path[0] == start
        assert path[-1] == 100


def test_a_bus_does_not_turn_round_in_the_road_it_came_by() -> None:
    city = build_city(1)
    atlas = Atlas(city)
    degree = [len(pairs) for pairs in city.neighbours]
    tried = 0
    for start in range(0, len(degree), 90):
        target = (start * 7 + 13) % len(degree)
        came_from = atlas.reach(target).towards[start]
        if came_from < 0 or degree[start] < 4:
            continue
        tried += 1
        assert quickest_path(city, start, target, came_from)[1] != came_from
        assert atlas.reach(target).path_from(start, city, came_from)[1] != came_from
    assert tried > 5


def test_cruising_speeds_fall_with_the_class_of_the_road() -> None:
    speeds = [CRUISE_MPS[road] for road in Road]
    assert speeds == sorted(speeds, reverse=True)
