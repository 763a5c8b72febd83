"""The outbox: messages to families are rows here before anything is sent, and `notifier/sending.py` sends them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from busline.alert import Priority
from busline.ids import Phone
from busline.outbound import MESSAGE, Again, Promise
from busline.store.pool import Connection, Pool, transaction
from busline.store.sql import load_queries

SQL = load_queries(__file__)

_NEVER = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
_AT_ONCE = 2_000
"""Rows in one statement: a tenth of a second."""


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


async def promise(connection: Connection, promises: Sequence[Promise], now: datetime) -> int:
    """Promise messages inside the caller's transaction. Returns how many of them were not promised before.

    One with a collapse key takes the place of older ones with it that are still waiting, also of those given here.
    """
    made = 0
    await connection.execute(SQL["plan_for_what_is_there"])
    for start in range(0, len(promises), _AT_ONCE):
        rows = _rows(promises[start : start + _AT_ONCE], now)
        new = await connection.fetch(SQL["promise"], now, *zip(*rows, strict=True))
        made += len(new)
        replacing = [row for row in new if row["replaces"] is not None]
        if replacing:
            keys, ids = [row["replaces"] for row in replacing], [row["outbox_id"] for row in replacing]
            await connection.execute(SQL["replace"], now, keys, ids)
    return made


async def promise_text(connection: Connection, text: TextPromise, now: datetime) -> None:
    """Promise a message of the catalogue, before all news of buses, inside the caller's transaction."""
    message = Promise(
        dedupe_key=text.dedupe_key,
        kind=MESSAGE,
        priority=Priority.REPLY,
        phone=text.phone,
        language=text.language,
        facts={"message": text.message, "fillings": dict(text.fillings)},
        expires_at=text.expires_at or _NEVER,
        true_since=now,
        again=Again.BETTER_TWICE,
        case_id=text.case_id,
    )
    await promise(connection, [message], now)


async def other_sids(pool: Pool, phone: Phone, sids: Sequence[str], outbox_id: int) -> set[str]:
    """Of these ids of the carrier's those that belong to other messages to this phone.

    Raises DatabaseUnavailableError: who takes that for the carrier's own silence sends twice what it has.
    """
    async with transaction(pool) as connection:
        return {row["sid"] for row in await connection.fetch(SQL["other_sids"], phone, list(sids), outbox_id)}


def _rows(promises: Sequence[Promise], now: datetime) -> Iterable[tuple[Any, ...]]:
    newest = {one.collapse_key: place for place, one in enumerate(promises)}
    # In one order whoever promises: two at work with the same keys never wait for each other in a ring.
    for place, one in sorted(enumerate(promises), key=lambda numbered: numbered[1].dedupe_key):
        is_newest = one.collapse_key is None or newest[one.collapse_key] == place
        call = one.call
        yield (
            one.dedupe_key,
            one.collapse_key,
            one.priority,
            one.kind,
            one.channel,
            one.phone,
            one.address,
            one.language,
            json.dumps(dict(one.facts), ensure_ascii=False),
            None if call is None else call.run.service_date,
            None if call is None else call.run.run_id,
            None if call is None else call.stop_sequence,
            one.case_id,
            one.announcement_id,
            one.again,
            one.overrides_quiet,
            one.true_since,
            max(one.not_before or now, now),
            one.expires_at,
            "waiting" if is_newest else "superseded",
        )
