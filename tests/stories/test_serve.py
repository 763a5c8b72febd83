"""`busline serve` on a real clock, against a real feed, through `kill -9`: right again at the next fix."""

import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import asyncpg
from aiohttp import web

from busline.clock import SystemClock
from busline.geo import LatLon
from busline.ids import RunId, SourceId, VehicleId
from busline.position import Position, RunClaim
from busline.store.embedded import embedded_postgres
from feeds.serve import PATH, feed_app
from tests.plan_builder import place, shape, stop, weekly, write_plan
from tests.stories.running import Texting, busline

STOPS, METRES_BETWEEN, SECONDS_BETWEEN = 21, 600, 120
"""A straight street: a run of forty minutes, of which the bus has done the first ten when the story begins."""
DONE = timedelta(minutes=10)
PARENT = "+16175550123"
TOKEN = "an auth token of a story"


class Street:
    """A bus that drives the street exactly as planned."""

    def __init__(self, begins: datetime) -> None:
        self.begins = begins

    def positions_at(self, now: datetime) -> Sequence[Position]:
        metres = (now - self.begins).total_seconds() / SECONDS_BETWEEN * METRES_BETWEEN
        lat, lon = place(metres, 0)
        claim = RunClaim(RunId("T1"), self.begins.date())
        return [Position(SourceId("street"), VehicleId("47"), now, now, LatLon(lat, lon), 90.0, 5.0, claim)]

    def planned(self, index: int) -> datetime:
        return self.begins + timedelta(seconds=SECONDS_BETWEEN * index)


def write_district(folder: Path, street: Street) -> None:
    midnight = street.begins.replace(hour=0, minute=0, second=0)

    def gtfs_time(index: int) -> str:
        seconds = int((street.planned(index) - midnight).total_seconds())
        return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"

    write_plan(
        folder / "plan",
        {
            "agency.txt": [{"agency_name": "Street", "agency_url": "https://x", "agency_timezone": "UTC"}],
            "calendar.txt": [weekly("daily", "1111111", "20200101", "20991231")],
            "routes.txt": [{"route_id": "R", "route_short_name": "47", "route_long_name": "", "route_type": "3"}],
            "stops.txt": [stop(f"S{index}", index * METRES_BETWEEN, 4) for index in range(STOPS)],
            "shapes.txt": shape("P", (-200, 0), (STOPS * METRES_BETWEEN, 0)),
            "trips.txt": [{"route_id": "R", "service_id": "daily", "trip_id": "T1", "shape_id": "P"}],
            "stop_times.txt": [
                {
                    "trip_id": "T1",
                    "arrival_time": gtfs_time(index),
                    "departure_time": gtfs_time(index),
                    "stop_id": f"S{index}",
                    "stop_sequence": index + 1,
                }
                for index in range(STOPS)
            ],
        },
    )
    roster = folder / "roster"
    roster.mkdir()
    (roster / "schools.csv").write_text("school_id,name,phone\nS,Lincoln,\n")
    (roster / "students.csv").write_text("student_id,school_id,given_name,family_name,grade\n100234,S,Mia,Lopez,3\n")
    (roster / "contacts.csv").write_text(f"contact_id,phone,language\nC,{PARENT},en\n")
    (roster / "links.csv").write_text("contact_id,student_id,may_ask\nC,100234,yes\n")
    (roster / "rides.csv").write_text(
        "student_id,run_id,stop_id,stop_sequence,leg,weekdays,start_date,end_date\n"
        "100234,T1,S12,,to_school,MTWRFSU,2020-01-01,2099-12-31\n"
    )


@asynccontextmanager
async def feed(street: Street) -> AsyncIterator[str]:
    runner = web.AppRunner(feed_app(street.positions_at, SystemClock()))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
    finally:
        await runner.cleanup()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def answered_live(phone: Texting) -> str:
    """Texts until the bus is live, as an impatient parent would."""
    async with asyncio.timeout(60):
        while True:
            try:
                reply = (await phone.text(PARENT, "bus"))[0]
            except aiohttp.ClientError:
                reply = ""
            if "Live at" in reply:
                return reply
            await asyncio.sleep(0.3)


async def visits(data_dir: Path) -> list[tuple[int, datetime]]:
    async with embedded_postgres(data_dir, join_running=True) as address:
        connection = await asyncpg.connect(**address.connect_arguments())
        rows = await connection.fetch("select call_index, arrived_at from stop_visit order by call_index")
        await connection.close()
    return [(row["call_index"], row["arrived_at"]) for row in rows]


async def some_visits(data_dir: Path) -> list[tuple[int, datetime]]:
    # On a busy machine the first stop may be behind the bus before anybody looks: then the next one is waited for.
    async with asyncio.timeout(SECONDS_BETWEEN + 60):
        while True:
            if recorded := await visits(data_dir):
                return recorded
            await asyncio.sleep(0.5)


async def test_after_kill_9_answers_are_right_again_at_the_next_fix_and_nothing_recorded_is_lost(
    tmp_path: Path,
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    # A minute before a planned stop, so that a visit is recorded early in the story.
    street = Street(now - DONE - timedelta(seconds=SECONDS_BETWEEN - 12))
    write_district(tmp_path, street)
    async with feed(street) as address:
        port = free_port()
        settings = {
            "BUSLINE_DATA_DIR": str(tmp_path / "data"),
            "BUSLINE_PORT": str(port),
            "BUSLINE_FEEDS": f"street={address}",
            "BUSLINE_FEED_ALLOW_PRIVATE": "true",
            "BUSLINE_FEED_INTERVAL_SECONDS": "1",
            "BUSLINE_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "BUSLINE_TWILIO_AUTH_TOKEN": TOKEN,
            "BUSLINE_TWILIO_NUMBER": "+16175550100",
            "BUSLINE_DISTRICT_PHONE": "+16175550199",
            "BUSLINE_LOG_LEVEL": "WARNING",
        }
        for what in ("plan", "roster"):
            async with busline("import", what, str(tmp_path / what), environ=settings) as load:
                told, _ = await load.communicate()
                assert load.returncode == 0, told
        async with aiohttp.ClientSession() as session:
            phone = Texting(session, f"http://localhost:{port}/twilio/sms", TOKEN)
            async with busline("serve", environ=settings) as first:
                before = await answered_live(phone)
                recorded = await some_visits(tmp_path / "data")
                first.send_signal(signal.SIGKILL)
                await first.wait()
            async with busline("serve", environ=settings):
                after = await answered_live(phone)
                kept = await visits(tmp_path / "data")
                async with session.get(f"http://localhost:{port}/readyz") as ready:
                    assert ready.status == 200, json.dumps(await ready.json())
    assert before.startswith("100234: Bus 47 is on its way.")
    assert after.startswith("100234: Bus 47 is on its way.")
    assert kept[: len(recorded)] == recorded
    for index, arrived_at in kept:
        assert abs((arrived_at - street.planned(index)).total_seconds()) < 10
