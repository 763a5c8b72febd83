"""How a family that goes by what it is told is counted: by the newest time it could still walk by."""

from benchmarks.at_the_stop import Child, WentBy, by_what_they_went, followed

EIGHT = 8 * 3_600.0


def test_a_family_that_is_told_nothing_goes_by_the_plan() -> None:
    assert followed(EIGHT, []) == (EIGHT, WentBy.PLAN)


def test_it_goes_by_the_newest_time_it_was_told_before_it_left() -> None:
    told = [(EIGHT - 1_200, EIGHT + 30, True), (EIGHT - 600, EIGHT + 300, True), (EIGHT - 60, EIGHT + 900, True)]
    # At one minute to eight it had left, for five past eight, at eight: what came later than that is not known to it.
    assert followed(EIGHT, told[:2]) == (EIGHT + 300, WentBy.TOLD)
    assert followed(EIGHT, told) == (EIGHT + 900, WentBy.TOLD)
    assert followed(EIGHT, [*told[:2], (EIGHT + 1, EIGHT + 900, True)]) == (EIGHT + 300, WentBy.TOLD)


def test_what_it_was_told_before_the_bus_set_out_stands_until_something_newer_is_told() -> None:
    before = (EIGHT - 1_200, EIGHT - 180, False)
    assert followed(EIGHT, [before]) == (EIGHT - 180, WentBy.TOLD_BEFORE)
    assert followed(EIGHT, [before, (EIGHT - 600, EIGHT + 60, True)]) == (EIGHT + 60, WentBy.TOLD)


def test_times_are_told_in_whole_minutes_rounded_down() -> None:
    assert followed(EIGHT, [(EIGHT - 1_200, EIGHT + 59.9, True)]) == (EIGHT, WentBy.TOLD)


def test_a_bus_that_comes_sooner_than_the_walk_takes_was_told_too_late() -> None:
    assert followed(EIGHT, [(EIGHT - 400, EIGHT - 240, True)]) == (EIGHT - 100, WentBy.TOO_LATE)


def test_groups_count_children_and_wait_only_where_the_bus_was_met() -> None:
    children = [
        Child(3, WentBy.TOLD, missed=False, left_behind=False, wait_seconds=120.0),
        Child(1, WentBy.TOLD, missed=True, left_behind=True, wait_seconds=0.0),
        Child(4, WentBy.PLAN, missed=False, left_behind=True, wait_seconds=60.0),
    ]
    groups = by_what_they_went(children)
    assert groups["told in time"] == {
        "share_percent": 50.0,
        "not_missed_percent": 75.0,
        "not_left_behind_percent": 75.0,
        "wait_minutes": 2.0,
    }
    assert groups["told a time"] == groups["told in time"]
    assert groups["the plan alone"]["not_left_behind_percent"] == 0.0
    assert groups["told when it was too late to walk"]["share_percent"] == 0.0
