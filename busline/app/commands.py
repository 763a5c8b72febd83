"""The small commands: migrate, check, notice, day, user."""

import asyncio
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import assert_never

from busline.app.casework import cases_probe
from busline.app.database import Refused, server, store
from busline.app.loads import Say
from busline.app.messages import messages_probe
from busline.app.nightly_roster import roster_probe
from busline.cause import SAID_BY_STAFF
from busline.check import Finding, Verdict, exit_code, report
from busline.check import check as look_into
from busline.fleet import Assignment, AssignmentSource, NoticeKind, RunNotice
from busline.ids import RunId, RunKey, VehicleId
from busline.run_state import OUTAGE_FIX_AGE_SECONDS
from busline.school_days import DayKind, DeclaredDay, SchoolDays
from busline.settings import FeedAddress, Settings
from busline.store.declared import DeclaredDays
from busline.store.ledger import Ledger
from busline.store.plans import load_timetable
from busline.store.pool import Pool
from busline.store.staff import Role, Staff
from busline.timetable import Timetable
from feeds.gtfs_rt import Message, Unreadable, decode
from feeds.http import Body, Fault, Limits, NotModified, open_fetcher
from notifier.announcing.announcement import Change
from sms.twilio.account import account_trouble


async def bring_up_to_date(settings: Settings, say: Say) -> int:
    """`busline migrate`: `store` applies what is missing before it hands the pool over."""
    async with store(settings, beside=True) as pool:
        applied = await pool.fetchval("select count(*) from schema_migration")
    say(f"The database is up to date: {applied} migrations are applied.")
    return 0


async def notice(settings: Settings, run: str, kind: str, service_date: date | None, cause: str, say: Say) -> int:
    """`busline notice`: a running service shows it within seconds."""
    async with store(settings, beside=True) as pool:
        key = await _run_of_the_day(pool, run, service_date)
        day, now = key.service_date, datetime.now(UTC)
        if kind == "clear":
            if await Ledger(pool).clear(key, "command line", now):
                say(f"Taken back for run {run} on {day}. Families who heard it are told that a bus comes after all.")
            else:
                say(f"Nothing is said of run {run} on {day}, so there was nothing to take back.")
        else:
            await Ledger(pool).say(RunNotice(key, NoticeKind(kind), cause, now), "command line")
            say(f"Noted: run {run} on {day} is {kind}. A running service tells its families now, and whoever asks.")
            if cause and cause not in SAID_BY_STAFF:
                told = ", ".join(one.value for one in SAID_BY_STAFF)
                say(f"The cause as you wrote it is for staff alone. Families are told one of: {told}.")
    return 0


async def assign(settings: Settings, run: str, bus: str, service_date: date | None, say: Say) -> int:
    """`busline assign`: a running service follows it within seconds."""
    async with store(settings, beside=True) as pool:
        key = await _run_of_the_day(pool, run, service_date)
        now = datetime.now(UTC)
        await Ledger(pool).assign(Assignment(key, VehicleId(bus), AssignmentSource.STAFF, now), "command line")
    say(
        f"Noted: bus {bus} drives run {run} on {key.service_date}. Its families are told to look for that number, "
        "at the earliest an hour before their stop; whoever asks is told now."
    )
    return 0


DAY_KINDS = {
    "early-release": DayKind.EARLY_RELEASE,
    "two-hour-delay": DayKind.TWO_HOUR_DELAY,
    "snow": DayKind.SNOW,
    "closed": DayKind.CLOSED,
}
AS_PLANNED = "as-planned"
TWO_HOURS = timedelta(hours=2)


async def declare_day(settings: Settings, day: date, kind: str, by_minutes: int | None, say: Say) -> int:
    """`busline day`: a running service follows it within seconds."""
    if by_minutes is not None and kind not in ("early-release", "two-hour-delay"):
        raise Refused(f"--minutes is for early-release and two-hour-delay, not for {kind}. Nothing was noted.")
    shift = timedelta(minutes=by_minutes or 0)
    if kind == "two-hour-delay":
        shift = shift or TWO_HOURS
    elif kind == "early-release":
        shift = -shift
    async with store(settings, beside=True) as pool:
        timetable = await load_timetable(pool)
        if timetable is None:
            raise Refused("No plan is loaded, so nothing was noted. Load one with `busline import plan`.")
        now = datetime.now(UTC)
        if kind == AS_PLANNED:
            await DeclaredDays(pool).take_back(day, "command line", now)
            say(f"Noted for {day}: as planned.")
            return 0
        declared = DeclaredDay(day, DAY_KINDS[kind], shift, now)
        await DeclaredDays(pool).say(declared, "command line")
        say(f"Noted for {day}: {declared.kind.value}. {_what_follows(timetable, declared)}")
        say(f"Nobody is told of it unasked. Tell all families: {_announcing(declared)}")
    return 0


_CHANGES = {
    DayKind.EARLY_RELEASE: Change.EARLY_RELEASE,
    DayKind.TWO_HOUR_DELAY: Change.DELAY,
    DayKind.SNOW: Change.SNOW,
    DayKind.CLOSED: Change.CLOSED,
}


def _announcing(declared: DeclaredDay) -> str:
    """What to type."""
    change = _CHANGES[declared.kind]
    minutes = abs(int(declared.shift.total_seconds() // 60))
    by = f" --minutes {minutes or 'MINUTES'}" if change in (Change.DELAY, Change.EARLY_RELEASE) else ""
    return f"busline announce draft everyone --change {change.value} --date {declared.service_date}{by}"


def _what_follows(timetable: Timetable, declared: DeclaredDay) -> str:
    if declared.kind is DayKind.CLOSED:
        return "No run goes, and families who ask are told so."
    planned = SchoolDays(timetable).planned_kind(declared.service_date)
    if planned is declared.kind:
        return "The plan has it so already; its times stand."
    minutes = abs(int(declared.shift.total_seconds() // 60))
    if not minutes:
        return "The plan's times stand; what buses do that day is learned apart from other days."
    runs, way = ("Morning", "later") if declared.kind is DayKind.TWO_HOUR_DELAY else ("Afternoon", "earlier")
    return f"{runs} runs are taken to go {minutes} minutes {way} than planned. Take it back with: as-planned"


async def _run_of_the_day(pool: Pool, run: str, service_date: date | None) -> RunKey:
    timetable = await load_timetable(pool)
    if timetable is None or RunId(run) not in timetable.runs:
        raise Refused(f"The plan in force has no run {run!r}, so nothing was noted. Run ids are GTFS trip ids.")
    day = service_date or datetime.now(UTC).astimezone(timetable.timezone).date()
    if not timetable.calendar.runs_on(timetable.runs[RunId(run)].service_id, day):
        raise Refused(f"Run {run} does not go on {day}, so nothing was noted. Name another day with --date.")
    return RunKey(day, RunId(run))


async def add_user(settings: Settings, name: str, role: str, say: Say) -> int:
    """`busline user add`."""
    password = _new_password()
    async with store(settings, beside=True) as pool:
        try:
            await Staff(pool).add(name, password, Role(role), datetime.now(UTC))
        except ValueError as fault:
            raise Refused(str(fault)) from fault
    say(f"{name} may sign in at {settings.public_base_url}/sign-in as {role}, with the password {password}")
    return 0


async def set_password(settings: Settings, name: str, say: Say) -> int:
    """`busline user password`."""
    password = _new_password()
    async with store(settings, beside=True) as pool:
        try:
            await Staff(pool).set_password(name, password, datetime.now(UTC))
        except ValueError as fault:
            raise Refused(str(fault)) from fault
    say(f"{name} signs in with the password {password} from now on, and was signed out everywhere.")
    return 0


async def list_users(settings: Settings, say: Say) -> int:
    """`busline user list`."""
    async with store(settings, beside=True) as pool:
        accounts = await Staff(pool).accounts()
    for account in accounts:
        seen = "never seen" if account.last_seen_at is None else f"last seen {account.last_seen_at:%Y-%m-%d %H:%M} UTC"
        closed = "" if account.disabled_at is None else ", closed"
        say(f"{account.username:<24} {account.role:<12} {seen}{closed}")
    if not accounts:
        say("There are no accounts yet. Make one with: busline user add NAME --role dispatcher")
    return 0


def _new_password() -> str:
    return "-".join(secrets.token_hex(2) for _ in range(4))


async def check(environ: Mapping[str, str], say: Say) -> int:
    """`busline check`."""
    probes = (_feeds, _twilio, messages_probe, cases_probe, roster_probe)
    findings = await look_into(environ, lambda settings: server(settings, beside=True), probes)
    say(report(findings))
    return exit_code(findings)


async def _feeds(settings: Settings) -> list[Finding]:
    if not settings.feeds:
        return [Finding("Feeds", Verdict.WARNING, "None is set, so no bus can be seen.", "Set BUSLINE_FEEDS.")]
    return list(await asyncio.gather(*(_feed(settings, feed) for feed in settings.feeds)))


async def _feed(settings: Settings, feed: FeedAddress) -> Finding:
    item = f"Feed {feed.source}"
    private = settings.feed_allow_private
    async with open_fetcher(feed.url, limits=Limits(allow_http=private, allow_private=private)) as fetcher:
        answer = await fetcher.fetch()
    match answer:
        case Fault(words=words):
            return Finding(
                item, Verdict.PROBLEM, words, "See that BUSLINE_FEEDS names it rightly, then ask its vendor."
            )
        case NotModified():  # pragma: no cover - nothing was asked conditionally
            return Finding(item, Verdict.WARNING, "It answered that nothing has changed since a moment we never named.")
        case Body(content=content):
            message = decode(content, source=feed.source, received_at=datetime.now(UTC))
            if isinstance(message, Unreadable):
                return Finding(item, Verdict.PROBLEM, message.words, "The address must give GTFS-realtime positions.")
            return _feed_finding(item, message, datetime.now(UTC))
        case _:
            assert_never(answer)


def _feed_finding(item: str, message: Message, now: datetime) -> Finding:
    """Buses parked at night send nothing new; a message made long ago is another matter."""
    count = len(message.positions)
    given = f"It gives {count:,} position{'' if count == 1 else 's'}"
    if message.header_at is not None and (now - message.header_at).total_seconds() > OUTAGE_FIX_AGE_SECONDS:
        made = f"{given}, but its newest message was made at {message.header_at:%Y-%m-%d %H:%M} UTC."
        return Finding(item, Verdict.PROBLEM, made, "Ask its vendor whether the feed still runs; no bus can be seen.")
    return Finding(item, Verdict.OK if message.positions else Verdict.WARNING, f"{given}.")


async def _twilio(settings: Settings) -> list[Finding]:
    if settings.twilio_account_sid is None or settings.twilio_auth_token is None:
        remedy = "Set BUSLINE_TWILIO_ACCOUNT_SID, BUSLINE_TWILIO_AUTH_TOKEN and BUSLINE_TWILIO_NUMBER."
        return [Finding("Twilio", Verdict.WARNING, "No account is set, so nobody can text.", remedy)]
    trouble = await account_trouble(
        settings.twilio_account_sid, settings.twilio_auth_token.reveal(), settings.twilio_base_url
    )
    if trouble is not None:
        return [Finding("Twilio", Verdict.PROBLEM, trouble, "Compare the settings with Twilio's console.")]
    return [Finding("Twilio", Verdict.OK, f"The account works. Its webhook is {settings.public_base_url}/twilio/sms.")]
