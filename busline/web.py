"""The web application: what anybody may ask, what staff may, and the pages that tell machines how Busline is."""

import hmac
import ipaddress
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from aiohttp import hdrs, web

from busline.api.case_json import SCHEMAS
from busline.api.cases import case_operations
from busline.api.operation import Operation, description, description_route
from busline.board.accuracy import accuracy_routes
from busline.board.assigning import assigning_routes
from busline.board.case_line import CaseLine
from busline.board.page import Board, board_routes
from busline.board.sign_in import HOME, sign_in_routes
from busline.board.templates import static_files
from busline.cases.handling import CaseDesk
from busline.cases.holding import Conversations
from busline.cases.overview import Overview
from busline.clock import Clock
from busline.masking import Masker
from busline.metrics import Metrics
from busline.picture import Picture
from busline.readiness import readiness
from busline.settings import Settings
from busline.store.ledger import Ledger
from busline.store.pool import Pool
from busline.store.scores import Scores
from busline.store.staff import Role, Staff
from busline.web_guard import DATABASE_TROUBLE, add_security_headers, guard

_LARGEST_BODY_BYTES = 256 * 1024


def build_web(
    *,
    settings: Settings,
    pool: Pool,
    picture: Callable[[], Picture | None],
    clock: Clock,
    metrics: Metrics,
    masker: Masker,
    staff: Staff | None = None,
    open_routes: Iterable[web.RouteDef] = (),
    staff_routes: Mapping[Role, Iterable[web.RouteDef]] = MappingProxyType({}),
    open_operations: Iterable[Operation] = (),
) -> web.Application:
    """Everything Busline serves over HTTP.

    `picture` gives the newest picture, or None while no plan is loaded; `clock` is the district's. `open_routes`
    and `open_operations` prove in their own way who is asking (a signature, a key); each of `staff_routes` needs its
    role. A route that is in none can only be reached by an administrator: what was forgotten is closed.
    """
    needed: dict[web.AbstractResource, Role | None] = {}

    def needs(request: web.Request) -> Role | None:
        resource = request.match_info.route.resource
        return None if resource is None else needed.get(resource, Role.ADMIN)  # no resource: a 404 or 405

    staff = staff or Staff(pool)
    board = Board(picture, clock)
    app = web.Application(middlewares=guard(settings, staff, metrics, needs), client_max_size=_LARGEST_BODY_BYTES)
    app.on_response_prepare.append(add_security_headers)
    if settings.is_https:
        app.on_response_prepare.append(_keep_to_https)

    def add(role: Role | None, routes: Iterable[web.RouteDef]) -> None:
        for route in app.add_routes(routes):
            assert route.resource is not None  # noqa: S101 - a route that was added has one
            needed[route.resource] = role

    add(None, [web.get("/", _to_board), web.get("/healthz", _alive), web.get("/static/{name}", _static)])
    overview = Overview(pool)
    add(None, _watching_routes(settings, pool, picture, clock, metrics, board, overview))
    add(None, sign_in_routes(staff, settings, masker))
    add(None, open_routes)
    add(Role.VIEWER, board_routes(board, settings, CaseLine(overview, clock.now)))
    add(Role.DISPATCHER, assigning_routes(picture, Ledger(pool), clock))
    add(Role.VIEWER, accuracy_routes(Scores(pool), picture, clock.now, settings))
    for role, routes in staff_routes.items():
        add(role, routes)
    cases = case_operations(CaseDesk(pool), Conversations(pool), overview, staff, clock)
    operations = (*cases, *open_operations)
    for operation in operations:
        add(operation.role, [operation.route])
    add(None, [description_route(description(operations, SCHEMAS, server=settings.public_base_url))])
    return app


async def _to_board(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPSeeOther(HOME)


async def _alive(_request: web.Request) -> web.StreamResponse:
    """The process runs and its event loop turns; nothing else. For what restarts a process."""
    return web.json_response({"alive": True})


async def _static(request: web.Request) -> web.StreamResponse:
    file = static_files().get(request.match_info["name"])
    if file is None:
        raise web.HTTPNotFound
    response = web.Response(body=file.body, content_type=file.content_type, charset="utf-8")
    response.etag = file.version
    if request.query.get("v") == file.version:
        response.headers[hdrs.CACHE_CONTROL] = "public, max-age=31536000, immutable"
    response.enable_compression()
    return response


async def _keep_to_https(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"


def _watching_routes(
    settings: Settings,
    pool: Pool,
    picture: Callable[[], Picture | None],
    clock: Clock,
    metrics: Metrics,
    board: Board,
    overview: Overview,
) -> list[web.RouteDef]:
    async def ready(_request: web.Request) -> web.StreamResponse:
        """Whether Busline can tell the truth right now. For what wakes a person, not for what stops traffic."""
        findings = await readiness(pool, picture(), clock.now())
        is_ready = all(finding.ready for finding in findings.values())
        body = {
            "ready": is_ready,
            "checks": {part: {"ready": finding.ready, "says": finding.says} for part, finding in findings.items()},
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        return web.json_response(body, status=200 if is_ready else 503)

    async def numbers(request: web.Request) -> web.StreamResponse:
        _may_scrape(request, settings)
        now_picture, view = picture(), await board.view()
        if now_picture is not None and view is not None:
            states = Counter(row.state for row in view.rows)
            metrics.observe_fleet(now_picture.fleet, states, clock.now())
        try:
            metrics.observe_cases(await overview.figures(clock.now()))
        except DATABASE_TROUBLE:
            # The other figures matter most while the database is away; /readyz says that it is.
            metrics.observe_cases(None)
        return web.Response(
            body=metrics.render(), headers={hdrs.CONTENT_TYPE: "text/plain; version=0.0.4; charset=utf-8"}
        )

    return [web.get("/readyz", ready), web.get("/metrics", numbers)]


def _may_scrape(request: web.Request, settings: Settings) -> None:
    """With a token: whoever shows it. Without: this machine, and nobody whom a proxy brought."""
    if settings.metrics_token is not None:
        expected = f"Bearer {settings.metrics_token.reveal()}"
        # A header may hold bytes that are no UTF-8; they come as lone surrogates.
        shown = request.headers.get(hdrs.AUTHORIZATION, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(shown, expected.encode()):
            raise web.HTTPUnauthorized(text="Show the token of BUSLINE_METRICS_TOKEN as 'Authorization: Bearer ...'.")
        return
    is_local = request.remote is not None and ipaddress.ip_address(request.remote).is_loopback
    if not is_local or "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        raise web.HTTPForbidden(
            text="Metrics are read from this machine, or with BUSLINE_METRICS_TOKEN from elsewhere."
        )
