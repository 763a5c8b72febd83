"""Texts are made comparable whatever keyboard they were typed on."""

import pytest

from sms.folding import folded, tokens


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("¿Dónde está?", ("donde", "esta")),
        ("Xe buýt ĐÂU rồi", ("xe", "buyt", "dau", "roi")),
        ("l'autobus", ("lautobus",)),
        ("校車幾點到", ("校", "车", "几", "点", "到")),
        ("bus几点", ("bus", "几", "点")),
        ("架車喺邊", ("架", "车", "在", "边")),
        ("الحافلة", ("حافله",)),
        ("والباص", ("باص",)),
        ("أَيْنَ", ("اين",)),
        ("١٢٣ ۴۵", ("123", "45")),
        ("b\u200bus \u202egnol", ("bus", "gnol")),
        ("ＢＵＳ ４７", ("bus", "47")),
        ("...!?", ()),
    ],
)
def test_words_meet_in_one_form(text: str, words: tuple[str, ...]) -> None:
    assert tokens(text) == words


def test_what_is_no_letter_stays_in_its_place() -> None:
    assert folded("¿A las 7:05?") == "¿a las 7:05?"


def test_arabic_commas_and_question_marks_part_words_and_still_ask() -> None:
    assert tokens("شكرا،وين الباص؟متى") == tokens("شكرا, وين الباص? متى")
    assert folded("وصل؟") == "وصل?"
