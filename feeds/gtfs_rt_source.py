"""A GTFS-realtime feed as a source: ask, read, judge, hand over, wait; endlessly, whatever the feed does."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from types import MappingProxyType
from typing import assert_never

import structlog

from busline.clock import Clock
from busline.fleet import FeedHealth
from busline.geo import Area
from busline.ids import SourceId
from feeds.continuity import Continuity
from feeds.gtfs_rt import Unreadable, decode
from feeds.http import (
    NEEDS_A_PERSON,
    NO_VALIDATORS,
    USUAL_LIMITS,
    Body,
    Fault,
    Fetcher,
    Limits,
    NotModified,
    open_fetcher,
)
from feeds.poller import USUAL_CADENCE, Cadence, Polling, Trouble, health, wait_seconds
from feeds.screening import Screen
from feeds.source import Batch, ReportHealth, TakeBatch

GARAGE_MARGIN_M = 20_000.0
"""Buses sleep outside the box of the stops; on any road a garage further away than this is another district's."""
READ_ASIDE_BYTES = 262_144
"""A larger message (some 2,000 vehicles, 10 ms) is read in a thread, so that nobody's answer waits for it."""

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})

log = structlog.get_logger(__name__)


class GtfsRtSource:
    """Polls one feed of vehicle positions. Implements `feeds.source.PositionSource`.

    `area` gives the box of the plan in force, or None while there is none, and `zone` the zone that staff read times
    in. `headers` carry the feed's key. Waits are district seconds of `clock`; the time limit of one question is in real
    ones.
    """

    def __init__(
        self,
        source: SourceId,
        url: str,
        *,
        clock: Clock,
        area: Callable[[], Area | None] = lambda: None,
        cadence: Cadence = USUAL_CADENCE,
        headers: Mapping[str, str] = _NO_HEADERS,
        limits: Limits = USUAL_LIMITS,
        zone: Callable[[], tzinfo] = lambda: UTC,
    ) -> None:
        self._source = source
        self._url = url
        self._clock = clock
        self._area = area
        self._cadence = cadence
        self._headers = headers
        self._limits = limits
        self._zone = zone
        self._polling = Polling(source)
        self._continuity = Continuity()
        self._screen = Screen()
        self._validators = NO_VALIDATORS
        self._was_ok: bool | None = None

    @property
    def source(self) -> SourceId:
        return self._source

    async def run(self, take: TakeBatch, report: ReportHealth) -> None:
        """Poll until cancelled. Only an error of `take` ends it otherwise: that is not the feed's, and not for us."""
        async with open_fetcher(self._url, headers=self._headers, limits=self._limits) as fetcher:
            while True:
                asked_at = self._clock.now()
                await self._ask(fetcher, take)
                self._tell(report)
                wait = wait_seconds(self._polling, self._cadence, random.random())  # noqa: S311 - spreads load only
                spent = (self._clock.now() - asked_at).total_seconds()
                # A clock that jumps may make `spent` anything; a slow answer must not lead to asking without pause.
                await self._clock.sleep(min(wait, max(wait - spent, 0.2 * wait)))

    async def _ask(self, fetcher: Fetcher, take: TakeBatch) -> None:
        answer = await fetcher.fetch(self._validators)
        now = self._clock.now()
        match answer:
            case NotModified():
                self._polling = self._polling.unchanged(now)
            case Fault(reason=reason, words=words, retry_after_seconds=retry_after_seconds):
                self._polling = self._polling.failed(
                    now, Trouble(reason, words, reason in NEEDS_A_PERSON, retry_after_seconds)
                )
            case Body(content=content, validators=validators):
                outcome = await self._read(content)
                if isinstance(outcome, Unreadable):
                    # The validators of a message that was not used are not kept: a 304 would then mean nothing.
                    self._polling = self._polling.failed(now, Trouble(outcome.fault, outcome.words))
                    return
                batch, vehicles = outcome
                self._validators = validators
                self._polling = self._polling.succeeded(
                    now,
                    header_at=batch.header_at,
                    vehicles=vehicles,
                    accepted=len(batch.positions),
                    rejected=Counter(str(rejected.reason) for rejected in batch.rejected),
                )
                await take(batch)
            case _:
                assert_never(answer)

    async def _read(self, content: bytes) -> tuple[Batch, int] | Unreadable:
        if len(content) > READ_ASIDE_BYTES:
            return await asyncio.to_thread(self._judge, content)
        return self._judge(content)

    def _judge(self, content: bytes) -> tuple[Batch, int] | Unreadable:
        """The batch, and how many vehicles the message held."""
        now = self._clock.now()
        area = self._area()
        ground = None if area is None else area.grown_by_m(GARAGE_MARGIN_M)
        message = decode(content, source=self._source, received_at=now, area=ground)
        if isinstance(message, Unreadable):
            return message
        broken = self._continuity.judge(message, now)
        if broken is not None:
            return broken
        screened = self._screen.take(message.positions, now, message.header_timed)
        batch = Batch(self._source, screened.positions, message.rejected + screened.rejected, message.header_at)
        return batch, len(message.positions)

    def _tell(self, report: ReportHealth) -> None:
        now = self._clock.now()
        state = health(self._polling, now, silence=self._screen.silence(now), zone=self._zone())
        self._log_edge(state)
        report(state)

    def _log_edge(self, state: FeedHealth) -> None:
        if state.ok == self._was_ok:
            return
        self._was_ok = state.ok
        if state.ok:
            log.info("feed_is_well", source=self._source, state=state.message)
        else:
            log.warning("feed_in_trouble", source=self._source, problem=state.message, fault=state.fault)
