"""The words that people type, by language: `sms/lexicon/<code>.toml` in, phrases and what they contribute out."""

import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

from sms.folding import tokens
from sms.grammar.listing import Listing, Phrase, parts_of
from sms.grammar.marks import marked_words
from sms.grammar.templates import written_out

__all__ = ["Kind", "Lexicon", "LexiconError", "OptKind", "Phrase", "read_lexicon", "shipped_lexicons"]


class Kind(StrEnum):
    """What a phrase contributes. The keys of `[words]` in a lexicon; a phrase may have several."""

    # A question about the bus.
    BUS = "bus"
    WHERE = "where"
    """Asks where it is or how far away."""
    WHEN = "when"
    """Asks when, or how long still."""
    LATE = "late"
    """Late, delayed, on time."""
    COMING = "coming"
    """On the way, coming, arriving, near; or still being waited for."""
    CAME = "came"
    """Has come, has passed, has left. With a "not" it is still being waited for."""
    DID = "did"
    """Asks of the verb behind it whether it is over: "did my son get picked up"."""
    DONE = "done"
    """A verb that says so behind a "did": come, go by, leave."""
    MISSED = "missed"
    """Asks alone whether it is over: we missed it."""
    ALREADY = "already"
    """What moves has moved, wherever this stands: "bis la kite lekòl la deja"."""
    DRIVER = "driver"
    """Who drives: of whom is asked where he is, the bus is meant; else an aside."""
    WHICH = "which"
    NUMBER = "number"
    WHY = "why"
    # When, and which way.
    MORNING = "morning"
    AFTERNOON = "afternoon"
    NIGHT = "night"
    TO_SCHOOL = "to-school"
    FROM_SCHOOL = "from-school"
    TODAY = "today"
    TOMORROW = "tomorrow"
    OTHER_DAY = "other-day"
    """A day that the picture of today and tomorrow says nothing about."""
    # A child that is not there.
    NOT = "not"
    TAG = "tag"
    """A "not" that, as the last word, only makes a question: "về chưa"."""
    CHILD = "child"
    """A child of the sender."""
    SOMEONE = "someone"
    """He, she, they; in some languages that is the bus as well."""
    OVERDUE = "overdue"
    """Should have come by now: a child, or a bus."""
    WAITING = "waiting"
    """Somebody waits for the bus."""
    HOME = "home"
    GOT_OFF = "got-off"
    ABOARD = "aboard"
    NEVER = "never"
    """With a time it should keep, a complaint about every day."""
    HERE = "here"
    """At this place: where a child should be by now."""
    SOUGHT = "sought"
    """Asks where somebody is who should be here, and asks nothing else."""
    NOT_HOME = "not-home"
    """Says alone that a child is not where it should be."""
    # Other matters.
    TOPIC = "topic"
    """A matter for the prepared answers or a department, even where a bus or a number is named."""
    ASIDE = "aside"
    """Such a matter too, unless the bus is plainly asked for beside it."""
    BUS_STOP = "bus-stop"
    """The place where the bus stops: a matter of its own, but who asks when to be there asks for the bus."""
    OTHER_RIDE = "other-ride"
    """A ride that is not the one to school or home from it: after a club, on a trip."""
    STRAY = "stray"
    """What is said to one's own family: a text that came to the wrong number, where no bus or child is named."""
    COMPLAINT = "complaint"
    """Wants to complain: then a late bus is what of, and not asked for."""
    PERSON = "person"
    """I want to talk to somebody."""
    SOMEBODY = "somebody"
    """A person, which asks for one only where nothing else is said."""
    # Settings and cases.
    HELP = "help"
    USAGE = "usage"
    """Asks how texting works here: help too, also beside another matter, as the letter that told of it."""
    ALERTS = "alerts"
    ARRIVALS = "arrivals"
    """With alerts: of a bus that was at school, or at the stop in the afternoon."""
    BY_CALL = "by-call"
    """With alerts, how they shall come."""
    BY_TEXT = "by-text"
    BY_MAIL = "by-mail"
    NOTIFY = "notify"
    """Tell me when it comes near."""
    MESSAGES = "messages"
    ON = "on"
    OFF = "off"
    MINUTES = "minutes"
    QUIET = "quiet"
    BEFORE = "before"
    AFTER = "after"
    ONLY = "only"
    """With hours, that messages are wanted at these alone; else it changes nothing."""
    LANGUAGE = "language"
    FIGURE = "figure"
    """A number that was read already: of a student or a bus. Not a list of words either."""
    NAME = "name"
    """The name of a language. Not a list of words of its own: it is `names` of the language meant."""
    SPEAK = "speak"
    """Beside the name of a language, that it is wanted: "write to me in", "I do not understand English"."""
    STUDENTS = "students"
    LINKED = "linked"
    """On my phone, registered to me."""
    STATUS = "status"
    CASE = "case"
    JOIN = "join"
    FIRST = "first"
    """Picks the first of what was offered, without a figure."""
    SECOND = "second"
    THIRD = "third"
    PICK = "pick"
    """Stands before the number of what was offered: "option 2", "le 2"."""
    # What stands around all of these.
    GREETING = "greeting"
    THANKS = "thanks"
    YES = "yes"
    NO = "no"
    POLITE = "polite"
    FILLER = "filler"


class OptKind(StrEnum):
    """What a phrase says about receiving texts at all. The keys of `[opt-out]` in a lexicon."""

    STOP = "stop"
    """Says it alone."""
    ENDING = "ending"
    """Says it of messages: stop sending, no more, I do not want."""
    MESSAGES = "messages"
    REMOVING = "removing"
    """Says it of oneself or one's number: remove, delete, take off."""
    ME = "me"
    GLUE = "glue"
    """May stand anywhere between."""
    ABOUT = "about"
    """What the messages are about: may stand beside messages, not beside a bare end, for a bus may end too."""
    ALERTS = "alerts"
    """Messages that are a setting of their own: to end these is not to leave."""
    START = "start"
    AGAIN = "again"
    """With messages, that they may come again."""
    POLITE = "polite"
    """Changes nothing."""


class LexiconError(Exception):
    """A lexicon names a kind that is not one, or cannot be read."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What is typed in one language."""

    language: str
    phrases: Listing[Kind]
    names: frozenset[Phrase]
    """What this language is called, in any language."""
    codes: frozenset[str]
    """Short codes of it, which count only alone."""
    opting: Mapping[Phrase, frozenset[OptKind]]
    stop_as_written: frozenset[str]
    """What means stop, and its single words, in lower case with all their marks."""
    elided: tuple[str, ...] = ()
    """Small words that are written into the next one, as in "l'autobus"."""
    endings: tuple[str, ...] = ()
    """Small words that are written onto the end of another."""
    alike: tuple[str, ...] = ()
    """What is written for the same sound, as pairs `"ch=x"` (`sms/grammar/spelling.py`)."""
    verb_last: bool = False
    """Whether what is to end stands before the end of it: "fariimaha jooji"."""
    reviewed_by: str | None = None
    """The native speaker who has read it; None while it is a draft."""
    stems: Mapping[str, frozenset[Kind]] = field(default_factory=dict)
    """`mochil` for every word that begins so."""
    marked: Listing[Kind] | None = None
    """The phrases with their marks (`sms/grammar/marks.py`), where the language tells its words apart by them."""


@cache
def shipped_lexicons() -> tuple[Lexicon, ...]:
    """Every lexicon that comes with Busline, in the order of their codes."""
    found = (entry for entry in files("sms.lexicon").iterdir() if entry.name.endswith(".toml"))
    return tuple(
        read_lexicon(entry.name.removesuffix(".toml"), entry.read_text(encoding="utf-8"))
        for entry in sorted(found, key=lambda entry: entry.name)
    )


def read_lexicon(language: str, source: str) -> Lexicon:
    """The lexicon of `language` from the text of its file. Raises LexiconError."""
    try:
        read = tomllib.loads(source)
        groups = {name: _listed(listed) for name, listed in read.get("groups", {}).items()}
        if stem := next((word for words in groups.values() for word in words if "*" in word), None):
            raise ValueError(f"{stem!r} must stand in a list to end in *, not in a group")
        phrases: Listing[Kind] = Listing(_folded_word, groups)
        marked: Listing[Kind] | None = Listing(marked_words, groups) if read["language"].get("marks", False) else None
        stems: dict[str, frozenset[Kind]] = {}
        for key, listed in read["words"].items():
            kind = Kind(key)
            for phrase in _with_stems_apart(listed, groups):
                if phrase.endswith("*"):
                    if len(typed := tokens(phrase)) != 1:
                        raise ValueError(f"{phrase!r} must be one word to end in *")
                    stems[typed[0]] = stems.get(typed[0], frozenset()) | {kind}
                    continue
                phrases.add(phrase, kind)
                if marked is not None:
                    marked.add(phrase, kind)
        opting: dict[Phrase, frozenset[OptKind]] = {}
        for key, listed in read["opt-out"].items():
            for phrase in _listed(listed):
                opting[tokens(phrase)] = opting.get(tokens(phrase), frozenset()) | {OptKind(key)}
        _add_messages_within(opting)
        return Lexicon(
            language=language,
            phrases=phrases,
            names=frozenset(tokens(name) for name in _listed(read["language"]["names"])),
            codes=frozenset(_listed(read["language"]["codes"])),
            opting=opting,
            stop_as_written=_as_written(read["opt-out"]["stop"], read["opt-out"].get("ending", "")),
            elided=tuple(_listed(read["language"].get("elided", ""))),
            endings=tuple(_listed(read["language"].get("endings", ""))),
            alike=tuple(_listed(read["language"].get("alike", ""))),
            verb_last=read["language"].get("verb-last", False),
            reviewed_by=read["language"].get("reviewed-by"),
            stems=stems,
            marked=marked,
        )
    except (ValueError, KeyError) as fault:
        raise LexiconError(f"sms/lexicon/{language}.toml cannot be read: {fault!r}") from fault


def _add_messages_within(opting: dict[Phrase, frozenset[OptKind]]) -> None:
    """A whole sentence that names the messages it is to end, as in "stop sending texts"."""
    for phrase, kinds in list(opting.items()):
        if OptKind.STOP in kinds and any(OptKind.MESSAGES in opting.get(part, ()) for part in parts_of(phrase)):
            opting[phrase] = kinds | {OptKind.MESSAGES}


def _as_written(*lists: str) -> frozenset[str]:
    """The phrases of these lists and their single words, in lower case with all their marks."""
    phrases = {unicodedata.normalize("NFC", phrase).casefold() for listed in lists for phrase in _listed(listed)}
    return frozenset(phrases | {word for phrase in phrases for word in phrase.split()})


@lru_cache(maxsize=20_000)
def _folded_word(word: str) -> Phrase:
    return tokens(word)


def _with_stems_apart(phrases: str, groups: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The phrases and templates of a list; a template with a stem in it written out, for a stem is no phrase."""
    for line in _lines(phrases):
        yield from written_out(line, groups) if "*" in line else (line,)


def _listed(phrases: str) -> list[str]:
    """The phrases of a list, `he/she left` written out as two."""
    return [way for line in _lines(phrases) for way in written_out(line, {})]


def _lines(phrases: str) -> list[str]:
    """The phrases and templates of a list, which is parted by commas and line ends."""
    return [line for part in phrases.replace("\n", ",").split(",") if (line := part.strip())]
