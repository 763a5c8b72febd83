"""Whether a message may replace the ones before it."""

from datetime import datetime, timedelta

from busline.ids import SourceId
from feeds.continuity import Continuity
from feeds.gtfs_rt import Message, MessageFault
from tests.feed_bytes import MORNING


def judged(
    continuity: Continuity, header_seconds: float | None, entities: int, now: datetime | None = None
) -> MessageFault | None:
    header_at = None if header_seconds is None else MORNING + timedelta(seconds=header_seconds)
    message = Message(SourceId("district"), header_at, (), (), entities, frozenset())
    unreadable = continuity.judge(message, now or MORNING + timedelta(seconds=header_seconds or 0))
    return None if unreadable is None else unreadable.fault


def test_a_header_that_goes_backwards_is_refused_and_one_that_repeats_is_not() -> None:
    continuity = Continuity()
    assert judged(continuity, 30, 100) is None
    assert judged(continuity, 30, 100) is None
    assert judged(continuity, 20, 100) is MessageFault.HEADER_BACKWARDS


def test_a_stuck_server_behind_a_load_balancer_is_never_believed() -> None:
    continuity = Continuity()
    now = MORNING
    for step in range(10):
        now = MORNING + timedelta(seconds=60 + step * 20)
        assert judged(continuity, 60 + step * 20, 100, now) is None
        assert judged(continuity, 15, 100, now) is MessageFault.HEADER_BACKWARDS
    for _ in range(10):
        assert judged(continuity, 15, 100, now) is MessageFault.HEADER_BACKWARDS


def test_a_producers_clock_put_back_is_believed_after_three_messages_that_go_forwards() -> None:
    continuity = Continuity()
    now = MORNING + timedelta(seconds=900)
    assert judged(continuity, 900, 100, now) is None
    assert judged(continuity, 100, 100, now) is MessageFault.HEADER_BACKWARDS
    assert judged(continuity, 110, 100, now) is MessageFault.HEADER_BACKWARDS
    assert judged(continuity, 120, 100, now) is None
    assert judged(continuity, 130, 100, now) is None


def test_a_header_from_the_future_does_not_make_honest_ones_look_old() -> None:
    continuity = Continuity()
    assert judged(continuity, 3_600, 100, now=MORNING) is None
    assert judged(continuity, 10, 100, now=MORNING + timedelta(seconds=10)) is None


def test_half_of_the_fleet_gone_at_once_is_suspect_until_it_stays_gone() -> None:
    continuity = Continuity()
    assert judged(continuity, 0, 100) is None
    assert judged(continuity, 10, 49) is MessageFault.SHRUNK
    assert judged(continuity, 20, 100) is None
    assert judged(continuity, 30, 40) is MessageFault.SHRUNK
    assert judged(continuity, 40, 40) is MessageFault.SHRUNK
    assert judged(continuity, 50, 40) is None
    assert judged(continuity, 60, 39) is None


def test_an_empty_fleet_after_a_full_one_is_suspect() -> None:
    continuity = Continuity()
    assert judged(continuity, 0, 100) is None
    assert judged(continuity, 10, 0) is MessageFault.SHRUNK


def test_a_few_buses_that_go_home_are_an_ordinary_evening() -> None:
    continuity = Continuity()
    assert judged(continuity, 0, 9) is None
    assert judged(continuity, 10, 1) is None


def test_messages_without_a_header_time_are_judged_by_their_size_alone() -> None:
    continuity = Continuity()
    assert judged(continuity, None, 100) is None
    assert judged(continuity, None, 20) is MessageFault.SHRUNK
    assert judged(continuity, None, 90) is None
