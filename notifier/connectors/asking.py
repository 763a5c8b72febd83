"""One HTTP request to a department's system, and what its failing means for a parcel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import orjson

from busline.cases.parcel import NotNow, Unknown
from busline.masking import quoted

PATIENCE_SECONDS = 20.0
"""For a whole request. A department's system that takes longer is asked again later."""
_LARGEST_ANSWER_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said."""

    status: int
    body: Any
    """As JSON gives it; None where it is not JSON."""
    retry_after_seconds: float | None

    @property
    def words(self) -> str:
        """Its own words about a refusal, short."""
        said = self.body.get("error_human") or self.body.get("error") if isinstance(self.body, dict) else None
        return f"it answered {self.status}" + (f": {quoted(str(said)[:200])}" if said else "")


async def ask(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    patience_seconds: float = PATIENCE_SECONDS,
) -> Answer | NotNow | Unknown:
    """The answer, or why there was none: not connected is certain, anything later is not."""
    timeout = aiohttp.ClientTimeout(total=patience_seconds)
    try:
        async with session.request(
            method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False
        ) as response:
            content = await response.content.read(_LARGEST_ANSWER_BYTES)
            return Answer(response.status, _json(content), _seconds(response.headers.get("Retry-After", "")))
    except aiohttp.ClientConnectorError as fault:
        return NotNow(f"it cannot be reached ({fault.strerror or type(fault).__name__})")
    except (aiohttp.ClientError, TimeoutError, OSError) as fault:
        return Unknown(f"it did not answer ({type(fault).__name__})")


def _json(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def _seconds(retry_after: str) -> float | None:
    """RFC 9110: a number of seconds, or a date."""
    if retry_after.isascii() and retry_after.isdecimal():
        return float(retry_after[:9])
    try:
        at = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
