"""Who may open what, and what everybody is told."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from structlog.testing import capture_logs
from yarl import URL

from busline.board.sign_in import local_path
from busline.environment import Secret
from busline.ids import SourceId
from busline.settings import Settings, read_settings
from busline.store.pool import Pool
from busline.store.staff import MAX_TRIES_PER_USER, Role
from busline.web_guard import client_address
from tests.web.desk import HTML, PASSWORD, Desk, open_desk, words

OPEN = {
    "/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/sign-in",
    "/sign-out",
    "/static/{name}",
    "/api/v1/openapi.json",
    "/open",
    "/breaks",
}
"""Every route that anybody may ask, by its pattern. A new one is added here on purpose or not at all."""


async def _hello(_request: web.Request) -> web.Response:
    return web.Response(text="hello")


async def _breaks(_request: web.Request) -> web.Response:
    raise RuntimeError("a secret detail")


@pytest.fixture
async def desk(pool: Pool) -> AsyncIterator[Desk]:
    routes = (web.get("/open", _hello), web.post("/open", _hello), web.get("/breaks", _breaks))
    staff_routes = {Role.ADMIN: [web.get("/for-admins", _hello)]}
    async with open_desk(pool, open_routes=routes, staff_routes=staff_routes) as running:
        yield running


def concrete(path: str) -> str:
    """A pattern with something in its places."""
    return (
        path.replace("{date}", "2026-10-06")
        .replace("{run}", "AM-101")
        .replace("{name}", "board.css")
        .replace("{reference}", "57240")
    )


async def test_every_route_is_closed_to_strangers_unless_it_is_open_on_purpose(desk: Desk) -> None:
    client = desk.client()
    seen = set()
    for route in desk.app.router.routes():
        assert route.resource is not None
        pattern = route.resource.canonical
        seen.add(pattern)
        if pattern in OPEN:
            continue
        async with client.request(route.method, concrete(pattern), allow_redirects=False) as answer:
            assert answer.status == 401, f"{route.method} {pattern} answered a stranger with {answer.status}"
    assert seen >= OPEN | {"/board", "/board/rows"}


async def test_a_stranger_who_browses_is_sent_to_sign_in_and_back(desk: Desk) -> None:
    client = desk.client()
    async with client.get("/board?show=late", headers=HTML, allow_redirects=False) as answer:
        assert answer.status == 303
        onward = URL(answer.headers["Location"])
        assert (onward.path, onward.query["next"]) == ("/sign-in", "/board?show=late")
    form = {"username": "viewer-person", "password": PASSWORD, "next": "/board?show=late"}
    async with client.post("/sign-in", data=form, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/board?show=late")
    async with client.get("/board?show=late", headers=HTML) as answer:
        assert "Anytown Public Schools" in await words(answer)


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_opens_what_it_covers_and_nothing_more(desk: Desk, role: Role) -> None:
    client = await desk.sign_in(role)
    async with client.get("/board") as answer:
        assert answer.status == 200
    async with client.get("/for-admins") as answer:
        assert answer.status == (200 if role is Role.ADMIN else 403)
        if role is not Role.ADMIN:
            assert "administrator" in await words(answer)


async def test_a_wrong_password_is_refused_in_words_that_do_not_say_which_was_wrong(desk: Desk) -> None:
    client = desk.client()
    pages = []
    for name in ("viewer-person", "nobody-at-all"):
        async with desk.post_sign_in(client, name, "not the password") as answer:
            assert answer.status == 401
            assert "Set-Cookie" not in answer.headers
            pages.append((await words(answer)).replace(name, ""))
    assert pages[0] == pages[1]
    assert 'role="alert"' in pages[0]


async def test_too_many_tries_are_refused_with_the_time_to_wait(desk: Desk) -> None:
    client = desk.client()
    for _ in range(MAX_TRIES_PER_USER):
        async with desk.post_sign_in(client, "viewer-person", "guess") as answer:
            assert answer.status == 401
    async with desk.post_sign_in(client, "viewer-person") as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "900")
        assert "Wait 15 minutes" in await words(answer)


async def test_what_a_stranger_typed_is_shown_escaped(desk: Desk) -> None:
    async with desk.post_sign_in(desk.client(), '"><script>alert(1)</script>', "x") as answer:
        assert "<script>alert" not in await words(answer)


async def test_the_cookie_is_for_this_site_and_no_script(desk: Desk) -> None:
    async with desk.post_sign_in(desk.client(), "viewer-person") as answer:
        cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("busline=")
    for part in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Secure" not in cookie


async def test_over_https_the_cookie_is_bound_to_the_host_and_the_browser_to_https(pool: Pool) -> None:
    settings = replace(read_settings({}), public_base_url="https://bus.example.org")
    async with open_desk(pool, settings=settings) as desk, desk.post_sign_in(desk.client(), "viewer-person") as answer:
        cookie = answer.headers["Set-Cookie"]
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert cookie.startswith("__Host-busline=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


async def test_each_sign_in_has_a_new_token_and_ends_the_one_before_it(desk: Desk) -> None:
    client = await desk.sign_in()
    first = next(cookie.value for cookie in client.cookie_jar)
    async with desk.post_sign_in(client, "viewer-person"):
        pass
    assert next(cookie.value for cookie in client.cookie_jar) != first
    async with desk.client().get("/board/rows", headers={"Cookie": f"busline={first}"}) as answer:
        assert answer.status == 401


async def test_signing_out_ends_the_session_on_the_server(desk: Desk) -> None:
    client = await desk.sign_in()
    token = next(cookie.value for cookie in client.cookie_jar)
    async with client.post("/sign-out", allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/sign-in?out=yes"
    async with desk.client().get("/board/rows", headers={"Cookie": f"busline={token}"}) as answer:
        assert answer.status == 401


async def test_an_ended_session_is_said_on_the_way_to_sign_in(desk: Desk) -> None:
    client = await desk.sign_in()
    await desk.pool.execute("update staff_session set last_seen_at = $1", datetime.now(UTC) - timedelta(minutes=31))
    async with client.get("/board", headers=HTML) as answer:
        assert answer.url.path == "/sign-in"
        assert "Your session has ended" in await words(answer)


async def test_a_planted_token_opens_nothing(desk: Desk) -> None:
    for token in ("", "x", "a" * 43, "%00"):
        async with desk.client().get("/board/rows", headers={"Cookie": f"busline={token}"}) as answer:
            assert answer.status == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:8080"}, 200),
        ({}, 200),
    ],
)
async def test_another_sites_page_cannot_change_anything(desk: Desk, headers: dict[str, str], status: int) -> None:
    async with desk.client().post("/open", headers=headers) as answer:
        assert answer.status == status
    async with desk.client().get("/open", headers=headers) as answer:
        assert answer.status == 200


async def test_our_own_origin_may_change_things_by_whatever_host_it_is_reached(desk: Desk) -> None:
    async with desk.client().post("/open", headers={"Origin": desk.base}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/healthz", "/board", "/breaks", "/static/board.css"])
async def test_every_answer_carries_the_security_headers(desk: Desk, path: str) -> None:
    async with desk.client().get(path, headers=HTML, allow_redirects=False) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Server" not in answer.headers


async def test_a_file_named_with_its_version_may_be_kept_for_ever(desk: Desk) -> None:
    client = desk.client()
    async with client.get("/sign-in") as answer:
        found = re.search(r'href="(/static/board\.css\?v=[0-9a-f]+)"', await words(answer))
    assert found
    async with client.get(found[1]) as answer:
        assert (answer.status, answer.content_type) == (200, "text/css")
        assert "immutable" in answer.headers["Cache-Control"]
    async with client.get("/static/../settings.py") as answer:
        assert answer.status == 404


async def test_what_breaks_is_said_in_words_and_shows_nothing_of_the_inside(desk: Desk) -> None:
    client = desk.client()
    async with client.get("/breaks", headers=HTML) as answer:
        page = await words(answer)
        assert (answer.status, answer.content_type) == (500, "text/html")
        assert "Something went wrong on our side" in page
        assert "secret detail" not in page
    async with client.get("/breaks") as answer:
        assert answer.content_type == "application/json"
        assert "secret detail" not in await words(answer)
    async with client.delete("/open") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET,HEAD,POST")


async def test_too_large_a_request_is_refused(desk: Desk) -> None:
    async with desk.client().post("/sign-in", data={"username": "x" * 300_000}) as answer:
        assert answer.status == 413


@pytest.mark.parametrize(
    ("address", "onward"),
    [
        ("/board?show=late", "/board?show=late"),
        ("https://evil.example", "/board"),
        ("//evil.example", "/board"),
        ("/\\evil.example", "/board"),
        ("/bo\nard", "/board"),
        ("board", "/board"),
        ("/sign-out", "/board"),
        ("/sign-in?next=/sign-in", "/board"),
    ],
)
def test_after_sign_in_nobody_is_sent_to_another_site(address: str, onward: str) -> None:
    assert local_path(address) == onward


@pytest.mark.parametrize(
    ("hops", "header", "believed"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "evil, 203.0.113.9", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
        (2, "evil, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (1, "", "127.0.0.1"),
    ],
)
async def test_the_address_is_believed_only_from_our_own_proxies(
    pool: Pool, hops: int, header: str, believed: str
) -> None:
    async def tell(request: web.Request) -> web.Response:
        return web.Response(text=client_address(request, hops))

    async with open_desk(pool, open_routes=(web.get("/who", tell),)) as desk:
        answer = await desk.client().get("/who", headers={"X-Forwarded-For": header})
        assert await words(answer) == believed


async def test_alive_says_only_that_the_process_runs(desk: Desk) -> None:
    desk.picture = None
    async with desk.client().get("/healthz") as answer:
        assert await answer.json() == {"alive": True}


async def test_ready_when_database_plan_and_feed_are_there(desk: Desk) -> None:
    async with desk.client().get("/readyz") as answer:
        body = await answer.json()
    assert (answer.status, body["ready"]) == (200, True)
    assert body["checks"]["plan"]["says"] == "The plan has 60 runs."


async def test_not_ready_without_a_plan_and_says_how_to_load_one(desk: Desk) -> None:
    desk.picture = None
    async with desk.client().get("/readyz") as answer:
        body = await answer.json()
    assert answer.status == 503
    assert "busline import plan" in body["checks"]["plan"]["says"]
    assert body["checks"]["database"]["ready"]


async def test_not_ready_when_the_newest_feed_is_old_and_says_how_old(desk: Desk) -> None:
    assert desk.picture is not None
    feed = desk.morning.fleet.feeds[SourceId("yards")]
    stale = replace(feed, ok=False, message="It answers 503.", fresh_at=desk.morning.now - timedelta(minutes=20))
    desk.picture.fleet = replace(desk.morning.fleet, feeds={feed.source: stale})
    async with desk.client().get("/readyz") as answer:
        says = (await answer.json())["checks"]["feeds"]["says"]
    assert answer.status == 503
    assert "20 min old" in says
    assert "It answers 503." in says


async def test_not_ready_when_the_database_is_gone_while_the_process_lives(desk: Desk) -> None:
    await desk.pool.close()
    client = desk.client()
    async with client.get("/readyz") as answer:
        assert answer.status == 503
        assert not (await answer.json())["checks"]["database"]["ready"]
    async with client.get("/healthz") as answer:
        assert answer.status == 200
    async with client.get("/board", headers=HTML | {"Cookie": "busline=x"}) as answer:
        assert answer.status == 503
        assert "cannot reach its database" in await words(answer)


async def test_the_metrics_count_runs_feeds_and_requests_without_naming_anybody(desk: Desk) -> None:
    desk.metrics.inquiry("text", "arriving", 0.02)
    desk.metrics.taken(SourceId("yards"), 50, ["duplicate", "duplicate", "teleport"])
    desk.metrics.unmatched({"too_far": 3})
    client = await desk.sign_in()
    async with client.get("/board/runs/2026-10-06/AM-101"):
        pass
    async with client.get("/metrics") as answer:
        text = await words(answer)
    for line in (
        'busline_runs{state="uncovered"} 2.0',
        'busline_feed_vehicles{source="yards"} 56.0',
        'busline_positions_rejected_total{reason="duplicate",source="yards"} 2.0',
        'busline_positions_unmatched_total{reason="too_far"} 3.0',
        'busline_inquiry_seconds_count{channel="text",outcome="arriving"} 1.0',
        'route="/board/runs/{date}/{run}"',
    ):
        assert line in text
    assert "AM-101" not in text


async def test_metrics_are_for_this_machine_or_for_who_shows_the_token(pool: Pool) -> None:
    settings: Settings = replace(read_settings({}), metrics_token=Secret("t" * 20))
    async with open_desk(pool, settings=settings) as desk:
        client = desk.client()
        for header, status in (("", 401), ("Bearer wrong", 401), (f"Bearer {'t' * 20}", 200)):
            async with client.get("/metrics", headers={"Authorization": header}) as answer:
                assert answer.status == status


async def test_metrics_are_not_for_somebody_whom_a_proxy_brought(desk: Desk) -> None:
    async with desk.client().get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}) as answer:
        assert answer.status == 403
        assert "BUSLINE_METRICS_TOKEN" in await words(answer)


async def test_the_log_has_the_route_of_a_request_and_never_its_path_query_or_name(desk: Desk) -> None:
    with capture_logs() as lines:
        client = await desk.sign_in()
        async with client.get("/board/runs/2026-10-06/AM-101?q=100234", headers=HTML) as answer:
            assert answer.status == 200
        async with desk.post_sign_in(desk.client(), "+16175550100", "x"):
            pass
        async with client.get("/healthz"):
            pass
    requests = [line for line in lines if line["event"] == "request"]
    assert [(line["route"], line["log_level"]) for line in requests] == [
        ("/sign-in", "info"),
        ("/board/runs/{date}/{run}", "info"),
        ("/sign-in", "info"),
        ("/healthz", "debug"),
    ]
    for secret in ("100234", "AM-101", "viewer-person", "6175550100", "127.0.0.1"):
        assert secret not in repr(lines)
