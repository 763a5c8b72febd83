"""The letter with a code, one printed page for one student: facts and words in, HTML out. Pure.

The page is for a family and goes by post or in a school bag, so it names the student; it shows no address, stop,
school or bus. The picture beside the code opens a text message that is already written (RFC 5724).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote

import segno
from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from busline.ids import Phone, StudentId

_RIGHT_TO_LEFT = frozenset({"ar"})
LINES = ("what", "first", "then", "once", "second", "private", "stop", "help")
"""Of a page, in their order: the catalogue's `letter-what` and so on."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One page."""

    student_id: StudentId
    name: str
    language: str
    code: str
    """As printed, in groups."""
    until: date


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends the letter."""

    district: str
    number: Phone
    """Where to text, E.164."""
    number_written: str
    """The same as families dial it."""
    phone_written: str
    """The office that answers questions."""


Words = Callable[..., str]
"""(language, key, **values) -> the sentence, with all its accents: the catalogue's `raw`."""


def pages(letters: Iterable[Letter], sender: Sender, words: Words) -> str:
    """One HTML document to print, a page each."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return templates.get_template("letters.html").render(
        district=sender.district, pages=[_page(letter, sender, words) for letter in letters]
    )


def _page(letter: Letter, sender: Sender, words: Words) -> dict[str, object]:
    values = {
        "name": _isolated(letter.name, letter.language),
        "number": _isolated(sender.number_written, letter.language),
        "phone": _isolated(sender.phone_written, letter.language),
        "student": _isolated(letter.student_id, letter.language),
        "until": _date(letter.until, letter.language, words),
    }
    return {
        "language": letter.language,
        "direction": "rtl" if letter.language in _RIGHT_TO_LEFT else "ltr",
        "title": words(letter.language, "letter-title"),
        "recipient": words(letter.language, "letter-for", **values),
        "code": letter.code,
        "number": sender.number_written,
        "picture": _picture(sender.number, letter.code),
        **{line: words(letter.language, f"letter-{line}", **values) for line in LINES},
    }


def _date(on: date, language: str, words: Words) -> str:
    """A date as the language writes it: as the locale data has it, or in the catalogue's own words where that errs."""
    written = format_date(on, "long", language)
    return words(language, "letter-date", written=written, date=str(on.day), month=on.month, year=str(on.year))


def _isolated(value: str, language: str) -> str:
    """Among words that run from the right a phone number would be turned about; these marks keep it whole."""
    return f"\u2068{value}\u2069" if language in _RIGHT_TO_LEFT else value


def _picture(number: Phone, code: str) -> Markup:
    """A QR code that opens a text to the number with the code in it."""
    made = segno.make(f"sms:{number}?body={quote(code)}", error="m", micro=False)
    # Made by the library from digits and letters alone: nothing a roster says is in it.
    return Markup(made.svg_inline(scale=4, border=2, omitsize=True))  # noqa: S704
