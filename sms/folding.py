"""What somebody typed, made comparable: any text in, plain lower-case words out.

The same folding is done to the lexicon, so both sides meet in one form: `"Dónde"` is `donde`, `"xe buýt"` is `xe buyt`,
`"الحافلة"` is `حافله`, and `"車"` is `车`.
"""

import re
import unicodedata

from sms.traditional import TO_SIMPLIFIED

_DROPPED = dict.fromkeys(map(ord, "'’‘`´ʼـ"), "")
_LETTERS = str.maketrans({"đ": "d", "ı": "i", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe"})
"""Letters that Unicode takes for letters of their own, and people type without their strokes."""
_ARABIC = str.maketrans(
    {"ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "گ": "ك", "ٱ": "ا", "چ": "ج", "پ": "ب", "ڤ": "ف"} | {"،": ",", "؟": "?"}
)
"""Letters that one writer tells apart and the next does not, their Persian and Urdu keys, and Arabic signs."""


class _Plain(dict[int, str]):
    """What is left of each letter that was taken apart, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        kind = unicodedata.category(letter)
        if code in _DROPPED or kind in ("Mn", "Mc", "Me", "Cf"):
            # Accents, vowel signs, and the invisible marks of writing direction.
            plain = ""
        elif kind == "Nd":
            plain = str(unicodedata.decimal(letter))
        else:
            plain = letter.translate(_LETTERS).translate(_ARABIC).translate(TO_SIMPLIFIED)
        self[code] = plain
        return plain


_PLAIN = _Plain()
_ARABIC_BEGINNINGS = ("وبال", "وال", "بال", "فال", "كال", "هال", "عال", "لل", "ال")
"""And, with, so, like, this, on, for the: written into the word they stand before."""
_WORD = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
"""A Chinese character, or a run of other letters and digits: Chinese is written without spaces."""


def folded(text: str) -> str:
    """Lower case, no accents, ASCII digits; everything that is no letter or digit is kept as it is."""
    if text.isascii():
        # Most of what is typed, and most of what is listed: there is nothing to take apart.
        return text.lower().translate(_DROPPED)
    # Composed letters may have a lower case only once they are taken apart, so they are taken apart on both sides.
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return apart.translate(_PLAIN)


def tokens(text: str) -> tuple[str, ...]:
    """The words of `text`, folded: `"¿Dónde está?"` -> `("donde", "esta")`. An apostrophe does not part a word.

    A Chinese character is a word. An Arabic word is left without its article.
    """
    return tuple(_without_article(word) for word in _WORD.findall(folded(text)))


def _without_article(word: str) -> str:
    if "\u0600" <= word[0] <= "\u06ff":
        for beginning in _ARABIC_BEGINNINGS:
            if word.startswith(beginning) and len(word) - len(beginning) >= 3:
                return word[len(beginning) :]
    return word
