"""Announcements for staff who are signed in: drafted, looked at, confirmed, cancelled, and how they fared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web

from busline.api.operation import Field, Operation, Schema, read_body, read_query
from busline.clock import Clock
from busline.store.staff import Role
from busline.timetable import Timetable
from busline.web_guard import MEMBER
from notifier.announcing.announcement import (
    LONGEST_WORDS,
    Announcement,
    AnnouncementId,
    Change,
    Message,
    NotNow,
    ServiceChange,
    stored_audience,
    stored_change,
)
from notifier.announcing.drafting import RefusedDraftError, draft_of
from notifier.announcing.ledger import Announcements, Preview, Unknown

log = structlog.get_logger(__name__)

PAGE = 200


@dataclass(frozen=True, slots=True)
class Sample:
    """How it reads in one language, as it would be sent."""

    body: str
    segments: int
    """What the carrier counts, and charges, for each phone."""


Write = Callable[[Message, str, datetime], Sample]
"""A message in a language, at a moment."""

WHY_NOT: Mapping[NotNow, str] = {
    NotNow.NOT_A_DRAFT: "It was confirmed or cancelled before, so nothing was changed.",
    NotNow.NOBODY: "Nobody would hear it, so it was not confirmed.",
    NotNow.LOOKED_AT_TOO_LONG_AGO: "It was looked at over an hour ago, so it was not confirmed. Draft it again.",
    NotNow.OTHER_SIZE: "It was not confirmed. Say how many phones it goes to in `recipients`, exactly as previewed.",
    NotNow.NOT_TRANSLATED: "A language of its recipients has no words, so it was not confirmed. Draft it with all.",
    NotNow.OVER: "It would have expired by now, so it was not confirmed. Draft it again.",
    NotNow.ALREADY_OVER: "Every message of it has left, or it was cancelled before, so nothing was changed.",
}


def announcement_operations(
    announcements: Announcements,
    timetable: Callable[[], Timetable],
    clock: Clock,
    write: Write,
    languages: Sequence[str],
    *,
    asked_above: int,
) -> Sequence[Operation]:
    """What dispatchers may do with announcements."""
    by_staff = _ByStaff(announcements, timetable, clock, write, tuple(languages), asked_above)
    none = {404: "There is no such announcement."}
    path = "/announcements/{announcement_id}"
    return (
        Operation(
            "POST",
            "/announcements",
            "draftAnnouncement",
            "Write an announcement and see exactly who would get it, and how it reads. Nothing is sent.",
            Role.DISPATCHER,
            by_staff.draft,
            _PREVIEW,
            body=(*_DRAFT, *(_words_in(language) for language in languages)),
            refusals={400: "A field cannot be used, or there is nobody and nothing of that name. Nothing was kept."},
        ),
        Operation(
            "GET",
            "/announcements",
            "listAnnouncements",
            "The newest announcements, at most 50.",
            Role.CALL_TAKER,
            by_staff.list,
            {"type": "object", "properties": {"announcements": {"type": "array", "items": _ANNOUNCEMENT}}},
        ),
        Operation(
            "GET",
            path,
            "readAnnouncement",
            "One announcement: who gets it, how it reads, who did what with it, and how its messages fared.",
            Role.CALL_TAKER,
            by_staff.read,
            _PREVIEW,
            refusals=none,
        ),
        Operation(
            "GET",
            f"{path}/recipients",
            "listRecipients",
            "Exactly who gets it, 200 phones at a time.",
            Role.DISPATCHER,
            by_staff.recipients,
            {
                "type": "object",
                "properties": {"recipients": {"type": "array", "items": _RECIPIENT}, "next": {"type": "string"}},
            },
            query=(Field("after", "The `next` of the page before.", 20, required=False),),
            refusals=none,
        ),
        Operation(
            "POST",
            f"{path}/confirm",
            "confirmAnnouncement",
            f"Let it go out. Above {asked_above} phones say how many in `recipients`, as the preview does.",
            Role.DISPATCHER,
            by_staff.confirm,
            _ANNOUNCEMENT,
            body=(Field("recipients", "How many phones, as the preview says.", 7, required=False),),
            refusals=none | {409: "It must not go out as it is; the answer says why."},
        ),
        Operation(
            "POST",
            f"{path}/cancel",
            "cancelAnnouncement",
            "Take back what has not left.",
            Role.DISPATCHER,
            by_staff.cancel,
            {"type": "object", "properties": {"taken_back": {"type": "integer"}}},
            body=(Field("words", "Why, for staff.", 500, required=False),),
            refusals=none | {409: "Every message of it has left, or it was cancelled before."},
        ),
    )


_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_ANNOUNCEMENT: Schema = {
    "type": "object",
    "required": ["id", "state", "audience", "send_at", "expires_at", "recipients", "is_emergency", "made_by"],
    "properties": {
        "id": {"type": "integer"},
        "state": _TEXT,
        "audience": {"type": "object"},
        "words": {"type": "object", "additionalProperties": _TEXT},
        "service_change": {"type": "object"},
        "send_at": {"type": "string", "format": "date-time"},
        "expires_at": {"type": "string", "format": "date-time"},
        "recipients": _COUNT,
        "is_emergency": {"type": "boolean"},
        "made_by": _TEXT,
    },
}
_PREVIEW: Schema = {
    "type": "object",
    "required": ["announcement", "languages", "missing"],
    "properties": {
        "announcement": _ANNOUNCEMENT,
        "languages": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "language": _TEXT,
                    "phones": _COUNT,
                    "opted_out": _COUNT,
                    "without_alerts": _COUNT,
                    "sample": {"anyOf": [_TEXT, {"type": "null"}]},
                    "segments": _COUNT,
                },
            },
        },
        "missing": {"type": "array", "items": _TEXT, "description": "Languages without words: it cannot go out."},
        "must_say_recipients": {"type": "boolean"},
        "acts": {"type": "array", "items": {"type": "object"}},
        "messages": {"type": "object", "additionalProperties": _COUNT},
    },
}
_RECIPIENT: Schema = {
    "type": "object",
    "properties": {"phone": _TEXT, "language": _TEXT, "students": {"type": "array", "items": _TEXT}},
}
_DRAFT = (
    Field("to", "Whose families.", choices=("run", "bus", "school", "area", "everyone")),
    Field("of", "Which run, bus or school, by its id; for an area latitude,longitude,metres.", 200, required=False),
    Field("date", "The service day, of a run, a bus or a change (default: today).", 10, required=False),
    Field(
        "change",
        "What happens to a whole day; every language has words for it.",
        required=False,
        choices=tuple(change.value for change in Change),
    ),
    Field("minutes", "By how much a delay is later, or an early release earlier.", 3, required=False),
    Field("send_at", "ISO 8601 (default: now).", 40, required=False),
    Field(
        "expires_at",
        "ISO 8601; news after this is worse than none (default: four hours later; of a change at least noon).",
        40,
        required=False,
    ),
    Field("emergency", "Why quiet hours and switched-off alerts must not hold it back. Kept.", 500, required=False),
)


def _words_in(language: str) -> Field:
    return Field(language, f"What families who read {language} are told.", LONGEST_WORDS, required=False)


class _ByStaff:
    """The handlers. Who is signed in is who announces."""

    def __init__(
        self,
        announcements: Announcements,
        timetable: Callable[[], Timetable],
        clock: Clock,
        write: Write,
        languages: tuple[str, ...],
        asked_above: int,
    ) -> None:
        self._announcements = announcements
        self._timetable = timetable
        self._clock = clock
        self._write = write
        self._languages = languages
        self._fields = (*_DRAFT, *(_words_in(language) for language in languages))
        self._asked_above = asked_above

    async def draft(self, request: web.Request) -> web.Response:
        given = await read_body(request, self._fields)
        now, timetable = self._clock.now(), self._timetable()
        try:
            draft = draft_of(given, self._languages, request[MEMBER].username, now, timetable.timezone)
        except RefusedDraftError as fault:
            raise web.HTTPBadRequest(text=str(fault)) from fault
        preview = await self._announcements.draft(draft, timetable, now)
        if isinstance(preview, Unknown):
            raise web.HTTPBadRequest(text=f"{preview.words} Nothing was kept.")
        return web.json_response(self._shown(preview, now))

    async def list(self, _: web.Request) -> web.Response:
        newest = await self._announcements.newest(50)
        return web.json_response({"announcements": [shown(one) | {"sent": sent} for one, sent in newest]})

    async def read(self, request: web.Request) -> web.Response:
        preview = await self._announcements.preview(_id(request))
        if preview is None:
            raise web.HTTPNotFound(text="There is no such announcement.")
        found = preview.announcement.announcement_id
        acts = [
            {"at": act.at.isoformat(), "act": act.act, "by": act.actor, "words": act.words}
            for act in await self._announcements.acts(found)
        ]
        messages = dict(await self._announcements.fared(found))
        return web.json_response(self._shown(preview, self._clock.now()) | {"acts": acts, "messages": messages})

    async def recipients(self, request: web.Request) -> web.Response:
        query = read_query(request, (Field("after", "", 20, required=False),))
        if await self._announcements.preview(_id(request)) is None:
            raise web.HTTPNotFound(text="There is no such announcement.")
        await self._announcements.note_reader(_id(request), request[MEMBER].username, self._clock.now())
        page = await self._announcements.recipients(_id(request), query["after"], PAGE)
        rows = [{"phone": one.phone, "language": one.language, "students": list(one.students)} for one in page]
        body: dict[str, Any] = {"recipients": rows}
        return web.json_response(body | ({"next": page[-1].phone} if len(page) == PAGE else {}))

    async def confirm(self, request: web.Request) -> web.Response:
        given = (await read_body(request, (Field("recipients", "", 7, required=False),)))["recipients"]
        if given and not given.isdecimal():
            raise web.HTTPBadRequest(text="`recipients` is a whole number; nothing was confirmed.")
        outcome = await self._announcements.confirm(
            _id(request),
            request[MEMBER].username,
            int(given) if given else None,
            self._clock.now(),
            asked_above=self._asked_above,
        )
        if outcome is None:
            raise web.HTTPNotFound(text="There is no such announcement.")
        if isinstance(outcome, NotNow):
            raise web.HTTPConflict(text=WHY_NOT[outcome])
        log.info("announcement_confirmed", announcement=outcome.announcement_id, phones=outcome.recipients)
        return web.json_response(shown(outcome))

    async def cancel(self, request: web.Request) -> web.Response:
        given = await read_body(request, (Field("words", "", 500, required=False),))
        by = request[MEMBER].username
        outcome = await self._announcements.cancel(_id(request), by, given["words"], self._clock.now())
        if outcome is None:
            raise web.HTTPNotFound(text="There is no such announcement.")
        if isinstance(outcome, NotNow):
            raise web.HTTPConflict(text=WHY_NOT[outcome])
        log.info("announcement_cancelled", announcement=_id(request), taken_back=outcome)
        return web.json_response({"taken_back": outcome})

    def _shown(self, preview: Preview, now: datetime) -> dict[str, Any]:
        message = preview.announcement.message
        rows = []
        for one in preview.languages:
            sample = None if one.language in preview.missing else self._write(message, one.language, now)
            rows.append(
                {
                    "language": one.language,
                    "phones": one.phones,
                    "opted_out": one.opted_out,
                    "without_alerts": one.without_alerts,
                    "sample": None if sample is None else sample.body,
                    "segments": 0 if sample is None else sample.segments,
                }
            )
        return {
            "announcement": shown(preview.announcement),
            "languages": rows,
            "missing": list(preview.missing),
            "must_say_recipients": preview.announcement.recipients > self._asked_above,
        }


def shown(one: Announcement) -> dict[str, Any]:
    """An announcement as JSON."""
    says: dict[str, Any]
    if isinstance(one.message, ServiceChange):
        says = {"words": {}, "service_change": stored_change(one.message)}
    else:
        says = {"words": dict(one.message)}
    return {
        "id": one.announcement_id,
        "state": one.state.value,
        "audience": stored_audience(one.audience),
        "send_at": one.send_at.isoformat(),
        "expires_at": one.expires_at.isoformat(),
        "recipients": one.recipients,
        "is_emergency": one.is_emergency,
        "made_by": one.made_by,
    } | says


def _id(request: web.Request) -> AnnouncementId:
    typed = request.match_info["announcement_id"]
    # As many digits as a bigint holds for certain.
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 18):
        raise web.HTTPNotFound(text="There is no such announcement.")
    return AnnouncementId(int(typed))
