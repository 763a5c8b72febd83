"""A child on the wrong bus is a child that is not where it should be: a person at once, in every language."""

import pytest

from sms.grammar import shipped_grammar
from sms.intent import NotHome


@pytest.mark.parametrize(
    "text",
    [
        "my son got on the wrong bus",
        "they put my kid on the wrong bus",
        "mi hijo se subió al bus equivocado",
        "pitit mwen monte move bis",
        "nha fidju subi na autokaru eradu",
        "con tôi lên nhầm xe",
        "我孩子上错车了",
        "meu filho entrou no ônibus errado",
        "ilmahaygu baskii khaldanaa raacay",
        "ma fille est montée dans le mauvais bus",
        "ابني ركب الباص الغلط",
    ],
)
def test_a_child_on_the_wrong_bus_is_urgent(text: str) -> None:
    assert isinstance(shipped_grammar().understand(text).intent, NotHome)


@pytest.mark.parametrize("text", ["is this the wrong bus number", "the app shows the wrong bus"])
def test_a_wrong_number_of_a_bus_is_another_matter(text: str) -> None:
    assert not isinstance(shipped_grammar().understand(text).intent, NotHome)
