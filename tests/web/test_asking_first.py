"""A service that was killed asks, at its next start, about what it was killed over before it has read anything else."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from aiohttp.test_utils import TestServer, unused_port

from busline.app.service import run_service
from busline.live import Live
from busline.settings import read_settings
from busline.store.outbox import promise
from busline.store.pool import Pool, transaction
from sms.standin import Carrier, StandIn, standin_app
from tests.store.sending_line import ROSTER, HandClock, news, phone, until

SID, TOKEN, NUMBER = "AC" + "0" * 32, "3f9a" * 8, "+16175550100"
WORDS = "Bus 912 is about 20 minutes late."


async def test_what_a_killed_process_may_have_sent_is_found_out_while_the_plan_is_still_being_read(
    pool: Pool, tmp_path: Path
) -> None:
    clock = HandClock(datetime.now(UTC))
    plan_is_being_read = asyncio.Event()

    async def opening() -> Live:
        plan_is_being_read.set()
        await asyncio.Event().wait()
        raise AssertionError("it is never read")

    async def never_ready(_: Live) -> None:
        raise AssertionError("nothing can be answered yet")

    hook = f"http://localhost:{unused_port()}/twilio"
    carrier = Carrier(step_seconds=0.001, callbacks_lost=1.0)
    standin = StandIn(
        SID, TOKEN, NUMBER, f"{hook}/sms", f"{hook}/voice", (), "+16175550198", clock.now, carrier=carrier
    )
    async with TestServer(standin_app(standin)) as far:
        url = str(far.make_url("")).rstrip("/")
        await pool.execute(ROSTER)
        async with transaction(pool) as connection:
            await promise(connection, [news()], clock.at)
        await leave_in_doubt(pool, clock.at)
        await send_behind_its_back(url)
        settings = read_settings(
            {
                "BUSLINE_DATA_DIR": str(tmp_path),
                "BUSLINE_TWILIO_ACCOUNT_SID": SID,
                "BUSLINE_TWILIO_AUTH_TOKEN": TOKEN,
                "BUSLINE_TWILIO_NUMBER": NUMBER,
                "BUSLINE_TWILIO_BASE_URL": url,
            }
        )
        service = asyncio.create_task(run_service(settings, pool, clock, opening, never_ready))
        await plan_is_being_read.wait()
        await until(lambda: is_sent(pool, next(iter(standin.messages))))
        service.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await service
    assert len(standin.messages) == 1


async def leave_in_doubt(pool: Pool, at: datetime) -> None:
    """As a process leaves it that dies between handing it over and noting so."""
    await pool.execute(
        "update outbox set lease_until = $1, attempted_at = $2, maybe_since = $3, attempts = 1, body = $4",
        datetime.now(UTC) - timedelta(seconds=1),
        datetime.now(UTC) - timedelta(seconds=14),
        at,
        WORDS,
    )


async def send_behind_its_back(url: str) -> None:
    """What the dead process had handed over."""
    form = {"To": phone(0), "From": NUMBER, "Body": WORDS}
    messages = f"{url}/2010-04-01/Accounts/{SID}/Messages.json"
    login = {"Authorization": aiohttp.encode_basic_auth(SID, TOKEN)}
    async with aiohttp.ClientSession(headers=login) as session, session.post(messages, data=form) as response:
        assert response.status == 201


async def is_sent(pool: Pool, sid: str) -> bool:
    return bool(await pool.fetchval("select state = 'sent' and sid = $1 from outbox", sid))
