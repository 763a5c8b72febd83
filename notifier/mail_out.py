"""News for families by e-mail: one message, one mail, with a way to end them in its header."""

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import assert_never

from busline.clock import Clock
from busline.outbound import Claimed, Handed, Later, Refused, Taken, Unheard, Written
from notifier.mail_server import PATIENCE_SECONDS, Given, MailServer, NotHeard, TurnedAway, hand_in

_WHOLE_SECONDS = 15.0
"""For one mail, from the connection to the last word: an attempt is over well before its lease is."""


class MailOut:
    """Hands mails to a server. A `busline.outbound.Sender`."""

    def __init__(
        self,
        server: MailServer,
        sender: str,
        sender_name: str,
        ending_link: Callable[[Claimed], str],
        clock: Clock,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """`ending_link`: the address by which whoever gets this mail ends such mails, by a POST and no sooner."""
        self._server = server
        self._sender = sender
        self._sender_name = sender_name
        self._domain = sender.rpartition("@")[2]
        self._ending_link = ending_link
        self._clock = clock
        self._patience_seconds = patience_seconds

    async def hand_over(self, claimed: Claimed, written: Written, valid_seconds: int) -> Handed:
        """Hand it in. `valid_seconds` cannot be told to a mail server."""
        to = claimed.promise.address
        if to is None:
            return Refused("No e-mail address is known of this family.")
        handed = await hand_in(
            self._server,
            self._message(claimed, written, to),
            sender=self._sender,
            to=to,
            patience_seconds=self._patience_seconds,
            whole_seconds=_WHOLE_SECONDS,
        )
        match handed:
            case Given():
                return Taken(self._id(claimed))
            case TurnedAway(words, is_final):
                return Refused(words) if is_final else Later(words)
            case NotHeard(words):
                return Unheard(words)
            case _:
                assert_never(handed)

    async def find(self, claimed: Claimed, written: Written, since: datetime) -> Taken | Later | None:
        """Nobody can say: but a second one has the same Message-ID, by which mailboxes know it."""
        return Later("A mail server does not say what it has taken.")

    def _id(self, claimed: Claimed) -> str:
        return f"news-{claimed.outbox_id}@{self._domain}"

    def _message(self, claimed: Claimed, written: Written, to: str) -> EmailMessage:
        message = EmailMessage()
        message["From"] = formataddr((self._sender_name, self._sender))
        message["To"] = to
        message["Subject"] = written.subject
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{self._id(claimed)}>"
        # RFC 8058: mail programs offer to end them by one click, which is a POST; a mere look at the link ends nothing.
        message["List-Unsubscribe"] = f"<{self._ending_link(claimed)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(written.body, cte="quoted-printable")
        # Afterwards: setting the content clears what is said about it.
        message["Content-Language"] = written.language
        return message
