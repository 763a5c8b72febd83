"""The carriers' daily list of numbers that were given up, read from a server that hands it on as Twilio documents."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest
from aiohttp.test_utils import TestServer

from busline.app.suspending import suspending
from busline.clock import ScaledClock
from busline.settings import read_settings
from busline.store.pool import Pool
from sms.standin.server import standin_app
from sms.standin.standin import StandIn
from sms.twilio.deactivations import DeactivationsError, deactivated_on

SID, TOKEN = "AC" + "0" * 32, "t" * 32
DAY = date(2026, 10, 4)
NOW = datetime(2026, 10, 5, 8, 10, tzinfo=UTC)


@pytest.fixture
async def carrier() -> AsyncIterator[tuple[StandIn, str]]:
    hook = "http://127.0.0.1:9/unused"
    standin = StandIn(SID, TOKEN, "+16175550150", hook, hook, (), "+16175550199", lambda: NOW)
    standin.deactivated["2026-10-04"] = ("+16175550101", "+12025550000")
    async with TestServer(standin_app(standin)) as server:
        yield standin, str(server.make_url("")).rstrip("/")


async def test_the_list_of_a_day_is_read_through_its_signed_address(carrier: tuple[StandIn, str]) -> None:
    assert await deactivated_on(DAY, SID, TOKEN, carrier[1]) == ["+16175550101", "+12025550000"]
    assert await deactivated_on(date(2026, 10, 3), SID, TOKEN, carrier[1]) == []


async def test_whoever_is_not_let_in_gets_no_list(carrier: tuple[StandIn, str]) -> None:
    with pytest.raises(DeactivationsError, match="cannot be had"):
        await deactivated_on(DAY, SID, "wrong" * 8, carrier[1])


async def test_a_server_that_is_away_is_said_so(unused_tcp_port: int) -> None:
    with pytest.raises(DeactivationsError, match="cannot be had"):
        await deactivated_on(DAY, SID, TOKEN, f"http://127.0.0.1:{unused_tcp_port}")


async def test_at_night_the_phones_on_the_list_are_told_nothing_any_more(
    carrier: tuple[StandIn, str], pool: Pool
) -> None:
    await pool.execute(
        """
        insert into school (school_id, name) values ('S', 'School');
        insert into student (student_id, school_id) values ('1', 'S');
        insert into contact (contact_id, phone, language) values ('M', '+16175550101', 'en');
        insert into link (contact_id, student_id) values ('M', '1');
        """
    )
    settings = read_settings(
        {
            "BUSLINE_TWILIO_ACCOUNT_SID": SID,
            "BUSLINE_TWILIO_AUTH_TOKEN": TOKEN,
            "BUSLINE_TWILIO_NUMBER": "+16175550150",
            "BUSLINE_TWILIO_BASE_URL": carrier[1],
        }
    )
    chore = suspending(settings, pool, ScaledClock(NOW))
    await chore.do(NOW)
    await chore.do(NOW)
    assert await pool.fetchval("select count(*) from family_link") == 0
    assert await pool.fetchval("select count(*) from phone_suspension") == 1
    assert await pool.fetchval("select count(*) from deactivation_list") == 7
