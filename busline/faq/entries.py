"""Prepared answers as they are written: Markdown in, entries out. One file a language, one section a topic.

    ## lost_item
    Title: Something left on the bus
    Asks: lost backpack; my son forgot his jacket on the bus
    Words: lost, left, forgot, backpack, jacket, lunchbox, glasses
    Reviewed: M. Pierre 2026-09-01

    Call { phone } and say the bus number and what was lost. ...

`Title` is what a choice of three offers. `Asks` are ways in which families ask, and `Words` what stands in such
questions, all that mean the same side by side: both are for the search alone. Without `Reviewed` an answer is a draft
that no native speaker has read. The rest is the answer, with `{ phone }` and `{ district }` to be filled.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from string import Formatter
from typing import NewType

TopicId = NewType("TopicId", str)

PLACES = frozenset({"phone", "district"})
_SECTION = re.compile(r"^## +(\S+) *$", re.MULTILINE)
_FIELD = re.compile(r"^(Title|Asks|Words|Reviewed): *(.*)$")


class AnswersError(Exception):
    """An answer cannot be used; the message names the language, the topic and what to do."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Something families ask about, and who owns it."""

    topic_id: TopicId
    title: str
    """In English, for staff."""
    department: str


@dataclass(frozen=True, slots=True)
class Entry:
    """The prepared answer to one topic in one language."""

    topic_id: TopicId
    language: str
    title: str
    asks: tuple[str, ...]
    words: tuple[str, ...]
    answer: str
    """With its places still open: `{ phone }`, `{ district }`."""
    reviewed: str = ""
    """Who has read it as a native speaker, and when; empty for a draft."""

    def filled(self, *, phone: str, district: str) -> str:
        """The answer as it is sent."""
        return re.sub(r"\{ *(\w+) *\}", lambda place: {"phone": phone, "district": district}[place[1]], self.answer)


def shipped_topics() -> Mapping[TopicId, Topic]:
    """The topics that come with Busline, in their order."""
    listed = tomllib.loads((files("busline.faq") / "topics.toml").read_text("utf-8"))
    return {TopicId(key): Topic(TopicId(key), told["title"], told["department"]) for key, told in listed.items()}


def shipped_entries() -> list[Entry]:
    """The answers that come with Busline, in every language. Raises AnswersError."""
    folder = files("busline.faq") / "answers"
    return [
        entry
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".md")
        for entry in read_entries(file.name.removesuffix(".md"), file.read_text("utf-8"))
    ]


def read_entries(language: str, text: str) -> list[Entry]:
    """The answers in one language's file. Raises AnswersError for what cannot be used."""
    _, *parts = _SECTION.split(text)
    entries = [
        read_entry(TopicId(topic_id), language, body) for topic_id, body in zip(parts[::2], parts[1::2], strict=True)
    ]
    twice = {entry.topic_id for entry in entries if sum(other.topic_id == entry.topic_id for other in entries) > 1}
    if twice:
        raise AnswersError(f"{language}: {', '.join(sorted(twice))} stands there twice. Keep one of them.")
    return entries


def read_entry(topic_id: TopicId, language: str, body: str) -> Entry:
    """One section, without its heading. Raises AnswersError."""
    fields: dict[str, str] = {}
    lines = body.strip().splitlines()
    while lines and (field := _FIELD.match(lines[0])):
        fields[field[1]] = field[2].strip()
        lines.pop(0)
    answer = " ".join(" ".join(lines).split())
    where = f"{language}, {topic_id}"
    if not fields.get("Title"):
        raise AnswersError(f"{where}: there is no 'Title:' line. Add one: what a choice of three will offer.")
    if not answer:
        raise AnswersError(f"{where}: there is no answer below the fields. Write it after an empty line.")
    unknown = {place for _, place, _, _ in _places(answer, where) if place is not None} - PLACES
    if unknown:
        raise AnswersError(
            f"{where}: {{ {', '.join(sorted(unknown))} }} is not known. Only {{ phone }} and {{ district }} are filled."
        )
    asks = tuple(ask.strip() for ask in re.split("[;；؛]", fields.get("Asks", "")) if ask.strip())
    words = tuple(word.strip() for word in re.split("[,，،]", fields.get("Words", "")) if word.strip())
    return Entry(topic_id, language, fields["Title"], asks, words, answer, fields.get("Reviewed", ""))


def _places(answer: str, where: str) -> list[tuple[str, str | None, str | None, str | None]]:
    try:
        parsed = list(Formatter().parse(answer))
    except ValueError as fault:
        raise AnswersError(f"{where}: a brace is open or closed alone. Write {{ phone }} or {{ district }}.") from fault
    return [(text, None if place is None else place.strip(), spec, turned) for text, place, spec, turned in parsed]
