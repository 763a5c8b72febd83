"""Spellings of one language brought to one form: a folded word in, a key out that its other spellings share.

Where a language is written in several ways, or without a school's rules, the same word stands in a text as "chega",
"txiga" and "xiga", or as "gaaray" and "gaadhay". A list of words would have to hold each of them in each phrase.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

_KEPT = 20_000
"""Keys that are remembered: most words of most texts are the same few hundred."""
_LEAST_LETTERS = 3
"""Of shorter words the spelling is most of what tells them apart."""
_DOUBLED = re.compile(r"([a-z])\1+")


class Spelling:
    """What is written alike in one language."""

    def __init__(self, alike: Sequence[str]) -> None:
        """`alike` holds pairs as `"ch=x"`, taken in their order; `^` is the beginning of a word, `$` its end.

        Raises ValueError for a pair that is none.
        """
        self._pairs: list[tuple[str, str, bool, bool]] = []
        for pair in alike:
            written, parted, meant = pair.partition("=")
            if not parted or not (letters := written.removeprefix("^").removesuffix("$")):
                raise ValueError(f"{pair!r} must be two spellings with = between them")
            self._pairs.append((letters, meant, written.startswith("^"), written.endswith("$")))
        self.key = lru_cache(maxsize=_KEPT)(self._key)

    def _key(self, word: str) -> str:
        """The form that all spellings of `word` share. Letters that are doubled count once."""
        if len(word) < _LEAST_LETTERS or not word.isascii():
            return word
        key = word
        for letters, meant, begins, ends in self._pairs:
            if letters not in key:
                continue
            if begins and ends:
                key = meant if key == letters else key
            elif begins:
                key = meant + key.removeprefix(letters) if key.startswith(letters) else key
            elif ends:
                key = key.removesuffix(letters) + meant if key.endswith(letters) else key
            else:
                key = key.replace(letters, meant)
        key = _DOUBLED.sub(r"\1", key)
        # "Kkkkk" is laughter.
        return key if len(key) > 1 else word
