"""What staff tell many families, as a text: the district's own words under its name, or a change of service in ours."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sms.text import Wording


def render_announcement(facts: Mapping[str, Any], wording: Wording, district: str, now: datetime) -> str:
    """`facts` are those of an announcement's message in the outbox: `words`, or a `service_change`.

    Raises ValueError for facts of another version.
    """
    match facts:
        case {"words": str(words)}:
            return wording.say("announcement", district=district, words=words)
        case {"service_change": {"change": str(change), "service_date": str(day), "minutes": int(minutes)}}:
            return wording.say(
                "service-change",
                district=district,
                kind=change,
                day=wording.day(date.fromisoformat(day), now),
                minutes=minutes,
                phone=wording.district_phone,
            )
        case _:
            raise ValueError("an announcement whose facts nobody here can read")
