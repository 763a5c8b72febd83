"""What happens while the buses sleep: the day is scored, and what is past its time is forgotten."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog

from busline.accuracy.nightly import GroupScore, Predictor, score_day
from busline.app.database import Refused, store
from busline.app.deflecting import measure_what_is_missing
from busline.app.loads import Say
from busline.app.nightly_roster import roster_chores
from busline.app.purging import keep
from busline.app.suspending import suspending
from busline.clock import Clock
from busline.jobs import Chore
from busline.retention.purge import purge
from busline.settings import Settings
from busline.store.ledger import Ledger
from busline.store.plans import load_timetable
from busline.store.pool import Pool
from busline.store.predictions import Predictions
from busline.store.scores import Scores
from busline.store.staff import Staff
from busline.travel_times.path_learning import learn_paths

log = structlog.get_logger(__name__)

SCORED_AT = time(2, 30)
"""After the last run of any school day; runs past midnight are over."""
COUNTED_AT = time(2, 40)
FORGOTTEN_AT = time(3, 30)
PATHS_LEARNED_AT = time(2, 45)
"""Before the new day's engine is made, which then rests on them."""


def chores(settings: Settings, pool: Pool, staff: Staff, clock: Clock, zone: Callable[[], ZoneInfo]) -> list[Chore]:
    """The nightly chores of the service."""

    async def score_what_is_missing(_: datetime) -> None:
        now = clock.now()
        for service_date in await Predictions(pool).unscored(now.astimezone(zone()).date()):
            await _score(pool, service_date, now)

    async def count_what_was_settled(_: datetime) -> None:
        await measure_what_is_missing(pool, zone(), clock.now().astimezone(zone()).date())

    async def forget(_: datetime) -> None:
        today = clock.now().astimezone(UTC).date()
        await Ledger(pool).drop_positions_before(today - timedelta(days=settings.position_retention_days))
        await Predictions(pool).drop_before(today - timedelta(days=settings.prediction_retention_days))
        await staff.forget_old(datetime.now(UTC))
        forgotten = await purge(pool, keep(settings), clock.now())
        log.info("forgotten", **{one.what.replace(" ", "_"): one.rows for one in forgotten if one.rows})

    async def learn_the_ways(_: datetime) -> None:
        await learn_paths(pool, clock.now)

    return [
        *roster_chores(settings, pool),
        Chore("score the day", SCORED_AT, score_what_is_missing),
        Chore("count what was settled", COUNTED_AT, count_what_was_settled),
        Chore("forget what is old", FORGOTTEN_AT, forget),
        Chore("learn paths", PATHS_LEARNED_AT, learn_the_ways),
        suspending(settings, pool, clock),
    ]


async def score(settings: Settings, service_date: date | None, say: Say) -> int:
    """`busline score`: what the night does, by hand. A day that is not over is scored as far as it has got."""
    async with store(settings, beside=True) as pool:
        timetable = await load_timetable(pool)
        if timetable is None:
            raise Refused("No plan is loaded, so no day can have been measured. Load one with `busline import plan`.")
        now = datetime.now(UTC)
        day = service_date or now.astimezone(timetable.timezone).date() - timedelta(days=1)
        if not await Predictions(pool).measured(day):
            raise Refused(
                f"Nothing was measured on {day}: Busline keeps predictions while it serves, for "
                f"{settings.prediction_retention_days} days. Scores that were made before are kept."
            )
        district, *routes = await _score(pool, day, now)
        say(_in_words(district, routes))
    return 0


async def _score(pool: Pool, service_date: date, now: datetime) -> list[GroupScore]:
    day = await Predictions(pool).day(service_date)
    # In a thread: a large district's day is millions of predictions.
    groups = await asyncio.to_thread(score_day, day, now)
    await Scores(pool).keep(groups, now)
    ours = groups[0].scores.get(Predictor.BUSLINE)
    log.info(
        "day_scored",
        service_date=service_date.isoformat(),
        predictions=ours.predictions if ours else 0,
        benchmark_percent=round(ours.benchmark.percent, 1) if ours else None,
        windows_told=groups[0].promises.told,
    )
    return groups


def _in_words(district: GroupScore, routes: list[GroupScore]) -> str:
    kept = district.promises
    lines = [
        f"{district.service_date:%A %-d %B %Y}: {district.runs_predicted} of {district.runs_measured} measured runs "
        f"were predicted, on {len(routes)} routes.",
        f"{'':<20}{'ETA Benchmark':>14}{'MBTA':>8}{'Cal-ITP':>9}{'mean error':>12}{'phantom':>9}",
    ]
    names = {
        Predictor.BUSLINE: "Busline",
        Predictor.PLAN: "the plan",
        Predictor.DELAY: "delay propagation",
        Predictor.HELD: "held speed",
        Predictor.BEFORE_START: "before the start",
    }
    for predictor, figures in district.scores.items():
        lines.append(
            f"{names[predictor]:<20}{figures.benchmark.percent:>13.1f}%{figures.mbta.percent:>7.1f}%"
            f"{figures.cal_itp_percent:>8.1f}%{figures.mean_absolute_seconds:>10.0f} s{figures.phantom_percent:>8.1f}%"
        )
    if ours := district.scores.get(Predictor.BUSLINE):
        lines.append(
            f"The 80 % band held {ours.coverage_percent:.1f} % of arrivals and was {ours.width_seconds:.0f} s wide; "
            f"{ours.missed_percent:.1f} % came over a minute before it; {district.complete_percent:.1f} % of minutes "
            "had a prediction."
        )
    share = "" if kept.held_percent is None else f", {kept.held_percent:.0f} % of those that are known"
    lines.append(f"Windows told to families: {kept.told}; held: {kept.held}{share}.")
    return "\n".join(lines)
