"""A case's reference: a few digits that can be read aloud, heard, typed, and checked for slips. Pure.

The last digit checks the others by Damm's method (H. Michael Damm, "Total anti-symmetrische Quasigruppen", 2004): every
single wrong digit and every swap of two neighbours is noticed, the two slips that people make. A reference opens
nothing: whoever asks with it must ask from the phone that the case belongs to.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable
from typing import NewType

Reference = NewType("Reference", str)
"""Digits only, `48217`; `spoken` shows it as families see it."""

FEWEST_DIGITS = 4
MOST_DIGITS = 8
"""Before the check digit: a district that fills the short ones goes on with longer ones."""

_TABLE = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
"""Damm's quasigroup of order 10, from his dissertation: totally anti-symmetric, with zeros on the diagonal."""
_BETWEEN = re.compile(r"[\s#.\u00b7\-\u2010-\u2015]+")


def new_reference(digits: int = FEWEST_DIGITS, *, draw: Callable[[int], int] = secrets.randbelow) -> Reference:
    """A reference with so many digits before the check digit, the first never 0; `draw(n)` gives one of 0 to n - 1."""
    lowest = 10 ** (digits - 1)
    body = str(lowest + draw(9 * lowest))
    return Reference(body + str(_check(body)))


def plain_reference(typed: str) -> Reference | None:
    """The reference that somebody typed, or None where it is none, or a slip: `4821-7`, `# 4821 7`, `٤٨٢١٧`."""
    bare = _BETWEEN.sub("", typed)
    if not bare.isdecimal() or not FEWEST_DIGITS < len(bare) <= MOST_DIGITS + 1:
        return None
    digits = "".join(str(unicodedata.decimal(one)) for one in bare)
    if digits[0] == "0" or _check(digits) != 0:
        return None
    return Reference(digits)


def spoken(reference: Reference) -> str:
    """As families see it: `4821-7`."""
    return f"{reference[:-1]}-{reference[-1]}"


def _check(digits: str) -> int:
    """What makes the digits whole: 0 where they already end with their check digit."""
    row = 0
    for digit in digits:
        row = _TABLE[row][int(digit)]
    return row
