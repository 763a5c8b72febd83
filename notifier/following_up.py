"""What must happen though nobody sends anything: a call where no text was confirmed, alarms that are over, counts."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from busline.clock import Clock
from busline.metrics import Metrics
from busline.outbound import Channel
from busline.steady import keep_doing
from busline.store.pool import Pool
from notifier.alarms import alarms_in_force, end_alarms
from notifier.outbox import Outbox

CONFIRMED_WITHIN = timedelta(seconds=90)
"""A text that no bus comes is on the phone by then, or the family is called."""
LOOK_EVERY_SECONDS = 5.0


class FollowingUp:
    """Looks every few seconds. Several processes may: each row is held while it is looked at."""

    def __init__(
        self,
        pool: Pool,
        clock: Clock,
        ways: Sequence[Channel],
        metrics: Metrics,
        *,
        promised: Callable[[], None] = lambda: None,
    ) -> None:
        """`ways`: the channels by which this installation sends. `promised` is told of new calls to make."""
        self._pool = pool
        self._outbox = Outbox(pool)
        self._clock = clock
        self._ways = tuple(ways)
        self._metrics = metrics
        self._promised = promised

    async def run(self) -> None:
        """Until cancelled."""

        async def look() -> bool:
            await self.once()
            return False

        await keep_doing("following messages up", look, pause_seconds=LOOK_EVERY_SECONDS)

    async def once(self) -> int:
        """Whatever is due now. Returns how many calls were promised."""
        now = self._clock.now()
        calls = 0
        if Channel.VOICE in self._ways:
            calls = await self._outbox.call_about_unconfirmed(now - CONFIRMED_WITHIN, now)
            if calls:
                self._promised()
        await self._outbox.fail_without_a_way(self._ways, now)
        await end_alarms(self._pool, now)
        waiting = await self._outbox.waiting()
        self._metrics.messages_waiting({priority.name.lower(): count for priority, count in waiting.items()})
        self._metrics.carrier_alarms(alarm.code for alarm in await alarms_in_force(self._pool))
        return calls
