"""Every prediction of a backtest as a row of a table, for whoever wants to score them another way."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np

from busline.backtest.plans import Plans
from busline.backtest.verdict import Backtest
from busline.eta import Basis
from busline.position import LIVE_SECONDS
from busline.timetable import Timetable
from busline.travel_times.outlook import Stage

PREDICTION_COLUMNS = (
    "made_at", "trip_id", "stop_sequence", "stop_id", "p10", "p50", "p90", "published", "basis", "fix_age_seconds",
)  # fmt: skip


def prediction_rows(plan: Timetable | Plans, found: Backtest) -> Iterator[tuple[str, ...]]:
    """The rows, in order of `made_at`; times are ISO 8601 in UTC, to the second (rounded early: down)."""
    plans = Plans.of(plan)
    notes, told = found.replayed.notes, found.told
    for row in np.argsort(notes.made_at, kind="stable").tolist():
        key = found.replayed.runs[notes.trip[row]]
        run, call = plans.run(key), int(notes.call[row])
        age = float(notes.fix_age_seconds[row])
        times = (notes.made_at[row], told.p10[row], told.p50[row], told.p90[row], told.published[row])
        if np.isnan(times[1]):
            continue  # on a route that constants were fitted on: nothing was told
        made_at, *quantiles = (_iso(float(moment)) for moment in times)
        yield (
            made_at,
            key.run_id,
            str(int(run.stop_sequences[call])),
            run.pattern.stop_ids[call],
            *quantiles,
            _basis(int(notes.stage[row]), age).value,
            f"{age:.0f}",
        )


def _basis(stage: int, fix_age_seconds: float) -> Basis:
    if stage != Stage.UNDER_WAY:
        return Basis.BEFORE_START
    return Basis.LIVE if fix_age_seconds <= LIVE_SECONDS else Basis.LAST_SEEN


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
