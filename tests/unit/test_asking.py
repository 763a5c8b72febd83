"""Where a question goes that no prepared answer fits: to a person, to the case that is open, or back with a choice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from busline.cases.case import CaseStanding, CaseState
from busline.cases.departments import LOST_AND_FOUND, TRANSPORTATION
from busline.cases.reference import Reference
from sms.catalogue import shipped_catalogue
from sms.conversation.asker import Asker
from sms.conversation.asking import QUESTION, ask_person, inform, tell_status
from sms.conversation.effects import AddWords, NoteUnanswered, OpenCase
from sms.conversation.offers import AnAnswer, Offer
from sms.conversation.prepared import Matches, NoAnswers, Prepared
from sms.conversation.reply import AboutCase, Outcome
from sms.conversation.turn import Turn
from sms.intent import Topic
from sms.settings import SmsSettings
from sms.text import Wording
from tests.builders import ZONE, at

NOW = at("7:02")
LOST = Prepared("lost_item", LOST_AND_FOUND, "Something lost", "Call us.")
ADDRESS = Prepared("new_address", TRANSPORTATION, "A new address", "Tell the school.")
CASE = CaseStanding(
    reference=Reference("48217"),
    state=CaseState.RECEIVED,
    department=LOST_AND_FOUND,
    topic="lost_item",
    urgent=False,
    state_since=NOW - timedelta(hours=1),
    opened_at=NOW - timedelta(hours=1),
    promised_by=NOW + timedelta(hours=3),
)
LATELY = replace(CASE, opened_at=NOW - timedelta(minutes=5))
ANSWERED = replace(CASE, state=CaseState.ANSWERED)
CLOSED = replace(CASE, state=CaseState.CLOSED_BY_FAMILY)


class Answers:
    """Always finds the same."""

    def __init__(self, *answers: Prepared, is_sure: bool = False) -> None:
        self._found = Matches(answers, is_sure)

    def find(self, text: str, language: str, *also: str) -> Matches:
        return self._found

    def answer(self, topic: str, language: str) -> Prepared | None:
        return next((answer for answer in (LOST, ADDRESS) if answer.topic == topic), None)


def turn(*cases: CaseStanding, last_topic: str | None = None, offered: tuple[Offer, ...] = ()) -> Turn:
    settings = SmsSettings("https://x", "t", "Lincoln County", "(617) 555-0150")
    wording = Wording(shipped_catalogue(), "en", ZONE, settings.district_phone)
    asker = Asker(None, {}, cases=cases, last_topic=last_topic, offered=offered)
    return Turn(Topic("x"), "x", asker, wording, settings, NOW)


def test_a_sure_answer_is_given_and_a_choice_is_offered_where_none_is_sure() -> None:
    told = inform(turn(), Answers(LOST, is_sure=True), certain=True)
    assert (told.outcome, told.texts, told.topic, told.effects) == (Outcome.INFORMED, ("Call us.",), "lost_item", ())
    choice = inform(turn(), Answers(LOST, ADDRESS), certain=True)
    assert choice.texts[0].startswith("Which do you mean? 1 Something lost. 2 A new address.")
    assert choice.offers == (AnAnswer("lost_item"), AnAnswer("new_address"))
    assert choice.effects == (NoteUnanswered(("lost_item", "new_address")),)


def test_a_single_answer_that_is_not_sure_is_asked_about_by_its_name() -> None:
    asked = inform(turn(), Answers(LOST), certain=True)
    assert asked.texts[0].startswith("Do you mean this: Something lost? Text YES.")
    assert asked.offers == (AnAnswer("lost_item"),)


def test_a_person_asked_for_instead_of_what_was_offered_is_of_the_department_that_all_of_it_belongs_to() -> None:
    one, two = AnAnswer("lost_item"), AnAnswer("new_address")
    assert ask_person(turn(offered=(one,)), Answers()).effects == (OpenCase(LOST_AND_FOUND, "lost_item"),)
    assert ask_person(turn(offered=(one, two)), Answers()).effects == (OpenCase(TRANSPORTATION, "person"),)
    assert ask_person(turn(offered=(two, two)), Answers()).effects == (OpenCase(TRANSPORTATION, QUESTION),)


def test_without_an_answer_a_question_goes_to_a_person_and_anything_else_is_offered_three_ways_on() -> None:
    asked = inform(turn(), NoAnswers(), certain=True)
    assert asked.effects == (OpenCase(TRANSPORTATION, QUESTION), NoteUnanswered(()))
    assert asked.about_case is AboutCase.OPENED
    unclear = inform(turn(), NoAnswers(), certain=False)
    assert (unclear.outcome, len(unclear.offers)) == (Outcome.UNCLEAR, 3)


@pytest.mark.parametrize(
    ("case", "certain", "is_added"),
    [
        (CASE, False, True),
        (CASE, True, False),
        (LATELY, True, True),
        (ANSWERED, False, True),
        (CLOSED, False, False),
        (CLOSED, True, False),
    ],
)
def test_more_words_belong_to_the_case_that_is_open_and_a_new_question_later_is_a_new_one(
    case: CaseStanding, certain: bool, is_added: bool
) -> None:
    reply = inform(turn(case), NoAnswers(), certain=certain)
    assert (AddWords(case.reference) in reply.effects) is is_added
    if is_added:
        assert reply.about_case is (AboutCase.ADDED if case.state.is_waiting else AboutCase.REOPENED)


def test_a_person_is_of_the_department_of_the_last_answer_or_has_the_question_that_was_just_asked() -> None:
    assert ask_person(turn(last_topic="lost_item"), Answers()).effects == (OpenCase(LOST_AND_FOUND, "lost_item"),)
    assert ask_person(turn(LATELY, last_topic="lost_item"), Answers()).effects == (AddWords(CASE.reference),)
    assert ask_person(turn(LATELY), Answers()).effects == (AddWords(CASE.reference),)
    assert ask_person(turn(CASE), Answers()).effects == (OpenCase(TRANSPORTATION, "person"),)
    # The answer was taken away meanwhile.
    assert ask_person(turn(last_topic="gone"), Answers()).effects == (OpenCase(TRANSPORTATION, "person"),)


def test_a_status_is_told_without_a_promise_that_has_passed_and_of_the_last_case_where_none_is_open() -> None:
    assert "Expect an answer by 10:02 AM." in tell_status(None, turn(CASE)).texts[0]
    overdue = replace(CASE, promised_by=NOW - timedelta(minutes=1))
    assert "Expect" not in tell_status("4821-7", turn(overdue)).texts[0]
    assert tell_status(None, turn(CLOSED)).texts == ("4821-7, Lost and Found: closed 6:02 AM.",)
    others = {tell_status(typed, turn(CASE)).texts for typed in ("1234", "99999", "4821-8", "x")}
    assert others == {tell_status(None, turn()).texts}
