"""The labelled sets are what they promise to be, and a reading is judged by them as their README says."""

from collections import Counter
from datetime import time
from typing import get_args

import pytest

from benchmarks.intents import Score, Verdict, judged, score, verdict
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
from busline.faq.entries import shipped_topics
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
    Topic,
    Unclear,
    Understood,
)

INTENTS = {kind.__name__ for kind in get_args(Intent)}


@pytest.mark.parametrize(("use", "least"), [(Use.TUNING, 60), (Use.HELD_APART, 40)])
def test_each_language_has_enough_texts_and_every_intent(use: Use, least: int) -> None:
    rows = utterances(use)
    for language in LANGUAGES:
        mine = [row for row in rows if row.language == language]
        assert len(mine) >= least
        assert {row.intent for row in mine} == INTENTS


def test_no_label_is_outside_the_contract() -> None:
    for row in (*utterances(Use.TUNING), *utterances(Use.HELD_APART)):
        assert row.accept <= INTENTS - {row.intent}, row
        assert row.about <= {about.value for about in About}, row
        assert bool(row.about) == (row.intent == "Ask"), row
        assert row.day in {day.value for day in Day}, row
        assert row.leg is None or Leg(row.leg), row
        assert (row.switch_to in LANGUAGES) == (row.intent == "SwitchLanguage"), row
        assert not row.ids or row.intent in {"Ask", "NotHome"}, row


def test_every_labelled_code_is_one() -> None:
    codes = [row for row in (*utterances(Use.TUNING), *utterances(Use.HELD_APART)) if row.intent == "Code"]
    assert len(codes) >= 2 * len(LANGUAGES)
    for row in codes:
        assert plain_code(row.text) == row.code


def test_no_text_held_apart_is_among_those_for_tuning() -> None:
    tuning = {tokens(row.text) for row in utterances(Use.TUNING) if len(tokens(row.text)) > 2}
    assert not [row for row in utterances(Use.HELD_APART) if tokens(row.text) in tuning]


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
        (Utterance("en", "alerts off", "Alerts", wanted=False), Alerts(None), Verdict.WRONG),
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
    scored = score(judged(utterances(Use.HELD_APART), lambda text: Understood(Unclear(text))))
    assert scored.verdicts[Verdict.WRONG] == 0
    assert not scored.met


def test_the_bars_are_held_at_their_edges() -> None:
    assert Score(50, Counter({Verdict.RIGHT: 46, Verdict.CHOICE: 3, Verdict.WRONG: 1})).met
    assert not Score(50, Counter({Verdict.RIGHT: 45, Verdict.CHOICE: 5})).met
    assert not Score(50, Counter({Verdict.RIGHT: 48, Verdict.WRONG: 2})).met
