"""How predictions turned out, and from that how wide the next ones must be: conformal, and adaptive.

The band (`band.py`) has a shape; where in it the bus then comes is a normal score. The quantiles of such scores
among like predictions take the place of the normal ones, so that a band of 80 % holds 80 %, whatever the model got
wrong. Only the band and the published time are moved, never the middle.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from busline.travel_times.band import QUANTILES, Z
from busline.travel_times.departure import LAST_TIER
from busline.travel_times.outlook import Outlook, Stage

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

HORIZON_EDGES_SECONDS = np.array([60, 120, 180, 300, 450, 600, 900, 1_200, 1_800], np.float64)
"""Between the bins of the expected time ahead; whole half minutes."""
_BIN_SECONDS = 30.0
_HORIZON: Rows = np.searchsorted(
    HORIZON_EDGES_SECONDS, np.arange(0.0, HORIZON_EDGES_SECONDS[-1] + 1.0, _BIN_SECONDS), side="right"
)
"""The bin of each half minute."""
ENOUGH_ARRIVALS = 200
ENOUGH_RUNS = (3, 10, 30, 30)
"""So many arrivals on so many runs (by stage, then by horizon, half and tier) make a cell of its own; with fewer it is
pooled with its like. The arrivals of one run are late together."""
RATE = 0.005
"""How far one arrival outside its band moves the band's end, in normal scores; one inside moves it back, a ninth."""
FARTHEST = 3.0
"""The most that arrivals move it altogether."""

_AXES = (len(Stage), len(HORIZON_EDGES_SECONDS) + 1, 2, LAST_TIER + 1)
_NORMAL = np.array([Z[quantile] for quantile in QUANTILES])
_MOVED = np.array([quantile for quantile in QUANTILES if quantile != 0.5])
_EARLY_AT = np.flatnonzero(np.array(QUANTILES) < 0.5)
_LATE_AT = np.flatnonzero(np.array(QUANTILES) > 0.5)
_MOVED_AT = np.flatnonzero(np.array(QUANTILES) != 0.5)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """What makes predictions alike, one row each: what the bus is doing, how far ahead, half of the day, and tier."""

    stage: Rows
    horizon: Rows
    afternoon: Rows
    tier: Rows

    def __getitem__(self, which: Rows | NDArray[np.bool_]) -> "Cells":
        return Cells(self.stage[which], self.horizon[which], self.afternoon[which], self.tier[which])

    def of(self, table: Floats) -> Floats:
        """(rows, quantiles) out of a table of every cell."""
        row = ((self.stage * _AXES[1] + self.horizon) * _AXES[2] + self.afternoon) * _AXES[3] + self.tier
        # Quantile by quantile in memory, as the band is computed.
        return table.reshape(-1, len(QUANTILES)).T.take(row, axis=1).T


def horizon_of(mean_seconds: Floats) -> Rows:
    """Which bin an expected time is in, 0 below the first of `HORIZON_EDGES_SECONDS`."""
    half_minute = np.minimum(mean_seconds / _BIN_SECONDS, len(_HORIZON) - 1.0).astype(np.intp)
    return _HORIZON[half_minute]


def scores_of(outlook: Outlook, table: Floats) -> Floats:
    """(rows, quantiles) for everything ahead, out of a table of every cell: `cells_of(outlook).of(table)`, faster."""
    row = outlook.stage * np.int16(_AXES[1])
    row += _horizons(outlook).astype(np.int16)
    for axis, column in ((_AXES[2], outlook.afternoon), (_AXES[3], outlook.tier)):
        row *= np.int16(axis)
        row += column
    return table.reshape(-1, len(QUANTILES)).T.take(row, axis=1).T


def cells_of(outlook: Outlook) -> Cells:
    """The cells of everything ahead."""
    return Cells(
        outlook.stage.astype(np.intp),
        _horizons(outlook),
        outlook.afternoon.astype(np.intp),
        outlook.tier.astype(np.intp),
    )


def _horizons(outlook: Outlook) -> Rows:
    """How far ahead each call is.

    Before a bus sets out, how late it comes to a call has less to do with how far off that is than with how far along
    the run: coming to the first stop is one thing, leaving it another, and the way adds to that.
    """
    horizon = horizon_of(outlook.mean_seconds)
    before = np.flatnonzero(outlook.stage)
    way = outlook.way_seconds[before]
    horizon[before] = np.where(way > 0, np.maximum(horizon_of(way), 1), 0)
    return horizon


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Normal scores of the quantiles for every cell."""

    scores: Floats
    """(stages, horizons, halves, tiers, quantiles)"""

    def z(self, cells: Cells) -> Floats:
        """(rows, quantiles)"""
        return cells.of(self.scores)


def no_calibration() -> Calibration:
    """The band as its shape has it: before anything has happened."""
    return Calibration(np.broadcast_to(_NORMAL, (*_AXES, len(QUANTILES))).copy())


def calibrated(cells: Cells, score: Floats, run: Rows, arrival: Rows) -> Calibration:
    """Calibration by past predictions. `run` and `arrival` number what each was of; those of one share its luck.

    A cell that has seen too few arrivals takes the quantiles of all tiers, then of both halves of the day, then of
    every horizon; and the band's own shape if its stage was hardly seen at all.
    """
    table = no_calibration().scores
    axes = np.stack([cells.stage, cells.horizon, cells.afternoon, cells.tier], axis=1)
    for depth in range(1, len(_AXES) + 1):
        # From the widest pool to the narrowest, so that the narrowest with enough in it stands.
        number = np.ravel_multi_index(tuple(axes[:, :depth].T), _AXES[:depth])
        for one in np.unique(number).tolist():
            alike = number == one
            enough = len(np.unique(arrival[alike])) >= ENOUGH_ARRIVALS
            if enough and len(np.unique(run[alike])) >= ENOUGH_RUNS[depth - 1]:
                cell = table[tuple(int(index) for index in np.unravel_index(one, _AXES[:depth]))]
                cell[..., _MOVED_AT] = np.quantile(score[alike], _MOVED)
    return Calibration(table)


class Drift:
    """What today's arrivals add to a calibration: each end of the band gives way where arrivals fall beyond it.

    Quantile tracking (Angelopoulos, Candes and Tibshirani 2023): in the long run the share outside is as promised,
    however reality has changed. Under a storm the bands widen by themselves, by half within a thousand arrivals.
    """

    def __init__(self) -> None:
        self._moved = np.zeros((*_AXES[:2], len(QUANTILES)))

    def z(self, calibration: Calibration, cells: Cells) -> Floats:
        """(rows, quantiles), in order; the middle stays where it is, and what is told early before it."""
        return cells.of(self.scores(calibration))

    def scores(self, calibration: Calibration) -> Floats:
        """The same for every cell, of which there are far fewer than predictions."""
        moved = calibration.scores + self._moved[:, :, None, None]
        early, late = np.minimum(moved[..., _EARLY_AT], 0.0), np.maximum(moved[..., _LATE_AT], 0.0)
        moved[..., _EARLY_AT] = np.minimum.accumulate(early[..., ::-1], axis=-1)[..., ::-1]
        moved[..., _LATE_AT] = np.maximum.accumulate(late, axis=-1)
        return moved

    def take(self, cells: Cells, score: Floats, arrival: Rows, told: Floats) -> None:
        """Learn from predictions whose bus has come: where it came, and the normal scores it was `told` with."""
        if not len(score):
            return
        bins = cells.stage * _AXES[1] + cells.horizon
        # All predictions of one arrival in one bin count as one.
        pair, of = np.unique(arrival * (_AXES[0] * _AXES[1]) + bins, return_inverse=True)
        below = score[:, None] < told[:, _MOVED_AT]
        share = np.stack([np.bincount(of, weights=column) for column in below.T], axis=1) / np.bincount(of)[:, None]
        flat = self._moved.reshape(-1, len(QUANTILES))
        np.add.at(flat, (pair[:, None] % (_AXES[0] * _AXES[1]), _MOVED_AT), RATE * (_MOVED - share) / _EASE)
        np.clip(self._moved, -FARTHEST, FARTHEST, out=self._moved)


_EASE = np.maximum(_MOVED, 1 - _MOVED)
"""An arrival beyond an end moves it by the whole rate."""
