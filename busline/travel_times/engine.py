"""What has been learned about one version of the plan, and what it says about the moments ahead.

The one place that ties the parts together: links driven teach the travel model, departures teach the holds, arrivals
teach the band. The live service and the backtest run this same engine.
"""

from collections.abc import Container, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from busline.fleet import Fleet, RunProgress, StopVisit
from busline.ids import RunKey
from busline.service_day import moment
from busline.timetable import Timetable
from busline.travel_times.apportion import passed
from busline.travel_times.band import PIECE_ROWS, QUANTILES
from busline.travel_times.calibration import Calibration, Drift, no_calibration, scores_of
from busline.travel_times.crossing import Crossings, Traversals
from busline.travel_times.dwell import Dwells
from busline.travel_times.outlook import NOBODY, Foresight, Outlook, Stage
from busline.travel_times.punctuality import Punctuality
from busline.travel_times.road import RoadNetwork
from busline.travel_times.road_history import FIRST_MPS, Drive, RoadHistory, driven_links
from busline.travel_times.travel import TravelModel

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


class Engine:
    """Fed with every step of the tracker; asked about any moment after it."""

    def __init__(
        self,
        timetable: Timetable,
        network: RoadNetwork | None = None,
        history: RoadHistory | None = None,
        calibration: Calibration | None = None,
        dwells: Dwells | None = None,
        punctuality: Punctuality | None = None,
    ) -> None:
        """About a millisecond a pattern where no network is given: in a thread for a large plan.

        `dwells` are those that `history` was learned with.
        """
        self.model = TravelModel(timetable, network, history, dwells)
        self.calibration = no_calibration() if calibration is None else calibration
        self.drift = Drift()
        self._timezone = timetable.timezone
        usual_seconds = None if history is None else history.usual_seconds
        self._crossings = Crossings(timetable, self.model.network, self.model.dwells, usual_seconds)
        self._foresight = Foresight(timetable, self.model, punctuality)
        self._seen_last: tuple[RunProgress, float, bool, Outlook, Floats] | None = None

    def visited(self, visits: Iterable[StopVisit]) -> None:
        """Learn how long buses stand, from visits that are over."""
        self.model.dwells.take(visits)

    def learn(self, progress: Sequence[RunProgress]) -> Traversals:
        """Take in what changed, in order of time. Returns the links that were driven."""
        driven = self._crossings.take(progress)
        self.model.learn(driven)
        self._foresight.learn(progress)
        self._seen_last = None
        return driven

    def recall(self, drives: Sequence[Drive]) -> None:
        """Learn the links of drives of today, in any order: after a restart."""
        parts = [self._recalled(drive) for drive in drives]
        if parts:
            link, entered_at, seconds = (np.concatenate(column) for column in zip(*parts, strict=True))
            order = np.argsort(entered_at + seconds, kind="stable")
            self.model.learn(Traversals(link[order], entered_at[order], seconds[order]))

    def _recalled(self, drive: Drive) -> tuple[Rows, Floats, Floats]:
        usual = self.model.network.length_m / FIRST_MPS
        edges = passed(drive.road, drive.at, drive.distance_m, usual[drive.road.link])
        known, seconds = driven_links(drive.road, edges, usual)
        midnight = moment(drive.service_date, 0, self._timezone).timestamp()
        return drive.road.link[known], midnight + edges.at[known], seconds

    def look(
        self,
        progress: Sequence[RunProgress],
        now: float,
        driven: Container[RunKey] = (),
        *,
        further: bool = True,
        unseen: Mapping[RunKey, Stage] = NOBODY,
        fleet: Fleet | None = None,
    ) -> Outlook:
        """Everything ahead of these runs and, looking `further`, of the later runs of their blocks not yet `driven`.

        And of runs on which no bus was seen so far, ELSEWHERE or UNSEEN. With the `fleet` it is known where buses
        are that have not begun their runs, and so how soon they can.
        """
        return self._foresight.look(progress, now, driven, further=further, unseen=unseen, fleet=fleet)

    def look_at(
        self, one: RunProgress, now: float, *, further: bool = False, fleet: Fleet | None = None
    ) -> tuple[Outlook, Floats]:
        """The outlook of one bus and what it is told: asked about call by call it is worked out once."""
        last = self._seen_last
        if last is not None and last[0] is one and last[1] == now and last[2] == further:
            return last[3], last[4]
        outlook = self.look([one], now, further=further, fleet=fleet)
        told = self.tell(outlook, now)
        self._seen_last = (one, now, further, outlook, told)
        return outlook, told

    def newest_before(self, key: RunKey, progress: Mapping[RunKey, RunProgress]) -> RunProgress | None:
        """How far the bus has got that is to drive a run: its newest earlier run of the block that was seen."""
        earlier = self._foresight.blocks.before(key)
        return next((progress[one] for one in earlier if one in progress), None)

    def tell(self, outlook: Outlook, now: float) -> Floats:
        """Epoch seconds of `band.QUANTILES` for every row, (rows, quantiles); none is before `now`."""
        scores = self.drift.scores(self.calibration)
        told = np.empty((len(QUANTILES), len(outlook)))
        for first in range(0, len(outlook), PIECE_ROWS):
            piece = slice(first, first + PIECE_ROWS)
            part = outlook.rows(piece)
            part.put(scores_of(part, scores).T, now, told[:, piece])
        return told.T
