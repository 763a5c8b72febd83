"""Signatures of what goes between Busline and a department's system over HTTP. Pure.

`Busline-Signature: t=1790000000,v1=<hex>`: HMAC-SHA256 by the shared key over the time, a full stop, and the body as it
was sent. The time is signed with it, so that what was recorded on the way is of no use some minutes later.
"""

import hashlib
import hmac
import re
from datetime import datetime

HEADER = "Busline-Signature"
VALID_FOR_SECONDS = 300
"""Either clock may be wrong by this much."""
_SHAPE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})", re.ASCII)


def sign(body: bytes, key: bytes, now: datetime) -> str:
    """The header's value."""
    at = int(now.timestamp())
    return f"t={at},v1={_digest(body, key, at)}"


def is_timely(header: str, now: datetime) -> bool:
    """Whether the header is a signature of these five minutes, be it of whom it may."""
    found = _SHAPE.fullmatch(header)
    return found is not None and abs(now.timestamp() - int(found[1])) <= VALID_FOR_SECONDS


def is_signed(header: str, body: bytes, key: bytes, now: datetime) -> bool:
    """Whether somebody with the key signed this body, within five minutes of now."""
    found = _SHAPE.fullmatch(header)
    if found is None or not is_timely(header, now):
        return False
    return hmac.compare_digest(found[2], _digest(body, key, int(found[1])))


def _digest(body: bytes, key: bytes, at: int) -> str:
    return hmac.new(key, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
