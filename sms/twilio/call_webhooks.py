"""What Twilio asks and reports about calls that tell alerts, and the recordings it plays in them."""

import structlog
from aiohttp import web

from busline.alert_call import CallBook
from busline.clock import Clock
from busline.store.pool import DatabaseUnavailableError
from sms.desk import UnkeptError
from sms.language import spoken_language_for
from sms.outgoing.alert_call import AlertCalls, Speaking, UnknownCallError
from sms.outgoing.clips import SUFFIX
from sms.twilio import twiml
from sms.twilio.forms import Form, call_report_from, call_turn_from
from sms.twilio.signature import SignatureCheck
from sms.twilio.webhooks import Query, signed, xml

log = structlog.get_logger(__name__)


def call_routes(
    book: CallBook, speaking: Speaking, clock: Clock, *, auth_token: str, default_language: str
) -> list[web.RouteDef]:
    """`POST /twilio/voice/alert` and `/twilio/voice/status`, signed; `GET /twilio/clips/...`, which anybody may hear.

    403 for a wrong signature, 404 for an address that names no call of ours, 400 for a form that says nothing, 503 for
    a report that could not be kept.
    """
    check = SignatureCheck(speaking.public_base_url, auth_token)
    calls = AlertCalls(book, speaking, clock)

    async def alert(form: Form, query: Query) -> web.Response:
        try:
            return xml(await calls.turn(call_turn_from(form, query)))
        except UnknownCallError as fault:
            return web.Response(status=404, text=f"{fault}\n")
        except DatabaseUnavailableError:
            log.warning("a call was answered with an apology: the database is away")
            return xml(_apology(speaking, default_language))

    async def status(form: Form, query: Query) -> web.Response:
        report = call_report_from(form, query)
        try:
            kept = await book.report(report, clock.now())
        except DatabaseUnavailableError as away:
            raise UnkeptError("The database cannot be reached, so this report is not kept yet. Try again.") from away
        if not kept:
            log.warning("a report about a call led to nothing: its address is not of our making", status=report.state)
        return web.Response(status=204)

    async def clip(request: web.Request) -> web.StreamResponse:
        path = speaking.clips.file(request.match_info["language"], request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound(text="There is no such recording.\n")
        return web.FileResponse(path, headers={"Content-Type": "audio/mpeg", "Cache-Control": "max-age=3600"})

    return [
        web.post("/twilio/voice/alert", signed(check, alert)),
        web.post("/twilio/voice/status", signed(check, status)),
        web.get(f"/twilio/clips/{{language}}/{{name}}{SUFFIX}", clip),
    ]


def _apology(speaking: Speaking, default_language: str) -> str:
    catalogue = speaking.catalogue
    language = spoken_language_for(catalogue, chosen=None, stored=None, default=default_language)
    voice = catalogue.voice(language)
    words = catalogue.raw(language, "trouble", phone=speaking.readable_phone)
    return twiml.speech((words,), voice.language, voice.name) if voice is not None else twiml.call()
