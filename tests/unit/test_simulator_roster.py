"""Made-up rosters: numbers that ring nowhere, files in the documented columns, places on runs that exist."""

import csv
from datetime import date
from pathlib import Path

import phonenumbers
import pytest

from busline.ids import RunId, StopId
from busline.people import Leg
from busline.timetable import Timetable
from feeds.plan.gtfs import read_gtfs
from feeds.simulator.blocks import make_plan
from feeds.simulator.district import build_district
from feeds.simulator.names import fictional_phone
from feeds.simulator.plan import Size
from feeds.simulator.plan_files import write_gtfs
from feeds.simulator.roster import write_roster_for_plan
from feeds.simulator.school_year import school_year_of
from tests.plan_builder import small_plan, stop_times, weekly, write_plan

DAY = date(2026, 11, 23)
SMALL = Size(buses=14, schools=6, students=500)


@pytest.fixture(scope="module")
def timetable(tmp_path_factory: pytest.TempPathFactory) -> Timetable:
    folder = tmp_path_factory.mktemp("plan")
    write_gtfs(make_plan(2, SMALL), school_year_of(DAY), folder)
    return read_gtfs(folder).timetable


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("number", [0, 99, 100, 1_999, 4_399, 4_400, 12_399, 12_400, 300_000])
def test_made_up_telephones_are_good_numbers_that_are_kept_for_fiction(number: int) -> None:
    phone = fictional_phone(number)
    parsed = phonenumbers.parse(phone)
    assert phonenumbers.is_valid_number(parsed)
    assert phone[5:8] == "555"
    if number < 4_400:
        assert 100 <= int(phone[8:]) <= 199


def test_telephones_differ_and_their_end_is_said() -> None:
    assert len({fictional_phone(number) for number in range(20_000)}) == 20_000
    with pytest.raises(ValueError, match="made-up telephones"):
        fictional_phone(400_000)


def test_the_districts_roster_has_the_documented_columns_and_its_own_runs(tmp_path: Path) -> None:
    district = build_district(seed=2, service_date=DAY, size=SMALL)
    district.write_roster(tmp_path)
    students = {row["student_id"] for row in _rows(tmp_path, "students")}
    schools = {row["school_id"] for row in _rows(tmp_path, "schools")}
    contacts = {row["contact_id"]: row for row in _rows(tmp_path, "contacts")}
    links = _rows(tmp_path, "links")
    rides = _rows(tmp_path, "rides")
    assert all(row["school_id"] in schools for row in _rows(tmp_path, "students"))
    assert {row["student_id"] for row in links} == students
    assert {row["may_ask"] for row in links} == {"yes", "no"}
    for row in rides:
        run = district.plan.runs[RunId(row["run_id"])]
        assert row["student_id"] in students
        assert row["stop_id"] in run.stop_ids
        assert row["leg"] == run.leg
        assert date.fromisoformat(row["start_date"]) <= DAY <= date.fromisoformat(row["end_date"])
        assert len(row["weekdays"]) == 7
    by_phone = {row["phone"]: contact_id for contact_id, row in contacts.items()}
    for family in district.families[:50]:
        linked = {row["student_id"] for row in links if row["contact_id"] == by_phone[family.phone]}
        assert linked == set(family.students)
        assert contacts[by_phone[family.phone]]["language"] == family.language
    assert district.stranger_phone not in by_phone


def test_a_roster_can_be_made_for_any_plan(timetable: Timetable, tmp_path: Path) -> None:
    summary = write_roster_for_plan(timetable, tmp_path, service_date=DAY, students=200, families=120, seed=5)
    rides = _rows(tmp_path, "rides")
    assert (summary.students, summary.contacts, summary.rides) == (200, 120, len(rides))
    assert len(_rows(tmp_path, "students")) == 200
    assert len(_rows(tmp_path, "contacts")) == 120
    assert sorted(id_ for family in summary.families for id_ in family.students) == [
        row["student_id"] for row in _rows(tmp_path, "students")
    ]
    for row in rides:
        run = timetable.runs[RunId(row["run_id"])]
        index = run.pattern.stop_ids.index(StopId(row["stop_id"]))
        if row["leg"] == Leg.TO_SCHOOL:
            assert run.start_seconds < 12 * 3600
            assert index < len(run) - 1
        else:
            assert run.start_seconds >= 12 * 3600
            assert index > 0
        assert row["weekdays"][DAY.weekday()] == "M"
        assert date.fromisoformat(row["start_date"]) < DAY < date.fromisoformat(row["end_date"])


def test_without_a_date_everybody_rides_on_every_kind_of_day(tmp_path: Path) -> None:
    days = {"weekday": "1111100", "saturday": "0000010"}
    plan = small_plan() | {
        "calendar.txt": [weekly(name, on) for name, on in days.items()],
        "calendar_dates.txt": [
            {"service_id": "holiday", "date": "20261126", "exception_type": 1},
            {"service_id": "weekday", "date": "20261126", "exception_type": 2},
        ],
        "trips.txt": [
            {"route_id": "R1", "service_id": name, "trip_id": name, "shape_id": "S1"} for name in (*days, "holiday")
        ],
        "stop_times.txt": [
            row for name in (*days, "holiday") for row in stop_times(name, ("A", "07:00:00"), ("C", "07:08:00"))
        ],
    }
    timetable = read_gtfs(write_plan(tmp_path / "plan", plan)).timetable
    write_roster_for_plan(timetable, tmp_path / "roster", students=20, families=10)
    rides = _rows(tmp_path / "roster", "rides")
    for on in (date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 28)):
        running = {run.run_id for run in timetable.runs_on(on)}
        today = [row for row in rides if RunId(row["run_id"]) in running]
        assert len(today) == len({row["student_id"] for row in today}) == 20
        assert all(row["start_date"] <= on.isoformat() <= row["end_date"] for row in today)
        assert all(row["weekdays"][on.weekday()] != "-" for row in today)


def test_a_roster_for_a_plan_is_the_same_each_time(timetable: Timetable, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_roster_for_plan(timetable, tmp_path / name, service_date=DAY, students=50, families=30, seed=5)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_a_date_without_runs_and_more_families_than_students_are_refused(timetable: Timetable, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no run on 2026-11-22"):
        write_roster_for_plan(timetable, tmp_path, service_date=date(2026, 11, 22))
    with pytest.raises(ValueError, match="cannot make 20 families"):
        write_roster_for_plan(timetable, tmp_path, service_date=DAY, students=10, families=20)
    assert not list(tmp_path.iterdir())
