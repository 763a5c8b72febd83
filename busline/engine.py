"""What has been learned about one version of the plan, and what it says about the moments ahead.

The one place that ties the parts together: links driven teach the travel model, departures teach the holds, arrivals
teach the band. The live service and the backtest run this same engine.
"""

from collections.abc import Container, Sequence

import numpy as np
from numpy.typing import NDArray

from busline.calibration import Calibration, Drift, cells_of, no_calibration
from busline.crossing import Crossings, Traversals
from busline.fleet import RunProgress
from busline.ids import RunKey
from busline.outlook import Foresight, Outlook
from busline.road import RoadNetwork
from busline.road_history import RoadHistory
from busline.timetable import Timetable
from busline.travel import TravelModel

Floats = NDArray[np.float64]


class Engine:
    """Fed with every step of the tracker; asked about any moment after it."""

    def __init__(
        self,
        timetable: Timetable,
        network: RoadNetwork | None = None,
        history: RoadHistory | None = None,
        calibration: Calibration | None = None,
    ) -> None:
        """About a millisecond a pattern where no network is given: in a thread for a large plan."""
        self.model = TravelModel(timetable, network, history)
        self.calibration = no_calibration() if calibration is None else calibration
        self.drift = Drift()
        self._crossings = Crossings(timetable, self.model.network)
        self._foresight = Foresight(timetable, self.model)

    def learn(self, progress: Sequence[RunProgress]) -> Traversals:
        """Take in what changed, in order of time. Returns the links that were driven."""
        driven = self._crossings.take(progress)
        self.model.learn(driven)
        self._foresight.learn(progress)
        return driven

    def look(self, progress: Sequence[RunProgress], now: float, driven: Container[RunKey] = ()) -> Outlook:
        """Everything ahead of these runs, and of the later runs of their blocks that are not `driven` already."""
        return self._foresight.look(progress, now, driven)

    def tell(self, outlook: Outlook, now: float) -> Floats:
        """Epoch seconds of `busline.band.QUANTILES` for every row, (rows, quantiles); none is before `now`."""
        return outlook.at(self.drift.z(self.calibration, cells_of(outlook)), now)
