"""A parcel in words, for a person of a department: a subject and plain text, in the district's own language. Pure."""

from datetime import datetime, tzinfo

from busline.cases.case import Case, Event, EventKind
from busline.cases.parcel import Parcel
from busline.cases.reference import spoken

_WHAT = {
    EventKind.ASKED: "The family asked",
    EventKind.TOLD: "Busline answered",
    EventKind.OPENED: "The family wrote",
    EventKind.FAMILY_WROTE: "The family wrote",
    EventKind.ASSIGNED: "Given to {about} by {by}",
    EventKind.TRANSFERRED: "Passed on to {about} by {by}",
    EventKind.NOTE: "Note of {by}, for staff",
    EventKind.SAID: "{by} told the family",
    EventKind.ANSWERED: "{by} answered the family, and asked whether that solved it",
    EventKind.ASKED_IF_SOLVED: "{by} asked the family whether it is solved",
    EventKind.SOLVED: "The family says that it is solved",
    EventKind.NOT_SOLVED: "The family says that it is not solved",
    EventKind.REOPENED: "Opened again",
    EventKind.CLOSED_AFTER_DAYS: "Closed, as the family said nothing more",
    EventKind.REMINDED: "Reminder",
    EventKind.REACHED_DEPARTMENT: "In hand at {by}",
    EventKind.NOT_HANDED_OVER: "Could not be handed over",
    EventKind.TAKEN_OVER: "{by} took over the conversation",
    EventKind.HANDED_BACK: "The conversation was handed back",
    EventKind.NOT_TEXTED: "A text to the family did not go out",
}


def subject(case: Case) -> str:
    """`[4821-7] Urgent: not home`. The reference in brackets is what a reply is sorted by, and what is searched for."""
    about = " ".join(case.topic.replace("_", " ").split())
    return f"[{spoken(case.reference)}] {'Urgent: ' if case.urgent else ''}{about}"


def body(parcel: Parcel, zone: tzinfo) -> str:
    """What happened, and for a department that knows nothing of the case yet, everything before it."""
    is_reminder = parcel.event.kind is EventKind.REMINDED
    parts = [reminder(parcel.case, parcel.event, zone) if is_reminder else line(parcel.event, zone)]
    if is_reminder or parcel.remote_id is None:
        parts.append(facts(parcel.case, zone))
    if before := unheard(parcel):
        parts.append("What happened before:\n" + "\n".join(line(event, zone) for event in before))
    return "\n\n".join(parts)


def unheard(parcel: Parcel) -> tuple[Event, ...]:
    """The lines before this one that the department has not been told: all of them where the case is new to it, and
    where it comes back, those that were written while it was elsewhere."""
    before = parcel.history[:-1]
    if parcel.remote_id is None:
        return before
    here = parcel.department.department_id
    if parcel.event.kind is not EventKind.TRANSFERRED or parcel.event.about != here:
        return ()
    moves = [place for place, event in enumerate(before) if event.kind is EventKind.TRANSFERRED]
    came = max((place for place in moves if before[place].about == here), default=-1)
    left = next((place for place in moves if place > came), len(before))
    return before[left + 1 :]


def line(event: Event, zone: tzinfo) -> str:
    """`Tue Oct 6, 11:00: The family wrote: perdió su mochila`"""
    what = _WHAT[event.kind].format(by=event.by or "Busline", about=event.about.replace("_", " "))
    words = f": {event.words}" if event.words else ""
    return f"{_moment(event.at, zone)}: {what}{words}"


def facts(case: Case, zone: tzinfo) -> str:
    """Who it is about, and by when the family expects an answer."""
    about = f"Student {case.student_id}. " if case.student_id is not None else ""
    return (
        f"{about}Phone {case.phone}; the family reads {case.language!r}.\n"
        f"The family was promised an answer by {_moment(case.promised_by, zone)}."
    )


def reminder(case: Case, event: Event, zone: tzinfo) -> str:
    """Who waits, since when, and who has it."""
    since = f" since {_moment(case.waiting_since, zone)}" if case.waiting_since is not None else ""
    waits = f"A family waits for an answer{since}, promised by {_moment(case.promised_by, zone)}."
    who = f"{case.assigned_to} has it." if case.assigned_to is not None else "Nobody has taken it yet."
    return " ".join(part for part in (waits, who, event.words) if part)


def _moment(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%a %b} {local.day}, {local:%H:%M}"
