"""The settings of a phone, by text: what it is told without asking, quiet hours, its languages and its students."""

from dataclasses import replace
from datetime import time

from busline.outbound import Channel
from sms.conversation.asker import Wishes
from sms.conversation.effects import SetAlerts, SetQuiet
from sms.conversation.reply import Outcome, Reply
from sms.conversation.turn import Turn
from sms.intent import Alerts, Quiet

LEAST_MINUTES, MOST_MINUTES = 2, 60
"""A text that comes less than two minutes before the bus is of no use; an hour before it nobody knows when it comes."""
LEAST_LATE_MINUTES, MOST_LATE_MINUTES = 5, 60
"""Within five minutes of its plan a bus is on time."""
USUAL_QUIET = (time(21), time(6))
"""Where only the word ON stood there."""


def set_alerts(asked: Alerts, turn: Turn) -> Reply:
    """Keep what this phone wants to be told, and how; where that is not said, or cannot be, say how it is set."""
    if not turn.asker.riders:
        return turn.unlinked()
    now = turn.asker.wishes
    if asked.channel is not None:
        return _set_channel(asked.channel, turn)
    if asked.arrivals is not None:
        return _set_arrivals(asked.arrivals, turn)
    if asked.late:
        return _set_late(asked.minutes, turn, only=asked.only_late)
    if asked.wanted is None and asked.minutes is None:
        return turn.reply(Outcome.SET, _standing(now, turn))
    if asked.wanted is False:
        return _kept(replace(now, alerts=False), turn.say("alerts-off"), turn)
    # A number alone says that they are wanted.
    minutes = now.minutes if asked.minutes is None else asked.minutes
    if not LEAST_MINUTES <= minutes <= MOST_MINUTES:
        return turn.reply(Outcome.SET, turn.say("alerts-minutes-range", least=LEAST_MINUTES, most=MOST_MINUTES))
    wanted = replace(now, alerts=True, approaching=True, minutes=minutes)
    return _kept(wanted, turn.say("alerts-on", minutes=minutes), turn)


def resume_alerts(turn: Turn) -> Reply:
    """Alerts again, as they were."""
    again = replace(turn.asker.wishes, alerts=True)
    return _kept(again, _standing(again, turn), turn)


def _set_late(minutes: int | None, turn: Turn, *, only: bool) -> Reply:
    now = turn.asker.wishes
    if minutes is not None and not LEAST_LATE_MINUTES <= minutes <= MOST_LATE_MINUTES:
        words = turn.say("alerts-late-range", least=LEAST_LATE_MINUTES, most=MOST_LATE_MINUTES)
        return turn.reply(Outcome.SET, words)
    late_minutes = now.late_minutes if minutes is None else minutes
    wanted = replace(now, alerts=True, approaching=now.approaching and not only, late_minutes=late_minutes)
    words = turn.say(
        "alerts-late-set",
        threshold=_threshold(wanted, turn),
        before="yes" if wanted.approaching else "no",
        minutes=wanted.minutes,
    )
    return _kept(wanted, words, turn)


def _set_arrivals(wanted: bool, turn: Turn) -> Reply:
    now = turn.asker.wishes
    words = turn.say("arrivals-set", arrivals="yes" if wanted else "no")
    return _kept(replace(now, arrivals=wanted, alerts=now.alerts or wanted), words, turn)


def _set_channel(channel: Channel, turn: Turn) -> Reply:
    can_be = {
        Channel.TEXT: True,
        Channel.VOICE: turn.settings.calls and turn.wording.has_voice,
        Channel.EMAIL: turn.settings.sends_mail and turn.asker.has_mail,
    }
    if not can_be[channel]:
        return turn.reply(Outcome.SET, turn.say("channel-refused", channel=channel))
    wanted = replace(turn.asker.wishes, alerts=True, channel=channel)
    return _kept(wanted, turn.say("channel-set", channel=channel), turn)


def _standing(wishes: Wishes, turn: Turn) -> str:
    return turn.say(
        "alerts-now",
        state="on" if wishes.alerts else "off",
        channel=wishes.channel,
        threshold=_threshold(wishes, turn),
        before="yes" if wishes.approaching else "no",
        minutes=wishes.minutes,
        arrivals="yes" if wishes.arrivals else "no",
    )


def _threshold(wishes: Wishes, turn: Turn) -> int:
    return turn.settings.late_minutes if wishes.late_minutes is None else wishes.late_minutes


def _kept(wishes: Wishes, words: str, turn: Turn) -> Reply:
    return replace(turn.reply(Outcome.SET, words), effects=(SetAlerts(wishes),))


def set_quiet(asked: Quiet, turn: Turn) -> Reply:
    """Keep the hours in which nothing is to come, or say how they stand."""
    if not turn.asker.riders:
        return turn.unlinked()
    if asked.off:
        return replace(turn.reply(Outcome.SET, turn.say("quiet-off")), effects=(SetQuiet(None),))
    if asked.start is None or asked.end is None or asked.start == asked.end:
        standing = turn.asker.wishes.quiet
        state = "off" if standing is None else "on"
        return turn.reply(Outcome.SET, turn.say("quiet-now", state=state, **_hours(standing or USUAL_QUIET, turn)))
    hours = (asked.start, asked.end)
    return replace(turn.reply(Outcome.SET, turn.say("quiet-set", **_hours(hours, turn))), effects=(SetQuiet(hours),))


def show_students(turn: Turn) -> Reply:
    """The numbers of this phone's riders, and nothing else of them."""
    if not turn.asker.riders:
        return turn.unlinked()
    return turn.reply(Outcome.SET, turn.say("students", students=", ".join(turn.asker.riders)))


def show_languages(turn: Turn) -> Reply:
    """Every language by its own name, which is also the word that switches to it."""
    return turn.reply(Outcome.SET, turn.say("languages", languages=turn.wording.languages_by_name()))


def switch_language(language: str, turn: Turn) -> Reply:
    """From now on in this language; the turn is in it already."""
    return replace(turn.reply(Outcome.LANGUAGE_SET, turn.say("language-set")), chosen_language=language)


def _hours(hours: tuple[time, time], turn: Turn) -> dict[str, str]:
    start, end = hours
    return {"from": turn.wording.time_of_day(start), "to": turn.wording.time_of_day(end)}
