"""A family's messages for staff who are signed in. Who looked is kept."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from busline.api.operation import Field, Operation, Schema, read_body
from busline.clock import Clock
from busline.ids import Phone, StudentId
from busline.store.pool import Pool
from busline.store.staff import Role
from busline.store.staff_access import note_access
from busline.web_guard import MEMBER
from notifier.history import Arrival, Sent, phones_of, sent_to

MOST = 100

_TEXT: Schema = {"type": "string"}
_OR_NULL: Schema = {"anyOf": [_TEXT, {"type": "null"}]}
_MESSAGE: Schema = {
    "type": "object",
    "required": ["phone", "promised_at", "handed_at", "arrival", "kind", "channel", "language", "words", "why"],
    "properties": {
        "phone": _TEXT,
        "promised_at": {"type": "string", "format": "date-time"},
        "handed_at": _OR_NULL,
        "arrival": {"type": "string", "enum": [one.value for one in Arrival]},
        "reported_at": _OR_NULL,
        "kind": _TEXT,
        "channel": _TEXT,
        "language": _TEXT,
        "words": _TEXT,
        "why": _TEXT,
        "service_date": _OR_NULL,
        "run_id": _OR_NULL,
        "announcement_id": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    },
}
_WHOSE = (
    Field("phone", "A phone, as +16175550100.", 20, required=False),
    Field("student", "Or a student's number: the phones of that family.", 40, required=False),
)


def history_operations(pool: Pool, clock: Clock) -> Sequence[Operation]:
    """`POST /family-messages`: by POST, because a phone in an address stays in logs and histories."""

    async def read(request: web.Request) -> web.Response:
        given = await read_body(request, _WHOSE)
        if bool(given["phone"]) == bool(given["student"]):
            raise web.HTTPBadRequest(text="Give a `phone` or a `student`, one of them.")
        about = given["phone"] or given["student"]
        await note_access(pool, request[MEMBER].username, "messages", about, clock.now())
        phones = [Phone(about)] if given["phone"] else await phones_of(pool, StudentId(about))
        return web.json_response({"messages": [shown(one) for one in await sent_to(pool, phones, MOST)]})

    return (
        Operation(
            "POST",
            "/family-messages",
            "readFamilyMessages",
            "What a family was sent, when, in which words, and whether it arrived: the newest 100. Who asks is kept.",
            Role.CALL_TAKER,
            read,
            {"type": "object", "properties": {"messages": {"type": "array", "items": _MESSAGE}}},
            body=_WHOSE,
        ),
    )


def shown(one: Sent) -> dict[str, Any]:
    """A message as JSON."""
    return {
        "phone": one.phone,
        "promised_at": one.promised_at.isoformat(),
        "handed_at": None if one.handed_at is None else one.handed_at.isoformat(),
        "arrival": one.arrival.value,
        "reported_at": None if one.reported_at is None else one.reported_at.isoformat(),
        "kind": one.kind,
        "channel": one.channel,
        "language": one.language,
        "words": one.words,
        "why": one.why,
        "service_date": None if one.service_date is None else one.service_date.isoformat(),
        "run_id": one.run_id,
        "announcement_id": one.announcement_id,
    }
