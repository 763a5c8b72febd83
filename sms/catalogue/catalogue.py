"""Every message of every language, ready to be said: Fluent sources in, a language, a key and values in, a text out."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import ast

from sms.segments import fold_to_gsm7

SOURCE_LANGUAGE = "en"
"""The language that the others are written from, and are held against."""


class CatalogueError(Exception):
    """A message is missing, or was given other values than it names: a fault of the program, never of the sender."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How the carrier speaks a language."""

    language: str
    """As the carrier names it: `cmn-CN`."""
    name: str


class Catalogue:
    """Every message of every language."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        """`sources` maps language codes (BCP 47) to the text of their Fluent files."""
        self._bundles = {code: _bundle(code, source) for code, source in sources.items()}
        self._folded = {code: self.raw(code, "accents") == "fold" for code in sources}

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self._bundles)

    def nearest(self, language: str) -> str | None:
        """The catalogue's language for any tag (`es-US` -> `es`), or None where it has none."""
        code = language.strip().lower().replace("_", "-")
        by_lower_case = {known.lower(): known for known in self._bundles}
        while code:
            if code in by_lower_case:
                return by_lower_case[code]
            code = code.rpartition("-")[0]
        return None

    def voice(self, language: str) -> Voice | None:
        """The voice that reads this language aloud, or None: then no other language's voice may read it either."""
        spoken, name = self.raw(language, "voice-language"), self.raw(language, "voice-name")
        return None if "none" in (spoken, name) else Voice(spoken, name)

    def folds(self, language: str) -> bool:
        """Whether its texts go out without the accents that GSM-7 lacks."""
        return self._folded[language]

    def say(self, language: str, key: str, **values: str | int) -> str:
        """The message as it is sent: folded into GSM-7 where its language allows that.

        Raises CatalogueError for an unknown language or key, and for a value that the message needs and was not given.
        """
        # A part that a district leaves empty at the end of a message leaves no space behind.
        return self.fitted(language, self.raw(language, key, **values).rstrip(" "))

    def fitted(self, language: str, text: str) -> str:
        """Any words of this language as they are sent."""
        return fold_to_gsm7(text) if self._folded[language] else text

    def raw(self, language: str, key: str, **values: str | int) -> str:
        """The message as it is written, with all its accents: for speech, for pages, and as a part of another."""
        try:
            bundle = self._bundles[language]
            pattern = bundle.get_message(key).value
        except LookupError as missing:
            raise CatalogueError(f"The catalogue has no message {key!r} in {language!r}.") from missing
        if pattern is None:
            raise CatalogueError(f"Message {key!r} in {language!r} has no words.")
        text, faults = bundle.format_pattern(pattern, values)
        if faults:
            raise CatalogueError(f"Message {key!r} in {language!r} cannot be written: {faults[0]}")
        return str(text)


@cache
def shipped_catalogue() -> Catalogue:
    """The catalogue that comes with Busline: every `languages/*.ftl`."""
    return Catalogue(shipped_sources())


def shipped_sources() -> Mapping[str, str]:
    """The Fluent source of every shipped language, by code, in the order of `languages/languages.toml`."""
    folder = files("sms.languages")
    order = tomllib.loads((folder / "languages.toml").read_text(encoding="utf-8"))["segments"]
    return {code: (folder / f"{code}.ftl").read_text(encoding="utf-8") for code in order}


@lru_cache(maxsize=32)
def _bundle(code: str, source: str) -> FluentBundle:
    """Kept: a service that starts makes several catalogues of the same words, and reading ten languages takes half a
    second, which families wait for after a crash."""
    resource = FluentResource(source)
    for entry in resource.body:
        if isinstance(entry, ast.Junk):
            raise CatalogueError(f"languages/{code}.ftl cannot be read at: {(entry.content or '').strip()[:80]!r}")
    # Isolation marks (U+2068, U+2069) around every value would turn each text into UCS-2.
    bundle = FluentBundle([code], use_isolating=False)
    bundle.add_resource(resource)
    return bundle
