"""Which of two things that a text says is the one it asks for."""

import pytest

from sms.grammar import shipped_grammar
from sms.intent import About, Alerts, Ask, Help, Topic

GRAMMAR = shipped_grammar()


@pytest.mark.parametrize(
    "text",
    [
        "let me know if the bus is not coming",
        "avíseme si no viene el bus",
        "me avisa se o ônibus não vier",
        "prévenez-moi si le bus ne passe pas",
        "校车不来的话通知我",
        "خبرني اذا الباص ما اجا",
        "ii soo sheeg haddii basku uusan imanayn",
        "avisa-m si bus ka ta ben",
    ],
)
def test_who_wants_to_be_told_of_a_bus_that_does_not_come_wants_to_be_told(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Alerts(wanted=True)


@pytest.mark.parametrize(
    "text", ["don't text me when the bus comes", "no me avise cuando llegue el bus", "车来了不要通知我"]
)
def test_who_does_not_want_to_be_told_is_not_told(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Alerts(wanted=False)


@pytest.mark.parametrize(
    "text",
    [
        "N risebe karta di skola, modi ki N ta uza es numeru",
        "m resevwa lèt lekòl la, kijan pou m itilize nimewo sa a",
    ],
)
def test_the_letter_that_told_of_texting_is_not_what_is_asked_about(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Help()


def test_how_to_do_something_else_is_no_question_how_texting_works() -> None:
    text = "kijan pou m chanje adrès, m pa konprann lèt la"
    assert GRAMMAR.understand(text).intent == Topic(text)


@pytest.mark.parametrize(
    "text",
    [
        "es bus ka ta txiga na ora nunka. oji el sta tardi otu bes?",
        "bis la pa janm alè, jodi a li an reta ankò?",
    ],
)
def test_behind_a_complaint_a_question_about_today_is_answered(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Ask(about=About.LATE)


@pytest.mark.parametrize(
    "text",
    ["oji bus dimora mas di ki onti, ki ora el ta txiga", "jodi a bis la pran plis tan pase yè, a kilè l ap rive"],
)
def test_who_compares_today_with_yesterday_asks_for_the_bus_of_today(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Ask()


def test_a_complaint_alone_is_no_question() -> None:
    text = "bis la pa janm alè"
    assert GRAMMAR.understand(text).intent == Topic(text)
