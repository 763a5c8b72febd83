"""The same code over what real agencies really sent. Skipped where the recorded data is not at hand."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from google.transit import gtfs_realtime_pb2 as pb

from busline.ids import SourceId
from feeds.gtfs_rt import Message, MessageFault, Unreadable, decode, encode
from feeds.plausible import fix_time_or_reason
from feeds.positions_file import PositionsFileError, read_positions
from feeds.replay import Recording
from feeds.screening import Screen
from tests.feed_bytes import MORNING

DATA = Path(__file__).parents[3] / "shared" / "data"

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not DATA.is_dir(), reason="the recorded data (../shared/data) is not at hand"),
]


def decoded(name: str) -> Message | Unreadable:
    body = (DATA / "feeds" / "pb" / name).read_bytes()
    return decode(body, source=SourceId("recorded"), received_at=MORNING)


def test_new_york_is_3018_buses_of_which_10_name_no_trip() -> None:
    message = decoded("nyc-mta-bus-vehicle-positions.pb")
    assert isinstance(message, Message)
    assert len(message.positions) == message.entities == 3_018
    assert sum(position.claim is None for position in message.positions) == 10
    assert message.rejected == ()
    assert message.header_timed == frozenset()
    assert {position.claim.service_date for position in message.positions if position.claim} <= {
        date(2026, 1, 21),
        date(2026, 1, 20),
    }


def test_new_york_is_mostly_live_at_its_header_time() -> None:
    message = decoded("nyc-mta-bus-vehicle-positions.pb")
    assert isinstance(message, Message)
    assert message.header_at is not None
    screened = Screen().take(message.positions, message.header_at)
    assert len(screened.positions) + len(screened.rejected) == 3_018
    live = [p for p in screened.positions if message.header_at - p.fix_at <= timedelta(seconds=90)]
    assert len(live) > 2_500


def test_new_york_without_its_vehicle_times_is_timed_by_its_header() -> None:
    timeless = pb.FeedMessage.FromString((DATA / "feeds" / "pb" / "nyc-mta-bus-vehicle-positions.pb").read_bytes())
    for entity in timeless.entity:
        entity.vehicle.ClearField("timestamp")
    message = decode(timeless.SerializeToString(), source=SourceId("recorded"), received_at=MORNING)
    assert isinstance(message, Message)
    assert len(message.header_timed) == len(message.positions) == 3_018
    assert {position.fix_at for position in message.positions} == {message.header_at}


def test_louisville_is_78_buses_each_with_a_time_of_its_own() -> None:
    message = decoded("louisville-positions.pb")
    assert isinstance(message, Message)
    assert len(message.positions) == 78
    assert message.header_timed == frozenset()
    assert message.rejected == ()


@pytest.mark.parametrize("name", ["nyc-mta-bus-trip-updates.pb", "louisville-updates.pb", "nyc-service-alerts.pb"])
def test_feeds_of_something_else_are_recognised_as_the_wrong_address(name: str) -> None:
    message = decoded(name)
    assert isinstance(message, Unreadable)
    assert message.fault is MessageFault.NO_VEHICLES


def test_what_we_serve_of_new_york_is_what_we_read_of_it() -> None:
    message = decoded("nyc-mta-bus-vehicle-positions.pb")
    assert isinstance(message, Message)
    assert message.header_at is not None
    again = decode(encode(message.positions, message.header_at), source=SourceId("recorded"), received_at=MORNING)
    assert isinstance(again, Message)
    assert again.positions == message.positions


def test_a_day_of_washington_loads_whole_and_replays_with_every_claim_joined_to_its_day() -> None:
    recorded = read_positions(DATA / "wmata-bus" / "positions.csv.gz")
    assert len(recorded.positions) == 14_092
    assert recorded.rejected == {}
    recording = Recording(recorded.positions)
    assert recording.start == fix_time_or_reason(min(p.fix_at.timestamp() for p in recorded.positions))
    assert recording.service_date == date(2026, 2, 16)
    assert 15 <= len(recording.positions_at(recording.start + timedelta(hours=2))) <= 21


def test_a_day_of_washington_passes_the_screen_untouched_but_for_repeats() -> None:
    recording = Recording(read_positions(DATA / "wmata-bus" / "positions.csv.gz").positions)
    screen, reasons, now = Screen(), Counter[str](), recording.start
    while now <= recording.end:
        reasons.update(rejected.reason for rejected in screen.take(recording.positions_at(now), now).rejected)
        now += timedelta(seconds=30)
    assert set(reasons) <= {"duplicate"}


def test_a_whole_fleet_of_austin_is_read_and_its_jump_after_an_outage_is_survived() -> None:
    recorded = read_positions(DATA / "capmetro-bus" / "vehicle_positions_2015-06-07.csv.gz")
    assert len(recorded.positions) == 45_134
    screen, refused = Screen(), Counter[str]()
    for position in sorted(recorded.positions, key=lambda position: position.fix_at):
        for rejected in screen.take([position], position.fix_at).rejected:
            refused[rejected.reason] += 1
    # At 14:31 the feed came back with old places under new times: each such bus is doubted once, then believed.
    assert 0 < refused["teleport"] < 200
    assert refused.total() == refused["teleport"] + refused["duplicate"]


def test_madison_writes_its_columns_and_times_its_own_way_and_is_told_so() -> None:
    with pytest.raises(PositionsFileError, match="missing 4 of 4 needed columns"):
        read_positions(DATA / "madison-bus" / "vehicles.csv.gz")
