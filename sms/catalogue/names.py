"""How languages are offered by their own names, and a telephone number stands in one that runs from the right."""

from babel import Locale

from sms.catalogue.catalogue import Catalogue
from sms.segments import Encoding, fold_to_gsm7, segments

_GLOBE = "\N{GLOBE WITH MERIDIANS}"
"""Says "languages" to whoever reads none of the words beside it."""


def other_languages(catalogue: Catalogue, language: str) -> str:
    """The names of all languages but this one, on one line: each is also the word that switches to it.

    Empty where there is no other. Names in their own script cost a text of their own, and those it is for can read it.
    """
    names = [catalogue.raw(code, "own-name") for code in catalogue.languages if code != language]
    return " ".join((_GLOBE, *names)) if names else ""


def named_languages(catalogue: Catalogue) -> str:
    """All languages by name, in the order they are offered; with letters where not every phone can type the name."""
    return ", ".join(_name(catalogue, code) for code in catalogue.languages)


def number_in(language: str, number: str) -> str:
    """A telephone number for words that staff wrote: among words from the right its groups would change places.

    The left-to-right mark before it keeps them; the catalogue's own messages hold theirs.
    """
    runs_from_the_right = Locale.parse(language, sep="-").text_direction == "rtl"
    return f"\N{LEFT-TO-RIGHT MARK}{number}" if runs_from_the_right and number else number


def _name(catalogue: Catalogue, code: str) -> str:
    name = catalogue.raw(code, "own-name")
    typed_anywhere = segments(fold_to_gsm7(name)).encoding is Encoding.GSM7
    return name if typed_anywhere else f"{name} {code.upper()}"
