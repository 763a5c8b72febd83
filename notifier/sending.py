"""The loop between the outbox and what carries messages: the most pressing first, within each sender's rate.

A message is looked at again when it goes: whether it is allowed (`notifier/barring.py`), still true, and in which words
(the `Writer`). Its words are kept with its lease before it is handed over. Where the answer is not heard, or we die
before we can keep it, the carrier may have it: then its report to the address that names the message settles it
(`notifier/reports.py`), or else the carrier is asked, before anything is sent again.
"""

import asyncio
import itertools
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from busline.alert import Priority
from busline.clock import Clock
from busline.ids import Phone
from busline.metrics import Metrics
from busline.outbound import Bucketed, Channel, Claimed, Sender, State, Untrue, Writer, Written
from busline.steady import keep_doing
from busline.store.pool import Pool
from notifier.attempting import ASK_AFTER, BEGINS_WITHIN, Attempts, Dropped
from notifier.barring import Drop, Hours, about_linked, why_not
from notifier.bucket import Bucket
from notifier.outbox import Carries, Claim, Decision, Leave, Looked, Outbox, Send, TakenUp

log = structlog.get_logger(__name__)

LEASE = ASK_AFTER + BEGINS_WITHIN
"""In real time. When it has run out the carrier is asked, whoever does; of what this very process is busy with it is
not."""
ASKING_LEASE = timedelta(seconds=5)
"""So soon another one asks where the one that asked has died. A question does no harm twice, so it may be short: what a
killed process left in doubt must be settled within the minute also where the next one is killed, too."""
LOOK_EVERY_SECONDS = 0.5
ASK_EVERY_SECONDS = 3.0
_SHORTEST_LOOK_SECONDS = 0.05
"""What a fast sender may send in so long is taken up in one statement."""
_LOOKED_AT_LEAST = 8
GRACE_SECONDS = 15.0
"""At the end what is under way may come to its own."""
_ALL = tuple(Priority)


@dataclass(frozen=True, slots=True)
class Line:
    """One sender, what goes out by it, and how fast."""

    channel: Channel
    sender: Sender
    rate: Bucketed
    carries: Carries = Carries.ALL
    """What, where two lines share a channel."""
    at_once: int = 32
    """Messages under way together: enough for the rate, however long the carrier takes to answer."""

    @property
    def name(self) -> str:
        return self.channel.value if self.carries is Carries.ALL else f"{self.channel.value}, {self.carries.value}"


@dataclass(slots=True)
class _Running:
    """A line at work."""

    line: Line
    bucket: Bucket
    attempts: Attempts
    under_way: dict["asyncio.Task[None]", Phone] = field(default_factory=dict)
    """Messages being handed over, each with its phone."""
    asking: dict["asyncio.Task[None]", Phone] = field(default_factory=dict)
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def busy(self) -> set[Phone]:
        """Phones that something goes to or is asked about at this moment, however long that takes here."""
        return {*self.under_way.values(), *self.asking.values()}

    @property
    def room(self) -> int:
        return self.line.at_once - len(self.under_way)


class Sending:
    """Sends what is promised, by every line at once."""

    def __init__(
        self,
        pool: Pool,
        lines: Sequence[Line],
        writer: Writer,
        clock: Clock,
        zone: Callable[[], ZoneInfo],
        *,
        quiet: Hours | None = None,
        on_dropped: Dropped | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        """`zone` is the one that the district's clocks show, `quiet` its hours in which no news goes out.

        `on_dropped` is told of every message that was not sent after all, once that is kept.
        """
        self._outbox = Outbox(pool)
        self._pool = pool
        self._writer = writer
        self._clock = clock
        self._zone = zone
        self._quiet = quiet
        self._on_dropped = on_dropped
        self._metrics = metrics
        self._lines = [self._running(line) for line in lines]

    def promised(self) -> None:
        """Something was promised in this process just now: it is looked for at once."""
        for running in self._lines:
            running.wake.set()

    def slow_down(self, channel: Channel) -> None:
        """The carrier has said afterwards that we send too fast."""
        for running in self._lines:
            if running.line.channel is channel:
                running.bucket.slow_down(time.monotonic())

    def replied(self, segments: int) -> None:
        """The carrier sends so many segments by itself, as replies, from the number that our replies go by."""
        for running in self._lines:
            if running.line.channel is Channel.TEXT and running.line.carries is not Carries.ALERTS:
                running.bucket.spend(time.monotonic(), segments)

    async def run(self) -> None:
        """Send until cancelled; what is under way then comes to its end first."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for running in self._lines:
                    tasks.create_task(self._keep_sending(running))
        finally:
            await self._let_land()

    async def ask(self) -> None:
        """Find out about attempts that came to no end, until cancelled; that needs no words, so it may come first."""
        async with asyncio.TaskGroup() as tasks:
            for running in self._lines:
                tasks.create_task(self._keep_asking(running))

    async def once(self) -> int:
        """One look of every line, and all that comes of it; how many messages were taken up or dropped."""
        settled = 0
        for running in self._lines:
            settled += await self._ask(running)
            await self._landed(running)
            taken = await self._take(running)
            settled += taken.looked_at - taken.left
            await self._landed(running)
        return settled

    async def _keep_sending(self, running: _Running) -> None:
        async def some() -> bool:
            running.wake.clear()
            taken = await self._take(running)
            await self._rest(running, taken)
            return True

        await keep_doing(f"sending by {running.line.name}", some, pause_seconds=LOOK_EVERY_SECONDS)

    async def _keep_asking(self, running: _Running) -> None:
        async def some() -> bool:
            await self._ask(running)
            return False

        await keep_doing(f"asking about {running.line.name}", some, pause_seconds=ASK_EVERY_SECONDS)

    async def _ask(self, running: _Running) -> int:
        """Find out about attempts that came to no end."""
        now, real_now = self._clock.now(), datetime.now(UTC)
        line = running.line
        claims = await self._outbox.take_doubtful(
            line.channel,
            line.carries,
            line.at_once,
            but=running.busy,
            now=now,
            real_now=real_now,
            lease_until=real_now + ASKING_LEASE,
        )
        for of_phone in _by_phone(claims):
            phone = of_phone[0].claimed.promise.phone
            self._launch(running.asking, phone, running.attempts.find_out(of_phone))
        return len(claims)

    async def _take(self, running: _Running) -> TakenUp:
        """Take up what may go now, and let each go its way."""
        at, now, real_now = time.monotonic(), self._clock.now(), datetime.now(UTC)
        most = min(running.room, _LOOKED_AT_LEAST + int(running.bucket.rate(at)))
        if most <= 0:
            return TakenUp()
        only_replies = running.bucket.seconds_until(at, 1, is_reply=False) > 0
        taken = await self._outbox.take(
            running.line.channel,
            running.line.carries,
            (Priority.REPLY,) if only_replies else _ALL,
            most,
            decide=self._decider(running.bucket, at, now),
            now=now,
            real_now=real_now,
            lease_until=real_now + LEASE,
        )
        for claimed, drop in taken.dropped:
            self._note_dropped(claimed, drop.state)
        for claim in taken.to_send:
            self._launch(running.under_way, claim.claimed.promise.phone, running.attempts.send(claim))
        return taken

    def _decider(self, bucket: Bucket, at: float, now: datetime) -> Callable[[Looked], Decision]:
        zone, is_full = self._zone(), False

        def decide(looked: Looked) -> Decision:
            nonlocal is_full
            if is_full:
                return Leave()
            barred = why_not(looked.claimed, looked.standing, self._quiet, zone, now)
            if barred is not None:
                return barred
            claimed = about_linked(looked.claimed, looked.standing)
            written = self._written(claimed, looked.language, now)
            if isinstance(written, Drop):
                return written
            is_reply = claimed.promise.priority is Priority.REPLY
            if bucket.takes(at, written.segments, is_reply=is_reply):
                return Send(claimed, written)
            # Nor does a shorter one go that comes behind it: a long one would wait for ever.
            is_full = True
            return Leave()

        return decide

    def _written(self, claimed: Claimed, language: str, now: datetime) -> Written | Drop:
        try:
            written = self._writer.write(claimed, language, now)
        except ValueError as fault:
            # A promise of another version, or one made wrongly: it must hold up no other.
            log.error("a promised message cannot be written", kind=claimed.promise.kind, fault=str(fault))
            return Drop(State.FAILED, "Busline has no words for it; its log says why.")
        return Drop(State.UNTRUE, written.why) if isinstance(written, Untrue) else written

    async def _rest(self, running: _Running, taken: TakenUp) -> None:
        """Until something may go: a message was promised, tokens are there again, or a place is free."""
        seconds = LOOK_EVERY_SECONDS
        if running.room == 0:
            await asyncio.wait(running.under_way, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            return
        if taken.left or taken.to_send:
            refilled = running.bucket.seconds_until(time.monotonic(), 1, is_reply=False)
            seconds = min(seconds, max(_SHORTEST_LOOK_SECONDS, refilled))
        elif taken.looked_at:
            # All of it dropped or put off: what is behind it need not wait.
            seconds = 0.0
        try:
            async with asyncio.timeout(seconds):
                await running.wake.wait()
        except TimeoutError:
            return

    def _launch(
        self, under_way: dict["asyncio.Task[None]", Phone], phone: Phone, work: Coroutine[None, None, None]
    ) -> None:
        def landed(task: "asyncio.Task[None]") -> None:
            under_way.pop(task, None)
            if not task.cancelled() and (fault := task.exception()) is not None:
                # Its lease runs out, and it is asked about; but nobody foresaw this.
                log.error("a message came to no end", fault=repr(fault))

        task = asyncio.create_task(work)
        under_way[task] = phone
        task.add_done_callback(landed)

    async def _landed(self, running: _Running) -> None:
        while flying := {*running.under_way, *running.asking}:
            await asyncio.wait(flying)

    async def _let_land(self) -> None:
        flying = [task for running in self._lines for task in (*running.under_way, *running.asking)]
        if not flying:
            return
        _, late = await asyncio.wait(flying, timeout=GRACE_SECONDS)
        for task in late:
            task.cancel()
        if late:
            log.warning(
                "messages were under way at the end; their fate is found out at the next start", those=len(late)
            )

    def _running(self, line: Line) -> _Running:
        bucket = Bucket(line.rate, time.monotonic())
        attempts = Attempts(
            line.name,
            line.sender,
            self._pool,
            self._outbox,
            self._clock,
            self._zone,
            slow_down=lambda: bucket.slow_down(time.monotonic()),
            on_sent=self._note_sent,
            on_dropped=self._note_dropped,
        )
        return _Running(line, bucket, attempts)

    def _note_sent(self, claim: Claim, now: datetime) -> None:
        if self._metrics is not None:
            promise = claim.claimed.promise
            seconds = (now - promise.true_since).total_seconds()
            self._metrics.message_sent(promise.channel.value, promise.priority.name.lower(), seconds)

    def _note_dropped(self, claimed: Claimed, state: State) -> None:
        if self._metrics is not None:
            self._metrics.message_dropped(claimed.promise.channel.value, state.value)
        if self._on_dropped is not None:
            self._on_dropped(claimed, state)


def _by_phone(claims: Iterable[Claim]) -> list[list[Claim]]:
    """Of one phone those that went first come first."""

    def phone(claim: Claim) -> str:
        return claim.claimed.promise.phone

    ordered = sorted(claims, key=lambda claim: (phone(claim), claim.claimed.outbox_id))
    return [list(group) for _, group in itertools.groupby(ordered, key=phone)]
