"""A tap on a text of ours is no text of the family's, whatever it quotes."""

from datetime import timedelta

import pytest

from sms.conversation.asker import Asker
from sms.conversation.reply import Outcome
from sms.grammar import shipped_grammar
from sms.opt_out import shipped_opt_out_words
from sms.reaction import is_reaction
from sms.twilio.forms import InboundText
from tests.unit.test_conversation import NOW, PARENT, PHONE, STRANGER, conversation, reply_to

SAVED = "Saved: no alerts. You can still text BUS for an answer at any time. To get alerts, text ALERTS ON."
STOPPING = "Lincoln County buses: text BUS. Call (617) 555-0150. STOP: no more texts."


@pytest.mark.parametrize(
    "text",
    [
        f"Liked “{SAVED}”",
        f"Loved “{STOPPING}”",
        'Liked "100234: Bus 47 is on its way."',
        "Laughed at “Bus 47 is 9 min late”",
        "Emphasized “stop”",
        "Questioned “100234: Bus 47”",
        "Removed a heart from “100234: Bus 47”",
        "Reacted 😂 to “100234: Bus 47 is on its way.”",
        "Removed 👍 from “100234: Bus 47”",
        "👍 to “ 100234: Bus 47 is on its way ”",
        "\u200a👍\u200a to “\u200a100234: Bus 47\u200a”",
        "❤️ a “100234: El autobus 47”",
        "👍🏽 to “100234:\nBus 47”",
        "Le gustó “100234: El autobus 47”",
        "A aimé « Le bus 47 est en route. »",
        "N’a pas aimé « Le bus 47 »",
        "Gostou de “O onibus 47”",
        "Liked “A text that was cut short by the pho",
    ],
)
def test_a_reaction_is_known_by_its_verb_or_sign_and_the_quotation(text: str) -> None:
    assert is_reaction(text)
    for asker in (PARENT, STRANGER):
        reply = reply_to(text, asker)
        assert (reply.outcome, reply.texts, reply.effects) == (Outcome.SILENT_THANKS, (), ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bus",
        "liked the new driver",
        "loved it",
        "👍",
        "🚌 where is it",
        'the driver said "get off my bus"',
        "my son said “where is my bus”",
        'what does "at the stop" mean',
        '"bus"',
        "liked “”",
        "STOP",
    ],
)
def test_what_a_family_writes_itself_is_no_reaction_even_with_a_quotation_in_it(text: str) -> None:
    assert not is_reaction(text)


def test_without_this_a_reaction_would_do_what_nobody_asked_for() -> None:
    """The words that are quoted are read as commands otherwise: this is what the module is for."""
    assert type(shipped_grammar().understand(f"Liked “{SAVED}”").intent).__name__ == "Alerts"
    assert shipped_opt_out_words().recognise("stop") is not None


def test_a_reaction_from_a_phone_that_left_does_not_bring_it_back() -> None:
    left = Asker(None, {}, opted_out=True)
    talk = conversation()
    heard = talk.hear(InboundText("SM1", PHONE, "Liked “START”"))
    reply = talk.reply_to_text(heard, left, NOW + timedelta(minutes=1))
    assert (reply.outcome, reply.effects) == (Outcome.SILENT_OPTED_OUT, ())
