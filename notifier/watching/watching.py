"""Keeps the rides of the days in force loaded, and looks at them for as long as the service runs."""

import asyncio
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

import structlog

from busline.clock import Clock
from busline.due import DueRuns
from busline.ids import RunKey
from busline.outbound import Claimed, State
from busline.picture import Picture
from busline.steady import keep_doing
from busline.store.pool import Pool
from busline.timetable import Timetable
from notifier.watching.day import DayBuilder, RideRow
from notifier.watching.families import ALWAYS, Families, Version
from notifier.watching.memory import Memory
from notifier.watching.watch import Watch

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0
"""Between two looks, by the district's clock; ..."""
SHORTEST_PAUSE_SECONDS = 0.25
"""... and really at least so long, also where the district's time runs fast."""
CHANGES_SECONDS = 5.0
"""Between two questions whether families have changed. Real seconds."""
RELOAD_SECONDS = 60.0
"""Where they change again and again, as in the weeks when phones join, all is read anew only so often."""
_LATE_COMMIT = timedelta(minutes=1)
"""A wish that was noted before another may be seen after it."""


class Watching:
    """The loop between the picture and the outbox. Tells how each look went to `observe`: alerts, and seconds of it."""

    def __init__(
        self,
        pool: Pool,
        picture: Callable[[], Picture],
        clock: Clock,
        late_after: timedelta,
        *,
        observe: Callable[[int, float], None] = lambda *_: None,
        wake: Callable[[], None] = lambda: None,
        sends_mail: bool = True,
    ) -> None:
        """`wake` is called when something new was promised."""
        self._families = Families(pool, late_after, sends_mail=sends_mail)
        self._memory = Memory(pool)
        self._picture = picture
        self._clock = clock
        self._observe = observe
        self._wake = wake
        self._watch: Watch | None = None
        self._loaded: tuple[Timetable, tuple[date, ...]] | None = None
        self._version = Version(0, 0)
        self._wished_at = ALWAYS
        self._asked_at = self._read_at = float("-inf")

    @property
    def rides(self) -> int:
        """How many are watched: one for each phone and run of the days in force."""
        return 0 if self._watch is None else len(self._watch.day)

    async def run(self) -> None:
        """Look every few seconds. Never returns; a database that is away is waited for."""

        async def look() -> bool:
            await self.look(self._clock.now())
            rest = asyncio.create_task(self._clock.sleep(LOOK_SECONDS))
            await asyncio.gather(rest, asyncio.sleep(SHORTEST_PAUSE_SECONDS))
            return True

        await keep_doing("alerts", look, pause_seconds=SHORTEST_PAUSE_SECONDS)

    async def look(self, now: datetime) -> int:
        """Take in what has changed, look at every ride, and promise what is news; how many alerts that was."""
        await self._keep_loaded(now)
        if self._watch is None:
            return 0
        picture = self._picture()
        if self._loaded is None or picture.timetable is not self._loaded[0]:
            # Another plan has come into force while families were read: they are read again at the next look.
            return 0
        began = time.monotonic()
        made = await self._watch.look(picture, now)
        self._observe(made, time.monotonic() - began)
        if made:
            self._wake()
        return made

    def dropped(self, claimed: Claimed, state: State) -> None:
        """A promised alert will not be sent: where nobody has heard it, it may be told again."""
        whose = self._memory.drop(claimed, state)
        if whose is not None and self._watch is not None:
            self._watch.recall(*whose)

    async def _keep_loaded(self, now: datetime) -> None:
        picture, real_now = self._picture(), time.monotonic()
        wanted = picture.timetable, picture.service_dates(now)
        if self._loaded is None or self._loaded[0] is not wanted[0] or self._loaded[1] != wanted[1]:
            await self._load(now)
            return
        if real_now - self._asked_at < CHANGES_SECONDS:
            return
        self._asked_at = real_now
        if real_now - self._read_at >= RELOAD_SECONDS and await self._families.version() != self._version:
            await self._load(now)
        elif self._watch is not None:
            changed, self._wished_at = await self._families.wishes(self._wished_at - _LATE_COMMIT)
            day = self._watch.day
            news = {phone: wish for phone, wish in changed.items() if day.wish(phone) != wish}
            if news:
                self._watch.rewish(day.with_wishes(news))

    async def _load(self, now: datetime) -> None:
        """Read the days in force anew: another plan, another day, or other families."""
        began = self._asked_at = time.monotonic()
        picture, service_dates = self._picture(), self._picture().service_dates(now)
        timetable = picture.timetable
        # Asked first: what changes meanwhile is seen at the next question.
        version = await self._families.version()
        wishes, wished_at = await self._families.wishes()
        builder = DayBuilder()
        for service_date in service_dates:
            of_day = await asyncio.to_thread(picture.plan_on, service_date)
            async for rows in self._families.rides(service_date):
                builder.take(of_day, partial(_key, service_date), rows)
        await self._memory.restore(service_dates)
        day = await asyncio.to_thread(builder.build, wishes, self._families.usual)
        self._watch = await asyncio.to_thread(Watch, day, self._memory, DueRuns(timetable))
        self._loaded, self._version, self._wished_at = (timetable, service_dates), version, wished_at
        self._read_at = time.monotonic()
        await self._families.forget_changes(now)
        log.info("families_watched", rides=len(day), runs=len(day.runs.keys), seconds=round(self._read_at - began, 2))


def _key(service_date: date, row: RideRow) -> RunKey:
    return RunKey(service_date, row.run_id)
