"""A desk with a real picture and a real database, and a family's phone that texts it with real signatures."""

import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from xml.etree import ElementTree

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request
from twilio.request_validator import RequestValidator

from busline.app.texting import ShelvedAnswers, promise_question
from busline.enrolment.codes import digest, new_code, plain_code
from busline.enrolment.links import ask_families
from busline.faq.entries import shipped_entries
from busline.faq.search import Faq
from busline.fleet import FeedHealth, Fleet
from busline.ids import Phone, SourceId
from busline.masking import Masker
from busline.picture import Picture
from busline.store.pool import Pool, transaction
from sms.desk import Desk
from sms.folding import tokens
from sms.settings import Limits, SmsSettings
from sms.twilio.webhooks import routes
from tests.builders import at, make_progress, make_run, make_timetable

PUBLIC = "https://bus.example.org/hotline"
TOKEN = "0123456789abcdef0123456789abcdef"
PARENT, SPANISH_PARENT, NO_RIGHT, STRANGER = "+16175550100", "+16175550101", "+16175550102", "+16175550199"
NOW = at("7:02")
CODE_KEY = b"what join codes are kept under"
SIDS = itertools.count(1)
OFFER = "\N{GLOBE WITH MERIDIANS}"
"""How the text begins that offers the languages."""

ROSTER = """
insert into school values ('S', 'Lincoln', null);
insert into student values
    ('100234', 'S', 'Mia', 'Lopez', '3'), ('100235', 'S', 'Ben', 'Lopez', '5'), ('100777', 'S', 'Zoe', 'Tran', '1'),
    ('004321', 'S', 'Ana', 'Diaz', '2');
insert into contact values
    ('C1', '+16175550100', 'en'), ('C2', '+16175550101', 'es-US'), ('C3', '+16175550102', 'en');
insert into link values
    ('C1', '100234', true), ('C1', '100235', true), ('C2', '004321', true), ('C3', '100234', false);
insert into ride (student_id, run_id, stop_id, leg, weekdays, start_date, end_date) values
    ('100234', 'R1', 'S3', 'to_school', 31, '2026-09-01', '2027-06-30'),
    ('100235', 'R1', 'S3', 'to_school', 31, '2026-09-01', '2027-06-30'),
    ('100777', 'R1', 'S4', 'to_school', 31, '2026-09-01', '2027-06-30'),
    ('004321', 'R2', 'S3', 'to_school', 31, '2026-09-01', '2027-06-30');
"""
"""Parent of two on a live bus; a Spanish-speaking parent of one whose run has not started; one without the right."""


@dataclass
class HandClock:
    """A clock that stands until the test moves it."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Texting:
    """A family's side of the line, and a look at what was kept."""

    client: "TestClient[Request, Application]"
    pool: Pool
    clock: HandClock
    picture: Picture
    observed: list[str] = field(default_factory=list)

    async def post(
        self, path: str, form: Mapping[str, str], *, signature: str | None = None, signed: bool = True
    ) -> ClientResponse:
        """The raw request, signed over the public URL unless told otherwise."""
        headers = {}
        if signature is None and signed:
            signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
        if signature is not None:
            headers["X-Twilio-Signature"] = signature
        return await self.client.post(path, data=form, headers=headers)

    async def text(self, phone: str, body: str, **more: str) -> list[str]:
        """The texts that come back, without the one after a first reply that offers the languages."""
        return [reply for reply in replies(await self.send(phone, body, **more)) if not reply.startswith(OFFER)]

    async def send(self, phone: str, body: str, **more: str) -> bytes:
        """The bytes that come back, always TwiML."""
        response = await self.post("/twilio/sms", sms_form(phone, body, **more))
        assert response.status == 200, await response.text()
        assert response.content_type == "text/xml"
        return await response.read()

    async def ask_families(self) -> None:
        """What the service does a moment after a text of a phone that wants to join."""
        async with transaction(self.pool) as connection:
            await ask_families(connection, self.clock.at.date(), self.clock.at, promise_question(self.clock))

    async def call(self, phone: str, stir: str | None = None, **more: str) -> bytes:
        """The TwiML that a caller hears."""
        form = {"CallSid": f"CA{next(SIDS):032x}", "From": phone, "To": "+16175550000", "CallStatus": "ringing"}
        response = await self.post("/twilio/voice", form | ({} if stir is None else {"StirVerstat": stir}) | more)
        assert response.status == 200, await response.text()
        return await response.read()


def sms_form(phone: str, body: str, **more: str) -> dict[str, str]:
    """What Twilio posts for a text; a new id each time unless one is given."""
    sid = more.get("MessageSid", f"SM{next(SIDS):032x}")
    return {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": "AC" + "0" * 32,
        "From": phone,
        "To": "+16175550000",
        "Body": body,
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        "FromCity": "BOSTON",
        "SomethingNew": "as Twilio adds without notice",
    } | more


def replies(twiml: bytes) -> list[str]:
    """The messages in a TwiML reply."""
    # Our own reply, not a stranger's document.
    return [message.text or "" for message in ElementTree.fromstring(twiml).iter("Message")]  # noqa: S314


async def make_code(pool: Pool, student_id: str, *, days: int = 60) -> str:
    """A code as it stands on a letter, kept as the letters keep it."""
    code = new_code()
    plain = plain_code(code)
    assert plain is not None
    await pool.execute(
        "insert into join_code (digest, student_id, made_at, expires_at) values ($1, $2, $3, $4)",
        digest(plain, CODE_KEY),
        student_id,
        NOW - timedelta(days=1),
        NOW + timedelta(days=days),
    )
    return code


@cache
def shipped_faq() -> Faq:
    """The answers that come with Busline."""
    return Faq(shipped_entries(), tokens)


@asynccontextmanager
async def texting(
    pool: Pool,
    *,
    limits: Limits | None = None,
    alerts_number: Phone | None = None,
    calls: bool = False,
    sends_mail: bool = False,
) -> AsyncIterator[Texting]:
    """A desk over the roster above: R1's bus is live at 7:02, R2's has not begun."""
    await pool.execute(ROSTER)
    runs = [make_run("R1", start="7:00"), make_run("R2", start="8:00", bus="48", block="B48")]
    progress = make_progress(runs[0], seen_at=NOW - timedelta(seconds=20), distance_m=800.0)
    health = FeedHealth(SourceId("feed"), ok=True, message="", checked_at=NOW, fresh_at=NOW, vehicles=1)
    fleet = Fleet(at=NOW, progress={progress.key: progress}, feeds={SourceId("feed"): health})
    clock = HandClock()
    settings = SmsSettings(
        PUBLIC,
        TOKEN,
        "Lincoln County",
        "(617) 555-0150",
        limits=limits or Limits(),
        alerts_number=alerts_number,
        calls=calls,
        sends_mail=sends_mail,
    )
    picture = Picture(make_timetable(runs), fleet)
    observed: list[str] = []
    desk = Desk(
        pool=pool,
        answers=picture,
        clock=clock,
        masker=Masker(b"a key for the tests"),
        settings=settings,
        observe=lambda outcome, seconds: observed.append(outcome),
        prepared=ShelvedAnswers(shipped_faq, phone="(617) 555-0150", district="Lincoln County"),
        code_key=CODE_KEY,
    )
    application = Application()
    application.add_routes(routes(desk))
    async with TestClient(TestServer(application)) as client:
        yield Texting(client, pool, clock, picture, observed)
