"""Codes of the assignment letter: easy to type, hard to guess, and never kept."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from busline.enrolment.codes import ALPHABET, SYMBOLS, digest, new_code, plain_code

CODES = st.builds(new_code)


def test_a_code_has_at_least_forty_random_bits() -> None:
    assert SYMBOLS * math.log2(len(ALPHABET)) > 40
    assert len({new_code() for _ in range(2_000)}) == 2_000


def test_a_code_is_printed_in_two_groups_of_five() -> None:
    assert re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}", new_code())


@pytest.mark.parametrize(
    "as_typed",
    ["{}", " {} ", "join {}", "enter {}", "letra {} gracias", "mi código es {}.", "{}!", "код {}"],
)
def test_a_code_is_found_however_it_is_typed(as_typed: str) -> None:
    for _ in range(50):
        code = new_code()
        plain = code.replace("-", "")
        for written in (code, code.lower(), code.replace("-", " "), code.replace("-", "–"), plain, plain.lower()):
            assert plain_code(as_typed.format(written)) == plain


def test_letters_that_no_code_has_are_read_as_the_digits_they_resemble() -> None:
    code = next(one for one in iter(new_code, "") if {"5", "2", "8"} <= set(one))
    misread = code.translate(str.maketrans("528", "SzB"))
    assert plain_code(misread) == code.replace("-", "")


@given(CODES, st.integers(0, SYMBOLS), st.sampled_from(ALPHABET))
def test_one_wrong_symbol_is_always_noticed(code: str, place: int, other: str) -> None:
    plain = code.replace("-", "")
    wrong = plain[:place] + other + plain[place + 1 :]
    assert (plain_code(wrong) is None) == (wrong != plain)


@given(CODES, st.integers(0, SYMBOLS - 1))
def test_two_swapped_neighbours_are_always_noticed(code: str, place: int) -> None:
    plain = code.replace("-", "")
    swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
    assert (plain_code(swapped) is None) == (swapped != plain)


@given(st.text(max_size=60))
def test_other_texts_are_no_codes_and_break_nothing(text: str) -> None:
    found = plain_code(text)
    assert found is None or re.fullmatch(f"[{ALPHABET}]{{{SYMBOLS + 1}}}", found)


@pytest.mark.parametrize("text", ["1234567890", "100234 5567", "where is the bus", "bus 12345", "telefonico", ""])
def test_student_numbers_phones_and_words_are_no_codes(text: str) -> None:
    assert plain_code(text) is None


def test_only_the_installation_s_key_turns_a_code_into_its_digest() -> None:
    plain = new_code().replace("-", "")
    assert digest(plain, b"k" * 32) == digest(plain, b"k" * 32)
    assert digest(plain, b"k" * 32) != digest(plain, b"l" * 32)
    assert plain.encode() not in digest(plain, b"k" * 32)
