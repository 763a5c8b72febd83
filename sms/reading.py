"""What a text asks for, as two readers see it that know nothing of each other: the grammar, and one taught by texts.

The grammar knows words and their order, and gives every detail; what it does not know it leaves. The second reader
(`sms/second_reader`) knows which texts look alike. Where the grammar could not read a text and the second is sure, the
second is believed. Where the second thinks the grammar's reading next to impossible, nobody is told anything definite.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from sms.folding import tokens
from sms.grammar import Grammar, shipped_grammar
from sms.intent import (
    Alerts,
    Ask,
    Help,
    Intent,
    NotHome,
    Person,
    Quiet,
    ShowLanguages,
    Students,
    Thanks,
    Topic,
    Unclear,
    Understood,
)
from sms.second_reader import Opinion, SecondReader, shipped_second_reader

SURE = 0.95
"""So much the second reader must be sure of, to be believed where the grammar could not read a text."""
DOUBT = 0.08
"""Less than this for what the grammar read, and it is not believed. Both were chosen by a set of labelled texts that
had judged before, so that few are misled: `tests/labelled/README.md`."""
LONGEST_KEYWORD = 2
"""Words of a text that may be what our letters teach to text: "HELP" is what the grammar says it is."""
_BY_FORM = ("Code", "Choice", "Danger", "Yes", "No", "ShowLanguages", "Status", "Topic", "Unclear")
"""What the grammar reads by its form alone, or has not read at all."""
_PLAIN: dict[str, Callable[[], Intent]] = {
    "Alerts": Alerts,
    "Help": Help,
    "Person": Person,
    "Quiet": Quiet,
    "ShowLanguages": ShowLanguages,
    "Students": Students,
    "Thanks": Thanks,
}
"""What needs no details. Settings without any are not changed: they are shown, and how each is changed."""


class TwoReaders:
    """Reads texts in any of the languages of its grammar."""

    def __init__(self, grammar: Grammar, second: SecondReader) -> None:
        self._grammar = grammar
        self._second = second

    def understand(self, text: str) -> Understood:
        """What `text` asks for and the language it is written in. Any text at all; never raises."""
        understood = self._grammar.understand(text)
        opinion = self._second.weigh(text)
        if opinion is None or (isinstance(understood.intent, Ask) and understood.named_language is not None):
            # "100234 in English" asks for the bus: the name of a language outweighs that only for who knows texts.
            return understood
        return replace(understood, intent=agreed(text, understood.intent, opinion, self._grammar.question))


def agreed(text: str, read: Intent, opinion: Opinion, question: Callable[[str], Ask]) -> Intent:
    """What both make of it. `question` reads a text that asks about a bus, whatever words it asks with."""
    name = type(read).__name__
    if isinstance(read, Topic | Unclear):
        if isinstance(read, Unclear) and read.is_greeting:
            return read
        return _believed(text, opinion, question) or read
    is_keyword = len(tokens(text)) <= LONGEST_KEYWORD
    if name not in _BY_FORM and not is_keyword and opinion.share(name) < DOUBT:
        return _believed(text, opinion, question) or Topic(text)
    return read


def _believed(text: str, opinion: Opinion, question: Callable[[str], Ask]) -> Intent | None:
    """What the second reader is sure of, where it needs no more than the grammar can add."""
    intent = opinion.likeliest
    if opinion.share(intent) < SURE:
        return None
    if intent == "Ask":
        return replace(question(text), about=opinion.likeliest_about)
    if intent == "NotHome":
        return NotHome(question(text).student_ids)
    plain = _PLAIN.get(intent)
    return None if plain is None else plain()


@cache
def shipped_readers() -> TwoReaders:
    """The two that come with Busline."""
    return TwoReaders(shipped_grammar(), shipped_second_reader())
