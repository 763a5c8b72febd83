"""Cases by webhook: each line as signed JSON, for whatever a district has. docs/cases.md gives the form."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

import aiohttp
import orjson

from busline.cases.case import Event
from busline.cases.letter import body, subject
from busline.cases.parcel import Attempt, Delivered, Never, NotNow, Parcel, Unknown
from busline.cases.reference import spoken
from notifier.connectors.asking import PATIENCE_SECONDS, ask
from notifier.connectors.signing import HEADER, sign

_NOT_FOR_US = frozenset({400, 405, 410, 413, 415, 422})
"""The receiver has understood and refuses; the same again would be refused again."""


class WebhookConnector:
    """Posts parcels to one address. The same parcel again has the same `Idempotency-Key`."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        key: bytes,
        zone: Callable[[], tzinfo],
        *,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._session = session
        self._patience_seconds = patience_seconds
        self._url = url
        self._key = key
        self._zone = zone

    async def deliver(self, parcel: Parcel) -> Attempt:
        content = orjson.dumps(self._document(parcel))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": parcel.key,
            HEADER: sign(content, self._key, datetime.now(UTC)),
        }
        answer = await ask(
            self._session, "POST", self._url, headers=headers, body=content, patience_seconds=self._patience_seconds
        )
        if isinstance(answer, NotNow | Unknown):
            return type(answer)(f"The webhook: {answer.words}.")
        if 200 <= answer.status < 300:
            remote_id = answer.body.get("id") if isinstance(answer.body, dict) else None
            return Delivered(str(remote_id)[:200] if remote_id is not None else None)
        words = f"The webhook: {answer.words}."
        if answer.status in _NOT_FOR_US:
            return Never(words)
        # A receiver that keeps the key takes a parcel once, whatever it answered the first time.
        return NotNow(words, answer.retry_after_seconds)

    def _document(self, parcel: Parcel) -> dict[str, object]:
        case = parcel.case
        return {
            "version": 1,
            "key": parcel.key,
            "reference": case.reference,
            "spoken": spoken(case.reference),
            "subject": subject(case),
            "text": body(parcel, self._zone()),
            "department": parcel.department.department_id,
            "to": None if parcel.to is None else {"name": parcel.to.name, "address": parcel.to.address},
            "event": _event(parcel.event),
            "history": [_event(event) for event in parcel.history],
            "case": {
                "state": case.state,
                "topic": case.topic,
                "urgent": case.urgent,
                "department": case.department,
                "assigned_to": case.assigned_to,
                "phone": case.phone,
                "student_id": case.student_id,
                "language": case.language,
                "opened_at": case.opened_at.isoformat(),
                "promised_by": case.promised_by.isoformat(),
                "remote_id": parcel.remote_id,
            },
        }


def _event(event: Event) -> dict[str, object]:
    return {
        "id": event.event_id,
        "at": event.at.isoformat(),
        "kind": event.kind,
        "by": event.by,
        "about": event.about,
        "words": event.words,
    }
