"""Settings by text: words and figures in, what is to be set out."""

from collections.abc import Callable
from datetime import time
from itertools import pairwise

from busline.outbound import Channel
from sms.grammar.figures import Hour, hours
from sms.grammar.lexicon import Kind
from sms.grammar.matter import AROUND, MOVED, Matter
from sms.intent import Alerts, Quiet

MOST_MINUTES = 120
"""No bus is awaited longer; a greater number means something else."""
LATEST_MORNING_HOUR = 11
UNKNOWN_BESIDE_A_WISH = 2

_WAYS = {Kind.BY_CALL: Channel.VOICE, Kind.BY_TEXT: Channel.TEXT, Kind.BY_MAIL: Channel.EMAIL}
_ONLY_A_NUMBER = AROUND | {Kind.ALERTS, Kind.FIGURE, Kind.MINUTES, Kind.ON, Kind.YES, Kind.BEFORE}
_ONLY_A_SETTING = _ONLY_A_NUMBER | {Kind.OFF, Kind.NO, Kind.NOT, Kind.LATE, Kind.ARRIVALS, Kind.MESSAGES} | _WAYS.keys()

Read = Callable[[str], Matter]
"""Reads a piece of a text."""


def alerts_wanted(matter: Matter, figures: tuple[int, ...]) -> Alerts | None:
    """Alerts on, off or so many minutes before, of what and how; None where the text is about something else."""
    if (setting := _setting_of_alerts(matter, figures)) is not None:
        return setting
    before = matter.has(Kind.MESSAGES) and matter.has(Kind.BEFORE) and matter.has(Kind.MINUTES) and bool(figures)
    before = before or (bool(figures) and _wants_it_before(matter))
    notify = matter.has(Kind.NOTIFY) or before
    if not (matter.has(Kind.ALERTS) or notify) or matter.has_beside(Kind.TOPIC, Kind.OFF):
        return None
    if not matter.has(Kind.ALERTS) and (_is_of_hours(matter) if figures else _tells_where(matter)):
        return None
    if matter.unknown > UNKNOWN_BESIDE_A_WISH or (
        notify and not matter.has(Kind.ALERTS) and not _near(matter, figures)
    ):
        return None
    minutes = next((number for number in figures if 0 < number <= MOST_MINUTES), None)
    if minutes is None and figures and matter.is_within(_ONLY_A_NUMBER):
        # Nothing else was said, so it is told what it can be.
        minutes = figures[0]
    if matter.has(Kind.OFF, Kind.NO, Kind.NOT) and not before and not _is_denied_of_bus(matter):
        return Alerts(wanted=False)
    if notify and not figures and _is_of_arrival(matter):
        return Alerts(wanted=True, arrivals=True)
    if notify or minutes is not None or matter.has(Kind.ON, Kind.YES):
        # "Only if it is more than 15 minutes late" is no wish to hear 15 minutes before it comes.
        late = matter.has(Kind.LATE) and not matter.has(Kind.BEFORE)
        return Alerts(wanted=True, late=late, minutes=minutes, only_late=late and matter.has(Kind.ONLY))
    return Alerts()


def _setting_of_alerts(matter: Matter, figures: tuple[int, ...]) -> Alerts | None:
    """What is set by the word for alerts and one more: of what they are, or how they come."""
    if not matter.has(Kind.ALERTS) or matter.has(Kind.NOTIFY) or not matter.is_within(_ONLY_A_SETTING):
        return None
    is_off = matter.has(Kind.OFF, Kind.NO, Kind.NOT)
    channels = [channel for kind, channel in _WAYS.items() if matter.has(kind)]
    if len(channels) == 1 and not is_off:
        return Alerts(channel=channels[0])
    if matter.has(Kind.ARRIVALS):
        return Alerts(arrivals=not is_off)
    if matter.has(Kind.LATE) and not is_off:
        return Alerts(wanted=True, late=True, minutes=figures[0] if figures else None, only_late=not figures)
    return None


def _is_of_arrival(matter: Matter) -> bool:
    """Whether a child is awaited at school, or off the bus, and not the bus at the stop: "when she gets to school"."""
    if matter.has(Kind.LATE, Kind.BEFORE, Kind.AFTER):
        return False
    said = [kinds for kinds in matter.each if not kinds <= AROUND]
    at_school = any(Kind.TO_SCHOOL in kinds and kinds & MOVED for kinds in said)
    # "Cuando llegue a la escuela"; of "cuando llegue el bus a la escuela" nobody knows which way it goes.
    behind = any(first & MOVED and Kind.TO_SCHOOL in second for first, second in pairwise(said))
    return at_school or matter.has(Kind.ARRIVALS, Kind.GOT_OFF) or (behind and not matter.has(Kind.BUS))


def _wants_it_before(matter: Matter) -> bool:
    """Whether it is "ten minutes before the bus comes", and not a question how many minutes ago or late it was."""
    if matter.has(Kind.WHERE, Kind.WHEN, Kind.LATE, Kind.WHY, Kind.MISSED, Kind.NOT, Kind.TOPIC):
        return False
    # "Tới" is before a time, and to arrive.
    said = [kinds for kinds in matter.each if not kinds <= AROUND | {Kind.FIGURE}]
    beside = any(
        {Kind.MINUTES, Kind.BEFORE} <= first | second and Kind.COMING not in first | second
        for first, second in pairwise(said)
    )
    if not beside or not matter.has(Kind.COMING):
        return False
    # "Five minutes before it gets here" names no bus, and may say that it comes only behind.
    minutes = next(at for at, kinds in enumerate(said) if kinds & {Kind.MINUTES, Kind.BEFORE})
    behind = all(Kind.COMING not in kinds for kinds in said[:minutes]) and not matter.has(Kind.CAME, Kind.CHILD)
    return matter.has(Kind.BUS) or (behind and not matter.unknown)


def _is_denied_of_bus(matter: Matter) -> bool:
    """Whether it is the bus that does not come: "let me know if the bus is not coming" is no wish for silence."""
    if matter.has(Kind.ALERTS):
        return False
    told = [kinds for kinds in matter.each if not kinds <= AROUND]
    bus = False
    for kinds, after in zip(told, [*told[1:], frozenset()], strict=True):
        bus = bus or Kind.BUS in kinds
        if kinds & {Kind.OFF, Kind.NO, Kind.NOT} and not (bus and Kind.NOT in kinds and (kinds | after) & MOVED):
            return False
    return bus


def _tells_where(matter: Matter) -> bool:
    """Whether "let me know" goes on with "where": that asks now, and waits for nothing."""
    told = False
    for kinds in matter.each:
        if told and Kind.WHERE in kinds and Kind.NOTIFY not in kinds:
            return True
        told = Kind.NOTIFY in kinds or (told and kinds <= AROUND)
    return False


def _is_of_hours(matter: Matter) -> bool:
    """Whether a number beside "text me" is an hour, and no minutes: "text me after 7"."""
    return matter.has(Kind.AFTER) and not matter.has(Kind.MINUTES, Kind.BUS, *MOVED)


def _near(matter: Matter, figures: tuple[int, ...]) -> bool:
    """Whether "tell me when" waits for the bus; without one it may wait for anything."""
    return bool(figures) or matter.has(Kind.BUS, Kind.COMING, Kind.CAME)


def quiet_wanted(matter: Matter, typed: str, read: Read) -> Quiet | None:
    """Hours without alerts, or none any more; None where the text is about something else."""
    times = hours(typed)
    bounded = len(times) > 1 or (bool(times) and matter.has(Kind.BEFORE, Kind.AFTER))
    # "No texts after nine", and "no alerts at night": not none at all, which is another wish.
    unwanted = matter.has(Kind.MESSAGES, Kind.ALERTS) and matter.has(Kind.NOT, Kind.NO, Kind.OFF)
    forbidden = unwanted and (bounded or matter.has(Kind.NIGHT)) and not matter.has(Kind.BUS)
    kept = bounded and _is_kept_to(matter, forbidden=forbidden)
    if not (matter.has(Kind.QUIET) or forbidden or kept) or matter.has_beside(Kind.TOPIC, Kind.OFF):
        return None
    if matter.unknown > UNKNOWN_BESIDE_A_WISH:
        return None
    if kept:
        return _outside(times, matter, typed, read)
    if not times:
        return Quiet(off=not forbidden and matter.has(Kind.OFF, Kind.NO))
    if len(times) >= 2:
        first, second = (_half(one, times, typed, read) for one in times[:2])
        return Quiet(start=_at(times[0], first or _opposite(times[0], times[1], second)), end=_at(times[1], second))
    half = _half(times[0], times, typed, read)
    if matter.has(Kind.AFTER) and not matter.has(Kind.BEFORE):
        return Quiet(start=_at(times[0], half or ("p" if times[0].hour > LATEST_MORNING_HOUR // 2 else "")))
    return Quiet(end=_at(times[0], half))


def _is_kept_to(matter: Matter, *, forbidden: bool) -> bool:
    """Whether messages are wanted at these hours only: "text me only after 7"."""
    if not matter.has(Kind.MESSAGES, Kind.ALERTS, Kind.NOTIFY) or not matter.has(Kind.ONLY):
        return False
    if matter.has(Kind.MINUTES, Kind.LATE, Kind.WHERE, Kind.WHEN, Kind.BUS, *MOVED):
        return False
    # "Just do not text me after 9"; but "ne m'écrivez qu'après 7h".
    return not forbidden or any({Kind.ONLY, Kind.AFTER} <= kinds for kinds in matter.each)


def _outside(times: list[Hour], matter: Matter, typed: str, read: Read) -> Quiet:
    """Quiet for all hours but those that are named."""
    halves = [_half(one, times, typed, read) for one in times[:2]]
    if len(times) > 1:
        # "Between 7 and 8" wakes in the morning and ends in the evening, where neither says which.
        return Quiet(start=_at(times[1], halves[1] or ("p" if halves[0] != "p" else "")), end=_at(times[0], halves[0]))
    if matter.has(Kind.AFTER) and not matter.has(Kind.BEFORE):
        return Quiet(end=_at(times[0], halves[0]))
    return Quiet(start=_at(times[0], halves[0] or "p"))


def _half(one: Hour, times: list[Hour], typed: str, read: Read) -> str:
    """a or p, as it is written or as the words around say."""
    if one.half or one.hour > LATEST_MORNING_HOUR + 1:
        return one.half
    at = times.index(one)
    after = typed[one.end : times[at + 1].start if at + 1 < len(times) else len(typed)]
    before = typed[times[at - 1].end if at else 0 : one.start]
    # Chinese and Somali may say the half of the day in front; the others behind.
    pieces = (before, after) if any("\u4e00" <= letter <= "\u9fff" for letter in typed) else (after, before)
    for piece in pieces:
        words = read(piece)
        # "Tới", until, is "tối", evening, without its marks.
        late = words.has_beside(Kind.NIGHT, Kind.BEFORE) or words.has(Kind.AFTERNOON)
        if late != words.has(Kind.MORNING):
            return "p" if late else "a"
    return ""


def _opposite(start: Hour, end: Hour, end_half: str) -> str:
    """Quiet from 9 to 6 is a night, where neither says which half of the day it means; from 8 to 20 is as it stands."""
    ambiguous = start.hour <= LATEST_MORNING_HOUR and end.hour <= LATEST_MORNING_HOUR + 1
    return "p" if ambiguous and end_half != "p" else ""


def _at(one: Hour, half: str) -> time:
    hour = one.hour
    if half == "p" and hour <= LATEST_MORNING_HOUR:
        hour += 12
    elif half == "a" and hour == LATEST_MORNING_HOUR + 1:
        hour = 0
    return time(hour, one.minute)
