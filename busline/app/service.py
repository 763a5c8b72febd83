"""The service itself: feeds in, answers and the board out, every loop in one TaskGroup."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import tzinfo
from functools import partial
from zoneinfo import ZoneInfo

import structlog
from aiohttp.web import Application

from busline.accuracy.sampler import Sampler
from busline.app.alerting import Alerting, open_alerting
from busline.app.announcing import open_announcing
from busline.app.casework import open_casework
from busline.app.database import store
from busline.app.listening import listening
from busline.app.nightly import chores
from busline.app.responsive import collect_when_quiet, responsive
from busline.app.texting import open_texting
from busline.clock import Clock, SystemClock
from busline.geo import Area
from busline.installation_key import installation_key
from busline.jobs import keep_up
from busline.live import Live
from busline.masking import Masker
from busline.metrics import Metrics
from busline.picture import Picture
from busline.settings import FeedAddress, Settings
from busline.store.jobs import JobLedger
from busline.store.pool import Pool
from busline.store.predictions import Predictions
from busline.store.staff import Staff
from busline.web import build_web
from feeds.gtfs_rt_source import GtfsRtSource
from feeds.http import Limits
from feeds.poller import Cadence
from feeds.source import Batch

log = structlog.get_logger(__name__)

Opening = Callable[[], Awaitable[Live]]
"""Restores the live line."""
Loop = Callable[[], Coroutine[None, None, None]]
"""Never returns."""
Ready = Callable[[Live], Awaitable[None]]
"""Runs beside the loops once everything is listening; the service stops when it returns."""


async def serve(settings: Settings) -> int:
    """`busline serve`: until it is told to stop."""

    async def until_stopped(_: Live) -> None:
        if not settings.feeds:
            log.warning("no feed is set, so no bus can be seen; set BUSLINE_FEEDS")
        log.info("ready", address=settings.public_base_url)
        await asyncio.Event().wait()

    async with store(settings) as pool:
        clock = SystemClock()

        async def opening() -> Live:
            return await Live.open(pool, clock.now())

        await run_service(settings, pool, clock, opening, until_stopped)
    return 0


async def run_service(settings: Settings, pool: Pool, clock: Clock, opening: Opening, while_running: Ready) -> None:
    """Everything that runs, until `while_running` returns or we are cancelled; then all of it stops, servers first.

    What needs no plan begins before `opening` has read one.
    """
    metrics = Metrics()
    alerting = open_alerting(settings, pool, clock, lambda: live.picture, metrics)
    async with asyncio.TaskGroup() as tasks:

        def begin(loops: Mapping[str, Loop]) -> list[asyncio.Task[None]]:
            return [tasks.create_task(loop(), name=name) for name, loop in loops.items()]

        under_way = begin(alerting.first)
        live = await opening()
        loops, web = await _opened(settings, pool, clock, live, metrics, alerting)
        with responsive():
            under_way += begin(loops)
            async with listening(web, settings.host, settings.port):
                await while_running(live)
            for task in under_way:
                task.cancel()


async def _opened(
    settings: Settings, pool: Pool, clock: Clock, live: Live, metrics: Metrics, alerting: Alerting
) -> tuple[Mapping[str, Loop], Application]:
    """Every loop that needs a plan, by name, and what is served."""
    masker = Masker(installation_key(settings).reveal().encode())

    async def take(batch: Batch) -> None:
        step = await live.take(batch.positions, clock.now())
        metrics.taken(batch.source, len(batch.positions), (rejected.reason for rejected in batch.rejected))
        if batch.positions:
            metrics.shown((clock.now() - batch.positions[0].received_at).total_seconds())
        metrics.unmatched(step.unmatched)

    def area() -> Area | None:
        return live.picture.timetable.area if live.picture.timetable.runs else None

    def picture() -> Picture | None:
        return live.picture if live.picture.timetable.runs else None

    staff = Staff(pool)

    def zone() -> ZoneInfo:
        return live.picture.timetable.timezone

    nightly = chores(settings, pool, staff, clock, zone)
    texting = await open_texting(settings, pool, clock, live, masker, metrics, alerting.sending)
    casework = open_casework(settings, pool, clock, zone)
    announcing = open_announcing(settings, pool, clock, lambda: live.picture.timetable)
    web = build_web(
        settings=settings,
        pool=pool,
        staff=staff,
        picture=picture,
        clock=clock,
        metrics=metrics,
        masker=masker,
        open_routes=(*texting.routes, *alerting.routes),
        open_operations=(*casework.operations, *announcing.operations),
    )

    def is_quiet() -> bool:
        under_way = live.picture.fleet.progress.values()
        return all(one.started_at is None or one.ended_at is not None for one in under_way)

    loops: dict[str, Loop] = {
        **{
            f"feed {feed.source}": partial(_source(feed, settings, clock, area, zone).run, take, live.report)
            for feed in settings.feeds
        },
        "plan and notices": partial(live.follow, clock),
        "event loop lag": metrics.watch_loop,
        "collecting garbage": partial(collect_when_quiet, is_quiet),
        "predictions": Sampler(Predictions(pool), picture, clock).run,
        "nightly chores": partial(keep_up, nightly, JobLedger(pool), zone, clock.now),
        **texting.loops,
        **alerting.loops,
        **casework.loops,
        **announcing.loops,
    }
    return loops, web


def _source(
    feed: FeedAddress, settings: Settings, clock: Clock, area: Callable[[], Area | None], zone: Callable[[], tzinfo]
) -> GtfsRtSource:
    private = settings.feed_allow_private
    return GtfsRtSource(
        feed.source,
        feed.url,
        clock=clock,
        area=area,
        cadence=Cadence(interval_seconds=settings.feed_interval_seconds),
        limits=Limits(allow_http=private, allow_private=private),
        zone=zone,
    )
