"""A recorded day, seen as a feed would have shown it."""

from datetime import date, timedelta

import pytest

from busline.geo import LatLon
from busline.ids import RunId, SourceId, VehicleId
from busline.position import Position, RunClaim
from feeds.replay import Recording
from tests.feed_bytes import MORNING


def fix(bus: str, seconds: float, service_date: date | None = None) -> Position:
    at = MORNING + timedelta(seconds=seconds)
    claim = None if service_date is None else RunClaim(RunId("r"), service_date)
    return Position(SourceId("file"), VehicleId(bus), at, at, LatLon(42.35, -71.06), claim=claim)


def seen(recording: Recording, seconds: float) -> dict[str, float]:
    """At a moment: each bus, and when its report was made."""
    positions = recording.positions_at(MORNING + timedelta(seconds=seconds))
    return {position.vehicle_id: (position.fix_at - MORNING).total_seconds() for position in positions}


def test_every_bus_is_shown_by_its_newest_report_so_far() -> None:
    recording = Recording([fix("2", 45), fix("1", 60), fix("1", 0), fix("2", 15), fix("1", 30)])
    assert seen(recording, -1) == {}
    assert seen(recording, 0) == {"1": 0}
    assert seen(recording, 44) == {"1": 30, "2": 15}
    assert seen(recording, 60) == {"1": 60, "2": 45}


def test_a_bus_that_is_silent_for_ten_minutes_is_dropped_until_it_is_heard_again() -> None:
    recording = Recording([fix("1", 0), fix("1", 1_200)])
    assert seen(recording, 600) == {"1": 0}
    assert seen(recording, 601) == {}
    assert seen(recording, 1_200) == {"1": 1_200}


def test_a_report_is_published_only_after_its_way_to_the_feed() -> None:
    recording = Recording([fix("1", 0), fix("1", 30)], latency_seconds=8)
    assert seen(recording, 7) == {}
    assert seen(recording, 37) == {"1": 0}
    assert seen(recording, 38) == {"1": 30}


def test_a_recording_knows_its_first_and_last_moment_and_its_service_day() -> None:
    tuesday, wednesday = date(2026, 9, 8), date(2026, 9, 9)
    recording = Recording([fix("2", 50, wednesday), fix("1", 5, tuesday), fix("1", 9, tuesday), fix("3", 20)])
    assert recording.start == MORNING + timedelta(seconds=5)
    assert recording.end == MORNING + timedelta(seconds=50)
    assert recording.service_date == tuesday
    assert Recording([fix("1", 0)]).service_date is None


def test_moments_may_be_asked_for_in_any_order() -> None:
    recording = Recording([fix("1", seconds) for seconds in range(0, 300, 30)])
    assert [seen(recording, seconds) for seconds in (200, 20, 299)] == [{"1": 180}, {"1": 0}, {"1": 270}]


def test_a_recording_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="holds none"):
        Recording([])
