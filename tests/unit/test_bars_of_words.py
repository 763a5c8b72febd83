"""The bars for reading, for prepared answers and for opting out hold on the labelled sets, in every language."""

import pytest

from benchmarks import faq, opt_out_words
from benchmarks.intents import judged, score
from benchmarks.labelled import LANGUAGES, Use, questions, unanswerable, utterances
from busline.faq.entries import shipped_entries
from busline.faq.search import Faq
from sms.folding import tokens
from sms.opt_out import shipped_opt_out_words
from sms.reading import shipped_readers

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


def test_every_language_meets_its_bars_on_the_set_that_judges() -> None:
    # Figures only: who reads the texts in order to mend makes another set necessary (tests/labelled/README.md).
    rows = judged(utterances(Use.JUDGE), shipped_readers().understand, Faq(shipped_entries(), tokens))
    scores = {language: score([row for row in rows if row.utterance.language == language]) for language in LANGUAGES}
    missed = {language: one.verdicts for language, one in scores.items() if not one.met}
    assert not missed
