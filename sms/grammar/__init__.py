"""Reads what a text asks for: any text in, an `Intent` out. A small grammar over the words of each language.

Never a guess: what is not plainly one thing is `Unclear`, and then the sender is offered a choice or a person.
"""

import re
from collections.abc import Collection, Sequence
from functools import cache

from sms.folding import folded, tokens
from sms.grammar.figures import (
    MOST_IDS,
    code_in,
    is_written_as_reference,
    reference_in,
    student_ids,
    without_times,
)
from sms.grammar.lexicon import Kind, Lexicon, shipped_lexicons
from sms.grammar.listing import Phrase, parts_of
from sms.grammar.matter import AROUND, ASKING, Matter, asked, is_of_another_matter, matter_of, question_of
from sms.grammar.missing import not_home
from sms.grammar.phrases import Span
from sms.grammar.reading import Reader, Reading
from sms.grammar.said_in_arabic import in_arabic
from sms.grammar.said_numbers import with_figures
from sms.grammar.wishes import alerts_wanted, quiet_wanted
from sms.grammar.within import WAYS, Meanings
from sms.intent import (
    Ask,
    Choice,
    Code,
    Help,
    Intent,
    No,
    Person,
    ShowLanguages,
    Status,
    Students,
    SwitchLanguage,
    Thanks,
    Topic,
    Unclear,
    Understood,
    Yes,
)

__all__ = ["MOST_IDS", "Grammar", "shipped_grammar"]

_CHOICES = frozenset({"1", "2", "3"})
_AROUND_A_CHOICE = AROUND | {Kind.PICK, Kind.YES}
_STILL_ASKING = frozenset({Kind.WHERE, Kind.WHEN, Kind.LATE, Kind.MISSED, Kind.WHY, Kind.WHICH, Kind.NOT, Kind.TOPIC})
_PLEASED = frozenset("👍🙏❤♥😊🙂😀😃😄😁🥰😍👌💯🎉💕💖☺😘🤗✅👏🫶🤝")
_BUSES = frozenset("🚌🚍🚎🚐")
_UNKNOWN_BESIDE_A_PERSON = 3
_UNKNOWN_BESIDE_THANKS = 2
_UNKNOWN_BESIDE_USAGE = 2
_LONGEST_NAME = 6
"""Words that name a bus before its number: no longer phrase does, and lexicons stand for ten thousand of those."""
_DIGIT = re.compile(r"\d")


class Grammar:
    """Reads texts in all languages of its lexicons at once."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self._reader = Reader(lexicons)
        self._names = {name: lexicon.language for lexicon in lexicons for name in lexicon.names}
        self._codes = {code: lexicon.language for lexicon in lexicons for code in lexicon.codes}
        listed = {phrase for lexicon in lexicons for phrase in _names_of_buses(lexicon)}
        # The number after "changed onto the bus" stands after "bus" as well. Two words may be written as one.
        buses = sorted(
            (phrase for phrase in listed if len(phrase) <= 2 or not _ends_on_another(phrase, listed)),
            key=lambda phrase: (-len(phrase), phrase),
        )
        named = "|".join(r"\s?".join(phrase) for phrase in buses)
        self._bus_number = re.compile(
            rf"(?<![a-z])({named})(\W{{0,3}}(?:no|num|nr|number|numero|so)?\W{{0,3}})\d{{1,4}}(?!\d)"
        )

    def understand(self, text: str) -> Understood:
        """What `text` asks for and the language it is written in. Any text at all; never raises."""
        typed = folded(in_arabic(with_figures(text)))
        if (code := code_in(text, told=lambda: self._read(typed).has(Kind.JOIN))) is not None:
            return Understood(Code(code))
        if (bare := _bare(text, typed)) is not None:
            return Understood(bare)
        ids, rest = student_ids(self._without_bus_numbers(without_times(typed)))
        reading = self._reader.read(text, rest)
        if (picked := _picked(typed, matter_of(reading))) is not None:
            return Understood(picked, None, reading.language)
        if len(words := tokens(rest)) == 1 and not ids and words[0] in self._codes:
            coded = self._codes[words[0]]
            return Understood(SwitchLanguage(coded), coded)
        named, plain = self._named(reading)
        matter = matter_of(plain)
        intent = self._intent(text, typed, ids, matter, named)
        return Understood(intent, named, reading.language)

    def question(self, text: str) -> Ask:
        """What a text asks of which riders and day, where it is known to ask about a bus, in whatever words."""
        ids, rest = student_ids(self._without_bus_numbers(without_times(folded(in_arabic(with_figures(text))))))
        return question_of(matter_of(self._reader.read(text, rest)), ids)

    def _intent(self, text: str, typed: str, ids: tuple[str, ...], matter: Matter, named: str | None) -> Intent:
        if (status := _status(typed, ids, matter)) is not None:
            return status
        figures = tuple(int(number) for number in re.findall(r"(?<!\d)\d{1,3}(?!\d)", without_times(typed)))
        alerts, quiet = alerts_wanted(matter, figures), quiet_wanted(matter, typed, self._read)
        if alerts is not None and (quiet is None or alerts.minutes is not None):
            return alerts
        if quiet is not None:
            return quiet
        if "?" not in typed and _thanks_for_coming(matter):
            return Thanks()
        if matter.has(Kind.STRAY) and not ids and not matter.has(Kind.BUS, Kind.CHILD):
            return Unclear(text)
        # A child that is not there outweighs any list of children that it is not on.
        if (missing := not_home(matter, ids, timed=without_times(typed) != typed)) is not None:
            return missing
        if _asks_students(matter, ids):
            return Students()
        if matter.is_only(Kind.SOMEBODY) or (matter.has(Kind.PERSON) and matter.unknown <= _UNKNOWN_BESIDE_A_PERSON):
            return Person()
        if (question := asked(matter, ids)) is not None:
            return question
        if named is not None and matter.has(Kind.SPEAK) and not (_is_of_more(matter) or matter.has(Kind.BUS)):
            return SwitchLanguage(named)
        if matter.has(Kind.HELP) and not matter.has(Kind.TOPIC, Kind.LANGUAGE, Kind.DRIVER) and not matter.unknown:
            return Help()
        if matter.has(Kind.USAGE) and not matter.has(Kind.BUS) and matter.unknown <= _UNKNOWN_BESIDE_USAGE:
            return Help()
        if is_of_another_matter(matter):
            return Topic(text)
        if (small := _small(matter, named)) is not None:
            return small
        return Unclear(text, is_greeting=matter.is_only(Kind.GREETING))

    def _without_bus_numbers(self, typed: str) -> str:
        """The text with a 0 for the number of each bus that it names."""
        if not _DIGIT.search(typed):
            return typed
        # A function, for a template would have the whole pattern hashed each time.
        return self._bus_number.sub(lambda named: f"{named[1]} 0 ", typed)

    def _read(self, piece: str) -> Matter:
        return matter_of(self._reader.read(piece, piece))

    def _named(self, reading: Reading) -> tuple[str | None, Reading]:
        """The language that is asked for by its name, and the reading without it."""
        named: str | None = None
        spans: list[Span[Kind]] = []
        denied = False
        for span in reading.spans:
            if span.words not in self._names:
                denied = denied or Kind.NOT in span.kinds
                spans.append(span)
            elif named is not None:
                spans.append(span)
            elif denied:
                # "I do not speak English, Spanish please".
                denied = False
            else:
                named = self._names[span.words]
        return named, Reading(tuple(spans), reading.language)


@cache
def shipped_grammar() -> Grammar:
    """The grammar of the lexicons that come with Busline."""
    return Grammar(shipped_lexicons())


def _names_of_buses(lexicon: Lexicon) -> set[Phrase]:
    """What may stand before the number of a bus. A question that names the bus holds its name too."""
    meaning = Meanings(lexicon.phrases).of
    plain = frozenset(lexicon.phrases.listed_as(frozenset({Kind.BUS})))
    first_words = {phrase[0] for phrase in plain}
    # Who says which way it goes may name it too: of these thousands, few do.
    ways = (
        phrase
        for phrase in lexicon.phrases.listed_as(WAYS)
        if len(phrase) <= _LONGEST_NAME
        and not first_words.isdisjoint(phrase)
        and not plain.isdisjoint(parts_of(phrase))
    )
    names: set[Phrase] = set()
    for phrase in sorted({*plain, *ways}, key=len):
        if len(phrase) > 2 and _ends_on_another(phrase, names):
            continue  # the shorter name is found within it
        if Kind.BUS in (kinds := meaning(phrase)) and not kinds & ASKING:
            names.add(phrase)
    return names


def _ends_on_another(phrase: Phrase, others: Collection[Phrase]) -> bool:
    return any(phrase[at:] in others for at in range(1, len(phrase)))


def _bare(text: str, typed: str) -> Intent | None:
    """What a text without any letters says."""
    stripped = "".join(letter for letter in typed if letter.isalnum())
    if stripped in _CHOICES:
        return Choice(int(stripped))
    if stripped:
        return None
    if any(sign in _BUSES for sign in text):
        return Ask()
    if any(sign in _PLEASED for sign in text):
        return Thanks()
    return Ask() if "?" in typed or "¿" in typed else Unclear(text)


def _picked(typed: str, matter: Matter) -> Choice | None:
    """The number of what was offered, where a word or two around it only name it: "option 2", "le 2 svp"."""
    numbers = re.findall(r"\d+", typed)
    for number, kind in enumerate((Kind.FIRST, Kind.SECOND, Kind.THIRD), 1):
        if not numbers and matter.is_only(kind, Kind.PICK, Kind.YES):
            return Choice(number)
    named = matter.has(Kind.PICK, Kind.POLITE) and not matter.has(Kind.MINUTES) and matter.is_within(_AROUND_A_CHOICE)
    return Choice(int(numbers[0])) if named and len(numbers) == 1 and numbers[0] in _CHOICES else None


def _status(typed: str, ids: tuple[str, ...], matter: Matter) -> Status | None:
    reference = reference_in(typed)
    # "Complaint 51234" names a case, though a complaint is a matter of its own.
    of_more = matter.has(Kind.TOPIC) if reference is None else matter.has_beside(Kind.TOPIC, Kind.CASE)
    if matter.has(Kind.CASE) and not of_more and matter.unknown <= 2:
        return Status(reference)
    # How it stands with a number that is no reference is asked of a student's bus.
    of_student = bool(ids) and reference is None
    if matter.has(Kind.STATUS) and not of_student and not matter.has(Kind.BUS) and not matter.unknown:
        return Status(reference)
    if reference is not None and is_written_as_reference(typed) and not matter.has(Kind.BUS):
        return Status(reference)
    return None


def _asks_students(matter: Matter, ids: tuple[str, ...]) -> bool:
    if ids or matter.has(Kind.BUS):
        return False
    if matter.is_only(Kind.STUDENTS, Kind.CHILD, Kind.LINKED, Kind.WHICH):
        return True
    if matter.has(Kind.STUDENTS) and matter.has(Kind.WHICH) and matter.unknown <= 2:
        return not matter.has(Kind.TOPIC, Kind.BUS)
    linked = matter.has(Kind.LINKED) and matter.has(Kind.STUDENTS, Kind.CHILD, Kind.WHICH, Kind.ASIDE)
    return linked and not matter.has(Kind.TOPIC, Kind.BUS, Kind.JOIN, Kind.WHEN, Kind.LATE)


def _is_of_more(matter: Matter) -> bool:
    """Whether another matter stands beside what is wanted of a language: "change to English" changes nothing else."""
    return matter.has_beside(Kind.TOPIC, Kind.SPEAK)


def _small(matter: Matter, named: str | None) -> Intent | None:
    """What a text says that says only one small thing."""
    if named is not None and matter.unknown <= 1:
        return SwitchLanguage(named)
    if matter.has(Kind.LANGUAGE) and matter.unknown <= 2:
        return ShowLanguages()
    if matter.is_only(Kind.HELP):
        return Help()
    if matter.is_only(Kind.NO, Kind.THANKS, Kind.NOT, Kind.TODAY) and not matter.has(Kind.MINUTES) and _denies(matter):
        return No()
    agreed = any(Kind.YES in kinds and not kinds & {Kind.FILLER, Kind.GREETING} for kinds in matter.each)
    # "Dạ cảm ơn cô" ends on what is also a yes without its marks.
    said = [kinds for kinds in matter.each if kinds & {Kind.YES, Kind.THANKS} and Kind.GREETING not in kinds]
    denied = any(Kind.NO in kinds and Kind.YES not in kinds for kinds in matter.each)
    if matter.is_only(Kind.YES, Kind.THANKS) and not denied and (agreed or not said or Kind.YES in said[0]):
        return Yes()
    if matter.is_only(Kind.THANKS, Kind.TODAY):
        return Thanks()
    return Help() if matter.has(Kind.HELP) and matter.unknown <= 2 else None


def _denies(matter: Matter) -> bool:
    """Whether a no is the first word that says anything, or the last one: "gracias, no"; not in "great, no trouble"."""
    polite = {Kind.POLITE, Kind.GREETING}
    said = [kinds for kinds in matter.each if not kinds <= polite | {Kind.FILLER}]
    last = [kinds for kinds in matter.each if not kinds <= polite]
    return Kind.NO in said[0] or Kind.NO in last[-1]


def _thanks_for_coming(matter: Matter) -> bool:
    """Whether somebody thanks and says that it has come, which asks nothing: "thank you, it is here now".

    A phrase listed both as `came` and as `thanks` says so; of most others nobody knows whether they ask.
    """
    arrived = [kinds for kinds in matter.each if Kind.CAME in kinds]
    thanked = any(Kind.THANKS in kinds and Kind.CAME not in kinds for kinds in matter.each)
    told = bool(arrived) and all(Kind.THANKS in kinds for kinds in arrived)
    return thanked and told and not matter.has(*_STILL_ASKING) and matter.unknown <= _UNKNOWN_BESIDE_THANKS
