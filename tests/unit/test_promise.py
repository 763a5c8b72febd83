"""What somebody was told before shapes what is told now: jitter is held, and a changed promise says so."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from busline.answer import (
    Answer,
    Arriving,
    Bus,
    Cancelled,
    LastSeen,
    LateStart,
    NoSignalSince,
    NotStarted,
    RunningLate,
    Window,
)
from busline.ids import CallKey, RunId, RunKey, VehicleId
from busline.people import Leg
from busline.promise import ToldBefore, promised
from tests.builders import MONDAY, at

CALL = CallKey(RunKey(MONDAY, RunId("R1")), 4)
BUS = Bus(VehicleId("47"))
NOW = at("6:58")


def window(earliest: str, latest: str, be_ready_by: str | None = None) -> Window:
    return Window(at(earliest), at(latest), at(be_ready_by or earliest), at(earliest) + timedelta(minutes=1))


def arriving(told: Window) -> Arriving:
    return Arriving(BUS, Leg.TO_SCHOOL, told, at("6:57:40"))


def told_before(told: Window) -> ToldBefore:
    return ToldBefore(CALL, told, at("6:55"))


def after(before: Window, new: Window, now: datetime = NOW) -> Arriving:
    answer = promised(arriving(new), told_before(before), now)
    assert isinstance(answer, Arriving)
    return answer


def test_whoever_was_told_nothing_before_is_told_the_answer_as_it_is() -> None:
    answer = arriving(window("7:05", "7:12"))
    assert promised(answer, None, NOW) is answer


def test_a_window_that_would_climb_by_a_minute_is_held() -> None:
    again = after(window("7:05", "7:12"), window("7:06", "7:13"))
    assert again == arriving(window("7:05", "7:12"))


def test_a_window_that_climbs_a_little_each_time_is_held_against_what_was_told_so_it_cannot_creep_unseen() -> None:
    told = window("7:05", "7:12")
    told = after(told, window("7:06", "7:13")).window
    assert after(told, window("7:07", "7:14")) == arriving(window("7:07", "7:14"))


def test_an_earlier_time_to_be_at_the_stop_is_told_at_once_and_told_as_a_change() -> None:
    before = window("7:05", "7:12")
    again = after(before, window("7:04", "7:13"))
    assert again.window == window("7:04", "7:12")
    assert again.was == before


def test_a_window_that_closes_in_around_the_same_time_is_no_change() -> None:
    again = after(window("7:05", "7:12"), window("7:06", "7:09"))
    assert again == arriving(window("7:05", "7:09"))


def test_three_minutes_later_is_another_promise_and_says_what_it_was() -> None:
    before = window("7:05", "7:12")
    assert after(before, window("7:07", "7:14")).was is None
    assert after(before, window("7:08", "7:14")).was == before
    assert after(before, window("7:05", "7:15")).was == before


def test_a_promise_much_later_is_told_whole() -> None:
    assert after(window("7:05", "7:12"), window("7:06", "7:20")).window == window("7:06", "7:20")


def test_a_time_that_is_over_is_not_held() -> None:
    again = after(window("7:05", "7:12"), window("7:06", "7:12"), now=at("7:06:30"))
    assert again.window.be_ready_by == at("7:06")


@pytest.mark.parametrize(
    "answer",
    [
        RunningLate(BUS, Leg.TO_SCHOOL, window("7:04", "7:12"), 8, at("6:57:40")),
        LastSeen(BUS, Leg.FROM_SCHOOL, window("7:04", "7:12"), 2, at("6:57:40")),
    ],
)
def test_late_and_last_seen_buses_keep_their_promises_the_same_way(answer: RunningLate | LastSeen) -> None:
    before = window("7:05", "7:12")
    assert promised(answer, told_before(before), NOW) == replace(answer, was=before)
    assert promised(answer, told_before(answer.window), NOW) == answer


@pytest.mark.parametrize(
    "answer", [Cancelled(Leg.TO_SCHOOL, at("7:05")), NoSignalSince(BUS, Leg.TO_SCHOOL, at("7:05"), at("6:50"))]
)
def test_what_has_no_window_is_told_as_it_is(answer: Answer) -> None:
    assert promised(answer, told_before(window("7:05", "7:12")), NOW) is answer


READY_BEFORE = ToldBefore(CALL, None, at("6:40"), at("7:02"))


@pytest.mark.parametrize(("new", "told"), [("7:03", "7:02"), ("7:01", "7:01"), ("7:04", "7:04")])
def test_before_the_run_begins_the_time_to_be_at_the_stop_is_held_in_the_same_way(new: str, told: str) -> None:
    waiting = NotStarted(BUS, Leg.TO_SCHOOL, at("7:06"), at(new))
    assert promised(waiting, READY_BEFORE, NOW) == replace(waiting, be_ready_by=at(told))
    late = LateStart(BUS, Leg.TO_SCHOOL, at("7:06"), 6, at(new))
    assert promised(late, READY_BEFORE, NOW) == replace(late, be_ready_by=at(told))
    assert promised(late, told_before(window("7:04", "7:12", "7:02")), NOW) == replace(late, be_ready_by=at(told))


def test_a_time_that_is_over_or_was_never_told_is_not_held_before_the_run_either() -> None:
    waiting = NotStarted(BUS, Leg.TO_SCHOOL, at("7:06"), at("7:03"))
    assert promised(waiting, READY_BEFORE, at("7:03:10")) == waiting
    assert promised(replace(waiting, be_ready_by=None), READY_BEFORE, NOW) == replace(waiting, be_ready_by=None)
    assert promised(waiting, ToldBefore(CALL, None, at("6:40")), NOW) == waiting


def test_once_the_bus_is_under_way_the_time_told_before_is_held_within_the_window() -> None:
    first = arriving(window("7:04", "7:09", "7:03"))
    assert promised(first, READY_BEFORE, NOW) == arriving(window("7:04", "7:09", "7:02"))
    sooner = arriving(window("7:00", "7:05"))
    assert promised(sooner, READY_BEFORE, NOW) == sooner


MINUTES = st.integers(0, 40).map(lambda minutes: timedelta(minutes=minutes))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    earliest = NOW + draw(MINUTES)
    published = earliest + draw(MINUTES)
    return Window(earliest, published + draw(MINUTES), earliest - draw(MINUTES), published)


@given(windows(), windows(), MINUTES)
def test_nothing_told_is_later_than_what_is_true_and_a_window_stays_a_window(
    before: Window, new: Window, waited: timedelta
) -> None:
    new = replace(new, be_ready_by=max(new.be_ready_by, NOW))
    now = NOW + waited if new.earliest >= NOW + waited and new.be_ready_by >= NOW + waited else NOW
    told = after(before, new, now)
    assert told.window.be_ready_by <= new.be_ready_by
    assert told.window.be_ready_by <= told.window.earliest <= told.window.published <= told.window.latest
    assert told.window.latest <= new.latest
    assert min(told.window.earliest, told.window.be_ready_by) >= now
    assert told.was is not None or told.window.be_ready_by >= before.be_ready_by
