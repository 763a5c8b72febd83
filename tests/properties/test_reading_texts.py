"""Any text at all is read, in bounded work, and never more into it than is there."""

from hypothesis import given
from hypothesis import strategies as st

from sms.folding import folded, tokens
from sms.grammar import MOST_IDS, shipped_grammar
from sms.grammar.lexicon import Kind, shipped_lexicons
from sms.intent import Ask, Choice, Code, NotHome, Status, SwitchLanguage, Unclear
from sms.opt_out import OptWord, shipped_opt_out_words

GRAMMAR = shipped_grammar()
WORDS = shipped_opt_out_words()
VOCABULARY = sorted(
    {
        " ".join(phrase)
        for lexicon in shipped_lexicons()
        for phrase in list(lexicon.phrases.listed_as(frozenset(Kind), of_each=20))[::7]
    }
)

any_text = st.one_of(
    st.text(max_size=1_600),
    st.lists(st.sampled_from(VOCABULARY), max_size=30).map(" ".join),
    st.text(alphabet="0123456789 .:-#hap", max_size=200),
)


@given(any_text)
def test_any_text_is_read_and_says_one_thing_every_time(text: str) -> None:
    once = GRAMMAR.understand(text)
    assert GRAMMAR.understand(text) == once
    if isinstance(once.intent, Ask | NotHome):
        assert len(once.intent.student_ids) <= MOST_IDS
    assert WORDS.recognise(text) in (None, *OptWord)


@given(any_text)
def test_folding_once_is_folding_for_good(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    words = tokens(text)
    assert all(word.strip() for word in words)
    # An article is taken once; what is left of a word may begin like one.
    assert len(tokens(" ".join(words))) == len(words)


@given(st.text(alphabet="0123456789", min_size=1, max_size=40), st.sampled_from(["", "#", "id ", "bus "]))
def test_a_number_tells_nothing_of_the_language_and_switches_none(number: str, before: str) -> None:
    understood = GRAMMAR.understand(before + number)
    assert understood.guessed_language is None
    assert understood.named_language is None
    assert isinstance(understood.intent, Ask | Choice | Status | Unclear)


@given(st.lists(st.sampled_from(["stop", "where", "is", "my", "the", "bus", "did", "not", "at", "late", "100234"])))
def test_a_text_about_a_bus_is_never_a_wish_to_leave(words: list[str]) -> None:
    if set(words) > {"stop"} and {"bus", "where", "did", "late", "100234"} & set(words):
        assert WORDS.recognise(" ".join(words)) is not OptWord.STOP


@given(st.text(alphabet="bcdfghjklmnpqrstvwxz", min_size=6, max_size=12))
def test_a_word_that_nobody_knows_is_never_an_answer(word: str) -> None:
    intent = GRAMMAR.understand(word).intent
    assert not isinstance(intent, Code | SwitchLanguage | NotHome)
