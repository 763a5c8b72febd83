"""Prepared answers: written in Markdown, found by their words, and none where it is not clear."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from busline.faq.entries import AnswersError, Entry, TopicId, read_entries, shipped_entries, shipped_topics
from busline.faq.search import Between, Faq, Found, NotFound
from sms.folding import tokens
from sms.segments import fold_to_gsm7, segments

ENTRIES = shipped_entries()
FAQ = Faq(ENTRIES, tokens)
LONGEST = {"vi": 3, "zh": 3, "ar": 3}
"""Segments; two in all other languages, which fold into GSM-7."""
LANGUAGES = sorted({entry.language for entry in ENTRIES})

SECTION = "## lost_item\nTitle: Something left\nAsks: lost bag; left a hat\nWords: lost, left\n\nCall { phone }.\n"


def test_a_section_is_read_with_its_fields_and_its_answer() -> None:
    assert read_entries("en", "# About\n\nWords.\n\n" + SECTION) == [
        Entry(
            TopicId("lost_item"),
            "en",
            "Something left",
            ("lost bag", "left a hat"),
            ("lost", "left"),
            "Call { phone }.",
        )
    ]


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("## a\nAsks: x\n\nWords.", "no 'Title:' line"),
        ("## a\nTitle: A\n", "no answer below"),
        ("## a\nTitle: A\n\nCall { fone }.", "fone"),
        ("## a\nTitle: A\n\nCall { phone.", "brace"),
        (SECTION + SECTION, "lost_item stands there twice"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused_in_words(section: str, said: str) -> None:
    with pytest.raises(AnswersError, match=said):
        read_entries("en", section)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_has_an_answer_in_every_language_that_has_any(language: str) -> None:
    assert {entry.topic_id for entry in ENTRIES if entry.language == language} == set(shipped_topics())


def test_there_are_answers_in_ten_languages() -> None:
    assert LANGUAGES == ["ar", "en", "es", "fr", "ht", "kea", "pt", "so", "vi", "zh"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_is_short_enough_to_be_texted(language: str) -> None:
    for entry in (one for one in ENTRIES if one.language == language):
        text = entry.filled(phone="(617) 555-0100", district="Boston Public Schools")
        sent = text if language in LONGEST else fold_to_gsm7(text)
        assert segments(sent).count <= LONGEST.get(language, 2), f"{entry.topic_id}: {text}"
        assert segments(entry.title).count == 1


def test_an_answer_is_found_by_the_words_a_family_uses() -> None:
    found = FAQ.find("left his backpack on the bus", "en")
    assert isinstance(found, Found)
    assert found.entry.topic_id == "lost_item"


def test_where_much_else_is_said_the_likeliest_answer_stands_first_among_the_choices() -> None:
    found = FAQ.find("my son lost his backpack", "en")
    assert isinstance(found, Between)
    assert found.entries[0].topic_id == "lost_item"


def test_a_slip_of_the_finger_does_not_matter() -> None:
    found = FAQ.find("lost his bakcpack on bus", "en")
    assert isinstance(found, Found | Between)
    first = found.entry if isinstance(found, Found) else found.entries[0]
    assert first.topic_id == "lost_item"


def test_between_two_answers_the_family_chooses() -> None:
    match FAQ.find("phone number", "en"):
        case Between(entries):
            assert 2 <= len(entries) <= 3
            assert {"update_phone", "contact_numbers"} <= {entry.topic_id for entry in entries}
        case other:
            raise AssertionError(other)


@pytest.mark.parametrize("text", ["", "?", "12345", "pizza margherita", "asdf qwer zxcv", "❤️"])
def test_what_no_answer_is_about_finds_none(text: str) -> None:
    assert isinstance(FAQ.find(text, "en"), NotFound)


def test_a_question_in_another_language_than_the_phone_s_is_answered_in_the_phone_s() -> None:
    found = FAQ.find("lost backpack", "es", "en")
    assert isinstance(found, Found)
    assert (found.entry.topic_id, found.entry.language) == ("lost_item", "es")


@given(st.text(max_size=300))
def test_any_text_whatever_gets_one_of_the_three(text: str) -> None:
    assert isinstance(FAQ.find(text, "en", "es"), Found | Between | NotFound)
    assert all(0 <= score <= 1 for score in FAQ.scores(text, "en").values())
