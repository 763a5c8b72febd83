"""Opting out is recognised in every language's words, and in nothing else."""

from pathlib import Path

import pytest

from sms.opt_out import CARRIER_STOP, OptWord, carrier_confirms, shipped_opt_out_words

UTTERANCES = Path(__file__).parent.parent / "data" / "utterances"
WORDS = shipped_opt_out_words()
OPT_OUTS = [line.split("\t") for line in (UTTERANCES / "opt_out.tsv").read_text(encoding="utf-8").splitlines()]
ORDINARY = (UTTERANCES / "not_opt_out.tsv").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("phrase", [phrase for _, phrase in OPT_OUTS])
def test_an_opt_out_is_recognised(phrase: str) -> None:
    assert WORDS.recognise(phrase) is OptWord.STOP


@pytest.mark.parametrize("word", sorted(CARRIER_STOP))
def test_every_word_the_carrier_takes_for_an_opt_out_is_one_for_us(word: str) -> None:
    assert WORDS.recognise(word) is WORDS.recognise(word.lower()) is OptWord.STOP
    assert carrier_confirms(f" {word.lower()} ")


def test_the_carrier_confirms_only_its_own_words_alone() -> None:
    assert not carrier_confirms("stop please")
    assert not carrier_confirms("alto")


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_text_is_no_opt_out(text: str) -> None:
    assert WORDS.recognise(text) in (None, OptWord.YES)


def test_no_labelled_question_is_an_opt_out() -> None:
    for language in ("en", "es"):
        for line in (UTTERANCES / f"{language}.tsv").read_text(encoding="utf-8").splitlines():
            assert WORDS.recognise(line.split("\t")[1]) is not OptWord.STOP, line


@pytest.mark.parametrize("text", ["START", "start", "Unstop", "resume", "empezar", "Iniciar por favor", "reanudar"])
def test_opting_in_again_is_recognised(text: str) -> None:
    assert WORDS.recognise(text) is OptWord.START


@pytest.mark.parametrize("text", ["", "   ", "🛑", "?!", "\u202e", "please please", "ya gracias"])
def test_nothing_is_no_opt_out(text: str) -> None:
    assert WORDS.recognise(text) is None
