"""What the live service predicts at a moment, sampled so that every night it can be scored. Pure.

Once a minute, every call that a bus may reach within half an hour: one under way, and one that has yet to begin its
run. Of a very large fleet only so many runs are taken that the database is not burdened: whole runs, another choice
every day, so that no minute of one is missing.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from busline.accuracy.held_speed import HeldSpeed
from busline.eta import NoPrediction, Prediction
from busline.fleet import RunProgress
from busline.ids import RunId, RunKey, StopId
from busline.timetable import Run, Timetable

AHEAD = timedelta(minutes=30)
"""How far ahead the yardsticks look."""
MOST_ROWS_A_MINUTE = 12_000
"""200 rows a second, a hundredth of what PostgreSQL takes in. A fleet of some 1,100 buses is measured whole; of 10,000
runs, with ten calls each within half an hour, every ninth is: far more than a day's figures need."""

Predict = Callable[[Run, date, RunProgress, int, datetime], Prediction | NoPrediction]
"""The prediction that an answer would rest on: run, service date, progress, call index, now."""
Foresee = Callable[[RunKey, int, datetime], Prediction | None]
"""The same of a run that has not begun: its key, call index, now."""


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run that the plan has on a service day."""

    key: RunKey
    route_name: str
    stop_sequences: tuple[int, ...]
    """Of its calls, in order."""
    measured: bool
    """Whether its predictions are kept."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One prediction as it stood, and what simpler ones would have gone by at that moment."""

    key: RunKey
    call_index: int
    stop_sequence: int
    stop_id: StopId
    planned_at: datetime
    lateness_seconds: float
    """Of the bus where it was last seen, against the plan: what delay propagation adds to it. 0 before the start."""
    made_at: datetime
    prediction: Prediction
    held_at: datetime | None = None
    """When the bus would come at the speed it had; None before the start."""


def planned_runs(timetable: Timetable, service_date: date) -> list[PlannedRun]:
    """All runs of a service day, and which of them are measured: the same choice however often it is made."""
    runs = timetable.runs_on(service_date)
    one_in = one_run_in(runs)
    return [
        PlannedRun(
            key=RunKey(service_date, run.run_id),
            route_name=run.route_name or run.route_id,
            stop_sequences=tuple(run.stop_sequences.tolist()),
            measured=_drawn(service_date, run, one_in),
        )
        for run in runs
    ]


def one_run_in(runs: Sequence[Run], most_rows_a_minute: int = MOST_ROWS_A_MINUTE) -> int:
    """Every how many-th run is measured, so that the busiest minute of the plan has no more rows than that."""
    if not runs:
        return 1
    arrives = np.concatenate([run.arrival_seconds for run in runs])
    # A call is ahead from half an hour before it to its arrival.
    first = np.maximum(arrives - int(AHEAD.total_seconds()), 0) // 60
    last = np.maximum(arrives // 60, first)
    minutes = int(last.max()) + 1
    ahead = np.cumsum(np.bincount(first, minlength=minutes) - np.bincount(last, minlength=minutes))
    return max(1, -(-int(ahead.max()) // most_rows_a_minute))


def sample_run(
    timetable: Timetable, progress: RunProgress, predict: Predict, held: HeldSpeed, now: datetime
) -> list[Sample]:
    """The predictions that stand for one run: those of the calls that its bus may reach within half an hour.

    `held` learns from every sample how fast the bus goes.
    """
    run = timetable.runs.get(RunId(progress.key.run_id))
    if run is None or progress.ended_at is not None:
        return []
    held.take(progress)
    samples: list[Sample] = []
    for index in range(progress.next_call, len(run)):
        prediction = predict(run, progress.key.service_date, progress, index, now)
        if isinstance(prediction, NoPrediction) or prediction.p10 > now + AHEAD:
            # What holds one call back holds back those behind it, and they are farther off.
            break
        samples.append(_sample(timetable, run, progress.key, index, progress.lateness_seconds, now, prediction))
    if not samples:
        return []
    arrives_at = held.arrives_at(run, progress, np.array([sample.call_index for sample in samples], np.intp))
    return [
        replace(sample, held_at=datetime.fromtimestamp(at, UTC))
        for sample, at in zip(samples, arrives_at.tolist(), strict=True)
    ]


def sample_before_start(timetable: Timetable, key: RunKey, foresee: Foresee, now: datetime) -> list[Sample]:
    """What is foreseen of a run that has not begun: of the calls that its bus may reach within half an hour."""
    run = timetable.runs.get(key.run_id)
    if run is None or timetable.planned_start(key.service_date, run) - now > AHEAD:
        return []
    samples: list[Sample] = []
    for index in range(len(run)):
        prediction = foresee(key, index, now)
        if prediction is None or prediction.p10 > now + AHEAD:
            break
        samples.append(_sample(timetable, run, key, index, 0.0, now, prediction))
    return samples


def _sample(
    timetable: Timetable,
    run: Run,
    key: RunKey,
    index: int,
    lateness_seconds: float,
    now: datetime,
    prediction: Prediction,
) -> Sample:
    return Sample(
        key=key,
        call_index=index,
        stop_sequence=int(run.stop_sequences[index]),
        stop_id=run.pattern.stop_ids[index],
        planned_at=timetable.planned_arrival(key.service_date, run, index),
        lateness_seconds=lateness_seconds,
        made_at=now,
        prediction=prediction,
    )


def _drawn(service_date: date, run: Run, one_in: int) -> bool:
    return zlib.crc32(f"{service_date} {run.run_id}".encode()) % one_in == 0
