"""What a reply does beside being said, done inside the transaction that keeps it."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from busline.cases import ledger as cases
from busline.cases.case import Case, NewCase
from busline.cases.departments import TRANSPORTATION
from busline.cases.history import UnknownDepartmentError
from busline.enrolment import links
from busline.faq.entries import TopicId
from busline.faq.store import note_unanswered
from busline.ids import Phone
from busline.store.outbox import TextPromise, promise_text
from busline.store.pool import Connection
from busline.store.sql import load_queries
from sms.conversation.asker import Asker
from sms.conversation.effects import (
    AddWords,
    Effect,
    GiveConsent,
    NoteUnanswered,
    NoteWrongCode,
    OpenCase,
    RedeemCode,
    ReopenCase,
    SetAlerts,
    SetQuiet,
    SettleCase,
    StartTexts,
    StopTexts,
    WishToJoin,
)

SQL = load_queries(__file__)


class OvertakenError(Exception):
    """Another phone was faster: the code is used, or the question answered. The reply must be decided again."""


class Errand:
    """One reply's effects, for one phone, at one moment, in one transaction."""

    def __init__(
        self,
        connection: Connection,
        phone: Phone,
        asker: Asker,
        *,
        language: str,
        words: str,
        code_digest: bytes | None,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._phone = phone
        self._asker = asker
        self._language = language
        self._words = words
        self._code_digest = code_digest
        self._now = now

    async def carry_out(self, effect: Effect) -> Case | None:
        """Do it; the case where it opened or changed one. Raises OvertakenError before anything is changed."""
        connection, phone, now = self._connection, self._phone, self._now
        match effect:
            case OpenCase():
                return await self._open(effect)
            case AddWords(reference):
                return await cases.add_words(connection, phone, reference, self._words, now)
            case ReopenCase(reference):
                return await cases.settle(connection, phone, reference, self._words, now, solved=False)
            case SettleCase(reference):
                return await cases.settle(connection, phone, reference, self._words, now, solved=True)
            case RedeemCode():
                if self._code_digest is None or not await links.redeem(
                    connection, self._code_digest, phone, self._language, now
                ):
                    raise OvertakenError
            case NoteWrongCode():
                await links.note_wrong_code(connection, phone, now)
            case WishToJoin(asked_ids):
                await links.wish(connection, phone, self._language, asked_ids, now)
            case GiveConsent(request_id, granted):
                if not await links.settle_consent(connection, request_id, phone, now, granted=granted):
                    raise OvertakenError
                if granted:
                    await self._tell_the_new_phone()
            case NoteUnanswered(nearest):
                await note_unanswered(
                    connection, self._words, self._language, [TopicId(topic) for topic in nearest], now
                )
            case SetAlerts(wishes):
                await connection.execute(
                    SQL["set_alerts"],
                    phone,
                    wishes.alerts,
                    wishes.minutes,
                    now,
                    wishes.approaching,
                    wishes.late_minutes,
                    wishes.arrivals,
                    wishes.channel,
                )
            case SetQuiet(hours):
                start, end = hours or (None, None)
                await connection.execute(SQL["set_quiet"], phone, start, end, now)
            case StopTexts():
                await connection.execute(SQL["opt_out"], phone, now, self._words)
            case StartTexts():
                await connection.execute(SQL["opt_in"], phone, now)
            case _:
                assert_never(effect)
        return None

    async def _tell_the_new_phone(self) -> None:
        consent = self._asker.consent
        if consent is None:
            return
        text = TextPromise(
            dedupe_key=f"joined-{consent.request_id}",
            phone=consent.asking_phone,
            language=self._language,
            message="linked",
            fillings={"students": consent.student_id},
        )
        await promise_text(self._connection, text, self._now)

    async def _open(self, effect: OpenCase) -> Case:
        new = NewCase(
            phone=self._phone,
            language=self._language,
            department=effect.department,
            topic=effect.topic,
            words=self._words,
            urgent=effect.urgent,
            student_id=effect.student_id,
            contact_id=None if self._asker.contact is None else self._asker.contact.contact_id,
        )
        try:
            return await cases.open_case(self._connection, new, self._now)
        except UnknownDepartmentError:
            # A department that an answer names and the district has not: the hotline finds out whose it is.
            return await cases.open_case(self._connection, replace(new, department=TRANSPORTATION), self._now)
