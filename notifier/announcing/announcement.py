"""An announcement: to whom, in which words or about which change of service, from when until when. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NewType, assert_never

from busline.geo import LatLon
from busline.ids import Phone, RunId, SchoolId, StudentId, VehicleId

AnnouncementId = NewType("AnnouncementId", int)

LONGEST_WORDS = 320
"""Two texts and a bit: longer ones are read by nobody at a stop, and cost each family's phone three."""
LOOKED_AT_STANDS = timedelta(hours=1)
"""A preview that is older is of another roster, and of other wishes."""
USUAL_LIFE = timedelta(hours=4)
LONGEST_AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class ToRun:
    """The families of everybody who rides a run on a day."""

    run_id: RunId
    service_date: date


@dataclass(frozen=True, slots=True)
class ToBus:
    """The same of all runs that a bus drives on a day."""

    vehicle_id: VehicleId
    service_date: date


@dataclass(frozen=True, slots=True)
class ToSchool:
    """The families of a school's riders."""

    school_id: SchoolId


@dataclass(frozen=True, slots=True)
class ToArea:
    """The families of riders whose stop lies within so many metres of a place."""

    centre: LatLon
    radius_m: float


@dataclass(frozen=True, slots=True)
class ToEveryone:
    """The families of all riders."""


Audience = ToRun | ToBus | ToSchool | ToArea | ToEveryone


class Change(StrEnum):
    """What happens to a whole day; every language has words for these."""

    CLOSED = "closed"
    DELAY = "delay"
    EARLY_RELEASE = "early_release"
    SNOW = "snow"
    """School as planned, on bad streets."""


@dataclass(frozen=True, slots=True)
class ServiceChange:
    """A whole day goes otherwise than planned."""

    change: Change
    service_date: date
    minutes: int = 0
    """By how much a delay is later or an early release earlier."""


Message = Mapping[str, str] | ServiceChange
"""The district's own words by language, or a change of service."""


class State(StrEnum):
    DRAFT = "draft"
    CONFIRMED = "confirmed"
    PROMISED = "promised"
    """Every message of it is in the outbox."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One announcement, as it stands."""

    announcement_id: AnnouncementId
    made_by: str
    made_at: datetime
    audience: Audience
    message: Message
    reason: str
    """Why it is an emergency; empty where it is none."""
    send_at: datetime
    expires_at: datetime
    state: State
    recipients: int
    """Phones, when it was looked at."""

    @property
    def is_emergency(self) -> bool:
        return bool(self.reason)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A phone that it goes to, and the students that make it so."""

    phone: Phone
    language: str
    students: tuple[StudentId, ...]


class NotNow(StrEnum):
    """Why an announcement cannot be confirmed or cancelled as it stands."""

    NOT_A_DRAFT = "not_a_draft"
    NOBODY = "nobody"
    LOOKED_AT_TOO_LONG_AGO = "looked_at_too_long_ago"
    OTHER_SIZE = "other_size"
    """It goes to many, and whoever confirms did not say to how many."""
    NOT_TRANSLATED = "not_translated"
    OVER = "over"
    """It would expire before it could go."""
    ALREADY_OVER = "already_over"
    """Every message of it has left, or it was cancelled before."""


def missing_languages(message: Message, spoken: Collection[str]) -> tuple[str, ...]:
    """The languages of recipients that the words are not there for."""
    if isinstance(message, ServiceChange):
        return ()
    return tuple(sorted(language for language in set(spoken) if not message.get(language, "").strip()))


def may_go(
    announcement: Announcement,
    spoken: Collection[str],
    said_recipients: int | None,
    asked_above: int,
    now: datetime,
) -> NotNow | None:
    """Why it must not go out yet, or None. Above `asked_above` phones whoever confirms has to say how many."""
    if announcement.state is not State.DRAFT:
        return NotNow.NOT_A_DRAFT
    if announcement.recipients == 0:
        return NotNow.NOBODY
    if now - announcement.made_at > LOOKED_AT_STANDS:
        return NotNow.LOOKED_AT_TOO_LONG_AGO
    if now >= announcement.expires_at:
        return NotNow.OVER
    if missing_languages(announcement.message, spoken):
        return NotNow.NOT_TRANSLATED
    said = said_recipients if announcement.recipients > asked_above else said_recipients or announcement.recipients
    return None if said == announcement.recipients else NotNow.OTHER_SIZE


def stored_audience(audience: Audience) -> dict[str, Any]:
    """As JSON."""
    match audience:
        case ToRun(run_id, service_date):
            return {"to": "run", "run_id": run_id, "service_date": service_date.isoformat()}
        case ToBus(vehicle_id, service_date):
            return {"to": "bus", "vehicle_id": vehicle_id, "service_date": service_date.isoformat()}
        case ToSchool(school_id):
            return {"to": "school", "school_id": school_id}
        case ToArea(centre, radius_m):
            return {"to": "area", "lat": centre.lat, "lon": centre.lon, "radius_m": radius_m}
        case ToEveryone():
            return {"to": "everyone"}
        case _:
            assert_never(audience)


def read_audience(kept: Mapping[str, Any]) -> Audience:
    """What `stored_audience` wrote. Raises ValueError for anything else."""
    match kept:
        case {"to": "run", "run_id": str(run_id), "service_date": str(day)}:
            return ToRun(RunId(run_id), date.fromisoformat(day))
        case {"to": "bus", "vehicle_id": str(bus), "service_date": str(day)}:
            return ToBus(VehicleId(bus), date.fromisoformat(day))
        case {"to": "school", "school_id": str(school)}:
            return ToSchool(SchoolId(school))
        case {"to": "area", "lat": float(lat), "lon": float(lon), "radius_m": float(radius_m)}:
            return ToArea(LatLon(lat, lon), radius_m)
        case {"to": "everyone"}:
            return ToEveryone()
        case _:
            raise ValueError("an announcement with an audience of another version")


def stored_change(change: ServiceChange) -> dict[str, Any]:
    """As JSON."""
    return {"change": change.change.value, "service_date": change.service_date.isoformat(), "minutes": change.minutes}


def read_change(kept: Mapping[str, Any]) -> ServiceChange:
    """What `stored_change` wrote."""
    return ServiceChange(Change(kept["change"]), date.fromisoformat(kept["service_date"]), int(kept["minutes"]))
