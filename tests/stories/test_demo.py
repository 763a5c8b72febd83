"""The first quarter of an hour of a stranger with Busline: the demo, its families, its pages, and its end."""

import asyncio
import re
import signal
from datetime import date
from pathlib import Path

import aiohttp
import asyncpg
import psutil

from busline.store.embedded import embedded_postgres
from feeds.simulator.district import build_district
from tests.stories.running import Texting, busline, first_line

SCHOOL_DAY = date(2026, 10, 6)
DEMO = ("demo", "--json", "--no-browser", "--port", "0", "--date", SCHOOL_DAY.isoformat())
TOLD = """
select access_log.answer, told_at, fix_at, window_earliest, window_latest, ride.run_id, ride.stop_id
from access_log join ride using (student_id)
where window_earliest is not null and answer in ('arriving', 'running_late') and ride.leg = 'to_school'
"""


async def test_a_stranger_gets_true_answers_about_buses_that_really_move(tmp_path: Path) -> None:
    async with (
        busline(*DEMO, "--data-dir", str(tmp_path / "demo"), "--speed", "20") as process,
        aiohttp.ClientSession() as session,
    ):
        up = await first_line(process)
        phone = Texting(session, up["sms_webhook"], up["twilio_auth_token"])
        families = up["families"][:80]
        replies = [(await phone.text(family["phone"], "bus"))[0] for family in families]
        for family, reply in zip(families, replies, strict=True):
            assert all(student in reply for student in family["students"])
        for words in ("min late", "no bus yet", "no signal since", "viene en camino"):
            assert any(words in reply for reply in replies), words
        assert any(re.search(r"Bus \d+ \(not \d+\)", reply) for reply in replies)

        first = up["families"][0]
        for asked in ("100234", "#100234", "id 100234"):
            assert first["students"] == ["100234"]
            assert "100234: Bus" in (await phone.text(first["phone"], asked))[0]
        await phone.text(up["stranger_phone"], "bus")
        stranger = [await phone.text(up["stranger_phone"], student) for student in ("100234", "199999")]
        assert stranger[0] == stranger[1]

        async with session.get(up["phone"]) as page:
            assert page.status == 200
        async with session.post(up["sms_webhook"], data={"MessageSid": "SMx", "From": "+1", "Body": "bus"}) as forged:
            assert forged.status == 403
        sign_in = {"username": up["staff"]["user"], "password": up["staff"]["password"]}
        async with session.post(up["board"].replace("/board", "/sign-in"), data=sign_in) as board:
            assert board.status == 200
            assert "Uncovered" in await board.text()

        async with embedded_postgres(tmp_path / "demo", join_running=True) as address:
            connection = await asyncpg.connect(**address.named("demo").connect_arguments())
            told = await connection.fetch(TOLD)
            await connection.close()

    # The simulator knows what it will have done: the windows are held against that, not against our own visits.
    district = build_district(seed=1, service_date=SCHOOL_DAY)
    came_true = [
        row["window_earliest"].timestamp() <= arrival.timestamp() < row["window_latest"].timestamp() + 60
        for row in told
        for arrival in [
            district.truth.arrivals[row["run_id"]][district.plan.runs[row["run_id"]].stop_ids.index(row["stop_id"])]
        ]
    ]
    assert all((row["told_at"] - row["fix_at"]).total_seconds() <= 90 for row in told)
    assert len(came_true) >= 20
    assert sum(came_true) >= 0.7 * len(came_true)


async def test_ctrl_c_stops_all_of_it_and_leaves_nothing_running(tmp_path: Path) -> None:
    async with busline(*DEMO, "--data-dir", str(tmp_path / "demo")) as process:
        await first_line(process)
        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(20):
            await process.communicate()
        assert process.returncode == 0
        assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
