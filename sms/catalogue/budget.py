"""How many segments each text takes at its longest, and how many it may: a language in, a `Measure` for each text out.

The price of a text is its segments, and one letter outside GSM-7 makes it UCS-2, with 70 characters in a segment. So
each language has a budget (`languages/languages.toml`), and each text is written here with the longest values that
really come: a five-digit bus that drives for another, a window across noon, the longest name of a day.
"""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import product

from sms.catalogue.catalogue import Catalogue, CatalogueError
from sms.catalogue.names import named_languages
from sms.catalogue.shape import PLURAL_FORMS, LanguageSource
from sms.segments import Segments, segments

NEVER_TEXTED = frozenset(
    {
        *("accents", "voice-language", "voice-name", "voice-please-text"),
        *("clock", "clock-short", "window", "weekday", "month", "day", "clock-on-day"),
        *("bus", "bus-substitute", "bus-unknown", "be-ready", "other-languages", "own-name", "department", "choice"),
        *("lead-yes", "lead-no", "lead-not-yet", "because", "window-changed"),
        *("clock-spoken", "window-spoken", "alert-questions", "alert-child-missing", "alert-end-hint"),
    }
)
"""Parts of texts, and what is printed or spoken: measured, if at all, in the texts that hold them."""
OF_ANY_LENGTH = frozenset({"case-answer", "choose", "choose-one", "announcement"})
"""They hold what staff wrote, and are as long as that."""
_OF_ANOTHER_DAY = frozenset(
    {"planned", "case-opened", "case-added", "case-status", "case-reopened", "case-urgent", "clock-on-day"}
)
"""Their times may be of another day, and are written with it."""
_DEPARTMENTS = (
    *("transportation", "special_education", "enrollment", "safety"),
    *("complaints", "lost_and_found", "technology", "other"),
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_COUNTS = (0, 1, 2, 3, 11, 100, 125)
"""Numbers that between them meet every plural form."""
_LATE_MORNING = {"hour": "11", "hour24": "11", "hour12": "11", "minute": "55", "half": "am"}
_NOON = {"hour": "12", "hour24": "12", "hour12": "12", "minute": "45", "half": "pm"}


@dataclass(frozen=True, slots=True)
class Measure:
    """One text at its longest."""

    key: str
    text: str
    size: Segments
    budget: int
    """How many segments it may take."""

    @property
    def fits(self) -> bool:
        return self.size.count <= self.budget


@dataclass(frozen=True, slots=True)
class Budgets:
    """`languages/languages.toml`, read."""

    of_language: Mapping[str, int]
    of_message: Mapping[str, int]
    """The same in every language: texts that are worth more, or can be shorter."""
    of_message_in: Mapping[str, Mapping[str, int]]

    def of(self, language: str, key: str) -> int:
        """How many segments this text may take in this language."""
        base = self.of_message.get(key, self.of_language.get(language, 1))
        return self.of_message_in.get(language, {}).get(key, base)


def shipped_budgets() -> Budgets:
    """The budgets that come with Busline."""
    table = tomllib.loads((files("sms.languages") / "languages.toml").read_text(encoding="utf-8"))
    return Budgets(table["segments"], table["message"], table["message-in"])


def is_text(key: str) -> bool:
    """Whether a message is sent by itself and has a length of its own."""
    return not key.startswith(("-", "letter-", "call-", "mail-")) and key not in NEVER_TEXTED | OF_ANY_LENGTH


def measures(catalogue: Catalogue, language: str, source: LanguageSource, budgets: Budgets) -> Iterator[Measure]:
    """Every text of a language at its longest.

    `source` is the language's own file. Raises CatalogueError where a text takes a value that is not known here: then
    `_values` must learn how long it gets.
    """
    for key in source.messages():
        if is_text(key) and not _is_part(key, source):
            texts = (
                catalogue.say(language, key, **values) for values in _ways(catalogue, language, source, key, vary=None)
            )
            text = max(texts, key=lambda text: segments(text).units)
            yield Measure(key, text, segments(text), budgets.of(language, key))


def examples(catalogue: Catalogue, language: str, source: LanguageSource, key: str) -> tuple[str, ...]:
    """How a message reads, once for each variant of its own choices, with the same long values."""
    if key.startswith("-"):
        return (source.shapes[key].source.partition("=")[2].strip(),)
    ways = _ways(catalogue, language, source, key, vary=source.shapes[key].choices.keys())
    return tuple(dict.fromkeys(catalogue.raw(language, key, **values) for values in ways))


def _is_part(key: str, source: LanguageSource) -> bool:
    return any(key in shape.messages for shape in source.shapes.values())


def _ways(
    catalogue: Catalogue, language: str, source: LanguageSource, key: str, vary: Collection[str] | None
) -> Iterator[dict[str, str | int]]:
    """Every combination of the long values and variants of what shall `vary`, or of all; of the others the first."""
    choices, known = source.choices_of(key), _values(catalogue, language, key)
    names = sorted(source.values_of(key) | choices.keys())
    sets: list[tuple[str | int, ...]] = []
    for name in names:
        variants = choices.get(name, frozenset())
        if name in known and not (variants and name == key):
            possible = known[name]
        elif variants:
            possible = tuple(int(one) if one.isdecimal() else one for one in sorted(variants))
        else:
            raise CatalogueError(f"Nobody has said how long {{ ${name} }} of message {key!r} gets.")
        if variants and variants <= PLURAL_FORMS:
            possible = _COUNTS
        sets.append(possible if vary is None or name in vary else possible[:1])
    for ways in product(*sets):
        yield dict(zip(names, ways, strict=True))


def _values(catalogue: Catalogue, language: str, key: str) -> Mapping[str, tuple[str | int, ...]]:
    def part(name: str, **values: str | int) -> str:
        return catalogue.raw(language, name, **values)

    noon, late_morning = part("clock", **_NOON), part("clock", **_LATE_MORNING)
    weekday = max(_WEEKDAYS, key=lambda one: len(part("weekday", weekday=one)))
    month = max(range(1, 13), key=lambda one: len(part("month", month=one)))
    day = part("day", weekday=weekday, month=month, date="23")
    on_day = part("clock-on-day", day=day, clock=noon)
    span = part("window", **{"from": late_morning, "to": noon})
    substitute = part("bus-substitute", number="47123", instead_of="47124")
    another_day = key in _OF_ANOTHER_DAY
    return {
        "students": ("100234, 100235, 100236" if key == "students" else "100234",),
        "bus": (part("bus", number="47123") if key == "planned" else substitute, part("bus-unknown")),
        "window": (span,),
        "by": (on_day if another_day else late_morning,),
        "since": (on_day if another_day else late_morning,),
        "seen": (late_morning,),
        "planned": (on_day if another_day else noon,),
        "day": (day,),
        "next": ("none", day),
        "from": (part("clock", **_LATE_MORNING),),
        "to": (noon,),
        "minutes": (125,),
        "threshold": (60,),
        "least": (2,),
        "most": (60,),
        "count": _COUNTS,
        "phone": ("(617) 555-0100",),
        "district": ("Cambridge Public Schools",),
        "ending": ("23",),
        "reference": ("4821-7",),
        "department": (max((part("department", department=one) for one in _DEPARTMENTS), key=len),),
        "languages": (named_languages(catalogue),),
        "words": ("...",),
        "choices": ("1 ... 2 ... 3 ...",),
        "title": ("...",),
        "number": ("(617) 555-0199" if key.startswith("letter-") else "47123",),
        "instead_of": ("47124",),
        "name": ("Mia L.",),
        "student": ("100234",),
        "until": ("2026-09-23",),
        "written": ("2026-09-23",),
        "year": ("2026",),
        "clock": (noon,),
        "was": (span,),
        "hour": ("11",),
        "hour12": ("11",),
        "hour24": ("11",),
        "minute": ("55",),
        "date": ("23",),
        "month": (11,),
        "link": ("https://bus.example.org/alerts/end",),
    }
