"""Which message was read by a native speaker, by whom and when: `reviews.toml` in, the state of each message out.

A review holds for the words that were read. It carries their fingerprint, with that of the English beside them, so a
message that is changed on either side falls back to waiting for a reader.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files

from sms.catalogue.shape import LanguageSource

_FINGERPRINT_LETTERS = 12
_NO_WORDS = frozenset({"accents", "voice-language", "voice-name"})
"""How a language is sent and spoken, which nobody reads."""


class Standing(StrEnum):
    """How far a message is."""

    DRAFTED = "drafted"
    """Written by somebody who may not speak the language from home."""
    CHANGED = "changed since"
    """Reviewed, and its words or the English ones are others now."""
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True)
class Review:
    """One message, read by one person."""

    language: str
    key: str
    by: str
    on: date
    fingerprint: str

    def as_toml(self) -> str:
        """As it stands in `reviews.toml`."""
        # JSON's quoted text is TOML's too.
        by = json.dumps(self.by, ensure_ascii=False)
        return f'[{self.language}."{self.key}"]\nby = {by}\non = {self.on}\ntext = "{self.fingerprint}"\n'


class ReviewsError(Exception):
    """A file of reviews cannot be used; the words say where and why."""


Reviews = Mapping[tuple[str, str], Review]
"""By language and message."""


def shipped_reviews() -> Reviews:
    """The reviews that come with Busline."""
    return read_reviews((files("sms.languages") / "reviews.toml").read_text(encoding="utf-8"))


def read_reviews(text: str) -> Reviews:
    """Every review in a file. Raises ReviewsError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise ReviewsError(f"it is no TOML: {fault}.") from fault
    found = {}
    for language, messages in table.items():
        if not isinstance(messages, dict):
            raise ReviewsError(f"“{language}” stands alone. Write [language.message] above each review.")
        for key, row in messages.items():
            match row:
                case {"by": str(by), "on": date() as on, "text": str(fingerprint), **rest} if not rest:
                    found[language, key] = Review(language, key, by, on, fingerprint)
                case _:
                    raise ReviewsError(f"[{language}.{key}] needs by = “name”, on = year-month-day and text = “...”.")
    return found


def standing(language: str, key: str, source: LanguageSource, english: LanguageSource, reviews: Reviews) -> Standing:
    """How far one message of a language is."""
    review = reviews.get((language, key))
    if review is None:
        return Standing.DRAFTED
    return Standing.REVIEWED if review.fingerprint == fingerprint(key, source, english) else Standing.CHANGED


def unreviewed(
    language: str, source: LanguageSource, english: LanguageSource, reviews: Reviews
) -> Iterable[tuple[str, Standing]]:
    """The messages that a native speaker still has to read, in the order of the file."""
    states = ((key, standing(language, key, source, english, reviews)) for key in read_by_people(source))
    return ((key, state) for key, state in states if state is not Standing.REVIEWED)


def read_by_people(source: LanguageSource) -> tuple[str, ...]:
    """The messages that hold words, in the order of the file."""
    return tuple(key for key in source.shapes if key not in _NO_WORDS)


def fingerprint(key: str, source: LanguageSource, english: LanguageSource) -> str:
    """Of the words of a message and the English ones; layout and comments do not count."""
    beside = english.shapes[key].source if key in english.shapes else ""
    both = f"{source.shapes[key].source}\0{beside}".encode()
    return hashlib.sha256(both).hexdigest()[:_FINGERPRINT_LETTERS]
