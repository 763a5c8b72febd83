"""Six days of a simulated September: what one week taught is known in the next, although its plan is another."""

import numpy as np
import pytest

from benchmarks.four_weeks import OURS, Day, figures, live_through
from busline.accuracy.scoring import score


@pytest.fixture(scope="module")
def days() -> list[Day]:
    return [day for day, _ in live_through(seed=4, days=6, buses=8, polled_seconds=40.0)]


def test_six_days_are_lived_in_order_with_predictions_of_each(days: list[Day]) -> None:
    assert [day.week for day in days] == [1, 1, 1, 1, 1, 2]
    for day in days:
        ours = day.under_way[OURS]
        assert len(np.unique(ours.trip)) > 20
        assert (ours.p10 <= ours.published).all()
        assert (ours.p50 <= ours.p90).all()
        assert (ours.p10 >= ours.made_at).all()


def test_on_the_first_day_of_a_new_plan_the_streets_are_known(days: list[Day]) -> None:
    first, new = (score(day.under_way[OURS]) for day in (days[0], days[-1]))
    delay = score(days[-1].under_way["delay propagation"])
    assert new.mean_absolute_seconds < first.mean_absolute_seconds
    assert new.mean_absolute_seconds < 0.95 * delay.mean_absolute_seconds
    assert new.width_seconds < first.width_seconds
    assert 65 < new.coverage_percent < 92


def test_figures_tell_every_week_and_what_became_of_the_children(days: list[Day]) -> None:
    found = figures(days, [])
    assert {"week_1", "week_2", "all"} <= set(found)
    groups = found["all"]["children"]
    assert groups["told a time"]["share_percent"] + groups["the plan alone"]["share_percent"] == pytest.approx(
        100, abs=0.2
    )
    assert groups["told in time"]["not_missed_percent"] > 95
    assert groups["told a time"]["share_percent"] > 95
    # Near the start of a run nothing else reaches them in time.
    assert 15 < groups["told in time, and last before the bus was under way"]["share_percent"] < 70
    assert groups["all children"]["not_missed_percent"] > 93
    assert found["all"]["later_runs_very_late"] > 0
