"""Where buses were, kept piece by piece for the days to come."""

from datetime import date, timedelta

import numpy as np
import pytest

from busline.travel_times.road import road_network
from busline.travel_times.road_history import Drive
from busline.travel_times.trails import Trail, Trails, drives, kind_of
from tests.tracking_builder import (
    DAY,
    at,
    drive,
    follow,
    fresh_tracker,
    key_of,
    make_run,
    make_timetable,
    steady,
    street,
)

RUN = make_run("r", street((0, 0), (4_000, 0)))
TIMETABLE = make_timetable(RUN)
NETWORK = road_network(TIMETABLE)


def pieces(*places: tuple[float, float]) -> Trail:
    seconds, metres = np.array(places).T
    return Trail(key_of(RUN), at(RUN, 0).timestamp() + seconds, metres)


def the_drive(*trails: Trail) -> Drive:
    (found,) = drives(TIMETABLE, NETWORK, trails)
    return found


def test_pieces_of_a_drive_are_put_together_in_any_order() -> None:
    first, second = pieces((0, 0), (30, 240), (60, 480)), pieces((60, 480), (90, 720), (120, 960))
    found = the_drive(second, first)
    assert found.at == pytest.approx(RUN.start_seconds + np.array([0, 30, 60, 90, 120]))
    assert found.distance_m == pytest.approx([0, 240, 480, 720, 960])
    assert found.service_date == DAY
    assert found.road is NETWORK.roads[RUN.pattern]


def test_a_bus_that_went_back_began_again() -> None:
    found = the_drive(pieces((0, 0), (30, 600), (60, 0), (90, 200), (120, 400), (150, 600)))
    assert found.distance_m.tolist() == [0, 200, 400, 600]


def test_a_drive_of_few_sightings_or_of_a_run_no_longer_planned_tells_nothing() -> None:
    gone = make_run("gone", street((0, 0), (900, 0)))
    unknown = Trail(key_of(gone), np.array([0.0, 10.0, 20.0]), np.array([0.0, 50.0, 100.0]))
    assert drives(TIMETABLE, NETWORK, [pieces((0, 0), (30, 240)), unknown]) == []


def test_only_buses_under_way_leave_trails_and_each_sighting_is_drained_once() -> None:
    trails, tracker = Trails(), fresh_tracker(TIMETABLE)
    drained: list[Trail] = []
    for number, step in enumerate(follow(tracker, drive(RUN, steady(RUN), every=20.0))):
        trails.take(step.progress)
        if number % 7 == 0:
            drained += trails.drain()
    drained += trails.drain()
    assert trails.drain() == []
    seen = np.concatenate([one.at for one in drained])
    assert len(np.unique(seen)) == len(seen) > 15
    assert (np.diff(seen) > 0).all()


def test_days_have_kinds() -> None:
    monday = date(2026, 10, 5)
    assert kind_of(monday) == "school day"
    assert kind_of(monday - timedelta(days=1)) == "weekend"
    assert kind_of(monday, {monday: "snow"}) == "snow"
