"""Writes small GTFS folders for tests: a plan is a dict of file name to rows, changed where a test needs it."""

import csv
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

Rows = Sequence[Mapping[str, object]]
Plan = dict[str, Rows]

LAT, LON = 42.3, -71.1
"""The south-west corner of the little town that the plans of the tests lie in."""
LAT_PER_M, LON_PER_M = 1 / 111_195.08, 1 / (111_195.08 * 0.7396311)


def place(x_m: float, y_m: float) -> tuple[float, float]:
    """Degrees of a point so many metres east and north of the corner."""
    return LAT + y_m * LAT_PER_M, LON + x_m * LON_PER_M


def stop(stop_id: str, x_m: float, y_m: float) -> dict[str, object]:
    """A row of stops.txt."""
    lat, lon = place(x_m, y_m)
    return {"stop_id": stop_id, "stop_name": f"Stop {stop_id}", "stop_lat": lat, "stop_lon": lon}


def shape(shape_id: str, *points_m: tuple[float, float]) -> list[dict[str, object]]:
    """Rows of shapes.txt through points given in metres east and north."""
    rows: list[dict[str, object]] = []
    for sequence, (x_m, y_m) in enumerate(points_m):
        lat, lon = place(x_m, y_m)
        rows.append({"shape_id": shape_id, "shape_pt_lat": lat, "shape_pt_lon": lon, "shape_pt_sequence": sequence})
    return rows


def stop_times(trip_id: str, *calls: tuple[str, str]) -> list[dict[str, object]]:
    """Rows of stop_times.txt from (stop_id, time); an empty time is one the plan leaves out."""
    return [
        {"trip_id": trip_id, "arrival_time": time, "departure_time": time, "stop_id": stop_id, "stop_sequence": index}
        for index, (stop_id, time) in enumerate(calls, start=1)
    ]


def weekly(service_id: str, days: str = "1111100", start: str = "20260901", end: str = "20270630") -> dict[str, object]:
    """A row of calendar.txt; `days` has one digit a day, Monday first."""
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return {"service_id": service_id, **dict(zip(names, days, strict=True)), "start_date": start, "end_date": end}


def small_plan() -> Plan:
    """Two runs of one journey along a street two kilometres long, half an hour apart, on school mornings."""
    calls = ("07:00:00", "07:04:00", "07:08:00")
    later = ("07:30:00", "07:34:00", "07:38:00")
    return {
        "agency.txt": [{"agency_name": "Town", "agency_url": "https://x", "agency_timezone": "America/New_York"}],
        "calendar.txt": [weekly("school")],
        "routes.txt": [{"route_id": "R1", "route_short_name": "1", "route_long_name": "Main", "route_type": "3"}],
        "stops.txt": [stop("A", 0, 5), stop("B", 1000, 5), stop("C", 2000, 5)],
        "shapes.txt": shape("S1", (0, 0), (500, 0), (1500, 0), (2000, 0)),
        "trips.txt": [
            {"route_id": "R1", "service_id": "school", "trip_id": trip_id, "block_id": "K1", "shape_id": "S1",
             "trip_headsign": "School", "direction_id": "0"}
            for trip_id in ("T1", "T2")
        ],
        "stop_times.txt": [
            *stop_times("T1", *zip("ABC", calls, strict=True)),
            *stop_times("T2", *zip("ABC", later, strict=True)),
        ],
    }  # fmt: skip


def write_plan(folder: Path, plan: Plan) -> Path:
    """Write a plan as a GTFS folder; columns are those of any row, in order of appearance."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in plan.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def write_zip(path: Path, plan: Plan, *, inside: str = "") -> Path:
    """Write a plan as a zip, its files under the folder `inside` where one is named."""
    folder = write_plan(path.with_suffix(""), plan)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{inside}{file.name}")
    return path
