"""`busline demo`: a simulated district whose buses move, and the whole of Busline answering for it."""

import asyncio
import json
import os
import sys
import tempfile
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from busline.app.database import connections, make_afresh, server
from busline.app.loads import Say, bring_in_roster
from busline.app.playing import Invitation, Play, play, playing_settings
from busline.clock import ScaledClock
from busline.ids import VehicleId
from busline.live import Live
from busline.logs import configure_logging
from busline.position import Position
from busline.store.plans import save_plan
from feeds.plan.gtfs import read_gtfs
from feeds.simulator.district import District, build_district
from notifier.watching.families import Families
from sms.standin import FamilyPhone

SEEN_BEFORE = timedelta(minutes=100)
"""How much of the morning Busline has already watched when the demo starts."""
WATCH_EVERY = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What `busline demo` was asked for."""

    data_dir: Path
    port: int | None = None
    service_date: date | None = None
    start: time | None = None
    speed: float = 1.0
    seed: int = 1
    as_json: bool = False
    open_browser: bool = True


async def demo(options: DemoOptions, say: Say) -> int:
    """Run until told to stop. The district's day starts over each time; its database is made afresh."""
    settings = playing_settings(options.data_dir, options.port, "Port Alder Schools")
    configure_logging(settings, stream=sys.stderr)
    tell: Callable[[str], None] = (lambda _: None) if options.as_json else say
    tell("Starting a simulated school district ...")
    service_date = options.service_date or nearest_school_day(datetime.now(UTC).date())
    district = await asyncio.to_thread(build_district, seed=options.seed, service_date=service_date)
    start = district.suggested_start
    if options.start is not None:
        start = datetime.combine(district.service_date, options.start, district.timezone)

    async with server(settings) as address, connections(await make_afresh(address, "demo")) as pool:
        with tempfile.TemporaryDirectory(prefix="busline-demo-") as folder:
            plan_folder, roster_folder = Path(folder) / "plan", Path(folder) / "roster"
            await asyncio.to_thread(district.write_plan, plan_folder)
            await asyncio.to_thread(district.write_roster, roster_folder)
            plan = await asyncio.to_thread(read_gtfs, plan_folder)
            await save_plan(pool, plan.timetable, plan.sha256, "simulated district", start)
            await bring_in_roster(pool, roster_folder, lambda _: None, region="US")
        phones = [family.phone for family in district.families]
        await Families(pool, timedelta(minutes=settings.alert_late_minutes)).want_everything(phones, start)
        live = await Live.open(pool, start)
        await live.catch_up(_the_morning_so_far(district, start))
        clock = ScaledClock(start, options.speed)
        families = [
            FamilyPhone(family.phone, family.language, tuple(family.students), family.note)
            for family in district.families
        ]

        async def while_playing(_: Live, invitation: Invitation) -> None:
            if options.as_json:
                say(json.dumps(invitation.as_json()))
            else:
                say(welcome(invitation, clock.now().astimezone(district.timezone), options.speed))
                if options.open_browser and _has_a_screen():
                    await asyncio.to_thread(webbrowser.open, invitation.phone)
            await asyncio.Event().wait()

        played = Play(district.positions_at, families, district.stranger_phone)
        await play(settings, pool, clock, live, played, while_playing)
    return 0


def _the_morning_so_far(district: District, start: datetime) -> Iterator[tuple[datetime, list[Position]]]:
    """What a poller would have seen of the last hours, so that Busline knows what passed before the demo starts."""
    seen: dict[VehicleId, datetime] = {}
    moment = start - SEEN_BEFORE
    while moment < start:
        fresh = [
            position for position in district.positions_at(moment) if seen.get(position.vehicle_id) != position.fix_at
        ]
        seen.update((position.vehicle_id, position.fix_at) for position in fresh)
        yield moment, fresh
        moment += WATCH_EVERY


def nearest_school_day(today: date) -> date:
    """Today, or the Friday before a weekend."""
    return today - timedelta(days=max(0, today.weekday() - 4))


def _has_a_screen() -> bool:
    """Without one, a browser in the terminal would cover the addresses that were just printed."""
    return sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def welcome(invitation: Invitation, now: datetime, speed: float) -> str:
    """What the terminal shows once everything is up."""
    pace = "in real time" if speed == 1 else f"{speed:g} times as fast as here"
    lines = [
        "",
        f"  Busline is up. In its simulated district it is {now:%A}, {now:%-I:%M %p}; time runs {pace}.",
        "",
        f"  Phone   {invitation.phone}   pick a family and text, as a parent would",
        f"  Board   {invitation.board}   sign in as {invitation.staff_user} with {invitation.staff_password}",
        "",
        "  Three families to try:",
        *(
            f"    {family.phone}  {family.language}  {', '.join(family.students):<24}  {family.note}"
            for family in invitation.families[:3]
        ),
        "",
        "  Ctrl-C stops all of it.",
        "",
    ]
    return "\n".join(lines)
