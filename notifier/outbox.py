"""The outbox on its way out: what is due taken up by one sender at a time, and what became of it kept."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

import asyncpg

from busline.alert import Priority
from busline.cases.case import EventKind
from busline.cases.history import Entry, case_of, record
from busline.ids import CallKey, Phone, RunId, RunKey
from busline.outbound import Again, Channel, Claimed, Promise, Written
from busline.store.pool import Connection, Pool, transaction
from busline.store.sql import load_queries
from notifier.barring import Drop, Hold, Standing

SQL = load_queries(__file__)

NO_BUS_COMES = ("not_covered", "cancelled")
"""The kinds that a call follows where their text is not confirmed."""


class Carries(StrEnum):
    """What goes out by a sender, where two share a channel."""

    ALL = "all"
    MESSAGES = "messages"
    """What answers a family, or is about its case."""
    ALERTS = "alerts"
    """All else."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A message that is due, with what is known of its phone at this moment."""

    claimed: Claimed
    standing: Standing
    language: str
    """That the phone has chosen, or else the one it was promised in."""


@dataclass(frozen=True, slots=True)
class Send:
    """Hand it over, in these words."""

    claimed: Claimed
    written: Written


@dataclass(frozen=True, slots=True)
class Leave:
    """Not now: it stays as it is."""


Decision: TypeAlias = Send | Leave | Drop | Hold


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that is ours until the lease ends, in real time."""

    claimed: Claimed
    written: Written
    taken_at: datetime
    attempted_at: datetime | None
    """When the attempt was taken up, in real time; None where that was never kept, which is long ago."""
    lease_until: datetime


@dataclass(slots=True)
class TakenUp:
    """What came of looking at what is due."""

    looked_at: int = 0
    left: int = 0
    """Due, and not taken up."""
    to_send: list[Claim] = field(default_factory=list)
    dropped: list[tuple[Claimed, Drop]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The carrier has it."""

    outbox_id: int
    sid: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PutBack:
    """It is tried again."""

    claim: Claim
    again_at: datetime
    """In real time, as leases are: it keeps its place in the order."""
    trouble: str
    maybe_since: datetime | None = None
    """The carrier may have it from then on: it is asked before anything is sent again."""
    not_before: datetime | None = None
    """Not before this moment of the district, and then behind what waits already."""


class Outbox:
    """The rows that wait, seen by who sends them."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def take(
        self,
        channel: Channel,
        carries: Carries,
        priorities: Sequence[Priority],
        most: int,
        *,
        decide: Callable[[Looked], Decision],
        now: datetime,
        real_now: datetime,
        lease_until: datetime,
    ) -> TakenUp:
        """Look at up to `most` messages that are due, the most pressing first, and do with each as `decide` says.

        All in one transaction: until it is over nobody else sees them, and what is to be sent is leased with its words.
        """
        async with transaction(self._pool) as connection:
            await connection.execute(SQL["plan_for_what_is_there"])
            rows = await connection.fetch(SQL["due"], channel, now, real_now, list(priorities), carries, most)
            decided = [(looked, decide(looked)) for looked in map(_looked, rows)]
            taken = TakenUp(looked_at=len(rows))
            held: list[tuple[int, Hold]] = []
            for looked, decision in decided:
                match decision:
                    case Send(claimed, written):
                        taken.to_send.append(Claim(claimed, written, now, real_now, lease_until))
                    case Drop():
                        taken.dropped.append((looked.claimed, decision))
                    case Hold():
                        held.append((looked.claimed.outbox_id, decision))
                    case Leave():
                        taken.left += 1
            await self._keep(connection, taken, held, now, real_now, lease_until)
        return taken

    async def take_doubtful(
        self,
        channel: Channel,
        carries: Carries,
        most: int,
        *,
        but: Collection[Phone] = (),
        now: datetime,
        real_now: datetime,
        lease_until: datetime,
    ) -> list[Claim]:
        """Up to `most` messages that the carrier may have or not, to ask about; in the words they last had.

        None to the phones of `but`, which the caller is busy with.
        """
        rows = await self._pool.fetch(SQL["doubtful"], channel, real_now, lease_until, carries, most, list(but))
        return [
            Claim(
                _claimed(row),
                Written(row["body"], row["segments"] or 1, row["language"]),
                now,
                row["attempted_at"],
                lease_until,
            )
            for row in rows
        ]

    async def sent(self, those: Sequence[HandedOver]) -> list[int]:
        """The carrier has these. Returns those that it has twice."""
        rows = await self._pool.fetch(
            SQL["sent"],
            [one.outbox_id for one in those],
            [one.sid for one in those],
            [one.at for one in those],
        )
        return [row["outbox_id"] for row in rows if row["twice"]]

    async def put_back(self, those: Sequence[PutBack]) -> None:
        """These are tried again."""
        await self._pool.execute(
            SQL["put_back"],
            [one.claim.claimed.outbox_id for one in those],
            [one.claim.lease_until for one in those],
            [one.again_at for one in those],
            [one.maybe_since for one in those],
            [one.not_before for one in those],
            [one.trouble for one in those],
        )

    async def give_up(self, claim: Claim, drop: Drop, now: datetime, *, is_landline: bool = False) -> bool:
        """It is not tried any more. False where somebody else has settled it since."""
        claimed = claim.claimed
        async with transaction(self._pool) as connection:
            settled = await connection.fetchval(
                SQL["give_up"], claimed.outbox_id, claim.lease_until, now, drop.state, drop.why
            )
            if is_landline:
                await note_landline(connection, claimed.promise.phone, now)
            if settled is None:
                return False
            await _dropped(connection, claimed, drop, now)
        return True

    async def call_about_unconfirmed(self, since: datetime, now: datetime) -> int:
        """Promise a call for every text that no bus comes which the carrier had by `since` and has not delivered."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(SQL["unconfirmed"], since, now, list(NO_BUS_COMES))
            return await call_instead(connection, [row["outbox_id"] for row in rows], now)

    async def fail_without_a_way(self, ways: Sequence[Channel], now: datetime) -> int:
        """End what waits for a channel that there is not. Returns how many that were."""
        return len(await self._pool.fetch(SQL["nobody_takes"], now, list(ways)))

    async def waiting(self) -> Mapping[Priority, int]:
        """How many messages wait, by priority."""
        counted = {row["priority"]: row["messages"] for row in await self._pool.fetch(SQL["waiting"])}
        return {priority: counted.get(priority, 0) for priority in Priority}

    async def _keep(
        self,
        connection: Connection,
        taken: TakenUp,
        held: Sequence[tuple[int, Hold]],
        now: datetime,
        real_now: datetime,
        lease_until: datetime,
    ) -> None:
        if taken.to_send:
            await connection.execute(
                SQL["lease"],
                [one.claimed.outbox_id for one in taken.to_send],
                now,
                lease_until,
                [one.written.body for one in taken.to_send],
                [one.written.segments for one in taken.to_send],
                real_now,
            )
        if taken.dropped:
            await connection.execute(
                SQL["drop"],
                [claimed.outbox_id for claimed, _ in taken.dropped],
                now,
                [drop.state for _, drop in taken.dropped],
                [drop.why for _, drop in taken.dropped],
            )
            for claimed, drop in taken.dropped:
                await _dropped(connection, claimed, drop, now)
        if held:
            await connection.execute(
                SQL["hold_back"],
                [outbox_id for outbox_id, _ in held],
                [hold.until for _, hold in held],
                [hold.why for _, hold in held],
            )


async def call_instead(connection: Connection, outbox_ids: Sequence[int], now: datetime) -> int:
    """Promise a call for each of these texts that is still news, once. Returns how many calls are new."""
    return len(await connection.fetch(SQL["call_instead"], list(outbox_ids), now))


async def note_landline(connection: Connection, phone: Phone, now: datetime) -> None:
    """Remember that a phone takes no texts."""
    await connection.execute(SQL["note_landline"], phone, now)


async def _dropped(connection: Connection, claimed: Claimed, drop: Drop, now: datetime) -> None:
    """What follows: a call, and where a case sent it, its staff are told, for the family has heard nothing."""
    if drop.call_instead:
        await call_instead(connection, [claimed.outbox_id], now)
    promise = claimed.promise
    if promise.case_id is None:
        return
    case = await connection.fetchrow(SQL["case"], promise.case_id)
    if case is not None:
        about = str(promise.facts.get("message", promise.kind))
        entry = Entry(EventKind.NOT_TEXTED, by="carrier", about=about, words=drop.why)
        await record(connection, case_of(case), None, entry, now)


def _looked(row: "asyncpg.Record") -> Looked:
    quiet_from = row["quiet_from"]
    standing = Standing(
        opted_out=row["opted_out"],
        suspended=row["suspended"],
        landline=row["landline"],
        overtaken=row["overtaken"],
        cancelled=row["cancelled"],
        wants_alerts=row["alerts"] is not False,
        quiet=None if quiet_from is None else (quiet_from, row["quiet_until"]),
        linked=frozenset(row["linked"] or ()),
    )
    return Looked(_claimed(row), standing, row["chosen_language"] or row["language"])


def _claimed(row: "asyncpg.Record") -> Claimed:
    """A whole row of `outbox`."""
    run_id, day = row["run_id"], row["service_date"]
    facts: dict[str, Any] = json.loads(row["facts"])
    promise = Promise(
        dedupe_key=row["dedupe_key"],
        kind=row["kind"],
        priority=Priority(row["priority"]),
        phone=Phone(row["phone"]),
        language=row["language"],
        facts=facts,
        expires_at=row["expires_at"],
        true_since=row["true_since"],
        again=Again(row["again"]),
        collapse_key=row["collapse_key"],
        channel=Channel(row["channel"]),
        address=row["address"],
        not_before=row["not_before"],
        overrides_quiet=row["overrides_quiet"],
        call=None if run_id is None or day is None else CallKey(RunKey(day, RunId(run_id)), row["stop_sequence"]),
        case_id=row["case_id"],
        announcement_id=row["announcement_id"],
    )
    return Claimed(row["outbox_id"], promise, row["attempts"], row["maybe_since"], row["created_at"])
