"""Sends what was promised: rows in, texts out, each put into words at the moment it goes, and none sent twice."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import structlog

from busline.cases.case import EventKind
from busline.cases.history import Entry, case_of, record
from busline.clock import Clock
from busline.ids import Phone
from busline.masking import without_numbers
from busline.steady import keep_doing
from busline.store.pool import Pool, transaction
from busline.store.sql import load_queries
from sms.carrier import Carrier, Handed, Later, Refused, Taken, Unheard
from sms.catalogue import Catalogue, CatalogueError
from sms.text import Wording

log = structlog.get_logger(__name__)

SQL = load_queries(__file__)

LEASE = timedelta(minutes=2)
"""Longer than any attempt takes, in real time."""
MOST_ATTEMPTS = 20
_AT_ONCE = 10
_SHORTEST_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 1_800.0
_UNHEARD_PAUSE_SECONDS = 60.0
"""Until then a text that the carrier did not confirm shows in its list, if it has it."""
_LOOK_EVERY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every text may name of the district."""

    catalogue: Catalogue
    district: str
    phone: str
    """As families read it."""
    default_language: str
    zone: Callable[[], ZoneInfo]


@dataclass(frozen=True, slots=True)
class _Claim:
    """A promised text that is ours to send until the lease ends."""

    outbox_id: int
    phone: Phone
    language: str
    message: str
    fillings: Mapping[str, str]
    case_id: int | None
    attempts: int
    expires_at: datetime
    maybe_since: datetime | None
    """The carrier may have it from an attempt since then."""
    barred: str
    """Why this phone may be sent nothing, in words; empty where it may."""
    lease_until: datetime


class Outgoing:
    """The loop between the promises and the carrier."""

    def __init__(
        self, pool: Pool, carrier: Carrier, letterhead: Letterhead, clock: Clock, *, lease: timedelta = LEASE
    ) -> None:
        self._pool = pool
        self._carrier = carrier
        self._letterhead = letterhead
        self._clock = clock
        self._lease = lease
        self._is_failing = False

    async def run(self) -> None:
        """Send whatever is due, until cancelled."""

        async def some() -> bool:
            return await self.once() > 0

        await keep_doing("promised texts", some, pause_seconds=_LOOK_EVERY_SECONDS)

    async def once(self) -> int:
        """One attempt for everything that is due now, some at a time; how many that was."""
        now, real_now = self._clock.now(), datetime.now(UTC)
        lease_until = real_now + self._lease
        rows = await self._pool.fetch(SQL["claim"], now, real_now, lease_until, _AT_ONCE)
        for claim in sorted((_claim(row, lease_until) for row in rows), key=lambda claim: claim.outbox_id):
            await self._send(claim, now)
        return len(rows)

    async def _send(self, claim: _Claim, now: datetime) -> None:
        if claim.barred:
            await self._give_up(claim, "failed", claim.barred)
            return
        try:
            body = self._written(claim, now)
        except (CatalogueError, ValueError) as fault:
            # A promise of another version, or one made wrongly: it must hold up no other.
            log.error("a promised text cannot be written", message=claim.message, fault=str(fault))
            await self._give_up(claim, "failed", "Busline has no words for it; its log says why.")
            return
        handed: Handed | None = None
        if claim.maybe_since is not None:
            handed = await self._arrived(claim, body, claim.maybe_since)
        if handed is None and now >= claim.expires_at:
            await self._give_up(claim, "expired", "It could not be sent while it was still news.")
            return
        handed = handed or await self._carrier.send(claim.phone, body)
        await self._settle(claim, handed, now)

    async def _arrived(self, claim: _Claim, body: str, since: datetime) -> Taken | Unheard | None:
        """Whether the carrier has it from an attempt that ended without an answer; None where it has not."""
        same = await self._carrier.same(claim.phone, body, since)
        if isinstance(same, Later):
            # While the carrier cannot be asked, it is as uncertain as before.
            return Unheard(same.words)
        # The same words may have been sent before: that was another text, and we know its id.
        others = {row["sid"] for row in await self._pool.fetch(SQL["known_sids"], list(same), claim.outbox_id)}
        ours = [sid for sid in same if sid not in others]
        return Taken(ours[0]) if ours else None

    async def _settle(self, claim: _Claim, handed: Handed, now: datetime) -> None:
        self._tell(handed)
        if isinstance(handed, Taken):
            await self._pool.execute(SQL["sent"], claim.outbox_id, claim.lease_until, handed.sid, now)
            return
        if isinstance(handed, Refused) or claim.attempts >= MOST_ATTEMPTS:
            await self._give_up(claim, "failed", handed.words)
            return
        pause = min(_SHORTEST_PAUSE_SECONDS * 2 ** (claim.attempts - 1), _LONGEST_PAUSE_SECONDS)
        maybe_since = None
        if isinstance(handed, Unheard):
            pause = max(pause, _UNHEARD_PAUSE_SECONDS)
            maybe_since = claim.maybe_since or now
        next_at = now + timedelta(seconds=pause)
        await self._pool.execute(SQL["later"], claim.outbox_id, claim.lease_until, maybe_since, handed.words, next_at)

    async def _give_up(self, claim: _Claim, state: str, words: str) -> None:
        """No more of it; where a case sent it, its staff are told, for the family has heard nothing."""
        now = self._clock.now()
        async with transaction(self._pool) as connection:
            settled = await connection.fetchval(SQL["not_sent"], claim.outbox_id, claim.lease_until, state, words, now)
            if settled is None or claim.case_id is None:
                return
            case = await connection.fetchrow(SQL["case"], claim.case_id)
            if case is not None:
                entry = Entry(EventKind.NOT_TEXTED, by="carrier", about=claim.message, words=words)
                await record(connection, case_of(case), None, entry, now)

    def _written(self, claim: _Claim, now: datetime) -> str:
        head = self._letterhead
        language = head.catalogue.nearest(claim.language) or head.default_language
        wording = Wording(head.catalogue, language, head.zone(), head.phone)
        values = {"phone": head.phone, "district": head.district, **claim.fillings}
        if "department" in values:
            values["department"] = wording.raw("department", department=values["department"])
        for name in ("since", "by"):
            if name in values:
                values[name] = wording.moment(datetime.fromisoformat(values[name]), now)
        return " ".join(wording.say(message, **values) for message in claim.message.split())

    def _tell(self, handed: Handed) -> None:
        """A failure of the carrier once, and its recovery once; a refusal is about one phone."""
        if isinstance(handed, Taken):
            if self._is_failing:
                self._is_failing = False
                log.info("promised texts can be sent again")
        elif not isinstance(handed, Refused) and not self._is_failing:
            self._is_failing = True
            log.error("a promised text could not be sent", why=without_numbers(handed.words))


def _claim(row: "asyncpg.Record", lease_until: datetime) -> _Claim:
    barred = ""
    if row["suspended"]:
        barred = "The number may belong to somebody else by now, so nothing is sent there."
    elif row["opted_out"]:
        barred = "The family has asked for no more texts; a call may reach them."
    facts = json.loads(row["facts"])
    return _Claim(
        outbox_id=row["outbox_id"],
        phone=Phone(row["phone"]),
        language=row["chosen_language"] or row["language"],
        message=facts["message"],
        fillings=facts["fillings"],
        case_id=row["case_id"],
        attempts=row["attempts"],
        expires_at=row["expires_at"],
        maybe_since=row["maybe_since"],
        barred=barred,
        lease_until=lease_until,
    )
