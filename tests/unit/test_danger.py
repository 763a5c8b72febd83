"""A cry for help goes to a person at once, whoever sends it and whatever else holds for the phone."""

from dataclasses import replace

import pytest

from sms.conversation.asking import IN_DANGER
from sms.conversation.reply import AboutCase, Outcome
from sms.danger import is_danger
from tests.unit.test_conversation import PARENT, STRANGER, reply_to


@pytest.mark.parametrize(
    "text",
    [
        "emergency",
        "EMERGENCY!!!",
        "fire on the bus",
        "help!! the bus is on fire",
        "911",
        "my son is hurt",
        "emergencia",
        "¡Fuego en el autobús!",
        "dife nan bis la",
        "fogu na autokaru",
        "cháy xe",
        "救命！",
        "出车祸了",
        "fogo no ônibus",
        "degdeg",
        "C’est une urgence",
        "طوارئ",
    ],
)
def test_a_cry_for_help_is_heard_in_ten_languages_and_is_an_urgent_case(text: str) -> None:
    assert is_danger(text)
    for asker in (PARENT, STRANGER):
        reply = reply_to(text, asker)
        assert (reply.outcome, reply.effects, reply.about_case) == (Outcome.PERSON, (IN_DANGER,), AboutCase.URGENT)
        assert bool(reply.told) is (asker is PARENT)


def test_a_cry_for_help_is_heard_above_the_limit_and_from_a_phone_that_left() -> None:
    assert reply_to("emergency", replace(PARENT, answered_last_hour=10_000)).effects == (IN_DANGER,)
    left = reply_to("emergency", replace(PARENT, opted_out=True))
    assert (left.outcome, left.texts, left.effects) == (Outcome.SILENT_OPTED_OUT, (), (IN_DANGER,))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "help",
        "please help",
        "new emergency contact",
        "is there a fire drill today",
        "1",
        "9110",
        "bus",
        "fire the driver",
        "emergency early dismissal?",
        "contacto de emergencia",
        "紧急联系人",
    ],
)
def test_what_only_names_a_danger_is_no_cry_for_help(text: str) -> None:
    assert not is_danger(text)
