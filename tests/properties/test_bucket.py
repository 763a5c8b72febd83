"""Whatever is asked of it in whatever order, a bucket lets out no more than its rate and never a reply too late."""

from hypothesis import given
from hypothesis import strategies as st

from busline.outbound import Bucketed
from notifier.bucket import RECOVERY_SECONDS, SLOWED_AT_MOST_EVERY_SECONDS, SMALLEST_BURST, Bucket

RATES = st.sampled_from([1.0, 3.0, 30.0, 100.0])
ASKED = st.lists(
    st.tuples(st.floats(0.0, 5.0), st.integers(1, 10), st.booleans()),
    min_size=1,
    max_size=120,
)


@given(RATES, ASKED)
def test_no_more_goes_out_than_the_rate_and_one_burst(rate: float, asked: list[tuple[float, int, bool]]) -> None:
    bucket, at, sent = Bucket(Bucketed(rate), 0.0), 0.0, 0
    for pause, segments, is_reply in asked:
        at += pause
        if bucket.takes(at, segments, is_reply=is_reply):
            sent += segments
        # A message deeper than the bucket goes when it is full: ten segments at most here.
        assert sent <= rate * at + max(SMALLEST_BURST, rate) + 10


@given(RATES, ASKED)
def test_what_it_says_to_wait_is_enough_and_no_more_than_needed(
    rate: float, asked: list[tuple[float, int, bool]]
) -> None:
    bucket, at = Bucket(Bucketed(rate), 0.0), 0.0
    for pause, segments, is_reply in asked:
        at += pause
        wait = bucket.seconds_until(at, segments, is_reply=is_reply)
        if wait > 0.001:
            assert not bucket.takes(at + wait - 0.001, segments, is_reply=is_reply)
        at += wait
        assert bucket.takes(at + 1e-6, segments, is_reply=is_reply)


@given(RATES, st.integers(1, 3), st.integers(1, 400))
def test_a_reply_finds_its_share_however_much_else_waits(rate: float, segments: int, bulk: int) -> None:
    bucket, at = Bucket(Bucketed(rate), 0.0), 0.0
    for _ in range(bulk):
        at += 0.01
        while bucket.takes(at, segments, is_reply=False):
            pass
    assert bucket.takes(at, 1, is_reply=True)


@given(RATES, st.integers(1, 3))
def test_bulk_alone_gets_the_whole_rate(rate: float, segments: int) -> None:
    bucket, at, sent = Bucket(Bucketed(rate), 0.0), 0.0, 0
    while at < 120.0:
        at += 0.05
        while bucket.takes(at, segments, is_reply=False):
            sent += segments
    assert sent >= rate * 120.0 * 0.99 - segments


@given(st.lists(st.floats(0.0, 30.0), min_size=1, max_size=40))
def test_it_is_never_faster_than_its_rate_nor_ever_stands_still(refusals: list[float]) -> None:
    bucket, at = Bucket(Bucketed(30.0), 0.0), 0.0
    for pause in refusals:
        at += pause
        bucket.slow_down(at)
        assert 30.0 / 16 <= bucket.rate(at) <= 30.0
    assert bucket.rate(at + RECOVERY_SECONDS) == 30.0


def test_many_refusals_of_one_moment_halve_it_once() -> None:
    bucket = Bucket(Bucketed(32.0), 0.0)
    for number in range(20):
        bucket.slow_down(number * 0.01)
    assert bucket.rate(0.2) < 16.5
    assert bucket.rate(0.2) >= 16.0
    bucket.slow_down(SLOWED_AT_MOST_EVERY_SECONDS + 0.2)
    assert bucket.rate(SLOWED_AT_MOST_EVERY_SECONDS + 0.2) < 10.0


def test_after_a_refusal_nothing_that_was_saved_up_follows_at_once() -> None:
    bucket = Bucket(Bucketed(30.0), 0.0)
    bucket.slow_down(10.0)
    assert not bucket.takes(10.0, 1, is_reply=True)
    assert bucket.takes(10.1, 1, is_reply=True)


def test_after_a_refusal_what_is_no_reply_waits_a_quarter_of_a_second_longer_and_not_more() -> None:
    bucket = Bucket(Bucketed(100.0), 0.0)
    for number in range(5):
        bucket.slow_down(number * SLOWED_AT_MOST_EVERY_SECONDS)
    at = 4 * SLOWED_AT_MOST_EVERY_SECONDS
    assert bucket.rate(at) < 20.0
    assert bucket.seconds_until(at, 1, is_reply=True) < 0.2
    assert bucket.seconds_until(at, 1, is_reply=False) < 0.5


def test_while_it_is_slow_so_much_less_goes_out() -> None:
    bucket, sent = Bucket(Bucketed(30.0, reserved_for_replies=0.0), 0.0), 0
    bucket.slow_down(0.0)
    for step in range(1, 1_001):
        while bucket.takes(step * 0.01, 1, is_reply=False):
            sent += 1
    # From 15 to 30 a second within ten seconds.
    assert 220 <= sent <= 226


def test_replies_that_went_another_way_are_taken_off() -> None:
    bucket = Bucket(Bucketed(1.0), 0.0)
    bucket.spend(0.0, 4)
    assert not bucket.takes(0.5, 1, is_reply=True)
    assert bucket.takes(1.0, 1, is_reply=True)
    bucket.spend(1.0, 1_000)
    assert bucket.seconds_until(1.0, 1, is_reply=True) == 5.0
