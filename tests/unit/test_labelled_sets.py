"""The labelled sets are what they promise to be, and a reading is judged by them as their README says."""

from collections import Counter
from datetime import time
from typing import get_args

import pytest

from benchmarks.intents import Score, Verdict, judged, score, strict_score, verdict
from benchmarks.labelled import (
    LANGUAGES,
    Use,
    Utterance,
    odd_texts,
    ordinary_texts,
    questions,
    unanswerable,
    utterances,
    wishes,
)
from busline.enrolment.codes import plain_code
from busline.faq.entries import read_entries, shipped_topics
from busline.faq.search import Faq
from busline.people import Leg
from sms.folding import tokens
from sms.intent import (
    About,
    Alerts,
    Ask,
    Choice,
    Day,
    Intent,
    NotHome,
    Person,
    Quiet,
    Status,
    SwitchLanguage,
    Thanks,
    Topic,
    Unclear,
    Understood,
)

TEXTS = tuple(row for use in Use for row in utterances(use))
INTENTS = {kind.__name__ for kind in get_args(Intent)}
IN_SETS = INTENTS - {"Danger"}
"""A cry for help is told from the rest by whole phrases, after the sets were made: see test_danger.py."""


@pytest.mark.parametrize(("use", "least"), [(Use.TUNING, 60), (Use.HELD_APART, 40), (Use.JUDGED, 50), (Use.JUDGE, 90)])
def test_each_language_has_enough_texts_and_every_intent(use: Use, least: int) -> None:
    rows = utterances(use)
    for language in LANGUAGES:
        mine = [row for row in rows if row.language == language]
        assert len(mine) >= least
        assert {row.intent for row in mine} == IN_SETS


def test_no_label_is_outside_the_contract() -> None:
    for row in TEXTS:
        assert row.accept <= INTENTS - {row.intent}, row
        assert row.about <= {about.value for about in About}, row
        assert bool(row.about) == (row.intent == "Ask"), row
        assert row.day in {day.value for day in Day}, row
        assert row.leg is None or Leg(row.leg), row
        assert (row.switch_to in LANGUAGES) == (row.intent == "SwitchLanguage"), row
        assert not row.ids or row.intent in {"Ask", "NotHome"}, row


def test_every_labelled_code_is_one() -> None:
    codes = [row for row in TEXTS if row.intent == "Code"]
    assert len(codes) >= 3 * len(LANGUAGES)
    for row in codes:
        assert plain_code(row.text) == row.code


@pytest.mark.parametrize(
    ("use", "earlier"),
    [
        (Use.HELD_APART, [Use.TUNING]),
        (Use.JUDGED, [Use.TUNING, Use.HELD_APART]),
        (Use.JUDGE, [Use.TUNING, Use.HELD_APART, Use.JUDGED, Use.FRESH]),
    ],
)
def test_no_text_that_judges_is_among_those_that_were_seen_before(use: Use, earlier: list[Use]) -> None:
    seen = {tokens(row.text) for one in earlier for row in utterances(one) if len(tokens(row.text)) > 2}
    assert not [row for row in utterances(use) if tokens(row.text) in seen]


def test_fresh_texts_are_read_batch_by_batch() -> None:
    fresh = utterances(Use.FRESH)
    batches = [utterances(Use.FRESH, batch=batch) for batch in (1, 2, 3)]
    assert {row.language for row in fresh} <= set(LANGUAGES)
    assert all(len(batch) >= 70 for batch in batches)
    assert sum(len(batch) for batch in batches) <= len(fresh)
    assert all(set(batch) <= set(fresh) for batch in batches)


def test_each_language_has_its_wishes_and_ordinary_texts() -> None:
    ordinary = Counter(language for language, _ in ordinary_texts())
    for wish in wishes():
        assert len(set(wish.opt_out)) >= 20
        assert len(set(wish.opt_in)) >= 10
        assert ordinary[wish.language] >= 50
        assert not set(wish.opt_out) & set(wish.opt_in)
    assert len(set(ordinary_texts())) >= 500


def test_every_topic_has_its_questions_in_every_language() -> None:
    asked = questions()
    topics = set(shipped_topics())
    assert {topic for question in asked for topic in question.topics} == topics
    for language, each in [(language, 3 if language in {"en", "es"} else 1) for language in LANGUAGES]:
        mine = [question for question in asked if question.language == language]
        assert len({question.text for question in mine}) == each * len(topics)
    assert len(unanswerable()) >= 60
    assert {question.language for question in unanswerable()} == set(LANGUAGES)


def test_odd_texts_say_what_may_come_of_them() -> None:
    odd = odd_texts()
    assert len({one.name for one in odd}) == len(odd) >= 50
    assert all(one.then and one.then <= {"answer", "silence"} for one in odd)
    assert max(len(one.text) for one in odd) == 1_600


ASKED = Utterance("en", "bus for 100234 tomorrow", "Ask", about=frozenset({"where"}), day="tomorrow", ids=("100234",))

MORNING = Utterance("en", "morning bus late?", "Ask", about=frozenset({"late"}), leg="to_school")


@pytest.mark.parametrize(
    ("labelled", "read", "worth"),
    [
        (ASKED, Ask(("100234",), day=Day.TOMORROW), Verdict.RIGHT),
        (ASKED, Ask(("0100234",), day=Day.TOMORROW, leg=Leg.TO_SCHOOL), Verdict.RIGHT),
        (ASKED, Ask(("100234",), About.LATE, Day.TOMORROW), Verdict.NEAR),
        (ASKED, Ask(("100234",)), Verdict.WRONG),
        (ASKED, Ask(("100235",), day=Day.TOMORROW), Verdict.WRONG),
        (ASKED, Ask(("100234", "100235"), day=Day.TOMORROW), Verdict.WRONG),
        (ASKED, Ask(day=Day.TOMORROW), Verdict.WRONG),
        (ASKED, Unclear(), Verdict.CHOICE),
        (ASKED, Topic("bus"), Verdict.WRONG),
        (ASKED, NotHome(("100234",)), Verdict.WRONG),
        (Utterance("en", "rude driver", "Topic"), Unclear(), Verdict.CHOICE),
        (Utterance("en", "rude driver", "Topic"), Ask(), Verdict.WRONG),
        (Utterance("en", "rude driver", "Topic", accept=frozenset({"Person"})), Person(), Verdict.RIGHT),
        (Utterance("en", "asdf", "Unclear"), Topic("asdf"), Verdict.CHOICE),
        (Utterance("en", "asdf", "Unclear"), Ask(), Verdict.WRONG),
        (MORNING, Ask((), About.LATE, leg=Leg.TO_SCHOOL), Verdict.RIGHT),
        (MORNING, Ask((), About.LATE), Verdict.NEAR),
        (MORNING, Ask((), About.LATE, leg=Leg.FROM_SCHOOL), Verdict.WRONG),
        (Utterance("en", "10 min", "Alerts", wanted=True, minutes=10), Alerts(None, 10), Verdict.RIGHT),
        (Utterance("en", "10 min", "Alerts", wanted=True, minutes=10), Alerts(True, 5), Verdict.WRONG),
        (Utterance("en", "alerts off", "Alerts", wanted=False), Alerts(True), Verdict.WRONG),
        (Utterance("en", "alerts off", "Alerts", wanted=False), Alerts(None), Verdict.NEAR),
        (Utterance("en", "quiet 9pm", "Quiet", start=time(21)), Quiet(time(21)), Verdict.RIGHT),
        (Utterance("en", "quiet 9pm", "Quiet", start=time(21)), Quiet(time(9)), Verdict.WRONG),
        (Utterance("en", "español", "SwitchLanguage", switch_to="es"), SwitchLanguage("pt"), Verdict.WRONG),
        (Utterance("en", "status 4821-7", "Status", reference="48217"), Status("4821-7"), Verdict.RIGHT),
        (Utterance("en", "status", "Status"), Status("48217"), Verdict.WRONG),
        (Utterance("en", "2", "Choice", number=2), Choice(3), Verdict.WRONG),
    ],
)
def test_a_reading_is_worth(labelled: Utterance, read: Intent, worth: Verdict) -> None:
    assert verdict(labelled, read) is worth


def test_a_reader_that_always_offers_a_choice_misses_the_bar_and_misleads_nobody() -> None:
    rows = judged(utterances(Use.JUDGE), lambda text: Understood(Unclear(text)), Faq([], tokens))
    assert score(rows).verdicts[Verdict.WRONG] == strict_score(rows).verdicts[Verdict.WRONG] == 0
    assert not score(rows).met


THINGS = ("backpack", "blizzard", "wheelchair", "trombone", "hamster", "daycare", "footage", "refund", "bullying")
"""Several, for in a search over one answer no word tells anything."""
WRITTEN = "".join(f"## {thing}\nTitle: {thing}\nAsks: {thing}; a {thing}\n\nOf a {thing}.\n\n" for thing in THINGS)
ANSWERS = Faq(read_entries("en", WRITTEN), tokens)


@pytest.mark.parametrize(
    ("labelled", "read", "strict", "told"),
    [
        # What is found for sure is said, and misleads whoever asked nothing of the kind.
        (Utterance("en", "backpack", "Ask"), Topic("backpack"), Verdict.WRONG, Verdict.WRONG),
        (Utterance("en", "backpack", "Thanks"), Unclear("backpack"), Verdict.CHOICE, Verdict.WRONG),
        (Utterance("en", "backpack", "Unclear"), Unclear("backpack"), Verdict.RIGHT, Verdict.WRONG),
        (
            Utterance("en", "backpack", "Unclear", accept=frozenset({"Topic"})),
            Topic("backpack"),
            Verdict.RIGHT,
            Verdict.WRONG,
        ),
        # What is not found is offered as a choice or goes to a person; it never becomes right by that.
        (Utterance("en", "qqqq zzzz", "Ask"), Topic("qqqq zzzz"), Verdict.WRONG, Verdict.CHOICE),
        (Utterance("en", "qqqq zzzz", "Ask"), Unclear("qqqq zzzz"), Verdict.CHOICE, Verdict.CHOICE),
        (Utterance("en", "qqqq zzzz", "Unclear"), Unclear("qqqq zzzz"), Verdict.RIGHT, Verdict.RIGHT),
        # Other matters: which answer they find is judged elsewhere.
        (Utterance("en", "backpack", "Topic"), Topic("backpack"), Verdict.RIGHT, Verdict.RIGHT),
        (Utterance("en", "backpack", "Topic"), Unclear("backpack"), Verdict.CHOICE, Verdict.CHOICE),
        (
            Utterance("en", "backpack", "Person", accept=frozenset({"Topic"})),
            Topic("backpack"),
            Verdict.RIGHT,
            Verdict.RIGHT,
        ),
        # Nothing else is searched for, nor made better by the search.
        (Utterance("en", "qqqq zzzz", "Topic"), Ask(), Verdict.WRONG, Verdict.WRONG),
        (Utterance("en", "backpack", "Unclear"), Thanks(), Verdict.WRONG, Verdict.WRONG),
        (Utterance("en", "backpack", "Unclear"), Unclear(is_greeting=True), Verdict.RIGHT, Verdict.RIGHT),
    ],
)
def test_a_text_that_is_searched_for_is_worth_what_its_sender_is_told(
    labelled: Utterance, read: Intent, strict: Verdict, told: Verdict
) -> None:
    (row,) = judged([labelled], lambda text: Understood(read), ANSWERS)
    assert (row.strict, row.verdict) == (strict, told)


def test_an_answer_found_in_the_language_that_was_guessed_counts_too() -> None:
    labelled = Utterance("es", "backpack", "Ask")
    spanish = read_entries("es", "## backpack\nTitle: mochila\nAsks: mochila\n\nDe una mochila.\n")
    both = Faq([*read_entries("en", WRITTEN), *spanish], tokens)
    (alone,) = judged([labelled], lambda text: Understood(Topic(text)), both)
    (guessed,) = judged([labelled], lambda text: Understood(Topic(text), guessed_language="en"), both)
    assert (alone.verdict, guessed.verdict) == (Verdict.CHOICE, Verdict.WRONG)


def test_a_reader_that_takes_everything_for_another_matter_misses_both_bars_where_that_is_answered() -> None:
    rows = judged([Utterance("en", "backpack", "Ask")] * 50, lambda text: Understood(Topic(text)), ANSWERS)
    assert score(rows).share(Verdict.WRONG) == 1.0
    assert not score(rows).met


def test_the_bars_are_held_at_their_edges() -> None:
    assert Score(50, Counter({Verdict.RIGHT: 46, Verdict.CHOICE: 3, Verdict.WRONG: 1})).met
    assert not Score(50, Counter({Verdict.RIGHT: 45, Verdict.CHOICE: 5})).met
    assert not Score(50, Counter({Verdict.RIGHT: 48, Verdict.WRONG: 2})).met
