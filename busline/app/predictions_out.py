"""`--predictions-out`: every prediction of a backtest as a row of a file."""

import csv
import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path

from busline.backtest.rows import PREDICTION_COLUMNS


def write_predictions(path: Path, predictions: Iterable[Sequence[str]]) -> str:
    """Write rows of `PREDICTION_COLUMNS` as CSV, gzipped where the name ends in `.gz`; says what was written."""
    rows = 0
    with (gzip.open if path.suffix == ".gz" else open)(path, "wt", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(PREDICTION_COLUMNS)
        for row in predictions:
            table.writerow(row)
            rows += 1
    return f"Predictions: {rows:,} rows in {path}"
