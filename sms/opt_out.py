"""Who wants no more texts, or wants them again: any text in, `OptWord` or None out. Asked before anything else.

The whole message must say so, in one language and its English: a word that means it alone ("stop"), an end to messages
("no more texts"), or a number to be removed ("take me off your list"), with nothing beside it that is about anything
else. "Where is my stop", "the bus did not stop" and "cancel my ride" hold such words and are none.
"""

import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from functools import cache

from sms.folding import tokens
from sms.grammar.lexicon import Kind, Lexicon, OptKind, Phrase, shipped_lexicons
from sms.grammar.phrases import PhraseIndex, Span, mended, spans_of

MOST_WORDS = 40
"""Nobody needs more words to leave (a Chinese character is one); a longer text is about something else as well."""
_ENGLISH = "en"
_SENTENCE_LETTERS = 8
"""Of "dont text" and "unsubscribe"; a shorter phrase may be a part of anything."""
_EDGES = " .!¡?¿,;:\t\n"
_ENDS = frozenset({OptKind.STOP, OptKind.ENDING})
_ENDED = frozenset({OptKind.MESSAGES})


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
        own = {lexicon.language: PhraseIndex(lexicon.opting) for lexicon in lexicons}
        english = [own[_ENGLISH]] if _ENGLISH in own else []
        self._languages = [[index, *(one for one in english if one is not index)] for index in own.values()]
        self._yes = frozenset(
            phrase for lexicon in lexicons for phrase, kinds in lexicon.phrases.items() if Kind.YES in kinds
        )
        self._ordinary = frozenset(word for lexicon in lexicons for phrase in lexicon.phrases for word in phrase)
        self._as_written = frozenset(written for lexicon in lexicons for written in lexicon.stop_as_written)

    def recognise(self, text: str) -> OptWord | None:
        """What the whole of `text` says about receiving texts, if that is what it is about."""
        words = tokens(text)
        if not words or len(words) > MOST_WORDS:
            return None
        if len(set(words)) == 1:
            words = words[:1]
        said = [_said(self._mended(words, indexes), indexes) for indexes in self._languages]
        if any(says is OptWord.STOP for says in said) and not self._is_only_yes_without_marks(text, words):
            return OptWord.STOP
        if any(says is OptWord.START for says in said):
            return OptWord.START
        return OptWord.YES if self._is_yes(words) else None

    def _mended(self, words: Phrase, indexes: Sequence[PhraseIndex[OptKind]]) -> Phrase:
        """The words with slips put right, but never an ordinary word: "quiet" is no slip of "quit"."""
        return tuple(word if word in self._ordinary else mended((word,), indexes)[0] for word in words)

    def _is_only_yes_without_marks(self, text: str, words: Phrase) -> bool:
        """Whether a word is stop with some marks and yes with others ("dừng", "đúng"), and is not written as stop."""
        written = unicodedata.normalize("NFC", text).casefold().strip(_EDGES)
        return words in self._yes and written not in self._as_written

    def _is_yes(self, words: Phrase) -> bool:
        if words in self._yes:
            return True
        for indexes in self._languages:
            spans = spans_of(words, indexes)
            for at, span in enumerate(spans):
                others = [other for place, other in enumerate(spans) if place != at]
                if span.words in self._yes and others and all(OptKind.POLITE in other.kinds for other in others):
                    return True
        return False


def _said(words: Phrase, indexes: Sequence[PhraseIndex[OptKind]]) -> OptWord | None:
    spans = spans_of(words, indexes)
    if not all(span.kinds for span in spans):
        return None
    if _says_stop(spans):
        return OptWord.STOP
    return OptWord.START if _says_start(spans) else None


def _says_stop(spans: Sequence[Span[OptKind]]) -> bool:
    said = [span for span in spans if OptKind.POLITE not in span.kinds]
    if said and all(OptKind.STOP in span.kinds for span in said):
        return True
    whole = any(OptKind.STOP in span.kinds and _is_a_sentence(span.words) for span in said)
    if whole and not any(OptKind.ABOUT in span.kinds for span in said):
        return True
    # An end comes before what it ends: "stop the texts", but "the text about the stop".
    for at, span in enumerate(spans):
        rest = spans[at + 1 :]
        if span.kinds & _ENDS and any(other.kinds & _ENDED for other in rest):
            return True
        if OptKind.REMOVING in span.kinds and any(
            OptKind.ME in other.kinds or OptKind.MESSAGES in other.kinds for other in rest
        ):
            return True
    return False


def _is_a_sentence(words: Phrase) -> bool:
    """Whether a phrase means stop whatever small words stand around it: "do not text me", but not "end"."""
    letters = sum(len(word) for word in words)
    return len(words) >= 3 or (letters >= _SENTENCE_LETTERS and not "\u4e00" <= words[0][0] <= "\u9fff")


def _says_start(spans: Sequence[Span[OptKind]]) -> bool:
    said = [span for span in spans if OptKind.POLITE not in span.kinds]
    if not any(OptKind.START in span.kinds for span in said):
        return False
    if all(OptKind.START in span.kinds for span in said):
        return True
    return any(OptKind.MESSAGES in span.kinds for span in said) and not any(span.kinds & _ENDS for span in said)


@cache
def shipped_opt_out_words() -> OptOutWords:
    """The words of the lexicons that come with Busline."""
    return OptOutWords(shipped_lexicons())
