"""Every inquiry exactly once: a question in, the reply that was committed for it out, now and on every retry.

One transaction holds the phone, reads what is known of it, lets the conversation decide, and keeps the question, the
reply, each disclosure and any opt-out. Only then is the reply given away.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, assert_never

import asyncpg

from busline.answer import (
    Answer,
    Arriving,
    AtStop,
    Bus,
    Cancelled,
    FeedOutage,
    Finished,
    LastSeen,
    LateStart,
    MayHavePassed,
    NoSignalSince,
    NotRidingToday,
    NotStarted,
    OffRoute,
    OnTheWay,
    Passed,
    RunningLate,
    Uncovered,
    Window,
)
from busline.ids import ContactId, Phone, RunId, StopId, StudentId
from busline.people import Contact, Leg, Ride
from busline.store.pool import Pool, transaction
from busline.store.sql import load_queries
from sms.conversation import Asker, Reply
from sms.forms import StatusReport
from sms.opt_out import OptWord

SQL = load_queries(__file__)

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

_RANKS = {
    "accepted": 0,
    "scheduled": 0,
    "queued": 1,
    "sending": 2,
    "sent": 3,
    "partially_delivered": 4,
    "delivered": 5,
    "undelivered": 5,
    "failed": 5,
    "canceled": 5,
    "read": 6,
}
"""How far each of Twilio's message statuses is; its reports come in any order."""


class Channel(StrEnum):
    """How a family asked."""

    TEXT = "text"
    VOICE = "voice"


class SidTakenError(Exception):
    """The id of this message belongs to a message of another phone; nothing was kept and nothing may be said."""


@dataclass(frozen=True, slots=True)
class Question:
    """What came, before anything is known of who sent it."""

    channel: Channel
    sid: str
    phone: Phone
    body: str
    asked_at: datetime


class Inquiries:
    """The record of what was asked and told, in PostgreSQL."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def settle(
        self, question: Question, decide: Callable[[Asker], Reply], write: Callable[[Reply], str]
    ) -> tuple[str, Reply | None]:
        """The body to answer with, committed; and how it was decided, or None if it was given before.

        `decide` is called at most once, with what is known of the phone; `write` turns its reply into the body.
        Raises SidTakenError, with nothing kept, and DatabaseUnavailableError.
        """
        async with transaction(self._pool) as connection:
            (turn,) = await connection.fetch(SQL["take_turn"], question.phone, question.asked_at)
            rows = await connection.fetch(
                SQL["asker"],
                question.phone,
                question.sid,
                question.asked_at,
                question.asked_at - _HOUR,
                question.asked_at - _DAY,
                question.asked_at.date() - _DAY,
            )
            if rows[0]["given_reply"] is not None:
                return str(rows[0]["given_reply"]), None
            asker = _asker(turn, rows, question.phone)
            reply = decide(asker)
            body = write(reply)
            match reply.consent:
                case OptWord.STOP:
                    await connection.execute(SQL["opt_out"], question.phone, question.asked_at, question.body)
                case OptWord.START | OptWord.YES:
                    await connection.execute(SQL["opt_in"], question.phone, question.asked_at)
                case None:
                    pass
                case _:
                    assert_never(reply.consent)
            try:
                await connection.execute(SQL["settle"], *_record(question, asker, reply, body))
            except asyncpg.UniqueViolationError as taken:
                raise SidTakenError("This message id was used before, by another phone.") from taken
        return body, reply

    async def report(self, status: StatusReport, at: datetime) -> bool:
        """Keep how far a message got; False for a status that Twilio did not document when this was written.

        Raises DatabaseUnavailableError.
        """
        rank = _RANKS.get(status.status)
        if rank is None:
            return False
        async with transaction(self._pool) as connection:
            await connection.execute(
                SQL["report_status"], status.sid, status.status, rank, status.error_code, at, status.to
            )
        return True


def _asker(turn: "asyncpg.Record", rows: Sequence["asyncpg.Record"], phone: Phone) -> Asker:
    standing = rows[0]
    contact_id, language = standing["contact_id"], standing["language"]
    riders: dict[StudentId, tuple[Ride, ...]] = {}
    for row in rows:
        if row["student_id"] is not None:
            rides = () if row["run_id"] is None else (_ride(row),)
            student_id = StudentId(row["student_id"])
            riders[student_id] = riders.get(student_id, ()) + rides
    return Asker(
        contact=None if contact_id is None else Contact(ContactId(contact_id), phone, language),
        riders=riders,
        is_new=turn["turns"] == 1,
        opted_out=standing["opted_out"],
        chosen_language=turn["chosen_language"],
        last_language=turn["last_language"],
        answered_last_hour=standing["answered_last_hour"],
        warned_last_hour=standing["warned_last_hour"],
        refused_last_day=standing["refused_last_day"],
    )


def _ride(row: "asyncpg.Record") -> Ride:
    return Ride(
        student_id=StudentId(row["student_id"]),
        run_id=RunId(row["run_id"]),
        stop_id=StopId(row["stop_id"]),
        stop_sequence=row["stop_sequence"],
        leg=Leg(row["leg"]),
        weekdays=row["weekdays"],
        start_date=row["start_date"],
        end_date=row["end_date"],
    )


def _record(question: Question, asker: Asker, reply: Reply, body: str) -> list[Any]:
    disclosures = [_disclosed(told.answer) for told in reply.told]
    return [
        question.channel,
        question.sid,
        question.phone,
        None if asker.contact is None else asker.contact.contact_id,
        question.asked_at,
        question.body,
        list(reply.asked_ids),
        reply.language,
        reply.outcome,
        reply.refused,
        body,
        reply.chosen_language,
        [told.student_id for told in reply.told],
        [_kind(told.answer) for told in reply.told],
        [None if one.bus is None else one.bus.number for one in disclosures],
        [None if one.window is None else one.window.earliest for one in disclosures],
        [None if one.window is None else one.window.latest for one in disclosures],
        [one.planned_at for one in disclosures],
        [one.fix_at for one in disclosures],
        [None if told.call is None else told.call.run.service_date for told in reply.told],
        [None if told.call is None else told.call.run.run_id for told in reply.told],
        [None if told.call is None else told.call.stop_sequence for told in reply.told],
    ]


@dataclass(frozen=True, slots=True)
class _Disclosed:
    bus: Bus | None = None
    window: Window | None = None
    planned_at: datetime | None = None
    fix_at: datetime | None = None


def _disclosed(answer: Answer) -> _Disclosed:
    match answer:
        case Arriving() | RunningLate() | LastSeen():
            return _Disclosed(answer.bus, window=answer.window, fix_at=answer.fix_at)
        case AtStop() | MayHavePassed():
            return _Disclosed(answer.bus, fix_at=answer.fix_at)
        case NoSignalSince() | OffRoute() | OnTheWay():
            return _Disclosed(answer.bus, planned_at=answer.planned_at, fix_at=answer.fix_at)
        case NotStarted() | LateStart():
            return _Disclosed(answer.bus, planned_at=answer.planned_at)
        case Passed():
            return _Disclosed(answer.bus, fix_at=answer.passed_at)
        case Finished():
            return _Disclosed(answer.bus, fix_at=answer.ended_at)
        case Uncovered() | Cancelled() | FeedOutage():
            return _Disclosed(planned_at=answer.planned_at)
        case NotRidingToday():
            return _Disclosed()
        case _:
            assert_never(answer)


def _kind(answer: Answer) -> str:
    """`RunningLate` -> `running_late`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(answer).__name__).lower()
