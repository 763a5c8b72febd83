"""A simulated morning, its predictions sampled, its families answered, and the night that scores both.

The figures are worked out a second time here, in plain Python from the rows and the published bins, and are the same.
"""

import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from busline.accuracy.sampler import Sampler
from busline.app.loads import bring_in_roster
from busline.app.nightly import chores
from busline.ids import Phone, VehicleId
from busline.live import Live
from busline.masking import Masker
from busline.settings import read_settings
from busline.store.jobs import JobLedger, Outcome
from busline.store.plans import save_plan
from busline.store.pool import Pool
from busline.store.predictions import Predictions
from busline.store.scores import Accuracy, DayScore, Scores
from busline.store.staff import Staff
from feeds.plan.gtfs import read_gtfs
from feeds.simulator.district import District, build_district
from sms.desk import Desk
from sms.settings import SmsSettings
from sms.twilio.forms import InboundText

TICK = timedelta(seconds=20)
WATCHED = timedelta(minutes=60)
SAMPLED = timedelta(minutes=40)
UNTIL_ALL_CAME = timedelta(minutes=50)
SIDS = count(1)

Row = dict[str, Any]


@dataclass
class HandClock:
    """Stands where the story is."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@asynccontextmanager
async def morning(pool: Pool, folder: Path) -> AsyncIterator[tuple[District, HandClock]]:
    """The district's day up to the end of the sampled stretch; many families ask every five minutes of it."""
    district = build_district(seed=1, service_date=date(2026, 11, 23))
    start = district.suggested_start.astimezone(UTC)
    district.write_plan(folder / "plan")
    district.write_roster(folder / "roster")
    plan = read_gtfs(folder / "plan")
    await save_plan(pool, plan.timetable, plan.sha256, "simulated", start)
    await bring_in_roster(pool, folder / "roster", lambda _: None, region="US")
    clock = HandClock(start - WATCHED)
    live = await Live.open(pool, clock.at)
    desk = Desk(
        pool=pool,
        answers=live.picture,
        clock=clock,
        masker=Masker(b"k" * 32),
        settings=SmsSettings("https://x", "t", "Port Alder", ""),
        observe=lambda _outcome, _seconds: None,
    )
    sampler = Sampler(Predictions(pool), lambda: live.picture, clock)
    seen: dict[VehicleId, datetime] = {}
    families = district.families
    while clock.at <= start + SAMPLED + UNTIL_ALL_CAME:
        fixes = [one for one in district.positions_at(clock.at) if seen.get(one.vehicle_id) != one.fix_at]
        seen.update((one.vehicle_id, one.fix_at) for one in fixes)
        await live.take(fixes, clock.at)
        if start <= clock.at <= start + SAMPLED and clock.at.second == 0:
            await sampler.sample(clock.at)
            if clock.at.minute % 5 == 0:
                for family in families[clock.at.minute :: 16]:
                    await desk.text(InboundText(f"SM{next(SIDS):032x}", Phone(family.phone), "bus"))
        clock.at += TICK
    yield district, clock


async def score_the_night(pool: Pool, clock: HandClock, district: District) -> DayScore:
    """What the service's own chore does at half past two, however often the night is begun."""
    settings = read_settings({})
    scoring, *_ = chores(settings, pool, Staff(pool), clock, lambda: district.timezone)
    due = datetime.combine(district.service_date + timedelta(days=1), scoring.at, district.timezone)
    clock.at = due + timedelta(hours=4)
    outcomes = [await JobLedger(pool).once(scoring.name, due, lambda: scoring.do(due), clock.now) for _ in range(2)]
    assert outcomes == [Outcome.DONE, Outcome.ALREADY_DONE]
    (day,) = await Scores(pool).days(district.service_date, district.service_date)
    return day


async def judged(pool: Pool) -> list[Row]:
    """Every prediction with the arrival it was about, or None for a bus that never came; others are left out."""
    visits = {
        (row["run_id"], row["stop_sequence"]): row["arrived_at"] for row in await pool.fetch("select * from stop_visit")
    }
    got_to = {row["run_id"]: row["next_call"] for row in await pool.fetch("select * from run_progress")}
    rows = []
    for record in await pool.fetch("select * from prediction where basis <> 'before_start'"):
        row = dict(record)
        row["arrived_at"] = visits.get((row["run_id"], row["stop_sequence"]))
        if row["arrived_at"] is None and got_to.get(row["run_id"], 0) > row["call_index"]:
            continue
        if row["arrived_at"] is not None and row["arrived_at"] <= row["made_at"]:
            continue
        rows.append(row)
    return rows


def seconds(later: datetime, earlier: datetime) -> float:
    return (later - earlier).total_seconds()


def benchmark_by_hand(rows: Sequence[Row], said: str) -> float:
    bins = [(0, 180, -30, 90), (180, 360, -60, 150), (360, 600, -60, 210), (600, 900, -90, 270)]
    shares = []
    for low, high, earliest, latest in bins:
        within = [row for row in rows if row["arrived_at"] and low <= seconds(row["arrived_at"], row["made_at"]) < high]
        if within:
            good = sum(earliest <= seconds(row["arrived_at"], row[said]) <= latest for row in within)
            shares.append(100 * good / len(within))
    return mean(shares)


def mbta_by_hand(rows: Sequence[Row], said: str) -> float:
    bins = [(0, 180, -60, 60), (180, 360, -90, 120), (360, 720, -150, 210), (720, 1800, -240, 360)]
    shares = []
    for low, high, earliest, latest in bins:
        ahead = [row for row in rows if row[said] > row["made_at"]]
        within = [row for row in ahead if low <= seconds(row[said], row["made_at"]) < high]
        if within:
            good = sum(
                row["arrived_at"] is not None and earliest < seconds(row["arrived_at"], row[said]) < latest
                for row in within
            )
            shares.append(100 * good / len(within))
    return mean(shares)


def cal_itp_by_hand(rows: Sequence[Row], said: str) -> float:
    came = [row for row in rows if row["arrived_at"] is not None]
    good = 0
    for row in came:
        minutes = seconds(row["arrived_at"], row["made_at"]) / 60
        error = seconds(row["arrived_at"], row[said])
        good += -60 * math.log(minutes + 1.3) < error < 60 * math.log(minutes + 1.5)
    return 100 * good / len(came)


async def complete_by_hand(pool: Pool) -> float:
    """Of the whole minutes, of the 30 before each arrival, in which its bus was followed: those with a prediction."""
    started = {row["run_id"]: row["started_at"] for row in await pool.fetch("select * from run_progress")}
    made: dict[tuple[str, int], list[datetime]] = {}
    for row in await pool.fetch("select * from prediction"):
        made.setdefault((row["run_id"], row["stop_sequence"]), []).append(row["made_at"])
    expected = found = 0
    for visit in await pool.fetch("select * from stop_visit"):
        followed_from = started.get(visit["run_id"])
        if followed_from is None:
            continue
        minutes = max(0, min(30, int(seconds(visit["arrived_at"], followed_from) // 60)))
        leads = {
            int(seconds(visit["arrived_at"], one) // 60)
            for one in made.get((visit["run_id"], visit["stop_sequence"]), [])
        }
        expected += minutes
        found += len(leads & set(range(minutes)))
    return 100 * found / expected


def check_horizons(figures: Accuracy, came: Sequence[Row], said: str) -> None:
    bins = [(0, 2), (2, 5), (5, 10), (10, 15), (15, 20), (20, 30)]
    for number, (low, high) in enumerate(bins):
        within = [row for row in came if 60 * low <= seconds(row["arrived_at"], row["made_at"]) < 60 * high]
        errors = [seconds(row["arrived_at"], row[said]) for row in within]
        assert figures.horizon_predictions[number] == len(errors) > 0
        assert figures.horizon_absolute_seconds[number] == pytest.approx(mean(map(abs, errors)), abs=1e-3)
        assert figures.horizon_bias_seconds[number] == pytest.approx(mean(errors), abs=1e-3)


def check(figures: Accuracy | None, rows: Sequence[Row], published: str, middle: str) -> None:
    assert figures is not None
    came = [row for row in rows if row["arrived_at"] is not None]
    assert figures.predictions == len(rows)
    assert figures.benchmark_percent == pytest.approx(benchmark_by_hand(rows, published))
    assert figures.mbta_percent == pytest.approx(mbta_by_hand(rows, middle))
    assert figures.cal_itp_percent == pytest.approx(cal_itp_by_hand(rows, middle))
    errors = [seconds(row["arrived_at"], row[middle]) for row in came]
    assert figures.mean_absolute_seconds == pytest.approx(mean(map(abs, errors)), abs=1e-3)
    assert figures.bias_seconds == pytest.approx(mean(errors), abs=1e-3)
    check_horizons(figures, came, middle)
    assert figures.phantom_percent == pytest.approx(100 * (len(rows) - len(came)) / len(rows))


async def test_the_night_says_of_the_morning_what_anybody_could_work_out_from_its_rows(
    pool: Pool, tmp_path: Path
) -> None:
    async with morning(pool, tmp_path) as (district, clock):
        day = await score_the_night(pool, clock, district)
    rows = await judged(pool)
    assert len(rows) > 4_000
    for row in rows:
        row["plan"] = max(row["planned_at"], row["made_at"])
        row["held"] = max(row["held_at"], row["made_at"])
        row["delay"] = max(row["planned_at"] + timedelta(seconds=row["lateness_seconds"]), row["made_at"])
    check(day.ours, rows, "published", "p50")
    check(day.plan, rows, "plan", "plan")
    check(day.delay, rows, "delay", "delay")
    check(day.held, rows, "held", "held")

    assert day.ours is not None
    came = [row for row in rows if row["arrived_at"] is not None]
    within = sum(row["p10"] <= row["arrived_at"] <= row["p90"] for row in came)
    assert day.ours.coverage_percent == pytest.approx(100 * within / len(came))
    for share, quantile, loss in (
        (0.1, "p10", day.ours.pinball_p10_seconds),
        (0.5, "p50", day.ours.pinball_p50_seconds),
        (0.9, "p90", day.ours.pinball_p90_seconds),
    ):
        errors = [seconds(row["arrived_at"], row[quantile]) for row in came]
        assert loss == pytest.approx(mean(share * off if off > 0 else (share - 1) * off for off in errors), abs=1e-3)
    assert day.plan is not None
    assert (day.plan.pinball_p10_seconds, day.plan.coverage_percent) == (None, None), "a baseline has no band"
    gone = sum(
        row["arrived_at"] < row["be_ready_by"].replace(second=0, microsecond=0) - timedelta(seconds=60) for row in came
    )
    assert day.ours.missed_percent == pytest.approx(100 * gone / len(came))

    # What families were told, against the simulator's own truth and not our visits.
    told = await pool.fetch("select * from access_log where window_earliest is not null")
    assert day.promises.told == len(told) > 30
    assert all(row["run_id"] is not None and row["service_date"] == district.service_date for row in told)
    truth = district.truth.arrivals
    held = sum(
        row["window_earliest"] <= arrived < row["window_latest"] + timedelta(minutes=1)
        for row in told
        for arrived in [truth[row["run_id"]][row["stop_sequence"] - 1]]
    )
    assert abs(day.promises.held - held) <= 0.1 * len(told)

    assert day.complete_percent == pytest.approx(await complete_by_hand(pool))
    assert 0 < day.runs_predicted < day.runs_measured == len(await Predictions(pool).measured(district.service_date))
