"""A plan's address in, its zip on disk out: streamed, limited in size and time, and never redirected elsewhere."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from feeds.plan.problems import PlanRefusedError
from feeds.problem import Problem

MAX_DOWNLOAD_BYTES = 256 * 1024**2
"""Of the zip. The largest public GTFS feeds are about half of it."""
DOWNLOAD_SECONDS = 300.0
_CHUNK_BYTES = 256 * 1024
_LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


def is_address(source: str) -> bool:
    """Whether a plan is named by an address rather than by a path."""
    return "://" in source


@asynccontextmanager
async def fetched(url: str) -> AsyncIterator[Path]:
    """Download a plan to a temporary file, gone at the end.

    The address is https; plain http is accepted from this machine alone. Raises `PlanRefusedError`, in words, for any
    other address, an answer that is not the file itself, one too large or too slow, and a host that cannot be reached.
    """
    parts = urlsplit(url)
    if not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL_HOSTS)):
        raise _refused(f"A plan is fetched by https; {parts.scheme}://{parts.hostname or ''} is not.")
    with tempfile.TemporaryDirectory(prefix="busline-plan-") as folder:
        path = Path(folder) / "plan.zip"
        try:
            await _download(url, parts.hostname or "", path)
        except TimeoutError as error:
            raise _refused(f"{parts.hostname} did not send the plan within {DOWNLOAD_SECONDS:.0f} s.") from error
        except aiohttp.ClientError as error:
            raise _refused(
                f"The plan could not be fetched from {parts.hostname}: {str(error) or type(error).__name__}."
            ) from error
        yield path


async def _download(url: str, host: str, path: Path) -> None:
    timeout = aiohttp.ClientTimeout(total=DOWNLOAD_SECONDS, sock_connect=10, sock_read=60)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        # What the address names is what is read: a redirect would be another address that nobody checked.
        session.get(url, allow_redirects=False, headers={"Accept-Encoding": "identity"}) as response,
    ):
        if 300 <= response.status < 400:
            target = response.headers.get("Location", "an unnamed place")
            raise _refused(f"{host} points to {target} instead of sending the plan; use that address if you trust it.")
        if response.status != 200:
            raise _refused(f"{host} answered {response.status} {response.reason} instead of sending the plan.")
        received = 0
        with path.open("wb") as file:
            async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
                received += len(chunk)
                if received > MAX_DOWNLOAD_BYTES:
                    raise _refused(f"{host} sent more than {MAX_DOWNLOAD_BYTES // 1024**2} MB, which no plan needs.")
                file.write(chunk)


def _refused(reason: str) -> PlanRefusedError:
    return PlanRefusedError([Problem("", None, reason)])
