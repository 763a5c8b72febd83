"""The quickest way through a city, as a planner sees it: junctions in, the junctions between them out."""

import math
from dataclasses import dataclass
from heapq import heappop, heappush

from feeds.simulator.city import CRUISE_MPS, City, Road


@dataclass(frozen=True, slots=True)
class Reach:
    """How long every junction is from one place, and the next junction on the way back to it. Streets are two-way."""

    target: int
    seconds: list[float]
    towards: list[int]
    """For each node, its neighbour one step nearer to the target; -1 for the target."""

    def path_from(self, start: int, city: City, came_from: int | None = None) -> list[int]:
        """Nodes from `start` to the target, both included. A bus does not turn round in the road it came by,
        unless there is no other way on."""
        if came_from is not None and self.towards[start] == came_from:
            return quickest_path(city, start, self.target, came_from)
        path = [start]
        while path[-1] != self.target:
            path.append(self.towards[path[-1]])
        return path


def reach(city: City, target: int, within_seconds: float = math.inf) -> Reach:
    """Dijkstra from one junction, over the whole city or as far as one gets in a time; beyond it, infinity."""
    seconds = [math.inf] * len(city.neighbours)
    towards = [-1] * len(city.neighbours)
    seconds[target] = 0.0
    queue = [(0.0, target)]
    cost, neighbours = city.planned_seconds, city.neighbours
    while queue:
        so_far, node = heappop(queue)
        if so_far > seconds[node]:
            continue
        for other, link in neighbours[node]:
            there = so_far + cost[link]
            if there < seconds[other] and there <= within_seconds:
                seconds[other] = there
                towards[other] = node
                heappush(queue, (there, other))
    return Reach(target, seconds, towards)


class Atlas:
    """A city, and how to get to every place once asked about."""

    def __init__(self, city: City) -> None:
        self.city = city
        self._reaches: dict[int, Reach] = {}

    def reach(self, target: int) -> Reach:
        """The whole city's ways to a junction, found once."""
        if target not in self._reaches:
            self._reaches[target] = reach(self.city, target)
        return self._reaches[target]


def quickest_path(city: City, start: int, target: int, came_from: int | None = None) -> list[int]:
    """A* between two junctions: nodes from `start` to `target`, not beginning with a turn in the road if avoidable."""
    path = _search(city, start, target, came_from)
    if path is None:
        path = _search(city, start, target, None)
    if path is None:
        raise ValueError(f"No street leads from junction {start} to junction {target}.")
    return path


def _search(city: City, start: int, target: int, came_from: int | None) -> list[int] | None:
    if start == target:
        return [start]
    xy, cost, neighbours = city.node_places, city.planned_seconds, city.neighbours
    goal, fastest_mps = xy[target], CRUISE_MPS[Road.PARKWAY]
    best = {start: 0.0}
    before: dict[int, int] = {}
    queue = [(0.0, start)]
    done: set[int] = set()
    while queue:
        _, node = heappop(queue)
        if node == target:
            path = [target]
            while path[-1] != start:
                path.append(before[path[-1]])
            return path[::-1]
        if node in done:
            continue
        done.add(node)
        for other, link in neighbours[node]:
            if node == start and other == came_from:
                continue
            there = best[node] + cost[link]
            if there < best.get(other, math.inf):
                best[other] = there
                before[other] = node
                heappush(queue, (there + math.dist(xy[other], goal) / fastest_mps, other))
    return None
