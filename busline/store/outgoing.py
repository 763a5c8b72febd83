"""Promises to send a text: a row that is committed with what it tells of, and sent by `sms/outgoing.py` afterwards."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from busline.ids import Phone
from busline.store.pool import Connection
from busline.store.sql import load_queries

SQL = load_queries(__file__)


@dataclass(frozen=True, slots=True)
class TextPromise:
    """One text, not yet in words: a message of the catalogue, in the language the phone has when it is sent."""

    dedupe_key: str
    """The same key is the same text, and goes out once."""
    phone: Phone
    language: str
    """Where the phone has chosen none since."""
    message: str
    """Of the catalogue; several with spaces between are said one after the other, in one text."""
    fillings: Mapping[str, str] = field(default_factory=dict)
    """What fills their places. A `department` is an id, `since` and `by` are moments in ISO 8601; the sender puts these
    into the family's language, and adds the district's name and `phone`."""
    expires_at: datetime | None = None
    """News that is older than this is worse than none; None never expires."""
    case_id: int | None = None


NEVER = datetime.fromisoformat("9999-01-01T00:00:00+00:00")


async def promise_text(connection: Connection, text: TextPromise, now: datetime) -> None:
    """Promise a text inside the caller's transaction."""
    await connection.execute(
        SQL["promise_text"],
        text.dedupe_key,
        text.phone,
        text.language,
        text.message,
        json.dumps(dict(text.fillings)),
        text.case_id,
        now,
        text.expires_at or NEVER,
    )
