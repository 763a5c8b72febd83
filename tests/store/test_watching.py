"""Families who wait, a bus that moves, and the outbox between them."""

import json
from datetime import datetime, timedelta

import pytest

from busline.ids import RunId, RunKey, SourceId, VehicleId
from busline.live import Live
from busline.position import Position, RunClaim
from busline.store.plans import save_plan
from busline.store.pool import Pool
from notifier.watching.watching import Watching
from tests.builders import MONDAY, at, make_run, make_timetable

RUN = make_run(stops=20)
KEY = RunKey(MONDAY, RUN.run_id)
FAMILY, OTHER = "+16175550101", "+16175550102"
PLANE = make_timetable([RUN]).plane
EVERY = timedelta(seconds=10)


class Morning:
    """One bus on its street, a fix every ten seconds, and a look at the families after each."""

    def __init__(self, pool: Pool, live: Live) -> None:
        self.pool = pool
        self.live = live
        self.now = at("6:50")
        self.watching = self.watch()

    def watch(self) -> Watching:
        clock = StoppedClock(self)
        return Watching(self.pool, lambda: self.live.picture, clock, timedelta(minutes=10))

    async def drive(self, until: str, *, late_minutes: float, bus: str = "47", from_m: float = 0.0) -> None:
        """As planned but so late, until a moment."""
        while self.now < at(until):
            metres = max(
                from_m, (self.now - at("7:00") - timedelta(minutes=late_minutes)).total_seconds() / 120 * 1_000
            )
            await self.step(metres, bus)

    async def step(self, metres: float, bus: str = "47") -> None:
        place = PLANE.to_place(max(0.0, metres), 2.0)
        claim = RunClaim(RunId(RUN.run_id), MONDAY)
        fix = Position(SourceId("gps"), VehicleId(bus), self.now, self.now, place, claim=claim)
        await self.live.take([fix], self.now)
        await self.watching.look(self.now)
        self.now += EVERY

    async def told(self) -> list[tuple[str, str]]:
        rows = await self.pool.fetch("select phone, kind from outbox where kind <> 'message' order by outbox_id")
        return [(row["phone"], row["kind"]) for row in rows]


class StoppedClock:
    def __init__(self, morning: Morning) -> None:
        self._morning = morning

    def now(self) -> datetime:
        return self._morning.now

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("a test moves the time by itself")


async def families(pool: Pool, *rows: tuple[str, str, int]) -> None:
    """A phone, a student, and the call that the student waits at."""
    await pool.execute("insert into school values ('S', 'School', null) on conflict do nothing")
    for phone, student, call in rows:
        await pool.execute("insert into student (student_id, school_id) values ($1, 'S')", student)
        await pool.execute("insert into contact values ($1, $1, 'en') on conflict do nothing", phone)
        await pool.execute("insert into link values ($1, $2, true)", phone, student)
        await pool.execute(
            "insert into ride (student_id, run_id, stop_id, leg, weekdays, start_date, end_date) "
            "values ($1, $2, $3, 'to_school', 31, '2026-09-01', '2027-06-30')",
            student,
            RUN.run_id,
            f"S{call}",
        )


@pytest.fixture
async def morning(pool: Pool) -> Morning:
    await save_plan(pool, make_timetable([RUN]), "a" * 64, "test", at("6:00"))
    await families(pool, (FAMILY, "100001", 15))
    return Morning(pool, await Live.open(pool, at("6:50")))


async def test_a_late_bus_is_told_once_before_it_was_to_come(morning: Morning) -> None:
    await morning.drive("7:50", late_minutes=14)
    assert await morning.told() == [(FAMILY, "late")]
    row = await morning.pool.fetchrow("select * from outbox")
    assert row is not None
    assert row["created_at"] < at("7:30")
    assert row["dedupe_key"] == f"alert/2026-10-05/R1/{FAMILY}/late/1"
    facts = json.loads(row["facts"])
    assert facts["students"] == ["100001"]
    assert 9 <= facts["minutes_late"] <= 15
    assert row["expires_at"] > at("7:40"), "as long as the bus may still be on its way"


async def test_a_bus_on_time_is_nobodys_news(morning: Morning) -> None:
    await morning.drive("7:45", late_minutes=1)
    assert await morning.told() == []


async def test_one_message_for_siblings_about_the_one_who_is_met_first(morning: Morning) -> None:
    await families(morning.pool, (FAMILY, "100002", 12), (OTHER, "100003", 15))
    await morning.drive("7:50", late_minutes=14)
    rows = await morning.pool.fetch("select phone, stop_sequence, facts from outbox order by phone")
    assert [(row["phone"], row["stop_sequence"]) for row in rows] == [(FAMILY, 13), (OTHER, 16)]
    assert json.loads(rows[0]["facts"])["students"] == ["100001", "100002"]


async def test_approaching_is_told_once_to_who_chose_it(morning: Morning) -> None:
    await wish(morning, FAMILY, approaching=True, minutes=8)
    await morning.drive("7:40", late_minutes=1)
    assert await morning.told() == [(FAMILY, "approaching")]
    told_at = await morning.pool.fetchval("select created_at from outbox")
    assert timedelta(minutes=7) < at("7:31") - told_at < timedelta(minutes=12), "by the lower bound"


async def test_a_wish_that_is_changed_meanwhile_counts(morning: Morning) -> None:
    await morning.drive("7:05", late_minutes=1)
    await wish(morning, FAMILY, approaching=True, minutes=8)
    morning.watching = morning.watch()
    await morning.drive("7:40", late_minutes=1)
    assert await morning.told() == [(FAMILY, "approaching")]


async def test_who_wants_no_alerts_gets_none(morning: Morning) -> None:
    await wish(morning, FAMILY, alerts=False)
    await morning.drive("7:50", late_minutes=14)
    assert await morning.told() == []


async def test_the_same_morning_a_second_time_tells_nothing(morning: Morning) -> None:
    await wish(morning, FAMILY, approaching=True, minutes=8)
    await morning.drive("7:50", late_minutes=14)
    told = await morning.told()
    assert told == [(FAMILY, "late"), (FAMILY, "approaching")]
    await morning.pool.execute("truncate vehicle_position, run_progress, stop_visit, assignment")
    again = Morning(morning.pool, await Live.open(morning.pool, at("6:50")))
    await again.drive("7:50", late_minutes=14)
    assert await again.told() == told


async def wish(
    morning: Morning, phone: str, *, alerts: bool = True, minutes: int = 10, approaching: bool = False
) -> None:
    await morning.pool.execute(
        "insert into phone_wish (phone, alerts, minutes, approaching, changed_at) values ($1, $2, $3, $4, $5)",
        phone,
        alerts,
        minutes,
        approaching,
        morning.now,
    )
