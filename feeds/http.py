"""One conditional GET, made as if the other side meant harm: no redirects, a time limit, a size limit, no way inside.

A server decides how long its answer is, how far it unpacks and where its name points. Each is bounded here while
reading, so that neither a slow drip, a gzip bomb (1 GiB from 1 MB) nor a name that resolves to the inner network costs
more than one poll. Every outcome is a value: `Body`, `NotModified` or `Fault`.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from types import MappingProxyType

import aiohttp
from yarl import URL

from feeds.addresses import InnerAddressError, OuterResolver, address_refusal

TIME_LIMIT_SECONDS = 10.0
SIZE_LIMIT_BYTES = 32 * 1024 * 1024
"""Unpacked. A feed of 9,000 vehicles takes under 1 MB."""
_CHUNK_BYTES = 65_536
_GZIP_OR_ZLIB = 47
"""zlib's `wbits` for "either header, largest window"."""


class FetchFault(StrEnum):
    """Why there is no body."""

    ADDRESS_REFUSED = "address_refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    REDIRECT = "redirect"
    UNAUTHORIZED = "unauthorized"
    NOT_FOUND = "not_found"
    RATE_LIMITED = "rate_limited"
    CLIENT_ERROR = "client_error"
    SERVER_ERROR = "server_error"
    UNEXPECTED_STATUS = "unexpected_status"
    TOO_LARGE = "too_large"
    TRUNCATED = "truncated"
    BAD_ENCODING = "bad_encoding"


NEEDS_A_PERSON = frozenset(
    {FetchFault.ADDRESS_REFUSED, FetchFault.REDIRECT, FetchFault.UNAUTHORIZED, FetchFault.NOT_FOUND}
)
"""Faults of the settings rather than of the moment: asking again soon will not help."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave with a body, to be told "only if it changed" next time."""

    etag: str | None = None
    last_modified: str | None = None


NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True)
class Body:
    content: bytes
    validators: Validators


@dataclass(frozen=True, slots=True)
class NotModified:
    """The body the validators came with is still the newest."""


@dataclass(frozen=True, slots=True)
class Fault:
    reason: FetchFault
    words: str
    """One sentence for staff; never the address's path or query, which may hold a key."""
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost and reach. `total_seconds` are real seconds, whatever clock the district runs on."""

    total_seconds: float = TIME_LIMIT_SECONDS
    size_bytes: int = SIZE_LIMIT_BYTES
    allow_http: bool = False
    allow_private: bool = False
    """Permit addresses of the inner network: for the simulator, a replay, or a vendor's box in the same building."""


USUAL_LIMITS = Limits()


class Fetcher:
    """Asks one address. Made by `open_fetcher`."""

    def __init__(self, session: aiohttp.ClientSession, url: str, headers: Mapping[str, str], limits: Limits) -> None:
        self._session = session
        self._url = url
        self._headers = headers
        self._limits = limits

    async def fetch(self, validators: Validators = NO_VALIDATORS) -> Body | NotModified | Fault:
        """Ask once. Pass the validators of the last body that was *good*, or a bad one would be kept for ever."""
        refusal = address_refusal(
            self._url, allow_http=self._limits.allow_http, allow_private=self._limits.allow_private
        )
        if refusal is not None:
            return Fault(FetchFault.ADDRESS_REFUSED, refusal)
        headers = {**self._headers, "Accept-Encoding": "gzip"}
        if validators.etag is not None:
            headers["If-None-Match"] = validators.etag
        if validators.last_modified is not None:
            headers["If-Modified-Since"] = validators.last_modified
        seconds = self._limits.total_seconds
        try:
            async with (
                asyncio.timeout(seconds),
                self._session.get(URL(self._url), headers=headers, allow_redirects=False) as response,
            ):
                if response.status == 304 and validators != NO_VALIDATORS:
                    return NotModified()
                if response.status != 200:
                    return _status_fault(response)
                return await _read(response, self._limits.size_bytes)
        except TimeoutError:
            return Fault(FetchFault.TIMEOUT, f"The server did not finish its answer within {seconds:g} s.")
        except aiohttp.ClientPayloadError:
            return Fault(FetchFault.TRUNCATED, "The server's answer broke off before its end.")
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, InnerAddressError):
                return Fault(FetchFault.ADDRESS_REFUSED, str(error.os_error))
            return Fault(FetchFault.UNREACHABLE, f"The server cannot be reached ({type(error).__name__}).")
        except aiohttp.InvalidURL:
            return Fault(FetchFault.ADDRESS_REFUSED, "The address is not one that can be asked.")
        except (aiohttp.ClientError, OSError) as error:
            return Fault(FetchFault.UNREACHABLE, f"The connection to the server failed ({type(error).__name__}).")


_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@asynccontextmanager
async def open_fetcher(
    url: str, *, headers: Mapping[str, str] = _NO_HEADERS, limits: Limits = USUAL_LIMITS
) -> AsyncIterator[Fetcher]:
    """A fetcher with its own connection and no cookies; `headers` carry a key where the feed wants one."""
    resolver = None if limits.allow_private else OuterResolver()
    connector = aiohttp.TCPConnector(limit=2, resolver=resolver)
    async with aiohttp.ClientSession(
        connector=connector,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
    ) as session:
        yield Fetcher(session, url, headers, limits)


def _status_fault(response: aiohttp.ClientResponse) -> Fault:
    match response.status:
        case 429:
            return Fault(
                FetchFault.RATE_LIMITED,
                "The server says that it is asked too often (429).",
                _retry_after_seconds(response.headers.get("Retry-After")),
            )
        case 401 | 403 as status:
            return Fault(FetchFault.UNAUTHORIZED, f"The server refuses us ({status}); check the feed's key.")
        case 404 | 410 as status:
            return Fault(FetchFault.NOT_FOUND, f"The server has nothing at the feed's address ({status}).")
        case 301 | 302 | 303 | 307 | 308 as status:
            return Fault(FetchFault.REDIRECT, f"The server sends us elsewhere ({status}); set the feed's new address.")
        case status if 400 <= status < 500:
            return Fault(FetchFault.CLIENT_ERROR, f"The server does not accept our question ({status}).")
        case status if status >= 500:
            return Fault(
                FetchFault.SERVER_ERROR,
                f"The server has a fault of its own ({status}).",
                _retry_after_seconds(response.headers.get("Retry-After")),
            )
        case status:
            return Fault(FetchFault.UNEXPECTED_STATUS, f"The server answered {status}, which holds no positions.")


async def _read(response: aiohttp.ClientResponse, size_limit: int) -> Body | Fault:
    too_large = Fault(FetchFault.TOO_LARGE, f"The server's answer is larger than {size_limit // 1_048_576} MB.")
    match response.headers.get("Content-Encoding", "identity").strip().lower():
        case "identity" | "":
            unpack = None
        case "gzip" | "x-gzip" | "deflate":
            unpack = zlib.decompressobj(_GZIP_OR_ZLIB)
        case _:
            return Fault(FetchFault.BAD_ENCODING, "The server packs its answer in a way that we did not offer.")
    trailing = Fault(FetchFault.BAD_ENCODING, "The server's packed answer goes on after its end.")
    content = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        if unpack is None:
            content += chunk
        elif unpack.eof:
            return trailing
        else:
            try:
                # At most one byte over the limit is ever unpacked: that one is enough to know.
                content += unpack.decompress(chunk, size_limit + 1 - len(content))
            except zlib.error:
                return Fault(FetchFault.BAD_ENCODING, "The server says that its answer is gzip, and it is not.")
        if len(content) > size_limit:
            return too_large
    if unpack is not None and not unpack.eof:
        return Fault(FetchFault.TRUNCATED, "The server's packed answer broke off before its end.")
    if unpack is not None and unpack.unused_data:
        return trailing
    return Body(bytes(content), Validators(response.headers.get("ETag"), response.headers.get("Last-Modified")))


def _retry_after_seconds(value: str | None) -> float | None:
    """`Retry-After` as seconds (some servers give fractions) or as an HTTP date."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):  # no date, or one without a zone
            return None
    return seconds if 0.0 <= seconds < float("inf") else None
