"""A morning of families who ask for nothing, and what their phones show: late, near, another bus, over, unseen."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp.test_utils import TestServer

from busline.app.alerting import writer
from busline.ids import Phone
from busline.metrics import Metrics
from busline.outbound import Bucketed, Channel
from busline.settings import read_settings
from busline.store.outbox import other_sids
from busline.store.pool import Pool
from notifier.sending import Line, Sending
from sms.standin import Carrier, FamilyPhone, StandIn, standin_app
from sms.standin.thread import BubbleKind
from sms.twilio.carrier import TwilioTexts
from sms.twilio.rest import TwilioAccount
from tests.builders import ZONE, at, make_run
from tests.waiting_families import START, WaitingMorning
from tests.web.twilio_world import ACCOUNT_SID, AUTH_TOKEN, NUMBER

LATE, OTHER_BUS, LATER = (
    make_run("R1", stops=20),
    make_run("R2", stops=20, bus="48"),
    make_run("R3", stops=20, bus="49"),
)
RUNS = (LATE, OTHER_BUS, LATER)
WAITS, HAS_ANOTHER, SEES_NOTHING = "+16175550101", "+16175550102", "+16175550103"
PHONES = (WAITS, HAS_ANOTHER, SEES_NOTHING)


@dataclass
class Day:
    """A morning, and the phones of its families."""

    morning: WaitingMorning
    sending: Sending
    standin: StandIn

    async def live_through(self) -> None:
        """Bus 47 is late. Bus 99 drives for 48, late at first. Bus 49 goes out of sight, and so do all."""
        morning = self.morning
        while morning.at < at("7:46"):
            now = morning.at
            made_up = (now - at("7:20")).total_seconds() * 16 + 3_000 if now > at("7:20") else 0.0
            places = {
                "47": ("R1", morning.planned_m(LATE, 14)),
                "99": ("R2", max(morning.planned_m(OTHER_BUS, 14), made_up)),
                "49": ("R3", morning.planned_m(LATER, 9)),
            }
            await self.goes_on(await morning.see(places))
        while morning.at < at("8:00"):
            await self.goes_on(await morning.see_nothing())
        await self.standin.settled()

    async def goes_on(self, made: int) -> None:
        if made:
            await self.sending.once()

    def shown(self, phone: str) -> Sequence[str]:
        return [one.body for one in self.standin.threads.of(Phone(phone)) if one.kind is BubbleKind.BUSLINE]


@asynccontextmanager
async def day_of(pool: Pool, morning: WaitingMorning, tmp_path: Path) -> AsyncIterator[Day]:
    families = [FamilyPhone(phone, "en", (), "A family") for phone in PHONES]
    standin = StandIn(
        ACCOUNT_SID,
        AUTH_TOKEN,
        NUMBER,
        "http://localhost/sms",
        "http://localhost/voice",
        families,
        "+16175550198",
        morning.now,
        carrier=Carrier(step_seconds=0.001),
    )
    settings = read_settings({"BUSLINE_DATA_DIR": str(tmp_path), "BUSLINE_DISTRICT_PHONE": "+16175550150"})
    async with TestServer(standin_app(standin)) as server:
        address = str(server.make_url("/")).rstrip("/")
        account = TwilioAccount(ACCOUNT_SID, AUTH_TOKEN, Phone(NUMBER), "http://localhost/status", address)
        texts = TwilioTexts(account, b"a key for the receipts of a story", partial(other_sids, pool))
        sending = Sending(
            pool,
            [Line(Channel.TEXT, texts, Bucketed(1_000.0))],
            writer(settings, lambda: morning.live.picture, lambda: ZONE),
            morning,
            lambda: ZONE,
            on_dropped=morning.dropped,
            metrics=Metrics(),
        )
        try:
            yield Day(morning, sending, standin)
        finally:
            texts.close()


async def test_families_hear_before_they_ask_and_the_same_morning_again_adds_nothing(
    pool: Pool, tmp_path: Path
) -> None:
    morning = await WaitingMorning.begin(pool, RUNS)
    await morning.families(
        (WAITS, "100001", LATE, 15), (HAS_ANOTHER, "100002", OTHER_BUS, 15), (SEES_NOTHING, "100003", LATER, 19)
    )
    await morning.wish(WAITS, approaching=True, minutes=8)
    async with day_of(pool, morning, tmp_path) as day:
        await day.live_through()
        late, near = day.shown(WAITS)
        assert re.match(r"100001: Bus 47 is about 1\d minutes late\. It comes 7:[345]\d-7:[345]\d AM\.", late)
        assert "ALERTS OFF" in late, "the first one says how to end them"
        assert re.match(r"100001: Bus 47 is about [678] minutes away\. It comes 7:[34]", near)
        assert "ALERTS OFF" not in near

        other, behind, over = day.shown(HAS_ANOTHER)
        assert "Bus 99 (not 48) drives your ride today. Look for this number." in other
        assert re.search(r"Bus 99 \(not 48\) is about 1\d minutes late", behind)
        assert "is not late any more: the delay we told you of is over" in over

        (outage,) = day.shown(SEES_NOTHING)
        assert "We cannot see the buses since 7:4" in outage
        rows = await pool.fetch("select phone, kind, handed_at, created_at from outbox order by outbox_id")
        told_late = next(row for row in rows if row["phone"] == WAITS and row["kind"] == "late")
        assert told_late["handed_at"] < at("7:30"), "before the bus was to come"
        assert all(row["handed_at"] is not None for row in rows)
        told = [day.shown(phone) for phone in PHONES]

    again = await morning.again(RUNS)
    async with day_of(pool, again, tmp_path) as second:
        await second.live_through()
        assert [list(second.shown(phone)) for phone in PHONES] == [[], [], []]
    assert len(rows) == await pool.fetchval("select count(*) from outbox") == sum(len(shown) for shown in told)
    assert rows[0]["created_at"] > START
