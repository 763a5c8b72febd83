"""Who wants no more texts, or wants them again: any text in, `OptWord` or None out. Asked before anything else.

The whole message must say so, in one language and its English: a word that means it alone ("stop"), an end to messages
("no more texts"), or a number to be removed ("take me off your list"), with nothing beside it that is about anything
else. "Where is my stop", "the bus did not stop" and "cancel my ride" hold such words and are none.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from sms.folding import tokens
from sms.grammar.lexicon import Kind, Lexicon, OptKind, shipped_lexicons
from sms.grammar.listing import Listing, Phrase
from sms.grammar.phrases import PhraseIndex, Span, mended, spans_of

MOST_WORDS = 40
"""Nobody needs more words to leave (a Chinese character is one); a longer text is about something else as well."""
_ENGLISH = "en"
_SENTENCE_LETTERS = 8
"""Of "dont text" and "unsubscribe"; a shorter phrase may be a part of anything."""
_LONG = 5
"""Phrases of a text in which one word may be unknown."""
_EDGES = " .!¡?¿,;:\t\n"
_ENDS = frozenset({OptKind.STOP, OptKind.ENDING})
_REMOVED = frozenset({OptKind.ME, OptKind.MESSAGES})
_LEAST_OF_AGAIN = 3
"""Phrases of "send me texts again"; "send again" asks for the last one once more."""


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
    """Recognises opting out and in, in every language of its lexicons, whatever language the phone is served in."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        english = [PhraseIndex(Listing.of(lexicon.opting)) for lexicon in lexicons if lexicon.language == _ENGLISH]
        self._tongues = [
            _Tongue([PhraseIndex(Listing.of(lexicon.opting)), *english], verb_last=lexicon.verb_last)
            for lexicon in lexicons
        ]
        self._yes = frozenset(
            phrase for lexicon in lexicons for phrase in lexicon.phrases.listed_as(frozenset({Kind.YES}))
        )
        self._stop = frozenset(
            phrase for lexicon in lexicons for phrase, kinds in lexicon.opting.items() if OptKind.STOP in kinds
        )
        self._ordinary = frozenset().union(*(lexicon.phrases.words() for lexicon in lexicons))
        self._as_written = frozenset(written for lexicon in lexicons for written in lexicon.stop_as_written)

    def recognise(self, text: str) -> OptWord | None:
        """What the whole of `text` says about receiving texts, if that is what it is about."""
        words = tokens(text)
        if not words or len(words) > MOST_WORDS:
            return None
        if len(set(words)) == 1:
            words = words[:1]
        said = [self._said(words, tongue) for tongue in self._tongues]
        if any(says is OptWord.STOP for says in said) and not self._is_only_yes_without_marks(text, words):
            return OptWord.STOP
        if any(says is OptWord.START for says in said):
            return OptWord.START
        return OptWord.YES if self._is_yes(words) else None

    def _said(self, words: Phrase, tongue: "_Tongue") -> OptWord | None:
        spans = spans_of(self._mended(words, tongue.indexes), tongue.indexes)
        strange = [span.words[0] for span in spans if not span.kinds]
        # One word that nobody knows is a name or an oath; one that is known is another matter.
        if len(strange) > (len(spans) >= _LONG) or not all(self._is_strange(word) for word in strange):
            return None
        if _says_stop(spans, verb_last=tongue.verb_last):
            return OptWord.STOP
        return OptWord.START if not strange and _says_start(spans) else None

    def _is_strange(self, word: str) -> bool:
        return word not in self._ordinary and not any(letter.isdigit() for letter in word)

    def _mended(self, words: Phrase, indexes: Sequence[PhraseIndex[OptKind]]) -> Phrase:
        """The words with slips put right, but never an ordinary word: "quiet" is no slip of "quit"."""
        return tuple(word if word in self._ordinary else mended((word,), indexes)[0] for word in words)

    def _is_only_yes_without_marks(self, text: str, words: Phrase) -> bool:
        """Whether a word is stop with some marks and yes with others ("dừng", "đúng"), and is not written as stop."""
        written = unicodedata.normalize("NFC", text).casefold().strip(_EDGES)
        if words in self._yes:
            return written not in self._as_written
        # Beside other words only its marks can tell.
        return any(
            word not in self._as_written and (word,) != tokens(word) and tokens(word) in self._yes & self._stop
            for word in re.findall(r"\w+", written)
        )

    def _is_yes(self, words: Phrase) -> bool:
        if words in self._yes:
            return True
        for tongue in self._tongues:
            spans = spans_of(words, tongue.indexes)
            for at, span in enumerate(spans):
                others = [other for place, other in enumerate(spans) if place != at]
                if span.words in self._yes and others and all(OptKind.POLITE in other.kinds for other in others):
                    return True
        return False


def _says_stop(spans: Sequence[Span[OptKind]], *, verb_last: bool) -> bool:
    said = [span for span in spans if OptKind.POLITE not in span.kinds]
    if said and all(OptKind.STOP in span.kinds for span in said):
        return True
    about = any(span.kinds & {OptKind.ABOUT, OptKind.ALERTS} for span in said)
    if not about and any(OptKind.STOP in span.kinds and _is_a_sentence(span.words) for span in said):
        return True
    removed = any(span.kinds & _REMOVED for span in said if OptKind.REMOVING not in span.kinds)
    if removed and any(OptKind.REMOVING in span.kinds for span in said):
        return True
    if any({OptKind.STOP, OptKind.MESSAGES} <= span.kinds and _is_a_sentence(span.words) for span in said):
        return True
    if any(OptKind.ALERTS in span.kinds for span in said):
        return False
    for at, span in enumerate(spans):
        if not verb_last and at and OptKind.ABOUT in spans[at - 1].kinds:
            # Not an end, but a bus stop.
            continue
        # Where a bus is named, an end comes before what it ends: a bus has stops, and "bus texts" end behind it.
        ended = spans[at + 1 :] if about and not verb_last else [*spans[:at], *spans[at + 1 :]]
        if span.kinds & _ENDS and any(OptKind.MESSAGES in other.kinds for other in ended):
            return True
    return False


def _is_a_sentence(words: Phrase) -> bool:
    """Whether a phrase means stop whatever small words stand around it: "do not text me", but not "end"."""
    letters = sum(len(word) for word in words)
    return len(words) >= 3 or (letters >= _SENTENCE_LETTERS and not "\u4e00" <= words[0][0] <= "\u9fff")


def _says_start(spans: Sequence[Span[OptKind]]) -> bool:
    said = [span for span in spans if OptKind.POLITE not in span.kinds]
    start = [span for span in said if OptKind.START in span.kinds]
    if start and len(start) == len(said):
        return True
    if any(span.kinds & _ENDS for span in said if OptKind.START not in span.kinds):
        return False
    messages = any(OptKind.MESSAGES in span.kinds for span in said if OptKind.START not in span.kinds)
    again = any(OptKind.AGAIN in span.kinds for span in said)
    return (bool(start) and (messages or again)) or (messages and again and len(said) >= _LEAST_OF_AGAIN)


@dataclass(frozen=True, slots=True)
class _Tongue:
    """One language, and English words within it."""

    indexes: Sequence[PhraseIndex[OptKind]]
    verb_last: bool


@cache
def shipped_opt_out_words() -> OptOutWords:
    """The words of the lexicons that come with Busline."""
    return OptOutWords(shipped_lexicons())
