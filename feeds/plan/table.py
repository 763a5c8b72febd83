"""One GTFS file's bytes in, its columns out, every row with its line; what cannot be read is a problem."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from feeds.plan.problems import Problems

MISSING_SECONDS = -1
"""Stands for a time that the plan leaves out."""

_Value = TypeVar("_Value")

_TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")
_DATE = re.compile(r"\d{8}")


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
    rows: list[list[str]] = []
    lines: list[int] = []
    header: list[str] | None = None
    try:
        for row in reader:
            if not any(row) or (len(row) == 1 and not row[0].strip()):
                continue
            if header is None:
                header = [field.strip() for field in row]
                continue
            if len(row) != len(header):
                if any(row[len(header) :]):
                    problems.fault(file, reader.line_num, f"has {len(row)} fields; the header has {len(header)}.")
                row = (row + [""] * len(header))[: len(header)]
            rows.append(row)
            lines.append(reader.line_num)
    except csv.Error as error:
        problems.fault(file, reader.line_num, f"cannot be read as CSV ({error}).")
        return None
    if header is None:
        problems.fault(file, None, "is empty; not even a header line is there.")
        return None
    missing = [name for name in required if name not in header]
    for name in missing:
        problems.fault(file, 1, f"lacks the column {name}.")
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    for name in doubled:
        problems.fault(file, 1, f"has the column {name} twice.")
    if missing or doubled:
        return None
    fields = zip(*rows, strict=True) if rows else [()] * len(header)
    columns = {name: [field.strip() for field in column] for name, column in zip(header, fields, strict=True)}
    return Table(file, lines, columns)


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
