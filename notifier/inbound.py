"""Where departments' systems answer: mail, Zammad's webhook and our own, each proved before a word of it is read."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import assert_never

import structlog
from aiohttp import hdrs, web

from busline.api.operation import Operation, RawBody, Schema
from busline.cases.case import Case, NotPossible
from busline.cases.handling import LONGEST_WORDS, Author, CaseDesk, NoSuchCase, Outcome
from busline.cases.history import KnownAlready, UnknownDepartmentError
from busline.clock import Clock
from notifier.connectors import signing, status_in, zammad_in
from notifier.connectors.incoming import Incoming, Means, UnreadableError
from notifier.connectors.mail_in import read_mail
from notifier.connectors.reply_address import ReplyAddresses

log = structlog.get_logger(__name__)

_LARGEST_MAIL_BYTES = 25 * 1024 * 1024
"""As large as the common mail servers take: photographs come along, and are not kept."""
_LARGEST_BODY_BYTES = 1024 * 1024
_MAILS_AT_ONCE = 4
"""A body is held in memory before its signature can be checked: strangers must not fill it."""
_MAIL_WITHIN_SECONDS = 60.0


class Done(StrEnum):
    """What came of a message."""

    DONE = "done"
    NOT_TEXTED = "not_texted"
    """Kept for staff: it could not go to the family as it is, and the department is told."""
    KNOWN = "known"
    """It was here before."""
    NO_CASE = "no_case"
    NOTHING = "nothing"
    """It says nothing about a case."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What proves each of them; None keeps that door closed."""

    mail: bytes | None = field(default=None, repr=False)
    zammad: bytes | None = field(default=None, repr=False)
    webhook: bytes | None = field(default=None, repr=False)
    addresses: ReplyAddresses | None = None
    """Needed with `mail`."""


_ANSWER: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["outcome"],
    "properties": {"outcome": {"type": "string", "enum": [done.value for done in Done]}},
}
_REFUSALS = {400: "The body cannot be used; nothing was changed.", 403: "The signature is missing or wrong."}


def inbound_operations(keys: Keys, desk: CaseDesk, clock: Clock) -> Sequence[Operation]:
    """`POST /api/v1/cases/mail-in`, `/zammad-in` and `/status-in`, each where its key is set."""
    doors = []
    if keys.mail is not None and keys.addresses is not None:
        signed = RawBody("message/rfc822", signing.HEADER, "HMAC-SHA256 by BUSLINE_MAIL_IN_KEY; docs/cases.md.")
        handler = _mail(keys.mail, keys.addresses, desk, clock)
        doors.append(_door("mail-in", "takeMail", "A reply to a case's mail, as it came.", handler, signed))
    if keys.zammad is not None:
        signed = RawBody("application/json", zammad_in.HEADER, "As Zammad signs, by BUSLINE_ZAMMAD_WEBHOOK_KEY.")
        handler = _zammad(keys.zammad, desk, clock)
        doors.append(_door("zammad-in", "takeTicket", "What Zammad tells of a case's ticket.", handler, signed))
    if keys.webhook is not None:
        says = "HMAC-SHA256 by BUSLINE_CASE_WEBHOOK_KEY; docs/cases.md."
        signed = RawBody("application/json", signing.HEADER, says, status_in.SCHEMA)
        handler = _status(keys.webhook, desk, clock)
        doors.append(_door("status-in", "takeStatus", "What the receiver of the webhook says.", handler, signed))
    return doors


def _door(
    path: str, name: str, says: str, handler: Callable[[web.Request], Awaitable[web.StreamResponse]], body: RawBody
) -> Operation:
    return Operation("POST", f"/cases/{path}", name, says, None, handler, _ANSWER, (), body, _REFUSALS)


def _mail(
    key: bytes, addresses: ReplyAddresses, desk: CaseDesk, clock: Clock
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    places = asyncio.Semaphore(_MAILS_AT_ONCE)

    async def take(request: web.Request) -> web.Response:
        if places.locked():
            raise web.HTTPServiceUnavailable(
                text="Too many mails come in at once, so this one was not taken. Send it again in a minute.",
                headers={hdrs.RETRY_AFTER: "60"},
            )
        try:
            async with places, asyncio.timeout(_MAIL_WITHIN_SECONDS):
                raw = await _signed_body(request, key, _LARGEST_MAIL_BYTES)
        except TimeoutError as slow:
            raise web.HTTPRequestTimeout(text="The mail came too slowly, so it was not taken. Send it again.") from slow
        try:
            incoming = read_mail(raw, addresses)
        except UnreadableError as fault:
            raise web.HTTPBadRequest(text=str(fault)) from fault
        return _said(Done.NOTHING if incoming is None else await take_in(incoming, desk, clock.now()))

    return take


def _zammad(key: bytes, desk: CaseDesk, clock: Clock) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def take(request: web.Request) -> web.Response:
        body = await _body(request, _LARGEST_BODY_BYTES)
        if not zammad_in.is_zammads(request.headers.get(zammad_in.HEADER, ""), body, key):
            raise _not_signed("zammad")
        try:
            said = zammad_in.read_ticket(body)
        except UnreadableError as fault:
            raise web.HTTPBadRequest(text=str(fault)) from fault
        outcomes = [await take_in(incoming, desk, clock.now()) for incoming in said]
        return _said(outcomes[0] if outcomes else Done.NOTHING)

    return take


def _status(key: bytes, desk: CaseDesk, clock: Clock) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def take(request: web.Request) -> web.Response:
        body = await _signed_body(request, key, _LARGEST_BODY_BYTES)
        try:
            return _said(await take_in(status_in.read_status(body), desk, clock.now()))
        except (UnreadableError, UnknownDepartmentError) as fault:
            raise web.HTTPBadRequest(text=str(fault)) from fault

    return take


async def take_in(incoming: Incoming, desk: CaseDesk, now: datetime) -> Done:
    """Do to the case what its department says. Raises UnknownDepartmentError for a transfer to nowhere."""
    incoming = incoming.storable()
    by = Author(incoming.by[:200], incoming.source_key, echo=False)
    words = incoming.words
    if incoming.means in (Means.TEXT, Means.ANSWER) and not 0 < len(words) <= LONGEST_WORDS:
        why = (
            f"It has {len(words)} characters and a text may have {LONGEST_WORDS}, so it was kept for staff. "
            "Write it shorter."
            if words
            else "There are no words in it."
        )
        return await _kept_for_staff(incoming, why, by, desk, now)
    outcome: Outcome
    match incoming.means:
        case Means.IN_HAND:
            outcome = await desk.reached(incoming.reference, by, now)
        case Means.NOTE:
            outcome = await desk.note(incoming.reference, words, by, now)
        case Means.TEXT:
            outcome = await desk.say(incoming.reference, words, by, now)
        case Means.ANSWER:
            outcome = await desk.answer(incoming.reference, words, by, now)
        case Means.ASK_IF_SOLVED:
            outcome = await desk.close(incoming.reference, by, now)
        case Means.TRANSFER:
            assert incoming.department is not None  # noqa: S101 - whoever reads a transfer sees to it
            outcome = await desk.transfer(incoming.reference, incoming.department, words, by, now)
        case _:
            assert_never(incoming.means)
    match outcome:
        case Case():
            return Done.DONE
        case KnownAlready():
            return Done.KNOWN
        case NoSuchCase():
            return Done.NO_CASE
        case NotPossible.CLOSED if words:
            return await _kept_for_staff(incoming, "The case is closed: open it again first.", by, desk, now)
        case NotPossible():
            return Done.NOTHING
        case _:
            assert_never(outcome)


async def _kept_for_staff(incoming: Incoming, why: str, by: Author, desk: CaseDesk, now: datetime) -> Done:
    kept = await desk.note(incoming.reference, incoming.words, by, now)
    if isinstance(kept, KnownAlready):
        return Done.KNOWN
    if isinstance(kept, NoSuchCase):
        return Done.NO_CASE
    await desk.not_texted(incoming.reference, why, Author(by.name), now)
    return Done.NOT_TEXTED


async def _signed_body(request: web.Request, key: bytes, largest: int) -> bytes:
    header = request.headers.get(signing.HEADER, "")
    # The real time: whoever signs has no other. Looked at before a large body is read for nothing.
    if not signing.is_timely(header, datetime.now(UTC)):
        raise _not_signed("busline")
    body = await _body(request, largest)
    if not signing.is_signed(header, body, key, datetime.now(UTC)):
        raise _not_signed("busline")
    return body


async def _body(request: web.Request, largest: int) -> bytes:
    """The body under a cap of its own: a mail may be larger than what the rest of the interface takes."""
    pieces: list[bytes] = []
    size = 0
    async for piece in request.content.iter_chunked(64 * 1024):
        size += len(piece)
        if size > largest:
            raise web.HTTPRequestEntityTooLarge(max_size=largest, actual_size=size)
        pieces.append(piece)
    return b"".join(pieces)


def _not_signed(kind: str) -> web.HTTPForbidden:
    log.warning("a message about a case was refused: it is not signed by our key", kind=kind)
    return web.HTTPForbidden(text="This is not signed with the key of this installation, so nothing was changed.")


def _said(outcome: Done) -> web.Response:
    return web.json_response({"outcome": outcome})
