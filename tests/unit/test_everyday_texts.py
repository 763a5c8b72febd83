"""What families write on an ordinary day, in ten languages: the set that the grammar was widened on.

The sets that measure it are others, in tests/labelled; this one only keeps what was gained.
"""

from datetime import time
from pathlib import Path

import pytest

from busline.outbound import Channel
from busline.people import Leg
from sms.grammar import shipped_grammar
from sms.intent import (
    About,
    Alerts,
    Ask,
    Choice,
    Code,
    Day,
    Help,
    No,
    NotHome,
    Quiet,
    Status,
    Students,
    Thanks,
    Topic,
    Unclear,
)
from sms.opt_out import OptWord, shipped_opt_out_words

EVERYDAY = Path(__file__).parent.parent / "data" / "utterances" / "everyday"
GRAMMAR = shipped_grammar()
LANGUAGES = sorted(path.stem for path in EVERYDAY.glob("*.tsv"))


def everyday(language: str) -> list[tuple[str, str]]:
    lines = (EVERYDAY / f"{language}.tsv").read_text(encoding="utf-8").splitlines()
    return [(intent, text) for intent, text in (line.split("\t") for line in lines)]


def test_every_language_has_its_texts() -> None:
    assert LANGUAGES == ["ar", "en", "es", "fr", "ht", "kea", "pt", "so", "vi", "zh"]
    assert all(len(everyday(language)) >= 80 for language in LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_everyday_text_is_understood_and_hardly_ever_misunderstood(language: str) -> None:
    texts = everyday(language)
    missed = [
        (intent, read, text)
        for intent, text in texts
        if (read := type(GRAMMAR.understand(text).intent).__name__) != intent
    ]
    assert len(missed) <= 0.02 * len(texts), missed
    assert sum(read not in ("Unclear", "Topic") for _, read, _ in missed) <= 0.01 * len(texts), missed


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_everyday_text_is_taken_for_leaving_or_coming_back(language: str) -> None:
    words = shipped_opt_out_words()
    taken = [text for _, text in everyday(language) if words.recognise(text) in (OptWord.STOP, OptWord.START)]
    assert taken == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_everyday_text_is_taken_for_another_language(language: str) -> None:
    guesses = [(GRAMMAR.understand(text).guessed_language, text) for _, text in everyday(language)]
    # A name of another language may stand in any: "inglés", "créole".
    other = [text for guess, text in guesses if guess not in (None, language)]
    assert len(other) <= 0.02 * len(guesses), other
    assert sum(guess == language for guess, _ in guesses) >= 0.6 * len(guesses)


@pytest.mark.parametrize(
    ("text", "student_ids"),
    [
        ("the bus came but 100234 was not on it", ("100234",)),
        ("100234 isn't home", ("100234",)),
        ("mi hijo 100234 no se bajó del bus", ("100234",)),
    ],
)
def test_a_missing_child_keeps_its_number(text: str, student_ids: tuple[str, ...]) -> None:
    assert GRAMMAR.understand(text).intent == NotHome(student_ids)


@pytest.mark.parametrize(
    "text",
    [
        "where is my son's bus",
        "my kids are waiting and the bus has not come",
        "my daughter's bus hasn't arrived",
        "el bus de mi hija no ha llegado",
        "le bus de ma fille n'est pas encore passé",
        "我女儿的校车还没来",
    ],
)
def test_a_bus_that_has_not_come_is_no_missing_child(text: str) -> None:
    assert isinstance(GRAMMAR.understand(text).intent, Ask)


@pytest.mark.parametrize("text", ["join ABCDE-1F2G3", "JOIN abcde 1f2g3", "my code is abcde-1f2g3", "ABCDE-1F2G3"])
def test_a_code_is_heard_as_one_though_it_may_be_wrong(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Code("ABCDE1F2G3")


@pytest.mark.parametrize("text", ["bus 1002345", "100234 late?", "where 12345", "S1002345678", "buses 12345"])
def test_a_number_beside_a_word_is_no_code(text: str) -> None:
    assert not isinstance(GRAMMAR.understand(text).intent, Code)


@pytest.mark.parametrize(("text", "number"), [("1", 1), (" 2. ", 2), ("#3", 3), ("3️⃣", 3), ("٢", 2)])
def test_a_bare_small_number_is_a_choice(text: str, number: int) -> None:
    assert GRAMMAR.understand(text).intent == Choice(number)


@pytest.mark.parametrize("text", ["4", "0", "12"])
def test_another_small_number_is_nothing_yet(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Unclear(text)


@pytest.mark.parametrize(
    ("text", "alerts"),
    [
        ("alerts", Alerts()),
        ("ALERTS ON", Alerts(wanted=True)),
        ("alerts off", Alerts(wanted=False)),
        ("stop alerts", Alerts(wanted=False)),
        ("alerts 15", Alerts(wanted=True, minutes=15)),
        ("text me 10 minutes before the bus comes", Alerts(wanted=True, minutes=10)),
        ("avísame 5 minutos antes", Alerts(wanted=True, minutes=5)),
        ("关闭提醒", Alerts(wanted=False)),
        ("send alerts by email", Alerts(channel=Channel.EMAIL)),
        ("alert me only if more than 15 min late", Alerts(wanted=True, late=True, minutes=15, only_late=True)),
        ("avísame si el bus viene más de 15 minutos tarde", Alerts(wanted=True, late=True, minutes=15)),
        ("let me know if the bus is late", Alerts(wanted=True, late=True)),
        ("text me 10 minutes before the bus comes, it is always late", Alerts(wanted=True, minutes=10)),
        ("notify me when she gets to school", Alerts(wanted=True, arrivals=True)),
        ("avisame cuando llegue a la escuela", Alerts(wanted=True, arrivals=True)),
        ("let me know when the bus to school is near", Alerts(wanted=True)),
    ],
)
def test_alerts_are_set_in_words(text: str, alerts: Alerts) -> None:
    assert GRAMMAR.understand(text).intent == alerts


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("quiet 9pm-6am", "21:00", "06:00"),
        ("quiet 9 to 6", "21:00", "06:00"),
        ("quiet 21:30 to 6:15", "21:30", "06:15"),
        ("silencio de 10 de la noche a 7 de la mañana", "22:00", "07:00"),
        ("晚上10点到早上7点静音", "22:00", "07:00"),
        ("صامت من 10 الليل الى 7 الصبح", "22:00", "07:00"),
        ("don't text me after 9", "21:00", None),
        ("no messages before 6:30", None, "06:30"),
        ("quiet 12am to 5am", "00:00", "05:00"),
    ],
)
def test_quiet_hours_are_read_as_people_write_times(text: str, start: str | None, end: str | None) -> None:
    intent = GRAMMAR.understand(text).intent
    assert isinstance(intent, Quiet)
    assert (intent.start and f"{intent.start:%H:%M}", intent.end and f"{intent.end:%H:%M}") == (start, end)
    assert not intent.off


def test_quiet_hours_end_and_are_asked_for() -> None:
    assert GRAMMAR.understand("quiet off").intent == Quiet(off=True)
    assert GRAMMAR.understand("quiet").intent == Quiet()


@pytest.mark.parametrize("text", ["status 4821-7", "case 48217", "4821-7", "何 4821-7", "status of my case 4821 - 7"])
def test_the_number_of_a_case_is_no_student_number(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Status("48217")


def test_a_status_beside_a_bus_is_about_the_bus() -> None:
    assert isinstance(GRAMMAR.understand("bus status").intent, Ask)
    assert GRAMMAR.understand("status").intent == Status()


@pytest.mark.parametrize("text", ["👍", "🙏🏽", "❤️", "😊😊", "👌 👍"])
def test_a_friendly_sign_is_thanks(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Thanks()


@pytest.mark.parametrize(("text", "read"), [("🚌", Ask()), ("?", Ask()), ("😡", Unclear("😡")), ("", Unclear(""))])
def test_a_text_without_letters_is_read_by_its_signs(text: str, read: object) -> None:
    assert GRAMMAR.understand(text).intent == read


@pytest.mark.parametrize(
    "text",
    [
        "the driver was rude to my daughter",
        "my son forgot his lunchbox on bus 12",
        "is my son on the bus",
        "cancel my ride tomorrow",
        "the bus is late every day",
        "do not pick up my son today",
        "the bus is late again, I want to make a complaint",
        "el bus viene tarde y quiero poner una queja",
        "when do we get the bus letter",
        "puede mi hija llevar una amiga en el bus",
        "mon fils est en fauteuil roulant, y a-t-il un bus",
    ],
)
def test_a_matter_that_only_names_a_bus_is_a_topic_in_its_own_words(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Topic(text)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("mon fils n'est pas à la maison, où est le bus", NotHome()),
        ("le bus de mon fils n'est pas là", Ask()),
        ("mon fils est là mais le bus n'arrive pas", Ask()),
        ("100234 era pra chegar 15h45 já são 16h30", NotHome(("100234",))),
        ("cadê minha filha? o ônibus já passou", NotHome()),
        ("cadê o ônibus da minha filha", Ask()),
        ("It's five already and my son hasn't shown up, the bus drops him at four", NotHome()),
        ("son las 5 y mi hija no aparece, el bus la dejaba a las 4", NotHome()),
        ("il est 17h et mon fils n'est pas là, le bus devait le déposer à 16h", NotHome()),
        ("5点了儿子还没见到人，校车应该4点送到", NotHome()),
        ("my son is waiting and the bus has not shown up", Ask()),
        ("meu filho está na parada e o ônibus não apareceu", Ask()),
        ("we don't know where she is, she was to come by bus", NotHome()),
        ("ما بعرف وين بنتي، كان لازم تيجي بالباص", NotHome()),
        ("nou pa konnen kote l ye, li te dwe vini ak bis", NotHome()),
        ("i don't know where my son's bus is", Ask()),
        ("no sé dónde está el bus de mi hijo", Ask()),
    ],
)
def test_what_is_said_of_a_child_is_told_from_what_is_said_of_its_bus(text: str, intent: Ask | NotHome) -> None:
    read = GRAMMAR.understand(text).intent
    assert type(read) is type(intent), read
    assert read.student_ids == intent.student_ids


@pytest.mark.parametrize("text", ["xe đã rước bé chưa vậy", "basku ma dhaafay", "le bus vient de passer ou pas"])
def test_a_question_whether_it_came_is_no_denial(text: str) -> None:
    read = GRAMMAR.understand(text).intent
    assert isinstance(read, Ask)
    assert read.about is About.DID_IT_COME


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("they say it's another one now, did they switch her bus?", About.WHICH_BUS),
        ("le cambiaron el bus, cual es", About.WHICH_BUS),
        ("ils ont changé son bus ? c'est lequel", About.WHICH_BUS),
        ("hi, it is snowing here, did the bus pass already", About.DID_IT_COME),
        ("looking for my bus, 100234", About.WHERE),
        ("todavía nada del bus, ya son las 7:40", About.WHERE),
        ("where is the bus, I want to complain", About.WHERE),
    ],
)
def test_a_question_is_heard_beside_what_is_told_around_it(text: str, about: About) -> None:
    read = GRAMMAR.understand(text).intent
    assert isinstance(read, Ask), read
    assert read.about is about


@pytest.mark.parametrize(
    "text", ["bus tomorrow early", "horário do ônibus amanhã cedo", "明天早上的校车几点", "xe sáng mai mấy giờ"]
)
def test_early_tomorrow_is_the_ride_to_school_of_tomorrow(text: str) -> None:
    read = GRAMMAR.understand(text).intent
    assert isinstance(read, Ask), read
    assert (read.day, read.leg) == (Day.TOMORROW, Leg.TO_SCHOOL)


@pytest.mark.parametrize("text", ["what can i ask you", "qué puedo preguntar aquí", "que puis-je demander ici"])
def test_what_can_be_asked_is_a_call_for_help(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Help()


@pytest.mark.parametrize(
    "text", ["which students do i have", "qué alumnos tengo", "我有哪几个孩子", "quais alunos eu tenho"]
)
def test_which_students_there_are_is_asked_in_many_ways(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Students()


@pytest.mark.parametrize(
    "text", ["thank you em, xe tới rồi", "baskii wuu yimid mahadsanid", "waad mahadsantahay walaal waan arkay baskii"]
)
def test_thanks_for_a_bus_that_has_come_ask_nothing(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Thanks()


@pytest.mark.parametrize(
    "text",
    ["xe tới rồi hả, cảm ơn em", "xe tới chưa cảm ơn em", "basku ma yimid mahadsanid", "gracias, ¿ya llegó el bus?"],
)
def test_a_question_whether_it_came_stays_one_beside_thanks(text: str) -> None:
    assert isinstance(GRAMMAR.understand(text).intent, Ask)


@pytest.mark.parametrize("text", ["gracias no", "no thanks", "mahadsanid maya", "maya ma ahan"])
def test_a_no_at_either_end_is_one(text: str) -> None:
    assert GRAMMAR.understand(text).intent == No()


def test_a_no_within_thanks_is_none() -> None:
    assert GRAMMAR.understand("hay quá không ngờ").intent == Thanks()


def test_until_is_no_evening_without_its_marks() -> None:
    read = GRAMMAR.understand("ban đêm 23h tới 6h đừng gửi tin").intent
    assert read == Quiet(start=time(23), end=time(6))


@pytest.mark.parametrize("text", ["con tôi đáng lẽ phải có thẻ xe rồi", "caruurtu baska waxay ku tukan karaan miyaa"])
def test_what_is_said_of_a_child_beside_another_matter_is_searched_for(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Topic(text)
