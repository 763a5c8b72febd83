"""When a feed is asked again, and what staff are told about it."""

from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from busline.ids import SourceId
from feeds.poller import Cadence, Polling, Trouble, health, wait_seconds
from feeds.screening import Silence
from tests.feed_bytes import MORNING

CADENCE = Cadence(interval_seconds=10, longest_wait_seconds=60, jitter=0.1)
NEW = Polling(SourceId("district"))
LOST = Trouble("unreachable", "The server cannot be reached.")


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def well(accepted: int = 40, rejected: Mapping[str, int] | None = None, vehicles: int = 41) -> Polling:
    return NEW.succeeded(MORNING, header_at=MORNING, vehicles=vehicles, accepted=accepted, rejected=rejected or {})


def failing(times: int, trouble: Trouble = LOST, start: Polling = NEW) -> Polling:
    for number in range(times):
        start = start.failed(MORNING + after(10 * (number + 1)), trouble)
    return start


def test_a_healthy_feed_is_asked_at_its_interval_spread_a_little() -> None:
    assert wait_seconds(well(), CADENCE, 0.0) == pytest.approx(9)
    assert wait_seconds(well(), CADENCE, 0.5) == pytest.approx(10)
    assert wait_seconds(well(), CADENCE, 1.0) == pytest.approx(11)


def test_waits_double_with_every_failure_and_stop_growing_at_a_minute() -> None:
    waits = [wait_seconds(failing(times), CADENCE, 0.5) for times in (1, 2, 3, 4, 5, 10_000)]
    assert waits == pytest.approx([10, 20, 40, 60, 60, 60])


def test_a_pause_the_server_asks_for_is_honoured_within_reason() -> None:
    assert wait_seconds(
        failing(1, Trouble("rate_limited", "429", retry_after_seconds=45.5)), CADENCE, 0.0
    ) == pytest.approx(45.5)
    assert wait_seconds(failing(1, Trouble("rate_limited", "429", retry_after_seconds=45.5)), CADENCE, 1.0) > 45.5
    assert wait_seconds(
        failing(1, Trouble("server_error", "503", retry_after_seconds=86_400)), CADENCE, 0.0
    ) == pytest.approx(600)
    assert wait_seconds(
        failing(1, Trouble("server_error", "503", retry_after_seconds=0)), CADENCE, 0.0
    ) == pytest.approx(10)


def test_a_fault_that_needs_a_person_is_not_hammered() -> None:
    assert wait_seconds(failing(1, Trouble("unauthorized", "401", needs_a_person=True)), CADENCE, 0.5) == pytest.approx(
        60
    )


def test_one_success_brings_back_the_usual_interval() -> None:
    recovered = failing(8).succeeded(MORNING, header_at=MORNING, vehicles=1, accepted=1, rejected={})
    assert wait_seconds(recovered, CADENCE, 0.5) == pytest.approx(10)
    assert failing(8).unchanged(MORNING).failures == 0


def test_a_feed_that_has_not_been_asked_is_not_well_and_says_so() -> None:
    state = health(NEW, MORNING)
    assert not state.ok
    assert state.message == "The feed has not been asked yet."
    assert state.checked_at is None


def test_a_healthy_feed_says_how_many_buses_and_as_of_when() -> None:
    state = health(well(), MORNING + after(5), zone=ZoneInfo("America/New_York"))
    assert state.ok
    assert state.fault is None
    assert state.message == "41 buses, as of 03:30:00 EDT."
    assert (state.vehicles, state.fresh_at, state.checked_at) == (41, MORNING, MORNING)


def test_one_lost_question_is_noted_and_no_worry() -> None:
    state = health(failing(1, start=well()), MORNING + after(10))
    assert state.ok
    assert state.fault == "unreachable"
    assert "The last question failed and is asked again: The server cannot be reached." in state.message


def test_two_lost_questions_are_a_worry_that_says_what_is_kept_and_since_when() -> None:
    state = health(failing(2, start=well()), MORNING + after(20))
    assert not state.ok
    assert state.message == (
        "The server cannot be reached. It fails since 07:30:10 UTC. "
        "The last good picture, 41 buses at 07:30:00 UTC, is kept and ages."
    )
    assert (state.vehicles, state.fresh_at) == (41, MORNING)


def test_a_feed_that_never_answered_is_a_worry_at_once() -> None:
    state = health(failing(1), MORNING + after(10))
    assert not state.ok
    assert state.message.endswith("No position has come from it yet.")


def test_a_wrong_key_is_a_worry_at_once_although_a_picture_is_there() -> None:
    assert not health(failing(1, Trouble("unauthorized", "401", needs_a_person=True), well()), MORNING + after(10)).ok


def test_not_modified_makes_nothing_fresher() -> None:
    polling = well()
    for step in range(1, 12):
        polling = polling.unchanged(MORNING + after(10 * step))
    state = health(polling, MORNING + after(110))
    assert not state.ok
    assert state.message.startswith("The feed answers, but its newest message was made at 07:30:00 UTC, 2 min ago.")


def test_a_feed_that_stopped_days_ago_is_told_with_its_date() -> None:
    state = health(well(), MORNING + after(3 * 86_400))
    assert "was made at 07:30:00 UTC on " in state.message
    assert "3 days ago" in state.message


def test_a_header_ahead_of_our_clock_makes_no_feed_fresher_than_now() -> None:
    polling = NEW.succeeded(MORNING, header_at=MORNING + after(3_600), vehicles=1, accepted=1, rejected={})
    assert polling.fresh_at == MORNING
    assert not health(polling, MORNING + after(120)).ok


def test_a_feed_of_nothing_usable_says_why() -> None:
    state = health(well(accepted=0, rejected={"future": 38, "null_island": 2}), MORNING)
    assert not state.ok
    assert state.message.startswith("The feed answers, but none of its 40 reports could be used: 38 lie in the future")


def test_parked_buses_and_a_few_bad_reports_are_no_worry() -> None:
    assert health(well(accepted=0, rejected={"duplicate": 40}), MORNING).ok
    assert health(well(accepted=0, rejected={"ancient": 40}), MORNING).ok
    assert health(well(accepted=0, rejected={"duplicate": 30, "out_of_area": 9}), MORNING).ok
    assert health(well(accepted=5, rejected={"out_of_area": 30}), MORNING).ok
    assert health(well(accepted=0, rejected={}, vehicles=0), MORNING).ok


def test_a_fleet_of_which_nothing_was_heard_for_an_hour_is_said_to_be_so() -> None:
    state = health(well(accepted=0, rejected={"ancient": 41}), MORNING)
    assert state.ok
    assert state.message.endswith("None has reported within the hour: they are parked, or the feed's times are wrong.")
    assert "within the hour" not in health(well(accepted=0, rejected={"ancient": 40, "duplicate": 1}), MORNING).message


def test_a_feed_that_repeats_itself_is_a_worry() -> None:
    state = health(well(accepted=0, rejected={"duplicate": 41}), MORNING, silence=Silence(MORNING - after(240), 41))
    assert not state.ok
    assert (
        state.message == "The feed answers, but repeats itself: 41 buses have reported nothing new since 07:26:00 UTC."
    )
