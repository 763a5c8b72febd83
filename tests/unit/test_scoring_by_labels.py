"""The benchmarks of reading and searching count what they say they count."""

import pytest

from benchmarks.faq import Outcome, in_other_words, tried
from benchmarks.faq import score as searched
from benchmarks.labelled import Question
from benchmarks.opt_out_words import scores
from busline.faq.entries import read_entries
from busline.faq.search import Faq
from sms.folding import tokens
from sms.opt_out import OptWord

THINGS = (
    "backpack",
    "blizzard",
    "wheelchair",
    "trombone",
    "hamster",
    "daycare",
    "footage",
    "refund",
    "bullying",
    "monitor",
)
"""A word a topic, so that nothing but the counting is tried here."""


WRITTEN = "".join(f"## {thing}\nTitle: {thing}\nAsks: {thing}; a {thing}\n\nOf a {thing}.\n\n" for thing in THINGS)


def _search() -> Faq:
    return Faq(read_entries("en", WRITTEN), tokens)


def _question(text: str, *topics: str) -> Question:
    return Question("en", text, frozenset(topics))


@pytest.mark.parametrize(
    ("text", "topics", "rank", "outcome"),
    [
        ("backpack", ("backpack",), 1, Outcome.AT_ONCE),
        ("backpack", ("blizzard",), None, Outcome.WRONG),
        ("backpack", ("blizzard", "backpack"), 1, Outcome.AT_ONCE),
        ("backpack", (), None, Outcome.WRONG),
        ("qqqq zzzz", ("blizzard",), None, Outcome.PASSED_ON),
        ("qqqq zzzz", (), None, Outcome.PASSED_ON),
    ],
)
def test_a_search_comes_to(text: str, topics: tuple[str, ...], rank: int | None, outcome: Outcome) -> None:
    (row,) = tried(_search(), [_question(text, *topics)])
    assert row.outcome is outcome
    if outcome is Outcome.WRONG:
        assert row.rank != 1
    else:
        assert row.rank == rank


def test_a_search_that_knows_nothing_meets_no_bar() -> None:
    scored = searched(tried(Faq([], tokens), [_question("backpack", "backpack")] * 10))
    assert (scored.first, scored.among_three, scored.share(Outcome.PASSED_ON)) == (0.0, 0.0, 1.0)
    assert not scored.met


def test_one_wrong_answer_in_ten_misses_the_bar_even_where_the_ranking_meets_it() -> None:
    faq = _search()
    right, wrong = _question("backpack", "backpack"), _question("blizzard", "backpack")
    assert searched(tried(faq, [right] * 10)).met
    assert not searched(tried(faq, [right] * 9 + [wrong])).met


def test_questions_that_stand_almost_so_in_an_answer_can_be_left_out() -> None:
    rows = tried(
        _search(), [_question(text, "backpack") for text in ("A backpack!", "my backpack is gone", "hamsters")]
    )
    assert [row.question.text for row in in_other_words(rows, read_entries("en", WRITTEN))] == ["my backpack is gone"]


def test_whoever_takes_everything_for_an_opt_out_is_caught() -> None:
    for one in scores(lambda text: OptWord.STOP):
        assert not one.opt_outs_missed
        assert len(one.ordinary_taken) == one.ordinary >= 50
        assert len(one.questions_taken) == one.questions >= 100
        assert not one.met


def test_whoever_takes_nothing_for_an_opt_out_is_caught() -> None:
    for one in scores(lambda text: None):
        assert len(one.opt_outs_missed) == one.opt_outs >= 20
        assert not one.ordinary_taken
        assert not one.met


def test_opting_in_is_no_opting_out() -> None:
    for one in scores(lambda text: OptWord.START):
        assert len(one.opt_outs_missed) == one.opt_outs
        assert not one.opt_ins_missed
        assert not one.met
