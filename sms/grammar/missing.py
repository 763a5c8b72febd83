"""A child that is not where it should be, told from a bus that is not, and from one that brought every child."""

from collections.abc import Collection, Sequence

from sms.grammar.lexicon import Kind
from sms.grammar.matter import AROUND, MOVED, Matter
from sms.intent import NotHome

_OF_A_CHILD = frozenset({Kind.CHILD, Kind.HOME, Kind.GOT_OFF, Kind.ABOARD})
_OF_TIME = AROUND | {Kind.CHILD, Kind.SOMEONE, Kind.NOT, Kind.FIGURE, Kind.TODAY, Kind.AFTERNOON, Kind.HERE}
_DUE = frozenset({Kind.OVERDUE})
_TOLD = frozenset({Kind.CAME, Kind.NOT, Kind.OVERDUE})
_PLACES = frozenset({Kind.HOME, Kind.HERE, Kind.GOT_OFF})
_NONE = frozenset({Kind.NOT, Kind.NO})


def not_home(matter: Matter, student_ids: tuple[str, ...], *, timed: bool = False) -> NotHome | None:
    """A child that did not come home, did not get off, or was not on the bus that came; None for any other matter.

    `timed` says that a time of day stands beside the words.
    """
    # "My girls 100562 and 103311, where are they": whoever numbers several asks for their buses.
    if _is_missing(matter) or (len(student_ids) < 2 and _is_sought(matter)):
        return NotHome(student_ids)
    # "My child should have a seat by now" is another matter.
    late_child = matter.has(Kind.CHILD) and not matter.has(Kind.BUS, Kind.TOPIC)
    if matter.has(Kind.OVERDUE) and (matter.has(Kind.HOME) or late_child):
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
    if _did_not_get_off(matter):
        return NotHome(student_ids)
    if matter.has(Kind.HOME) and (someone or matter.has(Kind.CAME, Kind.COMING)) and not matter.has(Kind.BUS):
        return NotHome(student_ids)
    if matter.has(Kind.CHILD) and matter.has(Kind.HOME) and matter.has(Kind.CAME):
        return NotHome(student_ids)
    aboard = matter.has(Kind.ABOARD) and not matter.has(Kind.WAITING)
    if aboard and someone and matter.has(Kind.CAME, Kind.COMING, Kind.MISSED):
        return NotHome(student_ids)
    if matter.has(Kind.CHILD) and matter.has(Kind.CAME, Kind.COMING) and matter.unknown <= max(1, matter.words // 4):
        # "My daughter has not arrived", but "my daughter's bus has not arrived" is about the bus.
        return None if _is_about_waiting(matter) else NotHome(student_ids)
    return None


def _did_not_get_off(matter: Matter) -> bool:
    """Whether getting off is what is denied: not in "shall we come down, or is the bus not near yet"."""
    denied = got_off = False
    for kinds in matter.each:
        denied = denied or Kind.NOT in kinds
        got_off = Kind.GOT_OFF in kinds or (got_off and Kind.BUS not in kinds)
        if denied and got_off:
            return True
    return False


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
    moves = bool(kinds & MOVED) and bool(behind) and Kind.BUS in behind[0]
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
        moved = kinds & MOVED and Kind.WAITING not in kinds
        if denied and (bus or Kind.BUS in kinds) and moved and not _is_denied(before, kinds):
            return True
        denied = denied or (named and Kind.NOT in kinds and Kind.BUS not in kinds and not bus)
        named = named or (not kinds.isdisjoint(who) and not bus)
        bus = bus or Kind.BUS in kinds
        if Kind.WAITING in kinds:
            # Somebody waits still: nothing has come.
            continue
        came = came or (bool(kinds & MOVED) and Kind.FILLER not in kinds and not _is_denied(before, kinds))
        if came and bus and before & _NONE and not earlier & MOVED and Kind.CHILD in kinds:
            return True
        child = child or (came and bus and Kind.CHILD in kinds and Kind.BUS not in kinds)
        earlier, before = before, kinds
    return False


def _is_denied(before: frozenset[Kind], kinds: frozenset[Kind]) -> bool:
    """Whether a phrase is denied by itself or by the bare "not" before it."""
    return Kind.NOT in kinds or (Kind.NOT in before and not before & MOVED)


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
