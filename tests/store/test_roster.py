"""Importing a roster into a real PostgreSQL: all of it or nothing."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from busline.store.plans import save_plan
from busline.store.pool import Pool
from feeds.plan.gtfs import read_gtfs
from feeds.roster.csv_roster import import_roster
from feeds.roster.report import RosterReport
from tests.plan_builder import Plan, Rows, shape, small_plan, stop, stop_times, weekly, write_plan

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)

RIDE: dict[str, object] = {
    "student_id": "100", "run_id": "T1", "stop_id": "A", "stop_sequence": "", "leg": "to_school",
    "weekdays": "MTWRF--", "start_date": "2026-09-08", "end_date": "2027-06-18",
}  # fmt: skip


def student(student_id: str, school_id: str = "s1") -> dict[str, object]:
    return {"student_id": student_id, "school_id": school_id, "given_name": "Ada", "family_name": "Lee", "grade": "4"}


def small_roster() -> Plan:
    """Two schools, three students, two contacts, one of whom may ask about two students, and two rides."""
    return {
        "schools.csv": [
            {"school_id": "s1", "name": "North School", "phone": "(617) 555-0142"},
            {"school_id": "s2", "name": "South School", "phone": ""},
        ],
        "students.csv": [student("100"), student("101"), student("102", "s2")],
        "contacts.csv": [
            {"contact_id": "c1", "phone": "617-555-0100", "language": "en"},
            {"contact_id": "c2", "phone": "+16175550101", "language": "es"},
        ],
        "links.csv": [
            {"contact_id": "c1", "student_id": "100", "may_ask": "yes"},
            {"contact_id": "c1", "student_id": "101", "may_ask": "yes"},
            {"contact_id": "c2", "student_id": "102", "may_ask": "no"},
        ],
        "rides.csv": [RIDE, RIDE | {"student_id": "101", "stop_id": "B", "weekdays": "M-W-F--"}],
    }


async def put_in_force(pool: Pool, tmp_path: Path, plan: Plan) -> None:
    read = read_gtfs(write_plan(tmp_path / "plan", plan))
    await save_plan(pool, read.timetable, read.sha256, "test", NOW)


@pytest.fixture
async def planned(pool: Pool, tmp_path: Path) -> Pool:
    """A database with the small plan in force."""
    await put_in_force(pool, tmp_path, small_plan())
    return pool


async def bring(pool: Pool, folder: Path, changes: dict[str, Rows] | None = None, *, dry_run: bool = False,
                allow_shrink: bool = True) -> RosterReport:  # fmt: skip
    write_plan(folder, small_roster() | (changes or {}))
    return await import_roster(pool, folder, now=NOW, dry_run=dry_run, allow_shrink=allow_shrink)


async def everything(pool: Pool) -> dict[str, list[tuple[object, ...]]]:
    """The roster in force, row by row."""
    tables = {
        "school": "select * from school order by 1",
        "student": "select * from student order by 1",
        "contact": "select * from contact order by 1",
        "link": "select * from link order by 1, 2",
        "ride": "select student_id, run_id, stop_id, stop_sequence, leg, weekdays, start_date, end_date from ride "
        "order by student_id, start_date",
    }
    return {name: [tuple(row) for row in await pool.fetch(query)] for name, query in tables.items()}


async def test_a_first_roster_is_in_force_as_written(planned: Pool, tmp_path: Path) -> None:
    report = await bring(planned, tmp_path / "roster")
    assert report.lines() == (
        "schools: 2 added, 0 changed, 0 removed, 0 unchanged",
        "students: 3 added, 0 changed, 0 removed, 0 unchanged",
        "contacts: 2 added, 0 changed, 0 removed, 0 unchanged",
        "links: 3 added, 0 changed, 0 removed, 0 unchanged",
        "rides: 2 added, 0 changed, 0 removed, 0 unchanged",
        "The roster is in force.",
    )
    assert await everything(planned) == {
        "school": [("s1", "North School", "+16175550142"), ("s2", "South School", None)],
        "student": [(*row, "Ada", "Lee", "4") for row in (("100", "s1"), ("101", "s1"), ("102", "s2"))],
        "contact": [("c1", "+16175550100", "en"), ("c2", "+16175550101", "es")],
        "link": [("c1", "100", True), ("c1", "101", True), ("c2", "102", False)],
        "ride": [
            ("100", "T1", "A", None, "to_school", 0b0011111, date(2026, 9, 8), date(2027, 6, 18)),
            ("101", "T1", "B", None, "to_school", 0b0010101, date(2026, 9, 8), date(2027, 6, 18)),
        ],
    }  # fmt: skip


async def test_the_same_roster_again_changes_nothing(planned: Pool, tmp_path: Path) -> None:
    await bring(planned, tmp_path / "roster")
    before = await everything(planned)
    report = await bring(planned, tmp_path / "roster", allow_shrink=False)
    assert {(file.added, file.changed, file.removed) for file in report.diff} == {(0, 0, 0)}
    assert report.applied
    assert await everything(planned) == before


async def test_leavers_leave_newcomers_come_and_the_rest_is_updated(planned: Pool, tmp_path: Path) -> None:
    await bring(planned, tmp_path / "one")
    report = await bring(
        planned,
        tmp_path / "two",
        {
            "schools.csv": [{"school_id": "s1", "name": "North Academy"}, {"school_id": "s3", "name": "West School"}],
            "students.csv": [student("100"), student("102", "s3"), student("103")],
            "links.csv": [
                {"contact_id": "c1", "student_id": "100", "may_ask": "no"},
                {"contact_id": "c2", "student_id": "103", "may_ask": "YES"},
            ],
            "rides.csv": [RIDE, RIDE | {"student_id": "103", "leg": "from_school", "run_id": "T2", "stop_id": "C"}],
        },
    )
    assert [str(file) for file in report.diff] == [
        "schools: 1 added, 1 changed, 1 removed, 0 unchanged",
        "students: 1 added, 1 changed, 1 removed, 1 unchanged",
        "contacts: 0 added, 0 changed, 0 removed, 2 unchanged",
        "links: 1 added, 1 changed, 2 removed, 0 unchanged",
        "rides: 1 added, 0 changed, 1 removed, 1 unchanged",
    ]
    after = await everything(planned)
    assert [row[0] for row in after["student"]] == ["100", "102", "103"]
    assert after["link"] == [("c1", "100", False), ("c2", "103", True)]
    assert [row[0] for row in after["ride"]] == ["100", "103"]


async def test_two_contacts_can_exchange_their_phones(planned: Pool, tmp_path: Path) -> None:
    await bring(planned, tmp_path / "one")
    await bring(
        planned,
        tmp_path / "two",
        {
            "contacts.csv": [
                {"contact_id": "c1", "phone": "+16175550101", "language": "en"},
                {"contact_id": "c2", "phone": "(617) 555-0100", "language": "es"},
            ]
        },
    )
    assert (await everything(planned))["contact"] == [("c1", "+16175550101", "en"), ("c2", "+16175550100", "es")]


async def test_a_phone_can_go_from_a_leaver_to_a_newcomer(planned: Pool, tmp_path: Path) -> None:
    await bring(planned, tmp_path / "one")
    await bring(
        planned,
        tmp_path / "two",
        {
            "contacts.csv": [
                {"contact_id": "c9", "phone": "617-555-0100", "language": "vi"},
                {"contact_id": "c2", "phone": "+16175550101", "language": "es"},
            ],
            "links.csv": [{"contact_id": "c9", "student_id": "100", "may_ask": "yes"}],
        },
    )
    assert ("c9", "+16175550100", "vi") in (await everything(planned))["contact"]


async def test_a_dry_run_shows_the_difference_and_changes_nothing(planned: Pool, tmp_path: Path) -> None:
    await bring(planned, tmp_path / "one")
    before = await everything(planned)
    report = await bring(planned, tmp_path / "two", {"rides.csv": [RIDE]}, dry_run=True)
    assert report.lines()[-2:] == (
        "rides: 0 added, 0 changed, 1 removed, 1 unchanged",
        "Nothing was changed (dry run).",
    )
    assert await everything(planned) == before


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"schools.csv": [{"school_id": "s1", "name": ""}, {"school_id": "s2", "name": "S"}]},
         "schools.csv line 2: name is empty."),
        ({"schools.csv": [{"school_id": "s1", "name": "N", "phone": "12"}, {"school_id": "s2", "name": "S"}]},
         "schools.csv line 2: phone is not a valid number."),
        ({"students.csv": [student("100"), student("101"), student("102", "s9")]},
         "students.csv line 4: school 's9' is not in schools.csv."),
        ({"students.csv": [student("100"), student("101"), student("102"), student("100")]},
         "students.csv line 5: this student_id stands on line 2 already."),
        ({"students.csv": [student("100"), student("101"), student("102"), student("")]},
         "students.csv line 5: student_id is empty."),
        ({"contacts.csv": [{"contact_id": "c1", "phone": "617-555-010", "language": "en"},
                           {"contact_id": "c2", "phone": "+16175550101", "language": "es"}]},
         "contacts.csv line 2: phone is not a valid number."),
        ({"contacts.csv": [{"contact_id": "c1", "phone": "", "language": "en"},
                           {"contact_id": "c2", "phone": "+16175550101", "language": "es"}]},
         "contacts.csv line 2: phone is not a valid number."),
        ({"contacts.csv": [{"contact_id": "c1", "phone": "617-555-0101", "language": "en"},
                           {"contact_id": "c2", "phone": "1 (617) 555.0101", "language": "es"}]},
         "contacts.csv line 3: this phone is the one of line 2 already; one phone is one contact."),
        ({"contacts.csv": [{"contact_id": "c1", "phone": "617-555-0100", "language": "tlh"},
                           {"contact_id": "c2", "phone": "+16175550101", "language": "es"}]},
         "contacts.csv line 2: language 'tlh' is none of en es ht kea vi zh pt so fr ar."),
        ({"links.csv": [{"contact_id": "c9", "student_id": "100", "may_ask": "yes"}]},
         "links.csv line 2: this contact is not in contacts.csv."),
        ({"links.csv": [{"contact_id": "c1", "student_id": "999", "may_ask": "yes"}]},
         "links.csv line 2: this student is not in students.csv."),
        ({"links.csv": [{"contact_id": "c1", "student_id": "100", "may_ask": "perhaps"}]},
         "links.csv line 2: may_ask 'perhaps' must be yes or no."),
        ({"links.csv": [{"contact_id": "c1", "student_id": "100", "may_ask": "yes"}] * 2},
         "links.csv line 3: this contact and student stand on line 2 already."),
        ({"rides.csv": [RIDE, RIDE]}, "rides.csv line 3: this ride stands on line 2 already."),
        ({"rides.csv": [RIDE | {"student_id": "999"}]}, "rides.csv line 2: this student is not in students.csv."),
        ({"rides.csv": [RIDE | {"leg": "home"}]}, "rides.csv line 2: leg 'home' must be to_school or from_school."),
        ({"rides.csv": [RIDE | {"weekdays": "MTWTF--"}]}, "rides.csv line 2: weekdays 'MTWTF--' must be seven letters"),
        ({"rides.csv": [RIDE | {"weekdays": "-------"}]}, "rides.csv line 2: weekdays '-------' must be seven letters"),
        ({"rides.csv": [RIDE | {"start_date": "09/08/2026"}]},
         "rides.csv line 2: start_date '09/08/2026' is not a date like 2026-09-08."),
        ({"rides.csv": [RIDE | {"end_date": "2027-02-29"}]}, "rides.csv line 2: end_date '2027-02-29' is not a date"),
        ({"rides.csv": [RIDE | {"start_date": "2027-06-19"}]},
         "rides.csv line 2: end_date 2027-06-18 is before start_date 2027-06-19."),
        ({"rides.csv": [RIDE | {"run_id": "T9"}]}, "rides.csv line 2: run 'T9' is not in the plan in force."),
        ({"rides.csv": [RIDE | {"stop_id": "Z"}]},
         "rides.csv line 2: run 'T1' does not call at stop 'Z' in the plan in force."),
        ({"rides.csv": [RIDE | {"stop_sequence": "2"}]},
         "rides.csv line 2: run 'T1' calls at stop 'A', but not as stop_sequence 2."),
        ({"rides.csv": [RIDE | {"stop_sequence": "first"}]},
         "rides.csv line 2: stop_sequence 'first' is not a whole number."),
    ],
)  # fmt: skip
async def test_a_row_that_cannot_be_true_refuses_the_roster(
    planned: Pool, tmp_path: Path, changes: dict[str, Rows], told: str
) -> None:
    await bring(planned, tmp_path / "good")
    before = await everything(planned)
    report = await bring(planned, tmp_path / "bad", changes)
    assert [told in str(problem) for problem in report.problems].count(True) == 1, report.problems
    assert not report.applied
    assert await everything(planned) == before


async def test_all_problems_of_all_files_are_told_together(planned: Pool, tmp_path: Path) -> None:
    report = await bring(
        planned,
        tmp_path / "roster",
        {
            "students.csv": [student("100", "s9"), student("101"), student("102")],
            "rides.csv": [RIDE | {"run_id": "T9", "leg": "x"}, RIDE | {"student_id": "nobody"}],
        },
    )
    assert report.lines() == (
        "The roster was refused for 4 problems; the one in force stays in force, unchanged.",
        "  students.csv line 2: school 's9' is not in schools.csv.",
        "  rides.csv line 2: leg 'x' must be to_school or from_school.",
        "  rides.csv line 2: run 'T9' is not in the plan in force.",
        "  rides.csv line 3: this student is not in students.csv.",
        "Correct the files and import them again.",
    )


async def test_a_long_list_of_problems_is_cut_and_counted(planned: Pool, tmp_path: Path) -> None:
    links = [{"contact_id": "c1", "student_id": f"x{n}", "may_ask": "yes"} for n in range(75)]
    report = await bring(planned, tmp_path / "roster", {"links.csv": links})
    assert (report.problem_count, len(report.problems)) == (75, 50)
    assert "  and 25 more" in report.lines()


async def test_a_stop_visited_twice_needs_its_sequence(pool: Pool, tmp_path: Path) -> None:
    plan = small_plan()
    plan["shapes.txt"] = shape("S1", (0, 0), (1000, 0), (0, 0))
    plan["stops.txt"] = [stop("A", 0, 0), stop("B", 1000, 0)]
    plan["stop_times.txt"] = stop_times("T1", ("A", "07:00:00"), ("B", "07:03:00"), ("A", "07:06:00"))
    await put_in_force(pool, tmp_path, plan)
    vague = await bring(pool, tmp_path / "vague", {"rides.csv": [RIDE]})
    assert "calls at stop 'A' 2 times; give the stop_sequence" in str(vague.problems[0])
    exact = await bring(pool, tmp_path / "exact", {"rides.csv": [RIDE | {"stop_sequence": "3"}]})
    assert exact.applied
    assert (await everything(pool))["ride"][0][3] == 3


async def test_a_ride_that_is_over_needs_no_run_any_more(planned: Pool, tmp_path: Path) -> None:
    over = RIDE | {"run_id": "gone", "start_date": "2026-09-01", "end_date": "2026-10-04"}
    assert (await bring(planned, tmp_path / "over", {"rides.csv": [over]})).applied
    last_day = over | {"end_date": "2026-10-05"}
    assert not (await bring(planned, tmp_path / "today", {"rides.csv": [last_day]})).applied


async def test_rides_wait_for_a_plan(pool: Pool, tmp_path: Path) -> None:
    report = await bring(pool, tmp_path / "roster")
    assert [str(problem) for problem in report.problems] == [
        "rides.csv: rides cannot be checked, for no plan is in force yet; import the plan first."
    ]
    (tmp_path / "people").mkdir()
    without = small_roster()
    for name, rows in without.items():
        write_plan(tmp_path / "people", {name: rows})
    (tmp_path / "people" / "rides.csv").write_text("student_id,run_id,stop_id,leg,weekdays,start_date,end_date\n")
    assert (await import_roster(pool, tmp_path / "people", now=NOW)).applied


async def test_a_missing_file_a_missing_column_and_bad_bytes_are_told_together(planned: Pool, tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "roster", small_roster())
    (folder / "schools.csv").unlink()
    (folder / "links.csv").write_text("contact_id,student_id\nc1,100\n")
    (folder / "students.csv").write_bytes(b"student_id,school_id,given_name\n100,s1,Zo\xeb\n")
    (folder / "contacts.csv").write_bytes(b"contact_id,phone,language\nc1,617-555-0100,en\nc2,617\0,en\n")
    (folder / "rides.csv").write_bytes(b"")
    report = await import_roster(planned, folder, now=NOW)
    assert [str(problem) for problem in report.problems] == [
        f"schools.csv: is missing from {folder}.",
        "students.csv line 2: byte 0xeb is not UTF-8; export the file as UTF-8.",
        "contacts.csv line 3: holds a NUL byte, so the file is damaged or is not text.",
        "links.csv line 1: lacks the column may_ask.",
        "rides.csv: is empty; not even a header line is there.",
    ]


async def test_rows_of_the_wrong_width_are_all_told(planned: Pool, tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "roster", small_roster())
    (folder / "links.csv").write_text("contact_id,student_id,may_ask\nc1,100\nc1,101,yes\nc1,100,yes,really\n")
    (folder / "schools.csv").write_text('school_id,name\ns1,"North\ns2,South\n')
    report = await import_roster(planned, folder, now=NOW)
    assert [str(problem) for problem in report.problems] == [
        "schools.csv line 3: cannot be read as CSV (unexpected end of data).",
        "links.csv line 2: has 2 fields; the header has 3.",
        "links.csv line 4: has 4 fields; the header has 3.",
    ]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r\n\r\n"])
@pytest.mark.parametrize("pad", ["", "  "])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
async def test_marks_line_ends_blank_lines_padding_and_other_columns_are_tolerated(
    planned: Pool, tmp_path: Path, ending: str, pad: str, mark: str
) -> None:
    folder = write_plan(tmp_path / "roster", small_roster())
    for file in folder.iterdir():
        lines = [f"{pad},{pad}".join(line.split(",")) + ",ours" for line in file.read_text().splitlines()]
        file.write_bytes((mark + ending.join(lines) + ending).encode())
    assert (await import_roster(planned, folder, now=NOW)).applied
    contacts = (await everything(planned))["contact"]
    assert contacts == [("c1", "+16175550100", "en"), ("c2", "+16175550101", "es")]


async def test_lines_are_told_right_even_where_a_name_has_a_line_end_in_it(planned: Pool, tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "roster", small_roster())
    (folder / "students.csv").write_text(
        'student_id,school_id,given_name\n100,s1,"Ada\nMay"\n\n101,s1,"King, Martin"\n102,s9,x\n'
    )
    report = await import_roster(planned, folder, now=NOW)
    assert [str(problem) for problem in report.problems] == ["students.csv line 6: school 's9' is not in schools.csv."]


async def test_a_line_with_a_lone_backslash_dot_does_not_end_the_file(planned: Pool, tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "roster", small_roster())
    text = (folder / "links.csv").read_text().splitlines()
    (folder / "links.csv").write_text("\n".join([*text[:2], "\\.", *text[2:]]) + "\n")
    report = await import_roster(planned, folder, now=NOW)
    assert str(report.problems[0]) == "links.csv line 3: has 1 fields; the header has 3."


async def test_a_roster_cut_short_is_refused_unless_it_is_meant(planned: Pool, tmp_path: Path) -> None:
    many = [student(str(100 + n)) for n in range(30)]
    links = small_roster()["links.csv"]
    await bring(planned, tmp_path / "one", {"students.csv": many})
    fewer = {"students.csv": many[:26], "links.csv": links}
    report = await bring(planned, tmp_path / "two", fewer, allow_shrink=False)
    assert [str(problem) for problem in report.problems] == [
        "students.csv: 4 of 30 students (13%) would be gone. If this is meant, import again and allow the roster to "
        "shrink."
    ]
    assert not report.applied
    assert report.diff[1].removed == 4
    assert len((await everything(planned))["student"]) == 30
    assert (await bring(planned, tmp_path / "three", {"students.csv": many[:27]}, allow_shrink=False)).applied
    assert (await bring(planned, tmp_path / "four", {"students.csv": many[:5]}, allow_shrink=True)).applied


async def test_an_empty_rides_file_is_taken_for_a_mistake(planned: Pool, tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "roster", small_roster())
    await import_roster(planned, folder, now=NOW)
    header = (folder / "rides.csv").read_text().splitlines()[0]
    (folder / "rides.csv").write_text(header + "\n")
    report = await import_roster(planned, folder, now=NOW)
    assert "rides.csv: 2 of 2 rides (100%) would be gone." in str(report.problems[0])


async def test_readers_and_their_locks_never_wait_for_an_import(planned: Pool, tmp_path: Path) -> None:
    await bring(planned, tmp_path / "one")
    async with planned.acquire() as reader, reader.transaction(isolation="repeatable_read"):
        before = await reader.fetch("select * from student")
        async with asyncio.timeout(10):
            links = [{"contact_id": "c2", "student_id": "102", "may_ask": "yes"}]
            rides = [RIDE | {"student_id": "102"}]
            one_student: dict[str, Rows] = {"students.csv": [student("102")], "links.csv": links, "rides.csv": rides}
            report = await bring(planned, tmp_path / "two", one_student)
        assert report.applied
        assert await reader.fetch("select * from student") == before
    assert await planned.fetchval("select count(*) from student") == 1


async def test_a_phone_of_another_region_is_read_as_dialled_there(planned: Pool, tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "roster", small_roster() | {
        "schools.csv": [{"school_id": "s1", "name": "N"}, {"school_id": "s2", "name": "S"}],
        "contacts.csv": [{"contact_id": "c1", "phone": "020 7183 8750", "language": "en"},
                         {"contact_id": "c2", "phone": "+1 617 555 0101", "language": "es"}]})  # fmt: skip
    assert (await import_roster(planned, folder, now=NOW, region="GB")).applied
    assert [row[1] for row in (await everything(planned))["contact"]] == ["+442071838750", "+16175550101"]
    again = await import_roster(planned, folder, now=NOW, region="GB")
    assert again.diff[2].unchanged == 2
    with pytest.raises(ValueError, match="is no region of phone numbers"):
        await import_roster(planned, folder, now=NOW, region="XX")


async def test_two_imports_at_once_take_turns(planned: Pool, tmp_path: Path) -> None:
    write_plan(tmp_path / "roster", small_roster())
    reports = await asyncio.gather(*(import_roster(planned, tmp_path / "roster", now=NOW) for _ in range(3)))
    assert sorted(report.diff[1].added for report in reports) == [0, 0, 3]


async def test_rides_of_a_plan_that_is_over_are_checked_against_it(pool: Pool, tmp_path: Path) -> None:
    # A recorded day is replayed long after its plan has ended: then its rides are over too, and still have to be right.
    await put_in_force(pool, tmp_path, small_plan() | {"calendar.txt": [weekly("school", end="20260930")]})
    ride = RIDE | {"end_date": "2026-09-30"}
    assert (await bring(pool, tmp_path / "good", {"rides.csv": [ride]})).applied
    report = await bring(pool, tmp_path / "bad", {"rides.csv": [ride | {"run_id": "T9"}, ride | {"stop_id": "Z"}]})
    assert not report.applied
    assert [str(problem) for problem in report.problems] == [
        "rides.csv line 2: run 'T9' is not in the plan in force.",
        "rides.csv line 3: run 'T1' does not call at stop 'Z' in the plan in force.",
    ]
