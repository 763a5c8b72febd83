"""Recorded answers of BusTime: what its columns mean, and what is said of files that are none."""

import csv
import gzip
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from busline.backtest.distances import DistanceRecording, arrival, followed
from feeds.bustime_recording import BusTimeRecordingError, read_bustime

NOON = datetime(2025, 9, 25, 12, tzinfo=UTC)
FEET_A_SECOND = 20.0
STOP_FEET = 20_000.0
FOOT_M = 0.3048


def trip_rows(**changes: str) -> dict[str, str]:
    rows = {"vid": "7", "tatripid": "t1", "tablockid": "b1", "rt": "L", "des": "EAST", "stsd": "2025-09-25"}
    return rows | {"stst": "43200"} | changes


def vehicle(at: float, feet: float, **changes: str) -> dict[str, str]:
    """A bus polled so many seconds after noon, that was there eight seconds before."""
    polled = NOON + timedelta(seconds=at)
    seen = polled - timedelta(seconds=8)
    return (
        trip_rows(
            collection_timestamp=polled.replace(tzinfo=None).isoformat(),
            tmstmp=f"{seen:%Y%m%d %H:%M}",
            lat="43.07",
            lon=str(-89.4 + feet * 4e-6),
            pid="1239",
            pdist=str(feet),
        )
        | changes
    )


def prediction(at: float, to_stop_feet: float, arrives: float, **changes: str) -> dict[str, str]:
    polled, promised = NOON + timedelta(seconds=at), NOON + timedelta(seconds=arrives)
    return (
        trip_rows(
            collection_timestamp=polled.replace(tzinfo=None).isoformat(),
            tmstmp=f"{polled - timedelta(seconds=8):%Y%m%d %H:%M}",
            stpid="2125",
            dstp=str(to_stop_feet),
            prdtm=f"{promised:%Y%m%d %H:%M}",
            prdctdn=str(int((arrives - at) // 60)),
            typ="A",
        )
        | changes
    )


def drive(**changes: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """A bus at a steady pace, polled every two minutes, and its predictions 20 s after all polls but the first five."""
    vehicles = [vehicle(at, FEET_A_SECOND * (at - 8), **changes) for at in range(128, 1_400, 120)]
    polls = [at + (20 if number >= 5 else 0) for number, at in enumerate(range(128, 980, 120))]
    predictions = [prediction(at, STOP_FEET - FEET_A_SECOND * (at - 8), 1_000, **changes) for at in polls]
    return vehicles, predictions


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with gzip.open(path, "wt", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    return path


def read(tmp_path: Path, vehicles: list[dict[str, str]], predictions: list[dict[str, str]]) -> DistanceRecording:
    return read_bustime(
        write(tmp_path / "vehicles.csv.gz", vehicles), write(tmp_path / "predictions.csv.gz", predictions)
    )


def test_a_bus_is_where_it_was_eight_seconds_before_the_poll(tmp_path: Path) -> None:
    recording = read(tmp_path, *drive())
    (track,) = recording.tracks
    assert track.path == "1239"
    assert track.key == (date(2025, 9, 25), "t1")
    metres = FEET_A_SECOND * FOOT_M * (track.at - NOON.timestamp())
    assert track.distance_m == pytest.approx(metres, abs=1.0)


def test_a_position_is_never_older_than_its_own_minute(tmp_path: Path) -> None:
    vehicles, predictions = drive()
    vehicles[0] = vehicle(122, FEET_A_SECOND * 120, tmstmp="20250925 12:02")
    recording = read(tmp_path, vehicles, predictions)
    assert recording.tracks[0].at[0] == NOON.timestamp() + 120


def test_predictions_tell_where_the_stop_and_where_the_bus_is(tmp_path: Path) -> None:
    vehicles, predictions = drive()
    recording = read(tmp_path, vehicles, predictions)
    assert len(recording.promises) == len(predictions)
    assert len(recording.tracks[0].at) == len(vehicles) + len(predictions) - 5
    stop_m = recording.stop_m["1239", recording.stop_ids[0]]
    # Where the bus moved on between the two polls their sum is short: those do not pull the place back.
    assert stop_m == pytest.approx(STOP_FEET * FOOT_M, abs=1)


def test_a_promise_is_the_middle_of_what_clock_and_countdown_allow(tmp_path: Path) -> None:
    vehicles, predictions = drive()
    recording = read(tmp_path, vehicles, predictions)
    apart = recording.promises.arrives_at - NOON.timestamp() - 1_000
    assert np.abs(apart).max() <= 30
    due = prediction(1_000, 100, 1_030, prdctdn="DUE", prdtm="20250925 12:17")
    late = read(tmp_path, vehicles, [*predictions, due])
    assert late.promises.arrives_at[-1] == pytest.approx(NOON.timestamp() + 1_040)


def test_a_bus_that_no_poll_brought_is_known_by_its_predictions(tmp_path: Path) -> None:
    vehicles, predictions = drive()
    _, unseen = drive(vid="8", tatripid="t2")
    recording = read(tmp_path, vehicles, predictions + unseen)
    track = next(track for track in recording.tracks if track.vehicle_id == "8")
    assert track.path == "1239"
    assert len(recording.promises) == len(predictions)
    (why,) = (reason for reason in recording.left_out if "never seen" in reason)
    assert recording.left_out[why] == len(unseen)


def test_times_are_placed_by_the_zone_that_is_given(tmp_path: Path) -> None:
    vehicles, predictions = drive()
    there = write(tmp_path / "v.csv.gz", vehicles), write(tmp_path / "p.csv.gz", predictions)
    chicago, utc = read_bustime(*there, ZoneInfo("America/Chicago")), read_bustime(*there)
    assert (chicago.tracks[0].at - utc.tracks[0].at == 5 * 3_600).all()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"pdist": "far"}, "no usable row of 11"),
        ({"collection_timestamp": "yesterday"}, "no usable row of 11"),
        ({"tatripid": "another"}, "no prediction joins a bus"),
    ],
)
def test_a_recording_that_cannot_be_used_is_refused_with_counts(
    tmp_path: Path, changed: Mapping[str, str], expected: str
) -> None:
    vehicles, predictions = drive()
    with pytest.raises(BusTimeRecordingError, match=expected):
        read(tmp_path, [row | dict(changed) | {"rt": "X"} for row in vehicles], predictions)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    vehicles, predictions = drive()
    for row in vehicles:
        del row["pdist"]
    with pytest.raises(BusTimeRecordingError, match=r"vehicles.csv.gz: no column pdist\."):
        read(tmp_path, vehicles, predictions)


def test_a_file_that_is_no_gzip_is_refused(tmp_path: Path) -> None:
    vehicles, predictions = drive()
    plain = tmp_path / "plain.csv.gz"
    plain.write_text("vid,tmstmp\n")
    with pytest.raises(BusTimeRecordingError, match="not a readable CSV file"):
        read_bustime(plain, write(tmp_path / "p.csv.gz", predictions))
    assert vehicles


def test_an_arrival_lies_between_the_sightings_around_it(tmp_path: Path) -> None:
    recording = read(tmp_path, *drive())
    (track,) = recording.tracks
    at, bracket = arrival(track, 19_000 * FOOT_M)
    assert at - NOON.timestamp() == pytest.approx((19_000 - 50) / FEET_A_SECOND, abs=1)
    assert 0 < bracket <= 120
    assert np.isnan(arrival(track, 1e6)).all()
    assert np.isnan(arrival(track, 10.0)).all()


def test_a_track_begins_anew_where_the_bus_is_suddenly_far_back() -> None:
    at, distance = followed(np.array([0.0, 60, 120, 180, 181, 240]), np.array([2_000.0, 2_500, 0, 500, 510, 490]))
    assert at.tolist() == [120.0, 180.5, 240.0]
    assert distance.tolist() == [0.0, 505.0, 505.0]
