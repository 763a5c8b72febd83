"""What every request passes: a number for the log, the guard against other sites, the session, and errors in words."""

import logging
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

import asyncpg
import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from busline.board.templates import templates
from busline.metrics import Metrics
from busline.settings import Settings
from busline.store.pool import UNAVAILABLE
from busline.store.staff import Member, Role, Staff

log = structlog.get_logger(__name__)

DATABASE_TROUBLE: tuple[type[Exception], ...] = (*UNAVAILABLE, asyncpg.InterfaceError, TimeoutError)
"""What a request meets while the database is away or coming back."""

MEMBER = web.RequestKey("member", Member)
"""Who is signed in; set on every request that needs somebody."""

_ROUTINE = frozenset({"/healthz", "/readyz", "/metrics", "/static/{name}", "/board/rows"})
"""Asked every few seconds: they would drown everything else in the log."""
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
"""What is sent to us is one of these; any other is a browser's that we do not know, or somebody who tries us out."""
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_WORDS = {
    400: ("That request could not be read", "Go back and try again."),
    401: ("Please sign in", "You are not signed in, or your session has ended."),
    403: ("That is not yours to open", "Your account may not do this. An administrator can change what it may do."),
    404: ("There is nothing here", "The address may be misspelt, or the page may have moved."),
    405: ("That cannot be done here", "This address does not take that kind of request."),
    413: ("That was too large", "Send less at once."),
    429: ("Too many tries", "Wait a while, then try again."),
    500: ("Something went wrong on our side", "It has been recorded. Try again; nothing you saved before is lost."),
    503: (
        "Busline cannot reach its database",
        "It keeps trying by itself. Nothing that was saved is lost; try again in a minute.",
    ),
}


def session_cookie(settings: Settings) -> str:
    """The cookie's name. `__Host-` binds it to this host over https, which a local trial without https cannot offer."""
    return "__Host-busline" if settings.is_https else "busline"


def client_address(request: web.Request, proxy_hops: int) -> str:
    """Whose request it is: what the outermost of our own proxies saw, and never what a stranger wrote in a header."""
    if proxy_hops:
        forwarded = [part.strip() for part in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")]
        if len(forwarded) >= proxy_hops and forwarded[-proxy_hops]:
            return forwarded[-proxy_hops][:64]
    return request.remote or "unknown"


async def read_form(request: web.Request) -> Mapping[str, str]:
    """The fields of a form of our own pages. Refuses with 415 any other kind of body, and with 400 what is no text."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType(text="Send the form as the page does.")
    try:
        form = await request.post()
    except ValueError as fault:
        raise web.HTTPBadRequest(text="The form could not be read, so nothing was changed.") from fault
    return {name: value for name, value in form.items() if isinstance(value, str)}


def wants_page(request: web.Request) -> bool:
    """A person's browser going somewhere, as against a script that asks for data."""
    mode = request.headers.get("Sec-Fetch-Mode")
    if mode is not None and mode != "navigate":
        return False
    return "text/html" in request.headers.get(hdrs.ACCEPT, "")


def guard(
    settings: Settings, staff: Staff, metrics: Metrics, needs: Callable[[web.Request], Role | None]
) -> list[Middleware]:
    """The middlewares, outermost first. `needs` tells the role a request must have, or None where anybody may ask."""

    @web.middleware
    async def numbered(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Logs each request by its route, never by its path or query, which may hold a student ID."""
        started = time.perf_counter()
        request_id = secrets.token_hex(6)
        status = 500
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                response = await _in_words(request, handler)
                status = response.status
                if not response.prepared:
                    response.headers["X-Request-Id"] = request_id
                return response
            except web.HTTPException as redirect:
                status = redirect.status
                raise
            finally:
                resource = request.match_info.route.resource
                route = resource.canonical if resource is not None else "(none)"
                seconds = time.perf_counter() - started
                metrics.request(request.method, route, status, seconds)
                is_routine = route in _ROUTINE and status < 400
                level = logging.DEBUG if is_routine else logging.INFO
                ms = round(seconds * 1_000, 1)
                log.log(level, "request", method=request.method, route=route, status=status, ms=ms)

    @web.middleware
    async def same_site(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Another site's page cannot make a signed-in browser change anything (Fetch Metadata, as Go 1.25 does)."""
        if request.method not in _SAFE_METHODS and not _comes_from_us(request, settings):
            log.warning("request from another site refused", origin=request.headers.get(hdrs.ORIGIN, "")[:100])
            raise web.HTTPForbidden(text="This request came from another site and was not carried out.")
        if (request.charset or "utf-8").lower() not in _CHARSETS:
            raise web.HTTPUnsupportedMediaType(text="Send UTF-8: nothing else is read here.")
        return await handler(request)

    @web.middleware
    async def signed_in(request: web.Request, handler: Handler) -> web.StreamResponse:
        needed = needs(request)
        if needed is None:
            return await handler(request)
        token = request.cookies.get(session_cookie(settings))
        member = await staff.session(token, datetime.now(UTC)) if token else None
        if member is None:
            if wants_page(request) and request.method == "GET":
                query = {"next": request.path_qs} | ({"ended": "yes"} if token else {})
                raise web.HTTPSeeOther(f"/sign-in?{urlencode(query)}")
            raise web.HTTPUnauthorized
        if not member.role.covers(needed):
            log.warning("request refused for want of role", role=member.role, needed=needed)
            raise web.HTTPForbidden
        request[MEMBER] = member
        return await handler(request)

    return [numbered, same_site, signed_in]


def _comes_from_us(request: web.Request, settings: Settings) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is None:
        return True  # no browser sends neither; a program has no cookie of somebody else's to misuse
    return origin == settings.public_base_url or (origin != "null" and urlsplit(origin).netloc == request.host)


async def _in_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as answer:
        if answer.status < 400:
            raise
        # Text that a handler wrote itself says more than the standard words.
        own = answer.text if answer.text and answer.text != f"{answer.status}: {answer.reason}" else None
        response = _message(request, answer.status, own)
        for name in (hdrs.ALLOW, hdrs.RETRY_AFTER):
            if name in answer.headers:
                response.headers[name] = answer.headers[name]
        return response
    except DATABASE_TROUBLE as fault:
        log.error("request failed: database not reachable", fault=repr(fault))
        return _message(request, 503, None)
    except Exception:
        # The border of the process: whatever a handler did not foresee ends here, is recorded once, and is said.
        log.exception("request failed")
        return _message(request, 500, None)


def _message(request: web.Request, status: int, own: str | None) -> web.Response:
    title, text = _WORDS.get(status, _WORDS[400 if status < 500 else 500])
    if wants_page(request):
        page = templates().get_template("message.html").render(title=title, text=own or text, status=status)
        return web.Response(status=status, text=page, content_type="text/html")
    return web.json_response({"error": own or f"{title}. {text}"}, status=status)


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """For `on_response_prepare`: every response has them, errors and redirects too."""
    headers = response.headers
    headers["Content-Security-Policy"] = _CONTENT_SECURITY_POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "geolocation=(), camera=(), microphone=()"
    headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
    headers.popall(hdrs.SERVER, None)
