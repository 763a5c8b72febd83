"""What was learned under one version of the plan holds under the next, wherever streets stayed the same."""

from dataclasses import replace

import numpy as np
import pytest

from busline.geo import LatLon, LocalPlane
from busline.timetable import Pattern, Timetable
from busline.travel_times.road_versions import network_across
from feeds.simulator.history import school_weeks
from feeds.simulator.plan import size_of


@pytest.fixture(scope="module")
def versions() -> list[Timetable]:
    return [week.timetable for week in school_weeks(seed=5, size=size_of(14), days=10)]


def _pairs(versions: list[Timetable]) -> list[tuple[Pattern, Pattern]]:
    old, new = versions
    return [(old.runs[run_id].pattern, run.pattern) for run_id, run in new.runs.items() if run_id in old.runs]


def test_a_path_that_did_not_change_is_one_road_in_both_versions(versions: list[Timetable]) -> None:
    network = network_across(versions)
    same = [before.stop_ids == after.stop_ids for before, after in _pairs(versions)]
    one = [network.roads[before] is network.roads[after] for before, after in _pairs(versions)]
    assert same == one
    assert 0.5 < np.mean(same) < 1


def test_a_path_that_changed_keeps_the_links_of_the_streets_it_still_takes(versions: list[Timetable]) -> None:
    network = network_across(versions)
    shares = []
    for before, after in _pairs(versions):
        if before.stop_ids != after.stop_ids:
            links = network.roads[after].link
            shares.append(np.isin(links, network.roads[before].link).mean())
    assert np.mean(shares) > 0.5


def test_versions_on_planes_of_their_own_come_together(versions: list[Timetable]) -> None:
    old = versions[0]
    lat, lon = old.plane.origin.lat + 0.01, old.plane.origin.lon - 0.02
    plane = LocalPlane(LatLon(lat, lon))
    moved: dict[int, Pattern] = {}
    for run in old.runs.values():
        pattern = run.pattern
        if id(pattern) not in moved:
            moved[id(pattern)] = replace(pattern, path_xy=plane.to_xy(*old.plane.to_degrees(pattern.path_xy)))
    runs = {run_id: replace(run, pattern=moved[id(run.pattern)]) for run_id, run in old.runs.items()}
    elsewhere = replace(old, plane=plane, runs=runs)
    network = network_across([elsewhere, old])
    assert all(network.roads[runs[run_id].pattern] is network.roads[run.pattern] for run_id, run in old.runs.items())


def test_the_network_of_one_version_is_its_own(versions: list[Timetable]) -> None:
    network = network_across(versions[:1])
    patterns = {id(run.pattern) for run in versions[0].runs.values()}
    assert {id(pattern) for pattern in network.roads} == patterns
    for pattern, road in network.roads.items():
        assert road.edge_m[-1] == pytest.approx(pattern.path_distance_m[-1])
