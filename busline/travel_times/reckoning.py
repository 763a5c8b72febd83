"""What became of what was told: predictions are remembered until their bus comes, and then teach the band."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from busline.fleet import StopVisit
from busline.ids import RunKey
from busline.travel_times.band import normal_score
from busline.travel_times.calibration import Cells, Drift, cells_of, horizon_of
from busline.travel_times.outlook import Outlook

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

FORGOTTEN_SECONDS = 3 * 3_600.0
"""A prediction whose bus has not come by then is forgotten: it went another way, or nobody saw it arrive."""


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """Predictions whose bus has come, one row each."""

    cells: Cells
    score: Floats
    """Where in its band the bus came, as a normal score."""
    run: Rows
    arrival: Rows
    """Numbers that tell the runs and the arrivals apart within these lessons."""

    def __len__(self) -> int:
        return len(self.score)


@dataclass(slots=True)
class _Noted:
    """One prediction, until its bus comes."""

    cell: tuple[int, int, int, int]
    from_at: float
    mean_seconds: float
    variance: float
    z: Floats


class Reckoning:
    """Remembers one prediction of each call for each stage and horizon, and settles them as buses arrive."""

    def __init__(self) -> None:
        self._noted: dict[tuple[RunKey, int], dict[tuple[int, int], _Noted]] = {}
        self._settled: list[tuple[RunKey, int, _Noted, float]] = []
        self._forgotten_at = 0.0

    def note(self, outlook: Outlook, z: Floats, now: float) -> None:
        """Remember what is told now, with normal scores `z`, where nothing is remembered yet of that horizon."""
        cells = cells_of(outlook)
        columns = zip(
            outlook.run.tolist(),
            outlook.call.tolist(),
            horizon_of(outlook.mean_seconds).tolist(),
            cells.stage.tolist(),
            cells.horizon.tolist(),
            cells.afternoon.tolist(),
            cells.tier.tolist(),
            outlook.from_at.tolist(),
            outlook.mean_seconds.tolist(),
            outlook.variance.tolist(),
            strict=True,
        )
        for row, (run, call, ahead, stage, horizon, afternoon, tier, from_at, mean, variance) in enumerate(columns):
            of_call = self._noted.setdefault((outlook.keys[run], call), {})
            if (stage, ahead) not in of_call:
                of_call[stage, ahead] = _Noted((stage, horizon, afternoon, tier), from_at, mean, variance, z[row])
        if now - self._forgotten_at > FORGOTTEN_SECONDS:
            self._forget(now)

    def settle(self, visits: Iterable[StopVisit], drift: Drift) -> None:
        """Buses have come: what was told of those calls moves the band, and becomes a lesson for days to come."""
        settled = []
        for visit in visits:
            for one in self._noted.pop((visit.key, visit.call_index), {}).values():
                came = visit.arrived_at.timestamp() - one.from_at
                if came > 0:
                    settled.append((visit.key, visit.call_index, one, came))
        if settled:
            lessons = _lessons(settled)
            drift.take(lessons.cells, lessons.score, lessons.arrival, np.array([one.z for _, _, one, _ in settled]))
            self._settled += settled

    def drain(self) -> Lessons | None:
        """The lessons since the last time; None where there are none."""
        settled, self._settled = self._settled, []
        return _lessons(settled) if settled else None

    def _forget(self, now: float) -> None:
        self._forgotten_at = now
        self._noted = {
            call: noted
            for call, noted in self._noted.items()
            if max(one.from_at + one.mean_seconds for one in noted.values()) > now - FORGOTTEN_SECONDS
        }


def _lessons(settled: Sequence[tuple[RunKey, int, _Noted, float]]) -> Lessons:
    runs = {key: number for number, key in enumerate(dict.fromkeys(key for key, _, _, _ in settled))}
    calls = {one: number for number, one in enumerate(dict.fromkeys((key, call) for key, call, _, _ in settled))}
    cells = np.array([one.cell for _, _, one, _ in settled], np.intp)
    return Lessons(
        cells=Cells(*cells.T),
        score=normal_score(
            np.array([one.mean_seconds for _, _, one, _ in settled]),
            np.array([one.variance for _, _, one, _ in settled]),
            np.array([came for _, _, _, came in settled]),
        ),
        run=np.array([runs[key] for key, _, _, _ in settled], np.intp),
        arrival=np.array([calls[key, call] for key, call, _, _ in settled], np.intp),
    )
