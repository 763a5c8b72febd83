"""The numbers in a text: student numbers, a join code, a case's reference, and times of day."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from busline.enrolment.codes import SYMBOLS, plain_code
from sms.folding import folded

_HALF = (SYMBOLS + 1) // 2
MOST_IDS = 20
"""A text of 1,600 characters holds no more student numbers that anybody means."""

_CLOCK = (
    r"\d{1,2}\s*[:.h]\s*\d{2}\b(?:\s*[ap]\.?\s?m\b\.?)?|\d{1,2}\s*[ap]\.?\s?m\b\.?|\d{1,2}\s?h\b|\d{1,2}\s?[点时]半?"
)
_TIME = re.compile(rf"(?<!\d)(?:{_CLOCK})")
_NUMBERS = re.compile(r"(?<![a-z0-9])([a-z]{0,7})(\d+(?:[ .-]\d+)*)(?:(?![a-z0-9])|(?=s\b))")
"""With an s after it too: "has 100234's bus come"."""
_PHONE = re.compile(
    r"(?<![\w+])(?:\+\d[\d .-]{8,16}\d|(?:1[ .-]?)?(?:\(\d{3}\)\s?|\d{3}[ .-])\d{3}[ .-]\d{4})(?!\w|[ .-]\d)"
)
"""A phone number as people write one: with a plus, or in groups of three, three and four. Ten digits in a row may be
somebody's student number."""
_REFERENCE = re.compile(r"(?<![a-z0-9-])(\d{4})\s?[-–—]\s?(\d)(?![a-z0-9-])|(?<![a-z0-9-])(\d{5})(?![a-z0-9-])")
_HOUR = re.compile(r"(?<!\d)(\d{1,2})(?:\s*[:.h点时]\s*(\d{2}))?(?!\d)\s*(?:([ap])\.?\s?m\b)?")
_LABELS = frozenset({"id", "ids", "no", "num", "n", "nr", "number", "numero", "nimewo", "numeru", "student", "sid"})
_ALONE = re.compile(rf"[\W_]*([0-9A-Za-z]{{{_HALF}}})[ ._–-]?([0-9A-Za-z]{{{_HALF}}})[\W_]*")
_ONLY_NUMBERED = re.compile(r"[A-Za-z]+\d+|\d+[A-Za-z]+")
"""A student number with letters in front, or a word behind it."""


@dataclass(frozen=True, slots=True)
class Hour:
    """A time of day as it stands in a text."""

    hour: int
    minute: int
    half: str
    """a, p, or nothing where it does not say."""
    start: int
    end: int


def student_ids(typed: str) -> tuple[tuple[str, ...], str]:
    """The student numbers in a folded text, in order and once each, and the text with 0 in their places."""
    found: dict[str, None] = {}

    def take(match: re.Match[str]) -> str:
        prefix, parts = match[1], re.split(r"[ .-]", match[2])
        numbers = _numbers(parts)
        if not numbers:
            return match[0]
        if prefix and prefix not in _LABELS and len(parts) == 1:
            # A letter that belongs to the number, as in S100234.
            found[prefix + numbers[0]] = None
            return " 0 "
        found.update(dict.fromkeys(numbers))
        return f" {prefix} 0 "

    rest = _NUMBERS.sub(take, _PHONE.sub(" ", typed))
    return tuple(found)[:MOST_IDS], rest


def without_times(typed: str) -> str:
    """A folded text without times of day, which are no student numbers."""
    return _TIME.sub(" ", typed)


def reference_in(typed: str) -> str | None:
    """The digits of a case's reference (`4821-7`), if one stands in a folded text."""
    found = _REFERENCE.search(typed)
    if found is None:
        return None
    return found[3] if found[3] is not None else found[1] + found[2]


def is_written_as_reference(typed: str) -> bool:
    """Whether the reference is parted as on a case, so that it cannot be taken for a student number."""
    found = _REFERENCE.search(typed)
    return found is not None and found[3] is None


def code_in(text: str, *, told: Callable[[], bool]) -> str | None:
    """A join code in a text. Where it is `told` that one follows, whatever stands there for it, right or wrong."""
    if (plain := plain_code(text)) is not None:
        return plain
    alone = _ALONE.fullmatch(text)
    if (
        alone is not None
        and (_is_mixed(alone[1]) or _is_mixed(alone[2]))
        and not _ONLY_NUMBERED.fullmatch(alone[1] + alone[2])
    ):
        return _compact(text)
    if not any(_is_mixed(group) for group in text.split()) or not told():
        return None
    groups = re.findall(r"[0-9A-Za-z]+(?:[-–—_][0-9A-Za-z]+)*", text)
    mixed = [_compact(group) for group in groups]
    for at, group in enumerate(mixed):
        if _is_mixed(group) and len(group) >= SYMBOLS - 2:
            return group
        both = group + mixed[at + 1] if at + 1 < len(mixed) else ""
        if len(group) == _HALF and len(both) == 2 * _HALF and (_is_mixed(group) or _is_mixed(mixed[at + 1])):
            return both
    return None


def hours(typed: str) -> list[Hour]:
    """The times of day in a folded text, in their order."""
    found = []
    for match in _HOUR.finditer(typed):
        hour, minute = int(match[1]), int(match[2] or 0)
        if hour <= 24 and minute < 60:
            found.append(Hour(hour % 24, minute, match[3] or "", match.start(), match.end()))
    return found


def _is_mixed(group: str) -> bool:
    return any(symbol.isdigit() for symbol in group) and any(symbol.isalpha() for symbol in group)


def _compact(text: str) -> str:
    return re.sub(r"[\W_]", "", folded(text)).upper()


def _numbers(parts: list[str]) -> list[str]:
    """Groups of digits between spaces as the student numbers they were typed for; short ones alone are not any."""
    if all(4 <= len(part) <= 12 for part in parts):
        return parts
    if any(len(part) >= 5 for part in parts):
        return [part for part in parts if 5 <= len(part) <= 12]
    # "100 234": one number, typed in groups.
    whole = "".join(parts)
    return [whole] if 5 <= len(whole) <= 12 else []
