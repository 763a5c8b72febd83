"""One-time codes from the assignment letter: made, read back from whatever was typed, and kept only as digests.

Nine random symbols of an alphabet of 23 are 40.7 bits, and a tenth checks them. At the lock-out's five tries a day and
phone, a thousand phones would need 600,000 years to meet one of 50,000 open codes.
"""

import hashlib
import hmac
import re
import secrets
import unicodedata

ALPHABET = "23456789CDFGHJKMNPRTVWX"
"""No vowels, so that no word comes out; nothing that looks like another: no 0 O, 1 I L, 5 S (as letters), U V."""
SYMBOLS = 9
_LEAST_LETTERS = 2
"""A code of digits alone could be taken for a student number; leaving those out costs a thousandth of a bit."""
_MISREAD = str.maketrans({"S": "5", "Z": "2", "B": "8"})
"""Letters that the alphabet lacks, read where a digit stands."""
_SHAPE = re.compile(rf"[{ALPHABET}]{{{SYMBOLS + 1}}}")
_WITHIN = re.compile(r"(?<![0-9A-Za-z])(?=([0-9A-Za-z]{5}[ ._–-]?[0-9A-Za-z]{5})(?![0-9A-Za-z]))")
"""Looks ahead, for a word of five letters may stand before a code: "enter 7KM4C-RX9DT"."""


def new_code() -> str:
    """A code as it is printed: `7KM4C-RX9DT`. Never kept; keep its `digest`."""
    while True:
        drawn = "".join(secrets.choice(ALPHABET) for _ in range(SYMBOLS))
        if sum(symbol.isalpha() for symbol in drawn) >= _LEAST_LETTERS:
            plain = drawn + _check(drawn)
            return f"{plain[:5]}-{plain[5:]}"


def plain_code(typed: str) -> str | None:
    """The ten symbols of a code as somebody typed it, alone or among other words; None where there is none.

    Letter case, spaces, a missing hyphen and S, Z or B for 5, 2 or 8 do not matter. A slip of the finger is told by the
    check symbol: one wrong symbol and two swapped neighbours always, for 23 is a prime.
    """
    for found in _WITHIN.finditer(unicodedata.normalize("NFKC", typed)):
        plain = re.sub(r"[^0-9A-Z]", "", found[1].upper()).translate(_MISREAD)
        if _is_code(plain):
            return plain
    return None


def digest(plain: str, key: bytes) -> bytes:
    """What is kept of a code: 32 bytes that only the installation's key can make from it."""
    return hmac.new(key, b"join code:" + plain.encode(), hashlib.sha256).digest()


def _is_code(plain: str) -> bool:
    return (
        _SHAPE.fullmatch(plain) is not None
        and sum(symbol.isalpha() for symbol in plain) >= _LEAST_LETTERS
        and _check(plain[:SYMBOLS]) == plain[SYMBOLS]
    )


def _check(drawn: str) -> str:
    """A sum weighted by place, modulo the size of the alphabet."""
    weighted = sum((place + 2) * ALPHABET.index(symbol) for place, symbol in enumerate(drawn))
    return ALPHABET[weighted % len(ALPHABET)]
