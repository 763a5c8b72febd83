"""Cases by e-mail: one thread a case in the department's mailbox, answered by replying."""

from collections.abc import Callable
from datetime import tzinfo
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import assert_never

from busline.cases.letter import body, subject
from busline.cases.parcel import Attempt, Delivered, Never, NotNow, Parcel, Unknown
from notifier.connectors.mail_in import ABOVE_THIS_LINE
from notifier.connectors.reply_address import ReplyAddresses
from notifier.mail_server import Given, MailServer, NotHeard, TurnedAway, hand_in, server_trouble

_HOW_TO_ANSWER = "What you reply is texted to the family. Begin with NOTE to keep it for staff."


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
        return await server_trouble(self._server, patience_seconds=self._patience_seconds)

    async def deliver(self, parcel: Parcel) -> Attempt:
        to = parcel.department.target if parcel.to is None else parcel.to.address
        if not to:
            return NotNow(f"No address is set for {parcel.department.department_id}; `busline department` sets one.")
        message = self._message(parcel, to)
        handed = await hand_in(
            self._server, message, sender=self._sender, to=to, patience_seconds=self._patience_seconds
        )
        match handed:
            case Given():
                return Delivered(parcel.remote_id or message["Message-ID"])
            case TurnedAway(words, is_final):
                return Never(words) if is_final else NotNow(words)
            case NotHeard(words):
                return Unknown(words)
            case _:
                assert_never(handed)

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
