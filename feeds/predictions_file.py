"""A file of predictions that an agency made (CSV, plain or gzipped): what `busline backtest` holds its own against.

Columns: `made_at`, `trip_id`, `stop_id` or `stop_sequence`, and `arrives_at`; the names of our own predictions file
(`p50`) and of GTFS-realtime (`timestamp`, `arrival_time`) are known too. Times are ISO 8601 with an offset, or epoch
seconds.
"""

import csv
import gzip
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from busline.backtest.agency import AgencyPrediction
from busline.ids import RunId, StopId

_NAMES: Mapping[str, tuple[str, ...]] = {
    "made": ("made_at", "timestamp", "collected_at"),
    "trip": ("trip_id", "trip_id_performed"),
    "stop": ("stop_id",),
    "sequence": ("stop_sequence", "trip_stop_sequence"),
    "arrives": ("arrives_at", "arrival_time", "predicted_at", "p50"),
}


class PredictionsFileError(ValueError):
    """The file cannot be used. The message says why, with counts."""


def read_predictions(path: Path) -> tuple[list[AgencyPrediction], Mapping[str, int]]:
    """Every usable row, and how many others there were, by what was wrong with them. Raises PredictionsFileError."""
    found: list[AgencyPrediction] = []
    wrong: Counter[str] = Counter()
    with _rows(path) as (places, rows):
        for cells in rows:
            cell = {word: cells[place].strip() if place < len(cells) else "" for word, place in places.items()}
            made_at, arrives_at = _moment(cell["made"]), _moment(cell["arrives"])
            sequence, stop = cell.get("sequence", ""), cell.get("stop", "")
            if made_at is None or arrives_at is None:
                wrong["a time that cannot be placed"] += 1
            elif not cell["trip"] or not (stop or sequence.isdigit()):
                wrong["no trip or no stop"] += 1
            else:
                number = int(sequence) if sequence.isdigit() else None
                found.append(
                    AgencyPrediction(made_at, RunId(cell["trip"]), StopId(stop) if stop else None, number, arrives_at)
                )
    if not found:
        why = ", ".join(f"{count:,} with {what}" for what, count in wrong.most_common()) or "it has no rows"
        raise PredictionsFileError(f"{path.name}: no usable prediction ({why}).")
    return found, dict(wrong)


@contextmanager
def _rows(path: Path) -> Iterator[tuple[dict[str, int], Iterator[list[str]]]]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    try:
        with (gzip.open if packed else open)(path, "rt", encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text)
            header = [name.strip().lower() for name in next(reader, [])]
            places = {
                word: header.index(name)
                for word, names in _NAMES.items()
                if (name := next((name for name in names if name in header), None)) is not None
            }
            missing = [" or ".join(_NAMES[word]) for word in ("made", "trip", "arrives") if word not in places]
            if "stop" not in places and "sequence" not in places:
                missing.append("stop_id or stop_sequence")
            if missing:
                raise PredictionsFileError(
                    f"{path.name}: missing {len(missing)} needed columns: {'; '.join(missing)}. Its first line names: "
                    f"{', '.join(header) or 'nothing'}."
                )
            yield places, (cells for cells in reader if cells)
    except UnicodeDecodeError as error:
        raise PredictionsFileError(f"{path.name}: not UTF-8 text at byte {error.start:,}.") from error
    except (EOFError, gzip.BadGzipFile) as error:
        raise PredictionsFileError(f"{path.name}: the gzip file is damaged or cut short.") from error
    except csv.Error as error:
        raise PredictionsFileError(f"{path.name}: not a CSV table ({error}).") from error


def _moment(text: str) -> float | None:
    """Epoch seconds of a cell; None where it is no moment, or one without a zone."""
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        return moment.timestamp() if moment.tzinfo is not None else None
    return seconds if math.isfinite(seconds) and seconds > 0 else None
