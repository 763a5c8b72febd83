"""What a bare number means, kept between two texts; and what an inquiry is filed under."""

import pytest

from sms.conversation.offers import AnAnswer, APerson, Offer, TheBus, WhatToText, read, written
from sms.conversation.reply import Ended, Outcome, Reply, named
from sms.intent import About, Ask, Intent, NotHome, Status, Topic


@pytest.mark.parametrize("offer", [TheBus(), APerson(), WhatToText(), AnAnswer("lost_item"), AnAnswer("")])
def test_an_offer_is_read_as_it_was_written(offer: Offer) -> None:
    assert read(written(offer)) == offer


def test_an_offer_of_another_version_is_none() -> None:
    assert read("a trip to the moon") is None


@pytest.mark.parametrize(
    ("intent", "name"),
    [
        (Ask(), "ask_where"),
        (Ask(about=About.DID_IT_COME), "ask_did_it_come"),
        (NotHome(), "not_home"),
        (Topic("x"), "topic"),
        (Status(), "status"),
    ],
)
def test_an_intent_has_a_name_in_the_ledger(intent: Intent, name: str) -> None:
    assert named(intent) == name


def test_every_silence_and_setting_is_no_question_and_every_other_outcome_ends_somehow() -> None:
    ended = {outcome: Reply(outcome, "en").ended for outcome in Outcome}
    assert ended[Outcome.ANSWERED] is ended[Outcome.INFORMED] is Ended.ANSWERED
    assert ended[Outcome.UNCLEAR] is ended[Outcome.CHOICE] is Ended.CHOICE
    assert ended[Outcome.PERSON] is ended[Outcome.SILENT_HELD] is Ended.PERSON
    assert ended[Outcome.NOT_LINKED] is Ended.REFUSED
    for outcome in (Outcome.SILENT_THANKS, Outcome.SET, Outcome.OPTED_OUT, Outcome.LANGUAGE_SET):
        assert ended[outcome] is Ended.NONE
