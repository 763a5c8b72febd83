"""What the words of a text amount to: which kinds stand in it, how much of it is known, and what that asks for."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from busline.people import Leg
from sms.grammar.lexicon import Kind
from sms.grammar.reading import Reading
from sms.intent import About, Ask, Day, NotHome

ASKING = frozenset({Kind.WHERE, Kind.WHEN, Kind.LATE, Kind.COMING, Kind.CAME, Kind.MISSED, Kind.WHY, Kind.WHICH})
"""What makes a bus the subject of a question."""
ALONE = frozenset({Kind.WHERE, Kind.WHEN, Kind.LATE, Kind.COMING, Kind.CAME, Kind.MISSED})
"""What asks for the bus without naming it, where nothing else is said."""
AROUND = frozenset({Kind.FILLER, Kind.POLITE, Kind.GREETING, Kind.THANKS})
"""What changes nothing."""
_OF_A_CHILD = frozenset({Kind.CHILD, Kind.HOME, Kind.GOT_OFF, Kind.ABOARD})
_OF_TIME = AROUND | {Kind.CHILD, Kind.SOMEONE, Kind.NOT, Kind.FIGURE, Kind.TODAY, Kind.AFTERNOON, Kind.HERE}
_DUE = frozenset({Kind.OVERDUE})
_TOLD = frozenset({Kind.CAME, Kind.NOT, Kind.OVERDUE})
_PLACES = frozenset({Kind.HOME, Kind.HERE, Kind.GOT_OFF})
_NONE = frozenset({Kind.NOT, Kind.NO})
_MOVED = frozenset({Kind.CAME, Kind.COMING, Kind.MISSED})
_NAMED = frozenset({Kind.BUS, Kind.FIGURE})
_PLAIN = _NAMED | {Kind.WHERE, Kind.WHEN, Kind.LATE}
_BETWEEN = AROUND | {Kind.CHILD, Kind.SOMEONE, Kind.TODAY, Kind.NUMBER, Kind.COMING}
UNKNOWN_BESIDE_A_QUESTION = 0.4
"""Share of words that may be unknown where the bus and a question about it are plain: names, places, weather."""
UNKNOWN_BESIDE_A_NUMBER = 2


@dataclass(frozen=True, slots=True)
class Matter:
    """The words of one text, counted."""

    kinds: Counter[Kind]
    each: tuple[frozenset[Kind], ...]
    unknown: int
    """Words that no lexicon knows."""
    words: int

    def has(self, *kinds: Kind) -> bool:
        """Whether one of these stands in it."""
        return any(self.kinds[kind] for kind in kinds)

    def has_beside(self, kind: Kind, other: Kind) -> bool:
        """Whether a phrase of this kind stands in it that is not also the other: "cancel" may be either."""
        return any(kind in kinds and other not in kinds for kinds in self.each)

    def is_only(self, needed: Kind, *beside: Kind) -> bool:
        """Whether it says this and, apart from politeness, nothing but what is allowed `beside` it."""
        allowed = AROUND | {needed, *beside}
        return bool(self.kinds[needed]) and not self.unknown and all(kinds & allowed for kinds in self.each)

    def is_within(self, allowed: Collection[Kind]) -> bool:
        return not self.unknown and bool(self.each) and all(kinds & set(allowed) for kinds in self.each)


def matter_of(reading: Reading) -> Matter:
    """The words of a reading, counted."""
    each = [span.kinds for span in reading.spans if span.kinds]
    # What follows the last word that says anything is politeness: "về chưa vậy".
    last = max((at for at, kinds in enumerate(each) if not kinds <= AROUND), default=None)
    if last is not None and Kind.TAG in each[last]:
        each[last] -= {Kind.NOT}
    asks_if_done = False
    for at, kinds in enumerate(each):
        if asks_if_done and Kind.DONE in kinds:
            each[at] = (kinds - {Kind.COMING}) | {Kind.CAME}
        asks_if_done = asks_if_done or Kind.DID in kinds
    return Matter(
        kinds=Counter(kind for kinds in each for kind in kinds),
        each=tuple(each),
        unknown=sum(len(span.words) for span in reading.spans if not span.kinds),
        words=sum(len(span.words) for span in reading.spans),
    )


def not_home(matter: Matter, student_ids: tuple[str, ...], *, timed: bool = False) -> NotHome | None:
    """A child that did not come home, did not get off, or was not on the bus that came; None for any other matter.

    `timed` says that a time of day stands beside the words.
    """
    # "My girls 100562 and 103311, where are they": whoever numbers several asks for their buses.
    if _is_missing(matter) or (len(student_ids) < 2 and _is_sought(matter)):
        return NotHome(student_ids)
    if matter.has(Kind.OVERDUE) and (matter.has(Kind.HOME) or (matter.has(Kind.CHILD) and not matter.has(Kind.BUS))):
        return NotHome(student_ids)
    due = bool(student_ids) and matter.has(Kind.OVERDUE) and not matter.has(Kind.BUS)
    if (due or _is_said_of_child(matter, _DUE)) and not matter.has(Kind.TOPIC):
        return NotHome(student_ids)
    if not matter.has(Kind.NOT) or matter.has(Kind.TOPIC, Kind.TOMORROW):
        return None
    # "He always comes at three, and today he has not".
    if matter.has(Kind.OTHER_DAY) and (not matter.has(Kind.TODAY) or matter.has(Kind.BUS)):
        return None
    if student_ids and matter.has(Kind.NIGHT) and matter.has(Kind.COMING, Kind.CAME) and not matter.has(Kind.BUS):
        # A number alone may stand for its bus, but not after dark.
        return NotHome(student_ids)
    if _is_not_here(matter, timed=timed or matter.has(Kind.FIGURE)):
        return NotHome(student_ids)
    someone = matter.has(Kind.CHILD, Kind.SOMEONE) or bool(student_ids)
    who = {Kind.CHILD, Kind.FIGURE} if student_ids else {Kind.CHILD}
    if _came_without(matter, who) or _is_said_of_child(matter, _PLACES, denied=True):
        return NotHome(student_ids)
    if matter.has(Kind.GOT_OFF):
        return NotHome(student_ids)
    if matter.has(Kind.HOME) and (someone or matter.has(Kind.CAME, Kind.COMING)) and not matter.has(Kind.BUS):
        return NotHome(student_ids)
    if matter.has(Kind.CHILD) and matter.has(Kind.HOME) and matter.has(Kind.CAME):
        return NotHome(student_ids)
    if matter.has(Kind.ABOARD) and someone and matter.has(Kind.CAME, Kind.COMING, Kind.MISSED):
        return NotHome(student_ids)
    if matter.has(Kind.CHILD) and matter.has(Kind.CAME, Kind.COMING) and matter.unknown <= max(1, matter.words // 4):
        # "My daughter has not arrived", but "my daughter's bus has not arrived" is about the bus.
        return None if _is_about_waiting(matter) else NotHome(student_ids)
    return None


def _is_sought(matter: Matter) -> bool:
    """Whether it asks where a child is: of the child alone, or with something told of its bus, come or not."""
    last: frozenset[Kind] = frozenset()
    sought = bus = came = named = False
    for kinds in matter.each:
        if sought and bus and kinds & _TOLD:
            return True
        bus = bus or (sought and Kind.BUS in kinds)
        # Or the other way round: "the bus let the others off, where is my son".
        named = named or Kind.BUS in kinds
        came = came or (named and not sought and Kind.CAME in kinds and not _is_denied(last, kinds))
        both = kinds | last
        sought = sought or {Kind.NOT_HOME, Kind.WHERE} <= kinds or {Kind.SOUGHT, Kind.CHILD} <= both
        if not kinds & AROUND:
            last = kinds
    return sought and not bus and (came or not named) and not matter.has(Kind.WHEN)


def _is_said_of_child(matter: Matter, said: frozenset[Kind], *, denied: bool = False) -> bool:
    """Whether something is said (or `denied`) of a child, and not of a bus that is named in its turn.

    "My son is not here, where is the bus", but "my son is here and the bus is not"; "le bus de mon fils" is a bus.
    """
    if matter.has(Kind.WAITING):
        return False
    of_child = negated = bus_last = False
    telling = [kinds for kinds in matter.each if not kinds <= AROUND]
    for at, kinds in enumerate(telling):
        if Kind.BUS in kinds:
            of_child, negated, bus_last = False, False, True
        elif Kind.CHILD in kinds and Kind.FILLER not in kinds:
            of_child = not bus_last
            bus_last = False
        else:
            bus_last = bus_last and Kind.FIGURE in kinds
        negated = negated or (Kind.NOT in kinds and Kind.FILLER not in kinds)
        if of_child and kinds & said and (negated or not denied) and not _is_of_bus_behind(kinds, telling[at + 1 :]):
            return True
    return False


def _is_of_bus_behind(kinds: frozenset[Kind], behind: Sequence[frozenset[Kind]]) -> bool:
    """Whether what moves is the bus that ends the sentence: "para mi hijo no aparece el bus"."""
    moves = bool(kinds & _MOVED) and bool(behind) and Kind.BUS in behind[0]
    return moves and all(after <= AROUND | {Kind.FIGURE, Kind.TODAY} for after in behind[1:])


def _is_not_here(matter: Matter, *, timed: bool) -> bool:
    """Whether a child is not here, or nothing is said of it but a time and a not: "it is four, and my son is not"."""
    # Where a word is both, as in Vietnamese, it says too little alone.
    named = any(Kind.CHILD in kinds and Kind.FILLER not in kinds for kinds in matter.each)
    if not named or matter.has(Kind.BUS, Kind.WAITING, Kind.WHY):
        return False
    return (matter.has(Kind.HERE) and matter.unknown <= 1) or (timed and matter.is_within(_OF_TIME))


def _is_about_waiting(matter: Matter) -> bool:
    return matter.has(Kind.BUS, Kind.WAITING, Kind.WHY)


def _came_without(matter: Matter, who: Collection[Kind]) -> bool:
    """Whether a bus came, and then something is denied of a child: "it came, but my son was not there"."""
    came = child = bus = denied = named = False
    earlier: frozenset[Kind] = frozenset()
    before: frozenset[Kind] = frozenset()
    for kinds in matter.each:
        if child and Kind.NOT in kinds:
            return True
        # Or the other way round: "my son is not here, and the bus has passed".
        moved = kinds & _MOVED and Kind.WAITING not in kinds
        if denied and (bus or Kind.BUS in kinds) and moved and not _is_denied(before, kinds):
            return True
        denied = denied or (named and Kind.NOT in kinds and Kind.BUS not in kinds and not bus)
        named = named or (not kinds.isdisjoint(who) and not bus)
        bus = bus or Kind.BUS in kinds
        if Kind.WAITING in kinds:
            # Somebody waits still: nothing has come.
            continue
        came = came or (bool(kinds & _MOVED) and Kind.FILLER not in kinds and not _is_denied(before, kinds))
        if came and bus and before & _NONE and not earlier & _MOVED and Kind.CHILD in kinds:
            return True
        child = child or (came and bus and Kind.CHILD in kinds and Kind.BUS not in kinds)
        earlier, before = before, kinds
    return False


def _is_denied(before: frozenset[Kind], kinds: frozenset[Kind]) -> bool:
    """Whether a phrase is denied by itself or by the bare "not" before it."""
    return Kind.NOT in kinds or (Kind.NOT in before and not before & _MOVED)


def _is_missing(matter: Matter) -> bool:
    for kinds in matter.each:
        if Kind.NOT_HOME in kinds:
            # "Where is my child" beside a bus asks for the bus of the child, and "not back yet" is said of a bus too.
            # To say that nobody knows where it is, is no question.
            asks = Kind.WHERE in kinds and Kind.NOT not in kinds
            about_bus = (asks and not matter.has(Kind.CAME)) or not kinds & _OF_A_CHILD
            if not (about_bus and matter.has(Kind.BUS)) or (not asks and matter.has(Kind.CHILD)):
                return True
    return False


def asked(matter: Matter, student_ids: tuple[str, ...]) -> Ask | None:
    """A question about where the bus is; None where it is not plainly that."""
    if matter.has(Kind.OTHER_DAY, Kind.PERSON) or _is_of_every_day(matter):
        return None
    if _asks_for_bus(matter) and matter.unknown <= max(1, UNKNOWN_BESIDE_A_QUESTION * matter.words):
        return _ask(matter, student_ids)
    if matter.has(Kind.TOPIC) and not _asks_why_it_stays_away(matter):
        return None
    asking = any(matter.kinds[kind] for kind in ASKING)
    plain = asking and matter.unknown <= max(1, UNKNOWN_BESIDE_A_QUESTION * matter.words)
    if student_ids:
        is_question = not matter.has(Kind.ASIDE) and (matter.unknown <= UNKNOWN_BESIDE_A_NUMBER or plain)
        return _ask(matter, student_ids) if is_question or (plain and matter.has(Kind.BUS)) else None
    if matter.has(Kind.BUS) or _asks_when_at_stop(matter):
        if asking:
            # A lone "which" or "why" beside another matter is a question about that one.
            outweighed = matter.has(Kind.ASIDE) and not any(matter.kinds[kind] for kind in (*ALONE, Kind.WHICH))
            return _ask(matter, ()) if plain and not outweighed else None
        outweighed = matter.has(Kind.ASIDE, Kind.ABOARD, Kind.NOT, Kind.HELP)
        return _ask(matter, ()) if not matter.unknown and not outweighed else None
    if matter.has(Kind.ASIDE) and not _asks_for_driver(matter):
        return None
    if _asks_alone(matter):
        return _ask(matter, ())
    if matter.unknown:
        return None
    if matter.has(Kind.WHICH) and matter.has(Kind.NUMBER):
        return _ask(matter, ())
    why = matter.is_only(Kind.WHY, Kind.NOT) and matter.has_beside(Kind.WHY, Kind.GREETING)
    return _ask(matter, ()) if why else None


def is_of_another_matter(matter: Matter) -> bool:
    """Whether it is about something that a department or a prepared answer may know."""
    if matter.has(Kind.TOPIC, Kind.COMPLAINT) or _is_of_every_day(matter):
        return True
    of_riding = matter.has(Kind.BUS, Kind.ASIDE) or any(matter.kinds[kind] for kind in ASKING)
    aside = matter.has(Kind.ASIDE) or (matter.has(Kind.OTHER_DAY) and of_riding)
    return aside and 2 * matter.unknown <= matter.words


def _is_of_every_day(matter: Matter) -> bool:
    """Whether it says that the bus never keeps its time, or wants to complain of it and does not ask for it."""
    if not matter.has(Kind.BUS):
        return False
    complains = matter.has(Kind.COMPLAINT) and not matter.has(Kind.WHERE, Kind.WHEN, Kind.WHY)
    return complains or (matter.has(Kind.NEVER) and matter.has(Kind.LATE))


def _asks_for_bus(matter: Matter) -> bool:
    """Whether the bus and where, when or how late stand side by side: then what else is said is told beside it."""
    last: frozenset[Kind] | None = None
    for kinds in matter.each:
        if Kind.TOPIC in kinds:
            last = None
        elif kinds & _PLAIN or {Kind.NOT, Kind.COMING} <= kinds:
            # "The bus, not here yet" asks as plainly as "where"; "no bus" may also be what a sick child needs.
            away = kinds & {Kind.NOT} if Kind.BUS not in kinds else frozenset()
            named, asking = kinds & _NAMED, (kinds & _PLAIN - _NAMED) | away
            if (named and asking) or (last is not None and bool(kinds & _NAMED) != bool(last & _NAMED)):
                return True
            last = kinds
        elif not kinds & _BETWEEN:
            last = None
    return False


def _asks_when_at_stop(matter: Matter) -> bool:
    """Whether it asks when to be at the stop, or when something is there: what comes to a stop is the bus."""
    asks = matter.has(Kind.WHEN, Kind.CAME, Kind.LATE) and not matter.has(Kind.WHERE, Kind.WHICH)
    return asks and matter.has(Kind.BUS_STOP) and not matter.has_beside(Kind.ASIDE, Kind.BUS_STOP)


def _asks_why_it_stays_away(matter: Matter) -> bool:
    """Whether a reason is only guessed at: "why is the bus not here, has it broken down"."""
    away = any(Kind.NOT in kinds and kinds & _MOVED for kinds in matter.each)
    return away and matter.has(Kind.WHY) and matter.has(Kind.BUS)


def _asks_alone(matter: Matter) -> bool:
    """Whether it is the bus that is asked for, though nobody names it."""
    if matter.has(Kind.HELP) and not matter.has(Kind.WHERE, Kind.WHEN, Kind.LATE):
        return False
    # "Tôi" is I and, without its marks, to arrive: a word that says nothing as well is not enough.
    asking = any(kinds & ALONE and Kind.FILLER not in kinds for kinds in matter.each)
    if not matter.unknown:
        return asking
    moving = matter.has(Kind.COMING, Kind.CAME) or (
        matter.has(Kind.CHILD) and matter.has(Kind.MORNING, Kind.AFTERNOON, Kind.TOMORROW, Kind.HOME)
    )
    return asking and moving and matter.has(Kind.WHEN, Kind.WHERE, Kind.LATE) and matter.unknown == 1


def _asks_for_driver(matter: Matter) -> bool:
    """Whether "where is the driver" stands for the bus; whom he missed, or shouted at, is another matter."""
    driver = matter.has(Kind.DRIVER) and not matter.has_beside(Kind.ASIDE, Kind.DRIVER)
    return driver and not matter.has(Kind.MISSED, Kind.WHY, Kind.WHICH, Kind.NEVER) and not matter.unknown


def _ask(matter: Matter, student_ids: tuple[str, ...]) -> Ask:
    day = Day.TOMORROW if matter.has(Kind.TOMORROW) else Day.TODAY
    return Ask(student_ids, _about(matter, numbered=bool(student_ids)), day, _leg(matter))


def _about(matter: Matter, *, numbered: bool) -> About:
    # "Sak pase" greets before it asks what has happened.
    if _asks_why(matter) or (matter.has(Kind.WHY) and not matter.has(*ALONE)):
        return About.WHY
    if matter.has(Kind.MISSED):
        return About.DID_IT_COME
    # Without its accent "où" is "or" as well: then what else is asked comes first.
    if matter.has_beside(Kind.WHERE, Kind.FILLER):
        return About.WHERE
    if _asks_which_first(matter):
        return About.WHICH_BUS
    if _asks_if_it_came(matter) and not matter.has(Kind.WHEN):
        return About.DID_IT_COME
    if matter.has(Kind.WHICH) and not matter.has(Kind.WHEN, Kind.LATE, Kind.CAME):
        return About.WHICH_BUS
    if matter.has(Kind.WHEN):
        # "How many minutes late", but not "when does the late bus come".
        # Where to be somewhere is the same word as to come, it moves nothing: "kantu minutu ki bus sta atrazadu".
        moves = any(kinds & _MOVED and Kind.FILLER not in kinds for kinds in matter.each)
        return About.LATE if matter.has(Kind.LATE) and not moves else About.WHERE
    # "The number is 100234" is not about the number of the bus.
    if (
        matter.has(Kind.BUS)
        and matter.has(Kind.NUMBER)
        and not numbered
        and not matter.has(Kind.LATE, Kind.COMING, Kind.CAME)
    ):
        return About.WHICH_BUS
    return About.LATE if matter.has(Kind.LATE) else About.WHERE


def _asks_why(matter: Matter) -> bool:
    """Whether it asks why. "Porque" is because as well: behind what is asked, before the reason for asking."""
    asked_already = False
    for at, kinds in enumerate(matter.each):
        is_reason = asked_already and Kind.FILLER in kinds and at + 1 < len(matter.each)
        if Kind.WHY in kinds and Kind.GREETING not in kinds and not is_reason:
            return True
        asked_already = asked_already or bool(kinds & ALONE)
    return False


def _asks_which_first(matter: Matter) -> bool:
    """Whether it asks which bus before it tells of one: "what number does it have, another one came"."""
    for kinds in matter.each:
        if kinds & {Kind.WHEN, Kind.LATE, Kind.COMING, Kind.CAME}:
            return False
        if Kind.WHICH in kinds and Kind.FILLER not in kinds:
            return matter.has(Kind.CAME) and matter.has(Kind.NUMBER) and not matter.has(Kind.WHEN, Kind.LATE)
    return False


def _asks_if_it_came(matter: Matter) -> bool:
    """Whether something has come. What denies stands in front: behind, "chưa" and "没有" ask."""
    if matter.has(Kind.ALREADY) and matter.has(Kind.COMING, Kind.CAME) and not matter.has(Kind.NOT):
        return True
    denied = False
    for kinds in matter.each:
        if Kind.CAME in kinds:
            return not denied and (Kind.NOT not in kinds or Kind.FILLER in kinds)
        # "I did not see it pass, has it gone": what was denied has been said.
        denied = (denied and Kind.COMING not in kinds) or (Kind.NOT in kinds and not kinds & {Kind.FILLER, Kind.COMING})
    return False


def _leg(matter: Matter) -> Leg | None:
    to_school, from_school = matter.has(Kind.MORNING), matter.has(Kind.AFTERNOON)
    if to_school == from_school:
        # "From home in the morning": the time of day says it before the way does.
        to_school, from_school = matter.has(Kind.TO_SCHOOL), matter.has(Kind.FROM_SCHOOL, Kind.HOME)
    if to_school == from_school:
        return None
    return Leg.TO_SCHOOL if to_school else Leg.FROM_SCHOOL
