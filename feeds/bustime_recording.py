"""Recorded answers of a BusTime service (vehicles and predictions, CSV or gzipped CSV): a recording by distances.

BusTime tells where a bus is in feet along a numbered pattern, so no shape and no plan are needed. What its columns
mean beyond its documentation was measured on six days of Madison, and is said beside each constant.
"""

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from busline.backtest.distances import DistanceRecording, Places, Promises, Track, followed
from busline.ids import BlockId, RouteId, RunId, RunKey, StopId, VehicleId

Floats = NDArray[np.float64]

FOOT_M = 0.3048
BEHIND_SECONDS = 8.0
"""A position is so much older than the poll that brought it (+-5 s) ..."""
MINUTE_SECONDS = 60.0
"""... but no older than `tmstmp`, which is cut to whole minutes, and younger than the minute after."""
SAME_POLL_SECONDS = 65.0
STOP_QUANTILE = 0.97
"""A stop lies where this quantile of "distance of the bus + its distance to the stop" does. Predictions are polled a
little after positions, so that the sum is short whenever the bus moved in between: the median is 30 to 240 m short."""
FEWEST_SUMS = 5
SAME_PLACE_M = 20.0
"""Predictions of one bus at one moment put it at places this near each other, if the path is the right one."""
BEHIND_START_M = 60.0
"""A distance to the stop that puts the bus farther than this before the start of its path is of another run."""

_TRIP = ("vid", "tatripid", "tablockid", "rt", "des", "stsd", "stst", "tmstmp", "collection_timestamp")
_VEHICLES = (*_TRIP, "lat", "lon", "pid", "pdist")
_PREDICTIONS = (*_TRIP, "stpid", "dstp", "prdtm", "prdctdn", "typ")
_POLLED = "collection_timestamp"


class BusTimeRecordingError(ValueError):
    """A file cannot be used. The message says which, why, with counts, and what is expected."""


_TripKey = tuple[str, str, str]
"""Service date, trip, vehicle."""


@dataclass(frozen=True, slots=True)
class _Trip:
    route: str
    destination: str
    block: str
    start_seconds: float


@dataclass(frozen=True, slots=True)
class _Vehicle:
    polled_at: float
    at: float
    path: str
    distance_m: float
    lat: float
    lon: float
    trip: "_Trip"


@dataclass(frozen=True, slots=True)
class _Prediction:
    polled_at: float
    at: float
    stop: str
    to_stop_m: float
    arrives_at: float
    is_arrival: bool
    trip: _Trip


def read_bustime(vehicles: Path, predictions: Path, zone: ZoneInfo | None = None) -> DistanceRecording:
    """Read both files. `zone` places their times, which are local and name none; without it they count as UTC.

    Raises BusTimeRecordingError for files that are none of these, or do not belong together; OSError as usual.
    """
    clock = _Clock(zone or ZoneInfo("UTC"))
    left_out: Counter[str] = Counter()
    by_trip = _read_vehicles(vehicles, clock, left_out)
    promised = _read_predictions(predictions, clock, left_out)
    stop_m = _stop_places(by_trip, promised)
    recording = _joined(clock.zone, by_trip, promised, stop_m, left_out)
    if not len(recording.promises):
        why = ", ".join(f"{count:,} {reason}" for reason, count in left_out.most_common())
        raise BusTimeRecordingError(
            f"{vehicles.name} and {predictions.name}: no prediction joins a bus that was seen ({why or 'no rows'}). "
            "Are both recordings of the same days?"
        )
    return recording


class _Clock:
    """Local times without a zone as epoch seconds; days repeat, so their midnights are remembered."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._hours: dict[str, float] = {}

    def polled(self, text: str) -> float:
        """2025-09-12T11:34:16.282387"""
        return self._hour(text[:10] + text[11:13]) + int(text[14:16]) * 60 + float(text[17:])

    def minute(self, text: str) -> float:
        """20250912 11:34"""
        return self._hour(f"{text[:4]}-{text[4:6]}-{text[6:8]}{text[9:11]}") + int(text[12:14]) * 60

    def _hour(self, key: str) -> float:
        found = self._hours.get(key)
        if found is None:
            local = datetime.fromisoformat(f"{key[:10]}T{key[10:]}:00").replace(tzinfo=self.zone)
            found = self._hours[key] = local.astimezone(UTC).timestamp()
        return found


def _position_time(polled_at: float, minute: float) -> float:
    return min(max(polled_at - BEHIND_SECONDS, minute), minute + MINUTE_SECONDS)


def _read_vehicles(path: Path, clock: _Clock, left_out: Counter[str]) -> dict[_TripKey, list[_Vehicle]]:
    by_trip: dict[_TripKey, list[_Vehicle]] = defaultdict(list)
    for row in _rows(path, _VEHICLES):
        try:
            polled_at = clock.polled(row[_POLLED])
            one = _Vehicle(
                polled_at=polled_at,
                at=_position_time(polled_at, clock.minute(row["tmstmp"])),
                path=row["pid"],
                distance_m=float(row["pdist"]) * FOOT_M,
                lat=float(row["lat"]),
                lon=float(row["lon"]),
                trip=_trip(row),
            )
            date.fromisoformat(row["stsd"])
        except ValueError:
            left_out["vehicle rows that cannot be read"] += 1
            continue
        by_trip[row["stsd"], row["tatripid"], row["vid"]].append(one)
    if not by_trip:
        raise BusTimeRecordingError(
            f"{path.name}: no usable row of {left_out['vehicle rows that cannot be read']:,}. Times are expected as "
            "20250912 11:34 (tmstmp) and 2025-09-12T11:34:16 (collection_timestamp)."
        )
    return by_trip


def _read_predictions(path: Path, clock: _Clock, left_out: Counter[str]) -> dict[_TripKey, list[_Prediction]]:
    by_trip: dict[_TripKey, list[_Prediction]] = defaultdict(list)
    for row in _rows(path, _PREDICTIONS):
        if not row["vid"]:
            left_out["predictions of trips that no bus drives yet"] += 1
            continue
        try:
            polled_at = clock.polled(row[_POLLED])
            one = _Prediction(
                polled_at=polled_at,
                at=_position_time(polled_at, clock.minute(row["tmstmp"])),
                stop=row["stpid"],
                to_stop_m=float(row["dstp"]) * FOOT_M,
                arrives_at=_promised(polled_at, clock.minute(row["prdtm"]), row["prdctdn"]),
                is_arrival=row["typ"] == "A",
                trip=_trip(row),
            )
            date.fromisoformat(row["stsd"])
        except ValueError:
            left_out["predictions that cannot be read"] += 1
            continue
        by_trip[row["stsd"], row["tatripid"], row["vid"]].append(one)
    return by_trip


def _trip(row: Mapping[str, str]) -> _Trip:
    return _Trip(row["rt"], row["des"], row["tablockid"], float(row["stst"]))


def _promised(polled_at: float, minute: float, countdown: str) -> float:
    """The moment an agency means by a clock time and a countdown, both cut to whole minutes: the middle of both."""
    counted = polled_at + (MINUTE_SECONDS * int(countdown) if countdown.isdigit() else 0.0)
    low, high = max(minute, counted), min(minute, counted) + MINUTE_SECONDS
    return (low + high) / 2 if high > low else minute + MINUTE_SECONDS / 2


def _rows(path: Path, needed: Sequence[str]) -> Iterator[Mapping[str, str]]:
    try:
        with _opened(path) as file:
            table = csv.DictReader(file, restval="")
            missing = [name for name in needed if name not in (table.fieldnames or ())]
            if missing:
                raise BusTimeRecordingError(
                    f"{path.name}: no column {', '.join(missing)}. A BusTime recording has the columns of its "
                    f"interface, and {_POLLED}: when each answer was asked for."
                )
            yield from table
    except (gzip.BadGzipFile, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise BusTimeRecordingError(f"{path.name}: not a readable CSV file ({error}).") from error


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _stop_places(
    by_trip: Mapping[_TripKey, Sequence[_Vehicle]], promised: Mapping[_TripKey, Sequence[_Prediction]]
) -> dict[tuple[str, StopId], float]:
    sums: dict[tuple[str, StopId], list[float]] = defaultdict(list)
    for key, rows in promised.items():
        seen = by_trip.get(key)
        if seen is None:
            continue
        polled = np.array([one.polled_at for one in seen])
        for row in rows:
            near = int(np.argmin(np.abs(polled - row.polled_at)))
            if abs(polled[near] - row.polled_at) < SAME_POLL_SECONDS:
                sums[seen[near].path, StopId(row.stop)].append(seen[near].distance_m + row.to_stop_m)
    return {key: float(np.quantile(own, STOP_QUANTILE)) for key, own in sums.items() if len(own) >= FEWEST_SUMS}


_Whose = tuple[_TripKey, str]
"""A trip and the path it takes."""


def _joined(
    zone: ZoneInfo,
    by_trip: Mapping[_TripKey, Sequence[_Vehicle]],
    promised: Mapping[_TripKey, Sequence[_Prediction]],
    stop_m: Mapping[tuple[str, StopId], float],
    left_out: Counter[str],
) -> DistanceRecording:
    stop_ids = tuple(sorted({stop for _, stop in stop_m}))
    number = {stop: row for row, stop in enumerate(stop_ids)}
    sightings: dict[_Whose, list[tuple[float, float]]] = defaultdict(list)
    about: dict[_Whose, _Trip] = {}
    for key, vehicles in by_trip.items():
        for one in vehicles:
            sightings[key, one.path].append((one.at, one.distance_m))
            about.setdefault((key, one.path), one.trip)
    unseen = _UnseenPaths(by_trip, stop_m)
    rows: list[tuple[_Whose, int, float, float, float, float]] = []
    for key, predictions in promised.items():
        seen = by_trip.get(key, ())
        at = np.array([one.at for one in seen])
        supposed = None if seen else unseen.path_of(predictions)
        for row in predictions:
            path = seen[int(np.argmin(np.abs(at - row.at)))].path if seen else supposed
            place = None if path is None else stop_m.get((path, StopId(row.stop)))
            if path is None or place is None:
                left_out["predictions of stops whose place along the path is not known"] += 1
            elif (distance_m := place - row.to_stop_m) < -BEHIND_START_M:
                left_out["predictions for a bus on another run"] += 1
            else:
                # Every prediction tells where its bus was, too.
                sightings[key, path].append((row.at, distance_m))
                about.setdefault((key, path), row.trip)
                if not seen:
                    left_out["predictions whose bus was never seen, but for what they tell of it"] += 1
                elif not row.is_arrival:
                    left_out["predictions of departures"] += 1
                else:
                    where = (number[StopId(row.stop)], row.polled_at, row.at, distance_m, row.arrives_at)
                    rows.append(((key, path), *where))
    row_of = {whose: row for row, whose in enumerate(sightings)}
    columns = np.array([(row_of[whose], *rest) for whose, *rest in rows], np.float64).reshape(-1, 6).T
    return DistanceRecording(
        timezone=zone,
        tracks=tuple(_track(*whose, about[whose], np.array(found)) for whose, found in sightings.items()),
        stop_ids=stop_ids,
        stop_m=stop_m,
        places=_places(by_trip),
        promises=Promises(columns[0].astype(np.intp), columns[1].astype(np.intp), *columns[2:]),
        left_out=dict(left_out),
    )


class _UnseenPaths:
    """The paths of buses that no poll of vehicles brought: that of their route on which all their predictions fit."""

    def __init__(
        self, by_trip: Mapping[_TripKey, Sequence[_Vehicle]], stop_m: Mapping[tuple[str, StopId], float]
    ) -> None:
        self._stop_m = stop_m
        self._seen = Counter(
            (one.trip.route, one.path, one.trip.destination) for rows in by_trip.values() for one in rows
        )

    def path_of(self, predictions: Sequence[_Prediction]) -> str | None:
        """The path, or None where none fits."""
        trip = predictions[0].trip
        fitting = [
            (destination == trip.destination, count, path)
            for (route, path, destination), count in self._seen.items()
            if route == trip.route and self._fits(path, predictions)
        ]
        return max(fitting)[2] if fitting else None

    def _fits(self, path: str, predictions: Sequence[_Prediction]) -> bool:
        """Whether the bus is on the path by all of them, and those of one moment put it at one place."""
        at: dict[float, list[float]] = defaultdict(list)
        for row in predictions:
            place = self._stop_m.get((path, StopId(row.stop)))
            if place is None or place - row.to_stop_m < -BEHIND_START_M:
                return False
            at[row.at // MINUTE_SECONDS].append(place - row.to_stop_m)
        apart = [max(places) - min(places) for places in at.values() if len(places) > 1]
        return not apart or float(np.median(apart)) < SAME_PLACE_M


def _track(key: _TripKey, path: str, one: _Trip, sightings: Floats) -> Track:
    service_date, trip, vehicle = key
    at, distance_m = followed(sightings[:, 0], sightings[:, 1])
    return Track(
        key=RunKey(date.fromisoformat(service_date), RunId(trip)),
        vehicle_id=VehicleId(vehicle),
        route_id=RouteId(one.route),
        block_id=BlockId(one.block) if one.block else None,
        path=path,
        start_seconds=one.start_seconds,
        at=at,
        distance_m=distance_m,
    )


def _places(by_trip: Mapping[_TripKey, Sequence[_Vehicle]]) -> dict[str, Places]:
    by_path: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    for seen in by_trip.values():
        for one in seen:
            by_path[one.path].append((one.at, one.distance_m, one.lat, one.lon))
    return {path: Places(*np.array(rows).T) for path, rows in by_path.items()}
