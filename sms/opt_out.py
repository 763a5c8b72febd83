"""Who wants no more texts, or wants them again: any text in, `OptWord` or None out. Asked before anything else.

Only a whole message counts, apart from a please or a thank you: "where is my stop" is about a bus stop.
"""

from enum import StrEnum

from sms.catalogue import Catalogue
from sms.folding import tokens


class OptWord(StrEnum):
    """What a text says about receiving texts."""

    STOP = "stop"
    START = "start"
    YES = "yes"
    """START only from a phone that has opted out, as the carriers take it; otherwise an ordinary word."""


CARRIER_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
"""Twilio's default list for long codes: the carrier confirms these itself, and blocks whatever we would add."""


def carrier_confirms(text: str) -> bool:
    """Whether the carrier has answered this opt-out already, so that one more word from us would only be refused."""
    return text.strip().upper() in CARRIER_STOP


class OptOutWords:
    """Recognises opting out and in, in every language of the catalogue, whatever language the phone is served in."""

    def __init__(self, catalogue: Catalogue) -> None:
        def phrases(key: str) -> frozenset[tuple[str, ...]]:
            return frozenset(
                tokens(phrase) for language in catalogue.languages for phrase in catalogue.words(language, key)
            )

        self._meanings = {
            OptWord.STOP: phrases("words-stop"),
            OptWord.START: phrases("words-start"),
            OptWord.YES: phrases("words-yes"),
        }
        self._polite = phrases("words-polite")

    def recognise(self, text: str) -> OptWord | None:
        """What the whole of `text` says about receiving texts, if that is what it is about."""
        typed = tokens(text)
        for candidate in (typed, self._without_politeness(typed), typed[:1] if len(set(typed)) == 1 else ()):
            for word, phrases in self._meanings.items():
                if candidate in phrases:
                    return word
        return None

    def _without_politeness(self, typed: tuple[str, ...]) -> tuple[str, ...]:
        rest = typed
        while rest:
            for polite in self._polite:
                if rest[-len(polite) :] == polite:
                    rest = rest[: -len(polite)]
                    break
                if rest[: len(polite)] == polite:
                    rest = rest[len(polite) :]
                    break
            else:
                break
        return rest
