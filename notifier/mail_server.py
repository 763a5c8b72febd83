"""A message handed to a mail server, and what its answer means."""

import asyncio
import ssl
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from enum import StrEnum
from typing import TypeAlias

import aiosmtplib

from busline.masking import quoted

PATIENCE_SECONDS = 20.0
"""For each thing that is said to the server."""
_WHOLE_SECONDS = 50.0
_NO_SUCH_MAILBOX = (550, 551, 552, 553, 554)


class Security(StrEnum):
    """How the way to the mail server is kept from others' eyes."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"
    """For a server on this machine."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in."""

    host: str
    port: int
    security: Security = Security.STARTTLS
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None
    """None trusts what the system trusts."""


@dataclass(frozen=True, slots=True)
class Given:
    """The server has it."""


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """The server certainly has not. `is_final`: it never takes this message or this address."""

    words: str
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class NotHeard:
    """The server may have it or not."""

    words: str


HandedIn: TypeAlias = Given | TurnedAway | NotHeard


async def server_trouble(server: MailServer, *, patience_seconds: float = PATIENCE_SECONDS) -> str | None:
    """What is wrong with the mail server, in words; None where it lets us in. Sends nothing."""
    try:
        async with asyncio.timeout(_WHOLE_SECONDS), _client(server, patience_seconds) as client:
            await client.noop()
    except (aiosmtplib.SMTPException, OSError) as fault:
        return f"{server.host} cannot be used ({type(fault).__name__}: {fault})."
    return None


async def hand_in(
    server: MailServer,
    message: EmailMessage,
    *,
    sender: str,
    to: str,
    patience_seconds: float = PATIENCE_SECONDS,
    whole_seconds: float = _WHOLE_SECONDS,
) -> HandedIn:
    """Hand a message in, to one address."""
    try:
        async with asyncio.timeout(whole_seconds):
            return await _given(server, message, sender, to, patience_seconds)
    except TimeoutError:
        return NotHeard("The mail server took too long.")


async def _given(server: MailServer, message: EmailMessage, sender: str, to: str, patience_seconds: float) -> HandedIn:
    given = False
    try:
        async with _client(server, patience_seconds) as client:
            await client.mail(sender)
            await client.rcpt(to)
            given = True
            await client.data(message.as_bytes(policy=policy.SMTP))
            # Taken. What goes wrong in saying goodbye changes nothing.
            return Given()
    except aiosmtplib.SMTPResponseException as refusal:
        words = f"The mail server answered {refusal.code}: {quoted(refusal.message[:200])}"
        # 4xx may pass. Of the others only a refused address or message is final: a password can be corrected.
        is_final = refusal.code in _NO_SUCH_MAILBOX and not isinstance(
            refusal, (aiosmtplib.SMTPAuthenticationError, aiosmtplib.SMTPConnectResponseError)
        )
        return TurnedAway(words, is_final)
    except (aiosmtplib.SMTPException, OSError) as fault:
        words = f"The mail server {server.host} cannot be used ({type(fault).__name__}: {fault})."
        return NotHeard(words) if given else TurnedAway(words)


def _client(server: MailServer, patience_seconds: float) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        timeout=patience_seconds,
        use_tls=server.security is Security.TLS,
        start_tls=server.security is Security.STARTTLS,
        username=server.username,
        password=server.password,
        tls_context=server.tls,
    )
