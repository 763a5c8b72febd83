"""The address that an answer to a case's mail comes back by: it names the case, and only we can make one. Pure."""

import hashlib
import hmac
import re

from busline.cases.reference import Reference, plain_reference

_TOKEN_LETTERS = 16
"""64 bits: whoever knows a reference cannot guess the address that answers a family in the district's name."""


class ReplyAddresses:
    """Makes and reads `cases+48217.9f86d081884c7d65@bus.example.org`."""

    def __init__(self, mailbox: str, key: bytes) -> None:
        """`mailbox` is the plain address, whose mail server must deliver what stands behind a plus to it, too."""
        self._local, _, self._domain = mailbox.rpartition("@")
        self._key = key
        local, domain = re.escape(self._local), re.escape(self._domain)
        self._shape = re.compile(
            rf"{local}\+(\d{{5,9}})\.([0-9a-f]{{{_TOKEN_LETTERS}}})@{domain}", re.IGNORECASE | re.ASCII
        )

    @property
    def domain(self) -> str:
        return self._domain

    def of(self, reference: Reference) -> str:
        """The address of a case."""
        return f"{self._local}+{reference}.{self._token(reference)}@{self._domain}"

    def read(self, address: str) -> Reference | None:
        """The case of an address that we made, else None."""
        found = self._shape.fullmatch(address.strip())
        reference = None if found is None else plain_reference(found[1])
        if found is None or reference is None:
            return None
        return reference if hmac.compare_digest(found[2].lower(), self._token(reference)) else None

    def _token(self, reference: Reference) -> str:
        return hmac.new(self._key, f"case mail {reference}".encode(), hashlib.sha256).hexdigest()[:_TOKEN_LETTERS]
