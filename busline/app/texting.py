"""Texts and calls, put together: the desk, the prepared answers, and what happens a moment after a text."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from random import SystemRandom
from typing import Protocol
from zoneinfo import ZoneInfo

import phonenumbers
import structlog
from aiohttp.web import RouteDef

from busline.app.mailing import mail_server
from busline.app.messages import district_catalogue
from busline.app.tripwire import Tripwire
from busline.cases.case import DepartmentId
from busline.clock import Clock
from busline.enrolment.links import ask_families
from busline.faq.entries import Entry, TopicId, shipped_topics
from busline.faq.search import Between, Faq, Found
from busline.faq.shelf import Shelf
from busline.faq.store import Answers as StoredAnswers
from busline.ids import Phone, StudentId
from busline.installation_key import installation_key
from busline.live import Live
from busline.masking import Masker
from busline.metrics import Metrics
from busline.outbound import Channel
from busline.settings import Settings
from busline.steady import keep_doing
from busline.store.outbox import TextPromise, promise_text
from busline.store.pool import Connection, Pool, transaction
from notifier.reports import Reports
from sms.catalogue.names import number_in
from sms.conversation.prepared import Matches, Prepared
from sms.desk import Desk
from sms.folding import tokens
from sms.settings import Limits, SmsSettings
from sms.twilio.webhooks import routes

log = structlog.get_logger(__name__)

_CHANCE = SystemRandom()

ASKED_AFTER_SECONDS = (5.0, 30.0)
"""How soon, at random, a family hears that another phone asks for its student. In the text's own time, or always so
long after it, a stranger could measure whether there is such a family."""


class Pace(Protocol):
    """How fast our own messages go out."""

    def slow_down(self, channel: Channel) -> None:
        """The carrier has reported that this channel goes too fast."""
        ...

    def replied(self, segments: int) -> None:
        """The carrier sends so many segments of its own, as replies to texts."""
        ...


@dataclass(frozen=True, slots=True)
class Texting:
    """What the service needs of it."""

    routes: Sequence[RouteDef]
    loops: Mapping[str, Callable[[], Coroutine[None, None, None]]]
    """By name; none of them returns."""


class ShelvedAnswers:
    """The prepared answers in force, as the conversation asks for them."""

    def __init__(self, faq: Callable[[], Faq], *, phone: str, district: str) -> None:
        self._faq = faq
        self._phone = phone
        self._district = district
        self._departments = {one.topic_id: DepartmentId(one.department) for one in shipped_topics().values()}

    def find(self, text: str, language: str, *also: str) -> Matches:
        """What this text may ask, up to three, answered in `language`."""
        match self._faq().find(text, language, *also):
            case Found(entry):
                return Matches((self._prepared(entry),), is_sure=True)
            case Between(entries):
                return Matches(tuple(self._prepared(entry) for entry in entries))
            case _:
                return Matches()

    def answer(self, topic: str, language: str) -> Prepared | None:
        """One of them by its topic."""
        entry = self._faq().entry(TopicId(topic), language)
        return None if entry is None else self._prepared(entry)

    def _prepared(self, entry: Entry) -> Prepared:
        return Prepared(
            entry.topic_id,
            self._departments[entry.topic_id],
            entry.title,
            entry.filled(phone=number_in(entry.language, self._phone), district=self._district),
        )


async def open_texting(
    settings: Settings,
    pool: Pool,
    clock: Clock,
    live: Live,
    masker: Masker,
    metrics: Metrics,
    pace: Pace | None,
) -> Texting:
    """The webhooks that a carrier calls, and the loops beside them; neither where no account is set.

    `pace` hears what our own sending must give way to.
    """
    if settings.twilio_auth_token is None or pace is None:
        log.warning("texting is off: no Twilio account is set")
        return Texting((), {})
    key = installation_key(settings).reveal().encode()

    def zone() -> ZoneInfo:
        return live.picture.timetable.timezone

    reports = Reports(key, zone, pace.slow_down)
    shelf = Shelf(StoredAnswers(pool), tokens)
    await shelf.open(clock.now())
    phone, catalogue = _readable(settings.district_phone), district_catalogue(settings)
    # In a thread, for it reads the words of ten languages, and something may be under way already.
    desk = await asyncio.to_thread(
        Desk,
        pool=pool,
        answers=live.picture,
        clock=clock,
        masker=masker,
        settings=SmsSettings(
            public_base_url=settings.public_base_url,
            auth_token=settings.twilio_auth_token.reveal(),
            district_name=settings.district_name,
            district_phone=phone,
            default_language=settings.default_language,
            alerts_number=settings.twilio_alerts_number,
            late_minutes=settings.alert_late_minutes,
            sends_mail=mail_server(settings) is not None,
            calls=True,
            limits=Limits(
                texts_per_hour=settings.texts_per_phone_per_hour,
                unlinked_per_day=settings.refusals_per_phone_per_day,
            ),
        ),
        observe=lambda outcome, seconds: metrics.inquiry("text", outcome, seconds),
        catalogue=catalogue,
        prepared=ShelvedAnswers(lambda: shelf.faq, phone=phone, district=settings.district_name),
        code_key=key,
        take_report=reports.take,
        replied=pace.replied,
    )

    async def ask() -> None:
        await keep_asking_families(pool, clock, zone)

    loops = {
        "prepared answers": shelf.follow,
        "asking families": ask,
        "wrong codes": Tripwire(pool, clock, metrics).run,
    }
    return Texting(routes(desk), loops)


async def keep_asking_families(
    pool: Pool, clock: Clock, zone: Callable[[], ZoneInfo], *, after_seconds: tuple[float, float] = ASKED_AFTER_SECONDS
) -> None:
    """Ask the families of students that a new phone wants to hear about. Never returns."""

    async def a_moment_later() -> bool:
        await asyncio.sleep(_CHANCE.uniform(*after_seconds))
        now = clock.now()
        async with transaction(pool) as connection:
            await ask_families(connection, now.astimezone(zone()).date(), now, promise_question(clock))
        return True

    # Who wants to join is kept, until it works.
    await keep_doing("asking families", a_moment_later, pause_seconds=0.0)


def promise_question(
    clock: Clock,
) -> Callable[[Connection, int, Phone, str, StudentId, Phone], Awaitable[None]]:
    """What `ask_families` asks by: a promised text, in the family's language, once for each question and phone."""

    async def promise(
        connection: Connection, request_id: int, phone: Phone, language: str, student_id: StudentId, asking: Phone
    ) -> None:
        text = TextPromise(
            dedupe_key=f"consent-{request_id}-{phone}",
            phone=phone,
            language=language,
            message="consent-question",
            fillings={"students": student_id, "ending": asking[-2:]},
        )
        await promise_text(connection, text, clock.now())

    return promise


def _readable(phone: str | None) -> str:
    """As families dial it; the words for a district that gave none are the school's own."""
    if phone is None:
        return ""
    return phonenumbers.format_number(phonenumbers.parse(phone), phonenumbers.PhoneNumberFormat.NATIONAL)
