"""Real plans from public agencies, where the folder of recorded data is present."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from busline.ids import RunId
from busline.timetable import Timetable
from feeds.plan.gtfs import read_gtfs
from feeds.plan.problems import PlanRefusedError

DATA = Path(__file__).parents[2].parent / "shared" / "data"
QUIRKS = DATA / "feeds" / "gtfs-quirks"

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not DATA.is_dir(), reason="the recorded data (../shared/data) is not here"),
]


@pytest.fixture(scope="module")
def washington() -> Timetable:
    plan = read_gtfs(DATA / "wmata-bus" / "gtfs.zip")
    assert plan.notes == ()
    return plan.timetable


def test_washington_is_read_whole(washington: Timetable) -> None:
    assert (len(washington.runs), len(washington.stops)) == (2558, 243)
    assert sum(len(run) for run in washington.runs.values()) == 150_454
    assert len({id(run.pattern) for run in washington.runs.values()}) == 10
    assert not any(run.pattern.approximate for run in washington.runs.values())


def test_washingtons_stops_lie_near_their_place_and_in_order(washington: Timetable) -> None:
    for pattern in {id(run.pattern): run.pattern for run in washington.runs.values()}.values():
        at = np.column_stack(
            [np.interp(pattern.stop_distance_m, pattern.path_distance_m, pattern.path_xy[:, axis]) for axis in (0, 1)]
        )
        places = [washington.stops[stop_id].place for stop_id in pattern.stop_ids]
        stop_xy = washington.plane.to_xy([place.lat for place in places], [place.lon for place in places])
        assert np.all(np.diff(pattern.stop_distance_m) > 0)
        assert np.hypot(*(stop_xy - at).T).max() < 40


def test_washingtons_holiday_service_exists_only_in_exceptions(washington: Timetable) -> None:
    holiday = {run.service_id for run in washington.runs_on(date(2026, 2, 16))}
    assert holiday
    assert not any(any(washington.calendar.services[service].weekdays) for service in holiday)


def test_a_campus_loop_given_by_headways_is_expanded() -> None:
    timetable = read_gtfs(QUIRKS / "bullrunner-gtfs.zip").timetable
    run = timetable.runs[RunId("1@07:10:00")]
    assert run.departure_seconds[0] == 7 * 3600 + 600
    assert not run.pattern.approximate
    assert np.all(np.diff(run.pattern.stop_distance_m) >= 0)


def test_the_same_loop_without_shapes_runs_in_straight_lines() -> None:
    timetable = read_gtfs(QUIRKS / "bullrunner-gtfs-no-shapes.zip").timetable
    assert all(run.pattern.approximate for run in timetable.runs.values())


def test_a_bad_feed_is_refused_with_everything_it_lacks() -> None:
    with pytest.raises(PlanRefusedError) as caught:
        read_gtfs(QUIRKS / "badgtfs.zip")
    assert caught.value.count == 6
