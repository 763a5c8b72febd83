"""Twilio's requests in, TwiML out: each is proved to be Twilio's before a word of it is read."""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web

from sms.desk import Desk, UnkeptError
from sms.inquiries import SidTakenError
from sms.twilio.forms import BadForm, Form, call_from, read_form, status_from, text_from
from sms.twilio.signature import SIGNATURE_HEADER, SignatureCheck

log = structlog.get_logger(__name__)

MOST_BYTES = 64 * 1_024
"""Twilio's largest form, 1,600 characters and ten pictures, is far below this."""

Query = Mapping[str, str]
"""What stands behind the address, signed with it."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def routes(desk: Desk) -> list[web.RouteDef]:
    """`POST /twilio/sms`, `/twilio/voice` and `/twilio/status`.

    403 for a wrong or missing signature, 400 for a form that names no message, 413 for one that is too large, 503
    for an opt-out or a delivery report that could not be kept. Everything else is 200 with TwiML, or 204 for a status.
    """
    check = SignatureCheck(desk.settings.public_base_url, desk.settings.auth_token)

    async def sms(form: Form, _query: Query) -> web.Response:
        return xml(await desk.text(text_from(form)))

    async def voice(form: Form, _query: Query) -> web.Response:
        return xml(await desk.call(call_from(form)))

    async def status(form: Form, query: Query) -> web.Response:
        await desk.status(status_from(form, query))
        return web.Response(status=204)

    return [
        web.post("/twilio/sms", signed(check, sms)),
        web.post("/twilio/voice", signed(check, voice)),
        web.post("/twilio/status", signed(check, status)),
    ]


def signed(check: SignatureCheck, answer: Callable[[Form, Query], Awaitable[web.Response]]) -> Handler:
    """A handler that answers what Twilio signed for this address, and nothing else."""

    async def handle(request: web.Request) -> web.Response:
        if (request.content_length or 0) > MOST_BYTES:
            return words(413, f"The form is larger than {MOST_BYTES} bytes.")
        try:
            form = read_form(await request.read())
        except BadForm as fault:
            return words(400, str(fault))
        forgery = check.refuses(request.raw_path, form, request.headers.get(SIGNATURE_HEADER))
        if forgery is not None:
            log.warning("a webhook was refused; is the public base URL the one Twilio has?", reason=str(forgery))
            return words(403, "This request is not signed by Twilio for this address.")
        try:
            return await answer(form, request.query)
        except BadForm as fault:
            return words(400, str(fault))
        except SidTakenError as fault:
            log.warning("a message came with the id of another phone's message; it was not answered")
            return words(409, str(fault))
        except UnkeptError as fault:
            return words(503, str(fault))

    return handle


def xml(body: str) -> web.Response:
    return web.Response(text=body, content_type="text/xml", charset="utf-8")


def words(status: int, words: str) -> web.Response:
    return web.Response(status=status, text=words + "\n")
