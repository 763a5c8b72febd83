"""Announcements in the database: drafted with exactly who hears, confirmed, put into the outbox, taken back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from busline.alert import Priority
from busline.geo import distance_m
from busline.ids import Phone, RunId, StopId, StudentId, VehicleId
from busline.outbound import Again, Channel, Promise
from busline.store.outbox import promise
from busline.store.pool import Connection, Pool, transaction
from busline.store.sql import load_queries
from busline.store.staff_access import note_access
from busline.timetable import Timetable
from notifier.announcing.announcement import (
    Announcement,
    AnnouncementId,
    Audience,
    Message,
    NotNow,
    Recipient,
    ServiceChange,
    State,
    ToArea,
    ToBus,
    ToEveryone,
    ToRun,
    ToSchool,
    may_go,
    missing_languages,
    read_audience,
    read_change,
    stored_audience,
    stored_change,
)

SQL = load_queries(__file__)

KIND = "announcement"
AT_ONCE = 2_000
"""Messages put into the outbox in one transaction: a fraction of a second."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What staff want to say."""

    made_by: str
    audience: Audience
    message: Message
    send_at: datetime
    expires_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OfLanguage:
    """The phones of one language."""

    language: str
    phones: int
    opted_out: int
    """They asked for no more texts, so they get none."""
    without_alerts: int
    """They want no alerts, so they get it only as an emergency."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Who would hear, by language, and what is missing."""

    announcement: Announcement
    languages: tuple[OfLanguage, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        return missing_languages(self.announcement.message, [one.language for one in self.languages])


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what with an announcement."""

    at: datetime
    act: str
    actor: str
    words: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """There is no such run, bus, school or stop to announce to. `words` say so."""

    words: str


class Announcements:
    """The announcements of one database. Every method raises DatabaseUnavailableError while the server is away."""

    def __init__(self, pool: Pool, *, sends_mail: bool = True) -> None:
        """Without mail, who wants it is texted."""
        self._pool = pool
        self._sends_mail = sends_mail

    async def draft(self, draft: Draft, timetable: Timetable, now: datetime) -> Preview | Unknown:
        """Keep a draft and exactly who it would go to. Nothing is sent."""
        today = now.astimezone(timetable.timezone).date()
        async with transaction(self._pool) as connection:
            chosen = await _chosen(connection, draft.audience, timetable, today)
            if isinstance(chosen, Unknown):
                return chosen
            words, change = _stored(draft.message)
            announcement_id: int = await connection.fetchval(
                SQL["draft"],
                draft.made_by,
                now,
                json.dumps(stored_audience(draft.audience)),
                words,
                change,
                draft.reason,
                draft.send_at,
                draft.expires_at,
            )
            await connection.execute(
                SQL["keep_recipients"],
                announcement_id,
                chosen.day,
                chosen.weekday,
                None if chosen.runs is None else list(chosen.runs),
                None if chosen.stops is None else list(chosen.stops),
                chosen.school,
            )
            await connection.execute(SQL["counted"], announcement_id)
            await _note(connection, announcement_id, "drafted", draft.made_by, now, draft.reason)
            return await _preview(connection, announcement_id)

    async def preview(self, announcement_id: AnnouncementId) -> Preview | None:
        """Who hears, as it was kept."""
        async with transaction(self._pool) as connection:
            if await connection.fetchrow(SQL["announcement"], announcement_id) is None:
                return None
            return await _preview(connection, announcement_id)

    async def recipients(self, announcement_id: AnnouncementId, after: str, limit: int) -> list[Recipient]:
        """Exactly who, a page of them, by phone."""
        rows = await self._pool.fetch(SQL["recipients"], announcement_id, after, limit)
        return [Recipient(Phone(row["phone"]), row["language"], _students(row["students"])) for row in rows]

    async def note_reader(self, announcement_id: AnnouncementId, by: str, now: datetime) -> None:
        """Keep who is about to read exactly who gets it."""
        await note_access(self._pool, by, "recipients", str(announcement_id), now)

    async def confirm(
        self,
        announcement_id: AnnouncementId,
        by: str,
        said_recipients: int | None,
        now: datetime,
        *,
        asked_above: int,
    ) -> Announcement | NotNow | None:
        """Let it go out; None where there is none. The confirmed one, or why it must not go yet."""
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(SQL["hold"], announcement_id)
            if row is None:
                return None
            spoken = [one["language"] for one in await connection.fetch(SQL["languages"], announcement_id)]
            standing = _announcement(row)
            refusal = may_go(standing, spoken, said_recipients, asked_above, now)
            if refusal is not None:
                return refusal
            await connection.execute(SQL["set_state"], announcement_id, State.CONFIRMED)
            await _note(connection, announcement_id, "confirmed", by, now, f"{standing.recipients} phones")
            return _announcement(await connection.fetchrow(SQL["announcement"], announcement_id))

    async def cancel(self, announcement_id: AnnouncementId, by: str, why: str, now: datetime) -> int | NotNow | None:
        """Take back what has not left: how many messages that are; None where there is no such announcement."""
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(SQL["hold"], announcement_id)
            if row is None:
                return None
            state = State(row["state"])
            if state is State.CANCELLED:
                return NotNow.ALREADY_OVER
            if state is State.PROMISED and not await connection.fetchval(SQL["may_still_leave"], announcement_id):
                return NotNow.ALREADY_OVER
            await connection.execute(SQL["set_state"], announcement_id, State.CANCELLED)
            done = await connection.execute(SQL["take_back"], announcement_id, now)
            await _note(connection, announcement_id, "cancelled", by, now, why)
            return int(done.split()[-1])

    async def newest(self, limit: int) -> list[tuple[Announcement, int]]:
        """The newest ones, each with how many of its messages the carrier has."""
        return [(_announcement(row), row["sent"]) for row in await self._pool.fetch(SQL["newest"], limit)]

    async def acts(self, announcement_id: AnnouncementId) -> list[Act]:
        """All that was done with it, in order."""
        rows = await self._pool.fetch(SQL["acts"], announcement_id)
        return [Act(row["at"], row["act"], row["actor"], row["words"]) for row in rows]

    async def fared(self, announcement_id: AnnouncementId) -> Mapping[str, int]:
        """How its messages fared: `waiting`, `sent`, `delivered`, `undelivered` and what else became of them."""
        fared: dict[str, int] = {}
        for row in await self._pool.fetch(SQL["arrived"], announcement_id):
            what = row["carrier"] if row["state"] == "sent" and row["carrier"] else row["state"]
            fared[what] = fared.get(what, 0) + row["messages"]
        return fared

    async def promise_some(self, now: datetime) -> int:
        """Put the next messages of what is confirmed into the outbox, in one transaction; how many were looked at."""
        announcement_id = await self._pool.fetchval(SQL["to_promise"])
        if announcement_id is None:
            return 0
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(SQL["hold"], announcement_id)
            if row is None or State(row["state"]) is not State.CONFIRMED:
                return 0
            standing = _announcement(row)
            rows = await connection.fetch(
                SQL["recipients_with_channel"], announcement_id, row["promised_up_to"], AT_ONCE, self._sends_mail
            )
            await promise(connection, [_promise(standing, one, now) for one in rows], now)
            up_to = rows[-1]["phone"] if rows else row["promised_up_to"]
            state = State.CONFIRMED if len(rows) == AT_ONCE else State.PROMISED
            await connection.execute(SQL["promised_up_to"], announcement_id, up_to, state)
            return len(rows)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Whose rides are meant. None: any."""

    day: date
    weekday: int | None = None
    runs: Sequence[RunId] | None = None
    stops: Sequence[StopId] | None = None
    school: str | None = None


async def _chosen(connection: Connection, audience: Audience, timetable: Timetable, today: date) -> _Chosen | Unknown:
    match audience:
        case ToRun(run_id, day):
            run = timetable.runs.get(run_id)
            if run is None or not timetable.calendar.runs_on(run.service_id, day):
                return Unknown(f"The plan has no run {run_id} on {day}.")
            return _Chosen(day, day.weekday(), [run_id])
        case ToBus(vehicle_id, day):
            runs = await _runs_of(connection, vehicle_id, day, timetable)
            return _Chosen(day, day.weekday(), runs) if runs else Unknown(f"Bus {vehicle_id} drives no run on {day}.")
        case ToSchool(school_id):
            is_there = await connection.fetchval(SQL["has_school"], school_id)
            return _Chosen(today, school=school_id) if is_there else Unknown(f"The roster has no school {school_id}.")
        case ToArea(centre, radius_m):
            near = [one.stop_id for one in timetable.stops.values() if distance_m(one.place, centre) <= radius_m]
            return _Chosen(today, stops=near) if near else Unknown("No stop lies in that area.")
        case ToEveryone():
            return _Chosen(today)


async def _runs_of(connection: Connection, vehicle_id: VehicleId, day: date, timetable: Timetable) -> list[RunId]:
    """As planned, and as somebody has said since."""
    said = {RunId(row["run_id"]): row["vehicle_id"] for row in await connection.fetch(SQL["runs_of_bus"], day)}
    return [run.run_id for run in timetable.runs_on(day) if said.get(run.run_id, run.planned_vehicle_id) == vehicle_id]


async def _preview(connection: Connection, announcement_id: int) -> Preview:
    row = await connection.fetchrow(SQL["announcement"], announcement_id)
    languages = await connection.fetch(SQL["languages"], announcement_id)
    return Preview(
        _announcement(row),
        tuple(OfLanguage(one["language"], one["phones"], one["opted_out"], one["without_alerts"]) for one in languages),
    )


async def _note(connection: Connection, announcement_id: int, act: str, by: str, now: datetime, words: str) -> None:
    await connection.execute(SQL["act"], announcement_id, now, act, by, words)


def _promise(standing: Announcement, row: "asyncpg.Record", now: datetime) -> Promise:
    if isinstance(standing.message, ServiceChange):
        facts: dict[str, object] = {"service_change": stored_change(standing.message)}
    else:
        facts = {"words": standing.message[row["language"]], "language": row["language"]}
    emergency = standing.is_emergency
    return Promise(
        dedupe_key=f"announcement/{standing.announcement_id}/{row['phone']}",
        kind=KIND,
        priority=Priority.NOT_COMING if emergency else Priority.BULK,
        phone=Phone(row["phone"]),
        language=row["language"],
        facts=facts,
        expires_at=standing.expires_at,
        true_since=max(standing.send_at, now),
        again=Again.BETTER_TWICE if emergency else Again.NEVER_TWICE,
        channel=Channel(row["channel"]),
        address=row["email"],
        not_before=standing.send_at,
        overrides_quiet=emergency,
        announcement_id=standing.announcement_id,
    )


def _stored(message: Message) -> tuple[str, str | None]:
    if isinstance(message, ServiceChange):
        return "{}", json.dumps(stored_change(message))
    return json.dumps(dict(message)), None


def _announcement(row: "asyncpg.Record | None") -> Announcement:
    if row is None:  # pragma: no cover - it is held, or was just written
        raise AssertionError("an announcement vanished within its own transaction")
    change = row["service_change"]
    return Announcement(
        announcement_id=AnnouncementId(row["announcement_id"]),
        made_by=row["made_by"],
        made_at=row["made_at"],
        audience=read_audience(json.loads(row["audience"])),
        message=json.loads(row["words"]) if change is None else read_change(json.loads(change)),
        reason=row["reason"],
        send_at=row["send_at"],
        expires_at=row["expires_at"],
        state=State(row["state"]),
        recipients=row["recipients"],
    )


def _students(ids: Sequence[str]) -> tuple[StudentId, ...]:
    return tuple(StudentId(one) for one in ids)
