"""Two readers of one text: what the grammar reads, what the other thinks of it, and what comes of both."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.labelled import Use, utterances
from benchmarks.teach_second_reader import LESSONS, taught
from busline.people import Leg
from sms.intent import About, Alerts, Ask, Day, Help, Intent, NotHome, Person, Quiet, Status, Thanks, Topic, Unclear
from sms.reading import DOUBT, SURE, agreed, shipped_readers
from sms.second_reader import Opinion, shipped_second_reader
from sms.second_reader.features import LONGEST_TEXT, buckets_of

SECOND = shipped_second_reader()
QUESTION = Ask(("100234",), About.WHERE, Day.TOMORROW, Leg.TO_SCHOOL)
"""What the grammar makes of any text of these tests that is known to ask about a bus."""
TEXT = "is it by any chance near the corner yet"


def both(read: Intent, shares: Mapping[str, float], *, text: str = TEXT, about: About = About.LATE) -> Intent:
    """What comes of the grammar's reading and the other reader's shares."""
    abouts = {one: float(one is about) for one in About}
    rest = 1 - sum(shares.values())
    return agreed(text, read, Opinion({**shares, "Choice": rest}, abouts), lambda _: QUESTION)


def test_what_the_grammar_could_not_read_is_what_the_other_is_sure_of() -> None:
    asked = Ask(("100234",), About.LATE, Day.TOMORROW, Leg.TO_SCHOOL)
    for unread in (Unclear(TEXT), Topic(TEXT)):
        assert both(unread, {"Ask": SURE}) == asked
        assert both(unread, {"NotHome": SURE}) == NotHome(("100234",))
        assert both(unread, {"Thanks": SURE}) == Thanks()
        assert both(unread, {"Ask": SURE - 0.01}) == unread


def test_what_needs_details_that_nobody_read_is_not_guessed() -> None:
    for intent in ("SwitchLanguage", "Status", "Code"):
        assert both(Unclear(TEXT), {intent: 0.99}) == Unclear(TEXT)


def test_a_setting_whose_details_nobody_read_is_shown_with_how_it_is_changed_and_not_changed() -> None:
    assert both(Unclear(TEXT), {"Alerts": SURE}) == Alerts()
    assert both(Unclear(TEXT), {"Quiet": SURE}) == Quiet()
    assert both(Unclear(TEXT), {"Alerts": SURE - 0.01}) == Unclear(TEXT)


def test_what_the_other_thinks_impossible_is_nothing_definite() -> None:
    assert both(Person(), {"Topic": 0.9, "Person": DOUBT / 2}) == Topic(TEXT)
    assert both(Person(), {"Topic": 0.9, "Person": DOUBT}) == Person()
    assert both(Quiet(off=True), {"Help": SURE}) == Help()
    assert both(Ask(), {"NotHome": SURE}) == NotHome(("100234",))


def test_what_is_read_by_its_form_is_never_doubted() -> None:
    assert both(Status("48217"), {"Ask": 0.99}) == Status("48217")
    assert both(Unclear(TEXT, is_greeting=True), {"Ask": 0.99}) == Unclear(TEXT, is_greeting=True)


def test_a_word_that_our_letters_teach_is_what_the_grammar_says() -> None:
    assert both(Help(), {"Person": 0.99}, text="help") == Help()
    assert both(Help(), {"Person": 0.99}, text="help me please") == Person()


def test_a_question_that_names_the_language_of_its_answer_stays_one() -> None:
    understood = shipped_readers().understand("100234 in English")
    assert (understood.intent, understood.named_language) == (Ask(("100234",)), "en")


@pytest.mark.parametrize("text", ["100234", "9999", "🚌", "12 34", "!?", ""])
def test_a_text_without_letters_is_not_weighed(text: str) -> None:
    assert SECOND.weigh(text) is None


def test_a_whole_story_is_not_weighed() -> None:
    assert SECOND.weigh("where is the bus " * (LONGEST_TEXT // 17)) is not None
    assert SECOND.weigh("where is the bus " * LONGEST_TEXT) is None


@given(st.text(max_size=LONGEST_TEXT))
def test_shares_add_up_whatever_is_texted(text: str) -> None:
    opinion = SECOND.weigh(text)
    if opinion is not None:
        assert sum(opinion.intents.values()) == pytest.approx(1)
        assert sum(opinion.abouts.values()) == pytest.approx(1)
    assert shipped_readers().understand(text) == shipped_readers().understand(text)


def test_marks_tell_words_apart_that_are_one_without_them() -> None:
    assert set(buckets_of("chờ xe")) != set(buckets_of("cho xe"))
    assert set(buckets_of("WHERE is it")) == set(buckets_of("where is it"))


def test_the_weights_are_those_that_the_labelled_texts_teach_and_none_that_judge() -> None:
    assert Use.JUDGE not in LESSONS
    fresh = taught([row for use in LESSONS for row in utterances(use) if row.intent != "Danger"])
    assert fresh["labels"].tolist() == SECOND.labels
    # Another machine may round the last bit elsewhere.
    assert np.mean(np.abs(fresh["steps"].astype(int) - SECOND.steps) > 1) < 1e-3
