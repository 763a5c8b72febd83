"""The phone page: a family's phone in the browser, server-rendered, kept live by one small module."""

import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import babel
from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from busline.ids import Phone
from sms.standin.orders import MAX_BODY_CHARACTERS
from sms.standin.standin import StandIn
from sms.standin.thread import Bubble

_STATIC = Path(__file__).parent / "static"
_HEARTBEAT_SECONDS = 5.0
"""How often the phone's clock is told the time; also keeps the connection open through proxies."""
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_QUESTIONS = {
    "en": "where is my bus",
    "es": "¿dónde está el autobús?",
    "ht": "kote bis la ye?",
    "kea": "undi autokaru sta?",
    "vi": "xe buýt ở đâu?",
    "zh": "校车在哪里？",
    "pt": "onde está o ônibus?",
    "so": "xaggee buu joogaa baska?",
    "fr": "où est le bus ?",
    "ar": "أين الحافلة؟",
}
"""The question as a parent would type it."""

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class _Handset:
    """A phone on the list, ready to be shown."""

    phone: Phone
    title: str
    """The number as people there write it."""
    path: str
    language: str
    language_name: str
    students: tuple[str, ...]
    note: str
    suggestions: tuple[str, ...]
    is_stranger: bool = False


def phone_routes(standin: StandIn) -> list[web.AbstractRouteDef]:
    """The page of each phone, its live stream, and the forms that text and call from it."""
    page = _Page(standin)
    return [
        web.get("/", page.phones),
        web.get("/phone/{digits}", page.phone),
        web.get("/phone/{digits}/events", page.events),
        web.post("/phone/{digits}/texts", _same_site(page.text)),
        web.post("/phone/{digits}/calls", _same_site(page.call)),
        web.get("/static/{name}", page.static),
    ]


def _same_site(handler: _Handler) -> _Handler:
    """Refuse a form posted from some other site's page: it could text as any family."""

    async def guard(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise web.HTTPForbidden(text="This form was sent from another site. Open the phone page itself.\n")
        return await handler(request)

    return guard


class _Page:
    def __init__(self, standin: StandIn) -> None:
        self._standin = standin
        # A page that outlives the server must not mistake a new server's versions for the old one's.
        self._epoch = secrets.token_hex(4)
        environment = Environment(
            loader=PackageLoader("sms.standin", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["clock"] = _clock
        environment.filters["day"] = _day
        self._page = environment.get_template("phone.html")
        self._bubble = environment.get_template("bubble.html")
        self._handsets = {handset.path: handset for handset in _handsets(standin)}

    async def phones(self, _: web.Request) -> web.Response:
        """The list, with the first phone beside it where there is room."""
        return self._show(next(iter(self._handsets.values())), chosen=False)

    async def phone(self, request: web.Request) -> web.Response:
        return self._show(self._handset(request), chosen=True)

    async def text(self, request: web.Request) -> web.StreamResponse:
        handset = self._handset(request)
        body = (await request.post()).get("body", "")
        if not isinstance(body, str) or not body.strip():
            raise web.HTTPBadRequest(text="There was nothing to send: type a message first.\n")
        if len(body) > MAX_BODY_CHARACTERS:
            raise web.HTTPBadRequest(text=f"A text is at most {MAX_BODY_CHARACTERS} characters long.\n")
        # A browser sends line breaks as two characters; a phone sends one.
        await self._standin.text(handset.phone, body.replace("\r\n", "\n").strip())
        return _done(request, handset)

    async def call(self, request: web.Request) -> web.StreamResponse:
        handset = self._handset(request)
        await self._standin.call(handset.phone)
        return _done(request, handset)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """What changes on one phone, as server-sent events: `bubble`, `clock`, and `reload` after a restart."""
        handset = self._handset(request)
        epoch, _, seen = request.headers.get("Last-Event-ID", request.query.get("after", "")).partition("-")
        response = web.StreamResponse(headers=_HEADERS | {"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            if epoch != self._epoch or not seen.isdecimal():
                await response.write(b"event: reload\ndata: -\n\n")
                return response
            await self._stream(response, handset, int(seen))
        except ConnectionResetError:
            return response  # the page was closed
        return response

    async def _stream(self, response: web.StreamResponse, handset: _Handset, version: int) -> None:
        threads = self._standin.threads
        while not threads.closed:
            bubbles = threads.changed_after(handset.phone, version)
            version = threads.version
            for bubble in bubbles:
                data = json.dumps({"number": bubble.number, "html": self._render(bubble, handset)})
                await response.write(f"event: bubble\nid: {self._epoch}-{version}\ndata: {data}\n\n".encode())
            time = _clock(self._standin.local_now())
            await response.write(f"event: clock\ndata: {time}\n\n".encode())
            if threads.version == version:
                await threads.wait(_HEARTBEAT_SECONDS)

    async def static(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in {path.name for path in _STATIC.iterdir()}:
            raise web.HTTPNotFound(text=f"There is no file {name}.\n")
        return web.FileResponse(_STATIC / name, headers={**_HEADERS, "Cache-Control": "no-cache"})

    def _handset(self, request: web.Request) -> _Handset:
        handset = self._handsets.get(f"/phone/{request.match_info['digits']}")
        if handset is None:
            raise web.HTTPNotFound(text="No family here has that phone. Go back to / and pick one.\n")
        return handset

    def _render(self, bubble: Bubble, handset: _Handset) -> str:
        return self._bubble.render(bubble=bubble, path=handset.path, language=handset.language)

    def _show(self, handset: _Handset, *, chosen: bool) -> web.Response:
        threads = self._standin.threads
        html = self._page.render(
            handsets=self._handsets.values(),
            handset=handset,
            path=handset.path,
            language=handset.language,
            chosen=chosen,
            bubbles=threads.of(handset.phone),
            version=f"{self._epoch}-{threads.version}",
            now=self._standin.local_now(),
            number=_national(self._standin.number),
            max_characters=MAX_BODY_CHARACTERS,
        )
        return web.Response(text=html, content_type="text/html", headers=_HEADERS)


def _done(request: web.Request, handset: _Handset) -> web.Response:
    """Nothing more to say to the page's own module, which sees the thread change; without it, the page again."""
    if request.headers.get("X-Requested-With") == "phone":
        return web.Response(status=204)
    return web.Response(status=303, headers={"Location": handset.path})


def _handsets(standin: StandIn) -> list[_Handset]:
    handsets = [
        _Handset(
            Phone(family.phone),
            _national(Phone(family.phone)),
            _path(Phone(family.phone)),
            family.language,
            _language_name(family.language),
            family.students,
            family.note[:1].upper() + family.note[1:],
            ("bus", *family.students[:3], _QUESTIONS.get(family.language, _QUESTIONS["en"])),
        )
        for family in standin.families
    ]
    # Somebody else's student and one that does not exist: a stranger must not be able to tell which is which.
    known = next((family.students[0] for family in standin.families if family.students), "100234")
    stranger = _Handset(
        standin.stranger_phone,
        _national(standin.stranger_phone),
        _path(standin.stranger_phone),
        "en",
        _language_name("en"),
        (),
        "Stranger: linked to no student",
        ("bus", known, "999999"),
        is_stranger=True,
    )
    return [*handsets, stranger]


def _path(phone: Phone) -> str:
    return f"/phone/{phone.removeprefix('+')}"


def _language_name(language: str) -> str:
    try:
        name = babel.Locale.parse(language).get_display_name()
    except (babel.UnknownLocaleError, ValueError):
        return language
    return name[:1].upper() + name[1:] if name else language


def _national(phone: Phone) -> str:
    digits = phone.removeprefix("+1")
    if not phone.startswith("+1") or len(digits) != 10:
        return phone
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def _clock(moment: datetime) -> str:
    return f"{moment.hour % 12 or 12}:{moment.minute:02} {'AM' if moment.hour < 12 else 'PM'}"


def _day(moment: datetime) -> str:
    return f"{moment:%A}, {moment:%B} {moment.day}"
