"""What each message of a language is made of, and what is wrong with it: Fluent source in, sentences about faults out.

English sets the pattern. A language needs the same messages with the same values and choices; a plural needs every form
that the language's own grammar has (CLDR, through Babel). It may have messages of its own that only its others use.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from babel import Locale
from fluent.syntax import FluentParser, FluentSerializer, ast
from fluent.syntax.visitor import Visitor

PLURAL_FORMS = frozenset({"zero", "one", "two", "few", "many", "other"})
_COUNTED_TO = 200
"""Whole numbers up to this meet every plural form that a count of minutes or children can."""
_CLOCK = frozenset({"hour", "hour24", "hour12", "minute", "half"})
_DAY = frozenset({"weekday", "month", "date"})
_WRITTEN_FREELY = {
    "clock": _CLOCK,
    "clock-short": _CLOCK,
    "clock-spoken": _CLOCK,
    "weekday": _DAY,
    "month": _DAY,
    "day": _DAY,
    "letter-date": _DAY | {"year", "written"},
}
"""Times and days: these values are offered there, none is demanded, and names may be left for numbers."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One message, or a term, whose name begins with a dash."""

    source: str
    """As Fluent writes it, without comments."""
    line: int
    values: frozenset[str]
    """What is handed in, by this message itself: `{ $bus }`."""
    messages: frozenset[str]
    """What it is composed of: `{ be-ready }`."""
    terms: frozenset[str]
    choices: Mapping[str, frozenset[str]]
    """The variants of each choice, by the value that decides."""
    has_words: bool

    def plurals(self) -> Iterator[tuple[str, frozenset[str]]]:
        """The choices that are made by number."""
        return ((value, forms) for value, forms in self.choices.items() if forms <= PLURAL_FORMS)


@dataclass(frozen=True, slots=True)
class LanguageSource:
    """A language's file, read: its messages and terms in their order, and what could not be read."""

    shapes: Mapping[str, Shape]
    unread: tuple[str, ...] = ()
    """Faults in words: a line that is no Fluent, a message that stands there twice."""

    def messages(self) -> Iterator[str]:
        """The keys of the messages, without the terms."""
        return (key for key in self.shapes if not key.startswith("-"))

    def values_of(self, key: str) -> frozenset[str]:
        """What a message takes, with what the messages take that it is composed of."""
        return self._values_of(key, frozenset())

    def choices_of(self, key: str) -> Mapping[str, frozenset[str]]:
        """All choices that are made while a message is written, the same way."""
        made = dict(self.shapes[key].choices)
        for part in self.parts_of(key):
            for value, variants in self.shapes[part].choices.items():
                made[value] = made.get(value, frozenset()) | variants
        return made

    def parts_of(self, key: str) -> set[str]:
        """The messages that a message is composed of, and those that they are composed of."""
        found: set[str] = set()
        ahead = [key]
        while ahead:
            for part in self.shapes[ahead.pop()].messages & self.shapes.keys() - found:
                found.add(part)
                ahead.append(part)
        return found

    def _values_of(self, key: str, above: frozenset[str]) -> frozenset[str]:
        shape = self.shapes[key]
        parts = (part for part in shape.messages & self.shapes.keys() if part not in above)
        return shape.values.union(*(self._values_of(part, above | {key}) for part in parts))


def read_source(text: str) -> LanguageSource:
    """The messages of a Fluent file. Never raises: what cannot be read is said in `unread`."""
    shapes: dict[str, Shape] = {}
    unread = []
    for entry in FluentParser().parse(text).body:
        line = text.count("\n", 0, entry.span.start if entry.span else 0) + 1
        if isinstance(entry, ast.Junk):
            junk = (entry.content or "").strip().partition("\n")[0]
            unread.append(f"line {line} cannot be read: {junk[:60]!r}. Look for a missing bracket, or a missing “=”.")
        elif isinstance(entry, ast.Message | ast.Term):
            key = f"-{entry.id.name}" if isinstance(entry, ast.Term) else entry.id.name
            if key in shapes:
                unread.append(f"line {line}: message “{key}” stands there twice. Keep one of them.")
            shapes[key] = _shape(entry, line)
    return LanguageSource(shapes, tuple(unread))


def faults(language: str, source: LanguageSource, english: LanguageSource) -> list[str]:
    """What keeps a language's file from being used, a sentence each, naming the message and the value."""
    return [*source.unread, *_missing(source, english), *_unknown(source, english), *_within(language, source, english)]


def _missing(source: LanguageSource, english: LanguageSource) -> Iterator[str]:
    for key in english.shapes:
        if key not in source.shapes:
            yield f"message “{key}” is missing."


def _unknown(source: LanguageSource, english: LanguageSource) -> Iterator[str]:
    for key in source.shapes:
        if key not in english.shapes and not _is_used(key, source):
            yield _no_such(key, english)


def _no_such(key: str, english: LanguageSource) -> str:
    near = difflib.get_close_matches(key, english.shapes, n=1)
    return f"there is no message “{key}”, and no other uses it." + (f" Was “{near[0]}” meant?" if near else "")


def _is_used(key: str, source: LanguageSource) -> bool:
    return any(
        key.removeprefix("-") in (shape.terms if key.startswith("-") else shape.messages)
        for shape in source.shapes.values()
    )


def _within(language: str, source: LanguageSource, english: LanguageSource) -> Iterator[str]:
    needed = _plural_forms_of(language)
    for key, shape in source.shapes.items():
        if not shape.has_words:
            yield f"message “{key}” has no words."
        for part in sorted(shape.messages - source.shapes.keys()):
            yield f"message “{key}” uses {{ {part} }}, and there is no such message."
        if key in source.parts_of(key):
            yield f"message “{key}” holds itself, by way of {{ {min(shape.messages)} }}."
        for term in sorted(shape.terms):
            if f"-{term}" not in source.shapes:
                yield f"message “{key}” uses {{ -{term} }}, and there is no such term."
        for value, forms in shape.plurals():
            if lacking := needed - forms:
                yield f"message “{key}” lacks the plural {_listed(lacking)} of {{ ${value} }}."
        if key in english.shapes:
            yield from _compared(key, source, english, needed)


def _compared(key: str, source: LanguageSource, english: LanguageSource, needed: frozenset[str]) -> Iterator[str]:
    offered, used = _WRITTEN_FREELY.get(key, english.values_of(key)), source.values_of(key)
    for value in sorted(used - offered):
        given = _listed(f"{{ ${one} }}" for one in offered) or "no value"
        yield f"message “{key}” uses {{ ${value} }}, which is not given there; given: {given}."
    if key in _WRITTEN_FREELY:
        return
    for value in sorted(offered - used):
        yield f"message “{key}” leaves out {{ ${value} }}."
    ours = source.choices_of(key)
    for value, variants in english.choices_of(key).items():
        if variants <= PLURAL_FORMS:
            if value not in ours and needed != {"other"}:
                yield f"message “{key}” does not choose a plural by {{ ${value} }}."
        elif ours.get(value) != variants:
            yield f"message “{key}” must choose by {{ ${value} }} between {_listed(variants)}."


def _plural_forms_of(language: str) -> frozenset[str]:
    rule = Locale.parse(language, sep="-").plural_form
    return frozenset(rule(number) for number in range(_COUNTED_TO + 1))


def _listed(items: Iterable[str]) -> str:
    return ", ".join(sorted(items))


class _Walk(Visitor):
    def __init__(self) -> None:
        self.values: set[str] = set()
        self.messages: set[str] = set()
        self.terms: set[str] = set()
        self.choices: dict[str, frozenset[str]] = {}

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802
        self.values.add(node.id.name)

    def visit_MessageReference(self, node: ast.MessageReference) -> None:  # noqa: N802
        self.messages.add(node.id.name)

    def visit_TermReference(self, node: ast.TermReference) -> None:  # noqa: N802
        self.terms.add(node.id.name)

    def visit_SelectExpression(self, node: ast.SelectExpression) -> None:  # noqa: N802
        if isinstance(node.selector, ast.VariableReference):
            keys = (variant.key for variant in node.variants)
            self.choices[node.selector.id.name] = frozenset(
                key.name if isinstance(key, ast.Identifier) else str(key.value) for key in keys
            )
        self.generic_visit(node)


def _shape(entry: ast.Message | ast.Term, line: int) -> Shape:
    walk = _Walk()
    walk.visit(entry)
    return Shape(
        FluentSerializer().serialize_entry(_without_comment(entry)),
        line,
        frozenset(walk.values),
        frozenset(walk.messages),
        frozenset(walk.terms),
        walk.choices,
        has_words=entry.value is not None,
    )


def _without_comment(entry: ast.Message | ast.Term) -> ast.Message | ast.Term:
    bare = entry.clone()
    bare.comment = None
    return bare
