"""Every inquiry exactly once: a question in, the reply that was committed for it out, now and on every retry.

One transaction holds the phone, reads what is known of it, lets the conversation decide, does what was decided, and
keeps the question, the reply and each disclosure. Only then is the reply given away.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

import asyncpg

from busline.answer import Window
from busline.cases import ledger as cases
from busline.cases.case import Case, CaseStanding, Holder
from busline.enrolment import links
from busline.ids import CallKey, ContactId, Phone, RunId, RunKey, StopId, StudentId
from busline.people import Contact, Leg, Ride
from busline.promise import ToldBefore
from busline.store.pool import Connection, Pool, transaction
from busline.store.sql import load_queries
from sms.carrying_out import Errand, OvertakenError
from sms.conversation import offers
from sms.conversation.asker import Asker, ConsentAsked, Wishes
from sms.conversation.offers import OFFER_STANDS
from sms.conversation.reply import Reply
from sms.disclosed import disclosed
from sms.forms import StatusReport

SQL = load_queries(__file__)

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_LATELY = timedelta(hours=6)
"""A promise older than this was about another ride."""
REPEATS_WITHIN = timedelta(minutes=30)
"""Who asks again about the same run so soon was not helped (DESIGN decision 13)."""

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
    code_digest: bytes | None = None
    """Of a join code that was typed, if one was."""


@dataclass(frozen=True, slots=True)
class Decider:
    """How a question is decided, step by step. All pure."""

    decide: Callable[[Asker], Reply]
    complete: Callable[[Reply, Case | None], Reply]
    """Adds the words about the case that was opened or changed."""
    write: Callable[[Reply], str]
    """The reply as the body that is given away."""


class Inquiries:
    """The record of what was asked and told, in PostgreSQL."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def settle(self, question: Question, decider: Decider) -> tuple[str, Reply | None]:
        """The body to answer with, committed; and how it was decided, or None if it was given before.

        Raises SidTakenError, with nothing kept, and DatabaseUnavailableError.
        """
        async with transaction(self._pool) as connection:
            given, asker, told_lately = await _look(connection, question)
            if given is not None:
                return given, None
            reply, case = await _decided(connection, question, asker, decider)
            reply = decider.complete(reply, case)
            body = decider.write(reply)
            try:
                await connection.execute(SQL["settle"], *_record(question, asker, reply, body, case, told_lately))
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


_ToldLately = dict[RunKey, datetime]
"""When the phone was last told about each run."""


async def _decided(
    connection: Connection, question: Question, asker: Asker, decider: Decider
) -> tuple[Reply, Case | None]:
    reply = decider.decide(asker)
    try:
        return reply, await _carry_out(connection, question, asker, reply)
    except OvertakenError:
        # Another phone used the code, or answered the question, between our look and now. Nothing was changed yet.
        reply = decider.decide(replace(asker, code_opens=None, consent=None))
        return reply, await _carry_out(connection, question, asker, reply)


async def _carry_out(connection: Connection, question: Question, asker: Asker, reply: Reply) -> Case | None:
    errand = Errand(
        connection,
        question.phone,
        asker,
        language=reply.language,
        words=question.body,
        code_digest=question.code_digest,
        now=question.asked_at,
    )
    done = [await errand.carry_out(effect) for effect in reply.effects]
    return next((case for case in done if case is not None), None)


async def _look(connection: Connection, question: Question) -> tuple[str | None, Asker, _ToldLately]:
    """The reply given before, if any, and all that is known of the phone: the same reads for every phone and text."""
    phone, now = question.phone, question.asked_at
    (turn,) = await connection.fetch(SQL["take_turn"], phone, now)
    rows = await connection.fetch(
        SQL["asker"], phone, question.sid, now, now - _HOUR, now - _DAY, now.date() - _DAY, now - REPEATS_WITHIN
    )
    told = await connection.fetch(SQL["told_lately"], phone, now - _LATELY, now)
    joining = await links.look(connection, phone, question.code_digest, now)
    standing = await cases.cases_of(connection, phone, now)
    holder = await cases.holder_of(connection, phone, now)
    asker = _asker(turn, rows, told, phone)
    return rows[0]["given_reply"], _with_people(asker, joining, standing, holder), _runs_told(told)


def _with_people(
    asker: Asker, joining: links.Standing, standing: tuple[CaseStanding, ...], holder: Holder | None
) -> Asker:
    asked = joining.pending
    return replace(
        asker,
        code_opens=joining.code_student_id,
        consent=None if asked is None else ConsentAsked(asked.request_id, asked.student_id, asked.asking_phone),
        cases=standing,
        held_in=None if holder is None else holder.reference,
    )


def _asker(
    turn: "asyncpg.Record", rows: Sequence["asyncpg.Record"], told: Sequence["asyncpg.Record"], phone: Phone
) -> Asker:
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
        told_before=_promises(told),
        wishes=Wishes() if standing["alerts"] is None else _wishes(standing),
        offered=tuple(offer for kept in turn["offered"] if (offer := offers.read(kept)) is not None),
        last_topic=standing["last_topic"],
    )


def _wishes(row: "asyncpg.Record") -> Wishes:
    start, end = row["quiet_from"], row["quiet_until"]
    quiet = (start, end) if isinstance(start, time) and isinstance(end, time) else None
    return Wishes(alerts=row["alerts"], minutes=row["minutes"], quiet=quiet)


def _call(row: "asyncpg.Record") -> CallKey:
    return CallKey(RunKey(row["service_date"], RunId(row["run_id"])), row["stop_sequence"])


def _promises(told: Sequence["asyncpg.Record"]) -> dict[CallKey, ToldBefore]:
    """The newest window of each call."""
    promises: dict[CallKey, ToldBefore] = {}
    for row in told:
        if row["be_ready_by"] is not None and _call(row) not in promises:
            window = Window(row["window_earliest"], row["window_latest"], row["be_ready_by"], row["published"])
            promises[_call(row)] = ToldBefore(_call(row), window, row["told_at"])
    return promises


def _runs_told(told: Sequence["asyncpg.Record"]) -> _ToldLately:
    newest: _ToldLately = {}
    for row in told:
        newest.setdefault(_call(row).run, row["told_at"])
    return newest


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


def _record(
    question: Question, asker: Asker, reply: Reply, body: str, case: Case | None, told_lately: _ToldLately
) -> list[Any]:
    rows = [disclosed(told) for told in reply.told]
    runs = {told.call.run for told in reply.told if told.call is not None}
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
        reply.intent,
        reply.topic,
        None if case is None else case.reference,
        any(run in told_lately and question.asked_at - told_lately[run] <= REPEATS_WITHIN for run in runs),
        reply.ended,
        reply.chosen_language,
        [offers.written(offer) for offer in reply.offers],
        question.asked_at + OFFER_STANDS if reply.offers else None,
        [row.student_id for row in rows],
        [row.answer for row in rows],
        [row.basis for row in rows],
        [row.vehicle_id for row in rows],
        [None if row.window is None else row.window.earliest for row in rows],
        [None if row.window is None else row.window.latest for row in rows],
        [None if row.window is None else row.window.be_ready_by for row in rows],
        [None if row.window is None else row.window.published for row in rows],
        [row.planned_at for row in rows],
        [row.fix_at for row in rows],
        [row.service_date for row in rows],
        [row.run_id for row in rows],
        [row.stop_sequence for row in rows],
    ]
