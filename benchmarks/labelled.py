"""The labelled sets under `tests/labelled` as values: what families write, and what each text means.

`tests/labelled/README.md` says how they were made and which may be looked at while building.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Any

LABELLED = Path(__file__).parents[1] / "tests" / "labelled"
LANGUAGES = ("en", "es", "ht", "kea", "vi", "zh", "pt", "so", "fr", "ar")


class Use(StrEnum):
    """What a set of labelled texts is for."""

    TUNING = "tuning"
    HELD_APART = "held_apart"
    """Measured often while the grammar was built."""
    JUDGED = "judged"
    """Batches that decided before they were opened."""
    JUDGE = "judge"
    """Written by somebody who has not seen the grammar: the set that decides."""
    FRESH = "fresh"
    """Batches, each measured once before it is opened: `<language>_<batch>.toml`, not in every language."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One text and what it asks for."""

    language: str
    text: str
    intent: str
    """The name of a type of `sms.intent`."""
    accept: frozenset[str] = frozenset()
    """Other intents that honest readers would take it for; their fields are not judged."""
    about: frozenset[str] = frozenset()
    """Of an Ask: any of these."""
    day: str = "today"
    leg: str | None = None
    """None where the words do not say which ride, or where it does not matter."""
    ids: tuple[str, ...] = ()
    wanted: bool | None = None
    minutes: int | None = None
    start: time | None = None
    end: time | None = None
    off: bool = False
    switch_to: str | None = None
    number: int | None = None
    reference: str | None = None
    code: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """Ways of one language to say: no more texts, and: texts again."""

    language: str
    opt_out: tuple[str, ...]
    opt_in: tuple[str, ...]


def utterances(use: Use, *, batch: int | None = None) -> tuple[Utterance, ...]:
    """All texts of a set, language by language; of a set in batches all of them, or the one that is named.

    `KeyError` or `TypeError` for a row with a field that there is not.
    """
    files = _batches(use.value, batch) if use in (Use.FRESH, Use.JUDGED) else _files(use.value)
    return tuple(_utterance(language, row) for language, rows in files for row in rows["utterances"])


def wishes() -> tuple[Wishes, ...]:
    """The phrases that must be taken for opting out, and in."""
    return tuple(
        Wishes(language, tuple(rows["opt_out"]), tuple(rows["opt_in"])) for language, rows in _files("opt_out")
    )


def ordinary_texts() -> tuple[tuple[str, str], ...]:
    """(language, text) of every text that must be taken for neither."""
    return tuple((language, text) for language, rows in _files("ordinary") for text in rows["texts"])


def _utterance(language: str, row: Mapping[str, Any]) -> Utterance:
    about = row.get("about", ())
    fields = {key: value for key, value in row.items() if key not in {"about", "accept", "ids", "language"}}
    return Utterance(
        language,
        accept=frozenset(row.get("accept", ())),
        about=frozenset({about} if isinstance(about, str) else about),
        ids=tuple(row.get("ids", ())),
        switch_to=row.get("language"),
        **fields,
    )


def _files(folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for language in LANGUAGES:
        yield language, _rows(LABELLED / folder / f"{language}.toml", language)


def _batches(folder: str, batch: int | None) -> Iterator[tuple[str, dict[str, Any]]]:
    for language in LANGUAGES:
        for path in sorted((LABELLED / folder).glob(f"{language}_{batch or '*'}.toml")):
            yield language, _rows(path, language)


def _rows(path: Path, language: str) -> dict[str, Any]:
    rows = tomllib.loads(path.read_text(encoding="utf-8"))
    assert rows["language"] == language
    return rows


@dataclass(frozen=True, slots=True)
class Question:
    """A question for the prepared answers."""

    language: str
    text: str
    topics: frozenset[str]
    """The topic it asks for, and others whose answer would serve as well; empty where none does."""


def questions() -> tuple[Question, ...]:
    """The questions that a prepared answer answers."""
    return tuple(
        Question(language, row["text"], frozenset({row["topic"], *row.get("also", ())}))
        for language, rows in _files("faq")
        for row in rows["questions"]
    )


def unanswerable() -> tuple[Question, ...]:
    """The questions that none does."""
    rows = tomllib.loads((LABELLED / "faq" / "unanswerable.toml").read_text(encoding="utf-8"))["questions"]
    return tuple(Question(row["language"], row["text"], frozenset()) for row in rows)


@dataclass(frozen=True, slots=True)
class OddText:
    """A text that nobody plans for, and what must hold."""

    name: str
    text: str
    media: int
    """Pictures that came with it."""
    then: frozenset[str]
    """`answer`, `silence` or both: what may come of it."""
    never: tuple[str, ...]
    """What no reply may contain."""


def odd_texts() -> tuple[OddText, ...]:
    """The battery of bad input."""
    rows = tomllib.loads((LABELLED / "odd_texts.toml").read_text(encoding="utf-8"))["odd"]
    return tuple(
        OddText(
            row["name"],
            row["text"] * row.get("times", 1),
            row.get("media", 0),
            frozenset(row["then"]),
            tuple(row.get("never", ())),
        )
        for row in rows
    )
