"""A file of recorded positions (CSV, gzipped CSV or Parquet) in; positions and counted rejects out.

Columns are known by their TIDES `vehicle_locations` names or their GTFS-realtime ones. A file whose times cannot be
placed is refused whole, with counts: half a day that is an hour off would be worse than none. Single bad rows are
counted by reason.
"""

import csv
import gzip
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path

from busline.geo import Area
from busline.ids import RunId, SourceId, VehicleId
from busline.position import Position, RejectReason, RunClaim
from feeds.plausible import bearing_or_none, fix_time_or_reason, identifier_or_none, place_or_reason, speed_or_none

_NAMES: Mapping[str, tuple[str, ...]] = {
    "vehicle": ("vehicle_id",),
    "time": ("event_timestamp", "timestamp"),
    "lat": ("latitude",),
    "lon": ("longitude",),
    "trip": ("trip_id_performed", "trip_id"),
    "date": ("service_date", "start_date"),
    "bearing": ("heading", "bearing"),
    "speed": ("speed",),
    "relationship": ("schedule_relationship",),
}
"""What we read, and the column names it goes by: TIDES first, then GTFS-realtime."""
_REQUIRED = ("vehicle", "time", "lat", "lon")
_CANCELLED = frozenset({"3", "canceled", "cancelled"})
_FILE = SourceId("file")

Cell = object
"""Text from CSV; text, a number, a moment, a date or None from Parquet."""
Row = Mapping[str, Cell]


class PositionsFileError(ValueError):
    """The file cannot be used. The message says why, with counts, and what to do about it."""


@dataclass(frozen=True, slots=True)
class RecordedPositions:
    positions: tuple[Position, ...]
    """In the order of the file. `received_at` is the fix time: a file does not tell when it was heard."""
    rejected: Mapping[str, int]
    """Rows that are no position, and trips that could not be read, by `RejectReason`."""


def read_positions(
    path: Path, *, source: SourceId = _FILE, area: Area | None = None, zone: tzinfo | None = None
) -> RecordedPositions:
    """Read a recorded file. `area` is already widened; `zone` places times that are written without one.

    Times are ISO 8601 or seconds since 1970. Speeds are metres a second, bearings degrees clockwise from north.
    Raises PositionsFileError for a file that is none, lacks a column or has times without a zone; OSError as usual.
    """
    positions: list[Position] = []
    rejected: Counter[str] = Counter()
    rows = zoneless = 0
    first_zoneless: object = None
    with _table(path) as table:
        for row in table:
            rows += 1
            fix_at = _moment(row["time"], zone)
            if fix_at is None:
                zoneless += 1
                first_zoneless = first_zoneless or row["time"]
                continue
            position = _position(row, source, fix_at, area)
            if isinstance(position, RejectReason):
                rejected[position] += 1
                continue
            positions.append(position)
            if position.claim is None and _text(row.get("trip")):
                rejected[RejectReason.BAD_TRIP] += 1
    if zoneless:
        raise PositionsFileError(
            f"{path.name}: {zoneless:,} of {rows:,} times have no time zone (the first is {str(first_zoneless)!r}). "
            "Write them with an offset, as 2026-02-16T07:30:00-05:00, or as seconds since 1970."
        )
    if not positions:
        why = ", ".join(f"{count:,} {reason}" for reason, count in rejected.most_common()) or "it has no rows"
        raise PositionsFileError(f"{path.name}: no row of {rows:,} is a usable position ({why}).")
    return RecordedPositions(tuple(positions), dict(rejected))


def _position(
    row: Row, source: SourceId, fix_at: datetime | RejectReason, area: Area | None
) -> Position | RejectReason:
    vehicle_id = identifier_or_none(_text(row["vehicle"]))
    if vehicle_id is None:
        return RejectReason.NO_VEHICLE_ID
    if isinstance(fix_at, RejectReason):
        return fix_at
    if not _text(row["lat"]) or not _text(row["lon"]):
        return RejectReason.NO_POSITION
    place = place_or_reason(_number(row["lat"]), _number(row["lon"]), area)
    if isinstance(place, RejectReason):
        return place
    return Position(
        source=source,
        vehicle_id=VehicleId(vehicle_id),
        fix_at=fix_at,
        received_at=fix_at,
        place=place,
        bearing_deg=bearing_or_none(_number(row.get("bearing"))),
        speed_mps=speed_or_none(_number(row.get("speed"))),
        claim=_claim(row),
    )


def _claim(row: Row) -> RunClaim | None:
    """The run the row names; None where it names none, or a service date that is no date."""
    run_id = identifier_or_none(_text(row.get("trip")))
    if run_id is None:
        return None
    raw_date = row.get("date")
    if isinstance(raw_date, date):
        service_date = raw_date.date() if isinstance(raw_date, datetime) else raw_date
    elif text := _text(raw_date):
        try:
            service_date = date.fromisoformat(text)  # reads 20260216 and 2026-02-16
        except ValueError:
            return None
    else:
        service_date = None
    return RunClaim(RunId(run_id), service_date, _text(row.get("relationship")).lower() in _CANCELLED)


def _moment(cell: Cell, zone: tzinfo | None) -> datetime | RejectReason | None:
    """The aware moment of a cell, the reason why it is none, or None where only the zone is missing."""
    if not isinstance(cell, datetime):
        seconds = _number(cell)
        if math.isfinite(seconds):
            return fix_time_or_reason(seconds)
        try:
            cell = datetime.fromisoformat(_text(cell))
        except ValueError:
            return RejectReason.NO_TIMESTAMP
    if cell.tzinfo is None:
        if zone is None:
            return None
        cell = cell.replace(tzinfo=zone)
    return cell.astimezone(UTC)


def _number(cell: Cell) -> float:
    """A cell as a number; NaN where it is none, which every range check refuses."""
    try:
        return float(cell) if isinstance(cell, int | float | str) else math.nan
    except (ValueError, OverflowError):
        return math.nan


def _text(cell: Cell) -> str:
    """A cell as text. A whole number stored as a float (how tables write ids beside gaps) loses its `.0`."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


@contextmanager
def _table(path: Path) -> Iterator[Iterator[Row]]:
    """The rows of the file as mappings from our own words to cells; the kind of file is told by its first bytes."""
    with path.open("rb") as file:
        magic = file.read(4)
    if magic == b"PAR1":
        yield _parquet_rows(path)
        return
    try:
        with (gzip.open if magic[:2] == b"\x1f\x8b" else open)(path, "rt", encoding="utf-8-sig", newline="") as text:
            yield _csv_rows(path, text)
    except UnicodeDecodeError as error:
        raise PositionsFileError(f"{path.name}: not UTF-8 text at byte {error.start:,}; save it as UTF-8.") from error
    except (EOFError, gzip.BadGzipFile) as error:
        raise PositionsFileError(f"{path.name}: the gzip file is damaged or cut short; fetch it again.") from error
    except csv.Error as error:
        raise PositionsFileError(f"{path.name}: not a CSV table ({error}).") from error


def _csv_rows(path: Path, text: Iterator[str]) -> Iterator[Row]:
    reader = csv.reader(text)
    places = _places(path, next(reader, []))
    width = max(places.values()) + 1
    for cells in reader:
        if not cells:
            continue  # a blank line, as at the end of many files
        if len(cells) < width:
            cells = cells + [""] * (width - len(cells))
        yield {word: cells[place] for word, place in places.items()}


def _parquet_rows(path: Path) -> Iterator[Row]:
    try:
        from pyarrow import ArrowInvalid, parquet
    except ImportError as error:
        raise PositionsFileError(
            f"{path.name}: reading Parquet needs pyarrow; install it with: pip install 'busline[parquet]'"
        ) from error
    try:
        file = parquet.ParquetFile(path)
    except ArrowInvalid as error:
        raise PositionsFileError(f"{path.name}: the Parquet file is damaged or cut short; fetch it again.") from error
    with file:
        names = list(file.schema_arrow.names)
        words = {names[place]: word for word, place in _places(path, names).items()}
        for batch in file.iter_batches(columns=list(words)):
            columns = {words[name]: batch.column(name).to_pylist() for name in words}
            for cells in zip(*columns.values(), strict=True):
                yield dict(zip(columns, cells, strict=True))


def _places(path: Path, header: Sequence[str]) -> dict[str, int]:
    """Where each thing we read stands in the header."""
    found = {name.strip().lower(): place for place, name in reversed(list(enumerate(header)))}
    places = {
        word: next(found[name] for name in names if name in found)
        for word, names in _NAMES.items()
        if any(name in found for name in names)
    }
    missing = [" or ".join(_NAMES[word]) for word in _REQUIRED if word not in places]
    if missing:
        raise PositionsFileError(
            f"{path.name}: missing {len(missing)} of {len(_REQUIRED)} needed columns: {'; '.join(missing)}. "
            f"Its first line names: {', '.join(header) or 'nothing'}."
        )
    return places
