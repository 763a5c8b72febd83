"""How long a text is on the wire, and what folding keeps."""

import pytest

from sms.segments import Encoding, Segments, fold_to_gsm7, segments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments(Encoding.GSM7, 0, 1)),
        ("a" * 160, Segments(Encoding.GSM7, 160, 1)),
        ("a" * 161, Segments(Encoding.GSM7, 161, 2)),
        ("a" * 306, Segments(Encoding.GSM7, 306, 2)),
        ("a" * 307, Segments(Encoding.GSM7, 307, 3)),
        ("é¿ñ¡Üàß\n", Segments(Encoding.GSM7, 8, 1)),
        ("中" * 70, Segments(Encoding.UCS2, 70, 1)),
        ("中" * 71, Segments(Encoding.UCS2, 71, 2)),
        ("中" * 134, Segments(Encoding.UCS2, 134, 2)),
        ("中" * 135, Segments(Encoding.UCS2, 135, 3)),
    ],
)
def test_a_text_is_counted_as_carriers_count_it(text: str, expected: Segments) -> None:
    assert segments(text) == expected


@pytest.mark.parametrize("character", list("^{}[]~\\|€\f"))
def test_an_extension_character_costs_two(character: str) -> None:
    assert segments(character) == Segments(Encoding.GSM7, 2, 1)
    assert segments(character * 80).count == 1
    assert segments(character * 81).count == 2


def test_an_extension_character_never_straddles_two_segments() -> None:
    # 152 + 2: the escape would be the 153rd septet, so it moves whole and leaves one septet empty.
    straddling = "a" * 152 + "€" + "a" * 152
    assert segments(straddling) == Segments(Encoding.GSM7, 306, 3)


def test_an_emoji_counts_as_two_and_is_not_cut_in_half() -> None:
    assert segments("🚌") == Segments(Encoding.UCS2, 2, 1)
    assert segments("a" * 66 + "🚌" + "a" * 66) == Segments(Encoding.UCS2, 134, 3)


@pytest.mark.parametrize("character", ["á", "í", "ó", "ú", "ç", "ê", "ô", "ã", "\u202f", "’", "–"])
def test_one_character_outside_the_alphabet_makes_the_whole_text_ucs2(character: str) -> None:
    assert segments("bus " + character).encoding is Encoding.UCS2


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("El autobús está aquí, ¿dónde?", "El autobus esta aqui, ¿donde?"),
        ("mañana también, pingüino, ¡sí! él", "mañana también, pingüino, ¡si! él"),
        ("O ônibus não está atrasado; você vê às três", "O onibus nao esta atrasado; voce ve às tres"),
        ("7:05\u202fAM – it’s “here”…", '7:05 AM - it\'s "here"...'),
        ("e\u0301 o\u0301", "é o"),
        ("Ça va, garçon", "Ça va, garcon"),
        ("Máximo 1º", "Maximo 1o"),
    ],
)
def test_folding_drops_only_the_marks_that_gsm7_lacks(text: str, folded: str) -> None:
    assert fold_to_gsm7(text) == folded
    assert segments(fold_to_gsm7(text)).encoding is Encoding.GSM7


@pytest.mark.parametrize("text", ["校车在哪里", "أين الحافلة", "¡autobús! 🚌"])
def test_a_text_that_cannot_become_gsm7_is_left_as_it_was(text: str) -> None:
    assert fold_to_gsm7(text) == text
