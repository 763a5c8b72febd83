"""Questions about the bus: `Ask` and a turn in, the answers of the riders that are meant out."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from busline.answer import (
    Answer,
    Arriving,
    AtStop,
    Cancelled,
    Disclosure,
    LastSeen,
    LateStart,
    NotRidingToday,
    NotStarted,
    OnTheWay,
    Passed,
    RunningLate,
    Uncovered,
)
from busline.ids import StudentId
from busline.promise import promised
from sms.conversation.effects import WishToJoin
from sms.conversation.reply import Outcome, Reply, Told
from sms.conversation.turn import Answers, Turn
from sms.intent import About, Ask, Day, same_student
from sms.text import WORTH_SAYING_MINUTES, render_family, render_planned


def answer_ask(ask: Ask, turn: Turn, answers: Answers) -> Reply:
    """The bus of the riders that are meant; the words for strangers where somebody else's child is, or nobody's."""
    told = _told_tomorrow(ask, turn, answers) if ask.day is Day.TOMORROW else told_now(ask, turn, answers)
    refusal = turn.unlinked() if asks_for_others(ask.student_ids, turn) else None
    texts = _written(ask, told, turn, answers)
    wish = (WishToJoin(ask.student_ids),) if refusal is not None and refusal.refused and ask.student_ids else ()
    reply = turn.reply(Outcome.ANSWERED, *texts) if told or refusal is None else refusal
    if told and refusal is not None:
        reply = replace(reply, texts=texts + refusal.texts, refused=refusal.refused)
    return replace(reply, told=told, asked_ids=ask.student_ids, effects=wish)


def told_now(ask: Ask, turn: Turn, answers: Answers) -> tuple[Told, ...]:
    """What is true of each rider that is meant, as this phone is told it: jitter held, a changed promise named."""
    told = []
    for student_id in meant(ask.student_ids, turn):
        rides = [ride for ride in turn.asker.riders[student_id] if ask.leg is None or ride.leg is ask.leg]
        one = answers.disclose(rides, turn.now)
        before = None if one.call is None else turn.asker.told_before.get(one.call)
        told.append(Told(student_id, promised(one.answer, before, turn.now), one.call))
    return tuple(told)


def meant(typed: Sequence[str], turn: Turn) -> list[StudentId]:
    """The riders of this phone that the numbers mean; all of them where there is no number."""
    return [
        student_id
        for student_id in turn.asker.riders
        if not typed or any(same_student(one, student_id) for one in typed)
    ]


def asks_for_others(typed: Sequence[str], turn: Turn) -> bool:
    """Whether a number means none of this phone's riders, or the phone has none at all."""
    return not turn.asker.riders or any(
        not any(same_student(one, student_id) for student_id in turn.asker.riders) for one in typed
    )


def _told_tomorrow(ask: Ask, turn: Turn, answers: Answers) -> tuple[Told, ...]:
    told = []
    for student_id in meant(ask.student_ids, turn):
        rides = [ride for ride in turn.asker.riders[student_id] if ask.leg is None or ride.leg is ask.leg]
        planned = answers.planned_on(rides, _tomorrow(turn), turn.now)
        told += [Told(student_id, one.answer, one.call) for one in planned or (Disclosure(NotRidingToday(None), None),)]
    return tuple(told)


def _tomorrow(turn: Turn) -> date:
    return turn.now.astimezone(turn.wording.timezone).date() + timedelta(days=1)


def _written(ask: Ask, told: Sequence[Told], turn: Turn, answers: Answers) -> tuple[str, ...]:
    if not told:
        return ()
    lines = [(one.student_id, one.answer) for one in told]
    if ask.day is Day.TOMORROW:
        return (render_planned(lines, _tomorrow(turn), turn.wording, turn.now),)
    words = render_family(lines, turn.wording, turn.now)
    lead = _lead(ask.about, [one.answer for one in told])
    if lead is not None:
        said = turn.say(lead)
        # Chinese puts no space after a full stop.
        words = f"{said}{'' if said.endswith('。') else ' '}{words}"
    if ask.about is About.WHY and (because := _because(told, turn, answers)) is not None:
        words = f"{words}\n{because}"
    return (words,)


def _lead(about: About, told: Sequence[Answer]) -> str | None:
    """The yes or no that a question wants first, where it is the same for everybody asked about."""
    if about is About.LATE:
        leads = {_late_lead(answer) for answer in told}
    elif about is About.DID_IT_COME:
        leads = {_came_lead(answer) for answer in told}
    else:
        return None
    return leads.pop() if len(leads) == 1 else None


def _late_lead(answer: Answer) -> str | None:
    match answer:
        case RunningLate() | LateStart():
            return "lead-yes"
        case LastSeen(minutes_late=minutes):
            return "lead-yes" if minutes > WORTH_SAYING_MINUTES else "lead-no"
        case Arriving() | AtStop():
            return "lead-no"
        case _:
            # Whether a bus that cannot be seen is late, nobody can say.
            return None


def _came_lead(answer: Answer) -> str | None:
    match answer:
        case Passed():
            return "lead-yes"
        case Arriving() | RunningLate() | LastSeen() | NotStarted() | LateStart() | OnTheWay():
            return "lead-not-yet"
        case _:
            return None


def _because(told: Iterable[Told], turn: Turn, answers: Answers) -> str | None:
    """The reason, once for all whom it concerns; None where nothing is late or missing."""
    concerned = [one for one in told if one.call is not None and _needs_a_reason(one.answer)]
    if not concerned:
        return None
    causes = {answers.cause(one.call) for one in concerned if one.call is not None}
    known = causes.pop() if len(causes) == 1 else None
    return turn.say("because", cause="unknown" if known is None else known)


def _needs_a_reason(answer: Answer) -> bool:
    match answer:
        case RunningLate() | LateStart() | Uncovered() | Cancelled():
            return True
        case LastSeen(minutes_late=minutes):
            return minutes > WORTH_SAYING_MINUTES
        case _:
            return False
