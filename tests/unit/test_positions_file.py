"""Recorded positions in every spelling we know, and one clear refusal for what we do not."""

import gzip
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow
import pytest
from pyarrow import parquet

from busline.geo import Area, LatLon
from busline.ids import RunId
from busline.position import RejectReason, RunClaim
from feeds.positions_file import PositionsFileError, read_positions

GTFS_REALTIME = """\
vehicle_id,trip_id,start_date,timestamp,latitude,longitude,bearing,speed,current_status
5473,8428100,20260216,1771257482,38.9235,-77.0521,265.0,4.572,1
5461,,,1771257489,38.9236,-77.0520,,,1
"""
TIDES = """\
location_ping_id,service_date,event_timestamp,trip_id_performed,vehicle_id,latitude,longitude,heading,speed
1,2026-02-16,2026-02-16T10:58:02-05:00,8428100,5473,38.9235,-77.0521,265,4.572
2,,2026-02-16T15:58:09Z,,5461,38.9236,-77.0520,,
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a file and says where."""

    def write(text: str) -> Path:
        path = tmp_path / "positions.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refusal(path: Path) -> str:
    with pytest.raises(PositionsFileError) as caught:
        read_positions(path)
    message = str(caught.value)
    assert message.startswith(f"{path.name}: ")
    return message


@pytest.mark.parametrize("text", [GTFS_REALTIME, TIDES], ids=["GTFS-realtime", "TIDES"])
def test_both_families_of_column_names_say_the_same(text: str, written: Callable[[str], Path]) -> None:
    recorded = read_positions(written(text))
    first, second = recorded.positions
    assert first.vehicle_id == "5473"
    assert first.fix_at == first.received_at == datetime(2026, 2, 16, 15, 58, 2, tzinfo=UTC)
    assert first.place == LatLon(38.9235, -77.0521)
    assert (first.bearing_deg, first.speed_mps) == (265.0, 4.572)
    assert first.claim == RunClaim(RunId("8428100"), date(2026, 2, 16))
    assert (second.bearing_deg, second.speed_mps, second.claim) == (None, None, None)
    assert recorded.rejected == {}


def test_a_gzipped_file_is_told_by_its_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "positions.csv"
    path.write_bytes(gzip.compress(GTFS_REALTIME.encode()))
    assert len(read_positions(path).positions) == 2


def test_a_byte_order_mark_capitals_and_blank_lines_do_no_harm(written: Callable[[str], Path]) -> None:
    text = "\ufeff Vehicle_ID ,Timestamp,LATITUDE,longitude\n\n5473,1771257482,38.9,-77.0\n\n"
    assert len(read_positions(written(text)).positions) == 1


def test_parquet_is_read_with_its_own_types(tmp_path: Path) -> None:
    path = tmp_path / "positions"
    at = datetime(2026, 2, 16, 15, 58, 2, tzinfo=UTC)
    parquet.write_table(
        pyarrow.table(
            {
                "vehicle_id": [5473, 5461],
                "event_timestamp": pyarrow.array([at, at], pyarrow.timestamp("us", tz="America/New_York")),
                "trip_id_performed": [8428100.0, None],
                "service_date": [date(2026, 2, 16), None],
                "latitude": [38.9235, 38.9236],
                "longitude": [-77.0521, -77.0520],
                "unread": [["anything"], []],
            }
        ),
        path,
    )
    first, second = read_positions(path).positions
    assert first.vehicle_id == "5473"
    assert first.fix_at == at
    assert first.claim == RunClaim(RunId("8428100"), date(2026, 2, 16))
    assert second.claim is None


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "positions.parquet"
    path.write_bytes(b"PAR1 and then nothing of the kind")
    assert "damaged or cut short" in refusal(path)


def test_parquet_without_pyarrow_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # how Python itself marks a module that cannot be imported
    path = tmp_path / "positions.parquet"
    path.write_bytes(b"PAR1")
    assert "pip install 'busline[parquet]'" in refusal(path)


def test_bad_rows_are_counted_by_reason_and_the_others_are_read(written: Callable[[str], Path]) -> None:
    rows = [
        "5473,8428100,20260216,1771257482,38.9,-77.0",
        ",8428100,20260216,1771257482,38.9,-77.0",
        "5\x005,8428100,20260216,1771257482,38.9,-77.0",
        "5473,8428100,20260216,yesterday,38.9,-77.0",
        "5473,8428100,20260216,,38.9,-77.0",
        "5473,8428100,20260216,1771257482000,38.9,-77.0",
        "5473,8428100,20260216,1771257482,,-77.0",
        "5473,8428100,20260216,1771257482,north,-77.0",
        "5473,8428100,20260216,1771257482,0,0",
        "5473,8428100,20260216,1771257482,-77.0,38.9",
        "5473,8428100,20260216",
        "5474,8428100,16/02/2026,1771257482,38.9,-77.0",
    ]
    path = written("vehicle_id,trip_id,start_date,timestamp,latitude,longitude\n" + "\n".join(rows))
    recorded = read_positions(path, area=Area(38, -78, 40, -76))
    assert [position.vehicle_id for position in recorded.positions] == ["5473", "5474"]
    assert recorded.positions[1].claim is None
    assert recorded.rejected == {
        RejectReason.NO_VEHICLE_ID: 2,
        RejectReason.NO_TIMESTAMP: 3,
        RejectReason.FUTURE: 1,
        RejectReason.NO_POSITION: 1,
        RejectReason.NOT_A_NUMBER: 1,
        RejectReason.NULL_ISLAND: 1,
        RejectReason.SWAPPED: 1,
        RejectReason.BAD_TRIP: 1,
    }


def test_times_without_a_zone_are_refused_with_their_number(written: Callable[[str], Path]) -> None:
    path = written(
        "vehicle_id,timestamp,latitude,longitude\n"
        "1,2025-09-12T11:34:16,43.0,-89.4\n"
        "2,2025-09-12T11:34:16Z,43.0,-89.4\n"
        "3,20250912 11:34,43.0,-89.4\n"
    )
    message = refusal(path)
    assert "2 of 3 times have no time zone (the first is '2025-09-12T11:34:16')" in message
    assert "2026-02-16T07:30:00-05:00" in message
    recorded = read_positions(path, zone=ZoneInfo("America/Chicago"))
    assert recorded.positions[0].fix_at == datetime(2025, 9, 12, 16, 34, 16, tzinfo=UTC)
    assert recorded.positions[1].fix_at == datetime(2025, 9, 12, 11, 34, 16, tzinfo=UTC)


def test_missing_columns_are_all_named_together(written: Callable[[str], Path]) -> None:
    message = refusal(written("vid,tmstmp,latitude,lng\n1,2,3,4\n"))
    assert "missing 3 of 4 needed columns: vehicle_id; event_timestamp or timestamp; longitude." in message
    assert "Its first line names: vid, tmstmp, latitude, lng." in message


@pytest.mark.parametrize("text", ["", "vehicle_id,timestamp,latitude,longitude\n"])
def test_a_file_of_nothing_is_refused(text: str, written: Callable[[str], Path]) -> None:
    assert refusal(written(text))


def test_a_file_of_nothing_usable_says_why(written: Callable[[str], Path]) -> None:
    message = refusal(written("vehicle_id,timestamp,latitude,longitude\n1,1771257482,0,0\n2,1771257482,0,0\n"))
    assert "no row of 2 is a usable position (2 null_island)" in message


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "positions.csv"
    path.write_bytes(b"vehicle_id,timestamp,latitude,longitude\n\xe9,1771257482,38.9,-77.0\n")
    assert "not UTF-8 text at byte" in refusal(path)
    path.write_bytes(gzip.compress(GTFS_REALTIME.encode())[:-12])
    assert "gzip file is damaged or cut short" in refusal(path)


def test_a_cancelled_run_is_claimed_as_cancelled(written: Callable[[str], Path]) -> None:
    head = "vehicle_id,trip_id,timestamp,latitude,longitude,schedule_relationship\n"
    path = written(
        head + "1,r,1771257482,38.9,-77.0,3\n2,r,1771257482,38.9,-77.0,Canceled\n3,r,1771257482,38.9,-77.0,0\n"
    )
    claims = [position.claim for position in read_positions(path).positions]
    assert [claim is not None and claim.cancelled for claim in claims] == [True, True, False]
