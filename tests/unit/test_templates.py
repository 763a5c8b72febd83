"""A lexicon stays as small in memory as it is in its file, however many phrases its templates stand for."""

from itertools import product

from sms.folding import tokens
from sms.grammar.lexicon import Kind, shipped_lexicons
from sms.grammar.listing import Listing
from sms.grammar.templates import MOST_REMEMBERED
from sms.grammar.within import Meanings

FIRST, SECOND, THIRD, LAST = ([f"{name}{number}" for number in range(200)] for name in "abcd")
MILLION = " ".join("/".join(words) for words in (FIRST, SECOND, THIRD, LAST))


def listing(*lines: tuple[str, Kind]) -> Listing[Kind]:
    made: Listing[Kind] = Listing(tokens, {"child": ("my son", "my daughter")})
    for line, kind in lines:
        made.add(line, kind)
    return made


def test_a_template_of_more_than_a_billion_phrases_is_one_thing_to_hold() -> None:
    held = listing((MILLION, Kind.WHERE))
    assert held.size == 1
    assert held.kinds(("a7", "b199", "c0", "d42")) == {Kind.WHERE}
    assert not held.kinds(("a7", "b199", "c0"))


def test_what_is_remembered_of_texts_stays_bounded_and_is_found_again() -> None:
    held = listing((MILLION, Kind.WHERE))
    for walked, words in enumerate(product(FIRST, SECOND, THIRD)):
        held.starting_at(words, 0)
        if walked > MOST_REMEMBERED:
            break
    assert held.remembered <= MOST_REMEMBERED
    assert held.kinds(("a0", "b0", "c0", "d0")) == {Kind.WHERE}


def test_the_shipped_lexicons_are_held_by_the_line_and_not_by_the_phrase() -> None:
    # 84,000 lines; with the beginnings of plain phrases about 105,000 entries. Written out they are 330,000 phrases.
    assert sum(lexicon.phrases.size for lexicon in shipped_lexicons()) < 150_000
    assert all(lexicon.phrases.remembered <= MOST_REMEMBERED for lexicon in shipped_lexicons())


def test_a_group_of_several_words_and_a_word_that_may_be_missing_are_walked_through() -> None:
    held = listing(("where/wheres -/is {child}", Kind.SOUGHT), ("where is", Kind.WHERE))
    words = tokens("where is my son today")
    assert held.starting_at(words, 0) == [(2, frozenset({Kind.WHERE})), (4, frozenset({Kind.SOUGHT}))]
    assert held.kinds(tokens("wheres my daughter")) == {Kind.SOUGHT}


def test_a_phrase_means_what_the_phrases_within_it_mean_in_whatever_order_they_are_listed() -> None:
    lines = [("not see the bus", Kind.COMING), ("not see the", Kind.LATE), ("not see", Kind.NOT), ("bus", Kind.BUS)]
    for ordered in (lines, lines[::-1]):
        means = Meanings(listing(*ordered)).of
        assert means(tokens("not see the")) == {Kind.LATE, Kind.NOT}
        assert means(tokens("not see the bus")) == {Kind.COMING, Kind.BUS, Kind.NOT}
    assert Meanings(listing(*lines[:2])).of(tokens("not see the bus")) == {Kind.COMING}
