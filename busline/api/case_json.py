"""Cases as JSON, and the schemas that say so."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from busline.api.operation import Schema
from busline.cases.case import Case, CaseState, Event, EventKind, Holder
from busline.cases.overview import CaseFile, Delivery, Figures, Listed, SentText
from busline.cases.reference import spoken
from busline.outbound import State

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_MOMENT: Schema = {"type": "string", "format": "date-time"}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _object(**properties: Schema) -> Schema:
    """Every property is always there."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": dict(properties),
    }


def ref(name: str) -> Schema:
    """A schema of `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


_CASE: Mapping[str, Schema] = {
    "reference": {"type": "string", "pattern": "^[1-9][0-9]{4,8}$"},
    "spoken": {"type": "string", "description": "The reference as families see it."},
    "state": {"type": "string", "enum": [state.value for state in CaseState]},
    "state_since": _MOMENT,
    "department": _TEXT,
    "assigned_to": _or_null(_TEXT),
    "topic": _TEXT,
    "urgent": {"type": "boolean"},
    "phone": _TEXT,
    "student_id": _or_null(_TEXT),
    "language": _TEXT,
    "opened_at": _MOMENT,
    "promised_by": _MOMENT,
    "waiting_since": _or_null(_MOMENT),
    "is_overdue": {"type": "boolean"},
    "reminders": _COUNT,
    "times_reopened": _COUNT,
}

SCHEMAS: Mapping[str, Schema] = {
    "Case": _object(**_CASE),
    "ListedCase": _object(
        **_CASE,
        held_by=_or_null({"type": "string", "description": "Who writes with the family now."}),
        not_handed_over={"type": "boolean", "description": "Something could not be brought to the department."},
    ),
    "CaseList": _object(cases={"type": "array", "items": ref("ListedCase")}),
    "Event": _object(
        at=_MOMENT,
        kind={"type": "string", "enum": [kind.value for kind in EventKind]},
        by=_TEXT,
        about=_TEXT,
        words=_TEXT,
    ),
    "Holder": _object(held_by=_TEXT, reference=_TEXT, since=_MOMENT, until=_MOMENT),
    "Delivery": _object(
        department=_TEXT,
        connector=_TEXT,
        to_person=_TEXT,
        state={"type": "string", "enum": ["waiting", "delivered", "failed"]},
        attempts=_COUNT,
        next_at=_MOMENT,
        trouble=_TEXT,
        remote_id=_or_null(_TEXT),
        created_at=_MOMENT,
        settled_at=_or_null(_MOMENT),
    ),
    "Text": _object(
        message=_TEXT,
        state={"type": "string", "enum": [state.value for state in State]},
        carrier_status=_or_null(_TEXT),
        trouble=_TEXT,
        created_at=_MOMENT,
        settled_at=_or_null(_MOMENT),
    ),
    "CaseFile": _object(
        case=ref("Case"),
        history={"type": "array", "items": ref("Event")},
        holder=_or_null(ref("Holder")),
        deliveries={"type": "array", "items": ref("Delivery")},
        texts={"type": "array", "items": ref("Text")},
    ),
    "Figures": _object(waiting=_COUNT, overdue=_COUNT, urgent=_COUNT, not_handed_over=_COUNT),
}


def case_json(case: Case, now: datetime) -> dict[str, Any]:
    """`Case` of `SCHEMAS`; at `now` it may be overdue."""
    return {
        "reference": case.reference,
        "spoken": spoken(case.reference),
        "state": case.state,
        "state_since": _moment(case.state_since),
        "department": case.department,
        "assigned_to": case.assigned_to,
        "topic": case.topic,
        "urgent": case.urgent,
        "phone": case.phone,
        "student_id": case.student_id,
        "language": case.language,
        "opened_at": _moment(case.opened_at),
        "promised_by": _moment(case.promised_by),
        "waiting_since": _moment(case.waiting_since),
        "is_overdue": case.waiting_since is not None and now > case.promised_by,
        "reminders": case.reminders,
        "times_reopened": case.times_reopened,
    }


def listed_json(listed: Listed, now: datetime) -> dict[str, Any]:
    """`ListedCase` of `SCHEMAS`."""
    return case_json(listed.case, now) | {"held_by": listed.held_by, "not_handed_over": listed.not_handed_over}


def file_json(file: CaseFile, now: datetime) -> dict[str, Any]:
    """`CaseFile` of `SCHEMAS`."""
    return {
        "case": case_json(file.case, now),
        "history": [_event(event) for event in file.history],
        "holder": None if file.holder is None else _holder(file.holder),
        "deliveries": [_delivery(one) for one in file.deliveries],
        "texts": [_text(one) for one in file.texts],
    }


def _holder(holder: Holder) -> dict[str, Any]:
    return {
        "held_by": holder.held_by,
        "reference": holder.reference,
        "since": _moment(holder.since),
        "until": _moment(holder.until),
    }


def figures_json(figures: Figures) -> dict[str, Any]:
    """`Figures` of `SCHEMAS`."""
    return {
        "waiting": figures.waiting,
        "overdue": figures.overdue,
        "urgent": figures.urgent,
        "not_handed_over": figures.not_handed_over,
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "at": _moment(event.at),
        "kind": event.kind,
        "by": event.by,
        "about": event.about,
        "words": event.words,
    }


def _delivery(one: Delivery) -> dict[str, Any]:
    return {
        "department": one.department,
        "connector": one.connector,
        "to_person": one.to_person,
        "state": one.state,
        "attempts": one.attempts,
        "next_at": _moment(one.next_at),
        "trouble": one.trouble,
        "remote_id": one.remote_id,
        "created_at": _moment(one.created_at),
        "settled_at": _moment(one.settled_at),
    }


def _text(one: SentText) -> dict[str, Any]:
    return {
        "message": one.message,
        "state": one.state,
        "carrier_status": one.carrier_status,
        "trouble": one.trouble,
        "created_at": _moment(one.created_at),
        "settled_at": _moment(one.settled_at),
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
