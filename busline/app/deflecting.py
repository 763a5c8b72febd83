"""`busline deflection`, and the nightly chore behind it: what the hotline settled by itself."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from busline.accuracy.deflection import LEAST_TOLD, Counted, counted, fates
from busline.app.database import Refused, store
from busline.app.loads import Say
from busline.service_day import moment
from busline.settings import Settings
from busline.store.deflection import Deflection
from busline.store.plans import load_timetable
from busline.store.pool import Pool

log = structlog.get_logger(__name__)


async def measure_what_is_missing(pool: Pool, zone: ZoneInfo, today: date) -> None:
    """Look at every day before today that no night has looked at: whether families came back, and what buses did."""
    deflection = Deflection(pool)
    for service_date in await deflection.unmeasured(today, zone.key):
        await _measure(deflection, service_date, zone)


async def deflection(settings: Settings, days: int, say: Say) -> int:
    """`busline deflection`: the share of matters that the hotline settled, over the last days that are over."""
    async with store(settings, beside=True) as pool:
        timetable = await load_timetable(pool)
        if timetable is None:
            raise Refused("No plan is loaded, so nobody can have been told anything. `busline import plan` loads one.")
        today = datetime.now(UTC).astimezone(timetable.timezone).date()
        await measure_what_is_missing(pool, timetable.timezone, today)
        figures = await Deflection(pool).figures(today - timedelta(days=days), today - timedelta(days=1))
    if not figures.whole.matters:
        raise Refused(f"No family asked anything in the last {days} days, so there is nothing to count.")
    say(f"The last {days} days: {_in_words(figures.whole)}.")
    say("Settled means: answered rightly from live data, and no further question of that family within 30 minutes.")
    for title, groups in (("language", figures.by_language), ("school", figures.by_school)):
        say(f"By {title}:")
        for line in _lines(groups):
            say(f"  {line}")
    return 0


async def _measure(deflection: Deflection, service_date: date, zone: ZoneInfo) -> None:
    begins, ends = (moment(day, 0, zone) for day in (service_date, service_date + timedelta(days=1)))
    asked = await deflection.asked(begins, ends)
    found = fates(asked, await deflection.students_of(one.phone for one in asked))
    await deflection.keep(service_date, found)
    begun = [fate for fate in found if fate.begins]
    log.info(
        "deflection_measured",
        service_date=service_date.isoformat(),
        matters=len(begun),
        deflected=sum(fate.is_deflected for fate in begun),
    )


def _lines(groups: Mapping[str, Counted]) -> list[str]:
    told = counted(groups)
    lines = [f"{name:<28} {_in_words(one)}" for name, one in told.items() if one is not None]
    hidden = sum(one is None for one in told.values())
    if hidden:
        lines.append(f"{hidden} more are not told, so no family can be made out: some have under {LEAST_TOLD}.")
    return lines


def _in_words(one: Counted) -> str:
    return f"{one.deflected} of {one.matters} matters settled ({one.percent:.0f} %)"
