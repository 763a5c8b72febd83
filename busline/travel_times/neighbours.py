"""What the streets around a link say of it: those before and after it on the paths that use it, and the way back.

A link that was hardly driven is likely to be as much slower or faster than its plan as they are; and where nothing
around was driven either, as the district's links are altogether.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from busline.travel_times.road import RoadNetwork

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

REACH = (1.0, 0.7, 0.5, 0.35, 0.25)
"""What the next link along a path counts, the one after it, and so on: half a kilometre of street."""
WAY_BACK = 0.5
"""What the other direction of the same stretch counts."""
DISTRICT_SECONDS = 120.0
"""The whole district counts as much as so many expected seconds of neighbours that count fully."""
SAME_PLACE_M = 20.0
OPPOSITE = -0.9
"""Two links are one stretch driven both ways where their middles are so near and their headings' cosine is so low."""


class Neighbours:
    """Pairs of links, and what the second of each says of the first."""

    def __init__(self, network: RoadNetwork) -> None:
        """Some 0.1 ms a path."""
        links = len(network)
        pairs = [*_along(network), (*_ways_back(network), WAY_BACK)]
        self._links = links
        self._of = np.concatenate([of for of, _, _ in pairs])
        self._by = np.concatenate([by for _, by, _ in pairs])
        self._counts = np.concatenate([np.full(len(of), counts) for of, _, counts in pairs])

    def ratio(self, took: Floats, expected: Floats) -> Floats:
        """(links,) how many times as long as expected links take by what their neighbours took, all (links,)."""
        in_all = float(expected.sum())
        district = float(took.sum()) / in_all if in_all > 0 else 1.0
        near_took = np.bincount(self._of, self._counts * took[self._by], self._links)
        near_expected = np.bincount(self._of, self._counts * expected[self._by], self._links)
        ratio: Floats = (near_took + DISTRICT_SECONDS * district) / (near_expected + DISTRICT_SECONDS)
        return ratio


def _along(network: RoadNetwork) -> Iterable[tuple[Rows, Rows, float]]:
    """Links so many apart on some path, each pair once, both ways."""
    count = len(network)
    for apart, counts in enumerate(REACH, start=1):
        pairs = [road.link[:-apart] * count + road.link[apart:] for road in network.roads.values()]
        number = np.unique(np.concatenate(pairs)) if pairs else np.empty(0, np.intp)
        before, after = number // count, number % count
        yield before, after, counts
        yield after, before, counts


def _ways_back(network: RoadNetwork) -> tuple[Rows, Rows]:
    """Links and those that are the same stretch the other way."""
    squares: dict[tuple[int, int], list[int]] = {}
    places = np.floor(network.centre_xy / SAME_PLACE_M).astype(np.intp).tolist()
    for link, (x, y) in enumerate(places):
        squares.setdefault((x, y), []).append(link)
    pairs = [
        (link, other)
        for link, (x, y) in enumerate(places)
        for beside in range(x - 1, x + 2)
        for above in range(y - 1, y + 2)
        for other in squares.get((beside, above), ())
    ]
    of, by = np.array(pairs, np.intp).reshape(-1, 2).T
    near = np.hypot(*(network.centre_xy[of] - network.centre_xy[by]).T) < SAME_PLACE_M
    contrary = np.einsum("ij,ij->i", network.heading[of], network.heading[by]) < OPPOSITE
    return of[near & contrary], by[near & contrary]
