"""The live line: positions in, the ledger first, then the picture everybody reads.

Nothing is shown that is not recorded: a batch is tracked, written down in one transaction, and only then published.
While the database is away the last picture stands and ages honestly; the batch is kept and written when it is back.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from busline.clock import Clock
from busline.fleet import FeedHealth, Fleet
from busline.geo import Area, LatLon, LocalPlane
from busline.ids import PlanId, SourceId
from busline.picture import Picture
from busline.position import Position, Positions
from busline.service_day import ServiceCalendar
from busline.steady import keep_doing
from busline.store.drawn import DrawnPlan, Version, load_drawn, plan_version
from busline.store.ledger import Ledger
from busline.store.pool import DatabaseUnavailableError, Pool
from busline.timetable import Timetable
from busline.tracking.going import Joined
from busline.tracking.tracker import Step, Tracker
from busline.travel_times.drawn_paths import LearnedPaths
from busline.travel_times.engine import Engine
from busline.travel_times.learning import Learning

log = structlog.get_logger(__name__)

LOOK_AGAIN_SECONDS = 5.0
"""How often a plan imported, or a notice given, by another process is looked for. Real seconds."""
PORTION = 500
"""Positions tracked at a stretch, so that the event loop is never held for more than 50 ms: about 15 where each bus is
followed by itself, as when the first message comes, and 3 where they are moved along together."""
RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0)
"""Waits between attempts to record a batch while the database is away; the last one repeats."""


class Live:
    """Owns the tracker and the picture. One a process; `take` is called by every feed."""

    def __init__(
        self, ledger: Ledger, pool: Pool, tracker: Tracker, picture: Picture, learning: Learning | None = None
    ) -> None:
        self.picture = picture
        self.heard = asyncio.Event()
        """Set once any feed has been read and recorded."""
        self._ledger = ledger
        self._pool = pool
        self._tracker = tracker
        self._learning = learning or Learning(pool, picture.timetable, picture.fleet.at, picture.engine)
        self._feeds: dict[SourceId, FeedHealth] = {}
        self._one_at_a_time = asyncio.Lock()
        self._version = Version(picture.timetable.plan_id)
        """Of the plan in the picture."""

    @classmethod
    async def open(cls, pool: Pool, now: datetime) -> "Live":
        """Restore what was known at `now`: the plan in force, and how far every run had got."""
        ledger = Ledger(pool)
        drawn = await load_drawn(pool, now) or _nothing_drawn()
        timetable = drawn.timetable
        fleet = replace(await _restored(ledger, drawn, now), listening_since=now)
        learning = Learning(pool, timetable, now, await asyncio.to_thread(Engine, timetable))
        picture = Picture(timetable, fleet, learning.engine)
        live = cls(ledger, pool, Tracker(timetable, fleet), picture, learning)
        live._version = drawn.version
        picture.plan_on = drawn.on
        return live

    async def take(self, positions: Sequence[Position], now: datetime) -> Step:
        """Track a batch, record it, then show it. Returns once it is recorded.

        A large batch is taken in portions, so that a text never waits for a whole fleet to be tracked.
        """
        ordered = _in_order_of_time(positions)
        steps: list[Step] = []
        async with self._one_at_a_time:
            for start in range(0, max(len(ordered), 1), PORTION):
                step = self._tracker.take(ordered[start : start + PORTION], now)
                await self._record(step)
                self._learning.take(step, now)
                self._show(step.fleet)
                steps.append(step)
                await asyncio.sleep(0)
        return _together(steps)

    async def catch_up(self, batches: Iterable[tuple[datetime, Sequence[Position]]]) -> None:
        """Take many past batches, oldest first, and record them as one step: what was missed, or never polled."""
        async with self._one_at_a_time:
            await self._record(await asyncio.to_thread(self._tracked, batches))
            self._show(self._tracker.fleet)

    def _tracked(self, batches: Iterable[tuple[datetime, Sequence[Position]]]) -> Step:
        steps = []
        for now, batch in batches:
            step = self._tracker.take(batch, now)
            self._learning.take(step, now)
            steps.append(step)
        return _together(steps) if steps else Step(fleet=self._tracker.fleet)

    def report(self, health: FeedHealth) -> None:
        """Take note of how a feed is doing."""
        self._feeds[health.source] = health
        if health.ok:
            self.heard.set()
        self._show(self.picture.fleet)

    async def follow(self, clock: Clock) -> None:
        """Follow what other processes change, and keep what is learned. Never returns."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_plan(clock), name="plan and notices")
            tasks.create_task(self._keep_learning(clock), name="learning")

    async def _follow_plan(self, clock: Clock) -> None:
        async def look() -> bool:
            await self.look_again(clock.now())
            return False

        # The plan and the notices that were read last stay in force while the database is away.
        await keep_doing("reading plan and notices", look, pause_seconds=LOOK_AGAIN_SECONDS)

    async def _keep_learning(self, clock: Clock) -> None:
        while True:
            await self._learning.keep_up(clock.now())
            self.picture.engine = self._learning.engine
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def look_again(self, now: datetime) -> None:
        """Read what staff said, and switch to a newly activated plan, newly learned paths, or a day that is declared.

        The fleet is restored onto it from the ledger.
        """
        if await plan_version(self._pool, now) not in (None, self._version):
            drawn = await load_drawn(self._pool, now)
            if drawn is not None:
                await self._switch(drawn, now)
        notices = await self._ledger.notices(self.picture.service_dates(now))
        if notices != self.picture.fleet.notices:
            async with self._one_at_a_time:
                self._tracker.note(notices)
                self._show(self._tracker.fleet)
        for said in await self._ledger.assigned_by_staff(self.picture.service_dates(now)):
            known = self.picture.fleet.assignments.get(said.key)
            is_news = said.since <= now and (known is None or known.since < said.since)
            if is_news and said.key.run_id in self.picture.timetable.runs:
                async with self._one_at_a_time:
                    step = self._tracker.assign(said)
                    await self._record(step)
                    self._show(step.fleet)

    async def _switch(self, drawn: DrawnPlan, now: datetime) -> None:
        timetable = drawn.timetable
        async with self._one_at_a_time:
            restored = await _restored(self._ledger, drawn, now)
            fleet = replace(restored, listening_since=self.picture.fleet.listening_since)
            await self._learning.switch(timetable, now)
            self._tracker = Tracker(timetable, fleet)
            self.picture.timetable, self.picture.engine = timetable, self._learning.engine
            self._version, self.picture.plan_on = drawn.version, drawn.on
            self._show(fleet)
        log.info("plan_switched", plan_id=timetable.plan_id, runs=len(timetable.runs), learned_paths=len(drawn.paths))

    async def _record(self, step: Step) -> None:
        for attempt in range(1_000_000):
            try:
                await self._ledger.record(step)
            except DatabaseUnavailableError as fault:
                if attempt == 0:
                    log.warning("ledger_away", reason=str(fault), kept=f"{len(step.positions)} positions, in memory")
                await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
            else:
                if attempt:
                    log.info("ledger_back", attempts=attempt + 1)
                return

    def _show(self, fleet: Fleet) -> None:
        self.picture.fleet = replace(fleet, feeds=dict(self._feeds))


async def _restored(ledger: Ledger, drawn: DrawnPlan, now: datetime) -> Fleet:
    """The fleet of the ledger, as far along the paths in force now as it was along those in force then."""
    fleet = await ledger.restore(drawn.timetable, now)
    return replace(fleet, progress=drawn.paths.carried_progress(drawn.planned, fleet.progress, now))


def _in_order_of_time(positions: Sequence[Position]) -> Sequence[Position]:
    if isinstance(positions, Positions):
        return positions.in_order_of_time()
    return sorted(positions, key=lambda position: position.fix_at)


def _together(steps: Sequence[Step]) -> Step:
    """Steps that followed each other as one: all that was new. Of what changed twice the later one counts."""
    if len(steps) == 1:
        return steps[0]
    unmatched: Counter[str] = Counter()
    for step in steps:
        unmatched.update(step.unmatched)
    return Step(
        fleet=steps[-1].fleet,
        positions=Joined(*(step.positions for step in steps)),
        progress=Joined(*(step.progress for step in steps)),
        visits=Joined(*(step.visits for step in steps)),
        assignments=tuple(assignment for step in steps for assignment in step.assignments),
        unmatched=dict(unmatched),
    )


def _nothing_drawn() -> DrawnPlan:
    nothing = no_plan()
    return DrawnPlan(Version(PlanId(0)), nothing, nothing, LearnedPaths(), lambda _: nothing)


def no_plan() -> Timetable:
    """The plan before the first import: no runs, anywhere on Earth. Positions are kept and nothing is claimed."""

    return Timetable(
        plan_id=PlanId(0),
        timezone=ZoneInfo("UTC"),
        plane=LocalPlane(LatLon(0.0, 0.0)),
        area=Area(-90.0, -180.0, 90.0, 180.0),
        stops={},
        runs={},
        calendar=ServiceCalendar(),
    )
