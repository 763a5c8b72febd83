"""Who wants no more texts, or wants them again: heard above every limit and before every question."""

from dataclasses import replace

from sms.conversation.asking import IN_DANGER, MISSING
from sms.conversation.effects import SetAlerts, StartTexts, StopTexts
from sms.conversation.reply import Outcome, Reply
from sms.conversation.turn import Turn
from sms.intent import Danger, NotHome
from sms.opt_out import OptWord, carrier_confirms
from sms.twilio.forms import InboundText


def about_opting(text: InboundText, opting: OptWord | None, turn: Turn) -> Reply | None:
    """The reply to a stop or a start, and the silence for a phone that has stopped. None where it is about neither."""
    asker, by_carrier = turn.asker, text.carrier_said is not None
    if opting is OptWord.STOP:
        return _stopped(text, turn)
    if opting is not None and asker.opted_out:
        words = () if by_carrier else (turn.say("started"),)
        return replace(turn.reply(Outcome.OPTED_IN, *words), effects=(StartTexts(),))
    if asker.opted_out:
        silent = turn.reply(Outcome.SILENT_OPTED_OUT)
        # We may not write to it, and its carrier would not let us. But who is missing or in danger is looked for.
        match turn.intent:
            case NotHome():
                return replace(silent, effects=(MISSING,))
            case Danger():
                return replace(silent, effects=(IN_DANGER,))
            case _:
                return silent
    if text.carrier_helped or by_carrier:
        return turn.reply(Outcome.CARRIER_ANSWERED)
    return None


def _stopped(text: InboundText, turn: Turn) -> Reply:
    carrier_knows = text.carrier_said is not None or carrier_confirms(text.body)
    if _only_alerts(text, turn, carrier_knows=carrier_knows):
        words = () if carrier_knows else (turn.say("stopped-alerts"),)
        off = SetAlerts(replace(turn.asker.wishes, alerts=False))
        return replace(turn.reply(Outcome.ALERTS_STOPPED, *words), effects=(off,))
    # Once only, and not where the carrier confirms: it would refuse ours (21610).
    words = () if turn.asker.opted_out or carrier_knows else (turn.say("stopped"),)
    return replace(turn.reply(Outcome.OPTED_OUT, *words), effects=(StopTexts(),))


def _only_alerts(text: InboundText, turn: Turn, *, carrier_knows: bool) -> bool:
    """Whether a stop ends the alerts and leaves the answers: where those come from two numbers.

    What the carrier understood it has blocked, for the number that it was sent to and no other. A stop in the family's
    own words ends the alerts first, and the answers too when it is said again.
    """
    if turn.settings.alerts_number is None:
        return False
    if text.to == turn.settings.alerts_number:
        return True
    return turn.asker.wishes.alerts and not carrier_knows
