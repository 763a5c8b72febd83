"""What past days say of a street, and where a bus was between two sightings."""

from datetime import date, timedelta

import numpy as np
import pytest

from busline.travel_times.apportion import passed
from busline.travel_times.road import Road, RoadNetwork
from busline.travel_times.road_history import Drive, learn

ROAD = Road(np.arange(0.0, 2_001.0, 100.0), np.arange(20))
MONDAY = date(2025, 9, 22)
EIGHT = 8 * 3_600.0


def network() -> RoadNetwork:
    return RoadNetwork({}, np.zeros((20, 2)), np.full(20, 100.0), np.zeros((20, 2)))


def driven(seconds: list[float], *, every: float, at: float = EIGHT, day: int = 0, kind: str = "weekday") -> Drive:
    """A drive over the links in so many seconds each, seen at intervals."""
    until = np.concatenate([[0.0], np.cumsum(seconds)])
    seen = np.concatenate([np.arange(0.0, until[-1], every), until[-1:]])
    return Drive(ROAD, MONDAY + timedelta(days=day), kind, at + seen, np.interp(seen, until, ROAD.edge_m))


def test_time_between_two_sightings_goes_to_the_links_that_usually_take_it() -> None:
    expected = np.full(20, 10.0)
    expected[5] = 70.0
    edges = passed(ROAD, np.array([0.0, 65.0, 260.0]), np.array([0.0, 500.0, 2_000.0]), expected)
    # The second gap has 195 s for 70 + 14 x 10 = 210 expected ones.
    assert edges.at[6] - edges.at[5] == pytest.approx(195 * 70 / 210)
    assert edges.known_at[7] == 260.0
    assert edges.gap_seconds[7] == 195.0


def test_edges_outside_what_was_seen_and_near_the_layover_are_unknown() -> None:
    edges = passed(ROAD, np.array([0.0, 100.0]), np.array([0.0, 1_050.0]), np.full(20, 10.0))
    assert np.isnan(edges.at[0])
    assert np.isfinite(edges.at[1:11]).all()
    assert np.isnan(edges.at[11:]).all()


def test_standing_time_stays_at_its_place() -> None:
    at, where = np.array([0.0, 50.0, 350.0, 400.0]), np.array([0.0, 550.0, 550.0, 1_100.0])
    edges = passed(ROAD, at, where, np.full(20, 10.0))
    assert edges.at[5] < 50.0
    assert edges.at[6] > 350.0


def test_a_slow_link_is_found_from_buses_seen_only_every_few_minutes() -> None:
    seconds = [10.0] * 20
    seconds[12] = 60.0
    # Each drive is seen at other places: none shows the link by itself.
    drives = [driven(seconds, every=73.0 + 5 * n, day=n % 5, at=EIGHT + 60 * n) for n in range(30)]
    history = learn(network(), drives, on=MONDAY + timedelta(days=7), kind="weekday")
    found, _ = history.expected(np.array([4, 12]), np.array([EIGHT, EIGHT]), np.full(2, 15.0))
    assert found[1] > 2 * found[0]
    total, passes = history.expected(np.arange(1, 19), np.full(18, EIGHT), np.full(18, 15.0))
    assert total.sum() == pytest.approx(sum(seconds[1:19]), rel=0.06)
    assert (passes > 10).all()


def test_a_rush_hour_is_kept_apart_from_the_middle_of_the_day() -> None:
    rush = [driven([20.0] * 20, every=60.0, day=n) for n in range(5)]
    midday = [driven([10.0] * 20, every=60.0, at=12 * 3_600.0, day=n) for n in range(5)]
    history = learn(network(), rush + midday, on=MONDAY + timedelta(days=7), kind="weekday")
    link = np.arange(2, 18)
    at_eight, _ = history.expected(link, np.full(16, EIGHT), np.full(16, 15.0))
    at_noon, _ = history.expected(link, np.full(16, 12 * 3_600.0), np.full(16, 15.0))
    assert at_eight.mean() > 17
    assert at_noon.mean() < 13


def test_a_day_of_another_kind_counts_less() -> None:
    usual = [driven([10.0] * 20, every=60.0, day=n) for n in range(4)]
    snow = [driven([30.0] * 20, every=60.0, day=4, kind="snow") for _ in range(4)]
    link, at, plan = np.arange(2, 18), np.full(16, EIGHT), np.full(16, 15.0)
    weekday = learn(network(), usual + snow, on=MONDAY + timedelta(days=7), kind="weekday")
    again = learn(network(), usual + snow, on=MONDAY + timedelta(days=7), kind="snow")
    assert weekday.expected(link, at, plan)[0].mean() < 17
    assert again.expected(link, at, plan)[0].mean() > 20


def test_a_link_no_bus_has_driven_keeps_the_plan_in_the_rhythm_of_the_day() -> None:
    half = Road(ROAD.edge_m[:11], ROAD.link[:10])
    drives = [
        Drive(half, MONDAY, "weekday", hour * 3_600.0 + np.array([0.0, seconds]), np.array([0.0, 1_000.0]))
        for hour, seconds in ((8, 200.0), (12, 100.0), (16, 100.0))
    ]
    history = learn(network(), drives, on=MONDAY + timedelta(days=1), kind="weekday")
    seconds, passes = history.expected(np.array([15, 15]), np.array([EIGHT, 12 * 3_600.0]), np.array([15.0, 15.0]))
    assert passes.tolist() == [0.0, 0.0]
    assert seconds[0] > 15 > seconds[1]


def test_nothing_is_learned_from_the_day_itself() -> None:
    with pytest.raises(ValueError, match="earlier days"):
        learn(network(), [driven([10.0] * 20, every=60.0)], on=MONDAY, kind="weekday")


def test_without_any_drive_the_plan_is_all_there_is() -> None:
    history = learn(network(), [], on=MONDAY, kind="weekday")
    seconds, passes = history.expected(np.arange(20), np.full(20, EIGHT), np.full(20, 12.0))
    assert seconds.tolist() == [12.0] * 20
    assert passes.sum() == 0
