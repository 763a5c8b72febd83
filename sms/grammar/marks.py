"""Vietnamese with its marks: which word is meant, where without them several would be written alike.

"Tới" (to arrive), "tối" (evening) and "tôi" (I) are one word once their marks are dropped, as families often drop them.
Where they were written, they tell. Two things do not count: on which vowel the tone stands ("hoà", "hòa"), and which
of the two tones that the south speaks alike it is ("trể", "trễ").
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from sms.folding import tokens

Words = tuple[str, ...]

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_SPOKEN_ALIKE = str.maketrans("\u0309", "\u0303")
_WORD = re.compile(r"[^\W_]+")
_DROPPED = dict.fromkeys(map(ord, "'’‘`´ʼ"), "")
CAREFUL = 0.4
"""Share of marked words from which a writer sets marks, so that a word without any has none. About six in ten
Vietnamese syllables carry one."""


def marked_words(text: str) -> Words:
    """The words of `text` with their marks, each in one form: `"Trể"` and `"trễ"` are the same."""
    composed = unicodedata.normalize("NFC", text.translate(_DROPPED).casefold())
    return tuple(_form(word) for word in _WORD.findall(composed))


@lru_cache(maxsize=20_000)
def _form(word: str) -> str:
    apart = unicodedata.normalize("NFD", word)
    tone = "".join(letter for letter in apart if letter in _TONES)
    return unicodedata.normalize("NFC", "".join(letter for letter in apart if letter not in _TONES)) + tone.translate(
        _SPOKEN_ALIKE
    )


@dataclass(frozen=True, slots=True)
class Written:
    """The words of a text as they were written, beside the same words folded."""

    forms: Words
    careful: bool
    """Whether the writer sets marks: then a word without any has none."""

    def is_marked(self, at: int) -> bool:
        """Whether this word carries a mark."""
        return not self.forms[at].isascii()


def as_written(text: str, words: Words) -> Written:
    """The form in `text` of each of the folded `words`, which stand in it in this order, though not all of its words.

    A word that does not stand in it counts as written without marks.
    """
    there = [(tokens(form), form) for form in marked_words(text)]
    forms, at = [], 0
    for word in words:
        found = next((later for later in range(at, len(there)) if there[later][0] == (word,)), None)
        forms.append(word if found is None else there[found][1])
        at = at if found is None else found + 1
    marked = sum(not form.isascii() for form in forms)
    spelt = sum(form.isalpha() or not form.isascii() for form in forms)
    return Written(tuple(forms), marked >= CAREFUL * max(1, spelt))
