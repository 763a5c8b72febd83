"""How long a text is on the wire: text in, its encoding and number of SMS segments out; and folding into GSM-7.

A text whose every character is in the GSM 03.38 alphabet takes 7 bits a character: 160 in one segment, 153 in
each of several. One character outside it (`á` is, `é` is not) makes the whole text UCS-2: 70, and 67.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""GSM 03.38 default alphabet, without the escape itself."""
_EXTENSION = frozenset("\f^{}\\[~]|€")
"""GSM 03.38 extension table: an escape and a character, two septets."""

_PLAIN = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "−": "-",
        "…": "...",
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
        "ª": "a",
        "º": "o",
    }
)
"""Typography that a phone shows as well in plain form. NFKD alone would leave dashes and curly quotes."""


class Encoding(StrEnum):
    """How a carrier writes a text; the value is the name people know it by."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


_ONE_SEGMENT = {Encoding.GSM7: 160, Encoding.UCS2: 70}
_EACH_OF_SEVERAL = {Encoding.GSM7: 153, Encoding.UCS2: 67}


@dataclass(frozen=True, slots=True)
class Segments:
    """A text's size on the wire."""

    encoding: Encoding
    units: int
    """Septets in GSM-7 (an extension character is two), UTF-16 code units in UCS-2 (an emoji is two)."""
    count: int
    """How many segments it is sent and charged as; an empty text is one."""


def segments(text: str) -> Segments:
    """The encoding, units and segments of `text` as a carrier would send it."""
    if all(character in _BASIC or character in _EXTENSION for character in text):
        encoding = Encoding.GSM7
        costs = [2 if character in _EXTENSION else 1 for character in text]
    else:
        encoding = Encoding.UCS2
        costs = [2 if ord(character) > 0xFFFF else 1 for character in text]
    units = sum(costs)
    count = 1 if units <= _ONE_SEGMENT[encoding] else _split(costs, _EACH_OF_SEVERAL[encoding])
    return Segments(encoding, units, count)


def fold_to_gsm7(text: str) -> str:
    """`text` with the marks removed that GSM-7 cannot carry (`autobús` -> `autobus`), keeping those it can (`é ñ ü ¿`).

    Only for languages that stay readable without them. A text that folding cannot bring into GSM-7 comes back as
    it was: it pays for UCS-2 anyway, so it may as well keep its accents.
    """
    folded = "".join(
        character if character in _BASIC or character in _EXTENSION else _bare(character)
        for character in unicodedata.normalize("NFC", text)
    )
    return folded if segments(folded).encoding is Encoding.GSM7 else text


def _bare(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", character.translate(_PLAIN))
    return "".join(part for part in decomposed if not unicodedata.combining(part))


def _split(costs: list[int], size: int) -> int:
    # A character of two units never straddles two segments: the unit left over is padding.
    count, used = 1, 0
    for cost in costs:
        if used + cost > size:
            count, used = count + 1, 0
        used += cost
    return count
