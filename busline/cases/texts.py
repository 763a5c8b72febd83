"""The texts that a case sends to its family."""

from datetime import datetime, timedelta

from busline.cases.history import Recorded
from busline.cases.reference import spoken
from busline.store.outgoing import TextPromise, promise_text
from busline.store.pool import Connection

KEPT_FOR = timedelta(days=3)
"""A text that could not go out for so long is no longer sent; staff see it on the case."""


async def promise_case_text(
    connection: Connection, recorded: Recorded, message: str, words: str, now: datetime
) -> None:
    """Promise the text that a line of the history calls for: one text a line, in the family's language."""
    case = recorded.case
    text = TextPromise(
        dedupe_key=f"case-event-{recorded.event_id}",
        phone=case.phone,
        language=case.language,
        message=message,
        fillings={"reference": spoken(case.reference), "words": words},
        expires_at=now + KEPT_FOR,
        case_id=case.case_id,
    )
    await promise_text(connection, text, now)
