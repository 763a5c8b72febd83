"""All that is known of a phone, in one look: the same queries, in the same order, for every phone and every text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

import asyncpg

from busline.answer import Window
from busline.cases import ledger as cases
from busline.cases.case import CaseStanding, Holder
from busline.enrolment import links
from busline.ids import CallKey, ContactId, Phone, RunId, RunKey, StopId, StudentId
from busline.outbound import Channel
from busline.people import Contact, Leg, Ride
from busline.promise import ToldBefore
from busline.store.pool import Connection
from busline.store.sql import load_queries
from sms.conversation import offers
from sms.conversation.asker import Asker, ConsentAsked, Wishes

SQL = load_queries(__file__)

LATELY = timedelta(minutes=30)
"""Who asks again about the same run so soon was not helped; and what was talked about so lately is still the matter."""
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_SOME_HOURS = timedelta(hours=6)
"""A promise older than this was about another ride."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was found."""

    given_reply: str | None
    """The body that this very message was answered with before."""
    asker: Asker
    told_at: Mapping[RunKey, datetime]
    """When the phone was last told about each run of the last hours."""


async def look(connection: Connection, phone: Phone, sid: str, code_digest: bytes | None, now: datetime) -> Look:
    """Hold the phone until the end of the transaction, and read. `code_digest` is None where no code was typed."""
    (turn,) = await connection.fetch(SQL["take_turn"], phone, now)
    rows = await connection.fetch(
        SQL["asker"], phone, sid, now, now - _HOUR, now - _DAY, now.date() - _DAY, now - LATELY
    )
    told = await connection.fetch(SQL["told_lately"], phone, now - _SOME_HOURS, now)
    joining = await links.look(connection, phone, code_digest, now)
    standing = await cases.cases_of(connection, phone, now)
    holder = await cases.holder_of(connection, phone, now)
    asker = _with_people(_asker(turn, rows, told, phone), joining, standing, holder)
    return Look(rows[0]["given_reply"], asker, _runs_told(told))


def _with_people(
    asker: Asker, joining: links.Standing, standing: tuple[CaseStanding, ...], holder: Holder | None
) -> Asker:
    asked = joining.pending
    return replace(
        asker,
        code_opens=joining.code_student_id,
        consent=None if asked is None else _consent(asked),
        cases=standing,
        held_in=None if holder is None else holder.reference,
    )


def _consent(asked: links.Pending) -> ConsentAsked:
    return ConsentAsked(asked.request_id, asked.student_id, asked.asking_phone, asked.asked_at)


def _asker(
    turn: "asyncpg.Record", rows: Sequence["asyncpg.Record"], told: Sequence["asyncpg.Record"], phone: Phone
) -> Asker:
    standing = rows[0]
    contact_id, language = standing["contact_id"], standing["language"]
    riders: dict[StudentId, tuple[Ride, ...]] = {}
    for row in rows:
        if row["student_id"] is not None:
            rides = () if row["run_id"] is None else (_ride(row),)
            student_id = StudentId(row["student_id"])
            riders[student_id] = riders.get(student_id, ()) + rides
    return Asker(
        contact=None if contact_id is None else Contact(ContactId(contact_id), phone, language),
        riders=riders,
        is_new=turn["turns"] == 1,
        opted_out=standing["opted_out"],
        chosen_language=turn["chosen_language"],
        last_language=turn["last_language"],
        answered_last_hour=standing["answered_last_hour"],
        warned_last_hour=standing["warned_last_hour"],
        refused_last_day=standing["refused_last_day"],
        told_before=_promises(told),
        wishes=_usual_wishes(standing) if standing["alerts"] is None else _wishes(standing),
        has_mail=standing["email"] is not None,
        offered=tuple(offer for kept in turn["offered"] if (offer := offers.read(kept)) is not None),
        offered_at=None if turn["offered_until"] is None else turn["offered_until"] - offers.OFFER_STANDS,
        last_topic=standing["last_topic"],
    )


def _usual_wishes(row: "asyncpg.Record") -> Wishes:
    """Of a phone that has said nothing: by the way that the school has on file."""
    return Wishes() if row["alerts_by"] is None else Wishes(channel=Channel(row["alerts_by"]))


def _wishes(row: "asyncpg.Record") -> Wishes:
    start, end = row["quiet_from"], row["quiet_until"]
    quiet = (start, end) if isinstance(start, time) and isinstance(end, time) else None
    return Wishes(
        alerts=row["alerts"],
        approaching=row["approaching"],
        minutes=row["minutes"],
        late_minutes=row["late_minutes"],
        arrivals=row["arrivals"],
        channel=Channel(row["channel"]),
        quiet=quiet,
    )


def _call(row: "asyncpg.Record") -> CallKey:
    return CallKey(RunKey(row["service_date"], RunId(row["run_id"])), row["stop_sequence"])


def _promises(told: Sequence["asyncpg.Record"]) -> dict[CallKey, ToldBefore]:
    """The newest times told of each call: a window, or before the run began when to be at the stop."""
    promises: dict[CallKey, ToldBefore] = {}
    for row in told:
        if row["be_ready_by"] is not None and _call(row) not in promises:
            times = (row["window_earliest"], row["window_latest"], row["be_ready_by"], row["published"])
            window = None if row["window_earliest"] is None else Window(*times)
            promises[_call(row)] = ToldBefore(_call(row), window, row["told_at"], row["be_ready_by"])
    return promises


def _runs_told(told: Sequence["asyncpg.Record"]) -> dict[RunKey, datetime]:
    newest: dict[RunKey, datetime] = {}
    for row in told:
        newest.setdefault(_call(row).run, row["told_at"])
    return newest


def _ride(row: "asyncpg.Record") -> Ride:
    return Ride(
        student_id=StudentId(row["student_id"]),
        run_id=RunId(row["run_id"]),
        stop_id=StopId(row["stop_id"]),
        stop_sequence=row["stop_sequence"],
        leg=Leg(row["leg"]),
        weekdays=row["weekdays"],
        start_date=row["start_date"],
        end_date=row["end_date"],
    )
