"""Every inquiry exactly once: a question in, the reply that was committed for it out, now and on every retry.

One transaction holds the phone, reads what is known of it, lets the conversation decide, does what was decided, and
keeps the question, the reply and each disclosure. Only then is the reply given away.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import asyncpg

from busline.cases.case import Case
from busline.ids import Phone
from busline.outbound import Report
from busline.store.pool import Connection, Pool, transaction
from busline.store.sql import load_queries
from sms.carrying_out import Errand, OvertakenError
from sms.conversation import offers
from sms.conversation.asker import Asker
from sms.conversation.offers import OFFER_STANDS
from sms.conversation.reply import Reply
from sms.disclosed import disclosed
from sms.look import LATELY, Look, look
from sms.twilio.carrier_errors import meaning
from sms.twilio.forms import StatusReport

SQL = load_queries(__file__)

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
_FAILED = frozenset({"undelivered", "failed", "canceled"})

TakeReport = Callable[[Connection, Report, datetime], Awaitable[bool]]
"""Takes in what the carrier reports of a message of ours, inside the transaction that keeps the report. False where the
address that it came to is not of our making."""


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
            known = await look(connection, question.phone, question.sid, question.code_digest, question.asked_at)
            if known.given_reply is not None:
                return known.given_reply, None
            reply, case = await _decided(connection, question, known.asker, decider)
            reply = decider.complete(reply, case)
            body = decider.write(reply)
            try:
                await connection.execute(SQL["settle"], *_record(question, known, reply, body, case))
            except asyncpg.UniqueViolationError as taken:
                raise SidTakenError("This message id was used before, by another phone.") from taken
        return body, reply

    async def report(self, status: StatusReport, at: datetime, take: TakeReport | None = None) -> str | None:
        """Keep how far a message got, and do what follows for a message of ours (`take`), together or not at all.

        Returns what is wrong with the report, if anything is. Raises DatabaseUnavailableError.
        """
        rank = _RANKS.get(status.status)
        if rank is None:
            return "its status was not documented when this was written"
        async with transaction(self._pool) as connection:
            is_news = await connection.fetchval(
                SQL["report_status"], status.sid, status.status, rank, status.error_code, at, status.to
            )
            if not is_news or status.outbox_id is None or take is None:
                return None
            failure = meaning(status.error_code) if status.status in _FAILED else None
            report = Report(status.outbox_id, status.receipt, status.sid, failure)
            return (
                None if await take(connection, report, at) else "the address that it came to names no message of ours"
            )


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


def _record(question: Question, known: Look, reply: Reply, body: str, case: Case | None) -> list[Any]:
    rows = [disclosed(told) for told in reply.told]
    runs = {told.call.run for told in reply.told if told.call is not None}
    return [
        question.channel,
        question.sid,
        question.phone,
        None if known.asker.contact is None else known.asker.contact.contact_id,
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
        any(run in known.told_at and question.asked_at - known.told_at[run] <= LATELY for run in runs),
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
        [row.be_ready_by for row in rows],
        [None if row.window is None else row.window.published for row in rows],
        [row.planned_at for row in rows],
        [row.fix_at for row in rows],
        [row.service_date for row in rows],
        [row.run_id for row in rows],
        [row.stop_sequence for row in rows],
    ]
