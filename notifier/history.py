"""A family's history: what it was sent of our own accord, when, in which words, and whether it arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from busline.ids import Phone, RunId, StudentId
from busline.store.pool import Pool
from busline.store.sql import load_queries

SQL = load_queries(__file__)


class Arrival(StrEnum):
    """How far a message has got, in one word."""

    WAITING = "waiting"
    NOT_SENT = "not sent"
    """It was taken back, came too late, was not true any more or must not be sent; `why` says which."""
    SENT = "sent"
    """The carrier has it, and has not said more."""
    ARRIVED = "arrived"
    NOT_ARRIVED = "not arrived"
    NOBODY_KNOWS = "nobody knows"
    """The carrier never answered, and it was not one to be sent twice."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One message to a family."""

    phone: Phone
    promised_at: datetime
    handed_at: datetime | None
    """When the carrier took it."""
    arrival: Arrival
    reported_at: datetime | None
    """When the carrier said so."""
    kind: str
    channel: str
    language: str
    words: str
    """As they left; empty where nothing left, or where words so old are forgotten."""
    why: str
    service_date: date | None
    run_id: RunId | None
    announcement_id: int | None


_ARRIVED = frozenset({"delivered", "read", "completed"})
_NOT_ARRIVED = frozenset({"undelivered", "failed", "busy", "no-answer", "canceled"})


async def phones_of(pool: Pool, student_id: StudentId) -> list[Phone]:
    """The phones of a student's family. Raises DatabaseUnavailableError."""
    return [Phone(row["phone"]) for row in await pool.fetch(SQL["phones_of"], student_id)]


async def sent_to(pool: Pool, phones: Sequence[Phone], limit: int) -> list[Sent]:
    """The newest messages to these phones, the newest first. Raises DatabaseUnavailableError."""
    found: list[Sent] = []
    for phone in phones:
        for row in await pool.fetch(SQL["of_phone"], phone, limit):
            found.append(
                Sent(
                    phone=phone,
                    promised_at=row["created_at"],
                    handed_at=row["handed_at"],
                    arrival=arrival(row["state"], row["carrier"]),
                    reported_at=row["reported_at"],
                    kind=row["kind"],
                    channel=row["channel"],
                    language=row["language"],
                    words=row["body"],
                    why=_why(row["trouble"], row["error_code"]),
                    service_date=row["service_date"],
                    run_id=None if row["run_id"] is None else RunId(row["run_id"]),
                    announcement_id=row["announcement_id"],
                )
            )
    return sorted(found, key=lambda one: one.promised_at, reverse=True)[:limit]


def arrival(state: str, carrier: str | None) -> Arrival:
    """How far a message has got, by its state in the outbox and the carrier's last word, if there is one."""
    if carrier in _ARRIVED:
        return Arrival.ARRIVED
    if carrier in _NOT_ARRIVED:
        return Arrival.NOT_ARRIVED
    match state:
        case "waiting":
            return Arrival.WAITING
        case "sent":
            return Arrival.SENT
        case "unknown":
            return Arrival.NOBODY_KNOWS
        case "failed":
            return Arrival.NOT_ARRIVED
        case _:
            return Arrival.NOT_SENT


def _why(trouble: str, error_code: int | None) -> str:
    if error_code is None:
        return trouble
    code = f"The carrier says {error_code} (https://www.twilio.com/docs/api/errors/{error_code})."
    return f"{trouble} {code}".strip()
