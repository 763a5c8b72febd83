"""How long each link usually takes, from the days on which buses drove it, by time of day and kind of day.

Learned from sightings, however sparse: the time between two of them is shared out over the links as they usually take
it, which in turn is learned from those shares (expectation maximisation; three or four rounds are enough).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from busline.travel_times.apportion import Passed, passed
from busline.travel_times.neighbours import Neighbours
from busline.travel_times.road import Road, RoadNetwork

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

BAND_SECONDS = 1_800.0
BANDS = 48
"""Half hours of a day; a service day that goes on past midnight goes on in the first of them."""
NEAR_SECONDS = 2_700.0
"""Traffic three quarters of an hour away counts for 0.6 of that at the hour asked about (standard deviation)."""
HALF_LIFE_DAYS = 10.0
OTHER_KIND_WEIGHT = 0.35
"""A day of another kind (weekend, early release, snow) still tells something of the street."""
WIDER_WEIGHT = 2.0
"""What a link takes all day, in the district's rhythm, counts as much as so many passes at that hour."""
NEIGHBOUR_WEIGHT = 1.0
"""What the streets around a link say of it counts as much as so many passes of its own."""
ROUNDS = 4
FIRST_MPS = 6.0
"""Before anything is known of a link."""
FASTEST_MPS = 20.0
"""No link is planned faster: plans are written in whole minutes, and two stops in one minute make a link of none."""
LONGEST_GAP_SECONDS = 420.0
"""Over a longer silence nobody knows how the time was spent."""
SLOWEST_RATIO, SLOWEST_MORE_SECONDS = 4.0, 20.0
"""One pass counts for no more than so many times the usual, and so much: breakdowns are not the street's."""


@dataclass(frozen=True, slots=True, eq=False)
class Drive:
    """One bus as it was seen along its road on a past service day."""

    road: Road
    service_date: date
    kind: str
    """Days of one kind have one traffic: whatever words the caller tells kinds apart by."""
    at: Floats
    """(sightings,) seconds of the service day, increasing."""
    distance_m: Floats
    """(sightings,) along the road, never decreasing."""


@dataclass(frozen=True, slots=True, eq=False)
class RoadHistory:
    """What past days say of every link. Four bytes for each link and half hour: 2.4 MB for 10,000 links."""

    usual_seconds: Floats
    """(links,) over the whole day; of an unknown link, from its length."""
    passes: Floats
    """(links,) how much is known of it, in passes of yesterday."""
    _by_band: NDArray[np.float32]
    """(links, bands) expected seconds."""
    rhythm: Floats
    """(bands,) how much longer than usual the district's links take then."""
    by_neighbours: Floats
    """(links,) how many times as long as planned a link takes, by the streets around it and the district."""

    def expected(self, link: Rows, at: Floats, plan_seconds: Floats) -> tuple[Floats, Floats]:
        """Seconds of links entered at these seconds of the service day, and how many passes each rests on.

        Where no bus was ever seen, the plan's seconds stand, as far as the streets around keep to theirs, in the rhythm
        of the day.
        """
        band = _band(at)
        passes = self.passes[link]
        by_plan = plan_seconds * self.by_neighbours[link] * self.rhythm[band]
        seconds = np.where(passes > 0, self._by_band[link, band], by_plan)
        return seconds, passes


def learn(
    network: RoadNetwork, drives: Sequence[Drive], *, on: date, kind: str, planned_seconds: Floats | None = None
) -> RoadHistory:
    """The history for a coming day of a kind, from drives on days before it. Later drives are an error of the caller.

    `planned_seconds` are those of every link, (links,), NaN where nothing is planned. With them a link leans on its
    neighbours by how they keep to theirs; without, on itself alone.

    Takes some 50 microseconds a drive and round: for a large district, call it in a thread, at night.
    """
    if any(drive.service_date >= on for drive in drives):
        raise ValueError(f"a history for {on} may only be learned from earlier days")
    usual, passes, by_neighbours = _usual(network, drives, on, kind, planned_seconds)
    seconds, weight = np.zeros((len(network), BANDS)), np.zeros((len(network), BANDS))
    for drive, counts in _weighted(drives, on, kind):
        link, entered, took = _driven(drive, usual)
        band = _band(entered)
        np.add.at(seconds, (link, band), counts * took)
        np.add.at(weight, (link, band), counts)
    near = _nearness()
    seconds, weight = seconds @ near, weight @ near
    expected = usual @ weight
    rhythm = np.where(expected > 0, seconds.sum(0) / np.maximum(expected, 1e-9), 1.0)
    by_band = (seconds + WIDER_WEIGHT * usual[:, None] * rhythm) / (weight + WIDER_WEIGHT)
    return RoadHistory(usual, passes, by_band.astype(np.float32), rhythm, by_neighbours)


def driven_links(road: Road, edges: Passed, usual_seconds: Floats) -> tuple[Rows, Floats]:
    """Which of a road's links a bus drove from end to end, and the seconds each took, unusual ones cut short."""
    near = edges.gap_seconds < LONGEST_GAP_SECONDS
    known = np.flatnonzero(np.isfinite(edges.at[:-1]) & np.isfinite(edges.at[1:]) & near[:-1] & near[1:])
    slowest = SLOWEST_RATIO * usual_seconds[road.link[known]] + SLOWEST_MORE_SECONDS
    return known, np.minimum(np.diff(edges.at)[known], slowest)


def _driven(drive: Drive, usual_seconds: Floats) -> tuple[Rows, Floats, Floats]:
    """The links of a drive: which, second of the day of entering, seconds taken."""
    edges = passed(drive.road, drive.at, drive.distance_m, usual_seconds[drive.road.link])
    known, took = driven_links(drive.road, edges, usual_seconds)
    return drive.road.link[known], edges.at[known], took


def _usual(
    network: RoadNetwork, drives: Sequence[Drive], on: date, kind: str, planned_seconds: Floats | None
) -> tuple[Floats, Floats, Floats]:
    """Of every link: usual seconds, passes, and how many times as long as planned its neighbours take."""
    usual = np.maximum(network.length_m, 1.0) / FIRST_MPS
    weight, ratio = np.zeros(len(network)), np.ones(len(network))
    neighbours = None if planned_seconds is None else Neighbours(network)
    planned = usual if planned_seconds is None else _reference(network, planned_seconds)
    for _ in range(ROUNDS):
        seconds, weight = np.zeros(len(network)), np.zeros(len(network))
        for drive, counts in _weighted(drives, on, kind):
            link, _, took = _driven(drive, usual)
            np.add.at(seconds, link, counts * took)
            np.add.at(weight, link, counts)
        if neighbours is None:
            usual = (seconds + WIDER_WEIGHT * usual) / (weight + WIDER_WEIGHT)
        else:
            ratio = neighbours.ratio(seconds, weight * planned)
            usual = (seconds + NEIGHBOUR_WEIGHT * planned * ratio) / (weight + NEIGHBOUR_WEIGHT)
    return usual, weight, ratio


def _reference(network: RoadNetwork, planned_seconds: Floats) -> Floats:
    """The plan of every link; of one that no run uses any more, at the pace of the others."""
    length = np.maximum(network.length_m, 1.0)
    planned = np.isfinite(planned_seconds)
    in_all = float(planned_seconds[planned].sum())
    pace = in_all / float(length[planned].sum()) if in_all > 0 else 1 / FIRST_MPS
    result: Floats = np.maximum(np.where(planned, planned_seconds, length * pace), length / FASTEST_MPS)
    return result


def _weighted(drives: Iterable[Drive], on: date, kind: str) -> Iterable[tuple[Drive, float]]:
    days: Mapping[tuple[date, str], float] = {
        (drive.service_date, drive.kind): 0.5 ** ((on - drive.service_date).days / HALF_LIFE_DAYS)
        * (1.0 if drive.kind == kind else OTHER_KIND_WEIGHT)
        for drive in drives
    }
    return ((drive, days[drive.service_date, drive.kind]) for drive in drives)


def _band(at: Floats) -> Rows:
    return np.asarray(at // BAND_SECONDS, np.intp) % BANDS


def _nearness() -> Floats:
    """(bands, bands) what a pass in one band counts in another; symmetric, and round the clock."""
    apart = np.abs(np.arange(BANDS)[:, None] - np.arange(BANDS))
    apart = np.minimum(apart, BANDS - apart)
    near: Floats = np.exp(-((apart * BAND_SECONDS / NEAR_SECONDS) ** 2) / 2)
    return near
