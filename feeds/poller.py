"""When to ask a feed again, and when to worry about it. Pure: outcomes and moments in, waits and plain words out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo

from busline.fleet import FeedHealth
from busline.ids import SourceId
from busline.position import LIVE_SECONDS, RejectReason
from feeds.screening import Silence

LONGEST_RETRY_AFTER_SECONDS = 600.0
"""A server may ask for a pause; one of hours would be a fault of its own."""
WORRY_AFTER_FAILURES = 2
"""One lost question in a row is the internet; two are a problem."""
_REPEATS = frozenset({RejectReason.DUPLICATE, RejectReason.OLDER_THAN_LAST, RejectReason.ANCIENT})
"""What a feed of parked buses is full of: no sign of a fault."""
_NOTES = frozenset({RejectReason.DUPLICATE_ENTITY, RejectReason.BAD_TRIP})
"""Counted, but the vehicle's position was used all the same."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a feed is asked, in district seconds. GTFS-realtime asks producers to refresh every 30 s or sooner."""

    interval_seconds: float = 10.0
    longest_wait_seconds: float = 60.0
    """The breaker: however long a feed has been failing, one question in this time finds out that it is back."""
    jitter: float = 0.1
    """Share by which each wait is spread, so that many services never ask in step."""


USUAL_CADENCE = Cadence()


@dataclass(frozen=True, slots=True)
class Trouble:
    """A question that brought nothing to use."""

    fault: str
    """Its name, for counting."""
    words: str
    needs_a_person: bool = False
    """True where asking again will not help until somebody changes a setting."""
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Polling:
    """Everything known about how one feed is doing."""

    source: SourceId
    checked_at: datetime | None = None
    fresh_at: datetime | None = None
    """The header time of the newest good message, never later than its receipt."""
    vehicles: int = 0
    accepted: int = 0
    """New positions in the newest good message."""
    rejected: Mapping[str, int] = field(default_factory=dict)
    failures: int = 0
    """In a row."""
    failing_since: datetime | None = None
    trouble: Trouble | None = None

    def succeeded(
        self, now: datetime, *, header_at: datetime | None, vehicles: int, accepted: int, rejected: Mapping[str, int]
    ) -> "Polling":
        """A good message came."""
        return Polling(
            source=self.source,
            checked_at=now,
            fresh_at=min(header_at or now, now),
            vehicles=vehicles,
            accepted=accepted,
            rejected=rejected,
        )

    def unchanged(self, now: datetime) -> "Polling":
        """The server says that its newest message is the one we have (304). That makes it no fresher."""
        return replace(self, checked_at=now, failures=0, failing_since=None, trouble=None)

    def failed(self, now: datetime, trouble: Trouble) -> "Polling":
        """Nothing usable came; what is known from before is kept."""
        return replace(
            self,
            checked_at=now,
            failures=self.failures + 1,
            failing_since=self.failing_since or now,
            trouble=trouble,
        )


def wait_seconds(polling: Polling, cadence: Cadence, spread: float) -> float:
    """District seconds from one question to the next. `spread` is a random number from 0 to 1."""
    longest = max(cadence.longest_wait_seconds, cadence.interval_seconds)
    wait = cadence.interval_seconds
    if polling.trouble is not None:
        if polling.trouble.needs_a_person:
            wait = longest
        else:
            # The exponent is bounded so that a week of failures stays a number.
            wait = min(longest, cadence.interval_seconds * 2 ** min(polling.failures - 1, 16))
        wanted = polling.trouble.retry_after_seconds
        if wanted is not None:
            wait = max(wait, min(wanted, LONGEST_RETRY_AFTER_SECONDS))
            return wait * (1 + cadence.jitter * spread)  # never sooner than the server asked
    return wait * (1 + cadence.jitter * (2 * spread - 1))


def health(polling: Polling, now: datetime, *, silence: Silence | None = None, zone: tzinfo = UTC) -> FeedHealth:
    """What staff are told: what happened, what was kept, since when. Times are said in `zone`."""
    worry = _worry(polling, now, silence, zone)
    return FeedHealth(
        source=polling.source,
        ok=worry is None,
        message=worry or _all_well(polling, zone, now),
        checked_at=polling.checked_at,
        fresh_at=polling.fresh_at,
        vehicles=polling.vehicles,
        rejected=polling.rejected,
        fault=None if polling.trouble is None else polling.trouble.fault,
    )


def _worry(polling: Polling, now: datetime, silence: Silence | None, zone: tzinfo) -> str | None:
    if polling.checked_at is None:
        return "The feed has not been asked yet."
    trouble = polling.trouble
    if trouble is not None and (
        polling.fresh_at is None or polling.failures >= WORRY_AFTER_FAILURES or trouble.needs_a_person
    ):
        since = (
            f" It fails since {_said(polling.failing_since, zone, now)}." if polling.failing_since is not None else ""
        )
        return f"{trouble.words}{since} {_kept(polling, zone, now)}"
    if polling.fresh_at is not None and (age := (now - polling.fresh_at).total_seconds()) > LIVE_SECONDS:
        return (
            f"The feed answers, but its newest message was made at {_said(polling.fresh_at, zone, now)}, "
            f"{_how_long(age)} ago. {_kept(polling, zone, now)}"
        )
    unusable = Counter({reason: count for reason, count in polling.rejected.items() if reason not in _REPEATS | _NOTES})
    if unusable and not polling.accepted and not any(reason in _REPEATS for reason in polling.rejected):
        reason, count = unusable.most_common(1)[0]
        return (
            f"The feed answers, but none of its {unusable.total():,} reports could be used: "
            f"{count:,} {_WHY.get(reason, reason.replace('_', ' '))}."
        )
    if silence is not None:
        return (
            f"The feed answers, but repeats itself: {silence.vehicles:,} buses have reported nothing new "
            f"since {_said(silence.since, zone, now)}."
        )
    return None


_WHY: Mapping[str, str] = {
    RejectReason.FUTURE: "lie in the future (are its times in milliseconds, or its clock or ours wrong?)",
    RejectReason.SWAPPED: "have latitude and longitude swapped",
    RejectReason.OUT_OF_AREA: "lie outside the district of the plan in force",
    RejectReason.NO_TIMESTAMP: "do not say when",
    RejectReason.NO_VEHICLE_ID: "name no vehicle",
    RejectReason.NULL_ISLAND: "lie at 0, 0 (no GPS fix yet)",
}


def _all_well(polling: Polling, zone: tzinfo, now: datetime) -> str:
    note = ""
    if polling.trouble is not None:
        note = f" The last question failed and is asked again: {polling.trouble.words}"
    elif polling.vehicles and polling.rejected.get(RejectReason.ANCIENT, 0) >= polling.vehicles:
        # At night this is how a feed looks; by day a producer that sends local time for UTC looks the same.
        note = " None has reported within the hour: they are parked, or the feed's times are wrong."
    return f"{polling.vehicles:,} buses, as of {_said(polling.fresh_at, zone, now)}.{note}"


def _kept(polling: Polling, zone: tzinfo, now: datetime) -> str:
    if polling.fresh_at is None:
        return "No position has come from it yet."
    at = _said(polling.fresh_at, zone, now)
    return f"The last good picture, {polling.vehicles:,} buses at {at}, is kept and ages."


def _said(at: datetime | None, zone: tzinfo, now: datetime) -> str:
    if at is None:
        return "never"
    local = at.astimezone(zone)
    # A time alone means today.
    is_today = local.date() == now.astimezone(zone).date()
    return local.strftime("%H:%M:%S %Z" if is_today else "%H:%M:%S %Z on %Y-%m-%d")


def _how_long(seconds: float) -> str:
    if seconds < 2 * 3_600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3_600:.0f} h" if seconds < 2 * 86_400 else f"{seconds / 86_400:.0f} days"
