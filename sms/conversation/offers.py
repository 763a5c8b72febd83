"""What a bare 1, 2 or 3 can mean: up to three offers that a reply made, kept as short words until they are taken up."""

from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

OFFER_STANDS = timedelta(minutes=10)
"""Then a bare number means nothing again: a wrong guess is worse than a question."""


@dataclass(frozen=True, slots=True)
class TheBus:
    """Where is my bus."""


@dataclass(frozen=True, slots=True)
class APerson:
    """A question for a person."""


@dataclass(frozen=True, slots=True)
class WhatToText:
    """The help."""


@dataclass(frozen=True, slots=True)
class AnAnswer:
    """One of the prepared answers."""

    topic: str


Offer = TheBus | APerson | WhatToText | AnAnswer

_WORDS: dict[str, Offer] = {"bus": TheBus(), "person": APerson(), "help": WhatToText()}
_ANSWER = "answer:"


def written(offer: Offer) -> str:
    """An offer as it is kept: `bus`, `answer:lost_item`."""
    match offer:
        case TheBus():
            return "bus"
        case APerson():
            return "person"
        case WhatToText():
            return "help"
        case AnAnswer(topic):
            return _ANSWER + topic
        case _:
            assert_never(offer)


def read(kept: str) -> Offer | None:
    """The offer that was kept so; None for one that an older version made and nobody knows any more."""
    if kept.startswith(_ANSWER):
        return AnAnswer(kept.removeprefix(_ANSWER))
    return _WORDS.get(kept)
