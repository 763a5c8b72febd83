"""What staff are told a new plan changes."""

from pathlib import Path

import pytest

from busline.plan_diff import plan_diff
from busline.timetable import Timetable
from feeds.plan.gtfs import read_gtfs
from tests.plan_builder import Plan, Rows, shape, small_plan, stop, stop_times, weekly, write_plan


def timetable(folder: Path, plan: Plan) -> Timetable:
    return read_gtfs(write_plan(folder, plan)).timetable


def changed(tmp_path: Path, changes: dict[str, Rows]) -> tuple[str, ...]:
    old = timetable(tmp_path / "old", small_plan())
    return plan_diff(old, timetable(tmp_path / "new", small_plan() | changes)).lines()


T1 = stop_times("T1", ("A", "07:00:00"), ("B", "07:04:00"), ("C", "07:08:00"))
T2 = stop_times("T2", ("A", "07:30:00"), ("B", "07:34:00"), ("C", "07:38:00"))
TRIP = {"route_id": "R1", "service_id": "school", "block_id": "K1", "shape_id": "S1", "trip_headsign": "School",
        "direction_id": "0"}  # fmt: skip


def test_the_first_plan_is_told_by_its_size(tmp_path: Path) -> None:
    diff = plan_diff(None, timetable(tmp_path, small_plan()))
    assert diff.lines() == ("The first plan: 2 runs, 3 stops, 1 service.",)


def test_an_equal_plan_changes_nothing(tmp_path: Path) -> None:
    assert changed(tmp_path, {}) == ("No change: 2 runs as before.",)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"stop_times.txt": T1}, ("1 run removed: T2",)),
        (
            {"stop_times.txt": [*T1, *stop_times("T2", ("A", "07:31:00"), ("B", "07:34:00"), ("C", "07:38:00"))]},
            ("1 run at other times: T2",),
        ),
        (
            {"stop_times.txt": [*T1, *stop_times("T2", ("A", "07:30:00"), ("C", "07:38:00"))]},
            ("1 run by other stops or another path: T2",),
        ),
        (
            {"shapes.txt": shape("S1", (0, 0), (500, 90), (1500, 90), (2000, 0))},
            ("2 runs by other stops or another path: T1, T2",),
        ),
        (
            {"calendar.txt": [weekly("school", "1111000")]},
            ("2 runs on other days: T1, T2", "1 service on other days: school"),
        ),
        (
            {"trips.txt": [TRIP | {"trip_id": "T1"}, TRIP | {"trip_id": "T2", "block_id": "K2"}]},
            ("1 run with another route, headsign or block: T2",),
        ),
        (
            {"vehicle_assignments.txt": [{"block_id": "K1", "vehicle_id": "9"}]},
            ("2 runs with another planned bus: T1, T2",),
        ),
        ({"stops.txt": [stop("A", 0, 5), stop("B", 1010, 5), stop("C", 2000, 5)]}, ("1 stop moved: B",)),
    ],
)
def test_each_kind_of_change_is_one_line(tmp_path: Path, changes: dict[str, Rows], told: tuple[str, ...]) -> None:
    assert changed(tmp_path, changes) == told


def test_a_far_new_stop_moves_the_plane_and_no_path(tmp_path: Path) -> None:
    far: dict[str, Rows] = {
        "stops.txt": [*small_plan()["stops.txt"], stop("Z", 0, 30_000)],
        "trips.txt": [*small_plan()["trips.txt"], TRIP | {"trip_id": "T3", "shape_id": ""}],
        "stop_times.txt": [*T1, *T2, *stop_times("T3", ("A", "08:00:00"), ("Z", "09:00:00"))],
    }
    assert changed(tmp_path, far) == ("1 run added: T3", "1 stop added: Z")


def test_a_long_list_is_cut_and_counted(tmp_path: Path) -> None:
    trips = [TRIP | {"trip_id": f"N{n}"} for n in range(9)]
    times = [row for n in range(9) for row in stop_times(f"N{n}", ("A", "09:00:00"), ("C", "09:10:00"))]
    many: dict[str, Rows] = {
        "trips.txt": [*small_plan()["trips.txt"], *trips],
        "stop_times.txt": [*T1, *T2, *times],
    }
    assert changed(tmp_path, many) == ("9 runs added: N0, N1, N2, N3, N4 and 4 more",)
