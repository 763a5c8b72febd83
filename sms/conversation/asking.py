"""Questions that are not about where a bus is: a prepared answer, a choice between a few, or a person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from busline.cases.case import CaseStanding, DepartmentId
from busline.cases.departments import SAFETY, TRANSPORTATION
from busline.cases.reference import plain_reference, spoken
from sms.conversation.bus import asks_for_others, meant, told_now
from sms.conversation.effects import AddWords, NoteUnanswered, OpenCase
from sms.conversation.offers import AnAnswer, APerson, TheBus, WhatToText
from sms.conversation.prepared import Prepared, PreparedAnswers
from sms.conversation.reply import AboutCase, Outcome, Reply
from sms.conversation.turn import Answers, Turn
from sms.intent import Ask, NotHome
from sms.text import render_family

JUST_NOW = timedelta(minutes=30)
MOST_CASES_TOLD = 3
"""In one text; a number gets any other."""
NOT_HOME, DANGER, PERSON, QUESTION = "not_home", "danger", "person", "question"
"""What a case is about where no prepared answer names it."""
MISSING = OpenCase(SAFETY, NOT_HOME, urgent=True)
"""A child is not where it should be."""
IN_DANGER = OpenCase(SAFETY, DANGER, urgent=True)
"""Somebody cries for help."""


def inform(turn: Turn, prepared: PreparedAnswers, *, certain: bool) -> Reply:
    """The prepared answer to this text, or a choice of up to three, or a person.

    `certain` where the text is a question for sure: then a person has it if no answer fits. Otherwise what is not
    understood is offered three ways on, or goes to the question that this phone has open.
    """
    also = () if turn.guessed_language is None else (turn.guessed_language,)
    found = prepared.find(turn.words, turn.wording.language, *also)
    if len(found.answers) == 1 and found.is_sure:
        return answer_with(found.answers[0], turn)
    nearest = tuple(answer.topic for answer in found.answers)
    missing = NoteUnanswered(nearest)
    if found.answers:
        return replace(_choice(found.answers, turn), effects=(missing,))
    # A new question is a new matter, unless it follows at once; what is no question is more about the old one.
    begun = turn.now - JUST_NOW
    standing = (
        case for case in turn.asker.cases if not case.state.is_closed and (not certain or case.opened_at >= begun)
    )
    if (case := next(standing, None)) is not None:
        return _added(case, turn)
    otherwise = to_person(turn, QUESTION, TRANSPORTATION) if certain else offer_ways_on(turn)
    return replace(otherwise, effects=(*otherwise.effects, missing))


def answer_with(answer: Prepared, turn: Turn) -> Reply:
    """A prepared answer, said."""
    words = turn.wording.fitted(answer.words)
    return replace(turn.reply(Outcome.INFORMED, words), topic=answer.topic)


def offer_ways_on(turn: Turn) -> Reply:
    """For what nobody could read: the bus, a person, or what can be texted."""
    unclear = turn.reply(Outcome.UNCLEAR, turn.say("unknown"))
    return replace(unclear, offers=(TheBus(), APerson(), WhatToText()))


def ask_person(turn: Turn, prepared: PreparedAnswers) -> Reply:
    """A person of the department that the last answer or all the offered ones belong to, or of the hotline."""
    last = turn.asker.last_topic
    answer = None if last is None else prepared.answer(last, turn.wording.language)
    offered = _offered_answers(turn, prepared)
    if offered and len({one.department for one in offered}) == 1:
        # None of them was what they meant, but whose matter it is they agree on.
        topic = offered[0].topic if len(offered) == 1 else QUESTION
        return to_person(turn, topic, offered[0].department)
    if answer is None:
        begun = turn.now - JUST_NOW
        just_opened = next((one for one in turn.asker.cases if one.state.is_waiting and one.opened_at >= begun), None)
        # Whoever asks for a person right after a question went to one means that question.
        return to_person(turn, PERSON, TRANSPORTATION) if just_opened is None else _added(just_opened, turn)
    return to_person(turn, answer.topic, answer.department)


def _offered_answers(turn: Turn, prepared: PreparedAnswers) -> list[Prepared]:
    topics = [one.topic for one in turn.asker.offered if isinstance(one, AnAnswer)]
    found = [prepared.answer(topic, turn.wording.language) for topic in topics]
    return [answer for answer in found if answer is not None]


def to_person(turn: Turn, topic: str, department: DepartmentId) -> Reply:
    """A case for a department; one that waits there about the same gets the words instead."""
    same = [one for one in turn.asker.cases if (one.topic, one.department) == (topic, department)]
    waiting = next((one for one in same if one.state.is_waiting), None)
    if waiting is not None:
        return _added(waiting, turn)
    riders = list(turn.asker.riders)
    case = OpenCase(department, topic, student_id=riders[0] if len(riders) == 1 else None)
    return replace(turn.reply(Outcome.PERSON), effects=(case,), about_case=AboutCase.OPENED, topic=topic)


def not_home(asked: NotHome, turn: Turn, answers: Answers) -> Reply:
    """Where the bus is, and a person at once: the same words for every phone that may not hear where it is."""
    told = told_now(Ask(asked.student_ids), turn, answers)
    words = (render_family([(one.student_id, one.answer) for one in told], turn.wording, turn.now),) if told else ()
    riders = meant(asked.student_ids, turn)
    only = riders[0] if len(riders) == 1 and not asks_for_others(asked.student_ids, turn) else None
    return replace(
        turn.reply(Outcome.PERSON, *words),
        told=told,
        asked_ids=asked.student_ids,
        effects=(replace(MISSING, student_id=only),),
        about_case=AboutCase.URGENT,
        topic=NOT_HOME,
    )


def in_danger(turn: Turn, answers: Answers) -> Reply:
    """As for a child that is not home; of whom it is said, a person finds out."""
    reply = not_home(NotHome(), turn, answers)
    return replace(reply, effects=(IN_DANGER,), topic=DANGER)


def tell_status(typed: str | None, turn: Turn) -> Reply:
    """Where this phone's questions for a person stand. A reference of another phone is like one that was made up."""
    if typed is None:
        # All that are open; else the last one, and how it ended.
        cases = [case for case in turn.asker.cases if not case.state.is_closed] or list(turn.asker.cases[:1])
    else:
        reference = plain_reference(typed)
        cases = [case for case in turn.asker.cases if case.reference == reference]
    if not cases:
        return turn.reply(Outcome.CASE_STATUS, turn.say("case-unknown"))
    lines = [_standing(case, turn) for case in cases[:MOST_CASES_TOLD]]
    return replace(turn.reply(Outcome.CASE_STATUS, "\n".join(lines)), topic=cases[0].topic)


def _choice(found: Sequence[Prepared], turn: Turn) -> Reply:
    offers = tuple(AnAnswer(answer.topic) for answer in found)
    if len(found) == 1:
        # A yes takes it up, as a 1 does.
        return replace(turn.reply(Outcome.CHOICE, turn.say("choose-one", title=found[0].title)), offers=offers)
    choices = " ".join(
        turn.wording.raw("choice", number=str(number), title=answer.title) for number, answer in enumerate(found, 1)
    )
    reply = turn.reply(Outcome.CHOICE, turn.say("choose", choices=choices))
    return replace(reply, offers=offers)


def _added(case: CaseStanding, turn: Turn) -> Reply:
    return replace(
        turn.reply(Outcome.PERSON),
        effects=(AddWords(case.reference),),
        # More words on a case that was answered say that it was not: they open it again.
        about_case=AboutCase.ADDED if case.state.is_waiting else AboutCase.REOPENED,
        topic=case.topic,
    )


def _standing(case: CaseStanding, turn: Turn) -> str:
    return turn.say(
        "case-status",
        reference=spoken(case.reference),
        department=turn.wording.raw("department", department=case.department),
        state="closed" if case.state.is_closed else case.state,
        since=turn.wording.moment(case.state_since, turn.now),
        due="yes" if case.state.is_waiting and not case.is_overdue(turn.now) else "no",
        by=turn.wording.moment(case.promised_by, turn.now),
    )
