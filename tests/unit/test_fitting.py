"""Where words are not parted by spaces, the phrases that fit together best are read, and none beyond its clause."""

from sms.folding import tokens
from sms.grammar import shipped_grammar
from sms.grammar.fitting import clauses, fitted_spans
from sms.grammar.lexicon import Kind, Phrase
from sms.grammar.listing import Listing
from sms.grammar.phrases import PhraseIndex
from sms.intent import About, Ask, NotHome

ASKING, BUS, OFF, HERE = (frozenset({kind}) for kind in (Kind.POLITE, Kind.BUS, Kind.GOT_OFF, Kind.COMING))
INDEX = PhraseIndex(
    Listing.of(
        {
            tokens("我想问"): ASKING,
            tokens("我想问下"): ASKING,
            tokens("下校车"): OFF,
            tokens("校车"): BUS,
            tokens("到了"): HERE,
        }
    )
)


def read(text: str) -> list[tuple[Phrase, frozenset[Kind]]]:
    return [(span.words, span.kinds) for span in fitted_spans(tokens(text), [INDEX], clauses(text))]


def test_the_phrases_that_fit_together_are_taken_before_the_longest_at_each_word() -> None:
    assert read("我想问下校车到了") == [(tokens("我想问下"), ASKING), (tokens("校车"), BUS), (tokens("到了"), HERE)]


def test_a_word_that_nobody_knows_is_left_over_alone() -> None:
    assert read("咦校车") == [(("咦",), frozenset()), (("校", "车"), BUS)]


def test_no_phrase_goes_beyond_its_clause() -> None:
    assert clauses("我想问 下,校车 bus stop 到了") == [3, 1, 2, 2, 2]
    assert [kinds for _, kinds in read("下，校车")] == [frozenset(), BUS]


def test_every_word_is_read_once() -> None:
    text = "校车到了没有？我想问下, the bus"
    assert sum(clauses(text)) == len(tokens(text))
    assert tuple(word for words, _ in read(text) for word in words) == tokens(text)


def test_chinese_is_read_in_the_phrases_it_means() -> None:
    understand = shipped_grammar().understand
    asked = understand("早晨，我想問下校車到咗邊個站").intent
    assert isinstance(asked, Ask)
    assert asked.about is About.WHERE
    assert isinstance(understand("女儿没到，车已经过了").intent, NotHome)
