"""What the words of a text amount to: which kinds stand in it, how much of it is known, and what that asks for."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from busline.people import Leg
from sms.grammar.lexicon import Kind
from sms.grammar.reading import Reading
from sms.intent import About, Ask, Day

ASKING = frozenset({Kind.WHERE, Kind.WHEN, Kind.LATE, Kind.COMING, Kind.CAME, Kind.MISSED, Kind.WHY, Kind.WHICH})
"""What makes a bus the subject of a question."""
ALONE = frozenset({Kind.WHERE, Kind.WHEN, Kind.LATE, Kind.COMING, Kind.CAME, Kind.MISSED})
"""What asks for the bus without naming it, where nothing else is said."""
AROUND = frozenset({Kind.FILLER, Kind.POLITE, Kind.GREETING, Kind.THANKS, Kind.ONLY})
"""What changes nothing."""
MOVED = frozenset({Kind.CAME, Kind.COMING, Kind.MISSED})
"""What says that something comes, or is gone."""
_NAMED = frozenset({Kind.BUS, Kind.FIGURE})
_PLAIN = _NAMED | {Kind.WHERE, Kind.WHEN, Kind.LATE}
_BETWEEN = AROUND | {Kind.CHILD, Kind.SOMEONE, Kind.TODAY, Kind.NUMBER, Kind.COMING}
UNKNOWN_BESIDE_A_QUESTION = 0.4
"""Share of words that may be unknown where the bus and a question about it are plain: names, places, weather."""
UNKNOWN_BESIDE_A_NUMBER = 2
_WORDS_OF_A_BUS, _WORDS_OF_A_CHILD = 4, 6
"""Fewer words, of which some are unknown, say too little to be searched for; many a "babe" is no child."""


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


def asked(matter: Matter, student_ids: tuple[str, ...]) -> Ask | None:
    """A question about where the bus is; None where it is not plainly that."""
    if matter.has(Kind.PERSON, Kind.OTHER_RIDE) or _is_of_every_day(matter) or _is_of_another_day(matter):
        return None
    if _asks_for_bus(matter) and matter.unknown <= max(1, UNKNOWN_BESIDE_A_QUESTION * matter.words):
        return question_of(matter, student_ids)
    if matter.has(Kind.TOPIC) and not _asks_why_it_stays_away(matter):
        return None
    asking = any(matter.kinds[kind] for kind in ASKING)
    plain = asking and matter.unknown <= max(1, UNKNOWN_BESIDE_A_QUESTION * matter.words)
    if student_ids:
        is_question = not matter.has(Kind.ASIDE) and (matter.unknown <= UNKNOWN_BESIDE_A_NUMBER or plain)
        return question_of(matter, student_ids) if is_question or (plain and matter.has(Kind.BUS)) else None
    if matter.has(Kind.BUS) or _asks_when_at_stop(matter):
        if asking:
            # A lone "which" or "why" beside another matter is a question about that one.
            outweighed = matter.has(Kind.ASIDE) and not any(matter.kinds[kind] for kind in (*ALONE, Kind.WHICH))
            return question_of(matter, ()) if plain and not outweighed else None
        outweighed = matter.has(Kind.ASIDE, Kind.ABOARD, Kind.NOT, Kind.HELP)
        return question_of(matter, ()) if not matter.unknown and not outweighed else None
    if matter.has(Kind.ASIDE) and not _asks_for_driver(matter):
        return None
    if _asks_alone(matter):
        return question_of(matter, ())
    if matter.unknown:
        return None
    if matter.has(Kind.WHICH) and matter.has(Kind.NUMBER):
        return question_of(matter, ())
    why = matter.is_only(Kind.WHY, Kind.NOT) and matter.has_beside(Kind.WHY, Kind.GREETING)
    return question_of(matter, ()) if why else None


def is_of_another_matter(matter: Matter) -> bool:
    """Whether it is about something that a department or a prepared answer may know."""
    if matter.has(Kind.TOPIC, Kind.COMPLAINT, Kind.OTHER_RIDE) or _is_of_every_day(matter):
        return True
    of_riding = matter.has(Kind.BUS, Kind.ASIDE) or any(matter.kinds[kind] for kind in ASKING)
    aside = matter.has(Kind.ASIDE) or (matter.has(Kind.OTHER_DAY) and of_riding)
    # What is said of a child or a bus in words that nobody listed may still be what an answer was prepared for.
    told = matter.words >= (_WORDS_OF_A_BUS if matter.has(Kind.BUS) else _WORDS_OF_A_CHILD)
    told = told and matter.has(Kind.BUS, Kind.CHILD) and bool(matter.unknown)
    return told or (aside and 2 * matter.unknown <= matter.words)


def _is_of_every_day(matter: Matter) -> bool:
    """Whether it says that the bus never keeps its time, or wants to complain of it and does not ask for it."""
    if not matter.has(Kind.BUS):
        return False
    complains = matter.has(Kind.COMPLAINT) and not matter.has(Kind.WHERE, Kind.WHEN, Kind.WHY)
    return complains or (matter.has(Kind.NEVER) and matter.has(Kind.LATE) and not _is_late_today_too(matter))


def _is_of_another_day(matter: Matter) -> bool:
    """Whether it is about a day that nothing is known of: not "which bus is it today, yesterday another one came"."""
    today = matter.has(Kind.TODAY) and matter.has(Kind.WHICH, Kind.WHERE, Kind.WHEN) and matter.has(Kind.BUS)
    return matter.has(Kind.OTHER_DAY) and not today and not (matter.has(Kind.BUS) and _is_late_today_too(matter))


def _is_late_today_too(matter: Matter) -> bool:
    """Whether it asks how it is today behind what was told: "it is never on time, is it late again today"."""
    return matter.has(Kind.TODAY) and matter.kinds[Kind.LATE] > 1


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
    away = any(Kind.NOT in kinds and kinds & MOVED for kinds in matter.each)
    return away and matter.has(Kind.WHY) and matter.has(Kind.BUS)


def _asks_alone(matter: Matter) -> bool:
    """Whether it is the bus that is asked for, though nobody names it."""
    if matter.has(Kind.JOIN) or (matter.has(Kind.HELP) and not matter.has(Kind.WHERE, Kind.WHEN, Kind.LATE)):
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


def question_of(matter: Matter, student_ids: tuple[str, ...]) -> Ask:
    """The question, where it is one about a bus."""
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
        moves = any(kinds & MOVED and Kind.FILLER not in kinds for kinds in matter.each)
        return About.LATE if matter.has(Kind.LATE) and not moves else About.WHERE
    # "The number is 100234" is not about the number of the bus.
    if (
        matter.has(Kind.BUS)
        and matter.has(Kind.NUMBER)
        and not numbered
        and not matter.has(Kind.FIGURE)
        and not matter.has(Kind.LATE, Kind.COMING, Kind.CAME)
    ):
        return About.WHICH_BUS
    return About.LATE if matter.has(Kind.LATE) else About.WHERE


def _asks_why(matter: Matter) -> bool:
    """Whether it asks why. "Porque" is because as well: behind what is asked, before the reason for asking."""
    asked_already = False
    for at, kinds in enumerate(matter.each):
        behind = matter.each[at + 1 :]
        is_reason = asked_already and Kind.FILLER in kinds and bool(behind)
        is_reason = is_reason and not any(one & {Kind.BUS, Kind.LATE} for one in behind)
        if Kind.WHY in kinds and Kind.GREETING not in kinds and not is_reason:
            return True
        asked_already = asked_already or bool(kinds & (ALONE | {Kind.WHICH}))
    return False


def _asks_which_first(matter: Matter) -> bool:
    """Whether it asks which bus before it tells of one: "what number does it have, another one came"."""
    for kinds in matter.each:
        if kinds & {Kind.WHEN, Kind.LATE, Kind.COMING, Kind.CAME}:
            return False
        if Kind.WHICH in kinds and Kind.FILLER not in kinds:
            return matter.has(Kind.CAME) and not matter.has(Kind.WHEN, Kind.LATE)
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
