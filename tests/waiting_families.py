"""A street, buses on it, and families who wait: a morning that a test drives fix by fix, with a look after each."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from busline.fleet import FeedHealth
from busline.ids import RunId, SourceId, VehicleId
from busline.live import Live
from busline.outbound import Claimed, State
from busline.position import Position, RunClaim
from busline.store.plans import save_plan
from busline.store.pool import Pool
from busline.timetable import Run
from notifier.watching.watching import Watching
from tests.builders import METRES_BETWEEN_STOPS, MONDAY, SECONDS_BETWEEN_STOPS, at, make_timetable

START = at("6:50")
EVERY = timedelta(seconds=10)
GPS = SourceId("gps")
M_A_SECOND = METRES_BETWEEN_STOPS / SECONDS_BETWEEN_STOPS
"""As planned."""
LATE_AFTER = timedelta(minutes=10)


class WaitingMorning:
    """Some runs along one street. The test moves the time."""

    def __init__(self, pool: Pool, live: Live, runs: Sequence[Run], start: datetime) -> None:
        self.pool = pool
        self.live = live
        self.at = start
        self._plane = make_timetable(runs).plane
        self.watching = self.watch()

    @classmethod
    async def begin(cls, pool: Pool, runs: Sequence[Run], start: datetime = START) -> "WaitingMorning":
        """With a plan of these runs."""
        await save_plan(pool, make_timetable(runs), "a" * 64, "test", start - timedelta(hours=1))
        return cls(pool, await Live.open(pool, start), runs, start)

    async def again(self, runs: Sequence[Run], start: datetime = START) -> "WaitingMorning":
        """The same day from its beginning, with nothing known but the outbox."""
        await self.pool.execute("truncate vehicle_position, run_progress, stop_visit, assignment, run_notice")
        return type(self)(self.pool, await Live.open(self.pool, start), runs, start)

    def watch(self) -> Watching:
        """Who looks at families: a new one knows what the database knows."""
        return Watching(self.pool, lambda: self.live.picture, self, LATE_AFTER)

    def now(self) -> datetime:
        return self.at

    def dropped(self, claimed: Claimed, state: State) -> None:
        """A promised alert will not be sent."""
        self.watching.dropped(claimed, state)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("a test moves the time by itself")

    async def see(self, places: Mapping[str, tuple[str, float]]) -> int:
        """Each bus by its number on a run, so many metres along the street. How many alerts came of it."""
        fixes = [
            Position(
                GPS,
                VehicleId(bus),
                self.at,
                self.at,
                self._plane.to_place(max(0.0, metres), 2.0),
                claim=RunClaim(RunId(run_id), MONDAY),
            )
            for bus, (run_id, metres) in places.items()
        ]
        if fixes:
            await self.live.take(fixes, self.at)
            self.live.report(FeedHealth(GPS, True, "", self.at, self.at, len(fixes)))
        return await self.pass_by()

    async def see_nothing(self) -> int:
        """The feed is away."""
        fresh_at = self.live.picture.fleet.feeds[GPS].fresh_at
        self.live.report(FeedHealth(GPS, False, "away", self.at, fresh_at, 0))
        return await self.pass_by()

    async def pass_by(self) -> int:
        """A look, and ten seconds."""
        made = await self.watching.look(self.at)
        self.at += EVERY
        return made

    async def drive(self, until: str, bus: str, run: Run, *, late_minutes: float) -> None:
        """One bus as planned, but so late."""
        while self.at < at(until):
            await self.see({bus: (run.run_id, self.planned_m(run, late_minutes))})

    def planned_m(self, run: Run, late_minutes: float = 0.0) -> float:
        """How far a bus is along the run that is so late."""
        begun = self.live.picture.timetable.planned_start(MONDAY, run) + timedelta(minutes=late_minutes)
        return max(0.0, (self.at - begun).total_seconds() * M_A_SECOND)

    async def told(self) -> list[tuple[str, str]]:
        """Phone and kind of everything that was promised, in order."""
        rows = await self.pool.fetch("select phone, kind from outbox order by outbox_id")
        return [(row["phone"], row["kind"]) for row in rows]

    async def families(self, *rows: tuple[str, str, Run, int], leg: str = "to_school") -> None:
        """A phone, a student, and the run and its call that the student waits at."""
        await self.pool.execute("insert into school values ('S', 'School', null) on conflict do nothing")
        for phone, student, run, call in rows:
            await self.pool.execute(
                "insert into student (student_id, school_id) values ($1, 'S') on conflict do nothing", student
            )
            await self.pool.execute(
                "insert into contact (contact_id, phone, language) values ($1, $1, 'en') on conflict do nothing", phone
            )
            await self.pool.execute("insert into link values ($1, $2, true) on conflict do nothing", phone, student)
            await self.pool.execute(
                "insert into ride (student_id, run_id, stop_id, leg, weekdays, start_date, end_date) "
                "values ($1, $2, $3, $4, 31, '2026-09-01', '2027-06-30')",
                student,
                run.run_id,
                f"S{call}",
                leg,
            )

    async def wish(
        self,
        phone: str,
        *,
        alerts: bool = True,
        minutes: int = 8,
        approaching: bool = False,
        late_minutes: int | None = None,
        arrivals: bool = False,
    ) -> None:
        """What a phone chose."""
        await self.pool.execute(
            "insert into phone_wish (phone, alerts, minutes, approaching, late_minutes, arrivals, changed_at) "
            "values ($1, $2, $3, $4, $5, $6, $7)",
            phone,
            alerts,
            minutes,
            approaching,
            late_minutes,
            arrivals,
            self.at,
        )
