"""The plan of a simulated district has the size and the shape of a real one, and the real import reads it."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from busline.people import Leg
from feeds.plan.gtfs import read_gtfs
from feeds.simulator.blocks import make_plan
from feeds.simulator.plan import SchoolPlan, Size
from feeds.simulator.plan_files import write_gtfs
from feeds.simulator.riders import people_of
from feeds.simulator.school_year import school_day_from, school_year_of

DAY = date(2026, 11, 23)


@pytest.fixture(scope="module", params=[1, 2, 5])
def plan(request: pytest.FixtureRequest) -> SchoolPlan:
    return make_plan(int(request.param))


def test_it_has_the_buses_runs_students_and_families_of_a_small_city(plan: SchoolPlan) -> None:
    people = people_of(plan)
    assert len({block.vehicle_id for block in plan.blocks}) >= 40
    assert len(plan.runs) >= 120
    assert sum(len(home.students) for home in people.households) >= 1_500
    assert len(people.households) >= 600


def test_mornings_end_at_a_school_before_its_bell_and_afternoons_begin_there(plan: SchoolPlan) -> None:
    for run in plan.runs.values():
        at_school = -1 if run.leg is Leg.TO_SCHOOL else 0
        assert run.stop_ids[at_school] == run.school.stop_id
        assert run.stop_ids.count(run.school.stop_id) == 1
        assert list(run.seconds) == sorted(run.seconds)
        assert all(at % 60 == 0 for at in run.seconds)
        if run.leg is Leg.TO_SCHOOL:
            assert run.ends < run.school.bell_seconds


def test_runs_last_as_long_as_school_runs_do(plan: SchoolPlan) -> None:
    minutes = sorted((run.ends - run.starts) / 60 for run in plan.runs.values())
    assert minutes[0] > 10
    assert 25 < minutes[len(minutes) // 2] < 45
    assert minutes[-1] < 75


def test_each_run_drives_along_streets_from_call_to_call(plan: SchoolPlan) -> None:
    for run in plan.runs.values():
        for a, b in zip(run.nodes, run.nodes[1:], strict=False):
            plan.city.link_between(a, b)
        assert [plan.stops[stop_id].node for stop_id in run.stop_ids] == [run.nodes[index] for index in run.call_at]
        assert run.call_at[0] == 0
        assert run.call_at[-1] == len(run.nodes) - 1


def test_a_bus_drives_up_to_three_schools_in_a_row_and_the_same_children_home(plan: SchoolPlan) -> None:
    lengths = Counter(len(block.runs) for block in plan.blocks)
    assert set(lengths) <= {1, 2, 3}
    assert lengths[2] + lengths[3] > 0.8 * len(plan.blocks)
    by_bus: dict[str, list[list[str]]] = {}
    for block in plan.blocks:
        by_bus.setdefault(block.vehicle_id, []).append([run.route_id for run in block.runs])
        for before, after in zip(block.runs, block.runs[1:], strict=False):
            assert before.ends < after.starts
        for hop, start, end in zip(
            block.hops,
            [block.yard, *(run.nodes[-1] for run in block.runs)],
            [*(run.nodes[0] for run in block.runs), block.yard],
            strict=True,
        ):
            assert (hop[0], hop[-1]) == (start, end)
    assert all(morning == afternoon for morning, afternoon in by_bus.values())


def test_brothers_and_sisters_wait_together_and_no_phone_belongs_to_two_homes(plan: SchoolPlan) -> None:
    people = people_of(plan)
    phones = [contact.phone for home in people.households for contact in (*home.may_ask, *home.barred)]
    assert len(phones) == len(set(phones))
    assert people.stranger_phone not in phones
    assert any(home.barred for home in people.households)
    assert any(len(home.may_ask) > 1 for home in people.households)
    assert any(len(home.students) > 1 for home in people.households)
    for home in people.households:
        assert len({student.seat.stop_id for student in home.students}) == 1
    ids = [student.student_id for home in people.households for student in home.students]
    assert len(ids) == len(set(ids))
    assert all(len(student_id) == 6 and student_id.isdigit() for student_id in ids)


def test_stops_carry_several_children_and_every_seat_is_taken(plan: SchoolPlan) -> None:
    people = people_of(plan)
    seated = Counter(
        (student.seat.morning, student.seat.stop_id) for home in people.households for student in home.students
    )
    for run in plan.runs.values():
        if run.leg is Leg.TO_SCHOOL:
            assert [seated[run.run_id, stop_id] for stop_id in run.stop_ids[:-1]] == list(run.riders[:-1])
            assert run.riders[-1] == sum(run.riders[:-1])
    assert sum(seated.values()) / len(seated) > 1.2


def test_the_real_import_reads_the_gtfs_folder_without_a_complaint(plan: SchoolPlan, tmp_path: Path) -> None:
    write_gtfs(plan, school_year_of(DAY), tmp_path)
    read = read_gtfs(tmp_path)
    assert read.notes == ()
    assert set(read.timetable.runs) == set(plan.runs)
    assert len(read.timetable.runs_on(DAY)) == len(plan.runs)
    assert not read.timetable.runs_on(date(2026, 11, 26))
    for block in plan.blocks:
        for planned in block.runs:
            run = read.timetable.runs[planned.run_id]
            assert run.planned_vehicle_id == block.vehicle_id
            assert run.block_id == block.block_id
            assert run.pattern.stop_ids == planned.stop_ids
            assert run.arrival_seconds.tolist() == list(planned.seconds)
            assert not run.pattern.approximate


def test_the_gtfs_folder_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    # `__wrapped__` goes past the cache, so that the plan is really made twice.
    for name in ("one", "two"):
        write_gtfs(
            make_plan.__wrapped__(3, Size(buses=12, schools=6, students=400)), school_year_of(DAY), tmp_path / name
        )
    for file in sorted((tmp_path / "one").iterdir()):
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_stops_are_named_after_the_streets_that_meet_there(plan: SchoolPlan, tmp_path: Path) -> None:
    write_gtfs(plan, school_year_of(DAY), tmp_path)
    with (tmp_path / "stops.txt").open(newline="") as file:
        names = [row["stop_name"] for row in csv.DictReader(file) if row["stop_id"].startswith("C")]
    assert len(names) > 300
    assert len(set(names)) > 0.97 * len(names)
    assert sum(" at " in name for name in names) > 0.9 * len(names)


@pytest.mark.parametrize(
    ("day", "kept"),
    [
        (date(2026, 11, 23), True),
        (date(2026, 11, 22), False),
        (date(2026, 11, 26), False),
        (date(2026, 11, 27), False),
        (date(2026, 12, 25), False),
        (date(2027, 1, 1), False),
        (date(2027, 1, 4), True),
        (date(2027, 5, 31), False),
        (date(2026, 7, 1), True),
    ],
)
def test_the_school_year_knows_weekends_and_holidays(day: date, kept: bool) -> None:
    assert school_year_of(day).keeps(day) is kept


def test_every_date_has_a_school_day_close_ahead() -> None:
    for ordinal in range(date(2024, 1, 1).toordinal(), date(2028, 1, 1).toordinal()):
        day = date.fromordinal(ordinal)
        assert (school_day_from(day) - day).days <= 12
