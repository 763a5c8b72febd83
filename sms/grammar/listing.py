"""The phrases of one lexicon and what each list says of them: words in, the listed phrases that they make out.

Plain phrases stand in one table together with their beginnings, so that a walk through a text ends as soon as nothing
goes on; templates are walked beside it (`sms/grammar/templates.py`). What a phrase comes to mean because of the phrases
within it is not said here, but in `sms/grammar/within.py`.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Generic, TypeVar

from sms.grammar.templates import Fold, Step, Templates, is_template

Phrase = tuple[str, ...]
"""Folded words in their order."""

KindT = TypeVar("KindT")

_AS_FOLDED = re.compile(r"[a-z0-9]+(?: [a-z0-9]+)*")
"""Folding leaves this as it is, and it is most of what is listed."""


class Listing(Generic[KindT]):
    """Phrases as a lexicon lists them, each with the kinds of the lists it stands in."""

    def __init__(self, fold: Fold, groups: Mapping[str, Sequence[str]] | None = None) -> None:
        """`fold` gives the words of what stands between two blanks; `groups` are what `{name}` stands for."""
        self._fold = fold
        self._plain: dict[str, frozenset[KindT]] = {}
        self._templates: Templates[KindT] = Templates(fold, groups or {})
        self._alone: dict[KindT, frozenset[KindT]] = {}
        self._joined: dict[tuple[frozenset[KindT], KindT], frozenset[KindT]] = {}

    @classmethod
    def of(cls, phrases: Mapping[Phrase, frozenset[KindT]]) -> "Listing[KindT]":
        """The listing of phrases that are folded already."""
        made: Listing[KindT] = cls(lambda word: (word,))
        for phrase, kinds in phrases.items():
            for kind in kinds:
                made._add_plain(" ".join(phrase), kind)
        return made

    def add(self, listed: str, kind: KindT) -> None:
        """Adds a line of a list. Raises KeyError where it names a group that is none."""
        if _AS_FOLDED.fullmatch(listed):
            self._add_plain(listed, kind)
        elif is_template(listed):
            self._templates.add(listed, self._only(kind))
        elif key := " ".join(folded for word in listed.split() for folded in self._fold(word)):
            self._add_plain(key, kind)

    def kinds(self, phrase: Phrase) -> frozenset[KindT]:
        """The lists in which exactly this phrase stands; nothing where it stands in none."""
        if not phrase:
            return frozenset()
        step = self._templates.begin(phrase[0])
        for word in phrase[1:]:
            if step is None:
                break
            step = step.to(word)
        plain = self._plain.get(" ".join(phrase), frozenset())
        return plain | step.kinds if step is not None and step.kinds else plain

    def starting_at(self, words: Phrase, at: int) -> list[tuple[int, frozenset[KindT]]]:
        """How many words each phrase has that begins at this one, shorter ones first, and the lists it stands in."""
        key = words[at]
        plain, step = self._plain.get(key), self._templates.begin(key)
        found: list[tuple[int, frozenset[KindT]]] = []
        for behind in range(at + 1, len(words) + 1):
            if step is not None and step.kinds:
                found.append((behind - at, step.kinds | plain if plain else step.kinds))
            elif plain:
                found.append((behind - at, plain))
            if (plain is None and step is None) or behind == len(words):
                break
            word = words[behind]
            if plain is not None:
                key = f"{key} {word}"
                plain = self._plain.get(key)
            if step is not None:
                step = step.to(word)
        return found

    def made_of(self, choices: Iterable[Collection[str]]) -> Iterator[list[Phrase]]:
        """For one word, two words and so on, the phrases that take each of their words from the `choices` in turn."""
        open_: list[tuple[Phrase, str | None, Step[KindT] | None]] | None = None
        for words in choices:
            if open_ is None:
                open_ = [((word,), word, self._templates.begin(word)) for word in words]
            else:
                open_ = [
                    (
                        (*phrase, word),
                        None if key is None else f"{key} {word}",
                        None if step is None else step.to(word),
                    )
                    for phrase, key, step in open_
                    for word in words
                ]
            open_ = [
                (phrase, key if key in self._plain else None, step)
                for phrase, key, step in open_
                if step is not None or key in self._plain
            ]
            if not open_:
                return
            yield [
                phrase
                for phrase, key, step in open_
                if (key is not None and self._plain[key]) or (step is not None and step.kinds)
            ]

    def words(self) -> frozenset[str]:
        """Every word of every phrase."""
        # Each of them ends a phrase or the beginning of one.
        plain = {key[key.rfind(" ") + 1 :] for key in self._plain}
        return frozenset(plain).union(self._templates.words())

    def words_beside_others(self) -> frozenset[str]:
        """The words that stand in a phrase of several words."""
        longer = [key for key in self._plain if " " in key]
        plain = {key[key.rfind(" ") + 1 :] for key in longer} | {key[: key.find(" ")] for key in longer}
        return frozenset(plain).union(self._templates.words_beside_others())

    def listed_as(self, kinds: frozenset[KindT], *, of_each: int | None = None) -> Iterator[Phrase]:
        """The phrases of the lists of any of these `kinds`, some twice.

        With `of_each`, no more than so many of each template.
        """
        for key, listed in self._plain.items():
            if not kinds.isdisjoint(listed):
                yield tuple(key.split(" "))
        for template in self._templates.all:
            if template.kinds & kinds:
                yield from islice(template.phrases(), of_each)

    def all_kinds(self) -> frozenset[KindT]:
        """The kinds of all lists in which anything stands."""
        plain = set(self._plain.values())
        return frozenset().union(*plain, *(template.kinds for template in self._templates.all))

    @property
    def size(self) -> int:
        """What is held: plain phrases, their beginnings, and templates."""
        return len(self._plain) + len(self._templates.all)

    @property
    def remembered(self) -> int:
        """Steps through templates that are remembered of the texts so far."""
        return self._templates.remembered

    def _add_plain(self, key: str, kind: KindT) -> None:
        if before := self._plain.get(key):
            self._plain[key] = self._with(before, kind)
            return
        is_new = before is None
        self._plain[key] = self._only(kind)
        while is_new and (end := key.rfind(" ")) > 0:
            key = key[:end]
            is_new = key not in self._plain
            if is_new:
                self._plain[key] = frozenset()

    def _only(self, kind: KindT) -> frozenset[KindT]:
        if (alone := self._alone.get(kind)) is None:
            alone = self._alone[kind] = frozenset({kind})
        return alone

    def _with(self, before: frozenset[KindT], kind: KindT) -> frozenset[KindT]:
        """One set for all phrases of the same kinds, not one for each."""
        both = (before, kind)
        if (joined := self._joined.get(both)) is None:
            joined = self._joined[both] = before | {kind}
        return joined


def parts_of(phrase: Phrase) -> Iterator[Phrase]:
    """The runs of words within a phrase that are shorter than it."""
    for start in range(len(phrase)):
        for end in range(start + 1, len(phrase) + 1):
            if end - start < len(phrase):
                yield phrase[start:end]
