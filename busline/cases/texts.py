"""The texts that a case sends to its family."""

from datetime import datetime, timedelta

from busline.cases.history import Recorded
from busline.cases.reference import spoken
from busline.store.outbox import TextPromise, promise_text
from busline.store.pool import Connection

STANDING = "case-status"
WORDS = "case-answer"
IS_IT_SOLVED = "case-closing"
WORDS_AND_IS_IT_SOLVED = f"{WORDS} {IS_IT_SOLVED}"
CLOSED = "case-solved"

KEPT_FOR = timedelta(days=3)
"""A text that could not go out for so long is no longer sent; staff see it on the case."""


async def promise_case_text(
    connection: Connection, recorded: Recorded, message: str, words: str, now: datetime
) -> None:
    """Promise the text that a line of the history calls for: one text a line, in the family's language."""
    case = recorded.case
    fillings = {
        "reference": spoken(case.reference),
        "department": case.department,
        "words": words,
        "state": "closed" if case.state.is_closed else case.state.value,
        "since": case.state_since.isoformat(),
        "due": "yes" if case.state.is_waiting and now <= case.promised_by else "no",
        "by": case.promised_by.isoformat(),
    }
    text = TextPromise(
        dedupe_key=f"case-event-{recorded.event_id}",
        phone=case.phone,
        language=case.language,
        message=message,
        fillings=fillings,
        expires_at=now + KEPT_FOR,
        case_id=case.case_id,
    )
    await promise_text(connection, text, now)
