"""A driver, an already, a number that is picked, a language that is not spoken: small words that turn what is asked."""

import pytest

from busline.people import Leg
from sms.grammar import shipped_grammar
from sms.intent import About, Alerts, Ask, Choice, Intent, NotHome, SwitchLanguage, Topic, Unclear

GRAMMAR = shipped_grammar()


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("le chauffeur est où", Ask(about=About.WHERE)),
        ("chofè a kot li ye la", Ask(about=About.WHERE)),
        ("bis la kite lekol la deja?", Ask(about=About.DID_IT_COME, leg=Leg.FROM_SCHOOL)),
        ("bis la poko rive li 7:20 deja", Ask(about=About.WHERE)),
        ("sak pase ki kote bus la ye", Ask(about=About.WHERE)),
        ("sak pase bis la", Ask(about=About.WHY)),
        ("le 2", Choice(2)),
        ("option 3", Choice(3)),
        ("3 souple", Choice(3)),
        ("Veuillez m'avertir dix minutes avant l'arrivée de l'autobus", Alerts(wanted=True, minutes=10)),
        ("prévenez-moi un quart d'heure avant", Alerts(wanted=True, minutes=15)),
        ("text me ten minutes before the bus comes", Alerts(wanted=True, minutes=10)),
        ("m pa pale angle ekri m an kreyòl", SwitchLanguage("ht")),
        ("I don't speak English, Spanish please", SwitchLanguage("es")),
        ("551032 toujours pas là, le bus est passé il y a longtemps", NotHome(("551032",))),
        ("on descend maintenant ou le bus est pas encore proche", Ask(about=About.WHERE)),
    ],
)
def test_small_words_turn_what_is_asked(text: str, intent: Intent) -> None:
    assert GRAMMAR.understand(text).intent == intent


@pytest.mark.parametrize(
    "text", ["le chauffeur a crié sur mon fils", "papa l ap vin pran l", "c'est qui le nouveau chauffeur"]
)
def test_who_drives_or_fetches_is_not_asked_for(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Topic(text)


@pytest.mark.parametrize("text", ["dans 2 minutes", "il a 2 enfants", "le code marche pas"])
def test_a_number_of_something_and_a_code_that_fails_are_neither_a_choice_nor_a_bus(text: str) -> None:
    assert GRAMMAR.understand(text).intent == Unclear(text)


def test_a_phrase_of_another_language_does_not_count_where_the_words_are_known() -> None:
    assert GRAMMAR.understand("bis 12 la ap vini a lè?").intent == Ask(about=About.LATE)
