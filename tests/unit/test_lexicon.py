"""What families type stands in files that a native speaker can read and correct."""

import pytest

from sms.folding import tokens
from sms.grammar.lexicon import Kind, LexiconError, OptKind, read_lexicon, shipped_lexicons

SMALL = """
[language]
names = "martian"
codes = "xm"
[words]
bus = "glorp, gl orp"
topic = "zork*"
[opt-out]
stop = "nak"
"""
NOT_LISTED = {Kind.FIGURE, Kind.NAME}
"""Found in the text itself, or listed as the names of the languages."""
NOT_IN_EVERY_LANGUAGE = {
    Kind.SOMEBODY,
    Kind.TAG,
    Kind.HERE,
    Kind.SOUGHT,
    Kind.ALREADY,
    Kind.DRIVER,
    Kind.PICK,
    Kind.SPEAK,
    Kind.OTHER_RIDE,
    Kind.STRAY,
    Kind.DID,
    Kind.DONE,
    Kind.BUS_STOP,
    Kind.FIRST,
    Kind.SECOND,
    Kind.THIRD,
}
"""Chinese has no word for a person that is also anybody; few languages end a question on a denial."""


@pytest.mark.parametrize("lexicon", shipped_lexicons(), ids=lambda lexicon: lexicon.language)
def test_every_language_has_words_of_every_kind(lexicon: object) -> None:
    listed = next(one for one in shipped_lexicons() if one is lexicon)
    assert set(Kind) - NOT_LISTED - NOT_IN_EVERY_LANGUAGE <= listed.phrases.all_kinds()
    assert set(OptKind) <= frozenset[OptKind]().union(*listed.opting.values())
    assert listed.names
    assert listed.codes


def test_a_language_is_called_by_its_name_only() -> None:
    named = [name for lexicon in shipped_lexicons() for name in lexicon.names]
    assert sorted(named) == sorted(set(named))
    codes = [code for lexicon in shipped_lexicons() for code in lexicon.codes]
    assert sorted(codes) == sorted(set(codes))


def test_no_lexicon_claims_a_reader_that_it_did_not_have() -> None:
    assert [lexicon.language for lexicon in shipped_lexicons() if lexicon.reviewed_by is not None] == []


def test_a_lexicon_is_read_as_it_is_written() -> None:
    lexicon = read_lexicon("xm", SMALL)
    assert set(lexicon.phrases.listed_as(frozenset(Kind))) == {("glorp",), ("gl", "orp")}
    assert lexicon.phrases.kinds(("gl", "orp")) == {Kind.BUS}
    assert not lexicon.phrases.kinds(("gl",))
    assert lexicon.stems == {"zork": {Kind.TOPIC}}
    assert lexicon.opting == {tokens("nak"): {OptKind.STOP}}


def test_a_group_stands_for_each_of_its_phrases() -> None:
    source = SMALL.replace('"glorp, gl orp"', '"my {big} glorp"').replace(
        "[words]", '[groups]\nbig = "a/b, c d"\n[words]'
    )
    assert set(read_lexicon("xm", source).phrases.listed_as(frozenset({Kind.BUS}))) == {
        ("my", "a", "glorp"),
        ("my", "b", "glorp"),
        ("my", "c", "d", "glorp"),
    }


def test_a_group_that_is_not_there_is_named() -> None:
    with pytest.raises(LexiconError, match="big"):
        read_lexicon("xm", SMALL.replace('"glorp, gl orp"', '"my {big} glorp"'))


def test_a_choice_of_words_stands_for_every_way_to_say_it() -> None:
    lexicon = read_lexicon("xm", SMALL.replace('"glorp, gl orp"', '"is/was -/the glorp"'))
    ways = {("is", "glorp"), ("was", "glorp"), ("is", "the", "glorp"), ("was", "the", "glorp")}
    assert set(lexicon.phrases.listed_as(frozenset({Kind.BUS}))) == ways
    assert all(lexicon.phrases.kinds(way) == {Kind.BUS} for way in ways)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (SMALL.replace("bus =", "buss ="), "buss"),
        (SMALL.replace("zork*", "two zork*"), "two zork*"),
        (SMALL.replace("glorp,", "{glorps} glorp,"), "glorps"),
        (SMALL.replace("glorp,", "{glorp2} glorp,") + '[groups]\nglorp2 = "glo"', "{glorp2}"),
        (SMALL + '[groups]\nglorps = "glo*"', "glo*"),
        (SMALL.replace("glorp,", "-/the -/big,"), "'-/the -/big' may be left out"),
        (SMALL.replace("[opt-out]", "[optout]"), "opt-out"),
        ("not toml", "xm.toml"),
    ],
)
def test_a_fault_in_a_lexicon_is_named(source: str, says: str) -> None:
    with pytest.raises(LexiconError) as fault:
        read_lexicon("xm", source)
    assert says in str(fault.value)
