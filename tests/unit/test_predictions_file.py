"""An agency's predictions from a file: what can be used, and what cannot in words with counts."""

import gzip
from pathlib import Path

import pytest

from busline.backtest.agency import AgencyPrediction
from busline.ids import RunId, StopId
from feeds.predictions_file import PredictionsFileError, read_predictions

MADE, ARRIVES = 1_771_261_200.0, 1_771_261_800.0


def written(folder: Path, text: str, name: str = "theirs.csv") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


@pytest.mark.parametrize("name", ["theirs.csv", "theirs.csv.gz"])
def test_times_are_epoch_seconds_or_iso_with_an_offset(tmp_path: Path, name: str) -> None:
    text = (
        "made_at,trip_id,stop_id,stop_sequence,arrives_at\n"
        f"{MADE:.0f},T1,S7,,{ARRIVES:.0f}\n"
        "2026-02-16T12:00:00-05:00,T1,,3,2026-02-16T17:10:00Z\n"
    )
    found, wrong = read_predictions(written(tmp_path, text, name))
    assert found == [
        AgencyPrediction(MADE, RunId("T1"), StopId("S7"), None, ARRIVES),
        AgencyPrediction(MADE, RunId("T1"), None, 3, ARRIVES),
    ]
    assert wrong == {}


def test_our_own_predictions_file_and_gtfs_realtime_names_are_known(tmp_path: Path) -> None:
    ours = "made_at,trip_id,stop_sequence,stop_id,p10,p50\n2026-02-16T17:00:00Z,T1,3,S7,x,2026-02-16T17:10:00Z\n"
    theirs = f"timestamp,trip_id,stop_id,arrival_time\n{MADE:.0f},T1,S7,{ARRIVES:.0f}\n"
    for text in (ours, theirs):
        ((one,), _) = read_predictions(written(tmp_path, text))
        assert (one.made_at, one.arrives_at) == (MADE, ARRIVES)


def test_rows_that_cannot_be_used_are_counted_by_what_is_wrong(tmp_path: Path) -> None:
    text = (
        "made_at,trip_id,stop_id,arrives_at\n"
        f"{MADE},T1,S7,{ARRIVES}\n{MADE},,S7,{ARRIVES}\n{MADE},T1,,{ARRIVES}\n"
        f"2026-02-16T12:00:00,T1,S7,{ARRIVES}\nnan,T1,S7,{ARRIVES}\n{MADE}\n\n"
    )
    found, wrong = read_predictions(written(tmp_path, text))
    assert len(found) == 1
    assert wrong == {"no trip or no stop": 2, "a time that cannot be placed": 3}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bus,when\n47,7\n", "missing 4 needed columns: made_at or timestamp or collected_at; "),
        ("made_at,trip_id,stop_id,arrives_at\n", "no usable prediction .it has no rows."),
        ("made_at,trip_id,stop_id,arrives_at\n7:00,T1,S7,7:10\n", "1 with a time that cannot be placed"),
        ("", "Its first line names: nothing"),
    ],
)
def test_a_file_without_anything_to_use_is_refused_with_what_it_lacks(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(PredictionsFileError, match=words):
        read_predictions(written(tmp_path, text))


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(gzip.compress(b"made_at,trip_id\n" * 1_000)[:40])
    with pytest.raises(PredictionsFileError, match="damaged or cut short"):
        read_predictions(path)
    latin = tmp_path / "latin.csv"
    latin.write_bytes(b"made_at,trip_id,stop_id,arrives_at\n1,T\xe9,S,2\n")
    with pytest.raises(PredictionsFileError, match="not UTF-8"):
        read_predictions(latin)
