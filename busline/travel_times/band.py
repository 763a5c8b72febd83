"""How sure a predicted travel time is: a gamma band whose spread grows with the road ahead and with what is unknown."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

THETA_SECONDS = 25.0
"""Gamma scale of a learned road: the variance is so many times the expected seconds (OneBusAway Android 2026)."""
THETA_LATENESS_SECONDS = (-240.0, 0.0, 900.0)
THETA_BY_LATENESS_SECONDS = (146.0, 22.0, 44.0)
"""The same by lateness against a well-made plan: an early bus is held, a late one may lose or regain more."""
PACE_SD = 0.10
"""Standard deviation of an unlearned road's own pace about its plan, as a share of the expected seconds."""
FLOOR_SD_SECONDS = 20.0
"""Even a bus in sight of the stop may meet a light: no band is narrower than this standard deviation makes it."""
PIECE_ROWS = 8_192
"""How many times are worked out at once."""
AHEAD_SECONDS = 15.0
"""A bus that should already be at the stop is still a little way off, or its visit would have been seen."""

Z = {0.01: -2.3263, 0.05: -1.6449, 0.10: -1.2816, 0.12: -1.1750, 0.50: 0.0, 0.90: 1.2816}
"""Standard normal quantiles."""
QUANTILES = tuple(Z)
"""What is told: the band's ends, the one number that is published, and the middle; and two that lie before the band,
for the time to be at the stop while little is known of a run, or while it has not begun."""
PUBLISHED = 0.12
"""An early bus costs the child the ride, so the number told is on the early side (flat from 0.10 to 0.15, measured)."""


def variance(mean_seconds: Floats, unlearned_seconds: Floats, lateness_seconds: Floats) -> Floats:
    """Of a travel time, seconds squared, of which so much rests on the plan alone.

    Only where the plan is all there is does lateness against it say how the bus will go on.
    """
    return variance_at(mean_seconds, unlearned_seconds, theta_seconds(lateness_seconds))


def theta_seconds(lateness_seconds: Floats) -> Floats:
    """The gamma scale of a bus that is so late, where the plan is all there is."""
    return np.interp(lateness_seconds, THETA_LATENESS_SECONDS, THETA_BY_LATENESS_SECONDS)


def variance_at(mean_seconds: Floats, unlearned_seconds: Floats, theta_seconds: Floats) -> Floats:
    """`variance` of buses whose `theta_seconds` is known already."""
    unlearned = np.minimum(np.maximum(unlearned_seconds / np.maximum(mean_seconds, 1.0), 0.0), 1.0)
    theta = THETA_SECONDS + (theta_seconds - THETA_SECONDS) * unlearned**2
    result: Floats = theta * mean_seconds + (PACE_SD * unlearned_seconds) ** 2 + FLOOR_SD_SECONDS**2
    return result


def quantile_seconds(mean_seconds: Floats, variance: Floats, z: Floats) -> Floats:
    """Quantiles of gamma times, (rows, quantiles); `z` are normal scores of that shape, or one for all rows."""
    # Quantile by quantile in memory, since numpy is slow along an axis of a few; and in pieces that stay in the
    # processor's cache.
    scores = np.broadcast_to(z.T if z.ndim > 1 else z[:, None], (z.shape[-1], len(mean_seconds)))
    result = np.empty(scores.shape)
    for first in range(0, len(mean_seconds), PIECE_ROWS):
        piece = slice(first, first + PIECE_ROWS)
        put_quantile_seconds(mean_seconds[piece], variance[piece], scores[:, piece].copy(), result[:, piece])
    return result.T


def put_quantile_seconds(mean_seconds: Floats, variance: Floats, z: Floats, out: Floats) -> None:
    """Put quantiles of a few thousand gamma times into `out`, (quantiles, rows), as `z` is, which is used up."""
    # Wilson and Hilferty 1931: the cube root of a gamma variable is very nearly normal.
    spread = variance / (9 * mean_seconds**2)
    z *= np.sqrt(spread)
    z += 1 - spread
    np.maximum(z, 0.0, out=z)
    np.multiply(z, z, out=out)
    out *= z
    out *= mean_seconds


def normal_score(mean_seconds: Floats, variance: Floats, actual_seconds: Floats) -> Floats:
    """Where what happened lies in its band, as a normal score: the inverse of `quantile_seconds`."""
    spread = variance / (9 * mean_seconds**2)
    score: Floats = (np.cbrt(np.maximum(actual_seconds, 0.0) / mean_seconds) - (1 - spread)) / np.sqrt(spread)
    return score


def moments_at(told: Floats, score: float) -> Floats:
    """(rows,) the moments of a normal score out of those of `QUANTILES`, (rows, quantiles): on the line between the two
    next to it, or beyond the last two."""
    scores = np.array(tuple(Z.values()))
    above = min(max(int(np.searchsorted(scores, score)), 1), len(scores) - 1)
    share = (score - scores[above - 1]) / (scores[above] - scores[above - 1])
    moments: Floats = told[:, above - 1] + share * (told[:, above] - told[:, above - 1])
    return moments
