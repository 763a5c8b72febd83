"""What staff say about a whole day: the running service follows, and what the streets teach is kept apart by kind."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from busline.answer import NotRidingToday, NotStarted
from busline.app.commands import declare_day
from busline.app.database import Refused, store
from busline.fleet import Fleet
from busline.live import Live
from busline.position import RunClaim
from busline.school_days import DayKind, DeclaredDay
from busline.settings import Settings, read_settings
from busline.store.declared import DeclaredDays
from busline.store.plans import load_timetable, save_plan
from busline.store.pool import Pool
from busline.tracking.tracker import Tracker
from busline.travel_times.learning import Learning
from tests import builders
from tests.builders import MONDAY, at, make_ride
from tests.tracking_builder import DAY, PACE_MPS, drive, make_run, make_timetable, steady, street

RUN = builders.make_run()
RIDE = make_ride(RUN, 3)
TUESDAY = MONDAY + timedelta(days=1)
TWO_HOURS = timedelta(hours=2)


async def opened(pool: Pool) -> Live:
    await save_plan(pool, builders.make_timetable([RUN]), "a" * 64, "test", at("4:00"))
    return await Live.open(pool, at("5:00"))


def planned_at(live: Live, now: datetime) -> datetime:
    told = live.picture.answer([RIDE], now)
    assert isinstance(told, NotStarted)
    return told.planned_at


async def test_a_delay_that_is_declared_moves_the_mornings_runs_at_once_and_is_taken_back_as_quickly(
    pool: Pool,
) -> None:
    live, days = await opened(pool), DeclaredDays(pool)
    assert planned_at(live, at("5:00")) == at("7:06")
    await days.say(DeclaredDay(MONDAY, DayKind.TWO_HOUR_DELAY, TWO_HOURS, at("5:10")), "maria")
    await live.look_again(at("5:11"))
    assert planned_at(live, at("5:11")) == at("9:06")
    assert planned_at(await Live.open(pool, at("7:30")), at("7:30")) == at("9:06")
    await days.take_back(MONDAY, "maria", at("5:20"))
    await live.look_again(at("5:21"))
    assert planned_at(live, at("5:21")) == at("7:06")


async def test_what_is_said_the_evening_before_counts_from_midnight_to_midnight(pool: Pool) -> None:
    live, days = await opened(pool), DeclaredDays(pool)
    await days.say(DeclaredDay(TUESDAY, DayKind.TWO_HOUR_DELAY, TWO_HOURS, at("20:00")), "maria")
    await live.look_again(at("20:01"))
    first = live.picture.timetable.runs[RUN.run_id].start_seconds
    await live.look_again(at("0:01", TUESDAY))
    assert live.picture.timetable.runs[RUN.run_id].start_seconds == first + 7_200
    await live.look_again(at("0:01", TUESDAY + timedelta(days=1)))
    assert live.picture.timetable.runs[RUN.run_id].start_seconds == first


def planned_tomorrow(live: Live, now: datetime) -> datetime:
    (told,) = live.picture.planned_on([RIDE], now.date() + timedelta(days=1), now)
    assert isinstance(told.answer, NotStarted)
    return told.answer.planned_at


async def test_what_is_planned_for_tomorrow_knows_of_its_delay_and_not_of_todays(pool: Pool) -> None:
    live, days = await opened(pool), DeclaredDays(pool)
    await days.say(DeclaredDay(TUESDAY, DayKind.TWO_HOUR_DELAY, TWO_HOURS, at("20:00")), "maria")
    await live.look_again(at("20:01"))
    assert planned_tomorrow(live, at("20:01")) == at("9:06", TUESDAY)
    await live.look_again(at("0:01", TUESDAY))
    assert planned_at(live, at("0:01", TUESDAY)) == at("9:06", TUESDAY)
    assert planned_tomorrow(live, at("20:00", TUESDAY)) == at("7:06", TUESDAY + timedelta(days=1))


async def test_on_a_closed_day_families_are_told_of_the_next_one(pool: Pool) -> None:
    live = await opened(pool)
    await DeclaredDays(pool).say(DeclaredDay(MONDAY, DayKind.CLOSED, timedelta(), at("5:00")), "maria")
    await live.look_again(at("5:01"))
    assert live.picture.answer([RIDE], at("5:01")) == NotRidingToday(TUESDAY)


AVENUE = make_run("avenue", street((0, 0), (5_000, 0)), bus="47")
SNOWY, PLAIN = DAY, DAY + timedelta(days=1)


async def seconds_on(pool: Pool, day: date) -> float:
    """How long the avenue is expected to take at the start of a coming day."""
    timetable = await load_timetable(pool)
    assert timetable is not None
    now = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    learning = Learning(pool, timetable, now)
    await learning.keep_up(now)
    model = learning.engine.model
    ahead = model.ahead(np.zeros(1, np.intp), np.zeros(1), np.ones(1, np.intp), now.timestamp())
    return float(ahead.seconds[-1])


async def test_the_history_of_a_snow_day_is_learned_apart_from_that_of_other_days(pool: Pool) -> None:
    await save_plan(pool, make_timetable(AVENUE), "a" * 64, "test", datetime(2026, 10, 1, tzinfo=UTC))
    timetable = await load_timetable(pool)
    assert timetable is not None
    for day, pace in ((SNOWY, 0.5), (PLAIN, 1.0)):
        later = day - DAY
        learning = Learning(pool, timetable, datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
        tracker = Tracker(timetable, Fleet(datetime(2026, 10, 4, tzinfo=UTC)))
        for one in drive(AVENUE, steady(AVENUE, pace_mps=pace * PACE_MPS), every=20.0):
            claim = RunClaim(AVENUE.run_id, day)
            moved = replace(one, fix_at=one.fix_at + later, received_at=one.received_at + later, claim=claim)
            learning.take(tracker.take([moved], moved.fix_at), moved.fix_at)
        await learning.keep_up(datetime(day.year, day.month, day.day, 23, tzinfo=UTC))
    wednesday = PLAIN + timedelta(days=1)
    alike = await seconds_on(pool, wednesday)
    days = DeclaredDays(pool)
    await days.say(DeclaredDay(SNOWY, DayKind.SNOW, timedelta(), datetime(2026, 10, 5, 9, tzinfo=UTC)), "maria")
    plain = await seconds_on(pool, wednesday)
    await days.say(DeclaredDay(wednesday, DayKind.SNOW, timedelta(), datetime(2026, 10, 7, 3, tzinfo=UTC)), "maria")
    snowy = await seconds_on(pool, wednesday)
    assert plain < 0.95 * alike < alike < 0.95 * snowy


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    tmp_path.chmod(0o711)
    return read_settings({"BUSLINE_DATA_DIR": str(tmp_path / "data")})


async def test_the_command_says_what_follows_from_what_was_declared(settings: Settings) -> None:
    said: list[str] = []
    async with store(settings) as pool:
        with pytest.raises(Refused, match="No plan is loaded"):
            await declare_day(settings, MONDAY, "closed", None, said.append)
        await save_plan(pool, builders.make_timetable([RUN]), "a" * 64, "test", at("4:00"))
        with pytest.raises(Refused, match="--minutes is for early-release"):
            await declare_day(settings, MONDAY, "snow", 90, said.append)
        await declare_day(settings, MONDAY, "two-hour-delay", None, said.append)
        await declare_day(settings, MONDAY, "early-release", 90, said.append)
        standing = await DeclaredDays(pool).standing(MONDAY, datetime.now(UTC))
        assert standing[MONDAY].kind is DayKind.EARLY_RELEASE
        assert standing[MONDAY].shift == timedelta(minutes=-90)
        await declare_day(settings, MONDAY, "closed", None, said.append)
        await declare_day(settings, MONDAY, "as-planned", None, said.append)
        assert await DeclaredDays(pool).standing(MONDAY, datetime.now(UTC)) == {}
    day = "Noted for 2026-10-05:"
    tell = "Nobody is told of it unasked. Tell all families: busline announce draft everyone --change"
    assert said == [
        f"{day} two-hour delay. Morning runs are taken to go 120 minutes later than planned. "
        "Take it back with: as-planned",
        f"{tell} delay --date 2026-10-05 --minutes 120",
        f"{day} early release. Afternoon runs are taken to go 90 minutes earlier than planned. "
        "Take it back with: as-planned",
        f"{tell} early_release --date 2026-10-05 --minutes 90",
        f"{day} closed. No run goes, and families who ask are told so.",
        f"{tell} closed --date 2026-10-05",
        f"{day} as planned.",
    ]
