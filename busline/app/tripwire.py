"""The tripwire for join codes: many wrong ones within an hour are somebody who guesses, or letters that do not work.

A phone that tries often is locked out by itself (`busline/enrolment/links.py`); this is for many phones at once.
"""

from datetime import timedelta

import structlog

from busline.clock import Clock
from busline.enrolment.links import wrong_tries
from busline.metrics import Metrics
from busline.steady import keep_doing
from busline.store.pool import Pool, transaction

log = structlog.get_logger(__name__)

WITHIN = timedelta(hours=1)
TOO_MANY = 100
"""More wrong codes than this within an hour trip the wire. A code has 40 bits: a hundred tries are far from a hit."""
CALM = TOO_MANY // 2
"""It is over once there are no more than this; near the limit it would else begin and end again and again."""
LOOKED_AT_EVERY_SECONDS = 60.0


class Tripwire:
    """Counts wrong codes for the metrics, and logs once that they are too many and once that they no longer are."""

    def __init__(self, pool: Pool, clock: Clock, metrics: Metrics) -> None:
        self._pool = pool
        self._clock = clock
        self._metrics = metrics
        self._tripped = False

    async def run(self, *, pause_seconds: float = LOOKED_AT_EVERY_SECONDS) -> None:
        """Never returns."""
        await keep_doing("watching wrong codes", self._look, pause_seconds=pause_seconds)

    async def _look(self) -> bool:
        async with transaction(self._pool) as connection:
            tries, phones = await wrong_tries(connection, self._clock.now() - WITHIN)
        self._metrics.wrong_codes(tries, phones)
        if not self._tripped and tries > TOO_MANY:
            self._tripped = True
            log.error(
                "many wrong join codes",
                tries=tries,
                phones=phones,
                within_minutes=int(WITHIN.total_seconds() // 60),
                kept="each phone is locked out after five a day; nobody was let in by them",
                remedy="somebody may be guessing, or letters were handed out whose codes were replaced",
            )
        elif self._tripped and tries <= CALM:
            self._tripped = False
            log.info("wrong join codes are few again", tries=tries, phones=phones)
        return False
