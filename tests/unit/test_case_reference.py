"""References that can be said over a bad line."""

import itertools

import pytest

from busline.cases.reference import FEWEST_DIGITS, MOST_DIGITS, Reference, new_reference, plain_reference, spoken


def whole(body: int) -> Reference:
    """A body with its check digit."""
    digits = len(str(body))
    return new_reference(digits, draw=lambda _: body - 10 ** (digits - 1))


def test_the_check_digit_is_that_of_the_published_example() -> None:
    # Damm's own example: 572 is made whole by 4. What is whole is made whole again by 0.
    assert whole(5724) == "57240"


@pytest.mark.parametrize("digits", range(FEWEST_DIGITS, MOST_DIGITS + 1))
def test_a_reference_has_as_many_digits_as_asked_and_is_read_back_from_how_it_is_shown(digits: int) -> None:
    for body in (10 ** (digits - 1), 10 ** (digits - 1) + 234, 10**digits - 1):
        reference = whole(body)
        assert len(reference) == digits + 1
        assert spoken(reference) == f"{body}-{reference[-1]}"
        assert plain_reference(spoken(reference)) == reference


def test_references_are_drawn_and_not_counted() -> None:
    assert len({new_reference(6) for _ in range(50)}) > 45


@pytest.mark.parametrize("typed", ["57240", " 57240 ", "#5724-0", "5724 0", "5 7 2 4 0", "٥٧٢٤-٠", "5724–0", "5724.0"])
def test_a_reference_is_read_however_it_is_typed(typed: str) -> None:
    assert plain_reference(typed) == "57240"


@pytest.mark.parametrize(
    "typed", ["", "5724", "abc", "0123-4", "57240-57240", "+16175550100", "5724O", "½5724", "57²40", "57241"]
)
def test_what_is_no_reference_is_none(typed: str) -> None:
    assert plain_reference(typed) is None


def test_every_single_wrong_digit_and_every_swap_of_neighbours_is_noticed() -> None:
    for body in range(1000, 10_000, 7):
        reference = whole(body)
        for place, digit in itertools.product(range(5), "0123456789"):
            wrong = reference[:place] + digit + reference[place + 1 :]
            assert wrong == reference or plain_reference(wrong) is None
        for place in range(4):
            swapped = reference[:place] + reference[place + 1] + reference[place] + reference[place + 2 :]
            assert swapped == reference or plain_reference(swapped) is None
