"""A Busline in a process of its own, as a person would start it, and a phone that texts it with real signatures."""

import asyncio
import html
import itertools
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from twilio.request_validator import RequestValidator

SIDS = itertools.count(1)
PATIENCE_SECONDS = 60.0
"""For a start on a busy machine; the usual one takes a few seconds."""


@asynccontextmanager
async def busline(
    *arguments: str, environ: Mapping[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`busline ARGUMENTS` until the end of the block; then it is told to stop, and has to."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BUSLINE_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "busline",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        limit=2**24,
        env={**clean, **(environ or {})},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await process.communicate()


async def first_line(process: asyncio.subprocess.Process) -> dict[str, Any]:
    """The JSON line that says it is ready."""
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        line = await process.stdout.readline()
    assert line, "it ended before it was ready"
    told: dict[str, Any] = json.loads(line)
    return told


@dataclass(frozen=True, slots=True)
class Texting:
    """Sends texts as Twilio would."""

    session: aiohttp.ClientSession
    webhook: str
    auth_token: str

    async def text(self, phone: str, body: str, *, sid: str | None = None) -> Sequence[str]:
        """The messages of the reply."""
        form = {
            "MessageSid": sid or f"SM{next(SIDS):032x}",
            "AccountSid": "AC" + "0" * 32,
            "From": phone,
            "To": "+16175550100",
            "Body": body,
            "NumMedia": "0",
        }
        signature = RequestValidator(self.auth_token).compute_signature(self.webhook, form)
        async with self.session.post(self.webhook, data=form, headers={"X-Twilio-Signature": signature}) as response:
            assert response.status == 200, await response.text()
            twiml = await response.text()
        return [html.unescape(text) for text in re.findall(r"<Message>(.*?)</Message>", twiml, re.DOTALL)]
