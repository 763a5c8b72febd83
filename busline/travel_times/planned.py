"""What the plan allows for each stretch of a run's road."""

import numpy as np
from numpy.typing import NDArray

from busline.timetable import Run, Timetable
from busline.travel_times.road import RoadNetwork

Floats = NDArray[np.float64]


def planned_seconds(run: Run, edge_m: Floats) -> Floats:
    """The planned seconds of each stretch between edges. Outside the first and last stop, those of a usual pace."""
    stops = np.repeat(run.pattern.stop_distance_m, 2)
    clock = np.stack([run.arrival_seconds, run.departure_seconds], axis=1).ravel().astype(np.float64)
    # What is planned at the ends, before leaving the first stop and after reaching the last, is no driving.
    stops, clock = stops[1:-1], clock[1:-1]
    pace = (clock[-1] - clock[0]) / max(float(stops[-1] - stops[0]), 1.0)
    outside = np.minimum(edge_m - stops[0], 0.0) + np.maximum(edge_m - stops[-1], 0.0)
    seconds: Floats = np.diff(np.interp(edge_m, stops, clock) + pace * outside)
    return seconds


def planned_of_links(timetable: Timetable, network: RoadNetwork) -> Floats:
    """(links,) the mean planned seconds of each over the runs that use it; NaN of those that no run uses."""
    total, runs = np.zeros(len(network)), np.zeros(len(network))
    for run in timetable.runs.values():
        road = network.roads[run.pattern]
        np.add.at(total, road.link, planned_seconds(run, road.edge_m))
        np.add.at(runs, road.link, 1.0)
    mean: Floats = np.where(runs > 0, total / np.maximum(runs, 1.0), np.nan)
    return mean
