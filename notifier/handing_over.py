"""Hands cases over to where departments work: promised rows in, attempts out, each settled before the next begins.

A row is leased before anything is sent. Whoever dies between sending and noting it leaves a lease that runs out, and
the next attempt knows that it may be there already: connectors look, or send what the other side recognises.
"""

import asyncio
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import structlog

from busline.cases.case import CaseId, CaseState, EventKind, ReachedDepartment
from busline.cases.departments import ConnectorKind
from busline.cases.history import Entry, case_of, department_of, history_of, hold_case, record
from busline.cases.parcel import Attempt, Connector, Delivered, Never, NotNow, Parcel, Unknown
from busline.cases.reminding import Level
from busline.clock import Clock
from busline.masking import without_quotations
from busline.steady import keep_doing
from busline.store.pool import Connection, Pool, transaction
from busline.store.sql import load_queries

log = structlog.get_logger(__name__)

SQL = load_queries(__file__)

MOST_ATTEMPTS = 18
"""With the pauses between them some ten hours: a department that is back by the morning has its cases."""
_AT_ONCE = 10
LEASE = timedelta(minutes=3)
"""Longer than any attempt may take (`notifier/connectors`: a minute at most)."""
_SHORTEST_PAUSE_SECONDS = 15.0
_LONGEST_PAUSE_SECONDS = 3_600.0
_LOOK_EVERY_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class _Claim:
    """A row that is ours to try until the lease ends."""

    delivery_id: int
    case_id: int
    event_id: int
    department_id: str
    connector: ConnectorKind
    to_person: str
    attempts: int
    maybe_sent: bool
    remote_id: str | None
    lease_until: datetime
    """In real time, as attempts are, whatever clock the district runs by."""


class HandingOver:
    """The loop between the promised rows and the connectors."""

    def __init__(
        self,
        pool: Pool,
        connectors: Mapping[ConnectorKind, Connector],
        clock: Clock,
        *,
        kinds: Iterable[ConnectorKind] = tuple(ConnectorKind),
        lease: timedelta = LEASE,
    ) -> None:
        """`kinds`: which ways this one sees to. A slow one then holds up none of the others."""
        self._pool = pool
        self._kinds = list(kinds)
        self._lease = lease
        self._connectors = connectors
        self._clock = clock
        self._failing: set[ConnectorKind] = set()
        self._jitter = random.Random()  # noqa: S311 - it spreads attempts, and hides nothing

    async def run(self) -> None:
        """Hand over whatever is due, until cancelled."""

        async def some() -> bool:
            return await self.once() > 0

        ways = ", ".join(self._kinds)
        await keep_doing(f"handing cases over by {ways}", some, pause_seconds=_LOOK_EVERY_SECONDS)

    async def once(self) -> int:
        """One attempt for everything that is due now, some at a time; how many attempts that was."""
        real_now = datetime.now(UTC)
        lease_until = real_now + self._lease
        rows = await self._pool.fetch(SQL["claim"], self._clock.now(), real_now, lease_until, _AT_ONCE, self._kinds)
        claims = [_claim(row, lease_until) for row in rows]
        # Each comes to its end before a failure of one is raised: what was sent is then noted wherever it can be.
        outcomes = await asyncio.gather(*(self._try(claim) for claim in claims), return_exceptions=True)
        for outcome in outcomes:
            if outcome is not None:
                raise outcome
        return len(claims)

    async def _try(self, claim: _Claim) -> None:
        parcel = await self._parcel(claim)
        if parcel is None:
            return
        attempt = await self._attempt(claim.connector, parcel)
        async with transaction(self._pool) as connection:
            await self._settle(connection, claim, parcel, attempt, self._clock.now())
        self._tell(claim.connector, attempt)

    async def _attempt(self, kind: ConnectorKind, parcel: Parcel) -> Attempt:
        connector = self._connectors.get(kind)
        if connector is None:
            return NotNow(f"No {kind} is set up on this installation; docs/cases.md says how.")
        try:
            return await connector.deliver(parcel)
        except Exception:
            # The border of a connector: what it did not foresee must stop neither other departments nor the service.
            log.exception("a connector failed in a way it does not know", connector=kind, key=parcel.key)
            return Unknown("Busline itself failed while it handed this over; its log says how.")

    async def _parcel(self, claim: _Claim) -> Parcel | None:
        """None where the case was forgotten since, and its deliveries with it."""
        async with transaction(self._pool) as connection:
            case = await connection.fetchrow(SQL["case"], claim.case_id)
            department = await connection.fetchrow(SQL["department"], claim.department_id)
            if case is None or department is None:
                return None
            history = await history_of(connection, CaseId(claim.case_id))
        place = next(place for place, event in enumerate(history) if event.event_id == claim.event_id)
        owned = department_of(department)
        return Parcel(
            key=f"{case['reference']}-{claim.event_id}-{claim.delivery_id}",
            case=case_of(case),
            department=owned,
            event=history[place],
            history=history[: place + 1],
            remote_id=claim.remote_id,
            to={"": None, Level.OWNER: owned.owner, Level.NEXT_UP: owned.next_up}[claim.to_person],
            maybe_sent=claim.maybe_sent,
        )

    async def _settle(
        self, connection: Connection, claim: _Claim, parcel: Parcel, attempt: Attempt, now: datetime
    ) -> None:
        ours = (claim.delivery_id, claim.lease_until)
        if isinstance(attempt, Delivered):
            remote_id = attempt.remote_id or claim.remote_id
            settled = await connection.fetchval(SQL["delivered"], *ours, remote_id, now)
            if settled is not None and not claim.to_person:
                await _reached(connection, claim, parcel, now)
            return
        maybe_sent = isinstance(attempt, Unknown)
        if not isinstance(attempt, Never) and claim.attempts < MOST_ATTEMPTS:
            next_at = now + self._pause(claim.attempts, attempt)
            await connection.execute(SQL["later"], *ours, maybe_sent, attempt.words, next_at)
            return
        settled = await connection.fetchval(SQL["failed"], *ours, maybe_sent, attempt.words, now)
        if settled is not None:
            entry = Entry(
                EventKind.NOT_HANDED_OVER,
                by=claim.connector,
                about=claim.department_id,
                words=attempt.words,
                echo=False,
            )
            await record(connection, parcel.case, None, entry, now)

    def _pause(self, attempts: int, attempt: NotNow | Unknown) -> timedelta:
        pause = min(_SHORTEST_PAUSE_SECONDS * 2 ** (attempts - 1), _LONGEST_PAUSE_SECONDS)
        asked = attempt.after_seconds if isinstance(attempt, NotNow) and attempt.after_seconds else 0.0
        return timedelta(seconds=max(pause * self._jitter.uniform(0.75, 1.25), min(asked, _LONGEST_PAUSE_SECONDS)))

    def _tell(self, connector: ConnectorKind, attempt: Attempt) -> None:
        """A failure once, and its recovery once."""
        if isinstance(attempt, Delivered):
            if connector in self._failing:
                self._failing.discard(connector)
                log.info("cases can be handed over again", connector=connector)
        elif connector not in self._failing:
            self._failing.add(connector)
            log.error("a case could not be handed over", connector=connector, why=without_quotations(attempt.words))


async def _reached(connection: Connection, claim: _Claim, parcel: Parcel, now: datetime) -> None:
    case = await hold_case(connection, parcel.case.reference)
    if case is not None and case.state is CaseState.RECEIVED:
        entry = Entry(EventKind.REACHED_DEPARTMENT, by=claim.connector, about=claim.department_id, echo=False)
        await record(connection, case, ReachedDepartment(), entry, now)


def _claim(row: "asyncpg.Record", lease_until: datetime) -> _Claim:
    return _Claim(
        delivery_id=row["delivery_id"],
        case_id=row["case_id"],
        event_id=row["event_id"],
        department_id=row["department_id"],
        connector=ConnectorKind(row["connector"]),
        to_person=row["to_person"],
        attempts=row["attempts"],
        maybe_sent=row["maybe_sent"],
        remote_id=row["remote_id"],
        lease_until=lease_until,
    )
