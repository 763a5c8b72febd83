"""The address that the carrier reports back to names our message, so that it is known even where its answer was lost.

The mark beside the number is made of the key of the installation and of the message's own key: numbers that a restored
database gives out again are told apart from those that the carrier still speaks of.
"""

import hashlib
import hmac
from urllib.parse import urlencode

from busline.outbound import Claimed


def receipt_query(key: bytes, claimed: Claimed) -> str:
    """The query of the address for one message: `o` is its number, `k` the mark."""
    mark = _mark(key, claimed.outbox_id, claimed.promise.dedupe_key)
    return urlencode({"o": claimed.outbox_id, "k": mark})


def is_receipt(key: bytes, mark: str, outbox_id: int, dedupe_key: str) -> bool:
    """Whether the mark was made here for this message."""
    return hmac.compare_digest(mark.encode(), _mark(key, outbox_id, dedupe_key).encode())


def _mark(key: bytes, outbox_id: int, dedupe_key: str) -> str:
    told = f"outbox receipt\n{outbox_id}\n{dedupe_key}".encode()
    return hmac.new(key, told, hashlib.sha256).hexdigest()[:24]
