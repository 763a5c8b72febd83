"""Phrases that give a choice of words, `he/she left -/the school`, as they are listed: a few slots, not every phrase.

A lexicon says in two thousand lines of this kind what would be four hundred thousand phrases. They are never written
out. A text is walked through the slots word by word, and what was walked once is remembered, so that the next text
finds its way without looking at the slots again.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Generic, TypeVar

KindT = TypeVar("KindT")
Words = tuple[str, ...]
Fold = Callable[[str], Words]
"""The words of what stands between two blanks of a lexicon."""

MOST_REMEMBERED = 20_000
"""Steps that are remembered of one lexicon, about 200 bytes each; then all are forgotten. Real texts take a few
thousand; only words at random would take more."""
_NOTHING_MORE: tuple[Words, ...] = ((),)
_GROUP = re.compile(r"\{([a-z-]+)\}")


def is_template(listed: str) -> bool:
    """Whether this line of a lexicon stands for more than one phrase."""
    return "/" in listed or "{" in listed


def written_out(listed: str, groups: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Every phrase of a template, `{name}` once for every member of that group.

    Raises KeyError without that group, and ValueError for a brace that names none.
    """
    parted = [_choices(word, groups) for word in listed.split()] if is_template(listed) else [[listed]]
    yield from (" ".join(word for word in way if word) for way in product(*parted))


def _choices(word: str, groups: Mapping[str, Sequence[str]]) -> list[str]:
    """What may stand for one word of a template; a word that is left out is empty."""
    choices = []
    for choice in word.split("/"):
        pieces = _GROUP.split(choice)
        if "{" in (around := "".join(pieces[::2])) or "}" in around:
            raise ValueError(f"{word!r} names no group: small letters and hyphens stand between the braces")
        parts = [[part] if at % 2 == 0 else groups[part] for at, part in enumerate(pieces)]
        choices += ["" if choice == "-" else "".join(way) for way in product(*parts)]
    return choices


class Slot:
    """What may stand in one place: alternatives of one or more folded words, or nothing."""

    __slots__ = ("_rests", "alternatives", "is_optional")

    def __init__(self, alternatives: Sequence[Words]) -> None:
        self.alternatives = tuple(dict.fromkeys(alternatives))
        self.is_optional = () in self.alternatives
        self._rests: dict[str, tuple[Words, ...]] = {}
        for words in self.alternatives:
            if words:
                before = self._rests.get(words[0])
                # Most alternatives are one word: then nothing must follow, and one value says so for all.
                self._rests[words[0]] = (*(before or ()), words[1:]) if before or len(words) > 1 else _NOTHING_MORE

    def rests(self, first: str) -> Sequence[Words]:
        """What must follow this word for each alternative that begins with it."""
        return self._rests.get(first, ())

    @property
    def first_words(self) -> Iterator[str]:
        """The words with which one may go into this slot."""
        return iter(self._rests)


class Template(Generic[KindT]):
    """Slots in their order and what the phrases that they make contribute."""

    __slots__ = ("kinds", "slots")

    def __init__(self, slots: Sequence[Slot], kinds: frozenset[KindT]) -> None:
        self.slots, self.kinds = tuple(slots), kinds

    def may_end_at(self, slot: int) -> bool:
        """Whether all slots from this one on may stay empty."""
        return all(later.is_optional for later in self.slots[slot:])

    def phrases(self) -> Iterator[Words]:
        """Every phrase that the slots make, the same one perhaps more than once."""
        for way in product(*(slot.alternatives for slot in self.slots)):
            if phrase := tuple(word for words in way for word in words):
                yield phrase


_Place = tuple[Template[KindT], int, Words]
"""How far a walk has come in one template: the next slot, and words still to come of the slot before."""


class Step(Generic[KindT]):
    """Where a walk stands in all templates that its words fit so far."""

    __slots__ = ("_next", "_places", "_walks", "kinds")

    def __init__(self, places: Sequence[_Place[KindT]], walks: "Templates[KindT]") -> None:
        self._places, self._walks = places, walks
        self._next: dict[str, Step[KindT] | None] = {}
        self.kinds: frozenset[KindT] = frozenset().union(
            *(template.kinds for template, slot, rest in places if not rest and template.may_end_at(slot))
        )
        """What the words so far contribute as a whole phrase; nothing where they are only the beginning of one."""

    def to(self, word: str) -> "Step[KindT] | None":
        """The step to the next word; None where no template goes on with it."""
        try:
            return self._next[word]
        except KeyError:
            places = [later for place in self._places for later in _onward(place, word)]
            found = self._next[word] = Step(places, self._walks) if places else None
            self._walks.remember()
            return found


class Templates(Generic[KindT]):
    """All templates of one lexicon."""

    def __init__(self, fold: Fold, groups: Mapping[str, Sequence[str]]) -> None:
        self._fold, self._groups = fold, groups
        self._slots: dict[str, Slot] = {}
        self._led_by: dict[Slot, list[tuple[Template[KindT], int]]] = {}
        self._first: dict[str, list[Slot]] = {}
        self._begun: dict[str, Step[KindT] | None] = {}
        self.remembered = 0
        """Steps that are held now."""
        self.all: list[Template[KindT]] = []

    def add(self, listed: str, kinds: frozenset[KindT]) -> None:
        """Adds what a line of the lexicon says. Raises ValueError where each of its words alone would say all of it."""
        template = Template([self._slot(word) for word in listed.split()], kinds)
        if len(template.slots) > 1 and template.may_end_at(0):
            raise ValueError(f"{listed!r} may be left out word by word: one of them must stand there in any case")
        self.all.append(template)
        for at, slot in enumerate(template.slots):
            if slot not in self._led_by:
                self._led_by[slot] = []
                for word in slot.first_words:
                    self._first.setdefault(word, []).append(slot)
            self._led_by[slot].append((template, at))
            if not slot.is_optional:
                break
        self._begun.clear()

    def begin(self, word: str) -> Step[KindT] | None:
        """The step to the first word; None where no template begins so."""
        if word not in self._first:
            return None
        if (found := self._begun.get(word)) is None:
            places = [
                (template, at + 1, rest)
                for slot in self._first[word]
                for template, at in self._led_by[slot]
                for rest in slot.rests(word)
            ]
            found = self._begun[word] = Step(places, self)
            self.remember()
        return found

    def remember(self) -> None:
        """Counts one more step, and forgets all before there are too many."""
        self.remembered += 1
        if self.remembered > MOST_REMEMBERED:
            self._begun, self.remembered = {}, 0

    def words(self) -> Iterator[str]:
        """Every word in any slot, some more than once."""
        for slot in self._slots.values():
            for words in slot.alternatives:
                yield from words

    def words_beside_others(self) -> Iterator[str]:
        """The words that stand in a phrase of several words, some more than once."""
        for template in self.all:
            for slot in template.slots:
                for words in slot.alternatives:
                    if len(template.slots) > 1 or len(words) > 1:
                        yield from words

    def _slot(self, word: str) -> Slot:
        if (slot := self._slots.get(word)) is None:
            alternatives = [
                tuple(folded for part in choice.split() for folded in self._fold(part))
                if " " in choice
                else self._fold(choice)
                for choice in _choices(word, self._groups)
            ]
            slot = self._slots[word] = Slot(alternatives)
        return slot


def _onward(place: _Place[KindT], word: str) -> Iterator[_Place[KindT]]:
    """Where the next word leads from here; several ways where a slot may stay empty."""
    template, slot, rest = place
    if rest:
        if rest[0] == word:
            yield template, slot, rest[1:]
        return
    for at in range(slot, len(template.slots)):
        for left in template.slots[at].rests(word):
            yield template, at + 1, left
        if not template.slots[at].is_optional:
            return
