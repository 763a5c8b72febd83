"""The page behind the link that ends alerts by e-mail. Looking at it ends nothing: mail scanners look at every link."""

from collections.abc import Callable
from html import escape
from urllib.parse import urlencode

from aiohttp import web
from babel import Locale

from busline.clock import Clock
from busline.outbound import Claimed
from busline.receipt import is_receipt, receipt_query
from busline.store.pool import Pool
from busline.store.sql import load_queries
from sms.catalogue import Catalogue

SQL = load_queries(__file__)

PATH = "/alerts/end"
_LONGEST_NUMBER = 18


def ending_link(public_base_url: str, receipt_key: bytes) -> Callable[[Claimed], str]:
    """The link for the mail about one message."""
    return lambda claimed: f"{public_base_url}{PATH}?{receipt_query(receipt_key, claimed)}"


def ending_routes(pool: Pool, catalogue: Catalogue, receipt_key: bytes, clock: Clock) -> list[web.RouteDef]:
    """`GET /alerts/end` asks, `POST` ends the alerts of the phone that the mail was about; 404 for a link not ours.

    The POST is also what mail programs send for one click (RFC 8058).
    """

    async def found(request: web.Request) -> tuple[str, str]:
        """Phone and language."""
        number, mark = request.query.get("o", ""), request.query.get("k", "")
        if number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER:
            row = await pool.fetchrow(SQL["mail"], int(number))
            if row is not None and is_receipt(receipt_key, mark, int(number), row["dedupe_key"]):
                return row["phone"], catalogue.nearest(row["language"]) or catalogue.languages[0]
        raise web.HTTPNotFound(text="This link is not complete, or it is too old. Text ALERTS OFF to end alerts.")

    async def ask(request: web.Request) -> web.Response:
        _, language = await found(request)
        action = f"{request.path}?{urlencode({name: request.query[name] for name in ('o', 'k')})}"
        button = escape(catalogue.raw(language, "mail-end-yes"))
        form = f'<form method="post" action="{escape(action)}"><button>{button}</button></form>'
        return _page(catalogue, language, "mail-end-ask", form)

    async def end(request: web.Request) -> web.Response:
        phone, language = await found(request)
        await pool.execute(SQL["end_alerts"], phone, clock.now())
        return _page(catalogue, language, "mail-ended")

    return [web.get(PATH, ask), web.post(PATH, end)]


def _page(catalogue: Catalogue, language: str, key: str, more: str = "") -> web.Response:
    words = escape(catalogue.raw(language, key))
    direction = Locale.parse(language, sep="-").text_direction
    page = (
        f'<!doctype html><html lang="{language}" dir="{direction}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{words}</title><main><h1>{words}</h1>{more}</main></html>"
    )
    return web.Response(text=page, content_type="text/html")
