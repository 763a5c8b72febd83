"""What could be said on one day of a recording by distances, from the days before it and the day so far."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from busline.backtest.distances import DistanceRecording, Track
from busline.backtest.learned_plan import learned_plan, run_id_of
from busline.ids import StopId
from busline.service_day import moment
from busline.timetable import Timetable
from busline.travel_times.apportion import Passed, passed
from busline.travel_times.band import AHEAD_SECONDS
from busline.travel_times.crossing import Traversals
from busline.travel_times.earlier_passes import EarlierPasses, Now, Pass, pulled
from busline.travel_times.road import Road
from busline.travel_times.road_history import OTHER_KIND_WEIGHT, Drive, RoadHistory, driven_links, learn
from busline.travel_times.trails import kind_of
from busline.travel_times.travel import TravelModel

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is expected of one bus and one stop ahead of it. Moments are epoch seconds."""

    call: int
    """Of the run in the learned plan."""
    mean_seconds: float
    unlearned_seconds: float
    """How much of that rests on nothing but the length of the way."""
    usual_at: float
    """The learned timetable: the planned start, and from there what the links take on all days."""
    delayed_at: float
    """Delay propagation on that timetable: from where the bus is, what the links take on all days."""


class Known:
    """What there is to learn from on one day: paths by one of its moments, and the tracks of all days up to it."""

    def __init__(self, recording: DistanceRecording, on: date, now: float) -> None:
        self._plan = learned_plan(recording, on, now)
        self._base = TravelModel(self._plan)
        self._on = on
        tracks = [track for track in recording.tracks if track.key.service_date <= on]
        self._days = {
            day: _Day(self._plan, self._base, [track for track in tracks if track.key.service_date == day])
            for day in sorted({track.key.service_date for track in tracks})
        }

    @property
    def days_before(self) -> list[date]:
        return [day for day in self._days if day != self._on]

    def foreteller(self, day: date) -> "Foreteller":
        """For a day up to this one, from all days before this one but itself."""
        others = [each for of, each in self._days.items() if of not in (day, self._on)]
        return Foreteller(self._plan, self._base, self._days[day], others, self._on)


class _Day:
    """A day's tracks along the roads of a plan."""

    def __init__(self, plan: Timetable, model: TravelModel, tracks: Iterable[Track]) -> None:
        self.tracks = [track for track in tracks if len(track.at) > 1]
        self.roads = [model.network.roads[plan.runs[run_id_of(track)].pattern] for track in self.tracks]
        self.midnight = [moment(track.key.service_date, 0, plan.timezone).timestamp() for track in self.tracks]
        self.kind = kind_of(self.tracks[0].key.service_date) if self.tracks else ""
        self.drives = [
            Drive(road, track.key.service_date, self.kind, track.at - midnight, track.distance_m)
            for track, road, midnight in zip(self.tracks, self.roads, self.midnight, strict=True)
        ]

    def passed(self, history: RoadHistory) -> list[Passed]:
        return [
            passed(drive.road, drive.at, drive.distance_m, history.usual_seconds[drive.road.link])
            for drive in self.drives
        ]


class Foreteller:
    """What was known on one day, given some days before it."""

    def __init__(self, plan: Timetable, base: TravelModel, today: _Day, earlier: Sequence[_Day], on: date) -> None:
        self._plan = plan
        drives = [drive for day in earlier for drive in day.drives]
        self._history = learn(base.network, drives, on=on, kind=today.kind)
        self._model = TravelModel(plan, base.network, self._history)
        self._passes = EarlierPasses()
        for day in earlier:
            self._remember(day, 1.0 if day.kind == today.kind else OTHER_KIND_WEIGHT)
        self._known_at, *self._driven = self._drive(today)
        self._heard = 0

    def hear(self, now: float) -> None:
        """Learn all that was known of the day by now; it never goes back."""
        until = int(np.searchsorted(self._known_at, now, side="right"))
        if until > self._heard:
            link, entered_at, seconds = (column[self._heard : until] for column in self._driven)
            self._model.learn(Traversals(link.astype(np.intp), entered_at, seconds))
            self._heard = until

    def ahead(self, track: Track, here_m: float, stop_id: StopId, at: float) -> Ahead:
        """For the bus of a track that was here at this moment, and a stop ahead of it."""
        run = self._plan.runs[run_id_of(track)]
        road, call = self._model.network.roads[run.pattern], run.pattern.stop_ids.index(stop_id)
        to_m = run.pattern.stop_distance_m[[call]]
        midnight = moment(track.key.service_date, 0, self._plan.timezone).timestamp()
        row = np.array([self._model.row_of[run.run_id]])
        ahead = self._model.ahead(row, np.array([here_m]), np.array([call]), at)
        usual = np.concatenate([[0.0], np.cumsum(self._history.usual_seconds[road.link])])
        from_start, so_far, until = np.interp([0.0, here_m, to_m[0]], road.edge_m, usual)
        link, entered_at = _entered(track, road, usual, here_m, at)
        took, weight = self._passes.ahead(
            road,
            track.key.run_id,
            track.start_seconds,
            link,
            entered_at - midnight,
            to_m,
            Now(at - midnight, at),
        )
        mean = max(float(pulled(ahead.seconds[:1], took, weight)[0]), AHEAD_SECONDS)
        return Ahead(
            call=call,
            mean_seconds=mean,
            unlearned_seconds=float(ahead.unlearned_seconds[0]),
            usual_at=float(midnight + track.start_seconds + until - from_start),
            delayed_at=float(at + until - so_far),
        )

    def _remember(self, day: _Day, weight: float) -> None:
        for track, road, one in zip(day.tracks, day.roads, day.passed(self._history), strict=True):
            ever = np.full(len(one.at), -np.inf)
            self._passes.take(road, Pass(track.key.run_id, track.start_seconds, one.at, ever, weight))

    def _drive(self, today: _Day) -> Floats:
        """Today's passes, which know from when on they count, and the links driven in order of when that was known.

        Rows: when it was known, link, entered at, seconds.
        """
        rows = []
        for track, road, midnight, one in zip(
            today.tracks, today.roads, today.midnight, today.passed(self._history), strict=True
        ):
            known_at = one.known_at + midnight
            self._passes.take(road, Pass(track.key.run_id, track.start_seconds, one.at, known_at, 1.0))
            which, took = driven_links(road, one, self._history.usual_seconds)
            known_at = np.maximum(known_at[which], known_at[which + 1])
            rows.append(np.stack([known_at, road.link[which], one.at[which] + midnight, took]))
        columns = np.concatenate(rows, axis=1) if rows else np.empty((4, 0))
        driven: Floats = columns[:, np.argsort(columns[0], kind="stable")]
        return driven


def _entered(track: Track, road: Road, usual_until: Floats, here_m: float, at: float) -> tuple[int, float]:
    """The link on which the bus of a track is, and when it came on to it, by what was seen of it until then."""
    link = int(np.clip(np.searchsorted(road.edge_m, here_m, side="right") - 1, 0, len(road.link) - 1))
    until = int(np.searchsorted(track.at, at))
    seen_at = np.concatenate([track.at[:until], [at]])
    seen = np.interp(np.minimum(np.concatenate([track.distance_m[:until], [here_m]]), here_m), road.edge_m, usual_until)
    first = np.concatenate([[True], np.diff(seen) > 0])
    return link, float(np.interp(usual_until[link], seen[first], seen_at[first]))
