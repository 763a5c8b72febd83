"""The settings of a phone, by text: alerts, quiet hours, its languages and its students."""

from dataclasses import replace
from datetime import time

from sms.conversation.effects import SetAlerts, SetQuiet
from sms.conversation.reply import Outcome, Reply
from sms.conversation.turn import Turn
from sms.intent import Alerts, Quiet

LEAST_MINUTES, MOST_MINUTES = 2, 60
"""A text that comes less than two minutes before the bus is of no use; an hour before it nobody knows when it comes."""
USUAL_QUIET = (time(21), time(6))
"""Where only the word ON stood there."""


def set_alerts(asked: Alerts, turn: Turn) -> Reply:
    """Keep whether and when this phone wants to be told; where that is not said, or cannot be, say how it is set."""
    if not turn.asker.riders:
        return turn.unlinked()
    now = turn.asker.wishes
    minutes = now.minutes if asked.minutes is None else asked.minutes
    is_sensible = LEAST_MINUTES <= minutes <= MOST_MINUTES
    if (asked.wanted is None and asked.minutes is None) or not is_sensible:
        state = "on" if now.alerts else "off"
        return turn.reply(Outcome.SET, turn.say("alerts-now", state=state, minutes=now.minutes))
    # A number alone says that they are wanted.
    wanted = asked.wanted is not False
    words = turn.say("alerts-on", minutes=minutes) if wanted else turn.say("alerts-off")
    return replace(turn.reply(Outcome.SET, words), effects=(SetAlerts(wanted, minutes),))


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
