"""The bars for prepared answers and for opting out hold on the labelled sets, in every language."""

import pytest

from benchmarks import faq, opt_out_words
from benchmarks.labelled import LANGUAGES, questions, unanswerable
from sms.opt_out import shipped_opt_out_words

SEARCH = faq.shipped_search()
SEARCHED = faq.tried(SEARCH, questions())
OPT_OUTS = {one.language: one for one in opt_out_words.scores(shipped_opt_out_words().recognise)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_right_prepared_answer_is_found_and_a_wrong_one_hardly_given(language: str) -> None:
    scored = faq.score([row for row in SEARCHED if row.question.language == language])
    assert scored.first >= faq.FIRST_BAR
    assert scored.among_three >= faq.AMONG_THREE_BAR
    assert scored.share(faq.Outcome.WRONG) <= faq.WRONG_BAR


def test_what_no_prepared_answer_answers_is_hardly_answered() -> None:
    assert faq.score(faq.tried(SEARCH, unanswerable())).share(faq.Outcome.WRONG) <= faq.WRONG_BAR


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_wish_to_have_no_more_texts_is_understood_and_no_other_text_is_taken_for_one(language: str) -> None:
    scored = OPT_OUTS[language]
    assert not scored.opt_outs_missed
    assert not scored.ordinary_taken
    assert not scored.questions_taken
    assert scored.met
