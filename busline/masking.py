"""Phones and student IDs never stand in a log in clear: a keyed tag stands for them.

The tag is a keyed hash, so that one caller can be followed through the log of one installation, and a list of
real numbers is of no use to somebody who holds the log alone.
"""

import hashlib
import hmac
import re

_QUOTATION = re.compile("\u201c[^\u201d]*\u201d")
_NUMBER = re.compile(r"\+?\d[\d ().-]{4,}\d")


def without_numbers(words: str) -> str:
    """Words for the log: whatever could be a phone or a student ID is left out."""
    return _NUMBER.sub("...", words)


def quoted(words: str) -> str:
    """What another system said, among words of ours. It may say again what it was told, and that is a family's."""
    return "\N{LEFT DOUBLE QUOTATION MARK}" + re.sub("[\u201c\u201d]", '"', words) + "\N{RIGHT DOUBLE QUOTATION MARK}"


def without_quotations(words: str) -> str:
    """Words for the log: what another system said is left out, and so are numbers."""
    return without_numbers(_QUOTATION.sub("\u201c...\u201d", words))


class Masker:
    """Turns a phone number or a student ID into a short tag."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError("The masking key needs at least 16 bytes.")
        self._key = key

    def tag(self, value: str) -> str:
        """Ten hexadecimal digits, the same for the same value and key."""
        return hmac.new(self._key, value.encode(), hashlib.sha256).hexdigest()[:10]
