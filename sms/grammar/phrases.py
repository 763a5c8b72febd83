"""Phrases found in a run of words, typing mistakes forgiven: folded words in, spans with what each means out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extractOne

from sms.grammar.lexicon import Phrase
from sms.grammar.spelling import Spelling

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
    is_as_listed: bool = True
    """Not where only another spelling of it is known."""


class Index(Protocol[KindT]):
    """What phrases are looked up in."""

    def longest_at(self, words: Phrase, at: int) -> Span[KindT] | None:
        """The longest known phrase that begins at this word."""


class PhraseIndex(Generic[KindT]):
    """The phrases of one language, ready for looking up."""

    def __init__(
        self,
        phrases: Mapping[Phrase, frozenset[KindT]],
        stems: Mapping[str, frozenset[KindT]] | None = None,
        elided: Sequence[str] = (),
        endings: Sequence[str] = (),
        alike: Sequence[str] = (),
    ) -> None:
        """`stems` stand for every word that begins so; the `elided` and the `endings` are joined to other words.

        What is written `alike` (`sms/grammar/spelling.py`) is one word; without any, each is read as it stands.
        """
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
        self._spelling = Spelling(alike) if alike else None
        self._respelled: dict[Phrase, frozenset[KindT]] = {}
        self._spelled_words: frozenset[str] = frozenset()
        self._longest_respelled: dict[str, int] = {}
        if self._spelling is not None:
            self._add_spellings(self._spelling)

    def _add_spellings(self, spelling: Spelling) -> None:
        for phrase, kinds in self._phrases.items():
            key = tuple(spelling.key(word) for word in phrase)
            # Words that are another matter only by a letter: what they share is all that can be said.
            self._respelled[key] = self._respelled.get(key, kinds) & kinds
        self._respelled = {key: kinds for key, kinds in self._respelled.items() if kinds}
        for key in self._respelled:
            self._longest_respelled[key[0]] = max(self._longest_respelled.get(key[0], 0), len(key))
        self._spelled_words = frozenset(word for key in self._respelled for word in key)

    def knows(self, word: str) -> bool:
        """Whether the word stands in any phrase."""
        if word in self._words or self._stem(word) is not None:
            return True
        return self._spelling is not None and self._spelling.key(word) in self._spelled_words

    def lists(self, word: str) -> bool:
        """Whether the word stands in any phrase as it is spelt here."""
        return word in self._words

    def kinds_of(self, phrase: Phrase) -> frozenset[KindT]:
        """What exactly this phrase means; nothing where it is not one."""
        return self._phrases.get(phrase, frozenset())

    def longest_at(self, words: Phrase, at: int) -> Span[KindT] | None:
        """The longest known phrase that begins at this word."""
        first = words[at]
        found: Span[KindT] | None = None
        for length in range(min(self._longest.get(first, 0), len(words) - at), 0, -1):
            phrase = words[at : at + length]
            if (kinds := self._phrases.get(phrase)) is not None:
                found = Span(phrase, kinds)
                break
        if found is None and (stem := self._stem(first)) is not None:
            found = Span((first,), self._stems[stem])
        return self._longer_respelled(words, at, found)

    def _longer_respelled(self, words: Phrase, at: int, found: Span[KindT] | None) -> Span[KindT] | None:
        """A phrase in another spelling, where it is longer than the one `found` as it is listed."""
        if self._spelling is None:
            return found
        longest = min(self._longest_respelled.get(self._spelling.key(words[at]), 0), len(words) - at)
        least = 0 if found is None else len(found.words)
        for length in range(longest, least, -1):
            phrase = words[at : at + length]
            kinds = self._respelled.get(tuple(self._spelling.key(word) for word in phrase))
            if kinds is not None:
                return Span(phrase, kinds, is_as_listed=False)
        return found

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


def spans_of(
    words: Phrase, indexes: Sequence[Index[KindT]], *, heedless: Sequence[Index[KindT]] = ()
) -> list[Span[KindT]]:
    """The words as the longest phrases known; of two equally long the one spelt as listed, then the earlier index's.

    A longer phrase of one that is `heedless` is left aside where the first index knows each of its words: "la ap" in
    a Haitian text is no Vietnamese.
    """
    spans: list[Span[KindT]] = []
    at = 0
    while at < len(words):
        best: Span[KindT] | None = None
        for index in indexes:
            found = index.longest_at(words, at)
            if found is None or (best is not None and _rank(found) <= _rank(best)):
                continue
            if index in heedless and _is_known(indexes[0], words, at, len(found.words)):
                continue
            best = found
        span = best if best is not None else Span(words[at : at + 1], frozenset())
        spans.append(span)
        at += len(span.words)
    return spans


def _is_known(index: Index[KindT], words: Phrase, at: int, length: int) -> bool:
    return length > 1 and all(index.longest_at(words, at + behind) is not None for behind in range(length))


def _rank(span: Span[KindT]) -> tuple[int, bool]:
    return len(span.words), span.is_as_listed
