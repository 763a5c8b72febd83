"""Link times: learned from whoever drove the link, and read as the time ahead of every bus."""

from datetime import timedelta

import numpy as np
import pytest

from busline.timetable import Run
from busline.travel_times.crossing import Crossings, Traversals
from busline.travel_times.link_times import TODAY_DECAY_SECONDS, LinkTimes
from busline.travel_times.travel import TravelModel
from tests.tracking_builder import (
    PACE_MPS,
    at,
    drive,
    follow,
    fresh_tracker,
    make_run,
    make_timetable,
    steady,
    street,
)

HIGH_STREET = street((0, 0), (4_000, 0))
NOON = 1_771_261_200.0


def driven(link: int, seconds: float, ended_at: float = NOON) -> Traversals:
    return Traversals(np.array([link]), np.array([ended_at - seconds]), np.array([seconds]))


def ahead(model: TravelModel, run: Run, distance_m: float, next_call: int, now: float = NOON) -> dict[int, float]:
    told = model.ahead(np.array([model.row_of[run.run_id]]), np.array([distance_m]), np.array([next_call]), now)
    return dict(zip(told.call.tolist(), told.seconds.tolist(), strict=True))


def test_with_nothing_learned_the_time_ahead_is_the_plans() -> None:
    run = make_run("r", HIGH_STREET)
    told = ahead(TravelModel(make_timetable(run)), run, 1_000.0, 4)
    stops = run.pattern.stop_distance_m
    assert list(told) == list(range(4, len(run)))
    for call, seconds in told.items():
        short_m = 30 if call == len(run) - 1 else 10
        assert seconds == pytest.approx((stops[call] - short_m - 1_000) / PACE_MPS, abs=2)


def test_one_traversal_counts_as_much_as_the_plan_and_fades() -> None:
    times = LinkTimes(3)
    times.take(driven(1, 40.0))
    assert times.at(np.array([0, 1]), NOON)[1] == pytest.approx([0, 1])
    seconds, weight = times.at(np.array([1]), NOON + TODAY_DECAY_SECONDS)
    assert weight == pytest.approx([np.exp(-1)])
    assert seconds / weight == pytest.approx([40])


def test_newer_traversals_weigh_more_however_many_days_the_process_has_run() -> None:
    times = LinkTimes(1)
    for day in range(30):
        times.take(driven(0, 100.0, NOON + day * 86_400))
        times.take(driven(0, 50.0, NOON + day * 86_400 + TODAY_DECAY_SECONDS))
    seconds, weight = times.at(np.array([0]), NOON + 29 * 86_400 + TODAY_DECAY_SECONDS)
    assert seconds / weight == pytest.approx([(50 + 100 * np.exp(-1)) / (1 + np.exp(-1))], rel=1e-3)
    assert np.isfinite(weight).all()


def test_a_slow_bus_warns_the_one_behind_it_on_another_route() -> None:
    first = make_run("first", street((0, 0), (4_000, 0), (4_000, 800)))
    second = make_run("second", street((0, -800), (0, 0), (4_000, 0)))
    timetable = make_timetable(first, second)
    model = TravelModel(timetable)
    crossings, tracker = Crossings(timetable, model.network), fresh_tracker(timetable)
    for step in follow(tracker, drive(first, steady(first, pace_mps=PACE_MPS / 3))):
        model.today.take(crossings.take(step.progress))
    now = at(first, 4_800 / (PACE_MPS / 3)).timestamp()
    planned = (4_800 - 800 - 30) / PACE_MPS
    # Plan and the one bus seen count about the same, the older part of it less.
    assert 1.5 * planned < ahead(model, second, 800.0, 0, now)[len(second) - 1] < 2.1 * planned


def test_on_a_first_day_a_plan_that_is_too_quick_is_seen_through_on_streets_that_nobody_has_driven_yet() -> None:
    driven_run, other = make_run("driven", HIGH_STREET), make_run("other", street((0, 400), (4_000, 400)))
    timetable = make_timetable(driven_run, other)
    model = TravelModel(timetable)
    crossings, tracker = Crossings(timetable, model.network), fresh_tracker(timetable)
    asked_at = at(driven_run, 4_000 / (PACE_MPS / 1.5)).timestamp()
    by_plan = ahead(model, other, 1_000.0, 4, asked_at)
    for _ in range(20):
        # As many buses as a district has: one alone says little.
        for step in follow(tracker, drive(driven_run, steady(driven_run, pace_mps=PACE_MPS / 1.5))):
            model.learn(crossings.take(step.progress))
        crossings, tracker = Crossings(timetable, model.network), fresh_tracker(timetable)
    told = ahead(model, other, 1_000.0, 4, asked_at)
    # More buses than there are plans are worked out by sums over each plan, and are told the same.
    fleet = model.ahead(np.full(9, model.row_of[other.run_id]), np.full(9, 1_000.0), np.full(9, 4), asked_at)
    assert fleet.seconds.reshape(9, -1) == pytest.approx(np.tile(list(told.values()), (9, 1)))
    assert all(1.2 * by_plan[call] < told[call] < 1.5 * by_plan[call] for call in told)
    # An hour's silence forgets nothing; three do.
    assert ahead(model, other, 1_000.0, 4, asked_at + 3_600) == pytest.approx(told, rel=0.01)
    assert ahead(model, other, 1_000.0, 4, asked_at + 3 * 3_600) == pytest.approx(by_plan, rel=0.01)


def test_traversals_add_up_to_the_time_driven() -> None:
    run = make_run("r", HIGH_STREET)
    timetable = make_timetable(run)
    model = TravelModel(timetable)
    crossings, tracker = Crossings(timetable, model.network), fresh_tracker(timetable)
    found = [crossings.take(step.progress) for step in follow(tracker, drive(run, steady(run, pace_mps=5.0)))]
    links = np.concatenate([one.link for one in found])
    seconds = np.concatenate([one.seconds for one in found])
    assert len(set(links.tolist())) == len(links) >= 35
    assert seconds == pytest.approx(model.network.length_m[links] / 5.0, abs=3)


def test_a_feed_that_reports_every_three_minutes_teaches_what_a_quick_one_does() -> None:
    run = make_run("r", HIGH_STREET, pace_mps=4.0)
    timetable = make_timetable(run)
    model = TravelModel(timetable)
    crossings, tracker = Crossings(timetable, model.network), fresh_tracker(timetable)
    found = [
        crossings.take(one.progress) for one in follow(tracker, drive(run, steady(run, pace_mps=4.0), every=180.0))
    ]
    links, seconds = (np.concatenate([getattr(one, name) for one in found]) for name in ("link", "seconds"))
    # From where it is first seen under way, at 720 m, to the last report before its run is over, at 3,600 m.
    assert len(set(links.tolist())) == len(links) >= 25
    assert seconds == pytest.approx(model.network.length_m[links] / 4.0, rel=0.1, abs=2)


def test_between_rare_reports_the_time_goes_to_the_links_that_usually_take_it() -> None:
    run = make_run("r", HIGH_STREET)
    timetable = make_timetable(run)
    model = TravelModel(timetable)
    road = model.network.roads[run.pattern]
    slow = road.link[np.searchsorted(road.edge_m, 1_500.0) - 1]
    usual = model.network.length_m / PACE_MPS
    usual[slow] += 60.0
    # It stands for a minute on the slow link, and nobody sees it there.
    until = np.searchsorted(road.edge_m, 1_500.0)
    stood_at = float(road.edge_m[until - 1 : until + 1].mean())
    profile = [(0.0, 0.0), (stood_at / PACE_MPS, stood_at), (stood_at / PACE_MPS + 60, stood_at)]
    profile.append((4_000 / PACE_MPS + 60, 4_000.0))
    crossings, tracker = Crossings(timetable, model.network, usual_seconds=usual), fresh_tracker(timetable)
    found = [crossings.take(step.progress) for step in follow(tracker, drive(run, profile, every=140.0))]
    links, seconds = (np.concatenate([getattr(one, name) for one in found]) for name in ("link", "seconds"))
    assert seconds[links == slow] == pytest.approx(usual[slow], abs=6)
    assert seconds[links != slow] == pytest.approx(usual[links[links != slow]], abs=3)


def test_nothing_is_learned_across_a_long_silence() -> None:
    run = make_run("r", HIGH_STREET, pace_mps=4.0)
    timetable = make_timetable(run)
    model = TravelModel(timetable)
    crossings, tracker = Crossings(timetable, model.network), fresh_tracker(timetable)
    start, silent, heard = at(run, 0), at(run, 150), at(run, 600)
    reports = [fix for fix in drive(run, steady(run, pace_mps=4.0)) if not silent < fix.fix_at < heard]
    found = [crossings.take(step.progress) for step in follow(tracker, reports)]
    entered = np.concatenate([one.entered_at for one in found])
    left = entered + np.concatenate([one.seconds for one in found])
    assert len(entered) > 10
    assert ((left <= silent.timestamp()) | (entered >= heard.timestamp())).all()
    assert (entered >= (start + timedelta(seconds=1)).timestamp()).all()


def test_buses_asked_about_together_are_told_what_each_is_told_alone() -> None:
    runs = [
        make_run("a", HIGH_STREET),
        make_run("b", street((0, -800), (0, 0), (4_000, 0))),
        make_run("c", HIGH_STREET),
    ]
    model = TravelModel(make_timetable(*runs))
    model.today.take(driven(3, 90.0))
    rows, places, calls = np.array([2, 0, 1]), np.array([0.0, 3_990.0, 1_234.0]), np.array([0, len(runs[0]) - 1, 5])
    told = model.ahead(rows, places, calls, NOON)
    for bus, (row, place, call) in enumerate(zip(rows, places, calls, strict=True)):
        alone = ahead(model, runs[row], float(place), int(call))
        together = dict(zip(told.call[told.bus == bus].tolist(), told.seconds[told.bus == bus].tolist(), strict=True))
        assert together == pytest.approx(alone)


def test_the_time_ahead_never_falls_from_call_to_call_and_is_none_at_the_stop_itself() -> None:
    run = make_run("r", HIGH_STREET)
    model = TravelModel(make_timetable(run))
    told = ahead(model, run, float(run.pattern.stop_distance_m[3]) - 5, 3)
    assert told[3] == 0
    assert list(told.values()) == sorted(told.values())
