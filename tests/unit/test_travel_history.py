"""The time ahead where past days are known: their links instead of the plan, and how today is going."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from busline.timetable import Run, Timetable
from busline.travel_times.crossing import Traversals
from busline.travel_times.district_pace import SHARE
from busline.travel_times.road import road_network
from busline.travel_times.road_history import Drive, learn
from busline.travel_times.travel import TravelModel
from tests.tracking_builder import PACE_MPS, make_run, make_timetable, street

HIGH_STREET = street((0, 0), (4_000, 0))
RUN = make_run("r", HIGH_STREET)
TIMETABLE = make_timetable(RUN)
NOON = datetime(2026, 2, 16, 12, tzinfo=TIMETABLE.timezone)


def model(mps_at: dict[int, float], timetable: Timetable = TIMETABLE) -> TravelModel:
    """A model whose history saw buses at these speeds by hour, ten times each."""
    network = road_network(timetable)
    length = float(RUN.pattern.path_distance_m[-1])
    drives = [
        Drive(
            network.roads[RUN.pattern],
            NOON.date() - timedelta(days=day),
            "weekday",
            hour * 3_600 + np.linspace(0.0, length / mps, 9),
            np.linspace(0.0, length, 9),
        )
        for hour, mps in mps_at.items()
        for day in range(1, 11)
    ]
    history = learn(network, drives, on=NOON.date(), kind="weekday")
    return TravelModel(timetable, network, history)


def ahead(model: TravelModel, run: Run, at: datetime) -> np.ndarray:
    row = np.array([model.row_of[run.run_id]])
    return model.ahead(row, np.array([1_000.0]), np.array([4]), at.timestamp()).seconds


def test_streets_are_as_slow_as_they_were_at_this_hour_on_past_days() -> None:
    known = model({8: 4.0, 12: 8.0, 16: 8.0})
    at_noon, at_eight = ahead(known, RUN, NOON), ahead(known, RUN, NOON - timedelta(hours=4))
    distance_m = RUN.pattern.stop_distance_m[4:-1] - 10 - 1_000
    assert at_noon[:-1] == pytest.approx(distance_m / 8, rel=0.1)
    assert at_eight[:-1] == pytest.approx(distance_m / 4, rel=0.1)


def test_without_past_days_the_plan_stands() -> None:
    told = ahead(model({}), RUN, NOON)
    assert told[0] == pytest.approx((RUN.pattern.stop_distance_m[4] - 10 - 1_000) / PACE_MPS, abs=2)


def test_slow_buses_elsewhere_slow_what_is_ahead_by_about_half_as_much() -> None:
    elsewhere = make_run("elsewhere", street((0, 3_000), (4_000, 3_000)))
    timetable = make_timetable(RUN, elsewhere)
    network = road_network(timetable)
    drives = [
        Drive(
            road, NOON.date() - timedelta(days=day), "weekday", 43_200 + np.linspace(0, 500, 9), np.linspace(0, 4e3, 9)
        )
        for road in network.roads.values()
        for day in range(1, 11)
    ]
    known = TravelModel(timetable, network, learn(network, drives, on=NOON.date(), kind="weekday"))
    before = ahead(known, RUN, NOON)
    links = network.roads[elsewhere.pattern].link[2:-2]
    seconds = 1.5 * network.length_m[links] * 500 / 4_000
    for minute in range(20):
        # Each minute as many links as make up for the weight of an ordinary day.
        entered = np.full(len(links), NOON.timestamp() + 60.0 * minute) - seconds
        known.learn(Traversals(links, entered, seconds))
    after = ahead(known, RUN, NOON + timedelta(minutes=20))
    assert (after / before).mean() == pytest.approx(1.35**SHARE, rel=0.05)


def test_what_rests_on_past_days_is_learned() -> None:
    row, place, call = np.array([0]), np.array([1_000.0]), np.array([4])
    with_days = model({12: 8.0}).ahead(row, place, call, NOON.timestamp())
    without = model({}).ahead(row, place, call, NOON.timestamp())
    assert without.unlearned_seconds == pytest.approx(without.seconds)
    assert (with_days.unlearned_seconds < 0.2 * with_days.seconds).all()


@pytest.mark.parametrize("speeds", [{}, {3: 5.0}, {11: 9.0, 12: 7.0}, {11: 2.0, 12: 8.0, 13: 1.5}])
@pytest.mark.parametrize("minutes", [-40.0, -1.0, 0.0, 29.0])
def test_a_fleet_asked_about_at_once_is_told_what_each_bus_is_told_alone(
    speeds: dict[int, float], minutes: float
) -> None:
    """Slow runs, so that buses come into the next half hours, and the ones after those, on their way."""
    corners = street((0, 0), (4_000, 0), (4_000, 6_000))
    long = make_run("long", corners, pace_mps=1.2, stops_m=[0.0, *range(650, 10_000, 900), 10_000])
    timetable = make_timetable(RUN, long, make_run("again", RUN.pattern, pace_mps=1.0), make_run("same", RUN.pattern))
    known = model(speeds, timetable) if speeds else TravelModel(timetable)
    if not speeds:
        known.dwells.recall({stop: (5.0 + index, 40) for index, stop in enumerate(long.pattern.stop_ids)})
        assert any(known.dwells.stands(run.pattern).any() for run in timetable.runs.values())
    now = (NOON + timedelta(minutes=minutes)).timestamp()
    dice = np.random.default_rng(5)
    links = dice.choice(len(known.network), 30, replace=False)
    known.learn(Traversals(links, now - dice.uniform(100, 4_000, 30), dice.uniform(5, 90, 30)))
    row = dice.integers(0, 4, 60)
    place = dice.uniform(0, 4_000, 60)
    stops = [list(timetable.runs.values())[one].pattern.stop_distance_m for one in row]
    call = np.array([np.searchsorted(own, at) for own, at in zip(stops, place, strict=True)])
    together = known.ahead(row, place, call, now)
    for bus in range(60):
        alone = known.ahead(row[bus : bus + 1], place[bus : bus + 1], call[bus : bus + 1], now)
        mine = together.bus == bus
        assert together.call[mine].tolist() == alone.call.tolist()
        assert together.seconds[mine] == pytest.approx(alone.seconds, abs=1e-6)
        assert together.unlearned_seconds[mine] == pytest.approx(alone.unlearned_seconds, abs=1e-6)
