"""What the other side of our own webhook says about a case: the signed body in, what the department says out. Pure."""

from typing import Any

import orjson

from busline.cases.case import DepartmentId
from busline.cases.reference import plain_reference
from busline.storable import is_storable
from notifier.connectors.incoming import Incoming, Means, UnreadableError

_LONGEST = {"key": 200, "reference": 20, "status": 20, "words": 4_000, "by": 100, "department": 64}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["key", "reference", "status"],
    "properties": {
        "key": {"type": "string", "maxLength": 200, "description": "Of this message: the same key counts once."},
        "reference": {"type": "string", "description": "The case's."},
        "status": {"type": "string", "enum": [means.value for means in Means]},
        "words": {"type": "string", "maxLength": 4_000},
        "by": {"type": "string", "maxLength": 100, "description": "Who says so over there."},
        "department": {"type": "string", "maxLength": 64, "description": "Where a transfer goes to."},
    },
}


def read_status(body: bytes) -> Incoming:
    """What it says. Raises UnreadableError."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as fault:
        raise UnreadableError("The body is not JSON.") from fault
    if not isinstance(document, dict):
        raise UnreadableError("The body must be a JSON object.")
    if unknown := sorted(str(name) for name in document if name not in _LONGEST):
        raise UnreadableError(f"There is no field {unknown[0][:40]!r} here.")
    given = {name: _text(document.get(name, ""), name, longest) for name, longest in _LONGEST.items()}
    reference = plain_reference(given["reference"])
    if reference is None:
        raise UnreadableError("The reference is none: its last digit does not fit the others.")
    if not given["key"]:
        raise UnreadableError("A key is missing: without it a message that comes twice would count twice.")
    if given["status"] not in set(Means):
        raise UnreadableError(f"The status must be one of {', '.join(Means)}.")
    means = Means(given["status"])
    if means in (Means.NOTE, Means.TEXT, Means.ANSWER) and not given["words"]:
        raise UnreadableError(f"A status of {means} needs words.")
    if means is Means.TRANSFER and not given["department"]:
        raise UnreadableError("A transfer needs the department it goes to.")
    return Incoming(
        reference,
        means,
        given["words"],
        given["by"] or "webhook",
        f"webhook:{given['key']}",
        DepartmentId(given["department"]) if given["department"] else None,
    )


def _text(given: object, name: str, longest: int) -> str:
    if not isinstance(given, str) or len(given) > longest or not is_storable(given):
        raise UnreadableError(f"{name} must be text of at most {longest} characters.")
    return given.strip()
