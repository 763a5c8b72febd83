"""Which language a phone is answered in."""

import pytest

from sms.catalogue import Catalogue, shipped_catalogue, shipped_sources
from sms.language import language_for, spoken_language_for


def choose(**known: str | None) -> str:
    nothing = dict.fromkeys(("named", "chosen", "stored", "guessed", "last"))
    return language_for(shipped_catalogue(), **(nothing | {"default": "en"} | known))  # type: ignore[arg-type]


def test_an_explicit_word_goes_before_the_stored_language_and_that_before_a_guess() -> None:
    assert choose(named="es", chosen="en", stored="en", guessed="en", last="en") == "es"
    assert choose(chosen="es", stored="en", guessed="en", last="en") == "es"
    assert choose(stored="es", guessed="en", last="en") == "es"
    assert choose(guessed="es", last="en") == "es"
    assert choose(last="es") == "es"
    assert choose() == "en"


def test_a_stored_language_without_a_catalogue_gives_way_to_the_next() -> None:
    assert choose(stored="tlh", guessed="es") == "es"
    assert choose(stored="tlh-US") == "en"
    assert choose(stored="es-DO") == "es"
    assert choose(stored="zh-Hant") == "zh"


def test_a_district_language_without_a_catalogue_is_an_error_in_words() -> None:
    with pytest.raises(ValueError, match="default language 'tlh'"):
        choose(default="tlh")


def test_a_caller_is_spoken_to_in_a_language_that_has_a_voice() -> None:
    catalogue = shipped_catalogue()
    assert spoken_language_for(catalogue, chosen="vi", stored="es", default="en") == "vi"
    assert spoken_language_for(catalogue, chosen="ht", stored="es", default="en") == "es"
    assert spoken_language_for(catalogue, chosen=None, stored="so", default="fr") == "fr"
    assert spoken_language_for(catalogue, chosen=None, stored=None, default="kea") == "en"


def test_a_catalogue_without_any_voice_is_an_error_in_words() -> None:
    silent = Catalogue({"ht": shipped_sources()["ht"]})
    with pytest.raises(ValueError, match="None of the languages ht has a voice"):
        spoken_language_for(silent, chosen=None, stored=None, default="ht")
