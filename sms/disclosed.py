"""An answer as the access log keeps it: `Told` in, the columns of its row out. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import assert_never

from busline.answer import (
    Answer,
    Arriving,
    AtStop,
    Bus,
    Cancelled,
    FeedOutage,
    Finished,
    LastSeen,
    LateStart,
    MayHavePassed,
    NoSignalSince,
    NotRidingToday,
    NotStarted,
    OffRoute,
    OnTheWay,
    Passed,
    RunningLate,
    Uncovered,
    Window,
)
from busline.ids import RunId, StudentId, VehicleId
from sms.conversation.reply import Told


class Basis(StrEnum):
    """What an answer rests on. Stored."""

    LIVE = "live"
    """A fix of the last 90 seconds."""
    LAST_SEEN = "last_seen"
    """An older fix that still bears minutes."""
    SEEN = "seen"
    """Where the bus was seen; no minutes rest on it."""
    PLAN = "plan"
    NOTICE = "notice"
    """What staff or the feed said."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One row of the access log, without who was told and when."""

    student_id: StudentId
    answer: str
    """The kind of answer: `running_late`."""
    basis: Basis
    vehicle_id: VehicleId | None
    window: Window | None
    be_ready_by: datetime | None
    """That of the window, or the one told before the run began."""
    planned_at: datetime | None
    fix_at: datetime | None
    service_date: date | None
    run_id: RunId | None
    stop_sequence: int | None


def disclosed(told: Told) -> Disclosed:
    """What is kept of an answer that was told."""
    parts = _parts(told.answer)
    call = told.call
    return Disclosed(
        student_id=told.student_id,
        answer=re.sub(r"(?<!^)(?=[A-Z])", "_", type(told.answer).__name__).lower(),
        basis=parts.basis,
        vehicle_id=None if parts.bus is None else parts.bus.number,
        window=parts.window,
        be_ready_by=parts.be_ready_by if parts.window is None else parts.window.be_ready_by,
        planned_at=parts.planned_at,
        fix_at=parts.fix_at,
        service_date=None if call is None else call.run.service_date,
        run_id=None if call is None else call.run.run_id,
        stop_sequence=None if call is None else call.stop_sequence,
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    basis: Basis
    bus: Bus | None = None
    window: Window | None = None
    be_ready_by: datetime | None = None
    planned_at: datetime | None = None
    fix_at: datetime | None = None


def _parts(answer: Answer) -> _Parts:
    match answer:
        case Arriving() | RunningLate():
            return _Parts(Basis.LIVE, answer.bus, window=answer.window, fix_at=answer.fix_at)
        case LastSeen():
            return _Parts(Basis.LAST_SEEN, answer.bus, window=answer.window, fix_at=answer.fix_at)
        case AtStop():
            return _Parts(Basis.LIVE, answer.bus, fix_at=answer.fix_at)
        case MayHavePassed():
            return _Parts(Basis.SEEN, answer.bus, fix_at=answer.fix_at)
        case NoSignalSince() | OffRoute() | OnTheWay():
            return _Parts(Basis.SEEN, answer.bus, planned_at=answer.planned_at, fix_at=answer.fix_at)
        case NotStarted() | LateStart():
            return _Parts(Basis.PLAN, answer.bus, be_ready_by=answer.be_ready_by, planned_at=answer.planned_at)
        case Passed():
            return _Parts(Basis.SEEN, answer.bus, fix_at=answer.passed_at)
        case Finished():
            return _Parts(Basis.SEEN, answer.bus, fix_at=answer.ended_at)
        case Uncovered(confirmed=confirmed):
            return _Parts(Basis.NOTICE if confirmed else Basis.PLAN, planned_at=answer.planned_at)
        case Cancelled():
            return _Parts(Basis.NOTICE, planned_at=answer.planned_at)
        case FeedOutage():
            return _Parts(Basis.PLAN, planned_at=answer.planned_at)
        case NotRidingToday():
            return _Parts(Basis.NONE)
        case _:
            assert_never(answer)
