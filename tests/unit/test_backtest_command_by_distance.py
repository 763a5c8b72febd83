"""`busline backtest` without a plan: from BusTime's own files to figures, and what is refused in plain words."""

import csv
import gzip
import json
from argparse import ArgumentTypeError
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from busline.app.backtest import BacktestOptions, run_backtest
from busline.app.database import Refused
from busline.app.typed import zone

FEET_A_SECOND = 22.0
STOP_FEET = 21_000.0


def recorded(folder: Path, days: int) -> tuple[Path, Path]:
    """A street with a bus every twenty minutes, whose agency promises each a minute too early."""
    vehicles: list[dict[str, str]] = []
    predictions: list[dict[str, str]] = []
    for day in range(days):
        for number in range(10):
            start = datetime(2025, 9, 22 + day, 8, tzinfo=UTC) + timedelta(minutes=20 * number)
            pace = FEET_A_SECOND - 0.2 * (number % 4)
            trip = {
                "vid": str(number), "tatripid": f"t{number}", "tablockid": "b", "rt": "L", "des": "EAST",
                "stsd": f"{start:%Y-%m-%d}", "stst": str(start.hour * 3_600 + start.minute * 60),
            }  # fmt: skip
            for poll in range(8, 1_200, 100):
                polled, feet = start + timedelta(seconds=poll), pace * (poll - 8)
                times = {
                    "collection_timestamp": polled.replace(tzinfo=None).isoformat(),
                    "tmstmp": f"{polled - timedelta(seconds=8):%Y%m%d %H:%M}",
                }
                place = {"lat": "43.07", "lon": str(-89.4 + feet * 4e-6), "pid": "1239", "pdist": str(feet)}
                vehicles.append(trip | times | place)
                if feet < STOP_FEET:
                    promised = start + timedelta(seconds=STOP_FEET / pace - 60)
                    countdown = max(0, int((promised - polled).total_seconds() // 60))
                    told = {"prdtm": f"{promised:%Y%m%d %H:%M}", "prdctdn": str(countdown), "typ": "A"}
                    predictions.append(trip | times | {"stpid": "2125", "dstp": str(STOP_FEET - feet)} | told)
    return write(folder / "vehicles.csv.gz", vehicles), write(folder / "predictions.csv.gz", predictions)


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with gzip.open(path, "wt", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    return path


async def test_a_recording_is_compared_and_everything_asked_for_is_written(tmp_path: Path) -> None:
    vehicles, predictions = recorded(tmp_path, 3)
    figures, rows = tmp_path / "figures.json", tmp_path / "rows.csv"
    said: list[str] = []
    options = BacktestOptions(
        None, vehicles, agency_predictions=predictions, json=figures, predictions_out=rows, zone=zone("America/Chicago")
    )
    assert await run_backtest(options, said.append) == 0
    found = json.loads(figures.read_text())
    assert found["days_scored"] == ["2025-09-24"]
    assert found["all_arrivals"]["error_ratio"] < 1
    with rows.open() as file:
        table = list(csv.DictReader(file))
    assert len(table) == found["all_arrivals"]["scores"]["busline"]["predictions"]
    assert all(row["p10"] <= row["p50"] <= row["p90"] for row in table)
    assert any("of the agency's" in line for line in said)


async def test_days_that_are_too_few_are_refused_with_counts(tmp_path: Path) -> None:
    vehicles, predictions = recorded(tmp_path, 2)
    options = BacktestOptions(None, vehicles, agency_predictions=predictions)
    with pytest.raises(Refused, match="2 days were recorded"):
        await run_backtest(options, lambda _: None)


async def test_without_a_plan_the_agencys_predictions_are_needed(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="--agency-predictions"):
        await run_backtest(BacktestOptions(None, tmp_path / "none.csv"), lambda _: None)


async def test_what_needs_a_plan_is_refused_without_one(tmp_path: Path) -> None:
    nothing = tmp_path / "none.csv"
    options = BacktestOptions(None, nothing, agency_predictions=nothing, fit_routes=["L"])
    with pytest.raises(Refused, match="need a --plan"):
        await run_backtest(options, lambda _: None)


async def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    nothing = tmp_path / "none.csv"
    with pytest.raises(Refused, match=r"none\.csv cannot be read"):
        await run_backtest(BacktestOptions(None, nothing, agency_predictions=nothing), lambda _: None)


@pytest.mark.parametrize("text", ["Chicago time", "", "../etc/passwd"])
def test_a_word_that_is_no_time_zone_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="America/Chicago"):
        zone(text)
