"""One GTFS file's bytes in, its columns out, every row with its line; what cannot be read is a problem."""

import csv
import io
import re
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from feeds.plan.problems import Problems

MISSING_SECONDS = -1
"""Stands for a time that the plan leaves out."""

_BLOCK_ROWS = 20_000
_SHARED_VALUES = 50_000
"""Distinct values of a column up to which equal ones share a string; coordinates have more, and hardly repeat."""

_Value = TypeVar("_Value")

_TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")
_DATE = re.compile(r"\d{8}")
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Table:
    """A file by columns, fields stripped of blanks. A column the file does not have reads as empty fields."""

    file: str
    lines: Sequence[int]
    """(rows,) the line each row ends on, the header being line 1."""
    columns: Mapping[str, Sequence[str]]

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, name: str) -> Sequence[str]:
        return self.columns[name] if name in self.columns else [""] * len(self.lines)

    def numbers(self, name: str, problems: Problems) -> NDArray[np.float64]:
        """(rows,) floats; NaN for an empty field. Anything else that is no finite number is a fault."""
        try:
            plain = np.fromiter((float(value) for value in self[name] if value), np.float64)
        except ValueError:
            plain = np.array([np.nan])
        if np.isfinite(plain).all():
            numbers = np.full(len(self), np.nan)
            numbers[[bool(value) for value in self[name]]] = plain
            return numbers
        values = self._converted(name, _number, problems, "is not a number")
        return np.array([np.nan if value is None else value for value in values], np.float64)

    def whole_numbers(self, name: str, problems: Problems) -> NDArray[np.int64]:
        """(rows,) integers from 0; -1 for an empty field. Anything else is a fault."""
        values = self._converted(name, _whole_number, problems, "is not a whole number")
        return np.array([-1 if value is None else value for value in values], np.int64)

    def seconds(self, name: str, problems: Problems) -> NDArray[np.int64]:
        """(rows,) GTFS times as seconds of the service day, past 86,400 too; `MISSING_SECONDS` for an empty field."""
        values = self._converted(name, _seconds, problems, "is not a time like 07:05:00 or 25:10:00")
        return np.array([MISSING_SECONDS if value is None else value for value in values], np.int64)

    def dates(self, name: str, problems: Problems) -> list[date | None]:
        """(rows,) GTFS dates; None for one that is empty or, after a fault, wrong."""
        return self._converted(name, _date, problems, "is not a date like 20260907")

    def _converted(
        self, name: str, convert: Callable[[str], _Value], problems: Problems, complaint: str
    ) -> list[_Value | None]:
        # Values repeat a great deal (times, sequences, dates): each distinct one is converted once.
        column = self[name]
        known: dict[str, _Value | None] = {"": None}
        wrong: set[str] = set()
        for value in set(column) - {""}:
            try:
                known[value] = convert(value)
            except ValueError:
                known[value] = None
                wrong.add(value)
        if wrong:
            for line, value in zip(self.lines, column, strict=True):
                if value in wrong:
                    problems.fault(self.file, line, f"{name} {value!r} {complaint}.")
        return [known[value] for value in column]


def read_table(file: str, body: bytes, required: Sequence[str], problems: Problems) -> Table | None:
    """Read a CSV file: UTF-8 with or without a mark, any line ends, blank lines and padded fields tolerated.

    A file that is not text, lacks a required column or has rows of the wrong width gives faults; None where nothing
    of it can be used.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        problems.fault(file, line, f"byte 0x{body[error.start]:02x} is not UTF-8; export the file as UTF-8.")
        return None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        problems.fault(file, line, "holds a NUL byte, so the file is damaged or is not text.")
        return None
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    try:
        header = next((row for row in reader if any(field.strip() for field in row)), None)
        if header is None:
            problems.fault(file, None, "is empty; not even a header line is there.")
            return None
        names = [name.strip() for name in header]
        missing = [name for name in required if name not in names]
        doubled = sorted({name for name in names if name and names.count(name) > 1})
        for name in missing:
            problems.fault(file, 1, f"lacks the column {name}.")
        for name in doubled:
            problems.fault(file, 1, f"has the column {name} twice.")
        if missing or doubled:
            return None
        columns = _Columns(len(names))
        while True:
            before = reader.line_num
            block = list(islice(reader, _BLOCK_ROWS))
            if not block:
                break
            if reader.line_num - before == len(block) and {len(row) for row in block} == {len(names)}:
                columns.take(block, range(before + 1, before + 1 + len(block)))
            else:
                columns.take(*_mended(file, block, before, len(names), problems))
    except csv.Error as error:
        problems.fault(file, reader.line_num, f"cannot be read as CSV ({error}).")
        return None
    return Table(file, columns.lines, dict(zip(names, columns.values, strict=True)))


class _Columns:
    """Columns that grow by blocks of rows. A million short rows kept as lists would cost a gigabyte."""

    def __init__(self, width: int) -> None:
        self.lines = array("q")
        self.values: list[list[str]] = [[] for _ in range(width)]
        self._known: list[dict[str, str]] = [{} for _ in range(width)]

    def take(self, rows: Sequence[Sequence[str]], lines: Iterable[int]) -> None:
        """Add rows of the right width, with the line of each."""
        self.lines.extend(lines)
        for values, known, fields in zip(self.values, self._known, zip(*rows, strict=True), strict=False):
            stripped = list(map(str.strip, fields))
            # IDs, sequences and times repeat from row to row; one string each is enough.
            values.extend(map(known.setdefault, stripped, stripped) if len(known) < _SHARED_VALUES else stripped)


def _mended(
    file: str, block: Sequence[list[str]], line: int, width: int, problems: Problems
) -> tuple[list[list[str]], list[int]]:
    """The rows of a block after `line` made `width` wide, blank ones dropped, with the line each ends on."""
    rows: list[list[str]] = []
    lines: list[int] = []
    for row in block:
        line += 1 + sum(len(_LINE_END.findall(field)) for field in row)
        if not any(field.strip() for field in row):
            continue
        if any(field.strip() for field in row[width:]):
            problems.fault(file, line, f"has {len(row)} fields; the header has {width}.")
        rows.append((row + [""] * width)[:width])
        lines.append(line)
    return rows, lines


def _number(value: str) -> float:
    number = float(value)
    if not np.isfinite(number):
        raise ValueError(value)
    return number


def _whole_number(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise ValueError(value)
    return int(value)


def _seconds(value: str) -> int:
    found = _TIME.fullmatch(value)
    if not found:
        raise ValueError(value)
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])


def _date(value: str) -> date:
    if not _DATE.fullmatch(value):
        raise ValueError(value)
    return date(int(value[:4]), int(value[4:6]), int(value[6:]))
