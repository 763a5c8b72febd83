"""Phrases found in a run of words, typing mistakes forgiven: folded words in, spans with what each means out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extractOne

from sms.grammar.lexicon import Phrase

MOST_MENDED = 16
"""Typing mistakes are looked for in so many unknown words of a text."""
LEAST_MENDED_LETTERS = 5
"""Shorter words have too many neighbours: "busy" is not a bus."""
LEAST_REPLACED_LETTERS = 8
"""From here a word stays itself when one of its letters is another."""
LIKE_ENOUGH = 88.0
"""rapidfuzz ratio from which a word is taken for a known one: one letter more or less in five."""
_LEAST_STEM_LETTERS = 3

KindT = TypeVar("KindT", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Span(Generic[KindT]):
    """A phrase of a text."""

    words: Phrase
    kinds: frozenset[KindT]
    """Empty for a word that no index knows."""


class PhraseIndex(Generic[KindT]):
    """The phrases of one language, ready for looking up."""

    def __init__(
        self,
        phrases: Mapping[Phrase, frozenset[KindT]],
        stems: Mapping[str, frozenset[KindT]] | None = None,
        elided: Sequence[str] = (),
        endings: Sequence[str] = (),
    ) -> None:
        """`stems` stand for every word that begins so; the `elided` and the `endings` are joined to other words."""
        self._elided = tuple(elided)
        self._endings = tuple(endings)
        self._phrases = phrases
        self._stems = stems or {}
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
        """Whether the word stands in any phrase."""
        return word in self._words or self._stem(word) is not None

    def kinds_of(self, phrase: Phrase) -> frozenset[KindT]:
        """What exactly this phrase means; nothing where it is not one."""
        return self._phrases.get(phrase, frozenset())

    def longest_at(self, words: Phrase, at: int) -> Span[KindT] | None:
        """The longest known phrase that begins at this word."""
        first = words[at]
        for length in range(min(self._longest.get(first, 0), len(words) - at), 0, -1):
            phrase = words[at : at + length]
            if (kinds := self._phrases.get(phrase)) is not None:
                return Span(phrase, kinds)
        stem = self._stem(first)
        return None if stem is None else Span((first,), self._stems[stem])

    def near(self, word: str) -> str | None:
        """The known word that `word` is a slip of: letters doubled, one lost, added, swapped or in another's place."""
        once = "".join(letter for at, letter in enumerate(word) if at == 0 or letter != word[at - 1])
        if len(once) > 1 and once != word and once in self._words:
            return once
        if len(word) < LEAST_MENDED_LETTERS - 1:
            return None
        if (bare := self._without_joined(word)) is not None:
            return bare
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
        return known if swapped or len(word) >= LEAST_REPLACED_LETTERS or ratio(word, known) >= LIKE_ENOUGH else None

    def _without_joined(self, word: str) -> str | None:
        bare = [word.removeprefix(small) for small in self._elided] + [
            word.removesuffix(small) for small in self._endings
        ]
        return next((one for one in bare if _LEAST_STEM_LETTERS <= len(one) < len(word) and one in self._words), None)

    def _stem(self, word: str) -> str | None:
        if not self._stems:
            return None
        lengths = range(len(word), _LEAST_STEM_LETTERS - 1, -1)
        return next((word[:length] for length in lengths if word[:length] in self._stems), None)


def mended(
    words: Phrase, indexes: Sequence[PhraseIndex[KindT]], by: Sequence[PhraseIndex[KindT]] | None = None
) -> Phrase:
    """The words that no index knows put right where one word, of those in `by`, is plainly meant."""
    by = indexes if by is None else by
    put_right: list[str] = []
    tries = 0
    for word in words:
        if tries >= MOST_MENDED or word.isdigit() or any(index.knows(word) for index in indexes):
            put_right.append(word)
            continue
        tries += 1
        put_right.append(next((near for index in by if (near := index.near(word)) is not None), word))
    return tuple(put_right)


def spans_of(words: Phrase, indexes: Sequence[PhraseIndex[KindT]]) -> list[Span[KindT]]:
    """The words as the longest phrases known, by the earlier index first where two are equally long."""
    spans: list[Span[KindT]] = []
    at = 0
    while at < len(words):
        best: Span[KindT] | None = None
        for index in indexes:
            found = index.longest_at(words, at)
            if found is not None and (best is None or len(found.words) > len(best.words)):
                best = found
        span = best if best is not None else Span(words[at : at + 1], frozenset())
        spans.append(span)
        at += len(span.words)
    return spans
