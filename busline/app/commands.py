"""The small commands: migrate, check, notice, user."""

import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime

from busline.app.database import Refused, store
from busline.app.loads import Say
from busline.fleet import NoticeKind, RunNotice
from busline.ids import RunId, RunKey
from busline.settings import Settings
from busline.store.ledger import Ledger
from busline.store.plans import load_timetable
from busline.store.staff import Role, Staff


async def bring_up_to_date(settings: Settings, say: Say) -> int:
    """`busline migrate`: `store` applies what is missing before it hands the pool over."""
    async with store(settings, beside=True) as pool:
        applied = await pool.fetchval("select count(*) from schema_migration")
    say(f"The database is up to date: {applied} migrations are applied.")
    return 0


async def notice(settings: Settings, run: str, kind: str, service_date: date | None, cause: str, say: Say) -> int:
    """`busline notice`: a running service shows it within seconds."""
    async with store(settings, beside=True) as pool:
        timetable = await load_timetable(pool)
        if timetable is None or RunId(run) not in timetable.runs:
            raise Refused(f"The plan in force has no run {run!r}, so nothing was noted. Run ids are GTFS trip ids.")
        now = datetime.now(UTC)
        day = service_date or now.astimezone(timetable.timezone).date()
        if not timetable.calendar.runs_on(timetable.runs[RunId(run)].service_id, day):
            raise Refused(f"Run {run} does not go on {day}, so nothing was noted. Name another day with --date.")
        key = RunKey(day, RunId(run))
        if kind == "clear":
            cleared = await Ledger(pool).clear(key, "command line", now)
            say(f"Taken back: {cleared} notices about run {run} on {day}.")
        else:
            await Ledger(pool).say(RunNotice(key, NoticeKind(kind), cause, now), "command line")
            say(f"Noted: run {run} on {day} is {kind}. Families who ask are told so from now on.")
    return 0


async def add_user(settings: Settings, name: str, role: str, say: Say) -> int:
    """`busline user add`."""
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    async with store(settings, beside=True) as pool:
        try:
            await Staff(pool).add(name, password, Role(role), datetime.now(UTC))
        except ValueError as fault:
            raise Refused(str(fault)) from fault
    say(f"{name} may sign in at {settings.public_base_url}/sign-in as {role}, with the password {password}")
    return 0


async def check(environ: Mapping[str, str], say: Say) -> int:
    """`busline check`."""
    raise Refused("not yet")
