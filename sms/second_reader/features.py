"""A text as the second reader sees it: which pieces of words, words and pairs of words stand in it. Pure.

Pieces of words bear spellings, endings and typing errors that no list of words foresees. Each piece is one of
`BUCKETS` by its checksum (feature hashing: Weinberger et al. 2009), so that no list of pieces need be kept.
"""

import re
from binascii import crc32
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sms.folding import folded

BUCKETS = 1 << 16
LONGEST_PIECE = 5
LONGEST_TEXT = 200
"""Letters. No longer text was among those that taught it."""
_LONG_NUMBER, _NUMBER = re.compile(r"\d{5,}"), re.compile(r"\d+")
_WORD = re.compile(r"[^\W_]+")


def buckets_of(text: str) -> NDArray[np.intp]:
    """The buckets of everything that stands in a text, each once, in order."""
    plain = _LONG_NUMBER.sub("9", folded(text))
    words = _WORD.findall(_NUMBER.sub(lambda found: "9" if found[0] == "9" else "0", plain))
    # Marks that folding takes off tell words apart: "chờ" waits, "cho" gives.
    marked = [word for word in _WORD.findall(text.lower()) if not word.isdigit()]
    found = {crc32(piece.encode()) % BUCKETS for piece in (*_pieces(words), *(f"m {word}" for word in marked))}
    return np.array(sorted(found), np.intp)


def _pieces(words: list[str]) -> Iterator[str]:
    for word in words:
        whole = f" {word} "
        for length in range(1, LONGEST_PIECE + 1):
            for start in range(len(whole) - length + 1):
                yield whole[start : start + length]
        yield f"w {word}"
    for first, second in pairwise(words):
        yield f"p {first} {second}"
