"""Reads a text in the languages it is written in: folded words in, phrases and what each contributes out.

Families mix languages, and few words are one language's alone. So every lexicon reads the whole text, each of its
words counts for those that know it, and the text is then taken in the language that knows most, with what that one
does not know from the next best and from English.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extractOne

from sms.folding import tokens
from sms.grammar.lexicon import Kind, Lexicon, Phrase

MOST_WORDS = 160
"""Words of a text that are read at all (a Chinese character is one); what comes after is a story, not a question."""
MOST_MENDED = 16
"""Typing mistakes are looked for in so many unknown words."""
LEAST_MENDED_LETTERS = 5
"""Shorter words have too many neighbours: "busy" is not a bus."""
LIKE_ENOUGH = 88.0
"""rapidfuzz ratio from which a word is taken for a known one: one letter more or less in five."""
ALONE = 0.45
"""Weight from which words tell a language: a word that two of them share is not enough."""
CLEARLY_LESS = 0.8
"""The next language must know no more than this share of what the first one knows."""
SCRIPT_WEIGHT = 5.0
"""A script or a letter that only one language uses says more than a few words that others have too."""

_VIETNAMESE = frozenset("ăằắẳẵặầấẩẫậđềếểễệỉĩịọỏồốổỗộơờớởỡợụủũưừứửữựỳỷỹỵạảẹẻẽ")
_ENGLISH = "en"
_ROUNDING = 1e-9
_UNKNOWN: frozenset[Kind] = frozenset()
_FIGURE = frozenset({Kind.FILLER})
_SMALL = frozenset({Kind.YES, Kind.NO, Kind.THANKS, Kind.HELP, Kind.GREETING, Kind.BUS, Kind.STUDENTS, Kind.LANGUAGE})
_MATTERS = frozenset({Kind.TOPIC, Kind.ASIDE})
_NONE: Mapping[str, frozenset[Kind]] = {}


@dataclass(frozen=True, slots=True)
class Span:
    """A phrase of the text."""

    words: Phrase
    kinds: frozenset[Kind]
    """Empty for a word that no lexicon knows."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as its languages know it."""

    spans: tuple[Span, ...]
    language: str | None
    """The language it is written in, where its words or its script tell."""


class Reader:
    """Reads texts with the lexicons of all languages at once."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self._index = {lexicon.language: _Index(lexicon.phrases, lexicon.stems) for lexicon in lexicons}
        known: dict[Phrase, int] = Counter(phrase for lexicon in lexicons for phrase in lexicon.phrases)
        self._shared = dict(known)
        # What a language is called is known in every other.
        self._names = _Index({name: frozenset({Kind.NAME}) for lexicon in lexicons for name in lexicon.names})

    def read(self, text: str, rest: str) -> Reading:
        """What `rest` says: the part of `text` (folded or not) that is neither a number nor a time."""
        words = tokens(rest)[:MOST_WORDS]
        weights = self._weights(words)
        script = _script(text)
        if script is not None and script in self._index:
            weights[script] += SCRIPT_WEIGHT
        ranked = [language for weight, language in _ranked(weights) if weight > 0]
        order = list(dict.fromkeys([*ranked[:2], _ENGLISH]))
        indexes = [self._index[language] for language in order if language in self._index] + [self._names]
        mended = self._mended(words, indexes)
        if mended != words:
            weights = self._weights(mended)
            if script is not None and script in self._index:
                weights[script] += SCRIPT_WEIGHT
        tied = [index for index in self._tied(weights) if index is not indexes[0]]
        return Reading(tuple(_joined(span, tied) for span in _spans(mended, indexes)), _told(weights))

    def _tied(self, weights: Mapping[str, float]) -> list["_Index"]:
        """The languages that know a text as well as the first one: what each of them means by a word may be meant."""
        best = max(weights.values(), default=0.0)
        return [
            self._index[language] for language, weight in weights.items() if weight > 0 and weight >= best - _ROUNDING
        ]

    def _weights(self, words: Phrase) -> dict[str, float]:
        """How much of a text each language knows; a phrase that several know counts for each in part."""
        return {
            language: sum(
                len(span.words) / self._shared.get(span.words, 1)
                for span in _spans(words, [index])
                if span.kinds and not span.words[0].isdigit()
            )
            for language, index in self._index.items()
        }

    def _mended(self, words: Phrase, indexes: Sequence["_Index"]) -> Phrase:
        """The words with typing mistakes put right where one word of these languages is plainly meant."""
        mended: list[str] = []
        tries = 0
        for word in words:
            if tries >= MOST_MENDED or word.isdigit() or any(index.knows(word) for index in indexes):
                mended.append(word)
                continue
            tries += 1
            mended.append(next((near for index in indexes if (near := index.near(word)) is not None), word))
        return tuple(mended)


class _Index:
    """One lexicon, ready for looking things up."""

    def __init__(self, phrases: Mapping[Phrase, frozenset[Kind]], stems: Mapping[str, frozenset[Kind]] = _NONE) -> None:
        self._phrases = phrases
        self._stems = stems
        self._longest: dict[str, int] = {}
        words: set[str] = set()
        for phrase in phrases:
            self._longest[phrase[0]] = max(self._longest.get(phrase[0], 0), len(phrase))
            words.update(phrase)
        self._words = frozenset(words)
        by_length: defaultdict[int, list[str]] = defaultdict(list)
        for word in sorted(words):
            if len(word) >= LEAST_MENDED_LETTERS:
                by_length[len(word)].append(word)
        self._by_length: Mapping[int, Sequence[str]] = dict(by_length)

    def knows(self, word: str) -> bool:
        return word in self._words or self._stem(word) is not None

    def kinds_of(self, phrase: Phrase) -> frozenset[Kind]:
        return self._phrases.get(phrase, frozenset())

    def longest_at(self, words: Phrase, at: int) -> tuple[Phrase, frozenset[Kind]] | None:
        """The longest known phrase that begins at this word."""
        first = words[at]
        for length in range(min(self._longest.get(first, 0), len(words) - at), 0, -1):
            phrase = words[at : at + length]
            if (kinds := self._phrases.get(phrase)) is not None:
                return phrase, kinds
        stem = self._stem(first)
        return None if stem is None else ((first,), self._stems[stem])

    def near(self, word: str) -> str | None:
        """The known word that `word` is a slip of: letters doubled, one lost, added, swapped or in another's place."""
        once = _undoubled(word)
        if len(once) >= 2 and once != word and once in self._words:
            return once
        if len(word) < LEAST_MENDED_LETTERS - 1:
            return None
        candidates = [
            known
            for length in (len(word), len(word) - 1, len(word) + 1)
            for known in self._by_length.get(length, ())
            if known[0] == word[0] or known[:2] == word[1::-1]
        ]
        found = extractOne(word, candidates, scorer=OSA.distance, score_cutoff=1)
        if found is None:
            return None
        known = str(found[0])
        # Another letter in the place of one changes short words into others: a ratio forbids it there.
        swapped = sorted(known) == sorted(word)
        return known if swapped or len(word) >= 8 or ratio(word, known) >= LIKE_ENOUGH else None

    def _stem(self, word: str) -> str | None:
        if not self._stems:
            return None
        return next((word[:length] for length in range(len(word), 2, -1) if word[:length] in self._stems), None)


def _spans(words: Phrase, indexes: Sequence[_Index]) -> list[Span]:
    """The words as the longest phrases known, the earlier language first where two are equally long."""
    spans: list[Span] = []
    at = 0
    while at < len(words):
        best: tuple[Phrase, frozenset[Kind]] | None = None
        for index in indexes:
            found = index.longest_at(words, at)
            if found is not None and (best is None or len(found[0]) > len(best[0])):
                best = found
        phrase, kinds = best if best is not None else (words[at : at + 1], _FIGURE if words[at].isdigit() else _UNKNOWN)
        spans.append(Span(phrase, kinds))
        at += len(phrase)
    return spans


def _joined(span: Span, tied: Sequence[_Index]) -> Span:
    kinds = span.kinds.union(*(index.kinds_of(span.words) for index in tied))
    # "Non" is a no before it is a hat.
    return Span(span.words, kinds - _MATTERS if kinds & _SMALL else kinds)


def _undoubled(word: str) -> str:
    """`buuus` as `bus`; `commming` is left to the distance."""
    return "".join(letter for at, letter in enumerate(word) if at == 0 or letter != word[at - 1])


def _ranked(weights: Mapping[str, float]) -> list[tuple[float, str]]:
    return sorted(((weight, language) for language, weight in weights.items()), key=lambda one: (-one[0], one[1]))


def _told(weights: Mapping[str, float]) -> str | None:
    ranked = _ranked(weights)
    if not ranked or ranked[0][0] < ALONE:
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
