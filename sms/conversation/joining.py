"""How a phone comes to ask about a student: a code from a letter, or a yes from a phone that may ask already.

Whatever the reason that a code opens nothing, the words are the same, and so is the work: the code was looked up before
anybody knew whether there was one.
"""

from dataclasses import replace

from busline.cases.case import CaseStanding
from busline.cases.reference import spoken
from sms.conversation.asker import ConsentAsked
from sms.conversation.effects import GiveConsent, NoteWrongCode, RedeemCode, SettleCase
from sms.conversation.effects import ReopenCase as Reopen
from sms.conversation.reply import AboutCase, Outcome, Reply
from sms.conversation.turn import Turn


def take_code(turn: Turn) -> Reply:
    """Let the phone in by its code, or say that it did not work."""
    student_id = turn.asker.code_opens
    if student_id is not None:
        words = turn.say("linked", students=student_id)
        return replace(turn.reply(Outcome.JOINED, words), effects=(RedeemCode(),))
    if turn.asker.refused_last_day >= turn.settings.limits.unlinked_per_day:
        return turn.reply(Outcome.SILENT_NOT_LINKED)
    refused = turn.reply(Outcome.CODE_REFUSED, turn.say("code-refused"))
    return replace(refused, refused=True, effects=(NoteWrongCode(),))


def answer_about_phone(consent: ConsentAsked, turn: Turn, *, yes: bool) -> Reply:
    """A yes or a no to: may another phone ask about this student?"""
    words = turn.say("consent-given", students=consent.student_id) if yes else turn.say("consent-refused")
    outcome = Outcome.CONSENT_GIVEN if yes else Outcome.CONSENT_REFUSED
    return replace(turn.reply(outcome, words), effects=(GiveConsent(consent.request_id, yes),))


def answer_about_case(case: CaseStanding, turn: Turn, *, yes: bool) -> Reply:
    """A yes or a no to: did this solve it?"""
    if yes:
        solved = turn.reply(Outcome.CASE_SETTLED, turn.say("case-solved", reference=spoken(case.reference)))
        settling = () if case.state.is_closed else (SettleCase(case.reference),)
        return replace(solved, effects=settling, topic=case.topic)
    return replace(
        turn.reply(Outcome.PERSON),
        effects=(Reopen(case.reference),),
        about_case=AboutCase.REOPENED,
        topic=case.topic,
    )
