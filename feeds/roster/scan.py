"""A roster file's bytes in; whether PostgreSQL may read them as they are, or what is wrong with them, out."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from feeds.problem import Problem
from feeds.roster.layout import FileLayout

MAX_FILE_BYTES = 1024**3
"""Ten times the students file of the largest district."""

_HEADER_BYTES = 65_536
_MARK = b"\xef\xbb\xbf"
_SPACE, _LINE_END = ord(" "), ord("\n")
_BESIDE_SPACE = np.zeros(256, np.bool_)
_BESIDE_SPACE[list(b',"\r\n')] = True
"""A space beside one of these may be padding. One in `"King, Martin"` is not, and only costs time to find out."""
_AFTER_LINE_END = np.zeros(256, np.bool_)
_AFTER_LINE_END[list(b"\r\n\\")] = True
"""A line that begins with one of these may be blank, or the line `\\.` at which PostgreSQL before 18 stops reading."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """A file that is text and has its columns."""

    layout: FileLayout
    header: tuple[str, ...]
    body: bytes
    """Without a byte order mark."""
    lines: int
    """Lines after the header."""
    tidy: bool
    """Whether no field needs stripping and no line skipping. A tidy file can still have rows of the wrong width."""


def scan(layout: FileLayout, folder: Path) -> Scanned | list[Problem]:
    """Read a file of the roster whole and look for what would mislead or stop the database's own reader."""
    path = folder / layout.file
    if not path.is_file():
        return [Problem(layout.file, None, f"is missing from {folder}.")]
    if path.stat().st_size > MAX_FILE_BYTES:
        return [Problem(layout.file, None, f"is larger than {MAX_FILE_BYTES // 1024**2} MB, which no roster needs.")]
    body = path.read_bytes().removeprefix(_MARK)
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"byte 0x{body[error.start]:02x} is not UTF-8; export the file as UTF-8."
        return [Problem(layout.file, _line(body, error.start), reason)]
    if (nul := body.find(b"\0")) >= 0:
        return [Problem(layout.file, _line(body, nul), "holds a NUL byte, so the file is damaged or is not text.")]
    try:
        header = [name.strip().lower() for name in _first_row(csv.reader(_lines(body[:_HEADER_BYTES])))]
    except csv.Error as error:
        return [Problem(layout.file, 1, f"cannot be read as CSV ({error}).")]
    if not header:
        return [Problem(layout.file, None, "is empty; not even a header line is there.")]
    problems = [
        Problem(layout.file, 1, f"lacks the column {name}.") for name in layout.required if name not in header
    ] + [Problem(layout.file, 1, f"has the column {name} twice.") for name in layout.columns if header.count(name) > 1]
    if problems:
        return problems
    lines = body.count(b"\n") + (not body.endswith(b"\n")) - 1
    return Scanned(layout, tuple(header), body, lines, _is_tidy(body))


def read_rows(scanned: Scanned, problems: list[Problem]) -> Iterator[tuple[int | str, ...]]:
    """The rows of a file, whatever its blanks: the line each begins on, then its fields in the layout's order.

    A row of the wrong width is a problem and is left out; blank lines are skipped.
    """
    layout, header = scanned.layout, scanned.header
    places = [header.index(name) if name in header else None for name in layout.columns]
    reader = csv.reader(_lines(scanned.body), strict=True, skipinitialspace=True)
    try:
        _first_row(reader)
        ends_on = reader.line_num
        for row in reader:
            line, ends_on = ends_on + 1, reader.line_num
            fields = [field.strip() for field in row]
            if not any(fields):
                continue
            if len(fields) != len(header):
                reason = f"has {len(fields)} fields; the header has {len(header)}."
                problems.append(Problem(layout.file, line, reason))
                continue
            yield (line, *("" if place is None else fields[place] for place in places))
    except csv.Error as error:
        problems.append(Problem(layout.file, reader.line_num, f"cannot be read as CSV ({error})."))


def _lines(body: bytes) -> io.StringIO:
    """The text as the csv module wants it; a character cut in two at the end is dropped."""
    return io.StringIO(body.decode("utf-8", errors="ignore"), newline="")


def _first_row(rows: Iterable[list[str]]) -> list[str]:
    """The first row with anything in it; empty where there is none."""
    return next((row for row in rows if any(field.strip() for field in row)), [])


def _is_tidy(body: bytes) -> bool:
    if b"\t" in body or b"\xc2\xa0" in body or (b"\r" in body and body.count(b"\r") != body.count(b"\r\n")):
        return False
    # Walled by line ends, so that every byte has neighbours.
    around = np.frombuffer(b"\n" + body + b"\n", np.uint8)
    spaces = np.flatnonzero(around == _SPACE)
    if _BESIDE_SPACE[around[spaces - 1]].any() or _BESIDE_SPACE[around[spaces + 1]].any():
        return False
    line_ends = np.flatnonzero(around[:-2] == _LINE_END)
    return not _AFTER_LINE_END[around[line_ends + 1]].any()


def _line(body: bytes, offset: int) -> int:
    return body.count(b"\n", 0, offset) + 1
