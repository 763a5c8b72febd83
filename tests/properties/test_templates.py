"""Templates are never written out, and yet are read as if they were: compared with every phrase that they stand for."""

from collections import defaultdict
from collections.abc import Mapping
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sms.folding import tokens
from sms.grammar.lexicon import Kind
from sms.grammar.listing import Listing, Phrase
from sms.grammar.templates import written_out
from sms.grammar.within import Meanings

KINDS = (Kind.BUS, Kind.WHERE, Kind.NOT, Kind.COMING, Kind.NOT_HOME, Kind.FROM_SCHOOL)
GROUPS = {"who": ("a", "b c"), "no": ("d", "a d", "b")}
choice = st.sampled_from(("a", "b", "c", "d", "-", "{who}", "{no}", "x{who}", "b_c", "车"))
word = st.lists(choice, min_size=1, max_size=3).map("/".join)
something = word.filter(lambda listed: "-" not in listed.split("/"))
line = st.builds(
    lambda before, one, behind: " ".join((*before, one, *behind)),
    st.lists(word, max_size=2),
    something,
    st.lists(word, max_size=2),
)
"""Where every word may be left out, a lexicon is not read."""
lines = st.lists(st.tuples(line, st.sampled_from(KINDS)), min_size=1, max_size=6)
text = st.lists(st.sampled_from(("a", "b", "c", "d", "xa", "xb", "车", "z")), min_size=1, max_size=7).map(tuple)


def listing_of(listed: list[tuple[str, Kind]]) -> Listing[Kind]:
    listing: Listing[Kind] = Listing(tokens, GROUPS)
    for template, kind in listed:
        listing.add(template, kind)
    return listing


def by_phrase(listed: list[tuple[str, Kind]]) -> Mapping[Phrase, frozenset[Kind]]:
    """The same lists, each of their phrases written out."""
    phrases: defaultdict[Phrase, frozenset[Kind]] = defaultdict(frozenset)
    for template, kind in listed:
        for phrase in written_out(template, GROUPS):
            if words := tokens(phrase):
                phrases[words] |= {kind}
    return phrases


@given(lines, text)
def test_a_template_is_found_as_each_phrase_that_it_stands_for(listed: list[tuple[str, Kind]], words: Phrase) -> None:
    listing, phrases = listing_of(listed), by_phrase(listed)
    for at in range(len(words)):
        ends = [(end - at, phrases[words[at:end]]) for end in range(at + 1, len(words) + 1) if words[at:end] in phrases]
        assert listing.starting_at(words, at) == ends
    assert listing.kinds(words) == phrases.get(words, frozenset())
    assert {phrase: listing.kinds(phrase) for phrase in listing.listed_as(frozenset(KINDS))} == phrases
    assert listing.words() == {word for phrase in phrases for word in phrase}


@given(lines, st.lists(st.sets(st.sampled_from("abcd"), min_size=1), min_size=1, max_size=5))
def test_of_several_words_in_each_place_every_listed_phrase_is_found(
    listed: list[tuple[str, Kind]], choices: list[set[str]]
) -> None:
    found = [phrase for phrases in listing_of(listed).made_of(choices) for phrase in phrases]
    fitting = [
        phrase
        for phrase in by_phrase(listed)
        if len(phrase) <= len(choices) and all(word in may for word, may in zip(phrase, choices, strict=False))
    ]
    assert sorted(found) == sorted(fitting)


@given(lines, st.randoms(use_true_random=False))
def test_what_a_phrase_means_does_not_hang_on_the_order_of_the_lists(
    listed: list[tuple[str, Kind]], random: Random
) -> None:
    shuffled = list(listed)
    random.shuffle(shuffled)
    one, other = Meanings(listing_of(listed)), Meanings(listing_of(shuffled))
    for phrase in by_phrase(listed):
        assert one.of(phrase) == other.of(phrase)
