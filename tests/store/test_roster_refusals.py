"""What a roster must not say, and how it is told: everything at once, by file and line, with nothing changed."""

from pathlib import Path

import pytest

from busline.store.pool import Pool
from feeds.roster.csv_roster import import_roster
from tests.plan_builder import Rows, shape, small_plan, stop, stop_times, write_plan
from tests.store.roster_folder import NOW, RIDE, bring, everything, put_in_force, small_roster, student

OTHER = {"contact_id": "c2", "phone": "+16175550101", "language": "es"}


def mailed(*, email: str = "mother@example.org", alerts_by: str = "email") -> dict[str, object]:
    phone = {"contact_id": "c1", "phone": "617-555-0100", "language": "en"}
    return {**phone, "email": email, "alerts_by": alerts_by}


@pytest.fixture
async def planned(pool: Pool, tmp_path: Path) -> Pool:
    """A database with the small plan in force."""
    await put_in_force(pool, tmp_path, small_plan())
    return pool


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
        ({"contacts.csv": [mailed(email="mother at example.org"), OTHER]},
         "contacts.csv line 2: email is not an e-mail address."),
        ({"contacts.csv": [mailed(alerts_by="fax"), OTHER]},
         "contacts.csv line 2: alerts_by 'fax' is none of text voice email."),
        ({"contacts.csv": [mailed(email="", alerts_by="email"), OTHER]},
         "contacts.csv line 2: alerts_by is email, and there is no email."),
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
    assert contacts == [("c1", "+16175550100", "en", None, "text"), ("c2", "+16175550101", "es", None, "text")]


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
