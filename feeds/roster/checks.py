"""A staged roster and what it changes in; everything that is wrong with it, by file and line, out."""

from collections.abc import Set as AbstractSet
from datetime import date, datetime
from zoneinfo import ZoneInfo

from busline.ids import PlanId
from busline.store.plans import current_plan_id
from busline.store.pool import Connection
from busline.store.sql import load_queries
from feeds.problem import Problem
from feeds.roster.layout import LANGUAGES
from feeds.roster.report import LISTED

CHECK_SECONDS = 600.0

_SQL = load_queries(__file__)


async def check_roster(connection: Connection, repeated: AbstractSet[str], now: datetime) -> tuple[list[Problem], int]:
    """Check the differences that the transaction under way has staged; returns the first problems and their number.

    `repeated` names the files in which a key that is in force already may stand twice. Rides that are not over by `now`
    are checked against the plan in force; all of its own days are, once it is over itself.
    """
    await connection.execute(_SQL["create_problems"])
    newcomers = await connection.fetch(_SQL["repeated_newcomers"], timeout=CHECK_SECONDS)
    for name in sorted(repeated | {row["name"] for row in newcomers}):
        await connection.execute(_SQL[f"repeated_{name}"], timeout=CHECK_SECONDS)
    for name in ("check_schools", "check_students", "check_links", "check_rides"):
        await connection.execute(_SQL[name], timeout=CHECK_SECONDS)
    await connection.execute(_SQL["check_contacts"], list(LANGUAGES), timeout=CHECK_SECONDS)
    plan_id = await current_plan_id(connection)
    if plan_id is not None:
        checked_from = await _checked_from(connection, plan_id, now)
        await connection.execute(_SQL["check_places"], plan_id, checked_from, timeout=CHECK_SECONDS)
    elif await connection.fetchval(_SQL["any_ride"]):
        reason = "rides cannot be checked, for no plan is in force yet; import the plan first."
        return [Problem("rides.csv", None, reason)], 1
    count: int = await connection.fetchval(_SQL["count_problems"])
    rows = await connection.fetch(_SQL["list_problems"], LISTED)
    return [Problem(row["file"], row["line"], row["reason"]) for row in rows], count


async def _checked_from(connection: Connection, plan_id: PlanId, now: datetime) -> date:
    """Rides that are over before this day may name runs that the plan has forgotten: today, in the district's zone.

    A plan whose last day is behind us is there to be studied, with a roster of its own days: then from its first.
    """
    plan = await connection.fetchrow(_SQL["plan_days"], plan_id)
    assert plan is not None  # noqa: S101 - the plan in force is there while this transaction goes on
    today = now.astimezone(ZoneInfo(plan["timezone"])).date()
    last: date | None = plan["last_day"]
    first: date | None = plan["first_day"]
    return first if first is not None and last is not None and last < today else today
