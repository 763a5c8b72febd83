"""Every way a server can misbehave is one named fault, found within the limits of time, size and address."""

import asyncio
import gzip
import socket
import time
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from feeds.addresses import address_refusal, is_inner
from feeds.http import NO_VALIDATORS, Body, Fault, FetchFault, Limits, NotModified, Validators, open_fetcher
from tests.web.chaos_server import Answer, chaos_server, drips, hangs_up, resets, says, says_raw

LOCAL = Limits(total_seconds=5.0, size_bytes=1_048_576, allow_http=True, allow_private=True)


async def answer_to(
    answer: Answer, limits: Limits = LOCAL, validators: Validators = NO_VALIDATORS
) -> Body | NotModified | Fault:
    async with chaos_server(answer) as server, open_fetcher(server.url, limits=limits) as fetcher:
        return await fetcher.fetch(validators)


async def fault_of(answer: Answer, limits: Limits = LOCAL) -> Fault:
    outcome = await answer_to(answer, limits)
    assert isinstance(outcome, Fault), outcome
    assert outcome.words.endswith(".")
    assert "secret" not in outcome.words
    return outcome


async def test_a_body_comes_with_what_it_takes_to_ask_for_changes_only() -> None:
    outcome = await answer_to(says("200 OK", b"bytes", ETag='"a1"', Last_Modified="Tue, 08 Sep 2026 07:30:00 GMT"))
    assert outcome == Body(b"bytes", Validators('"a1"', "Tue, 08 Sep 2026 07:30:00 GMT"))


async def test_validators_headers_and_gzip_are_sent_and_a_304_is_not_modified() -> None:
    async with (
        chaos_server(says("304 Not Modified")) as server,
        open_fetcher(server.url, headers={"X-Key": "k1"}, limits=LOCAL) as fetcher,
    ):
        assert await fetcher.fetch(Validators('"a1"', "Tue, 08 Sep 2026 07:30:00 GMT")) == NotModified()
        (asked,) = server.requests
    for line in (
        'if-none-match: "a1"',
        "if-modified-since: tue, 08 sep 2026 07:30:00 gmt",
        "x-key: k1",
        "accept-encoding: gzip",
    ):
        assert f"\r\n{line}\r\n" in asked


@pytest.mark.parametrize("packed", [gzip.compress(b"bytes" * 999, mtime=0), zlib.compress(b"bytes" * 999)])
async def test_a_packed_body_is_unpacked(packed: bytes) -> None:
    encoding = "gzip" if packed[:2] == b"\x1f\x8b" else "deflate"
    outcome = await answer_to(says("200 OK", packed, Content_Encoding=encoding))
    assert isinstance(outcome, Body)
    assert outcome.content == b"bytes" * 999


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("204 No Content", FetchFault.UNEXPECTED_STATUS),
        ("301 Moved Permanently", FetchFault.REDIRECT),
        ("302 Found", FetchFault.REDIRECT),
        ("304 Not Modified", FetchFault.UNEXPECTED_STATUS),
        ("400 Bad Request", FetchFault.CLIENT_ERROR),
        ("401 Unauthorized", FetchFault.UNAUTHORIZED),
        ("403 Forbidden", FetchFault.UNAUTHORIZED),
        ("404 Not Found", FetchFault.NOT_FOUND),
        ("429 Too Many Requests", FetchFault.RATE_LIMITED),
        ("500 Internal Server Error", FetchFault.SERVER_ERROR),
        ("503 Service Unavailable", FetchFault.SERVER_ERROR),
    ],
)
async def test_every_class_of_status_is_its_own_fault(status: str, reason: FetchFault) -> None:
    assert (await fault_of(says(status))).reason is reason


async def test_a_redirect_is_not_followed() -> None:
    async with chaos_server(says("200 OK", b"inside")) as inside:
        redirect = says("302 Found", Location=inside.url)
        assert (await fault_of(redirect)).reason is FetchFault.REDIRECT
        assert inside.requests == []


async def test_the_pause_a_server_asks_for_is_read_as_seconds_or_as_a_date() -> None:
    assert (await fault_of(says("429 Slow", Retry_After="0.40235"))).retry_after_seconds == pytest.approx(0.40235)
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert (await fault_of(says("503 Busy", Retry_After=in_a_minute))).retry_after_seconds == pytest.approx(60, abs=5)
    for nonsense in ("soon", "-5", "inf", "nan", "Tue, 99 Sep 2026 07:30:00 GMT"):
        assert (await fault_of(says("429 Slow", Retry_After=nonsense))).retry_after_seconds is None


async def test_a_body_shorter_than_its_length_is_truncated() -> None:
    assert (await fault_of(says_raw("200 OK", b"half", Content_Length="8"))).reason is FetchFault.TRUNCATED


async def test_a_chunked_body_without_its_last_chunk_is_truncated() -> None:
    cut = says_raw("200 OK", b"4\r\nhalf\r\n", Transfer_Encoding="chunked")
    assert (await fault_of(cut)).reason is FetchFault.TRUNCATED


async def test_a_packed_body_that_breaks_off_is_truncated_even_where_its_length_is_right() -> None:
    packed = gzip.compress(b"bytes" * 999)[:-9]
    assert (await fault_of(says("200 OK", packed, Content_Encoding="gzip"))).reason is FetchFault.TRUNCATED


@pytest.mark.parametrize("body", [b"not gzip at all", gzip.compress(b"one", mtime=0) + gzip.compress(b"two", mtime=0)])
async def test_a_body_that_is_not_the_gzip_it_says_is_a_bad_encoding(body: bytes) -> None:
    assert (await fault_of(says("200 OK", body, Content_Encoding="gzip"))).reason is FetchFault.BAD_ENCODING


async def test_a_packing_that_was_not_offered_is_a_bad_encoding() -> None:
    assert (await fault_of(says("200 OK", b"x", Content_Encoding="br"))).reason is FetchFault.BAD_ENCODING


async def test_a_body_over_the_limit_is_too_large_whether_it_says_its_length_or_not() -> None:
    body = b"x" * (LOCAL.size_bytes + 1)
    assert (await fault_of(says("200 OK", body))).reason is FetchFault.TOO_LARGE
    assert (await fault_of(says_raw("200 OK", body))).reason is FetchFault.TOO_LARGE
    outcome = await answer_to(says("200 OK", body[:-1]))
    assert isinstance(outcome, Body)


async def test_a_gzip_bomb_is_stopped_while_it_unpacks() -> None:
    bomb = gzip.compress(bytes(128 * 1_048_576), compresslevel=1)
    tracemalloc.start()
    try:
        fault = await fault_of(says("200 OK", bomb, Content_Encoding="gzip"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert fault.reason is FetchFault.TOO_LARGE
    assert peak < 16 * 1_048_576


async def test_a_drip_that_keeps_every_read_alive_still_runs_into_the_total_limit() -> None:
    began = time.monotonic()
    fault = await fault_of(drips(b"x" * 1_000, 0.02), Limits(0.3, allow_http=True, allow_private=True))
    assert fault.reason is FetchFault.TIMEOUT
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("answer", [resets, hangs_up], ids=["reset", "hung up"])
async def test_a_connection_that_breaks_is_unreachable(answer: Answer) -> None:
    assert (await fault_of(answer)).reason is FetchFault.UNREACHABLE


async def test_what_is_no_http_is_unreachable() -> None:
    async def ssh(writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        await writer.drain()

    assert (await fault_of(ssh)).reason is FetchFault.UNREACHABLE


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        async with open_fetcher(url, limits=LOCAL) as fetcher:
            outcome = await fetcher.fetch()
    assert isinstance(outcome, Fault)
    assert outcome.reason is FetchFault.UNREACHABLE


# Addresses


@pytest.mark.parametrize(
    "url",
    [
        "",
        "feed.pb",
        "file:///etc/passwd",
        "ftp://example.org/feed.pb",
        "http://example.org/feed.pb",
        "https://user:pw@example.org/feed.pb",
        "https:///feed.pb",
        "https://[::1/feed.pb",
        "https://127.0.0.1/feed.pb",
        "https://10.1.2.3/feed.pb",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/feed.pb",
        "https://[::ffff:10.1.2.3]/feed.pb",
        "https://[fd00::1]/feed.pb",
        "https://0.0.0.0/feed.pb",
    ],
)
async def test_addresses_that_are_no_public_https_are_refused_unasked(url: str) -> None:
    assert address_refusal(url, allow_http=False, allow_private=False)
    async with open_fetcher(url) as fetcher:
        outcome = await fetcher.fetch()
    assert isinstance(outcome, Fault)
    assert outcome.reason is FetchFault.ADDRESS_REFUSED


def test_a_public_https_address_is_accepted() -> None:
    assert address_refusal("https://example.org/feed.pb?key=1", allow_http=False, allow_private=False) is None
    assert address_refusal("https://8.8.8.8/feed.pb", allow_http=False, allow_private=False) is None


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "192.168.0.9", "100.64.0.1", "224.0.0.1", "::", "fe80::1", "2002:0a01:0203::1", "64:ff9b::a9fe:a9fe"],
)
def test_an_inner_address_is_known_however_it_is_dressed_up(host: str) -> None:
    assert is_inner(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "example.org"])
def test_an_outer_address_or_a_name_is_none_of_our_own(host: str) -> None:
    assert not is_inner(host)


@pytest.mark.parametrize("name", ["localhost", "2130706433"])
async def test_a_name_that_leads_inside_is_refused_and_nothing_is_asked_there(name: str) -> None:
    async with chaos_server(says("200 OK", b"inside")) as inside:
        url = f"http://{name}:{inside.port}/"
        async with open_fetcher(url, limits=Limits(5.0, allow_http=True)) as fetcher:
            outcome = await fetcher.fetch()
        assert isinstance(outcome, Fault)
        assert outcome.reason is FetchFault.ADDRESS_REFUSED
        assert inside.requests == []
