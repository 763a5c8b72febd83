"""Messages and calls as Twilio keeps them, and the JSON its REST interface shows of them."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from typing import assert_never

from busline.ids import Phone
from sms.segments import segments

API_VERSION = "2010-04-01"


class MessageStatus(StrEnum):
    """Where a message stands; the part of Twilio's `message_enum_status` that plain texts go through."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    RECEIVED = "received"


class Direction(StrEnum):
    """Who began a message."""

    INBOUND = "inbound"
    OUTBOUND_API = "outbound-api"
    OUTBOUND_REPLY = "outbound-reply"


class CallStatus(StrEnum):
    """Where a call stands; the part of Twilio's `call_enum_status` that the stand-in reaches."""

    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Message:
    """One text, in either direction."""

    sid: str
    direction: Direction
    from_phone: Phone
    to_phone: Phone
    body: str
    status: MessageStatus
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None = None
    error_code: int | None = None
    status_callback: str | None = None
    validity_seconds: int = 36_000
    """How long it may wait in the queue before it is dropped unsent: 10 hours, Twilio's default and maximum."""
    keep_body: bool = True
    """False for `ContentRetention=discard`: Twilio forgets the words once it has sent them."""


@dataclass(frozen=True, slots=True)
class Call:
    """One telephone call, in either direction."""

    sid: str
    inbound: bool
    from_phone: Phone
    to_phone: Phone
    status: CallStatus
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None


def new_sid(prefix: str) -> str:
    """A fresh identifier of Twilio's shape: two letters (`SM`, `CA`, ...) and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def account_path(account_sid: str) -> str:
    """Where an account's resources live, without the host."""
    return f"/{API_VERSION}/Accounts/{account_sid}"


def error_words(code: int) -> str:
    """Twilio's short description of why a message was not delivered."""
    return _ERRORS.get(code, "Unknown error")


_ERRORS = {
    30001: "Queue overflow",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30022: "US A2P 10DLC - Rate Limits Exceeded",
    30036: "Validity Period Expired",
}


def message_json(message: Message, account_sid: str) -> dict[str, object]:
    """A message in the shape of the OpenAPI schema `api.v2010.account.message`."""
    uri = f"{account_path(account_sid)}/Messages/{message.sid}"
    finished = message.status is not MessageStatus.QUEUED and message.status is not MessageStatus.SENDING
    return {
        "account_sid": account_sid,
        "api_version": API_VERSION,
        "body": message.body if message.keep_body or not finished else "",
        "date_created": _moment(message.created_at),
        "date_sent": _moment(message.sent_at),
        "date_updated": _moment(message.updated_at),
        "direction": message.direction.value,
        "error_code": message.error_code,
        "error_message": None if message.error_code is None else error_words(message.error_code),
        "from": message.from_phone,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(segments(message.body).count),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status.value,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to_phone,
        "uri": f"{uri}.json",
    }


def call_json(call: Call, account_sid: str) -> dict[str, object]:
    """A call in the shape of the OpenAPI schema `api.v2010.account.call`."""
    uri = f"{account_path(account_sid)}/Calls/{call.sid}"
    duration = None
    if call.started_at is not None and call.ended_at is not None:
        duration = str(round((call.ended_at - call.started_at).total_seconds()))
    return {
        "account_sid": account_sid,
        "answered_by": None,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": _moment(call.created_at),
        "date_updated": _moment(call.updated_at),
        "direction": "inbound" if call.inbound else "outbound-api",
        "duration": duration,
        "end_time": _moment(call.ended_at),
        "forwarded_from": None,
        "from": call.from_phone,
        "from_formatted": _formatted(call.from_phone),
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": call.sid,
        "start_time": _moment(call.started_at),
        "status": call.status.value,
        "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
        "to": call.to_phone,
        "to_formatted": _formatted(call.to_phone),
        "trunk_sid": None,
        "uri": f"{uri}.json",
    }


def account_json(account_sid: str, opened_at: datetime) -> dict[str, object]:
    """The account itself: what a client fetches to find out whether its credentials work."""
    uri = account_path(account_sid)
    return {
        "date_created": _moment(opened_at),
        "date_updated": _moment(opened_at),
        "friendly_name": "Busline's stand-in for Twilio",
        "owner_account_sid": account_sid,
        "sid": account_sid,
        "status": "active",
        "subresource_uris": {"messages": f"{uri}/Messages.json", "calls": f"{uri}/Calls.json"},
        "type": "Full",
        "uri": f"{uri}.json",
    }


def is_final(status: MessageStatus) -> bool:
    """Whether a message with this status changes no more."""
    match status:
        case MessageStatus.QUEUED | MessageStatus.SENDING | MessageStatus.SENT:
            return False
        case MessageStatus.DELIVERED | MessageStatus.UNDELIVERED | MessageStatus.FAILED | MessageStatus.RECEIVED:
            return True
        case _:
            assert_never(status)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else format_datetime(moment.astimezone(UTC))


def _formatted(phone: Phone) -> str:
    # Twilio writes North American numbers the way people there do, and leaves the rest in E.164.
    digits = phone.removeprefix("+1")
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if phone.startswith("+1") and len(digits) == 10 else phone
