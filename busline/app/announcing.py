"""Announcements, put together: how they read, the interface for staff, and the loop that promises what they confirm."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from busline.api.operation import Operation
from busline.app.mailing import mail_server
from busline.app.messages import district_catalogue, readable_phone
from busline.clock import Clock
from busline.settings import Settings
from busline.store.pool import Pool
from busline.timetable import Timetable
from notifier.announcing.announcement import Message, ServiceChange, stored_change
from notifier.announcing.ledger import Announcements
from notifier.announcing.operations import Sample, Write, announcement_operations
from notifier.announcing.promising import keep_promising
from notifier.history_operations import history_operations
from sms.outgoing.announcement_text import render_announcement
from sms.segments import segments
from sms.text import Wording


@dataclass(frozen=True, slots=True)
class Announcing:
    """What the service needs of it."""

    operations: Sequence[Operation]
    loops: Mapping[str, Callable[[], Coroutine[None, None, None]]]
    """By name; none of them returns."""


def open_announcing(settings: Settings, pool: Pool, clock: Clock, timetable: Callable[[], Timetable]) -> Announcing:
    """The interface for staff, and the loop that puts what they confirmed into the outbox."""
    announcements = Announcements(pool, sends_mail=mail_server(settings) is not None)
    operations = announcement_operations(
        announcements,
        timetable,
        clock,
        writer(settings, timetable),
        settings.languages,
        asked_above=settings.announce_confirm_above,
    )
    return Announcing(
        (*operations, *history_operations(pool, clock)),
        {"announcements": partial(keep_promising, announcements, clock)},
    )


def writer(settings: Settings, timetable: Callable[[], Timetable]) -> Write:
    """How an announcement reads in a language, as it is sent."""
    catalogue, phone = district_catalogue(settings), readable_phone(settings)

    def write(message: Message, language: str, now: datetime) -> Sample:
        spoken = catalogue.nearest(language) or settings.default_language
        wording = Wording(catalogue, spoken, timetable().timezone, phone)
        if isinstance(message, ServiceChange):
            facts: Mapping[str, object] = {"service_change": stored_change(message)}
        else:
            facts = {"words": message[language]}
        body = render_announcement(facts, wording, settings.district_name, now)
        return Sample(body, segments(body).count)

    return write
