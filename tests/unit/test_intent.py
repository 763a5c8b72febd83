"""What families type, as they type it, held apart from the words the grammar knows."""

from datetime import time
from pathlib import Path

import pytest

from busline.people import Leg
from sms.grammar import MOST_IDS, shipped_grammar
from sms.intent import (
    About,
    Alerts,
    Ask,
    Choice,
    Help,
    No,
    Person,
    Quiet,
    SwitchLanguage,
    Topic,
    Unclear,
    Yes,
    same_student,
)

UTTERANCES = Path(__file__).parent.parent / "data" / "utterances"
GRAMMAR = shipped_grammar()


def labelled(language: str) -> list[tuple[str, str]]:
    lines = (UTTERANCES / f"{language}.tsv").read_text(encoding="utf-8").splitlines()
    return [(label, text) for label, text in (line.split("\t") for line in lines)]


def label_of(text: str) -> str:
    match GRAMMAR.understand(text).intent:
        case Ask(student_ids):
            return ":".join(["ask", ",".join(student_ids)]) if student_ids else "ask"
        case Help() | Person():
            return "help"
        case SwitchLanguage(language):
            return f"lang:{language}"
        case _:
            return "unclear"


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_families_type_is_understood_and_hardly_ever_misunderstood(language: str) -> None:
    utterances = labelled(language)
    assert len(utterances) >= 200
    missed = [(label, label_of(text), text) for label, text in utterances if label_of(text) != label]
    wrong = [miss for miss in missed if miss[1] != "unclear"]
    assert len(missed) <= 0.02 * len(utterances), missed
    assert len(wrong) <= 0.01 * len(utterances), wrong


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_language_of_a_question_is_never_taken_for_the_other(language: str) -> None:
    guesses = [(GRAMMAR.understand(text).guessed_language, text) for _, text in labelled(language)]
    other = [text for guess, text in guesses if guess not in (None, language)]
    # "english please" is in the Spanish set too, and "pls" is written everywhere.
    assert len(other) <= 0.02 * len(guesses), other
    assert sum(guess == language for guess, _ in guesses) >= 0.6 * len(guesses)


@pytest.mark.parametrize(
    ("text", "student_ids"),
    [
        ("100234", ("100234",)),
        ("  #100234  ", ("100234",)),
        ("id100234", ("100234",)),
        ("ID no. 100234", ("100234",)),
        ("100.234", ("100234",)),
        ("100 234", ("100234",)),
        ("1002 34", ("100234",)),
        ("000100234", ("000100234",)),
        ("S100234", ("s100234",)),
        ("１００２３４", ("100234",)),
        ("١٠٠٢٣٤", ("100234",)),
        ("100234 100235", ("100234", "100235")),
        ("100234,100235;100236", ("100234", "100235", "100236")),
        ("100234 100234", ("100234",)),
        ("bus 47 for 100234 at 7:05 am", ("100234",)),
        ("100234 in 5 min?", ("100234",)),
        ("1234", ("1234",)),
    ],
)
def test_a_student_number_is_found_however_it_is_written(text: str, student_ids: tuple[str, ...]) -> None:
    assert GRAMMAR.understand(text).intent == Ask(student_ids)


@pytest.mark.parametrize("text", ["bus 47", "bus #912", "bus 1204", "where is bus no 47?", "autobús número 47"])
def test_the_number_of_a_bus_is_no_student_number(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Ask()


@pytest.mark.parametrize("text", ["7:05", "at 7:05 am the bus", "bus at 15.30?", "12", "9" * 13, "9" * 1_600])
def test_times_and_other_figures_are_no_student_numbers(text: str) -> None:
    assert GRAMMAR.understand(text).intent in (Ask(), Unclear(text))


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "Good morning!",
        "hola",
        "buenos dias",
        "bonjou",
        "bon dia",
        "xin chào",
        "你好",
        "oi",
        "salaan",
        "bonjour",
        "سلام",
    ],
)
def test_a_hello_is_no_question_in_any_language(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Unclear(text, is_greeting=True)


@pytest.mark.parametrize("text", ["hello world wide web", "what a morning", "xyzzy", "..."])
def test_what_is_not_understood_is_no_hello(text: str) -> None:
    intent = GRAMMAR.understand(text).intent
    assert isinstance(intent, Unclear)
    assert not intent.is_greeting


@pytest.mark.parametrize(
    ("text", "quiet"),
    [
        ("no alerts before 6:30am", Quiet(end=time(6, 30))),
        ("stop the alerts after 9pm", Quiet(start=time(21))),
        ("only text me after 7", Quiet(end=time(7))),
        ("please only send messages between 7am and 8pm", Quiet(start=time(20), end=time(7))),
        ("solo escríbanme después de las siete y media", Quiet(end=time(7, 30))),
        ("só me manda mensagem depois das 6 e meia da manhã", Quiet(end=time(6, 30))),
        ("ne m'écrivez qu'après 7h", Quiet(end=time(7))),
        ("QUIET 8-20", Quiet(start=time(8), end=time(20))),
        ("no texts between nine and six", Quiet(start=time(21), end=time(6))),
        ("stop the alerts at night", Quiet()),
        ("dont text me at night", Quiet()),
        ("no me manden avisos de noche", Quiet()),
        ("quiet off", Quiet(off=True)),
    ],
)
def test_no_alerts_at_some_hours_does_not_end_all_of_them(text: str, quiet: Quiet) -> None:
    assert GRAMMAR.understand(text).intent == quiet


@pytest.mark.parametrize(
    "text", ["avíseme dónde está el bus", "me avisa onde ta o onibus", "fè m konnen ki kote bis la ye"]
)
def test_who_is_to_be_told_where_the_bus_is_asks_now(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Ask()


@pytest.mark.parametrize("text", ["no alerts", "stop alerts", "alerts off", "alertas no"])
def test_no_alerts_at_all_ends_them(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Alerts(wanted=False)


@pytest.mark.parametrize(
    "text",
    [
        "solved",
        "thanks that solved it",
        "ya se resolvio gracias",
        "li rezoud",
        "dja rezolve",
        "đã giải quyết rồi",
        "解决了 谢谢",
        "resolveu, obrigada",
        "waa la xalliyey",
        "c'est réglé merci",
        "تم الحل شكرا",
    ],
)
def test_did_this_solve_it_is_answered_in_more_words_than_yes(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Yes()


@pytest.mark.parametrize(
    "text",
    [
        "not solved",
        "it's still not fixed",
        "no se resolvió",
        "li pa rezoud",
        "inda ka rezolve",
        "chưa giải quyết",
        "没有解决",
        "não resolveu",
        "lama xallin",
        "toujours pas résolu",
        "لم تحل المشكلة",
    ],
)
def test_what_was_not_solved_is_a_no(text: str) -> None:
    assert GRAMMAR.understand(text).intent == No()


@pytest.mark.parametrize(
    "text", ["I need a person", "no i want a person", "need someone", "necesito una persona", "mwen bezwen yon moun"]
)
def test_whoever_needs_a_person_gets_one_and_no_choice(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Person()


@pytest.mark.parametrize(
    "phone", ["617 555 0123", "617-555-0123", "(617) 555-0123", "617.555.0123", "+1 617 555 0123", "+16175550123"]
)
def test_a_phone_number_is_no_student_number(phone: str) -> None:
    for text in (phone, f"her number is {phone}", f"1 {phone}", f"please add my husband {phone}"):
        assert not isinstance(GRAMMAR.understand(text).intent, Ask), text
    assert GRAMMAR.understand(f"100234 or {phone}").intent == Ask(("100234",))


@pytest.mark.parametrize("text", ["6175550123", "100 234", "100 234 100 235", "100234 100235 1002", "id 617-555"])
def test_digits_that_may_be_a_student_number_are_taken_for_one(text: str) -> None:
    assert isinstance(GRAMMAR.understand(text).intent, Ask)


def test_a_list_of_numbers_is_cut_at_what_anybody_could_mean() -> None:
    intent = GRAMMAR.understand(" ".join(str(100_000 + number) for number in range(200))).intent
    assert isinstance(intent, Ask)
    assert len(intent.student_ids) == MOST_IDS


def test_a_bare_number_or_a_shared_word_tells_nothing_of_the_language() -> None:
    for text in ("100234", "#100234", "bus", "?", "id 100234", ""):
        assert GRAMMAR.understand(text).guessed_language is None, text


def test_a_language_named_beside_a_question_is_heard() -> None:
    understood = GRAMMAR.understand("100234 en español")
    assert (understood.intent, understood.named_language) == (Ask(("100234",)), "es")


def test_the_short_code_of_a_language_counts_only_alone() -> None:
    assert GRAMMAR.understand("ES").intent == SwitchLanguage("es")
    assert GRAMMAR.understand("es tarde").named_language is None


@pytest.mark.parametrize(
    ("typed", "student_id", "same"),
    [
        ("100234", "100234", True),
        ("4321", "004321", True),
        ("00100234", "100234", True),
        ("s100234", "S-100234", True),
        ("10023", "100234", False),
        ("1002340", "100234", False),
        ("100234", "s100234", False),
    ],
)
def test_a_typed_number_means_a_student_whatever_its_zeros_in_front(typed: str, student_id: str, same: bool) -> None:
    assert same_student(typed, student_id) is same


@pytest.mark.parametrize(
    ("text", "number"), [("the second one", 2), ("first option please", 1), ("الخيار الاول", 1), ("الثالث", 3)]
)
def test_what_was_offered_is_picked_in_words(text: str, number: int) -> None:
    assert GRAMMAR.understand(text).intent == Choice(number)


@pytest.mark.parametrize(
    "text",
    ["when should i be at the bus stop", "what time do i have to be at our stop", "has it been at our stop yet"],
)
def test_who_asks_when_to_be_at_the_stop_asks_for_the_bus(text: str) -> None:
    assert isinstance(GRAMMAR.understand(text).intent, Ask)


@pytest.mark.parametrize(
    "text", ["where is our bus stop", "can you move our stop", "our stop changed when does it start"]
)
def test_the_stop_itself_is_another_matter(text: str) -> None:
    assert isinstance(GRAMMAR.understand(text).intent, Topic)


@pytest.mark.parametrize(
    ("text", "leg"),
    [
        ("what time does the morning bus leave our house", Leg.TO_SCHOOL),
        ("when does the bus drop my son off", Leg.FROM_SCHOOL),
        ("has the bus left school yet", Leg.FROM_SCHOOL),
    ],
)
def test_the_time_of_day_says_which_ride_before_the_way_does(text: str, leg: Leg) -> None:
    intent = GRAMMAR.understand(text).intent
    assert isinstance(intent, Ask)
    assert intent.leg is leg


@pytest.mark.parametrize("text", ["did they pick him up", "did my kids bus already go", "did the bus go by"])
def test_a_verb_behind_a_did_asks_whether_it_came(text: str) -> None:
    intent = GRAMMAR.understand(text).intent
    assert isinstance(intent, Ask)
    assert intent.about is About.DID_IT_COME
