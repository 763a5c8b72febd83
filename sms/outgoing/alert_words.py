"""An alert as it goes out by a channel: a text, what is said in a call, or a mail."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from busline.alert import Alert
from busline.outbound import Channel, Claimed, Written
from sms.outgoing.alert_text import render_alert, render_alert_by_mail, spoken_alert
from sms.outgoing.clips import Clips, recorded_alert
from sms.outgoing.message_text import Letterhead
from sms.segments import segments
from sms.text import Wording


@dataclass(frozen=True, slots=True)
class AlertWords:
    """Puts alerts into words for whichever way they go."""

    letterhead: Letterhead
    number: str
    """Where families text, as they read it."""
    ending_link: Callable[[Claimed], str]
    """The address by which whoever gets this mail ends such mails."""
    clips: Clips

    def written(self, alert: Alert, claimed: Claimed, language: str, now: datetime, *, is_first: bool) -> Written:
        """The alert in this language, or the nearest there is. Raises ValueError for one that lacks what it is about.

        What is said in a call is a line for each sentence, or for each recorded clip where no voice speaks the
        language; no line at all where there is neither, and then no call is placed.
        """
        head = self.letterhead
        nearest = head.catalogue.nearest(language) or head.default_language
        match claimed.promise.channel:
            case Channel.TEXT:
                wording = Wording(head.catalogue, nearest, head.zone(), head.phone)
                body = render_alert(alert, wording, now, is_first=is_first)
                return Written(body, segments(body).count, nearest)
            case Channel.VOICE:
                return Written("\n".join(self._lines(alert, nearest, now)), 1, nearest)
            case Channel.EMAIL:
                wording = Wording(head.catalogue, nearest, head.zone(), head.phone, keeps_accents=True)
                mail = render_alert_by_mail(
                    alert,
                    wording,
                    now,
                    district=head.district,
                    number=self.number,
                    link=self.ending_link(claimed),
                )
                return Written(mail.body, 1, nearest, mail.subject)
            case _:
                assert_never(claimed.promise.channel)

    def _lines(self, alert: Alert, language: str, now: datetime) -> tuple[str, ...]:
        head = self.letterhead
        if head.catalogue.voice(language) is not None:
            wording = Wording(head.catalogue, language, head.zone(), head.phone, is_spoken=True)
            return spoken_alert(alert, wording, now)
        return recorded_alert(alert, head.zone()) if self.clips.has(language) else ()
