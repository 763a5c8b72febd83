"""The engine against an agency's own predictions, on a recording by distances: learn on earlier days, score later ones.

For every scored day the paths, the history of streets and the passes come from the days before it, and the band is
calibrated on those days too, each foretold from the others. Of the day itself only what had been seen is known. Both
sides are judged on the same bus, stop and moment, from the position that the agency itself had.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from datetime import date
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from busline.accuracy.held_speed import HELD_OVER_SECONDS, SLOWEST_MPS
from busline.backtest.distances import DistanceRecording, Promises, Track, arrival
from busline.backtest.foretelling import Foreteller, Known
from busline.backtest.judging import Told, calibration_from, tell_in_time
from busline.backtest.learned_plan import USUAL_MPS
from busline.backtest.replaying import Notes
from busline.ids import RunKey
from busline.service_day import moment
from busline.travel_times.band import AHEAD_SECONDS, quantile_seconds, variance
from busline.travel_times.origins import NOON_SECONDS
from busline.travel_times.outlook import Stage

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]
T = TypeVar("T", Notes, Told, "Compared")

UNDER_WAY_M = 152.4
"""A bus is under way once it is 500 ft along its path and its run should have begun."""
EARLY_SECONDS = 60.0
AT_STOP_M = 15.24
LONGEST_BRACKET_SECONDS = 400.0
"""An arrival between two sightings farther apart than this is not known."""
SCORED_SECONDS = 30 * 60.0
LEARN_PATHS_SECONDS = 2 * 3_600.0
"""How often a day's paths are learned anew: one that nobody drove before is known once somebody has."""
DAYS_BEFORE = 2
"""A day is scored once there are so many before it."""


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Predictions of both sides, one row each, in order of days."""

    day: Rows
    """Which of the scored days."""
    notes: Notes
    told: Told
    stop: Rows
    """Which of the recording's stops."""
    agency_at: Floats
    actual: Floats
    bracket_seconds: Floats
    """How far apart the two sightings around the arrival were."""


@dataclass(frozen=True, slots=True, eq=False)
class ByDistance:
    """Everything that was found."""

    days: tuple[date, ...]
    """Those that were scored."""
    runs: tuple[RunKey, ...]
    """What `Notes.trip` numbers."""
    compared: Compared
    left_out: dict[str, int]
    """Promises that could not be judged, by reason."""


class TooFewDaysError(ValueError):
    """There is nothing to learn from, or nothing to score. The message says with counts what was found."""


def compare(
    recording: DistanceRecording, tell: Callable[[str, float], None] = lambda _what, _share: None
) -> ByDistance:
    """Foretell every promise of the later days, and what came of it. About a minute for six days of a city.

    Raises TooFewDaysError.
    """
    days = sorted({track.key.service_date for track in recording.tracks})
    runs = sorted({track.key for track in recording.tracks})
    judged, left_out = _judged(recording)
    _demand_enough(recording, days, judged, left_out)
    parts = []
    for number, on in enumerate(days[DAYS_BEFORE:]):
        tell(f"{on}, from {number + DAYS_BEFORE} days before it", number / max(1, len(days) - DAYS_BEFORE))
        parts.append(_scored_day(recording, judged, runs, number, on))
    return ByDistance(tuple(days[DAYS_BEFORE:]), tuple(runs), _stacked(parts), left_out)


def _demand_enough(
    recording: DistanceRecording, days: Sequence[date], judged: "_Judged", left_out: Mapping[str, int]
) -> None:
    scored = {recording.tracks[row].key.service_date for row in np.unique(judged.promises.track).tolist()}
    if len(days) > DAYS_BEFORE and scored >= set(days[DAYS_BEFORE:]) and scored & set(days[:DAYS_BEFORE]):
        return
    why = ", ".join(f"{count:,} {reason}" for reason, count in left_out.items())
    raise TooFewDaysError(
        f"Nothing to score: {len(days)} days were recorded and predictions can be judged on {len(scored)} of them. "
        f"{DAYS_BEFORE} days are needed to learn from, and another that is scored. Predictions not judged: {why}."
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """Promises with a known arrival, of buses under way."""

    promises: Promises
    actual: Floats
    bracket_seconds: Floats

    def __getitem__(self, which: Flags | Rows) -> "_Judged":
        return _Judged(self.promises[which], self.actual[which], self.bracket_seconds[which])


def _judged(recording: DistanceRecording) -> tuple[_Judged, dict[str, int]]:
    promises = recording.promises
    actual, bracket = np.empty(len(promises)), np.empty(len(promises))
    start_at, first_at, to_stop = np.empty(len(promises)), np.empty(len(promises)), np.empty(len(promises))
    for row, (number, stop) in enumerate(zip(promises.track.tolist(), promises.stop.tolist(), strict=True)):
        track = recording.tracks[number]
        stop_m = recording.stop_m[track.path, recording.stop_ids[stop]]
        actual[row], bracket[row] = arrival(track, stop_m)
        midnight = moment(track.key.service_date, 0, recording.timezone).timestamp()
        start_at[row], first_at[row] = midnight + track.start_seconds, track.at[0]
        to_stop[row] = stop_m - promises.distance_m[row]
    waits = (promises.distance_m < UNDER_WAY_M) | (promises.seen_at < np.maximum(start_at - EARLY_SECONDS, first_at))
    unknown = ~(bracket <= LONGEST_BRACKET_SECONDS)
    there = (to_stop <= AT_STOP_M) | (actual <= promises.seen_at)
    left_out = {
        "before the bus was under way": int(waits.sum()),
        "arrivals nobody saw": int((~waits & unknown).sum()),
        "made when the bus was there already": int((~waits & ~unknown & there).sum()),
    }
    return _Judged(promises, actual, bracket)[~waits & ~unknown & ~there], left_out


def _scored_day(
    recording: DistanceRecording, judged: _Judged, runs: Sequence[RunKey], number: int, on: date
) -> Compared:
    """Fit on the days before, then foretell the day, with paths learned anew every few hours."""
    begins = min(track.at[0] for track in recording.tracks if track.key.service_date == on)
    known = Known(recording, on, float(begins))
    past = []
    for day in known.days_before:
        before = judged[_of_day(recording, judged, day)]
        past.append((before.actual, _foretell(recording, known.foreteller(day), before.promises, runs)))
    notes = _stacked([notes for _, notes in past])
    actual = np.concatenate([actual for actual, _ in past])
    middle = _middle(notes, actual)
    calibration = calibration_from(_moved(notes, middle), actual, np.ones(len(notes), np.bool_))
    own = judged[_of_day(recording, judged, on)]
    own = own[np.argsort(own.promises.seen_at, kind="stable")]
    hour = (own.promises.seen_at - begins) // LEARN_PATHS_SECONDS
    parts = []
    for each in np.unique(hour).tolist():
        now = begins + each * LEARN_PATHS_SECONDS
        foreteller = Known(recording, on, now).foreteller(on)
        parts.append(_foretell(recording, foreteller, own.promises[hour == each], runs))
    notes = _moved(_stacked(parts), middle)
    told = tell_in_time(notes, own.actual, calibration)
    which = np.full(len(notes), number, np.intp)
    return Compared(which, notes, told, own.promises.stop, own.promises.arrives_at, own.actual, own.bracket_seconds)


def _of_day(recording: DistanceRecording, judged: _Judged, day: date) -> Flags:
    return np.array([recording.tracks[row].key.service_date == day for row in judged.promises.track.tolist()], np.bool_)


def _middle(notes: Notes, actual: Floats) -> float:
    """What past times were, as a share of what was expected, in the middle: half of the seconds expected had more."""
    share = (actual - notes.from_at) / _median_seconds(notes)
    order = np.argsort(share)
    until = np.cumsum(_median_seconds(notes)[order])
    return float(share[order][np.searchsorted(until, until[-1] / 2)])


def _median_seconds(notes: Notes) -> Floats:
    return quantile_seconds(notes.mean_seconds, notes.variance, np.zeros((len(notes), 1)))[:, 0]


def _moved(notes: Notes, share: float) -> Notes:
    return replace(notes, mean_seconds=notes.mean_seconds * share, variance=notes.variance * share**2)


def _foretell(
    recording: DistanceRecording, foreteller: Foreteller, promises: Promises, runs: Sequence[RunKey]
) -> Notes:
    """What could have been said of each promise's bus and stop at its moment."""
    number = {key: row for row, key in enumerate(runs)}
    told = np.zeros((len(promises), 5))
    trip, afternoon = np.zeros(len(promises), np.intp), np.zeros(len(promises), np.int8)
    held_at = np.zeros(len(promises))
    for row in np.argsort(promises.seen_at, kind="stable").tolist():
        track = recording.tracks[promises.track[row]]
        stop_id = recording.stop_ids[promises.stop[row]]
        here_m, at = float(promises.distance_m[row]), float(promises.seen_at[row])
        foreteller.hear(at)
        told[row] = astuple(foreteller.ahead(track, here_m, stop_id, at))
        trip[row], afternoon[row] = number[track.key], track.start_seconds >= NOON_SECONDS
        held_at[row] = _held(track, here_m, recording.stop_m[track.path, stop_id], at)
    call, mean, unlearned, usual_at, delayed_at = told.T
    small = np.zeros(len(promises), np.int8)
    return Notes(
        trip=trip,
        call=call.astype(np.intp),
        made_at=promises.made_at,
        fix_age_seconds=promises.made_at - promises.seen_at,
        from_at=promises.seen_at,
        mean_seconds=mean,
        variance=variance(mean, unlearned, np.zeros(len(promises))),
        way_seconds=np.zeros(len(promises)),
        stage=small + np.int8(Stage.UNDER_WAY),
        tier=small,
        afternoon=afternoon,
        new=small,
        plan_at=np.maximum(usual_at, promises.made_at),
        delay_at=np.maximum(delayed_at, promises.made_at),
        held_at=np.maximum(held_at, promises.made_at),
    )


def _held(track: Track, here_m: float, to_m: float, at: float) -> float:
    """The arrival if the bus keeps the speed of its last minutes."""
    before = int(np.searchsorted(track.at, at - HELD_OVER_SECONDS))
    took, way_m = at - float(track.at[before]), here_m - float(track.distance_m[before])
    speed = way_m / took if took >= AHEAD_SECONDS else USUAL_MPS
    return at + (to_m - here_m) / max(speed, SLOWEST_MPS)


def _stacked(parts: Sequence[T]) -> T:
    """Records of arrays as one; records in them likewise."""
    columns: dict[str, Any] = {}
    for field in fields(parts[0]):
        own = [getattr(part, field.name) for part in parts]
        columns[field.name] = np.concatenate(own) if isinstance(own[0], np.ndarray) else _stacked(own)
    return replace(parts[0], **columns)
