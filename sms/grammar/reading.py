"""Reads a text in the languages it is written in: folded words in, phrases and what each contributes out.

Families mix languages, and few words are one language's alone. So every lexicon reads the whole text, each of its
words counts for those that know it, and the text is then taken in the language that knows most, with what that one
does not know from the next best and from English.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sms.folding import tokens
from sms.grammar.fitting import clauses, fitted_spans
from sms.grammar.lexicon import Kind, Lexicon
from sms.grammar.listing import Listing, Phrase
from sms.grammar.marked_index import MarkedIndex, MarkedPhrases, UnmarkedIndex
from sms.grammar.marks import as_written
from sms.grammar.phrases import Index, PhraseIndex, Span, mended, spans_of
from sms.grammar.within import Meanings

MOST_WORDS = 160
"""Words of a text that are read at all (a Chinese character is one); what comes after is a story, not a question."""
TELLING = 0.45
"""Weight from which words tell a language: a word that three of them share does not."""
RESPELLED_WEIGHT = 0.4
"""A word in another spelling than the listed one may be a word of a language that nobody listed it in."""
CLEARLY_LESS = 0.8
"""The next language must know no more than this share of what the first one knows."""
SCRIPT_WEIGHT = 5.0
"""A script or a letter that only one language uses says more than a few words that others have too."""

_VIETNAMESE = frozenset("ăằắẳẵặầấẩẫậđềếểễệỉĩịọỏồốổỗộơờớởỡợụủũưừứửữựỳỷỹỵạảẹẻẽ")
_ENGLISH = "en"
_FITTED = frozenset({"zh"})
"""Languages in which the longest phrase is not always the one that is meant (`sms/grammar/fitting.py`)."""
_ROUNDING = 1e-9
_COUNTS_KEPT = 20_000
"""Phrases of which it is remembered how many languages list them."""
_SMALL = frozenset({Kind.YES, Kind.NO, Kind.THANKS, Kind.HELP, Kind.GREETING, Kind.BUS, Kind.STUDENTS, Kind.LANGUAGE})
_MATTERS = frozenset({Kind.TOPIC, Kind.ASIDE})
_FIGURE = frozenset({Kind.FILLER, Kind.FIGURE})


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as its languages know it."""

    spans: tuple[Span[Kind], ...]
    language: str | None
    """The language it is written in, where its words or its script tell."""


class Reader:
    """Reads texts with the lexicons of all languages at once."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self._index = {
            lexicon.language: PhraseIndex(
                lexicon.phrases,
                lexicon.stems,
                lexicon.elided,
                lexicon.endings,
                lexicon.alike,
                Meanings(lexicon.phrases).of,
            )
            for lexicon in lexicons
        }
        self._marked = {
            lexicon.language: MarkedPhrases(lexicon.marked) for lexicon in lexicons if lexicon.marked is not None
        }
        self._listings = tuple(lexicon.phrases for lexicon in lexicons)
        self._known_to = lru_cache(maxsize=_COUNTS_KEPT)(self._count_of_languages)
        # What a language is called is known in every other.
        names = {name: frozenset({Kind.NAME}) for lexicon in lexicons for name in lexicon.names}
        self._names = PhraseIndex(Listing.of(names))

    def read(self, text: str, rest: str) -> Reading:
        """What `rest` says: the part of `text` (folded or not) that is neither a number nor a time."""
        words = tokens(rest)[:MOST_WORDS]
        script = _script(text)
        weights = self._weights(words, script)
        best = [language for weight, language in _ranked(weights) if weight > 0][:2]
        indexes = [self._index[language] for language in dict.fromkeys([*best, _ENGLISH]) if language in self._index]
        indexes.append(self._names)
        right = mended(words, indexes, by=[*indexes[:1], *indexes[-2:]])
        if right != words:
            weights = self._weights(right, script)
        tied = [index for index in self._tied(weights) if index is not indexes[0]]
        told = _told(weights)
        by_marks = self._by_marks(text, right, indexes, script)
        # Where it is plain which language it is, another one counts for what that one does not know.
        others = [] if told is None else by_marks[1:-1]
        fits = script in _FITTED
        spans = fitted_spans(right, by_marks, clauses(rest)) if fits else spans_of(right, by_marks, heedless=others)
        return Reading(tuple(_joined(span, tied) for span in spans), told)

    def _weight(self, span: Span[Kind], index: PhraseIndex[Kind]) -> float:
        if span.is_as_listed:
            return len(span.words) / self._known_to(span.words)
        return sum(
            1 / self._known_to((word,)) if index.lists(word) else RESPELLED_WEIGHT
            for word in span.words
            # What one language spells as it lists it says nothing for another that would spell it otherwise.
            if index.lists(word) or not any(other.lists(word) for other in self._index.values())
        )

    def _count_of_languages(self, phrase: Phrase) -> int:
        """How many languages list this phrase; one where none does, for one has found it by its beginning."""
        return max(1, sum(bool(listing.kinds(phrase)) for listing in self._listings))

    def _by_marks(
        self, text: str, words: Phrase, indexes: Sequence[PhraseIndex[Kind]], script: str | None
    ) -> Sequence[Index[Kind]]:
        """The same indexes, which heed the marks of a text that is written with those of a language."""
        if script is None or script not in self._marked:
            return indexes
        written = as_written(text, words)
        marked = MarkedIndex(self._index[script], self._marked[script], written)
        return [
            marked if index is self._index[script] else index if index is self._names else UnmarkedIndex(index, written)
            for index in indexes
        ]

    def _tied(self, weights: Mapping[str, float]) -> list[PhraseIndex[Kind]]:
        """The languages that know a text as well as the first one: what each of them means by a word may be meant."""
        best = max(weights.values(), default=0.0)
        return [
            self._index[language] for language, weight in weights.items() if weight > 0 and weight >= best - _ROUNDING
        ]

    def _weights(self, words: Phrase, script: str | None) -> dict[str, float]:
        """How much of a text each language knows; a phrase that several know counts for each in part."""
        return {
            language: SCRIPT_WEIGHT * (language == script)
            + sum(
                self._weight(span, index)
                for span in spans_of(words, [index])
                if span.kinds and not span.words[0].isdigit()
            )
            for language, index in self._index.items()
        }


def _joined(span: Span[Kind], tied: Sequence[PhraseIndex[Kind]]) -> Span[Kind]:
    if not span.kinds and span.words[0][0].isdigit():
        return Span(span.words, _FIGURE)
    kinds = span.kinds.union(*(index.kinds_of(span.words) for index in tied))
    # "Non" is a no before it is a hat.
    return Span(span.words, kinds - _MATTERS if kinds & _SMALL else kinds)


def _ranked(weights: Mapping[str, float]) -> list[tuple[float, str]]:
    return sorted(((weight, language) for language, weight in weights.items()), key=lambda one: (-one[0], one[1]))


def _told(weights: Mapping[str, float]) -> str | None:
    ranked = _ranked(weights)
    if not ranked or ranked[0][0] < TELLING:
        return None
    if len(ranked) > 1 and ranked[1][0] > CLEARLY_LESS * ranked[0][0]:
        return None
    return ranked[0][1]


def _script(text: str) -> str | None:
    """The language that alone is written with these letters."""
    lowered = unicodedata.normalize("NFC", text.lower())
    if any("\u4e00" <= letter <= "\u9fff" or "\u3400" <= letter <= "\u4dbf" for letter in lowered):
        return "zh"
    if any("\u0620" <= letter <= "\u064a" for letter in lowered):
        return "ar"
    if any(letter in _VIETNAMESE for letter in lowered):
        return "vi"
    return None
