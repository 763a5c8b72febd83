"""A Vietnamese text that has its marks is read by them; one without is read by what is left."""

import pytest

from sms.grammar import shipped_grammar
from sms.grammar.lexicon import Kind
from sms.grammar.listing import Listing
from sms.grammar.marked_index import MarkedPhrases
from sms.grammar.marks import as_written, marked_words
from sms.intent import Ask, Quiet, Topic

TO_ARRIVE, EVENING, ME = (frozenset({kind}) for kind in (Kind.COMING, Kind.NIGHT, Kind.FILLER))
PHRASES = MarkedPhrases(
    Listing.of({marked_words("tới"): TO_ARRIVE, marked_words("tối"): EVENING, marked_words("tôi"): ME, ("toi",): ME})
)


@pytest.mark.parametrize(("one", "other"), [("hoà", "hòa"), ("trể", "trễ"), ("THUỶ", "thủy"), ("toi", "Toi")])
def test_spellings_of_the_same_word_have_one_form(one: str, other: str) -> None:
    assert marked_words(one) == marked_words(other)


@pytest.mark.parametrize(("one", "other"), [("tới", "tối"), ("tới", "tôi"), ("đừng", "dừng"), ("đổi", "đợi")])
def test_words_that_differ_by_a_mark_are_two(one: str, other: str) -> None:
    assert marked_words(one) != marked_words(other)


def test_each_word_is_found_in_the_text_it_was_typed_in() -> None:
    written = as_written("9 giờ tối, tôi đứng đợi", ("gio", "toi", "toi", "dung", "0"))
    assert written.forms == (*marked_words("giờ tối tôi đứng"), "0")
    assert written.careful
    assert written.is_marked(1)
    assert not written.is_marked(4)
    assert not as_written("xe toi chua a", ("xe", "toi", "chua", "a")).careful


def test_a_mark_tells_which_word_is_meant() -> None:
    assert PHRASES.meant(("toi",), marked_words("tới"), careful=True) == TO_ARRIVE
    assert PHRASES.meant(("toi",), marked_words("tối"), careful=False) == EVENING
    assert not PHRASES.meant(("toi",), marked_words("tồi"), careful=True)


def test_a_word_without_marks_may_be_any_unless_its_writer_sets_them() -> None:
    assert PHRASES.meant(("toi",), ("toi",), careful=False) == TO_ARRIVE | EVENING | ME
    assert PHRASES.meant(("toi",), ("toi",), careful=True) == ME


def test_marks_keep_apart_what_a_text_without_them_mixes() -> None:
    understand = shipped_grammar().understand
    assert isinstance(understand("xe tới ngã tư chưa").intent, Ask)
    assert isinstance(understand("cháu bị ngã trên xe").intent, Topic)
    quiet = understand("đừng nhắn sau 9 giờ tối").intent
    assert isinstance(quiet, Quiet)
    assert quiet.start is not None
    assert quiet.start.hour == 21
