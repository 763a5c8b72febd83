"""Cases by e-mail: one thread a case in the department's mailbox, answered by replying."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from enum import StrEnum

import aiosmtplib

from busline.cases.letter import body, subject
from busline.cases.parcel import Attempt, Delivered, Never, NotNow, Parcel, Unknown
from busline.masking import quoted
from notifier.connectors.mail_in import ABOVE_THIS_LINE
from notifier.connectors.reply_address import ReplyAddresses

_HOW_TO_ANSWER = "What you reply is texted to the family. Begin with NOTE to keep it for staff."
_WHOLE_SECONDS = 50.0


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


class EmailConnector:
    """Sends each parcel as a mail. The same parcel twice has the same Message-ID, by which mailboxes know it."""

    def __init__(
        self,
        server: MailServer,
        sender: str,
        sender_name: str,
        addresses: ReplyAddresses,
        zone: Callable[[], tzinfo],
        *,
        patience_seconds: float = 20.0,
    ) -> None:
        """`patience_seconds`: for each thing that is said to the server."""
        self._patience_seconds = patience_seconds
        self._server = server
        self._sender = sender
        self._sender_name = sender_name
        self._addresses = addresses
        self._zone = zone

    async def trouble(self) -> str | None:
        """What is wrong with the mail server, in words; None where it lets us in. Sends nothing."""
        try:
            async with asyncio.timeout(_WHOLE_SECONDS), self._client() as client:
                await client.noop()
        except (aiosmtplib.SMTPException, OSError) as fault:
            return f"{self._server.host} cannot be used ({type(fault).__name__}: {fault})."
        return None

    async def deliver(self, parcel: Parcel) -> Attempt:
        to = parcel.department.target if parcel.to is None else parcel.to.address
        if not to:
            return NotNow(f"No address is set for {parcel.department.department_id}; `busline department` sets one.")
        message = self._message(parcel, to)
        try:
            async with asyncio.timeout(_WHOLE_SECONDS):
                return await self._hand_in(message, to, parcel)
        except TimeoutError:
            return Unknown("The mail server took too long.")

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            timeout=self._patience_seconds,
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
            username=server.username,
            password=server.password,
            tls_context=server.tls,
        )

    async def _hand_in(self, message: EmailMessage, to: str, parcel: Parcel) -> Attempt:
        given = False
        try:
            async with self._client() as client:
                await client.mail(self._sender)
                await client.rcpt(to)
                given = True
                await client.data(message.as_bytes(policy=policy.SMTP))
                # Taken. What goes wrong in saying goodbye changes nothing.
                return Delivered(parcel.remote_id or message["Message-ID"])
        except aiosmtplib.SMTPResponseException as refusal:
            words = f"The mail server answered {refusal.code}: {quoted(refusal.message[:200])}"
            # 4xx may pass. Of the others only a refused address or message is final: a password can be corrected.
            is_final = refusal.code in (550, 551, 552, 553, 554) and not isinstance(
                refusal, (aiosmtplib.SMTPAuthenticationError, aiosmtplib.SMTPConnectResponseError)
            )
            return Never(words) if is_final else NotNow(words)
        except (aiosmtplib.SMTPException, OSError) as fault:
            words = f"The mail server {self._server.host} cannot be used ({type(fault).__name__}: {fault})."
            return Unknown(words) if given else NotNow(words)

    def _message(self, parcel: Parcel, to: str) -> EmailMessage:
        message = EmailMessage()
        message["From"] = formataddr((self._sender_name, self._sender))
        message["To"] = to
        message["Reply-To"] = self._addresses.of(parcel.case.reference)
        message["Subject"] = subject(parcel.case)
        message["Date"] = format_datetime(parcel.event.at)
        message["Message-ID"] = f"<case-{parcel.key}@{self._addresses.domain}>"
        # No auto-reply answers a program; ours are recognised by this, too.
        message["Auto-Submitted"] = "auto-generated"
        if parcel.remote_id is not None and parcel.to is None:
            message["In-Reply-To"] = parcel.remote_id
            message["References"] = parcel.remote_id
        if parcel.case.urgent:
            message["Importance"] = "high"
        text = f"{ABOVE_THIS_LINE}\n{_HOW_TO_ANSWER}\n\n{body(parcel, self._zone())}\n"
        message.set_content(text, cte="quoted-printable")
        return message
