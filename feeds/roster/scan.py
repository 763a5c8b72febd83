"""A roster file's bytes in; whether PostgreSQL may read them as they are, or what is wrong with them, out."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from feeds.problem import Problem
from feeds.roster.layout import FileLayout

MAX_FILE_BYTES = 1024**3
"""Ten times the students file of the largest district."""

_MARK = b"\xef\xbb\xbf"
_UNTIDY = (b" ,", b", ", b"\t", b"\n ", b" \n", b" \r", b'" ', b' "', b"\xc2\xa0", b"\n\n", b"\n\r\n", b"\n\\.")
"""Signs of padded fields, blank lines and the line `\\.`, at which PostgreSQL before 18 stops reading. A name like
"King, Martin" has one too; it only costs time to read such a file here."""


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
    first_line = body[: body.find(b"\n") + 1 or len(body)]
    header = [name.strip().lower() for row in csv.reader([first_line.decode("utf-8")]) for name in row]
    if not any(header):
        return [Problem(layout.file, None, "is empty; not even a header line is there.")]
    problems = [
        Problem(layout.file, 1, f"lacks the column {name}.") for name in layout.required if name not in header
    ] + [Problem(layout.file, 1, f"has the column {name} twice.") for name in layout.columns if header.count(name) > 1]
    if problems:
        return problems
    lines = body.count(b"\n", len(first_line)) + (not body.endswith(b"\n") and len(body) > len(first_line))
    tidy = not any(sign in body for sign in _UNTIDY) and body.count(b"\r") == body.count(b"\r\n")
    return Scanned(layout, tuple(header), body, lines, tidy)


def read_rows(scanned: Scanned, problems: list[Problem]) -> Iterator[tuple[int | str, ...]]:
    """The rows of a file, whatever its blanks: the line each begins on, then its fields in the layout's order.

    A row of the wrong width is a problem and is left out; blank lines are skipped.
    """
    layout, header = scanned.layout, scanned.header
    places = [header.index(name) if name in header else None for name in layout.columns]
    reader = csv.reader(io.StringIO(scanned.body.decode("utf-8"), newline=""), strict=True, skipinitialspace=True)
    try:
        next(reader)
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


def _line(body: bytes, offset: int) -> int:
    return body.count(b"\n", 0, offset) + 1
