"""What the simulator takes for real, held against what New York and Boston recorded. Needs `../shared/data`."""

import csv
import gzip
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from feeds.simulator.mishaps import REPORTED_DELAYS, REPORTED_PERCENTILES, Cause
from feeds.simulator.term import BOSTON_LATE

SCHOOL = Path(__file__).parents[3] / "shared" / "data" / "school"
pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not SCHOOL.is_dir(), reason="the recorded data is not here"),
]
CAUSES = {
    "Heavy Traffic": Cause.HEAVY_TRAFFIC,
    "Other": Cause.OTHER,
    "Mechanical Problem": Cause.MECHANICAL,
    "Weather Conditions": Cause.WEATHER,
    "Late return from Field Trip": Cause.FIELD_TRIP,
    "Won`t Start": Cause.WONT_START,
    "Flat Tire": Cause.FLAT_TIRE,
    "Problem Run": Cause.PROBLEM_RUN,
    "Delayed by School": Cause.SCHOOL,
    "Accident": Cause.ACCIDENT,
}


def test_causes_and_delays_are_as_often_and_as_long_as_new_york_reported_them() -> None:
    minutes: defaultdict[str, list[float]] = defaultdict(list)
    with gzip.open(SCHOOL / "nyc" / "bus_delays_2015-2018_SDSdata.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            minutes[row["reason"]].append(float(row["delay_duration"]))
    reports = sum(len(delays) for delays in minutes.values())
    assert {CAUSES[reason] for reason in minutes if reason in CAUSES} == set(REPORTED_DELAYS)
    for reason, cause in CAUSES.items():
        share, percentiles = REPORTED_DELAYS[cause]
        assert share == pytest.approx(len(minutes[reason]) / reports, abs=0.001)
        assert percentiles == pytest.approx(np.percentile(minutes[reason], REPORTED_PERCENTILES), abs=1)


def test_the_shares_of_late_buses_are_bostons() -> None:
    with (SCHOOL / "boston" / "tripsPerDay.csv").open(encoding="utf-8") as file:
        trips = {row["date"]: int(row["total.trips"]) for row in csv.DictReader(file)}
    late: defaultdict[str, dict[int, int]] = defaultdict(dict)
    with (SCHOOL / "boston" / "lateTrips.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            late[row["date"]][int(row["five_late"])] = int(row["count"])
    first = sorted(trips)[:20]
    for week, shares in BOSTON_LATE.items():
        days = first[5 * week - 5 : 5 * week]
        total = sum(trips[day] for day in days)
        recorded = [
            sum(count for day in days for minutes, count in late[day].items() if minutes > limit) / total
            for limit in (0, 5, 10, 30)
        ]
        assert shares == pytest.approx(recorded, abs=0.0006)
