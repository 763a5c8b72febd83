"""Forgetting in small bites: what is past its time is emptied or deleted, and nobody who texts meanwhile waits for it.

Emptied, not deleted, is what the figures need: an inquiry without its words and its phone still counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from busline.store.pool import Pool, transaction
from busline.store.sql import load_queries

SQL = load_queries(__file__)

AT_ONCE = 5_000
"""Rows changed in one transaction: a tenth of a second, so that no lock is held longer."""


@dataclass(frozen=True, slots=True)
class Keep:
    """For how many days what is kept. `docs/privacy.md` says of every table which of these applies."""

    texts: int = 90
    """Words of texts, messages of ours and how they fared."""
    inquiries: int = 400
    """Whose phone an inquiry came from: a school year, and the summer after it."""
    access_log: int = 2_555
    """Disclosures about a student, what staff read, and changes of who may ask: seven years (603 CMR 23.06)."""
    cases: int = 1_095
    """Closed cases with their history: three years."""
    tries: int = 30
    """Wrong codes and wishes of strangers."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What a purge changed, or would."""

    what: str
    """The query of `purge.sql`, in words."""
    rows: int
    before: datetime


_RULES: Mapping[str, str] = {
    "words_of_inquiries": "texts",
    "message_statuses": "texts",
    "messages_to_families": "texts",
    "recipients_of_announcements": "texts",
    "consent_requests": "texts",
    "unanswered_questions": "texts",
    "phones_of_inquiries": "inquiries",
    "conversations": "inquiries",
    "wishes_of_silent_phones": "inquiries",
    "opt_outs_of_the_past": "inquiries",
    "join_codes": "inquiries",
    "links_of_the_past": "inquiries",
    "phones_without_links": "inquiries",
    "suspensions_of_the_past": "inquiries",
    "lines_of_phones": "inquiries",
    "deactivation_lists": "inquiries",
    "access_log": "access_log",
    "enrolment_audit": "access_log",
    "staff_access": "access_log",
    "cases": "cases",
    "join_tries": "tries",
    "join_wishes": "tries",
}


async def purge(pool: Pool, keep: Keep, now: datetime, *, dry_run: bool = False) -> list[Forgotten]:
    """Forget everything that is past its time, or say what would be. Safe to stop and to repeat at any moment.

    Raises DatabaseUnavailableError; what was forgotten until then stays so.
    """
    forgotten = []
    if not dry_run:
        async with transaction(pool) as connection:
            await connection.execute(SQL["note_missing_students"], now)
    for name, days in _RULES.items():
        before = now - timedelta(days=int(getattr(keep, days)))
        rows = await (_count if dry_run else _forget)(pool, name, before)
        forgotten.append(Forgotten(name.replace("_", " "), rows, before))
    return forgotten


async def _forget(pool: Pool, name: str, before: datetime) -> int:
    total = 0
    while True:
        async with transaction(pool) as connection:
            changed = len(await connection.fetch(SQL[name], before, AT_ONCE))
        total += changed
        if changed < AT_ONCE:
            return total


async def _count(pool: Pool, name: str, before: datetime) -> int:
    """Done and undone again: what is counted is what would be forgotten, by the same words."""
    async with pool.acquire() as connection:
        attempt = connection.transaction()
        await attempt.start()
        try:
            return len(await connection.fetch(SQL[name], before, 2**31 - 1))
        finally:
            await attempt.rollback()
