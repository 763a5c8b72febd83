"""A draft as staff type it, by the interface or the command line, read strictly: named fields in, a `Draft` out."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from busline.geo import LatLon
from busline.ids import RunId, SchoolId, VehicleId
from notifier.announcing.announcement import (
    LONGEST_AHEAD,
    USUAL_LIFE,
    Audience,
    Change,
    Message,
    ServiceChange,
    ToArea,
    ToBus,
    ToEveryone,
    ToRun,
    ToSchool,
)
from notifier.announcing.ledger import Draft

MOST_METRES = 100_000.0
MOST_MINUTES = 300
NOON = time(12)


class RefusedDraftError(Exception):
    """A draft that cannot be kept; the words say why and what to do."""


def audience_of(given: Mapping[str, str], today: date) -> Audience:
    """The audience that these fields name. Raises RefusedDraftError."""
    day = _day(given["date"], "date") if given["date"] else today
    match given["to"]:
        case "run" if given["of"]:
            return ToRun(RunId(given["of"]), day)
        case "bus" if given["of"]:
            return ToBus(VehicleId(given["of"]), day)
        case "school" if given["of"]:
            return ToSchool(SchoolId(given["of"]))
        case "area":
            parts = given["of"].split(",")
            if len(parts) != 3:
                raise RefusedDraftError("An area is latitude,longitude,metres in `of`, such as 42.33,-71.09,800.")
            lat, lon, radius_m = (_number(part, "of") for part in parts)
            if not (-90 <= lat <= 90 and -180 <= lon <= 180 and 0 < radius_m <= MOST_METRES):
                raise RefusedDraftError("That is no place on Earth, or farther around than 100 km.")
            return ToArea(LatLon(lat, lon), radius_m)
        case "everyone":
            return ToEveryone()
        case _:
            raise RefusedDraftError(f"Say which {given['to']} in `of`; nothing was kept.")


def message_of(given: Mapping[str, str], languages: Sequence[str]) -> Message:
    """The words or the change of service that these fields hold. Raises RefusedDraftError."""
    words = {language: given[language] for language in languages if given[language]}
    if not given["change"]:
        if not words:
            raise RefusedDraftError("Give the words in each language of the families, or a `change`; nothing was kept.")
        return words
    if words:
        raise RefusedDraftError("A change of service has its words already: give none beside it. Nothing was kept.")
    change = Change(given["change"])
    minutes = int(_number(given["minutes"], "minutes")) if given["minutes"] else 0
    if (change in (Change.DELAY, Change.EARLY_RELEASE)) != (0 < minutes <= MOST_MINUTES):
        raise RefusedDraftError(
            "A delay and an early release have `minutes`, from 1 to 300; the others have none. Nothing was kept."
        )
    return ServiceChange(change, _day(given["date"], "date"), minutes)


def draft_of(given: Mapping[str, str], languages: Sequence[str], by: str, now: datetime, zone: ZoneInfo) -> Draft:
    """A draft of these fields. Raises RefusedDraftError."""
    send_at = _moment(given["send_at"], "send_at", zone) if given["send_at"] else now
    today, message = now.astimezone(zone).date(), message_of(given, languages)
    if isinstance(message, ServiceChange) and message.service_date < today:
        raise RefusedDraftError("That day is over. Nothing was kept.")
    usual = _usual_end(message, send_at, zone)
    expires_at = _moment(given["expires_at"], "expires_at", zone) if given["expires_at"] else usual
    if not now - USUAL_LIFE <= send_at <= now + LONGEST_AHEAD:
        raise RefusedDraftError("It can be sent from now on, up to 14 days ahead. Nothing was kept.")
    if expires_at <= max(send_at, now):
        raise RefusedDraftError("It would be over before it is sent. Nothing was kept.")
    return Draft(by, audience_of(given, today), message, send_at, expires_at, given["emergency"])


def _usual_end(message: Message, send_at: datetime, zone: ZoneInfo) -> datetime:
    """A day that goes otherwise is news until its noon: quiet hours of the night before keep it from nobody."""
    usual = send_at + USUAL_LIFE
    if not isinstance(message, ServiceChange):
        return usual
    return max(usual, datetime.combine(message.service_date, NOON, zone))


def _day(typed: str, name: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise RefusedDraftError(f"`{name}` is a day, such as 2026-12-01; nothing was kept.") from None


def _number(typed: str, name: str) -> float:
    try:
        number = float(typed)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise RefusedDraftError(f"`{name}` holds no number where one is needed; nothing was kept.")
    return number


def _moment(typed: str, name: str, zone: ZoneInfo) -> datetime:
    """On the district's clock where no other is named."""
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        raise RefusedDraftError(f"`{name}` is a moment, such as 2026-12-01T05:30; nothing was kept.") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
