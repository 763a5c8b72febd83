"""What the board shows, and in which order."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from busline.board.run_view import run_view
from busline.board.templates import age_kind, age_words
from busline.board.view import Group, Mark, Row, board_view, searchable
from busline.fleet import FeedHealth, Fleet, NoticeKind, RunNotice, RunProgress, RunState
from busline.ids import RunKey, SourceId, VehicleId
from busline.picture import Picture
from tests.builders import MONDAY, at, make_progress, make_run, make_timetable, make_visit
from tests.morning import make_morning

RUN = make_run(start="7:00", stops=6)  # ends 7:10
TIMETABLE = make_timetable([RUN])
KEY = RunKey(MONDAY, RUN.run_id)


def only_row(fleet: Fleet, clock: str = "7:06") -> Row:
    (row,) = board_view(TIMETABLE, fleet, at(clock)).rows
    return row


def seen(clock: str, distance_m: float, seen_at: str | None = None) -> Fleet:
    progress = make_progress(RUN, seen_at=at(seen_at or clock), distance_m=distance_m)
    return Fleet(at=at(clock), progress={KEY: progress}, last_fix_at={progress.vehicle_id: progress.fix_at})


def test_uncovered_and_silent_runs_come_first_then_the_stuck_then_the_late_then_the_rest_by_start() -> None:
    morning = make_morning()
    rows = board_view(morning.timetable, morning.fleet, morning.now).rows
    kinds = [
        "first" if row.mark in (Mark.UNCOVERED, Mark.NO_SIGNAL)
        else "stuck" if row.mark in (Mark.LATE_START, Mark.OFF_ROUTE, Mark.HELD)
        else "late" if row.mark in (Mark.LATE, Mark.VERY_LATE)
        else "over" if row.mark in (Mark.DONE, Mark.CANCELLED)
        else "rest"
        for row in rows
    ]  # fmt: skip
    order = ["first", "stuck", "late", "rest", "over"]
    assert kinds == sorted(kinds, key=order.index)
    assert set(kinds) == set(order)
    assert [row.mark for row in rows[:3]] == [Mark.UNCOVERED, Mark.UNCOVERED, Mark.NO_SIGNAL]
    late = [row.minutes_late or 0 for row in rows if row.mark in (Mark.LATE, Mark.VERY_LATE)]
    assert late == sorted(late, reverse=True)
    rest = [row.planned_start for row, kind in zip(rows, kinds, strict=True) if kind == "rest"]
    assert rest == sorted(rest)


def test_every_due_run_is_covered_or_silent_or_uncovered() -> None:
    morning = make_morning()
    counts = board_view(morning.timetable, morning.fleet, morning.now).counts
    assert counts[Group.DUE] == counts[Group.COVERED] + counts[Group.NO_SIGNAL] + counts[Group.UNCOVERED]
    assert counts[Group.UNCOVERED] == 2
    assert counts[Group.NO_SIGNAL] == 1


@pytest.mark.parametrize(
    ("clock", "shown"), [("6:39", False), ("6:40", True), ("7:00", True), ("8:09", True), ("8:11", False)]
)
def test_a_run_without_a_bus_is_shown_from_20_minutes_before_its_start_to_an_hour_after_its_end(
    clock: str, shown: bool
) -> None:
    assert bool(board_view(TIMETABLE, Fleet(at=at(clock)), at(clock)).rows) is shown


class Counted(Mapping[RunKey, RunProgress]):
    """Progress that notes how often somebody went through all of it."""

    def __init__(self, progress: Mapping[RunKey, RunProgress]) -> None:
        self._progress = progress
        self.read = 0

    def __getitem__(self, key: RunKey) -> RunProgress:
        return self._progress[key]

    def __iter__(self) -> Iterator[RunKey]:
        self.read += 1
        return iter(self._progress)

    def __len__(self) -> int:
        return len(self._progress)


def test_however_many_runs_have_no_bus_the_fleet_is_looked_through_once() -> None:
    runs = [make_run(f"U{number}", bus=None, block=None) for number in range(50)]
    progress = Counted({KEY: make_progress(RUN, seen_at=at("7:06"), distance_m=1_500)})
    view = board_view(make_timetable([RUN, *runs]), Fleet(at=at("7:06"), progress=progress), at("7:06"))
    assert view.counts[Group.UNCOVERED] == 50
    assert progress.read == 1


def test_a_finished_run_leaves_ten_minutes_after_it_is_done() -> None:
    done = make_progress(RUN, seen_at=at("7:12"), distance_m=5_000, ended_at=at("7:12"))
    fleet = Fleet(at=at("7:12"), progress={KEY: replace(done, next_call=len(RUN))})
    assert only_row(fleet, "7:22").mark is Mark.DONE
    assert board_view(TIMETABLE, fleet, at("7:23")).rows == ()


def test_a_run_of_yesterdays_service_day_is_shown_past_midnight() -> None:
    night = make_run("NIGHT", start="23:58")
    view = board_view(make_timetable([night]), Fleet(at=at("24:03")), at("24:03"))
    assert [row.key.service_date for row in view.rows] == [MONDAY]


def late_by(seconds: float) -> Fleet:
    progress = make_progress(RUN, seen_at=at("7:06"), distance_m=1_500)
    return Fleet(at=at("7:06"), progress={KEY: replace(progress, lateness_seconds=seconds)})


@pytest.mark.parametrize(
    ("was", "now", "shown"),
    [
        (179, 181, 2), (179, 209, 2), (179, 211, 3), (179, 241, 4), (181, 179, 2), (-185, -175, -3), (-185, -145, -2),
        (299, 301, 4), (299, 331, 5), (-5, 61, 0), (-5, 91, 1),
    ],
)  # fmt: skip
def test_lateness_that_climbs_over_a_border_by_jitter_is_held(was: float, now: float, shown: int) -> None:
    before = board_view(TIMETABLE, late_by(was), at("7:06"))
    (row,) = board_view(TIMETABLE, late_by(now), at("7:06:10"), before).rows
    assert row.minutes_late == shown
    assert (row.mark is Mark.LATE) == (shown >= 5)
    assert (Group.LATE in row.groups) == (shown >= 5)


def test_the_times_of_a_run_that_climb_by_a_minute_are_held_while_somebody_looks_at_it() -> None:
    progress = make_progress(RUN, seen_at=at("7:03"), distance_m=1_500)
    first = run_view(Picture(TIMETABLE, Fleet(at("7:03"), {KEY: progress})), KEY, at("7:03:10"))
    later = replace(progress, matched_at=at("7:03:40"), fix_at=at("7:03:40"))
    much_later = replace(progress, matched_at=at("7:06"), fix_at=at("7:06"))
    picture, far = (Picture(TIMETABLE, Fleet(one.fix_at, {KEY: one})) for one in (later, much_later))
    afresh, again = run_view(picture, KEY, at("7:03:50")), run_view(picture, KEY, at("7:03:50"), first)
    moved = run_view(far, KEY, at("7:06:10"), first)
    assert first is not None and afresh is not None and again is not None and moved is not None  # noqa: PT018
    assert [call.expected for call in again.calls] == [call.expected for call in first.calls]
    assert [call.expected for call in afresh.calls] != [call.expected for call in first.calls]
    assert moved.calls == run_view(far, KEY, at("7:06:10")).calls  # type: ignore[union-attr]


def test_lateness_is_shown_only_where_a_fresh_fix_bears_it() -> None:
    assert only_row(seen("7:10", 1_000.0)).minutes_late == 8
    silent = only_row(seen("7:02", 1_000.0), "7:09")
    assert (silent.mark, silent.minutes_late) == (Mark.NO_SIGNAL, None)


def test_from_five_minutes_a_run_is_late_and_from_fifteen_very_late() -> None:
    assert only_row(seen("7:06:59", 1_000.0), "7:07").mark is Mark.ON_TIME
    assert only_row(seen("7:07", 1_000.0), "7:07").mark is Mark.LATE
    assert only_row(seen("7:17", 1_000.0), "7:17").mark is Mark.VERY_LATE


def test_an_early_run_says_by_how_much_and_stays_calm() -> None:
    row = only_row(seen("7:02", 3_000.0), "7:02")
    assert (row.mark, row.minutes_late, row.needs_attention) == (Mark.ON_TIME, -4, False)


def test_a_run_that_should_have_begun_counts_the_minutes_it_is_overdue() -> None:
    fleet = Fleet(at=at("7:09"), last_fix_at={VehicleId("47"): at("7:09")})
    row = only_row(fleet, "7:09")
    assert (row.mark, row.minutes_late) == (Mark.LATE_START, 9)
    assert row.groups == frozenset({Group.DUE, Group.COVERED, Group.LATE})


def test_a_substitute_is_shown_with_the_bus_it_stands_in_for() -> None:
    progress = make_progress(RUN, seen_at=at("7:04"), distance_m=2_000, bus="912")
    row = only_row(Fleet(at=at("7:04"), progress={KEY: progress}))
    assert row.bus is not None
    assert (row.bus.number, row.bus.instead_of) == ("912", "47")


def test_a_run_said_to_be_uncovered_gives_the_reason_that_staff_gave() -> None:
    notice = RunNotice(KEY, NoticeKind.UNCOVERED, "no driver", at("6:45"))
    row = only_row(Fleet(at=at("6:50"), notices={KEY: notice}), "6:50")
    assert (row.mark, row.cause, row.minutes_late) == (Mark.UNCOVERED, "no driver", None)


def test_the_next_stop_is_the_first_one_not_yet_passed() -> None:
    row = only_row(seen("7:04", 2_500.0), "7:04")
    assert row.next_stop is not None
    assert (row.next_stop.name, row.next_stop.number, row.next_stop.of) == ("Stop S3", 4, 6)
    assert row.next_stop.planned_at == at("7:06")


def test_a_bus_standing_at_a_stop_is_said_to_be_there() -> None:
    fleet = seen("7:04", 2_000.0)
    fleet = replace(fleet, visits={KEY: (make_visit(RUN, 2, at("7:04"), None),)})
    row = only_row(fleet, "7:04")
    assert row.next_stop is not None
    assert (row.mark, row.next_stop.name, row.next_stop.is_there) == (Mark.AT_STOP, "Stop S2", True)


def test_a_held_run_says_since_when_and_counts_as_late_when_it_is() -> None:
    held = make_progress(RUN, seen_at=at("7:12"), distance_m=1_000, still_since=at("7:05"))
    row = only_row(Fleet(at=at("7:12"), progress={KEY: held}), "7:12")
    assert (row.mark, row.since) == (Mark.HELD, at("7:05"))
    assert Group.LATE in row.groups


def test_the_fix_of_a_run_not_yet_begun_is_that_of_its_expected_bus() -> None:
    fleet = Fleet(at=at("6:55"), last_fix_at={VehicleId("47"): at("6:54")})
    row = only_row(fleet, "6:55")
    assert (row.state, row.fix_at) == (RunState.NOT_STARTED, at("6:54"))


def test_an_empty_board_knows_when_the_next_run_starts() -> None:
    view = board_view(TIMETABLE, Fleet(at=at("5:00")), at("5:00"))
    assert (view.rows, view.next_start) == ((), at("7:00"))
    assert view.summary == "No run is due."
    assert board_view(TIMETABLE, Fleet(at=at("22:00")), at("22:00")).next_start is None


def test_feeds_in_trouble_come_first() -> None:
    feeds = {
        SourceId(name): FeedHealth(SourceId(name), ok, "", at("7:00"), at("7:00"), 3)
        for name, ok in (("a", True), ("b", False), ("c", True))
    }
    view = board_view(TIMETABLE, Fleet(at=at("7:00"), feeds=feeds), at("7:00"))
    assert [feed.source for feed in view.feeds] == ["b", "a", "c"]


def test_the_summary_says_what_needs_somebody_before_what_does_not() -> None:
    morning = make_morning()
    summary = board_view(morning.timetable, morning.fleet, morning.now).summary
    assert summary.startswith("2 uncovered, 1 without signal, ")
    assert summary.endswith("due covered.")


def test_the_search_looks_through_route_run_bus_and_stop() -> None:
    text = searchable(only_row(seen("7:04", 2_500.0), "7:04"))
    for word in ("route r1", "r1", "47", "stop s3", "school"):
        assert word in text


@pytest.mark.parametrize(
    ("seconds", "words", "kind"),
    [
        (-3, "0 s", "live"),
        (90, "90 s", "live"),
        (91, "91 s", "old"),
        (360, "6 min", "old"),
        (361, "6 min", "silent"),
        (5_999, "99 min", "silent"),
        (7_500, "2 h 05", "silent"),
        (172_799, "47 h 59", "silent"),
        (24_081_060, "278 days", "silent"),
    ],
)
def test_an_age_is_written_shortly_and_judged_by_the_same_limits_as_an_answer(
    seconds: float, words: str, kind: str
) -> None:
    assert (age_words(seconds), age_kind(seconds)) == (words, kind)
