"""Where on its path a bus is, case by case. Distances are metres; streets are drawn on a plane."""

import numpy as np
import pytest

from busline.match import (
    KEPT,
    Beliefs,
    Fixes,
    Match,
    Unmatched,
    UnmatchedReason,
    belief_at,
    match,
    no_belief,
)
from busline.timetable import Run
from busline.tracking.paths import Paths
from tests.tracking_builder import PACE_MPS, SEVEN, Place, make_pattern, make_run, make_timetable, street

STRAIGHT = make_run("STRAIGHT", street((0, 0), (4_000, 0)))
THERE_AND_BACK = make_run("THERE_AND_BACK", street((0, 0), (2_000, 0), (0, 0)))


def one(
    run: Run,
    place: Place,
    belief: Beliefs,
    *,
    seconds: float,
    bearing_deg: float = np.nan,
    speed_mps: float = np.nan,
    waiting: bool = False,
    lost: bool = False,
) -> tuple[Match | Unmatched, Beliefs]:
    """Match one fix, so many seconds after the run's planned start."""
    fixes = Fixes(
        run=np.array([0]),
        xy=np.array([place], np.float64),
        at=np.array([seconds]),
        day_seconds=np.array([SEVEN + seconds]),
        bearing_deg=np.array([bearing_deg]),
        speed_mps=np.array([speed_mps]),
        waiting=np.array([waiting]),
        near_start=np.array([False]),
        lost=np.array([lost]),
    )
    [outcome], beliefs = match(Paths(make_timetable(run)), fixes, belief[None])
    return outcome, beliefs[0]


def placed(outcome: Match | Unmatched) -> float:
    assert isinstance(outcome, Match)
    return outcome.distance_m


def test_a_fix_beside_the_street_is_placed_on_it_with_its_offset() -> None:
    outcome, belief = one(STRAIGHT, (820, 12), belief_at(740, 90), seconds=100)
    assert isinstance(outcome, Match)
    assert [outcome.distance_m, outcome.offset_m, outcome.surely_m] == pytest.approx([820, 12, 820])
    assert belief[:3, 0].tolist() == pytest.approx([820, 100, 0])


def test_a_fix_far_from_the_street_is_unmatched_and_leaves_the_bus_where_it_was() -> None:
    outcome, belief = one(STRAIGHT, (820, 200), belief_at(740, 90), seconds=100)
    assert outcome == Unmatched(UnmatchedReason.OFF_PATH)
    assert belief[:2, 0].tolist() == [740, 90]


def test_a_place_that_the_bus_cannot_have_reached_is_not_believed() -> None:
    outcome, _ = one(STRAIGHT, (2_500, 0), belief_at(740, 90), seconds=100)
    assert outcome == Unmatched(UnmatchedReason.OFF_PATH)


def test_noise_behind_a_standing_bus_does_not_set_it_back() -> None:
    outcome, _ = one(STRAIGHT, (715, 5), belief_at(740, 90), seconds=100)
    assert placed(outcome) == 740


def test_without_history_the_plan_tells_the_way_out_from_the_way_back() -> None:
    out, _ = one(THERE_AND_BACK, (800, 0), no_belief(), seconds=800 / PACE_MPS)
    back, _ = one(THERE_AND_BACK, (800, 0), no_belief(), seconds=3_200 / PACE_MPS)
    assert placed(out) == pytest.approx(800)
    assert placed(back) == pytest.approx(3_200)


def test_without_history_a_bearing_outweighs_the_plan() -> None:
    late = 800 / PACE_MPS + 600
    outcome, _ = one(THERE_AND_BACK, (800, 0), no_belief(), seconds=late, bearing_deg=90, speed_mps=9)
    assert placed(outcome) == pytest.approx(800)


def test_the_bearing_of_a_standing_bus_is_not_trusted() -> None:
    outcome, _ = one(STRAIGHT, (760, 0), belief_at(740, 90), seconds=100, bearing_deg=270, speed_mps=0.3)
    assert placed(outcome) == pytest.approx(760)


def test_both_sides_of_a_turning_point_stay_possible_and_the_nearer_is_said() -> None:
    outcome, belief = one(THERE_AND_BACK, (1_950, 0), belief_at(1_890, 235), seconds=245)
    assert placed(outcome) == pytest.approx(1_950)
    possible = belief[0, np.isfinite(belief[2])]
    assert any(abs(possible - 2_050) < 1)


def test_the_end_of_the_path_is_no_place_to_begin() -> None:
    outcome, _ = one(STRAIGHT, (3_900, 0), no_belief(), seconds=490)
    assert outcome == Unmatched(UnmatchedReason.OFF_PATH)


def test_a_bus_far_ahead_of_its_plan_is_not_on_the_run_but_may_wait_near_its_start() -> None:
    crossing, _ = one(STRAIGHT, (3_500, 0), no_belief(), seconds=-900)
    waiting, _ = one(STRAIGHT, (40, 20), no_belief(), seconds=-3_000)
    assert crossing == Unmatched(UnmatchedReason.FAR_FROM_PLAN)
    assert placed(waiting) == pytest.approx(40)


def test_a_bus_not_yet_under_way_may_go_back_at_once() -> None:
    outcome, _ = one(STRAIGHT, (20, 0), belief_at(600, -60), seconds=0, waiting=True)
    assert placed(outcome) == pytest.approx(20)


def test_a_lost_bus_is_looked_for_on_its_whole_path_and_believed_only_after_some_fixes() -> None:
    belief = belief_at(3_000, 375)
    said = []
    for index, metres in enumerate(range(1_000, 1_480, 80)):
        outcome, belief = one(STRAIGHT, (metres, 0), belief, seconds=385 + 10 * index, lost=index > 0)
        said.append(isinstance(outcome, Match))
    assert said[:3] == [False, False, False]
    assert said[-1]
    assert belief[0, 0] == pytest.approx(1_400)


def test_a_path_without_streets_is_matched_from_farther_away() -> None:
    rough = make_run("ROUGH", make_pattern(street((0, 0), (4_000, 0)), approximate=True))
    outcome, _ = one(rough, (820, 250), belief_at(740, 90), seconds=100)
    assert placed(outcome) == pytest.approx(820)


def test_beliefs_handed_in_are_left_as_they_were() -> None:
    before = belief_at(740, 90)
    one(STRAIGHT, (820, 0), before, seconds=100)
    assert before.tolist() == belief_at(740, 90).tolist()
    assert before.shape == (4, KEPT)


def test_many_buses_at_once_are_matched_as_each_alone() -> None:
    dice = np.random.default_rng(7)
    runs = [make_run(f"R{index}", street((0, 0), (900, 0), (900, 50.0 * index), (-900, 0))) for index in range(40)]
    driven = dice.uniform(100, 900, 40)
    places = np.stack([driven + dice.uniform(-20, 60, 40), dice.uniform(-80, 80, 40)], axis=-1)
    fixes = Fixes(
        run=np.arange(40),
        xy=places,
        at=np.full(40, 100.0),
        day_seconds=np.full(40, SEVEN + 100.0),
        bearing_deg=np.full(40, np.nan),
        speed_mps=np.full(40, np.nan),
        waiting=np.zeros(40, np.bool_),
        near_start=np.zeros(40, np.bool_),
        lost=dice.random(40) < 0.3,
    )
    beliefs = np.array([belief_at(float(metres), 92.0) if metres > 250 else no_belief() for metres in driven])
    together, after = match(Paths(make_timetable(*runs)), fixes, beliefs)
    for row, run in enumerate(runs):
        x, y = places[row]
        alone, belief = one(run, (x, y), beliefs[row], seconds=100, lost=bool(fixes.lost[row]))
        assert type(alone) is type(together[row])
        assert np.allclose(belief, after[row], atol=1e-6)


def test_the_planned_clock_is_read_between_and_at_stops() -> None:
    run = make_run("R", make_pattern(street((0, 0), (1_000, 0)), stops_m=[0, 400, 1_000]))
    run.departure_seconds[1] += 60  # It stands a minute at its second stop.
    run.arrival_seconds[2] += 60
    paths = Paths(make_timetable(run))
    rows, metres = np.zeros(5, np.intp), np.array([0.0, 200.0, 400.0, 700.0, 1_000.0])
    arriving = paths.planned_seconds(rows, metres, departing=False) - SEVEN
    departing = paths.planned_seconds(rows, metres, departing=True) - SEVEN
    assert arriving.tolist() == pytest.approx([0, 25, 50, 147.5, 185], abs=0.1)
    assert departing.tolist() == pytest.approx([0, 25, 110, 147.5, 185], abs=0.1)
