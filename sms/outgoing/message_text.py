"""Messages of the catalogue that were promised to a family, put into words when they go: the facts in, a text out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from busline.outbound import Claimed, Untrue, Written
from sms.catalogue import Catalogue, CatalogueError
from sms.segments import segments
from sms.text import Wording


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every text may name of the district."""

    catalogue: Catalogue
    district: str
    phone: str
    """As families read it."""
    default_language: str
    zone: Callable[[], ZoneInfo]


class MessageWriter:
    """Writes what is of the kind `message`. A `busline.outbound.Writer`."""

    def __init__(self, letterhead: Letterhead) -> None:
        self._letterhead = letterhead

    def write(self, claimed: Claimed, language: str, now: datetime) -> Written | Untrue:
        """The text in this language, or the nearest there is. Raises ValueError where there are no such words."""
        head = self._letterhead
        message, fillings = _facts(claimed.promise.facts)
        spoken = head.catalogue.nearest(language) or head.default_language
        wording = Wording(head.catalogue, spoken, head.zone(), head.phone)
        try:
            body = _worded(wording, message, {"phone": head.phone, "district": head.district, **fillings}, now)
        except CatalogueError as fault:
            raise ValueError(str(fault)) from fault
        return Written(body, segments(body).count, spoken)


def _worded(wording: Wording, message: str, values: dict[str, str], now: datetime) -> str:
    if "department" in values:
        values["department"] = wording.raw("department", department=values["department"])
    for name in ("since", "by"):
        if name in values:
            values[name] = wording.moment(datetime.fromisoformat(values[name]), now)
    return " ".join(wording.say(one, **values) for one in message.split())


def _facts(facts: Mapping[str, object]) -> tuple[str, Mapping[str, str]]:
    message, fillings = facts.get("message"), facts.get("fillings", {})
    if not isinstance(message, str) or not isinstance(fillings, Mapping):
        raise ValueError("The facts of a promised message name none of the catalogue.")
    return message, fillings
