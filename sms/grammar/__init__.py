"""Reads what a text asks for: any text in, an `Intent` out. A small grammar over the words of each language."""

import difflib
import re
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from sms.catalogue import Catalogue
from sms.folding import folded, tokens
from sms.intent import Ask, Help, Intent, SwitchLanguage, Unclear, Understood

MOST_IDS = 20
"""A text of 1,600 characters holds no more student numbers that anybody means."""
MOST_WORDS_MENDED = 12
"""Typing mistakes are looked for in texts up to this many unknown words; a longer text is a story, not a question."""


class _Kind(StrEnum):
    """What a word contributes. Stored in the catalogue under `words-<kind>`."""

    NOT_LOCATION = "not-location"
    """A matter for a person, even where a bus or a number is named."""
    BUS = "bus"
    WHERE = "where"
    """Asks where or when, even alone."""
    TRAVEL = "travel"
    """Asks where or when beside the bus; alone it says nothing."""
    HELP = "help"
    LANGUAGE = "language"
    FILLER = "filler"


_MENDABLE = (_Kind.NOT_LOCATION, _Kind.BUS, _Kind.WHERE, _Kind.TRAVEL, _Kind.HELP, _Kind.LANGUAGE)
_DOUBLED = re.compile(r"(.)\1+")
_TIME = re.compile(r"\b\d{1,2}\s*[:.h]\s*\d{2}\b(?:\s*[ap]\.?\s?m\b\.?)?|\b\d{1,2}\s*[ap]\.?\s?m\b\.?")
_NUMBERS = re.compile(r"(?<![a-z0-9])([a-z]{0,7})(\d+(?:[ .-]\d+)*)(?![a-z0-9])")


class Grammar:
    """Reads texts in all languages of the catalogue at once: families mix them, and few words mean two things."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._kinds: dict[tuple[str, ...], _Kind] = {}
        self._languages: dict[tuple[str, ...], set[str]] = {}
        self._names: dict[tuple[str, ...], str] = {}
        self._codes: dict[str, str] = {}
        for kind in _Kind:
            for language in catalogue.languages:
                for phrase in catalogue.words(language, f"words-{kind}"):
                    typed = tokens(phrase)
                    # The first kind that claims a phrase keeps it: a matter for a person before any other.
                    self._kinds.setdefault(typed, kind)
                    if kind is _Kind.LANGUAGE:
                        self._names[typed] = language
                    else:
                        self._languages.setdefault(typed, set()).add(language)
        for language in catalogue.languages:
            self._codes.update(dict.fromkeys(catalogue.words(language, "words-code"), language))
        self._longest = max(len(phrase) for phrase in self._kinds)
        # Short words have too many neighbours: "busy" is not a bus.
        self._mendable = [
            phrase[0]
            for phrase, kind in self._kinds.items()
            if len(phrase) == 1 and len(phrase[0]) >= 5 and kind in _MENDABLE
        ]
        buses = "|".join(sorted(phrase[0] for phrase, kind in self._kinds.items() if kind is _Kind.BUS))
        self._bus_number = re.compile(rf"\b({buses})(\W{{0,3}}(?:no|num|number|numero)?\W{{0,3}})\d{{1,4}}(?!\d)")

    def understand(self, text: str) -> Understood:
        """The intent of `text` and the language it is written in."""
        typed = _TIME.sub(" ", folded(text))
        # "bus 912" names a bus; which riders it concerns is known from the phone.
        student_ids, rest = _student_ids(self._bus_number.sub(r"\1 ", typed))
        phrases = list(self._phrases(tokens(rest)))
        named = next((self._names[phrase] for phrase in phrases if phrase in self._names), None)
        if len(phrases) == 1 and not student_ids and phrases[0][0] in self._codes:
            named = self._codes[phrases[0][0]]
            return Understood(SwitchLanguage(named), named)
        intent = self._intent(student_ids, phrases, named, asks="?" in text or "¿" in text)
        return Understood(intent, named, self._guess(phrases))

    def _intent(
        self, student_ids: tuple[str, ...], phrases: list[tuple[str, ...]], named: str | None, *, asks: bool
    ) -> Intent:
        kinds = Counter(self._kinds.get(phrase) for phrase in phrases)
        unknown = kinds[None]
        about_place = kinds[_Kind.WHERE] + kinds[_Kind.TRAVEL]
        if kinds[_Kind.NOT_LOCATION]:
            return Unclear()
        if student_ids and (unknown <= 1 or (about_place + kinds[_Kind.BUS] and unknown <= 2)):
            return Ask(student_ids)
        if kinds[_Kind.BUS] and (unknown == 0 or (about_place and unknown <= 1)):
            return Ask()
        if kinds[_Kind.WHERE] and unknown == 0 and not kinds[_Kind.HELP]:
            return Ask()
        if named is not None and unknown == 0:
            return SwitchLanguage(named)
        if kinds[_Kind.HELP] and unknown <= 2:
            return Help()
        if not phrases and asks and not student_ids:
            return Ask()
        return Unclear()

    def _phrases(self, typed: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
        """The words of a text as the longest phrases known; an unknown word stands alone, mended if it can be."""
        mended = 0
        at = 0
        while at < len(typed):
            for length in range(min(self._longest, len(typed) - at), 0, -1):
                if (phrase := typed[at : at + length]) in self._kinds:
                    break
            else:
                phrase = typed[at : at + 1]
                if mended < MOST_WORDS_MENDED and not phrase[0].isdigit():
                    mended += 1
                    phrase = self._mended(phrase)
            if not (len(phrase) == 1 and phrase[0].isdigit()):
                yield phrase
            at += max(len(phrase), 1)

    def _mended(self, phrase: tuple[str, ...]) -> tuple[str, ...]:
        word = phrase[0]
        if len(word) < 4:
            return phrase
        if (short := (_DOUBLED.sub(r"\1", word),)) in self._kinds:
            return short
        near = difflib.get_close_matches(word, self._mendable, n=1, cutoff=0.8)
        return (near[0],) if near else phrase

    def _guess(self, phrases: list[tuple[str, ...]]) -> str | None:
        owned = Counter(
            next(iter(languages))
            for phrase in phrases
            if len(languages := self._languages.get(phrase, set())) == 1
            for _ in phrase
        )
        ranked = owned.most_common(2)
        if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
            return None
        return ranked[0][0]


_LABELS = frozenset({"id", "ids", "no", "num", "n", "number", "numero", "student", "sid"})


def _student_ids(typed: str) -> tuple[tuple[str, ...], str]:
    """The student numbers in a folded text, in order and once each, and the text without them."""
    found: dict[str, None] = {}

    def take(match: re.Match[str]) -> str:
        prefix, parts = match[1], re.split(r"[ .-]", match[2])
        numbers = _numbers(parts)
        if not numbers:
            return f" {prefix} "
        if prefix and prefix not in _LABELS and len(parts) == 1:
            # A letter that belongs to the number, as in S100234.
            found[prefix + numbers[0]] = None
            return " "
        found.update(dict.fromkeys(numbers))
        return f" {prefix} "

    rest = _NUMBERS.sub(take, typed)
    return tuple(found)[:MOST_IDS], rest


def _numbers(parts: list[str]) -> list[str]:
    """Groups of digits between spaces as the student numbers they were typed for; short ones alone are not any."""
    if all(4 <= len(part) <= 12 for part in parts):
        return parts
    if any(len(part) >= 5 for part in parts):
        return [part for part in parts if 5 <= len(part) <= 12]
    # "100 234": one number, typed in groups.
    whole = "".join(parts)
    return [whole] if 5 <= len(whole) <= 12 else []
