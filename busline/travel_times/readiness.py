"""When to be at the stop, by how sure a prediction is: p10, or earlier where that would cost too many the ride.

A bus under way is predicted again and again until a family has to leave, so that p10 is met by 99 of 100 who go by it
(measured on simulated weeks, docs/simulated-weeks.md). Before it sets out one prediction may be all that reaches
them: then so much earlier that the calibrated band itself says 99 of 100. In the first week of a run it is p05.
"""

import numpy as np
from numpy.typing import NDArray

from busline.accuracy.scoring import MISSED_SECONDS
from busline.travel_times.band import QUANTILES
from busline.travel_times.outlook import Stage

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

USUAL, FIRST_WEEK, SURE = QUANTILES.index(0.10), QUANTILES.index(0.05), QUANTILES.index(0.01)


def be_ready_at(told: Floats, stage: NDArray[np.int8], new: NDArray[np.int8]) -> Floats:
    """Moments to be at the stop, (rows,), from those of `band.QUANTILES`, (rows, quantiles).

    `new` is 1 for a run in its first week. A bus that comes less than `MISSED_SECONDS` before that is met.
    """
    usual = np.where(new != 0, told[:, FIRST_WEEK], told[:, USUAL])
    sure = np.minimum(usual, told[:, SURE] + MISSED_SECONDS)
    result: Floats = np.where(stage == Stage.UNDER_WAY, usual, sure)
    return result
