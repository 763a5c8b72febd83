"""Phones as people write them, and files as systems export them."""

from pathlib import Path

import pytest

from feeds.problem import Problem
from feeds.roster.layout import LAYOUTS
from feeds.roster.phones import e164
from feeds.roster.scan import Scanned, read_rows, scan

LINKS = next(layout for layout in LAYOUTS if layout.name == "links")


def scanned(folder: Path, text: str) -> Scanned:
    (folder / "links.csv").write_bytes(text.encode())
    found = scan(LINKS, folder)
    assert isinstance(found, Scanned)
    return found


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("617-555-0100", "US", "+16175550100"),
        ("(617) 555 0100", "US", "+16175550100"),
        ("1.617.555.0100", "US", "+16175550100"),
        ("+44 20 7183 8750", "US", "+442071838750"),
        ("020 7183 8750", "GB", "+442071838750"),
        ("555-0100", "US", None),
        ("000-000-0000", "US", None),
        ("911", "US", None),
        ("none", "US", None),
        ("", "US", None),
    ],
)
def test_a_number_is_read_as_dialled_in_its_region(written: str, region: str, number: str | None) -> None:
    assert e164(written, region) == number


@pytest.mark.parametrize(
    "text",
    [
        "contact_id,student_id,may_ask\nc1,100,yes\n",
        "contact_id,student_id,may_ask\r\nc1,100,yes\r\n",
        "contact_id,student_id,may_ask\nc1,100,yes",
        'contact_id,student_id,may_ask\n"c 1",100,yes\n',
    ],
)
def test_a_plain_file_is_left_to_postgresql(tmp_path: Path, text: str) -> None:
    file = scanned(tmp_path, text)
    assert file.tidy
    assert file.lines == 1


@pytest.mark.parametrize(
    "text",
    [
        "contact_id,student_id,may_ask\nc1, 100,yes\n",
        "contact_id,student_id,may_ask\nc1,100,yes \n",
        "contact_id,student_id,may_ask\n c1,100,yes\n",
        "contact_id,student_id,may_ask\nc1,100,yes ",
        "contact_id,student_id,may_ask\nc1,100\t,yes\n",
        "contact_id,student_id,may_ask\n\nc1,100,yes\n",
        "contact_id,student_id,may_ask\nc1,100,yes\n\n",
        "contact_id,student_id,may_ask\r\nc1,100,yes\r\n\r\n",
        "contact_id,student_id,may_ask\rc1,100,yes\r",
        "contact_id,student_id,may_ask\n\\.\nc1,100,yes\n",
        "contact_id,student_id,may_ask\nc1\xa0,100,yes\n",
        "\ncontact_id,student_id,may_ask\nc1,100,yes\n",
    ],
)
def test_a_file_that_needs_stripping_or_skipping_is_read_here(tmp_path: Path, text: str) -> None:
    file = scanned(tmp_path, text)
    assert not file.tidy
    assert len(list(read_rows(file, []))) == 1 or "\\." in text


def test_rows_keep_the_line_they_begin_on(tmp_path: Path) -> None:
    problems: list[Problem] = []
    text = 'may_ask,ours,student_id,contact_id\n\nyes,"a\nb", 100 ,c1\nno,x,101\n\nno,x,102,c2\n'
    rows = list(read_rows(scanned(tmp_path, text), problems))
    assert rows == [(3, "c1", "100", "yes"), (7, "c2", "102", "no")]
    assert [str(problem) for problem in problems] == ["links.csv line 5: has 3 fields; the header has 4."]


def test_a_header_that_is_no_csv_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "links.csv").write_text('"' + "x" * 200_000)
    assert isinstance(scan(LINKS, tmp_path), list)
