"""Positions served as a GTFS-realtime feed over HTTP: how a simulator or a recording reaches the real poller."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from aiohttp import web

from busline.clock import Clock
from feeds.gtfs_rt import encode
from feeds.source import PositionsAt

PATH = "/vehicle-positions.pb"


@dataclass(frozen=True, slots=True)
class _Published:
    """The message of one second, with what tells it from another."""

    made_at: datetime
    body: bytes
    etag: str


def feed_app(positions_at: PositionsAt, clock: Clock) -> web.Application:
    """An application that answers at `PATH` with the positions of the moment, made once a district second.

    Answers conditional requests (ETag first, then Last-Modified, RFC 9110 section 13.2.2). There is no key: serve it
    on a private address only.
    """
    published: _Published | None = None

    def current() -> _Published:
        nonlocal published
        now = clock.now().astimezone(UTC).replace(microsecond=0)
        if published is None or published.made_at != now:
            body = encode(positions_at(now), now)
            published = _Published(now, body, hashlib.sha256(body).hexdigest()[:32])
        return published

    async def vehicle_positions(request: web.Request) -> web.Response:
        message = current()
        headers = {
            "ETag": f'"{message.etag}"',
            "Last-Modified": format_datetime(message.made_at, usegmt=True),
            "Cache-Control": "no-cache",
        }
        if _is_known(request, message):
            return web.Response(status=304, headers=headers)
        return web.Response(body=message.body, content_type="application/x-protobuf", headers=headers)

    app = web.Application()
    app.router.add_get(PATH, vehicle_positions)
    return app


def _is_known(request: web.Request, message: _Published) -> bool:
    if request.if_none_match is not None:
        return any(tag.value in (message.etag, "*") for tag in request.if_none_match)
    since = request.if_modified_since
    return since is not None and message.made_at <= since
