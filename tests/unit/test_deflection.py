"""What counts as settled by the hotline, and what is not told about small groups."""

from dataclasses import replace
from datetime import timedelta

import pytest

from busline.accuracy.deflection import Asked, Counted, Fate, counted, fates
from tests.builders import at

MOTHER, FATHER, NEIGHBOUR = "+16175550101", "+16175550102", "+16175550103"
STUDENTS = {MOTHER: ["100234", "100235"], FATHER: ["100235"], NEIGHBOUR: ["100777"]}
ASKED = Asked(1, MOTHER, at("7:00"), "en", "L", was_right=True, was_choice=False)


def later(minutes: int, phone: str = MOTHER) -> Asked:
    return replace(ASKED, inquiry_id=2, asked_at=ASKED.asked_at + timedelta(minutes=minutes), phone=phone)


def fate_of(number: int, *asked: Asked) -> Fate:
    return next(fate for fate in fates(asked, STUDENTS) if fate.asked.inquiry_id == number)


def test_a_right_answer_that_nobody_of_the_family_follows_up_is_deflected() -> None:
    assert fate_of(1, ASKED).is_deflected
    assert fate_of(1, ASKED, later(31)).is_deflected


@pytest.mark.parametrize("phone", [MOTHER, FATHER])
def test_a_family_that_asks_again_within_half_an_hour_on_any_phone_was_not_helped(phone: str) -> None:
    again = later(30, phone)
    assert not fate_of(1, ASKED, again).is_deflected
    assert not fate_of(2, ASKED, again).begins
    assert not fate_of(2, ASKED, again).is_deflected


def test_another_family_and_a_stranger_are_families_of_their_own() -> None:
    for phone in (NEIGHBOUR, "+16175550199"):
        assert fate_of(1, ASKED, later(5, phone)).is_deflected
        assert fate_of(2, ASKED, later(5, phone)).begins


@pytest.mark.parametrize("was_right", [False, None])
def test_a_wrong_answer_or_none_from_live_data_is_not_deflected(was_right: bool | None) -> None:
    fate = fate_of(1, replace(ASKED, was_right=was_right))
    assert fate.begins
    assert not fate.is_deflected


def test_a_choice_that_nobody_takes_up_is_abandoned() -> None:
    choice = replace(ASKED, was_choice=True, was_right=None)
    assert fate_of(1, choice).is_abandoned
    assert not fate_of(1, choice, later(2)).is_abandoned


def test_parents_of_different_children_with_one_in_common_are_one_family() -> None:
    aunt = "+16175550104"
    joined = {**STUDENTS, aunt: ["100777", "100234"]}
    found = fates([ASKED, later(5, NEIGHBOUR)], joined)
    assert [fate.begins for fate in found] == [True, False]


def test_groups_under_ten_are_not_told_and_one_alone_takes_the_next_with_it() -> None:
    big, small, tiny = Counted(50, 30), Counted(12, 6), Counted(9, 9)
    assert counted({"a": big, "b": small}) == {"a": big, "b": small}
    assert counted({"a": big, "b": small, "c": tiny}) == {"a": big, "b": None, "c": None}
    assert counted({"a": big, "b": tiny, "c": tiny}) == {"a": big, "b": None, "c": None}
    assert counted({"a": tiny}) == {"a": None}
    assert list(counted({"b": small, "a": big})) == ["a", "b"]
