"""Where texts and calls are answered: a typed message in, TwiML out, everything kept before it is said."""

import asyncio
import time
from collections.abc import Callable

import structlog

from busline.clock import Clock
from busline.enrolment.codes import digest, plain_code
from busline.ids import Phone
from busline.masking import Masker
from busline.store.pool import DatabaseUnavailableError, Pool
from sms.catalogue import Catalogue, CatalogueError, shipped_catalogue
from sms.conversation.asker import Asker
from sms.conversation.prepared import PreparedAnswers
from sms.conversation.reply import Reply
from sms.conversation.rules import Conversation, Heard
from sms.conversation.turn import Answers
from sms.inquiries import Channel, Decider, Inquiries, Question, TakeReport
from sms.intent import Code
from sms.segments import segments
from sms.settings import SmsSettings
from sms.twilio import twiml
from sms.twilio.forms import InboundCall, InboundText, StatusReport

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 8.0
"""After this the family gets an apology: Twilio itself gives up after 15 s, and then they get nothing."""

Observe = Callable[[str, float], None]
"""Told the outcome of every inquiry and the seconds it took."""


class UnkeptError(Exception):
    """The database is away, and this must be kept before it is answered: let the carrier try again."""


class Desk:
    """Answers families."""

    def __init__(
        self,
        *,
        pool: Pool,
        answers: Answers,
        clock: Clock,
        masker: Masker,
        settings: SmsSettings,
        observe: Observe,
        catalogue: Catalogue | None = None,
        prepared: PreparedAnswers | None = None,
        code_key: bytes = b"",
        take_report: TakeReport | None = None,
        replied: Callable[[int], None] = lambda _segments: None,
    ) -> None:
        """`code_key` is what join codes are kept under; without it no code opens anything.

        `take_report` is told of every report that names a message of ours. `replied` is told how many segments the
        carrier makes of the reply to a text: they count for our number's rate like all others.
        """
        self.settings = settings
        self._inquiries = Inquiries(pool)
        self._catalogue = catalogue or shipped_catalogue()
        self._conversation = Conversation(answers, settings, self._catalogue, prepared)
        self._code_key = code_key
        self._take_report = take_report
        self._replied = replied
        self._clock = clock
        self._masker = masker
        self._observe = observe
        self._database_away = False
        self._failed_at = 0.0

    async def text(self, text: InboundText) -> str:
        """The TwiML that answers a text. Raises UnkeptError and SidTakenError."""
        if text.phone is None:
            # A short code, a name or a withheld number: a machine, or nobody that a reply could reach.
            self._observe("not_a_phone", 0.0)
            return twiml.messages(())
        now = self._clock.now()
        heard = self._conversation.hear(text)
        question = Question(Channel.TEXT, text.sid, text.phone, text.body, now, self._code_digest(heard))
        decider = Decider(
            decide=lambda asker: self._conversation.reply_to_text(heard, asker, now),
            complete=lambda reply, case: self._conversation.completed(reply, case, now),
            write=self._texted,
        )
        settled = await self._settle(question, decider)
        if settled is not None:
            return settled
        apology = self._conversation.apology(text)
        if apology is None:
            raise UnkeptError("The database cannot be reached, so this opt-out is not kept yet. Try again.")
        return twiml.messages((apology,))

    async def call(self, call: InboundCall) -> str:
        """The TwiML that answers a call. Raises SidTakenError."""
        now = self._clock.now()
        # A withheld number is a stranger like any other, and hears the same sentence.
        question = Question(Channel.VOICE, call.sid, call.phone or Phone("anonymous"), "", now)

        def decide(asker: Asker) -> Reply:
            attested = call.attested and call.phone is not None
            return self._conversation.reply_to_call(attested=attested, asker=asker, now=now)

        settled = await self._settle(question, Decider(decide, lambda reply, _: reply, self._spoken))
        return settled if settled is not None else self._spoken(self._conversation.spoken_apology())

    async def status(self, report: StatusReport) -> None:
        """Keep how far a message of ours has got. Raises UnkeptError."""
        try:
            wrong = await self._inquiries.report(report, self._clock.now(), self._take_report)
        except DatabaseUnavailableError as away:
            raise UnkeptError("The database cannot be reached, so this report is not kept yet. Try again.") from away
        if wrong is not None:
            log.warning("a report about a message led to nothing", why=wrong, status=report.status)

    def _code_digest(self, heard: Heard) -> bytes | None:
        intent = heard.understood.intent
        plain = plain_code(intent.code) if isinstance(intent, Code) and self._code_key else None
        return None if plain is None else digest(plain, self._code_key)

    async def _settle(self, question: Question, decider: Decider) -> str | None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                body, reply = await self._inquiries.settle(question, decider)
        except (DatabaseUnavailableError, TimeoutError) as away:
            self._failed_at = time.monotonic()
            self._observe("database_away", self._failed_at - began)
            if not self._database_away:
                self._database_away = True
                log.error("families get an apology instead of an answer: the database is away", fault=repr(away))
            return None
        # What was under way when another text failed is no sign that it is back.
        if self._database_away and began > self._failed_at:
            self._database_away = False
            log.info("families are answered again: the database is back")
        # The words of an old message are forgotten (`busline purge`); whoever sends it again gets a silence for it.
        body = body or twiml.messages(())
        seconds = time.monotonic() - began
        outcome = "replayed" if reply is None else str(reply.outcome)
        self._observe(outcome, seconds)
        log.info(
            "inquiry",
            channel=str(question.channel),
            phone=self._masker.tag(question.phone),
            outcome=outcome,
            students=[] if reply is None else [self._masker.tag(told.student_id) for told in reply.told],
            milliseconds=round(seconds * 1_000, 1),
        )
        return body

    def _texted(self, reply: Reply) -> str:
        if reply.texts:
            self._replied(sum(segments(text).count for text in reply.texts))
        return twiml.messages(reply.texts)

    def _spoken(self, reply: Reply) -> str:
        voice = self._catalogue.voice(reply.language)
        if voice is None:
            raise CatalogueError(f"A call was answered in {reply.language!r}, which has no voice.")
        return twiml.speech(reply.texts, voice.language, voice.name)
