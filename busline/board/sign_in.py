"""Sign in, sign out. A form in, a cookie and a redirect out."""

from datetime import UTC, datetime
from typing import assert_never
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from busline.board.templates import templates
from busline.masking import Masker
from busline.settings import Settings
from busline.store.staff import ABSOLUTE, Refused, SignedIn, Staff
from busline.web_guard import client_address, read_form, session_cookie

log = structlog.get_logger(__name__)

HOME = "/board"
_REFUSALS = {
    Refused.WRONG: (401, "That name and password do not go together. Check both and try again."),
    Refused.TOO_MANY_TRIES: (
        429,
        "There were too many failed tries. Wait 15 minutes, or ask an administrator to set a new password.",
    ),
}


def sign_in_routes(staff: Staff, settings: Settings, masker: Masker) -> list[web.RouteDef]:
    """`GET` and `POST /sign-in`, and `POST /sign-out`. Open to anybody."""
    cookie = session_cookie(settings)

    def page(
        request: web.Request, *, status: int = 200, username: str = "", error: str = "", onward: str
    ) -> web.Response:
        text = (
            templates()
            .get_template("sign_in.html")
            .render(
                district=settings.district_name,
                username=username,
                error=error,
                onward=onward,
                ended="ended" in request.query,
                signed_out="out" in request.query,
            )
        )
        return web.Response(status=status, text=text, content_type="text/html")

    async def show(request: web.Request) -> web.StreamResponse:
        onward = local_path(request.query.get("next", HOME))
        token = request.cookies.get(cookie)
        if token and await staff.session(token, datetime.now(UTC)):
            raise web.HTTPSeeOther(onward)
        return page(request, onward=onward)

    async def enter(request: web.Request) -> web.StreamResponse:
        form = await read_form(request)
        username, password = form.get("username", ""), form.get("password", "")
        onward = local_path(form.get("next", HOME))
        now = datetime.now(UTC)
        address = client_address(request, settings.proxy_hops)
        agent = request.headers.get("User-Agent", "")
        outcome = await staff.sign_in(username, password, address=address, agent=agent, now=now)
        match outcome:
            case SignedIn(member, token):
                # A fresh token at every sign-in: one that was planted or left behind is worth nothing.
                if previous := request.cookies.get(cookie):
                    await staff.sign_out(previous, now)
                response = web.HTTPSeeOther(onward)
                response.set_cookie(
                    cookie,
                    token,
                    max_age=int(ABSOLUTE.total_seconds()),
                    path="/",
                    secure=settings.is_https,
                    httponly=True,
                    samesite="Lax",
                )
                log.info("staff signed in", user=masker.tag(member.username), role=member.role)
                raise response
            case Refused() as refused:
                status, error = _REFUSALS[refused]
                log.warning("sign-in refused", user=masker.tag(username), address=masker.tag(address), reason=refused)
                response_page = page(request, status=status, username=username[:64], error=error, onward=onward)
                if status == 429:
                    response_page.headers["Retry-After"] = "900"
                return response_page
            case _:
                assert_never(outcome)

    async def leave(request: web.Request) -> web.StreamResponse:
        if token := request.cookies.get(cookie):
            await staff.sign_out(token, datetime.now(UTC))
        response = web.HTTPSeeOther("/sign-in?out=yes")
        response.del_cookie(cookie, path="/", secure=settings.is_https, httponly=True, samesite="Lax")
        raise response

    return [web.get("/sign-in", show), web.post("/sign-in", enter), web.post("/sign-out", leave)]


def local_path(address: str) -> str:
    """The address where it is a path of ours, else the board: a link must not carry staff off to a look-alike."""
    if not address.startswith("/") or address.startswith(("//", "/\\")) or not address.isprintable():
        return HOME
    parts = urlsplit(address)
    return HOME if parts.scheme or parts.netloc or parts.path.startswith("/sign-") else address
