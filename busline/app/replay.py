"""`busline replay`: a recorded day through the real pipeline, so that answers can be held against what happened."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from busline.app.database import Refused, store
from busline.app.listening import free_ports, listening
from busline.app.loads import Say, bring_in_roster, next_service_date, read_plan
from busline.app.playing import HOST, Invitation, Play, play, playing_settings
from busline.clock import ScaledClock
from busline.ids import RunId
from busline.live import Live
from busline.logs import configure_logging
from busline.settings import Settings
from busline.store.families import families_on_runs, has_students
from busline.store.ledger import Ledger
from busline.store.lessons import LessonLedger
from busline.store.paths import PathLedger
from busline.store.plans import save_plan
from busline.store.pool import Pool
from busline.store.predictions import Predictions
from busline.store.recorded import newest_fix_at, visits_between
from feeds.plan.gtfs import GtfsPlan
from feeds.positions_file import PositionsFileError, read_positions
from feeds.replay import Recording
from feeds.serve import PATH as FEED_PATH
from feeds.serve import feed_app
from feeds.simulator.roster import write_roster_for_plan
from sms.standin import FamilyPhone

log = structlog.get_logger(__name__)

STRANGER = "+16175550177"
FAMILIES_SHOWN = 200
MADE_UP_STUDENTS = 600
MADE_UP_FAMILIES = 400
AFTERWARDS = timedelta(seconds=60)
"""How long the replay goes on after the last fix, so that the last poll has been answered."""


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What `busline replay` was asked for."""

    plan: str
    positions: Path
    roster: Path | None = None
    speed: float = 60.0
    port: int | None = None
    as_json: bool = False
    feed_only: bool = False
    stay: bool = False
    forget_later: bool = False


async def replay(options: ReplayOptions, settings: Settings, say: Say) -> int:
    """Play the recording from its first fix to its last, then tell what came of it."""
    tell: Callable[[str], None] = (lambda _: None) if options.as_json else say
    plan = await read_plan(options.plan)
    recording, run_ids = await asyncio.to_thread(_read, options.positions, tell)
    if options.feed_only:
        return await _serve_feed(options, recording, say)

    playing = playing_settings(settings.data_dir, options.port, "the recorded district")
    configure_logging(playing, stream=sys.stderr)
    async with store(settings) as pool:
        await _prepare(pool, options, plan, recording, tell)
        service_date = recording.service_date or recording.start.astimezone(plan.timetable.timezone).date()
        families = [
            FamilyPhone(family.phone, family.language, family.students, "rides a recorded bus")
            for family in await families_on_runs(pool, run_ids, service_date, FAMILIES_SHOWN)
        ]
        if not families:
            log.warning(
                "nobody of the roster rides a recorded bus on that day, so every text finds no ride; "
                "`busline simulate roster` makes one that does",
                service_date=service_date.isoformat(),
            )
        live = await Live.open(pool, recording.start)
        clock = ScaledClock(recording.start, options.speed)

        async def while_playing(_: Live, invitation: Invitation) -> None:
            if options.as_json:
                say(json.dumps(invitation.as_json()))
            else:
                say(_introduction(invitation, clock.now().astimezone(plan.timetable.timezone), options.speed))
            await clock.sleep((recording.end + AFTERWARDS - clock.now()).total_seconds())
            tell(await _outcome(pool, recording))
            if options.stay:
                tell("The recording is over; everything stays up until Ctrl-C.")
                await asyncio.Event().wait()

        await play(playing, pool, clock, live, Play(recording.positions_at, families, STRANGER), while_playing)
    return 0


def _read(path: Path, tell: Say) -> tuple[Recording, set[RunId]]:
    """The recording, and the runs that its reports claim."""
    try:
        recorded = read_positions(path)
    except (PositionsFileError, OSError) as fault:
        raise Refused(f"The recording cannot be used. {fault}") from fault
    refused = "".join(f", {count} {reason}" for reason, count in sorted(recorded.rejected.items()))
    tell(f"{len(recorded.positions):,} recorded positions{refused}.")
    claimed = {position.claim.run_id for position in recorded.positions if position.claim is not None}
    return Recording(recorded.positions), claimed


async def _prepare(pool: Pool, options: ReplayOptions, plan: GtfsPlan, recording: Recording, tell: Say) -> None:
    """Plan and roster in force, and the ledger as if the recorded day had not happened yet."""
    newest = await newest_fix_at(pool)
    if newest is not None and newest > recording.end + AFTERWARDS and not options.forget_later:
        raise Refused(
            f"This database already holds positions up to {newest:%Y-%m-%d %H:%M} UTC, later than the recording. A "
            "replay would forget them, so nothing was changed. Replay into another BUSLINE_DATA_DIR, or add "
            "--forget-later."
        )
    plan_id = await save_plan(pool, plan.timetable, plan.sha256, options.plan, recording.start)
    tell(f"Version {plan_id} of the plan is in force: {len(plan.timetable.runs):,} runs.")
    if options.roster is not None:
        if await bring_in_roster(pool, options.roster, tell, region="US"):
            raise Refused("The roster was refused, so there is nobody to answer. Mend it, or leave --roster out.")
    elif not await has_students(pool):
        await _make_up_people(pool, plan, recording, tell)
    await Ledger(pool).rewind(recording.start)
    await LessonLedger(pool).rewind(recording.start)
    await PathLedger(pool).rewind(recording.start)
    await Predictions(pool).rewind(recording.start)


async def _make_up_people(pool: Pool, plan: GtfsPlan, recording: Recording, tell: Say) -> None:
    service_date = recording.service_date or next_service_date(plan.timetable, recording.start.date())
    with tempfile.TemporaryDirectory(prefix="busline-roster-") as folder:
        await asyncio.to_thread(
            write_roster_for_plan,
            plan.timetable,
            Path(folder),
            service_date=service_date,
            students=MADE_UP_STUDENTS,
            families=MADE_UP_FAMILIES,
            seed=1,
        )
        await bring_in_roster(pool, Path(folder), lambda _: None, region="US")
    tell(f"No roster was there, so {MADE_UP_STUDENTS} made-up students now ride these buses.")


async def _serve_feed(options: ReplayOptions, recording: Recording, say: Say) -> int:
    """Only the feed: for another Busline, or any reader of GTFS-realtime."""
    clock = ScaledClock(recording.start, options.speed)
    port = free_ports(HOST, options.port, 1)[0]
    async with listening(feed_app(recording.positions_at, clock), HOST, port):
        say(
            f"The recording is served at http://{HOST}:{port}{FEED_PATH}, {options.speed:g} times as fast. "
            "Ctrl-C stops it."
        )
        await asyncio.Event().wait()
    return 0


def _introduction(invitation: Invitation, now: datetime, speed: float) -> str:
    tried = "\n".join(f"    {family.phone}  {', '.join(family.students)}" for family in invitation.families[:3])
    return (
        f"\n  The recorded day is being replayed, {speed:g} times as fast: it is {now:%A %-d %B %Y, %-I:%M %p}.\n\n"
        f"  Phone   {invitation.phone}   pick a family and text, as a parent would\n"
        f"  Board   {invitation.board}   sign in as {invitation.staff_user} with {invitation.staff_password}\n\n"
        f"  Three families to try:\n{tried}\n\n  Ctrl-C stops all of it.\n"
    )


async def _outcome(pool: Pool, recording: Recording) -> str:
    visits, runs = await visits_between(pool, recording.start, recording.end + AFTERWARDS)
    return f"The recording is over: {visits:,} stop visits on {runs:,} runs were recorded."
