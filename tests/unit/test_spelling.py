"""One word in several spellings is read as one word, and as no other."""

import pytest

from sms.grammar import shipped_grammar
from sms.grammar.lexicon import Kind
from sms.grammar.listing import Listing
from sms.grammar.phrases import PhraseIndex
from sms.grammar.spelling import Spelling
from sms.intent import About, Ask

ALIKE = ("tch=x", "tx=x", "ch=x", "^h=", "o$=u")


@pytest.mark.parametrize("written", ["txiga", "chiga", "tchiga", "xiga", "txigga"])
def test_spellings_of_a_word_share_a_key(written: str) -> None:
    assert Spelling(ALIKE).key(written) == "xiga"


def test_a_beginning_and_an_end_are_no_middle() -> None:
    spelling = Spelling(ALIKE)
    assert spelling.key("hora") == "ora"
    assert spelling.key("banho") == "banhu"
    assert spelling.key("bonha") == "bonha"


def test_words_of_two_letters_and_of_another_script_stay_as_they_are() -> None:
    spelling = Spelling(("o=u",))
    assert spelling.key("no") == "no"
    assert spelling.key("xo公") == "xo公"


@pytest.mark.parametrize("pair", ["chx", "=x", "^=x"])
def test_what_is_no_pair_is_refused(pair: str) -> None:
    with pytest.raises(ValueError, match="two spellings"):
        Spelling((pair,))


def test_a_phrase_is_found_in_another_spelling_and_the_listed_one_goes_first() -> None:
    came_or_off = {("dja", "txiga"): frozenset({Kind.CAME}), ("xiga",): frozenset({Kind.OFF})}
    index = PhraseIndex(Listing.of(came_or_off), alike=ALIKE)
    came = index.longest_at(("dja", "chiga"), 0)
    assert came is not None
    assert came.kinds == {Kind.CAME}
    assert not came.is_as_listed
    off = index.longest_at(("xiga",), 0)
    assert off is not None
    assert off.kinds == {Kind.OFF}
    assert off.is_as_listed
    assert index.knows("tchiga")
    assert not index.knows("chega")


def test_a_spelling_that_two_matters_share_says_neither() -> None:
    yes_and_not = Listing.of({("sin",): frozenset({Kind.YES}), ("sen",): frozenset({Kind.NOT})})
    index = PhraseIndex(yes_and_not, alike=("e=i", "ci=si"))
    assert index.longest_at(("cin",), 0) is None
    assert not index.knows("cin")
    found = index.longest_at(("sen",), 0)
    assert found is not None
    assert found.kinds == {Kind.NOT}


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("ja chega bus?", About.DID_IT_COME),
        ("dja tchiga autocaru", About.DID_IT_COME),
        ("unde ki bus de escola ta", About.WHERE),
        ("baska wakhtigee buu soo gaadhayaa", About.WHERE),
        ("bascu goorma ayuu imanaya", About.WHERE),
    ],
)
def test_questions_are_read_in_other_spellings(text: str, about: About) -> None:
    understood = shipped_grammar().understand(text)
    assert isinstance(understood.intent, Ask)
    assert understood.intent.about is about
