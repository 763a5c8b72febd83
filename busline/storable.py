"""What PostgreSQL's text cannot hold, and JSON, mail and forms can: NUL, and half a character of UTF-16."""

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether the database takes it as it is."""
    return _UNSTORABLE.search(text) is None


def storable(text: str) -> str:
    """The same without what the database would refuse."""
    return _UNSTORABLE.sub("", text)
