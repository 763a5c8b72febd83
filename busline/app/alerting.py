"""Everything that goes out to families of our own accord, put together: what is news, its words, and who carries it."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from aiohttp.web import RouteDef

from busline.app.mailing import mail_name, mail_server
from busline.app.messages import as_dialled, district_catalogue, readable_phone
from busline.clock import Clock
from busline.ids import Phone
from busline.installation_key import installation_key
from busline.metrics import Metrics
from busline.outbound import MESSAGE, Bucketed, Channel, Claimed, Untrue, Writer, Written
from busline.picture import Picture
from busline.settings import Settings
from busline.store.outbox import other_sids
from busline.store.pool import Pool
from notifier.alert_promise import KINDS
from notifier.calls import Calls
from notifier.following_up import FollowingUp
from notifier.mail_out import MailOut
from notifier.outbox import Carries
from notifier.sending import Line, Sending
from notifier.truth import true_now
from notifier.watching.watching import Watching
from sms.mail_ending import ending_link, ending_routes
from sms.outgoing.alert_call import Speaking
from sms.outgoing.alert_words import AlertWords
from sms.outgoing.announcement_text import AnnouncementWriter
from sms.outgoing.clips import Clips
from sms.outgoing.message_text import Letterhead, MessageWriter
from sms.twilio.call_webhooks import call_routes
from sms.twilio.calling import TwilioCalls
from sms.twilio.carrier import TwilioTexts
from sms.twilio.rest import TwilioAccount

ANNOUNCEMENT = "announcement"
"""The kind of what staff tell many families."""
CALLS_RATE, CALLS_AT_ONCE = Bucketed(1.0), 8
"""Calls a second that a new account may place (https://www.twilio.com/docs/voice/api/call-resource), and how many of
its answers are waited for."""
MAILS_RATE, MAILS_AT_ONCE = Bucketed(10.0), 8
"""Mails a second, well below what mail servers take for a flood, and how many are handed in together."""


@dataclass(frozen=True, slots=True)
class Alerting:
    """What the service needs of it."""

    loops: Mapping[str, Callable[[], Coroutine[None, None, None]]]
    """By name; none of them returns."""
    first: Mapping[str, Callable[[], Coroutine[None, None, None]]]
    """Those that need no plan, and begin before it is read: what the last process was killed over cannot wait."""
    sending: Sending | None
    """Hears what it must give way to (`busline.app.texting.Pace`)."""
    routes: Sequence[RouteDef] = ()
    """What the carrier asks and reports about calls."""


@dataclass(frozen=True, slots=True)
class AlertWriter:
    """Writes alerts as they are true when they go. A `busline.outbound.Writer`."""

    picture: Callable[[], Picture]
    words: AlertWords

    def write(self, claimed: Claimed, language: str, now: datetime) -> Written | Untrue:
        """The alert with today's numbers. Raises ValueError for a promise that is none, or lacks what it is about."""
        alert = true_now(self.picture(), claimed, now)
        if isinstance(alert, Untrue):
            return alert
        is_first = bool(claimed.promise.facts.get("is_first", False))
        return self.words.written(alert, claimed, language, now, is_first=is_first)


@dataclass(frozen=True, slots=True)
class WriterByKind:
    """Hands each message to who knows its kind. A `busline.outbound.Writer`."""

    writers: Mapping[str, Writer]

    def write(self, claimed: Claimed, language: str, now: datetime) -> Written | Untrue:
        """Raises ValueError for a kind that nobody here knows."""
        writer = self.writers.get(claimed.promise.kind)
        if writer is None:
            raise ValueError(f"nobody here writes messages of the kind {claimed.promise.kind}")
        return writer.write(claimed, language, now)


def open_alerting(
    settings: Settings, pool: Pool, clock: Clock, picture: Callable[[], Picture], metrics: Metrics
) -> Alerting:
    """The loops that decide on alerts and send what was promised; none where nothing can be sent.

    There need be no `picture` yet until those loops begin that are not `first`.
    """
    if settings.twilio_number is None:
        return Alerting({}, {}, None)

    def zone() -> ZoneInfo:
        return picture().timetable.timezone

    key = installation_key(settings).reveal().encode()
    book, speaking = Calls(pool, key), _speaking(settings, settings.twilio_number)
    carriers = _carriers(settings, pool, clock, book, speaking)
    quiet = settings.quiet_hours
    watching: Watching | None = None
    sending = Sending(
        pool,
        [line for line, _ in carriers],
        writer(settings, picture, zone),
        clock,
        zone,
        quiet=None if quiet is None else (quiet.start, quiet.end),
        on_dropped=lambda claimed, state: None if watching is None else watching.dropped(claimed, state),
        metrics=metrics,
    )
    watching = Watching(
        pool,
        picture,
        clock,
        timedelta(minutes=settings.alert_late_minutes),
        observe=metrics.looked_at_families,
        wake=sending.promised,
        sends_mail=mail_server(settings) is not None,
    )

    async def send() -> None:
        try:
            await sending.run()
        finally:
            for _, close in carriers:
                await asyncio.to_thread(close)

    ways = sorted({line.channel for line, _ in carriers})
    following_up = FollowingUp(pool, clock, ways, metrics, promised=sending.promised)
    loops = {"promised messages": send, "alerts": watching.run, "following messages up": following_up.run}
    routes = call_routes(book, speaking, clock, auth_token=_token(settings), default_language=settings.default_language)
    return Alerting(
        loops,
        {"messages in doubt": sending.ask},
        sending,
        [*routes, *ending_routes(pool, speaking.catalogue, key, clock)],
    )


def writer(settings: Settings, picture: Callable[[], Picture], zone: Callable[[], ZoneInfo]) -> Writer:
    """Puts every kind of message into words."""
    head = Letterhead(
        district_catalogue(settings),
        settings.district_name,
        readable_phone(settings),
        settings.default_language,
        zone,
    )
    number = "" if settings.twilio_number is None else as_dialled(settings.twilio_number)
    link = ending_link(settings.public_base_url, installation_key(settings).reveal().encode())
    alerts = AlertWriter(picture, AlertWords(head, number, link, Clips(settings.clips_dir)))
    return WriterByKind(
        {
            MESSAGE: MessageWriter(head),
            ANNOUNCEMENT: AnnouncementWriter(head, number, link),
            **dict.fromkeys((kind.value for kind in KINDS), alerts),
        }
    )


def _carriers(
    settings: Settings, pool: Pool, clock: Clock, book: Calls, speaking: Speaking
) -> list[tuple[Line, Callable[[], None]]]:
    """Who carries what, each with what lets it go at the end. Alerts have a number of their own, where one is set."""
    key, others = installation_key(settings).reveal().encode(), partial(other_sids, pool)
    rate = Bucketed(settings.twilio_segments_per_second)
    first, own = speaking.number, settings.twilio_alerts_number
    numbers = [(first, Carries.ALL)] if own is None else [(first, Carries.MESSAGES), (own, Carries.ALERTS)]
    found: list[tuple[Line, Callable[[], None]]] = []
    for number, carries in numbers:
        texts = TwilioTexts(_account(settings, number, "/twilio/status"), key, others)
        found.append((Line(Channel.TEXT, texts, rate, carries), texts.close))
    account = _account(settings, first, "/twilio/voice/status")
    calls = TwilioCalls(account, key, book, speaking, others, clock)
    found.append((Line(Channel.VOICE, calls, CALLS_RATE, at_once=CALLS_AT_ONCE), calls.close))
    server = mail_server(settings)
    if server is not None and settings.mail_from is not None:
        link = ending_link(settings.public_base_url, key)
        mails = MailOut(server, settings.mail_from, mail_name(settings), link, clock)
        found.append((Line(Channel.EMAIL, mails, MAILS_RATE, at_once=MAILS_AT_ONCE), lambda: None))
    return found


def _speaking(settings: Settings, number: Phone) -> Speaking:
    return Speaking(
        district_catalogue(settings),
        Clips(settings.clips_dir),
        settings.public_base_url,
        settings.district_name,
        settings.district_phone,
        readable_phone(settings),
        number,
    )


def _account(settings: Settings, number: Phone, reports_to: str) -> TwilioAccount:
    if settings.twilio_account_sid is None:
        raise AssertionError("an account is set as a whole, or not at all")  # pragma: no cover - the settings say so
    reports = f"{settings.public_base_url}{reports_to}"
    return TwilioAccount(settings.twilio_account_sid, _token(settings), number, reports, settings.twilio_base_url)


def _token(settings: Settings) -> str:
    if settings.twilio_auth_token is None:
        raise AssertionError("an account is set as a whole, or not at all")  # pragma: no cover - the settings say so
    return settings.twilio_auth_token.reveal()
