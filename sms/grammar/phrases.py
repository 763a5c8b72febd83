"""Phrases found in a run of words, typing mistakes forgiven: folded words in, spans with what each means out."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extractOne

from sms.grammar.listing import Listing, Phrase
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
        listing: Listing[KindT],
        stems: Mapping[str, frozenset[KindT]] | None = None,
        elided: Sequence[str] = (),
        endings: Sequence[str] = (),
        alike: Sequence[str] = (),
        meaning: Callable[[Phrase], frozenset[KindT]] | None = None,
    ) -> None:
        """`stems` stand for every word that begins so; the `elided` and the `endings` are joined to other words.

        What is written `alike` (`sms/grammar/spelling.py`) is one word; without any, each is read as it stands.
        What a listed phrase means is what its lists say, unless `meaning` finds more.
        """
        self._elided = tuple(elided)
        self._endings = tuple(endings)
        self._listing = listing
        self._meaning = listing.kinds if meaning is None else meaning
        self._stems = stems or {}
        self._words = listing.words()
        by_length: defaultdict[int, list[str]] = defaultdict(list)
        for word in sorted(self._words):
            if len(word) >= LEAST_MENDED_LETTERS:
                by_length[len(word)].append(word)
        self._by_length: Mapping[int, Sequence[str]] = dict(by_length)
        self._spelling = Spelling(alike) if alike else None
        self._spelt_alike = {} if self._spelling is None else self._words_by_spelling(self._spelling)

    def _words_by_spelling(self, spelling: Spelling) -> Mapping[str, Sequence[str]]:
        """The words that share a key; none of those that only stand alone and have no meaning in common."""
        spelt_alike: defaultdict[str, list[str]] = defaultdict(list)
        for word in self._words:
            spelt_alike[spelling.key(word)].append(word)
        several = [words for words in spelt_alike.values() if len(words) > 1]
        beside_others = self._listing.words_beside_others() if several else frozenset()
        for words in several:
            if beside_others.isdisjoint(words) and not frozenset.intersection(*(self._meaning((w,)) for w in words)):
                del spelt_alike[spelling.key(words[0])]
        return dict(spelt_alike)

    def knows(self, word: str) -> bool:
        """Whether the word stands in any phrase."""
        if word in self._words or self._stem(word) is not None:
            return True
        return self._spelling is not None and self._spelling.key(word) in self._spelt_alike

    def lists(self, word: str) -> bool:
        """Whether the word stands in any phrase as it is spelt here."""
        return word in self._words

    def kinds_of(self, phrase: Phrase) -> frozenset[KindT]:
        """What exactly this phrase means; nothing where it is not one."""
        return self._meaning(phrase)

    def longest_at(self, words: Phrase, at: int) -> Span[KindT] | None:
        """The longest known phrase that begins at this word."""
        found: Span[KindT] | None = None
        if listed := self._listing.starting_at(words, at):
            length, _ = listed[-1]
            phrase = words[at : at + length]
            found = Span(phrase, self._meaning(phrase))
        elif (stem := self._stem(words[at])) is not None:
            found = Span(words[at : at + 1], self._stems[stem])
        return self._longer_respelled(words, at, found)

    def _longer_respelled(self, words: Phrase, at: int, found: Span[KindT] | None) -> Span[KindT] | None:
        """A phrase in another spelling, where it is longer than the one `found` as it is listed."""
        if self._spelling is None or self._spelling.key(words[at]) not in self._spelt_alike:
            return found
        least = 0 if found is None else len(found.words)
        choices = (self._spelt_alike.get(self._spelling.key(word), ()) for word in words[at:])
        for length, meant in enumerate(self._listing.made_of(choices), 1):
            if length > least and meant:
                # Words that are another matter only by a letter: what they share is all that can be said.
                kinds = frozenset.intersection(*map(self._meaning, meant))
                if kinds:
                    found = Span(words[at : at + length], kinds, is_as_listed=False)
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
        """The known word within one that has something joined to its front, its end or both: "وجاكيتها"."""
        begun = [word.removeprefix(small) for small in self._elided if word.startswith(small)]
        bare = [*begun, *self._without_ending(word)] + [one for rest in begun for one in self._without_ending(rest)]
        return next((one for one in bare if _LEAST_STEM_LETTERS <= len(one) < len(word) and one in self._words), None)

    def _without_ending(self, word: str) -> list[str]:
        """The word without each ending that it has; `"تي=ه"` is one that changes the letter before it."""
        parted = (ending.partition("=") for ending in self._endings)
        return [word.removesuffix(written) + meant for written, _, meant in parted if word.endswith(written)]

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
