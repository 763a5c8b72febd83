"""The board as a page and as the data that keeps it fresh. Rendered once for all who look, off the event loop."""

import asyncio
import gzip
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from aiohttp import hdrs, web

from busline.board.case_line import CaseLine
from busline.board.run_view import RunView, run_view
from busline.board.templates import epoch_ms, templates
from busline.board.view import BoardView, Group, Row, board_view, searchable
from busline.clock import Clock
from busline.fleet import Fleet
from busline.ids import RunId, RunKey
from busline.picture import Picture
from busline.settings import Settings
from busline.store.staff import Role
from busline.timetable import Timetable
from busline.web_guard import MEMBER

REFRESH_SECONDS = 4
NOW_HEADER = "X-Busline-Now"
"""The district's time in milliseconds since 1970: what the browser's clock and ages go by."""
CASES_HEADER = "X-Busline-Cases"
"""The line about cases; it comes from the database, not with the rows that everybody shares."""
RUNS_REMEMBERED = 100
"""Of so many runs it is remembered how they were shown, so that a second look does not show jitter."""
_SHARE_OF_A_CORE = 0.1
"""The most that rendering may take: a board of thousands of rows is then some seconds apart instead of in the way."""


@dataclass(frozen=True, slots=True)
class _Rendered:
    fleet: Fleet
    second: int
    view: BoardView
    body: bytes
    """JSON, compressed once for everybody."""
    until: float
    """On the monotonic clock: it is not made anew before."""


class Board:
    """The newest view of the picture, shared by everybody who looks."""

    def __init__(self, picture: Callable[[], Picture | None], clock: Clock) -> None:
        self._picture = picture
        self._clock = clock
        self._rendered: _Rendered | None = None
        self._shown: dict[RunKey, RunView] = {}
        """The runs that somebody last looked at, as they were shown; the newest last."""
        self._rendering = asyncio.Lock()

    def now(self) -> datetime:
        return self._clock.now()

    async def view(self) -> BoardView | None:
        """None while no plan is loaded."""
        rendered = await self._fresh()
        return None if rendered is None else rendered.view

    async def body(self) -> bytes | None:
        """What `/board/rows` answers: JSON, compressed with gzip."""
        rendered = await self._fresh()
        return None if rendered is None else rendered.body

    def run(self, service_date: str, run_id: RunId) -> RunView | None:
        """None where the plan has no such run on that day, or the day is not one."""
        picture = self._picture()
        if picture is None or not re.fullmatch(r"\d{4}-\d\d-\d\d", service_date, re.ASCII):
            return None
        try:
            key = RunKey(date.fromisoformat(service_date), run_id)
        except ValueError:
            return None
        timetable = picture.timetable
        view = run_view(picture, key, self._clock.now().astimezone(timetable.timezone), self._shown.pop(key, None))
        if view is not None:
            self._shown[key] = view
        for oldest in list(self._shown)[:-RUNS_REMEMBERED]:
            del self._shown[oldest]
        return view

    async def _fresh(self) -> _Rendered | None:
        async with self._rendering:
            picture = self._picture()
            if picture is None:
                return None
            timetable, fleet, now = picture.timetable, picture.fleet, self._clock.now()
            last, second = self._rendered, int(now.timestamp())
            is_old = last is None or last.fleet is not fleet or last.second != second
            if last is None or (is_old and time.monotonic() >= last.until):
                # In a thread: thousands of rows take longer than anybody's text should wait for.
                before = None if last is None else last.view
                self._rendered = await asyncio.to_thread(_render, timetable, fleet, now, before)
            return self._rendered


def _render(timetable: Timetable, fleet: Fleet, now: datetime, before: BoardView | None) -> _Rendered:
    started = time.monotonic()
    view = board_view(timetable, fleet, now.astimezone(timetable.timezone), before)
    body = orjson.dumps(
        {
            "at": epoch_ms(view.at),
            "counts": {group.value: count for group, count in view.counts.items()},
            "summary": view.summary,
            "rows": rows_html(view),
            "health": templates().get_template("health.html").render(view=view),
        }
    )
    packed = gzip.compress(body, compresslevel=1)
    ended = time.monotonic()
    return _Rendered(fleet, int(now.timestamp()), view, packed, until=ended + (ended - started) / _SHARE_OF_A_CORE)


def rows_html(view: BoardView, *, show: Group | None = None, query: str = "") -> str:
    """The table's rows. Rows that a filter leaves out are there, hidden, so that the filter can be lifted at once."""
    return templates().get_template("rows.html").render(view=view, shown=lambda row: is_shown(row, show, query))


def _page_html(context: dict[str, Any]) -> str:
    view = context["view"]
    rows = rows_html(view, show=context["show"], query=context["query"]) if view else ""
    return templates().get_template("board.html").render(context, rows=rows)


def is_shown(row: Row, show: Group | None, query: str) -> bool:
    """The filter of the page before its script runs, and without it. The browser's `isShown` does the same."""
    return (show is None or show in row.groups) and query.lower() in searchable(row)


def board_routes(board: Board, settings: Settings, cases: CaseLine) -> list[web.RouteDef]:
    """`GET /board`, the page; `GET /board/rows`, its data; `GET /board/runs/{date}/{run}`, one run. Staff only."""

    async def page(request: web.Request) -> web.Response:
        view = await board.view()
        chosen = request.query.get("show", "")
        show = Group(chosen) if chosen in set(Group) else None
        query = request.query.get("q", "").strip()[:80]
        context = {
            "district": settings.district_name,
            "member": request[MEMBER],
            "view": view,
            "show": show,
            "query": query,
            "now": board.now(),
            "cases": await cases.words(),
            "refresh_seconds": REFRESH_SECONDS,
        }
        response = web.Response(text=await asyncio.to_thread(_page_html, context), content_type="text/html")
        response.enable_compression()
        return response

    async def rows(request: web.Request) -> web.Response:
        body = await board.body()
        if body is None:
            raise web.HTTPServiceUnavailable(text="No plan is loaded yet.")
        # The rows may be some seconds old, as they say; the clock is told anew to each.
        headers = {NOW_HEADER: str(epoch_ms(board.now())), CASES_HEADER: await cases.words()}
        if "gzip" not in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            return web.Response(body=gzip.decompress(body), content_type="application/json", headers=headers)
        headers[hdrs.CONTENT_ENCODING] = "gzip"
        return web.Response(body=body, content_type="application/json", headers=headers)

    async def one_run(request: web.Request) -> web.Response:
        view = board.run(request.match_info["date"], RunId(request.match_info["run"]))
        if view is None:
            raise web.HTTPNotFound(text="The plan in force has no such run on that day.")
        text = (
            templates()
            .get_template("run.html")
            .render(district=settings.district_name, view=view, may_assign=request[MEMBER].role.covers(Role.DISPATCHER))
        )
        return web.Response(text=text, content_type="text/html")

    return [
        web.get("/board", page),
        web.get("/board/rows", rows),
        web.get("/board/runs/{date}/{run:.+}", one_run),
    ]
