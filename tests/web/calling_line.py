"""Everything between an alert that is promised by call and the phone that rings: ours, the carrier, and its clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from busline.alert import PRIORITY, Alert, AlertKind
from busline.answer import Bus, Window
from busline.ids import CallKey, Phone, RunId, RunKey, StudentId, VehicleId
from busline.outbound import Again, Bucketed, Channel, Claimed, Promise, Untrue, Written
from busline.people import Leg
from busline.store.outbox import other_sids, promise
from busline.store.pool import Pool, transaction
from notifier.calls import Calls
from notifier.outbox import Carries
from notifier.sending import Line, Sending
from sms.catalogue import shipped_catalogue
from sms.outgoing.alert_call import Speaking
from sms.outgoing.alert_words import AlertWords
from sms.outgoing.clips import Clips
from sms.outgoing.message_text import Letterhead
from sms.standin import Carrier, StandIn, Telephone, standin_app
from sms.standin.thread import BubbleKind, BubbleState
from sms.twilio.call_webhooks import call_routes
from sms.twilio.calling import TwilioCalls
from sms.twilio.rest import TwilioAccount
from tests.web.case_systems import HandClock
from tests.web.twilio_world import ACCOUNT_SID, AUTH_TOKEN, FAMILIES, FAMILY, NOON, NUMBER, STRANGER

BOSTON = ZoneInfo("America/New_York")
KEY = b"a key for the receipts of the tests"
PUBLIC = "https://bus.example.org"
OFFICE = Phone("+16175550150")
SOMALI_FAMILY = "+16175550104"
ROSTER = """
insert into school values ('S', 'Lincoln', null);
insert into student values ('100234', 'S', 'Mia', 'Lopez', '3');
insert into contact (contact_id, phone, language) values
    ('C1', '+16175550101', 'en'), ('C2', '+16175550102', 'es'), ('C3', '+16175550104', 'so');
insert into link values ('C1', '100234', true), ('C2', '100234', true), ('C3', '100234', true);
"""


def at(hour: int, minute: int) -> datetime:
    return datetime(2026, 11, 24, hour, minute, tzinfo=BOSTON)


LATE = Alert(
    kind=AlertKind.LATE,
    phone=Phone(FAMILY),
    call=CallKey(RunKey(date(2026, 11, 24), RunId("R1")), 3),
    leg=Leg.TO_SCHOOL,
    students=(StudentId("100234"),),
    planned_at=at(7, 6),
    bus=Bus(VehicleId("912")),
    window=Window(at(7, 20), at(7, 28), at(7, 20), at(7, 21)),
    minutes_late=15,
)
NOBODY_COMES = replace(LATE, kind=AlertKind.NOT_COVERED)
SAID = (
    "Hello. This is the bus hotline of Anytown, with news about your bus.",
    "Student 1 0 0 2 3 4: Bus 9 1 2 is about 15 minutes late. It comes between 7:20 and 7:28 AM. "
    "Be at the stop by 7:20 AM.",
)
KEYS = (
    "To tell us that you heard it, press 1. To hear it again, press 2. To end these calls, press 9. "
    "To talk to a person, press 0."
)
THANKS, GOODBYE, NO_MORE = "Thank you. Goodbye.", "Goodbye.", "We will not call you again with such news. Goodbye."


@dataclass(frozen=True)
class Told:
    """Writes one alert, whatever was promised."""

    words: AlertWords
    alert: Alert

    def write(self, claimed: Claimed, language: str, now: datetime) -> Written | Untrue:
        return self.words.written(self.alert, claimed, language, now, is_first=False)


@dataclass
class Phones:
    """Everything between a promise and the phone that rings."""

    pool: Pool
    standin: StandIn
    clock: HandClock
    words: AlertWords
    calls: TwilioCalls
    url: str
    """Where we listen."""

    async def tell(self, alert: Alert, phone: str = FAMILY, language: str = "en") -> int:
        """Promise an alert by call, and place whatever is due."""
        told = Promise(
            dedupe_key=f"alert/2026-11-24/R1/{phone}/{alert.kind}/1",
            kind=alert.kind,
            priority=PRIORITY[alert.kind],
            phone=Phone(phone),
            language=language,
            facts={"students": ["100234"]},
            expires_at=NOON + timedelta(hours=2),
            true_since=NOON,
            again=Again.BETTER_TWICE,
            channel=Channel.VOICE,
            call=alert.call,
        )
        async with transaction(self.pool) as connection:
            await promise(connection, [told], self.clock.at)
        await self.place(alert)
        return int(await self.pool.fetchval("select max(outbox_id) from outbox where channel = 'voice'"))

    async def place(self, alert: Alert = LATE) -> None:
        line = Line(Channel.VOICE, self.calls, Bucketed(1_000.0), Carries.ALL)
        writer = Told(self.words, alert)
        await Sending(self.pool, [line], writer, self.clock, lambda: BOSTON).once()
        await self.standin.settled()

    def answers(self, telephone: Telephone, phone: str = FAMILY) -> None:
        self.standin.telephones[Phone(phone)] = telephone

    def heard(self, phone: str = FAMILY) -> list[tuple[str, ...]]:
        """What was said in each call to a phone, without the keys that it pressed."""
        thread = self.standin.threads.of(Phone(phone))
        calls = [one for one in thread if one.kind is BubbleKind.CALL]
        assert all(one.state is BubbleState.DONE for one in calls), [one.detail for one in calls]
        return [tuple(said.text for said in one.heard if not said.text.startswith("You press")) for one in calls]

    async def row(self) -> tuple[str, str, int | None]:
        """The state and the trouble of the newest call's message, and how often it was called."""
        row = await self.pool.fetchrow(
            "select state, trouble, tries from outbox left join alert_call using (outbox_id) "
            "where channel = 'voice' order by outbox_id desc limit 1"
        )
        assert row is not None
        return row["state"], row["trouble"], row["tries"]


@asynccontextmanager
async def calling(pool: Pool, *, clips: Path | None = None) -> AsyncIterator[Phones]:
    await pool.execute(ROSTER)
    clock = HandClock(NOON)
    standin = StandIn(
        ACCOUNT_SID, AUTH_TOKEN, NUMBER, "http://localhost/sms", "http://localhost/voice", FAMILIES, STRANGER,
        clock.now, carrier=Carrier(step_seconds=0.001),
    )  # fmt: skip
    ours = web.Application()
    async with TestServer(standin_app(standin)) as carrier:
        # Our address must be known before our routes are: the carrier signs it.
        port = unused_port()
        url = f"http://127.0.0.1:{port}"
        catalogue = shipped_catalogue()
        speaking = Speaking(catalogue, Clips(clips), url, "Anytown", OFFICE, "(617) 555-0150", Phone(NUMBER))
        book = Calls(pool, KEY)
        ours.add_routes(call_routes(book, speaking, clock, auth_token=AUTH_TOKEN, default_language="en"))
        carrier_url = str(carrier.make_url("/")).rstrip("/")
        account = TwilioAccount(ACCOUNT_SID, AUTH_TOKEN, Phone(NUMBER), f"{url}/twilio/voice/status", carrier_url)
        calls = TwilioCalls(account, KEY, book, speaking, partial(other_sids, pool), clock)
        head = Letterhead(catalogue, "Anytown", "(617) 555-0150", "en", lambda: BOSTON)
        words = AlertWords(head, "(617) 555-0199", lambda _claimed: "https://x", Clips(clips))
        async with TestServer(ours, port=port):
            try:
                yield Phones(pool, standin, clock, words, calls, url)
            finally:
                calls.close()
