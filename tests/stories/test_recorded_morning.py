"""A cut of a recorded morning through `busline replay`: inquiries by signed webhook, held against what buses did."""

import argparse
import csv
import json
from datetime import date, timedelta
from pathlib import Path

from benchmarks.recorded_day import run
from feeds.simulator.district import build_district

LENGTH = timedelta(minutes=30)
STEP = timedelta(seconds=10)
SPEED = 120


def record(folder: Path) -> None:
    """Half an hour of the simulated district as an archive would hold it: a plan, and positions with GPS noise."""
    district = build_district(seed=2, service_date=date(2026, 10, 6))
    district.write_plan(folder / "plan")
    moment = district.suggested_start
    end = moment + LENGTH
    with (folder / "positions.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["vehicle_id", "event_timestamp", "latitude", "longitude", "trip_id_performed", "start_date"])
        while moment < end:
            for position in district.positions_at(moment):
                claim = position.claim
                rows.writerow(
                    [
                        position.vehicle_id,
                        position.fix_at.isoformat(),
                        position.place.lat,
                        position.place.lon,
                        "" if claim is None else claim.run_id,
                        "20261006",
                    ]
                )
            moment += STEP


async def test_windows_told_during_a_replay_come_true_and_nothing_old_is_called_live(tmp_path: Path) -> None:
    record(tmp_path)
    told = tmp_path / "told.json"
    await run(
        argparse.Namespace(
            plan=str(tmp_path / "plan"),
            positions=str(tmp_path / "positions.csv"),
            inquiries=120,
            speed=SPEED,
            seed=1,
            json=str(told),
        )
    )
    figures = json.loads(told.read_text(encoding="utf-8"))
    assert figures["inquiries"] == 120
    assert figures["said_live_with_a_fix_older_than_90_s"] == 0
    assert figures["live_windows_with_known_arrival"] >= 20
    assert figures["held_share"] >= 0.7
