"""What staff tell many families, as it goes out: the district's own words, or a change of service in ours.

A text and a mail name the district first. A call has named it in its greeting, so own words are said alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, assert_never

from busline.outbound import Channel, Claimed, Written
from sms.outgoing.message_text import Letterhead
from sms.segments import segments
from sms.text import Teller, Wording


@dataclass(frozen=True, slots=True)
class AnnouncementWriter:
    """Writes announcements for whichever way they go. A `busline.outbound.Writer`."""

    letterhead: Letterhead
    number: str
    """Where families text, as they read it."""
    ending_link: Callable[[Claimed], str]
    """The address by which whoever gets this mail ends such mails."""

    def write(self, claimed: Claimed, language: str, now: datetime) -> Written:
        """The announcement in this language, or the nearest there is. Raises ValueError for facts of another version.

        A language that no voice speaks has no clips for it either: nothing is written, so no call is placed, and it
        goes as a text.
        """
        head, facts = self.letterhead, claimed.promise.facts
        spoken = head.catalogue.nearest(language) or head.default_language
        wording = Wording(head.catalogue, spoken, head.zone(), head.phone)
        match claimed.promise.channel:
            case Channel.TEXT:
                body = render_announcement(facts, wording, head.district, now)
                return Written(body, segments(body).count, spoken)
            case Channel.VOICE:
                aloud = replace(wording, is_spoken=True)
                said = spoken_announcement(facts, aloud, head.district, now) if wording.has_voice else ""
                return Written(said, 1, spoken)
            case Channel.EMAIL:
                wording = replace(wording, keeps_accents=True)
                body = render_announcement(facts, wording, head.district, now)
                foot = wording.say(
                    "mail-foot", district=head.district, number=self.number, link=self.ending_link(claimed)
                )
                return Written(f"{body}\n\n-- \n{foot}\n", 1, spoken, wording.say("mail-subject", about="news"))
            case _:
                assert_never(claimed.promise.channel)


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
                phone=Teller(wording, "", now).number(wording.district_phone),
            )
        case _:
            raise ValueError("an announcement whose facts nobody here can read")


def spoken_announcement(facts: Mapping[str, Any], wording: Wording, district: str, now: datetime) -> str:
    """As one line of a call, for a `wording` that is spoken. Raises ValueError as `render_announcement` does."""
    match facts:
        case {"words": str(words)}:
            return " ".join(words.split())
        case _:
            return render_announcement(facts, wording, district, now)
