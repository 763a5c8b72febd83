"""The loop that puts confirmed announcements into the outbox, some thousand messages at a time."""

from busline.clock import Clock
from busline.steady import keep_doing
from notifier.announcing.ledger import Announcements

_LOOK_EVERY_SECONDS = 1.0


async def keep_promising(announcements: Announcements, clock: Clock) -> None:
    """Never returns. Whoever dies in between leaves whole transactions: the next one goes on after the last phone."""

    async def some() -> bool:
        return await announcements.promise_some(clock.now()) > 0

    await keep_doing("promising announcements", some, pause_seconds=_LOOK_EVERY_SECONDS)
