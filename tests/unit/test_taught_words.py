"""The words that texts teach are understood as what the texts promise, in every language that teaches them."""

from datetime import time

import pytest

from busline.outbound import Channel
from sms.catalogue import shipped_catalogue, shipped_sources
from sms.catalogue.budget import examples
from sms.catalogue.shape import read_source
from sms.grammar import shipped_grammar
from sms.intent import (
    Alerts,
    Ask,
    Intent,
    No,
    Person,
    Quiet,
    ShowLanguages,
    Status,
    Students,
    SwitchLanguage,
    Yes,
)
from sms.opt_out import shipped_opt_out_words

GRAMMAR = shipped_grammar()
CATALOGUE = shipped_catalogue()
READ = {code: read_source(source) for code, source in shipped_sources().items()}
PROMISED: dict[str, Intent] = {
    "-bus": Ask(),
    "-alerts-on": Alerts(wanted=True),
    "-alerts-off": Alerts(wanted=False),
    "-alerts-minutes": Alerts(wanted=True, minutes=15),
    "-alerts": Alerts(),
    "-alerts-late": Alerts(wanted=True, late=True, minutes=15),
    "-arrivals-on": Alerts(arrivals=True),
    "-arrivals-off": Alerts(arrivals=False),
    "-alerts-by-call": Alerts(channel=Channel.VOICE),
    "-alerts-by-text": Alerts(channel=Channel.TEXT),
    "-quiet-hours": Quiet(time(21), time(6)),
    "-quiet-off": Quiet(off=True),
    "-quiet": Quiet(),
    "-students": Students(),
    "-status": Status(),
    "-languages": ShowLanguages(),
    "-person": Person(),
    "-yes": Yes(),
    "-no": No(),
}


def taught(language: str, term: str) -> str:
    (word,) = examples(CATALOGUE, language, READ[language], term)
    return word


@pytest.mark.parametrize("language", CATALOGUE.languages)
def test_every_language_teaches_the_same_words(language: str) -> None:
    assert {key for key in READ[language].shapes if key.startswith("-")} == PROMISED.keys()


@pytest.mark.parametrize("term", PROMISED)
@pytest.mark.parametrize("language", CATALOGUE.languages)
def test_a_taught_word_means_what_the_text_promised(language: str, term: str) -> None:
    word = taught(language, term)
    assert GRAMMAR.understand(word).intent == PROMISED[term]
    # As it is sent, without the marks that the alphabet of texts lacks; and in small letters.
    assert GRAMMAR.understand(CATALOGUE.fitted(language, word)).intent == PROMISED[term]
    assert GRAMMAR.understand(word.lower()).intent == PROMISED[term]


@pytest.mark.parametrize("language", CATALOGUE.languages)
def test_no_taught_word_takes_a_family_off_the_list(language: str) -> None:
    words = shipped_opt_out_words()
    for term in PROMISED.keys() - {"-yes"}:
        assert words.recognise(taught(language, term)) is None, term


@pytest.mark.parametrize("language", CATALOGUE.languages)
def test_a_languages_offered_name_and_its_letters_switch_to_it(language: str) -> None:
    for words in (CATALOGUE.raw(language, "own-name"), language, language.upper()):
        assert GRAMMAR.understand(words).intent == SwitchLanguage(language), words
