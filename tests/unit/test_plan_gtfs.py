"""Reading a plan: what a GTFS folder or zip comes to mean, and what refuses it."""

import struct
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from busline.ids import RunId, ServiceId, StopId
from feeds.plan import files as plan_files
from feeds.plan.gtfs import GtfsPlan, read_gtfs
from feeds.plan.problems import PlanRefusedError
from tests.plan_builder import Plan, shape, small_plan, stop, stop_times, weekly, write_plan, write_zip


def read(tmp_path: Path, plan: Plan) -> GtfsPlan:
    return read_gtfs(write_plan(tmp_path / "plan", plan))


def refusal(tmp_path: Path, plan: Plan) -> str:
    with pytest.raises(PlanRefusedError) as caught:
        read(tmp_path, plan)
    return str(caught.value)


def test_a_small_plan_is_read_with_its_stops_along_the_shape(tmp_path: Path) -> None:
    plan = read(tmp_path, small_plan())
    run = plan.timetable.runs[RunId("T1")]
    assert plan.notes == ()
    assert [run.call(index).stop_id for index in range(3)] == ["A", "B", "C"]
    assert run.pattern.stop_distance_m == pytest.approx([0, 1000, 2000], rel=1e-3)
    assert run.arrival_seconds.tolist() == [25_200, 25_440, 25_680]
    assert (run.route_name, run.block_id, run.headsign, run.direction_id) == ("1", "K1", "School", 0)
    assert not run.pattern.approximate


def test_runs_of_one_journey_share_one_pattern(tmp_path: Path) -> None:
    runs = read(tmp_path, small_plan()).timetable.runs
    assert runs[RunId("T1")].pattern is runs[RunId("T2")].pattern


def test_a_folder_a_zip_and_a_zip_of_a_folder_are_the_same_plan(tmp_path: Path) -> None:
    plan = small_plan()
    folder = read(tmp_path, plan)
    flat = read_gtfs(write_zip(tmp_path / "flat.zip", plan))
    nested = read_gtfs(write_zip(tmp_path / "nested.zip", plan, inside="export-2026/"))
    outer = tmp_path / "outer"
    write_plan(outer / "inner", plan)
    assert folder.sha256 == flat.sha256 == nested.sha256 == read_gtfs(outer).sha256


def test_a_change_of_one_time_is_another_plan(tmp_path: Path) -> None:
    changed = small_plan()
    changed["stop_times.txt"] = [{**row, "departure_time": "07:00:30"} if n == 0 else row
                                 for n, row in enumerate(changed["stop_times.txt"])]  # fmt: skip
    assert read(tmp_path, small_plan()).sha256 != read_gtfs(write_plan(tmp_path / "b", changed)).sha256


def test_a_byte_order_mark_windows_line_ends_blank_lines_and_padding_are_tolerated(tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "plan", small_plan())
    for file in folder.iterdir():
        lines = file.read_text(encoding="utf-8").splitlines()
        padded = "\r\n".join(" , ".join(line.split(",")) for line in lines)
        file.write_bytes(b"\xef\xbb\xbf" + padded.encode() + b"\r\n\r\n  \r\n")
    plan = read_gtfs(folder)
    assert sorted(plan.timetable.runs) == ["T1", "T2"]
    assert plan.timetable.runs[RunId("T1")].arrival_seconds.tolist() == [25_200, 25_440, 25_680]


def test_times_past_midnight_stay_on_their_service_day(tmp_path: Path) -> None:
    plan = small_plan()
    plan["stop_times.txt"] = stop_times("T1", ("A", "23:50:00"), ("B", "24:10:00"), ("C", "25:00:30"))
    run = read(tmp_path, plan).timetable.runs[RunId("T1")]
    assert run.arrival_seconds.tolist() == [85_800, 87_000, 90_030]


def test_missing_times_are_spread_by_distance(tmp_path: Path) -> None:
    plan = small_plan()
    plan["stops.txt"] = [stop("A", 0, 0), stop("B", 500, 0), stop("C", 2000, 0)]
    plan["stop_times.txt"] = stop_times("T1", ("A", "07:00:00"), ("B", ""), ("C", "07:08:00"))
    run = read(tmp_path, plan).timetable.runs[RunId("T1")]
    assert run.arrival_seconds.tolist() == [25_200, 25_320, 25_680]
    assert run.departure_seconds.tolist() == [25_200, 25_320, 25_680]


def test_one_of_arrival_and_departure_stands_for_both(tmp_path: Path) -> None:
    plan = small_plan()
    plan["stop_times.txt"] = [
        {**row, "arrival_time": "" if row["stop_sequence"] == 1 else row["arrival_time"]}
        for row in stop_times("T1", ("A", "07:00:00"), ("B", "07:04:00"), ("C", "07:08:00"))
    ]
    assert read(tmp_path, plan).timetable.runs[RunId("T1")].arrival_seconds[0] == 25_200


def test_rows_in_any_order_are_put_in_the_order_of_their_sequence(tmp_path: Path) -> None:
    plan = small_plan()
    plan["stop_times.txt"] = list(reversed(plan["stop_times.txt"]))
    plan["shapes.txt"] = list(reversed(plan["shapes.txt"]))
    run = read(tmp_path, plan).timetable.runs[RunId("T2")]
    assert run.pattern.stop_ids == ("A", "B", "C")
    assert run.arrival_seconds.tolist() == sorted(run.arrival_seconds.tolist())


def test_a_stop_visited_twice_is_snapped_to_two_places(tmp_path: Path) -> None:
    plan = small_plan()
    plan["shapes.txt"] = shape("S1", (0, 0), (1000, 0), (1000, 800), (1000, 0), (2000, 0))
    plan["stops.txt"] = [stop("A", 0, 0), stop("B", 1000, 5), stop("C", 1000, 800), stop("D", 2000, 0)]
    plan["stop_times.txt"] = stop_times(
        "T1", ("A", "07:00:00"), ("B", "07:03:00"), ("C", "07:06:00"), ("B", "07:09:00"), ("D", "07:12:00")
    )
    run = read(tmp_path, plan).timetable.runs[RunId("T1")]
    assert run.pattern.stop_distance_m == pytest.approx([0, 1000, 1800, 2600, 3600], abs=6)
    second = run.call_at(StopId("B"), 4)
    assert second is not None
    assert second.distance_m == pytest.approx(2600, rel=2e-3)


def test_planned_times_choose_between_two_equal_passes_of_a_street(tmp_path: Path) -> None:
    plan = small_plan()
    plan["shapes.txt"] = shape("S1", (0, 0), (3000, 0), (0, 0))
    plan["stops.txt"] = [stop("A", 0, 0), stop("B", 500, 0), stop("C", 0, 0)]
    plan["trips.txt"] = [{**row, "trip_id": name} for row, name in zip(plan["trips.txt"], ("OUT", "BACK"), strict=True)]
    plan["stop_times.txt"] = [
        *stop_times("OUT", ("A", "07:00:00"), ("B", "07:02:00"), ("C", "07:24:00")),
        *stop_times("BACK", ("A", "07:00:00"), ("B", "07:22:00"), ("C", "07:24:00")),
    ]
    plan["shapes.txt"] = [*plan["shapes.txt"], *shape("S2", (0, 0), (3000, 0), (0, 0))]
    plan["trips.txt"] = [plan["trips.txt"][0], {**plan["trips.txt"][1], "shape_id": "S2"}]
    runs = read(tmp_path, plan).timetable.runs
    assert runs[RunId("OUT")].pattern.stop_distance_m[1] == pytest.approx(500, abs=5)
    assert runs[RunId("BACK")].pattern.stop_distance_m[1] == pytest.approx(5500, abs=5)


def test_the_plans_own_distances_outweigh_its_times(tmp_path: Path) -> None:
    plan = small_plan()
    plan["shapes.txt"] = [{**row, "shape_dist_traveled": km} for row, km in
                          zip(shape("S1", (0, 0), (3000, 0), (0, 0)), (0, 3, 6), strict=True)]  # fmt: skip
    plan["stops.txt"] = [stop("A", 0, 0), stop("B", 500, 0), stop("C", 0, 0)]
    calls = stop_times("T1", ("A", "07:00:00"), ("B", "07:02:00"), ("C", "07:24:00"))
    plan["stop_times.txt"] = [{**row, "shape_dist_traveled": km} for row, km in zip(calls, (0, 5.5, 6), strict=True)]
    run = read(tmp_path, plan).timetable.runs[RunId("T1")]
    assert run.pattern.stop_distance_m[1] == pytest.approx(5500, abs=5)


def test_without_a_shape_straight_lines_stand_in_and_are_marked(tmp_path: Path) -> None:
    plan = small_plan()
    del plan["shapes.txt"]
    read_plan = read(tmp_path, plan)
    pattern = read_plan.timetable.runs[RunId("T1")].pattern
    assert pattern.approximate
    assert pattern.stop_distance_m == pytest.approx([0, 1000, 2000], rel=1e-3)
    assert "shape 'S1' is not in shapes.txt for 2 trips" in str(read_plan.notes[0])


def test_calls_all_at_one_place_still_have_a_path(tmp_path: Path) -> None:
    plan = small_plan()
    del plan["shapes.txt"]
    plan["stops.txt"] = [stop("A", 0, 0), stop("B", 0, 0), stop("C", 0, 0)]
    pattern = read(tmp_path, plan).timetable.runs[RunId("T1")].pattern
    assert len(pattern.path_xy) == 2
    assert np.all(np.diff(pattern.path_distance_m) > 0)
    assert pattern.stop_distance_m.tolist() == [0, 0, 0]


def test_a_stop_far_from_the_shape_is_noted_and_its_neighbours_stay_put(tmp_path: Path) -> None:
    plan = small_plan()
    plan["stops.txt"] = [stop("A", 0, 5), stop("B", 1000, 400), stop("C", 2000, 5)]
    read_plan = read(tmp_path, plan)
    assert "stop 'B' lies 400 m from its place on shape 'S1'" in str(read_plan.notes[0])
    assert read_plan.timetable.runs[RunId("T1")].pattern.stop_distance_m[2] == pytest.approx(2000, rel=1e-3)


def test_a_shape_that_ends_short_of_its_stops_is_led_on_to_them(tmp_path: Path) -> None:
    plan = small_plan()
    plan["shapes.txt"] = shape("S1", (0, 0), (1500, 0))
    plan["stops.txt"] = [stop("A", -300, 0), stop("B", 1000, 5), stop("D", 1400, 5), stop("C", 2000, 0)]
    plan["stop_times.txt"] = stop_times(
        "T1", ("A", "07:00:00"), ("B", "07:04:00"), ("D", "07:06:00"), ("C", "07:08:00")
    )
    read_plan = read(tmp_path, plan)
    pattern = read_plan.timetable.runs[RunId("T1")].pattern
    assert pattern.stop_distance_m == pytest.approx([0, 1300, 1700, 2300], rel=1e-3)
    assert str(read_plan.notes[-1]).startswith("shapes.txt: shape 'S1' ends short of 2 of its stops")


def test_a_shape_that_passes_few_of_its_stops_is_not_used(tmp_path: Path) -> None:
    plan = small_plan()
    plan["shapes.txt"] = shape("S1", (0, 0), (0, 5000))
    read_plan = read(tmp_path, plan)
    assert read_plan.timetable.runs[RunId("T1")].pattern.approximate
    assert "2 of 3 stops of shape 'S1' lie over 100 m from it" in str(read_plan.notes[0])


def test_shape_points_at_the_origin_of_the_map_are_left_out(tmp_path: Path) -> None:
    plan = small_plan()
    null_island = {"shape_id": "S1", "shape_pt_lat": 0, "shape_pt_lon": 0, "shape_pt_sequence": 99}
    plan["shapes.txt"] = [*plan["shapes.txt"], null_island]
    read_plan = read(tmp_path, plan)
    assert read_plan.timetable.area.south > 42
    assert "1 points have no place" in str(read_plan.notes[0])


def test_a_service_known_only_by_its_dates_runs_on_those(tmp_path: Path) -> None:
    plan = small_plan()
    del plan["calendar.txt"]
    plan["calendar_dates.txt"] = [
        {"service_id": "school", "date": "20260908", "exception_type": 1},
        {"service_id": "school", "date": "20260912", "exception_type": 1},
    ]
    calendar = read(tmp_path, plan).timetable.calendar
    going = [day for day in range(1, 31) if calendar.runs_on(ServiceId("school"), date(2026, 9, day))]
    assert going == [8, 12]


def test_exceptions_add_and_remove_days_of_a_weekly_service(tmp_path: Path) -> None:
    plan = small_plan()
    plan["calendar.txt"] = [weekly("school", "1111100", "20260907", "20260920")]
    plan["calendar_dates.txt"] = [
        {"service_id": "school", "date": "20260907", "exception_type": 2},
        {"service_id": "school", "date": "20260926", "exception_type": 1},
    ]
    calendar = read(tmp_path, plan).timetable.calendar
    going = [day for day in range(1, 31) if calendar.runs_on(ServiceId("school"), date(2026, 9, day))]
    assert going == [8, 9, 10, 11, 14, 15, 16, 17, 18, 26]


def test_the_planned_bus_of_a_block_reaches_its_runs(tmp_path: Path) -> None:
    plan = small_plan()
    plan["vehicle_assignments.txt"] = [
        {"block_id": "K1", "vehicle_id": "B204"},
        {"block_id": "K9", "vehicle_id": "B205"},
    ]
    read_plan = read(tmp_path, plan)
    assert {run.planned_vehicle_id for run in read_plan.timetable.runs.values()} == {"B204"}
    assert "no trip is of block 'K9'" in str(read_plan.notes[0])


def test_a_repeated_trip_becomes_one_run_a_repeat(tmp_path: Path) -> None:
    plan = small_plan()
    plan["frequencies.txt"] = [
        {"trip_id": "T1", "start_time": "08:00:00", "end_time": "08:30:00", "headway_secs": 600, "exact_times": 1}
    ]
    timetable = read(tmp_path, plan).timetable
    assert sorted(timetable.runs) == ["T1@08:00:00", "T1@08:10:00", "T1@08:20:00", "T2"]
    assert timetable.runs[RunId("T1@08:10:00")].arrival_seconds.tolist() == [29_400, 29_640, 29_880]


def test_a_trip_with_one_call_is_left_out_with_a_note(tmp_path: Path) -> None:
    plan = small_plan()
    plan["stop_times.txt"] = [row for row in plan["stop_times.txt"] if row["trip_id"] == "T1" or row["stop_id"] == "A"]
    read_plan = read(tmp_path, plan)
    assert list(read_plan.timetable.runs) == ["T1"]
    assert str(read_plan.notes[0]) == "trips.txt line 3: trip 'T2' has fewer than two stop times and was left out."


def test_every_fault_is_told_at_once_with_file_line_and_reason(tmp_path: Path) -> None:
    plan = small_plan()
    plan["stop_times.txt"] = [
        *stop_times("T1", ("A", "07:00:00"), ("B", "06:59:00"), ("Z", "7 o'clock"), ("C", "")),
        *stop_times("T7", ("A", "07:00:00")),
    ]
    plan["routes.txt"] = [{"route_id": "other"}]
    plan["agency.txt"] = [{"agency_timezone": "Mars/Olympus"}]
    text = refusal(tmp_path, plan)
    assert text.startswith("The plan was refused for 9 problems, and nothing was changed.")
    for line in (
        "agency.txt line 2: agency_timezone 'Mars/Olympus' is no time zone",
        "trips.txt line 2: trip 'T1' is of route 'R1', which routes.txt lacks.",
        "stop_times.txt line 4: stop_id 'Z' is not in stops.txt",
        'stop_times.txt line 4: arrival_time "7 o\'clock" is not a time like 07:05:00',
        "stop_times.txt line 6: trip_id 'T7' is not in trips.txt.",
        "stop_times.txt line 5: the first and the last stop of trip 'T1' need a time.",
    ):
        assert line in text


def test_a_listing_of_faults_is_cut_at_twenty_and_counts_the_rest(tmp_path: Path) -> None:
    plan = small_plan()
    strangers = [row for n in range(300) for row in stop_times(f"X{n}", ("A", "07:00:00"))]
    plan["stop_times.txt"] = [*plan["stop_times.txt"], *strangers]
    text = refusal(tmp_path, plan)
    assert "refused for 300 problems" in text
    assert text.endswith("and 280 more")
    assert len(text.splitlines()) == 22


@pytest.mark.parametrize(
    ("file", "rows", "told"),
    [
        ("calendar.txt", [weekly("other")], "goes by service 'school', which no calendar file names"),
        ("calendar.txt", [weekly("school", "11111x0")], "saturday must be 0 or 1"),
        ("calendar.txt", [weekly("school"), weekly("school")], "service 'school' stands here a second time"),
        ("calendar.txt", [weekly("school", start="20261301")], "start_date '20261301' is not a date"),
        ("stops.txt", [stop("A", 0, 0), stop("A", 1, 1)], "stop 'A' stands here a second time"),
        ("stops.txt", [{"stop_id": "A", "stop_lat": 0, "stop_lon": 0}], "stop 'A' has no place on Earth"),
        ("stops.txt", [{"stop_id": "A", "stop_lat": "nan", "stop_lon": 2}], "stop_lat 'nan' is not a number"),
        ("stops.txt", [{"stop_id": "A", "stop_lat": 91, "stop_lon": 2}], "stop 'A' has no place on Earth"),
        ("stops.txt", [{"stop_id": "A", "stop_lat": 1}], "lacks the column stop_lon"),
        ("agency.txt", [], "is empty; not even a header line is there"),
        ("shapes.txt", [*shape("S1", (0, 0), (1, 1)), *shape("S1", (0, 0))], "has shape_pt_sequence 0 twice"),
        ("calendar_dates.txt", [{"service_id": "s", "date": "20260101", "exception_type": 3}], "must be 1 (added)"),
        ("frequencies.txt", [{"trip_id": "T1", "start_time": "08:00:00", "end_time": "08:30:00", "headway_secs": 0}],
         "a headway_secs above 0"),
        ("vehicle_assignments.txt", [{"block_id": "K1", "vehicle_id": "1"}, {"block_id": "K1", "vehicle_id": "2"}],
         "block 'K1' has a vehicle already"),
        ("stop_times.txt", [*stop_times("T1", ("A", "07:00:00")), *stop_times("T1", ("C", "07:02:00"))],
         "trip 'T1' has stop_sequence 1 twice"),
    ],
)  # fmt: skip
def test_what_cannot_be_known_refuses_the_plan(
    tmp_path: Path, file: str, rows: list[dict[str, object]], told: str
) -> None:
    plan = small_plan()
    plan[file] = rows
    assert told in refusal(tmp_path, plan)


def test_bytes_that_are_no_text_are_told_by_line(tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "plan", small_plan())
    (folder / "stops.txt").write_bytes(b"stop_id,stop_lat,stop_lon\nA,42.3,-71.1\nCaf\xe9,42.3,-71.1\n")
    (folder / "routes.txt").write_bytes(b"route_id\nR1\0\n")
    with pytest.raises(PlanRefusedError) as caught:
        read_gtfs(folder)
    assert "stops.txt line 3: byte 0xe9 is not UTF-8" in str(caught.value)
    assert "routes.txt line 2: holds a NUL byte" in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    plan = small_plan()
    del plan["trips.txt"], plan["calendar.txt"]
    text = refusal(tmp_path, plan)
    assert "trips.txt: is missing." in text
    assert "calendar.txt: is missing, and so is calendar_dates.txt" in text


def test_what_is_no_zip_is_refused_in_words(tmp_path: Path) -> None:
    page = tmp_path / "gtfs.zip"
    page.write_text("<html>moved</html>")
    with pytest.raises(PlanRefusedError, match="is not a zip file, or is cut short"):
        read_gtfs(page)
    with pytest.raises(PlanRefusedError, match="There is no file or folder"):
        read_gtfs(tmp_path / "absent.zip")


def test_a_zip_cut_short_is_refused(tmp_path: Path) -> None:
    whole = write_zip(tmp_path / "whole.zip", small_plan()).read_bytes()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PlanRefusedError, match="cut short"):
        read_gtfs(cut)


def test_a_zip_that_says_it_unpacks_to_too_much_is_refused_before_unpacking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_files, "MAX_UNPACKED_BYTES", 1024**2)
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("stops.txt", b"0" * (2 * 1024**2))
    with pytest.raises(PlanRefusedError, match="unpacks to more than 1 MB"):
        read_gtfs(bomb)


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_files, "MAX_UNPACKED_BYTES", 1024**2)
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("stops.txt", b"0" * (2 * 1024**2))
    body = bytearray(bomb.read_bytes())
    directory = body.rfind(b"PK\x01\x02")
    struct.pack_into("<I", body, directory + 24, 100)
    bomb.write_bytes(body)
    with pytest.raises(PlanRefusedError):
        read_gtfs(bomb)


def test_a_zip_of_too_many_entries_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_files, "MAX_ENTRIES", 3)
    with pytest.raises(PlanRefusedError, match="holds 7 entries; a plan has at most 3"):
        read_gtfs(write_zip(tmp_path / "many.zip", small_plan()))
