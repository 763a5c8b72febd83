"""One message handed over, or asked about, and what comes of it: sent, tried again, given up, or never known."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import structlog

from busline.alert import Priority
from busline.clock import Clock
from busline.masking import without_numbers
from busline.outbound import (
    Again,
    Claimed,
    Handed,
    Lasting,
    Later,
    Refused,
    Sender,
    State,
    Taken,
    Unheard,
)
from busline.store.pool import DatabaseUnavailableError, Pool
from notifier.alarms import raise_alarm
from notifier.barring import Drop
from notifier.outbox import Claim, Outbox, PutBack
from notifier.outcomes import Outcomes

log = structlog.get_logger(__name__)

BEGINS_WITHIN = timedelta(seconds=3)
"""From when it was taken up an attempt must begin, or not at all: we may have been standing still."""
ASK_AFTER = timedelta(seconds=10)
"""So long the carrier's own report is waited for before it is asked, from when it was handed the message. What it has
by then it will say, and the sooner it is asked, the oftener it can be before a minute is over."""
NOT_TAKEN_AFTER = timedelta(seconds=30)
"""From then on a message that the carrier does not know of has not come to it, and goes again: no attempt lasts so long
(`sms/twilio/rest.py`), and a report would have come (facts of operations, section 2)."""
ASK_AGAIN = timedelta(seconds=5)
GIVEN_UP_AFTER = timedelta(seconds=40)
"""What cannot be found out until then stays unknown, or goes once more, as is better for the message. With the time
that the last question takes, that is within a minute, and would be if we were killed over it and started again."""
_ASKED_IN_VAIN = 2
"""So often the carrier must have left a question unanswered, whatever the clock says: one that we were killed over, or
that our own database kept us from, says nothing of the carrier."""
_NOT_THERE_YET = "The carrier does not know of it yet."
MOST_ATTEMPTS = 20
LONGEST_VALIDITY_SECONDS = 36_000
"""Twilio queues nothing for longer."""
_SHORTEST_PAUSE_SECONDS = 2.0
_LONGEST_PAUSE_SECONDS = 1_800.0
_SLOWED_PAUSE_SECONDS = 1.0
"""The bucket gives way by itself: the message only makes room for others."""

Dropped = Callable[[Claimed, State], None]
"""Told of every message that was not sent after all, once that is kept."""


class Attempts:
    """Attempts by one sender."""

    def __init__(
        self,
        name: str,
        sender: Sender,
        pool: Pool,
        outbox: Outbox,
        clock: Clock,
        zone: Callable[[], ZoneInfo],
        *,
        slow_down: Callable[[], None],
        on_sent: Callable[[Claim, datetime], None],
        on_dropped: Dropped,
    ) -> None:
        self._name = name
        self._sender = sender
        self._pool = pool
        self._outcomes = Outcomes(outbox)
        self._clock = clock
        self._zone = zone
        self._slow_down = slow_down
        self._on_sent = on_sent
        self._on_dropped = on_dropped
        self._is_failing = False
        self._in_vain: Counter[int] = Counter()
        """By message, how often the carrier has not answered what became of it."""
        self._jitter = random.Random()  # noqa: S311 - it spreads attempts, and hides nothing

    async def send(self, claim: Claim) -> None:
        """Hand it over, and keep what came of it."""
        now, began_at = self._clock.now(), datetime.now(UTC)
        if claim.attempted_at is not None and began_at > claim.attempted_at + BEGINS_WITHIN:
            # Somebody else may ask about it soon, and must not be told that it is not there just before it is.
            await self._outcomes.put_back(PutBack(claim, began_at, ""))
            return
        valid = min(LONGEST_VALIDITY_SECONDS, int((claim.claimed.promise.expires_at - now).total_seconds()))
        try:
            handed = await self._sender.hand_over(claim.claimed, claim.written, valid)
        except Exception as fault:
            # The border of a sender: what it did not foresee must stop no other message.
            log.exception("a sender failed in a way it does not know", line=self._name)
            handed = Unheard(f"Busline itself failed while it handed this over ({type(fault).__name__}).")
        self._tell(handed)
        await self._settle(claim, handed, began_at, self._clock.now())

    async def find_out(self, claims: Sequence[Claim]) -> None:
        """Ask the carrier what became of earlier attempts to one phone, one after the other.

        What it names for the first is then known, and not taken for the second, too.
        """
        for claim in claims:
            since = claim.claimed.maybe_since or claim.taken_at
            # A sender looks into our own records, too: a database that is away is waited for, and says nothing.
            found = await self._outcomes.until_kept(partial(self._ask, claim, since))
            await self._found(claim, since, found, self._clock.now())

    async def _ask(self, claim: Claim, since: datetime) -> Taken | Later | None:
        try:
            return await self._sender.find(claim.claimed, claim.written, since)
        except DatabaseUnavailableError:
            raise
        except Exception as fault:
            # The same border.
            log.exception("a sender failed in a way it does not know", line=self._name)
            return Later(f"Busline itself failed while it asked ({type(fault).__name__}).")

    async def _found(self, claim: Claim, since: datetime, found: Taken | Later | None, now: datetime) -> None:
        real_now, outbox_id = datetime.now(UTC), claim.claimed.outbox_id
        in_vain = self._in_vain.pop(outbox_id, 0)
        match found:
            case Taken(sid):
                await self._sent(claim, sid, now)
            case None if claim.attempted_at is not None and real_now < claim.attempted_at + NOT_TAKEN_AFTER:
                surely_at = claim.attempted_at + NOT_TAKEN_AFTER
                await self._outcomes.put_back(PutBack(claim, surely_at, _NOT_THERE_YET, maybe_since=since))
            case None:
                # The carrier knows nothing of it after all that time: it did not go, and goes now if it is still true.
                await self._outcomes.put_back(PutBack(claim, real_now, ""))
            case Later(words):
                # A reply is about no bus that leaves: it waits until the carrier can be asked.
                is_reply = claim.claimed.promise.priority is Priority.REPLY
                if is_reply or in_vain + 1 < _ASKED_IN_VAIN or now - since < GIVEN_UP_AFTER:
                    self._in_vain[outbox_id] = in_vain + 1
                    await self._outcomes.put_back(PutBack(claim, real_now + ASK_AGAIN, words, maybe_since=since))
                elif claim.claimed.promise.again is Again.BETTER_TWICE:
                    await self._outcomes.put_back(PutBack(claim, real_now, words))
                else:
                    await self._give_up(claim, Drop(State.UNKNOWN, words), now)

    async def _settle(self, claim: Claim, handed: Handed, began_at: datetime, now: datetime) -> None:
        match handed:
            case Taken(sid):
                await self._sent(claim, sid, now)
            case Refused(words, lasting, code):
                if lasting is Lasting.ALARM and code is not None:
                    await self._alarm(code, now)
                is_landline = lasting is Lasting.LANDLINE
                state = State.BARRED if lasting is Lasting.OPTED_OUT else State.FAILED
                drop = Drop(state, words, call_instead=is_landline)
                await self._give_up(claim, drop, now, is_landline=is_landline)
            case Later():
                await self._later(claim, handed, now)
            case Unheard(words) if claim.claimed.attempts + 1 >= MOST_ATTEMPTS:
                await self._give_up(claim, Drop(State.UNKNOWN, words), now)
            case Unheard(words):
                again_at = began_at + ASK_AFTER
                await self._outcomes.put_back(PutBack(claim, again_at, words, maybe_since=claim.taken_at))

    async def _later(self, claim: Claim, later: Later, now: datetime) -> None:
        if later.slow_down:
            self._slow_down()
        if later.alarm is not None:
            await self._alarm(later.alarm, now)
        attempts, expires_at = claim.claimed.attempts + 1, claim.claimed.promise.expires_at
        tomorrow = next_day(now, self._zone()) if later.not_today else None
        pause = self._pause(attempts, later)
        if (tomorrow or now + pause) >= expires_at:
            await self._give_up(claim, Drop(State.EXPIRED, later.words), now)
        elif attempts >= MOST_ATTEMPTS:
            await self._give_up(claim, Drop(State.FAILED, later.words), now)
        else:
            again_at = datetime.now(UTC) + (timedelta() if later.not_today else pause)
            await self._outcomes.put_back(PutBack(claim, again_at, later.words, not_before=tomorrow))

    def _pause(self, attempts: int, later: Later) -> timedelta:
        pause = min(_SHORTEST_PAUSE_SECONDS * 2 ** (attempts - 1), _LONGEST_PAUSE_SECONDS)
        if later.slow_down:
            pause = min(pause, _SLOWED_PAUSE_SECONDS * attempts)
        return timedelta(seconds=pause * self._jitter.uniform(0.75, 1.25))

    async def _sent(self, claim: Claim, sid: str, now: datetime) -> None:
        await self._outcomes.sent(claim, sid, now)
        self._on_sent(claim, now)

    async def _give_up(self, claim: Claim, drop: Drop, now: datetime, *, is_landline: bool = False) -> None:
        if await self._outcomes.give_up(claim, drop, now, is_landline=is_landline):
            self._on_dropped(claim.claimed, drop.state)

    async def _alarm(self, code: int, now: datetime) -> None:
        await self._outcomes.until_kept(lambda: raise_alarm(self._pool, code, now))

    def _tell(self, handed: Handed) -> None:
        """A failure once, and its recovery once; a refusal is about one phone."""
        if isinstance(handed, Taken):
            if self._is_failing:
                self._is_failing = False
                log.info("messages can be sent again", line=self._name)
        elif not isinstance(handed, Refused) and not self._is_failing:
            self._is_failing = True
            log.error("a message could not be sent", line=self._name, why=without_numbers(handed.words))


def next_day(now: datetime, zone: ZoneInfo) -> datetime:
    """A few minutes into the next day: limits of a day are counted anew."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(0, 5), zone)
