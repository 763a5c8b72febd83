"""STOP and START as the carrier keeps them: a text in, whether the phone may be texted, and the carrier's own reply."""

from busline.ids import Phone

_OUT = frozenset({"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"})
_IN = frozenset({"START", "YES", "UNSTOP"})
_HELP = frozenset({"HELP", "INFO"})
"""Twilio's default English lists for long codes: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out."""

_STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe."
)
_STARTED = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)
_HELPED = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."


class OptOuts:
    """Who has texted STOP. The record is the carrier's: nothing that Busline does can change it."""

    def __init__(self) -> None:
        self._stopped: set[Phone] = set()

    def blocks(self, phone: Phone) -> bool:
        """Whether every text to this phone is refused (21610)."""
        return phone in self._stopped

    def hear(self, phone: Phone, body: str) -> str | None:
        """Note a keyword; the carrier's own reply to it, or None.

        Only a whole message counts: "stop please" changes nothing. A keyword that changes nothing gets no reply,
        and neither does HELP from a phone that has opted out.
        """
        word = body.strip().upper()
        if word in _OUT and phone not in self._stopped:
            self._stopped.add(phone)
            return _STOPPED
        if word in _IN and phone in self._stopped:
            self._stopped.discard(phone)
            return _STARTED
        if word in _HELP and phone not in self._stopped:
            return _HELPED
        return None
