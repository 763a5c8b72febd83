"""How much one sender may send now: a token bucket that counts segments, keeps some for replies, and gives way.

Pure: moments are handed in, as seconds of a clock that never goes back. The whole rate is there for whoever has
something to send; the share for replies is what all else leaves in the bucket, so that a reply never waits for bulk.
"""

from busline.outbound import Bucketed

SMALLEST_BURST = 4
"""Segments that may go at once after a pause, however slow the sender: a reply of three must not wait for its end."""
SLOWED_AT_MOST_EVERY_SECONDS = 2.0
"""Refusals of messages that were under way together are one sign that we are too fast, and not many."""
SLOWEST_SHARE = 1 / 16
RECOVERY_SECONDS = 20.0
"""From nothing to the full rate; after one halving half of it. A stray refusal then costs two seconds of sending, and a
sender that is set too fast is refused every few seconds."""
_TINY = 1e-9
"""Sums of small steps fall short of the whole by so much."""


class Bucket:
    """The tokens of one sender, a segment each."""

    def __init__(self, rate: Bucketed, at_seconds: float) -> None:
        self._full_rate = rate.segments_per_second
        self._burst = max(float(SMALLEST_BURST), rate.segments_per_second)
        self._reserved = self._burst * rate.reserved_for_replies
        self._tokens = self._burst
        self._share = 1.0
        self._at = at_seconds
        self._slowed_at = -SLOWED_AT_MOST_EVERY_SECONDS

    def rate(self, at_seconds: float) -> float:
        """Segments a second, as things are."""
        self._fill(at_seconds)
        return self._full_rate * self._share

    def takes(self, at_seconds: float, segments: int, *, is_reply: bool) -> bool:
        """Take the tokens for one message; False, and none are taken, where it must wait.

        A message that is longer than the bucket is deep goes when it is full, and the bucket owes the rest.
        """
        self._fill(at_seconds)
        floor = self._floor(is_reply=is_reply)
        if self._tokens - floor + _TINY < min(float(segments), self._burst - floor):
            return False
        self._tokens -= segments
        return True

    def spend(self, at_seconds: float, segments: int) -> None:
        """What went out by another way and counts all the same: replies that the carrier made of our answers."""
        self._fill(at_seconds)
        self._tokens = max(self._tokens - segments, -self._burst)

    def seconds_until(self, at_seconds: float, segments: int, *, is_reply: bool) -> float:
        """How long until `takes` would say yes, if nothing else is sent and the rate stays; 0 for at once."""
        self._fill(at_seconds)
        floor = self._floor(is_reply=is_reply)
        missing = min(float(segments), self._burst - floor) + floor - self._tokens
        return max(0.0, missing) / (self._full_rate * self._share)

    def slow_down(self, at_seconds: float) -> None:
        """The carrier says that we are too fast: half as fast, and slowly back."""
        self._fill(at_seconds)
        if at_seconds - self._slowed_at < SLOWED_AT_MOST_EVERY_SECONDS:
            return
        self._slowed_at = at_seconds
        self._share = max(self._share / 2, SLOWEST_SHARE)
        # What was saved up would go out at once, and be refused again.
        self._tokens = min(self._tokens, 0.0)

    def _floor(self, *, is_reply: bool) -> float:
        # Slowed down, less is kept back, too: else all but replies would stand still until it is there again.
        return 0.0 if is_reply else min(self._reserved, max(1.0, self._reserved * self._share))

    def _fill(self, at_seconds: float) -> None:
        passed = max(0.0, at_seconds - self._at)
        self._at += passed
        share = min(1.0, self._share + passed / RECOVERY_SECONDS)
        # While it recovers it is filled at the mean of the rates at both ends; later at the full one.
        recovering = min(passed, (1.0 - self._share) * RECOVERY_SECONDS)
        gained = recovering * (self._share + share) / 2 + (passed - recovering)
        self._share = share
        self._tokens = min(self._burst, self._tokens + gained * self._full_rate)
