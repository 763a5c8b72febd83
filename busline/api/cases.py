"""Cases for staff who are signed in: listed, read, worked, and the conversation taken over and handed back."""

from collections.abc import Awaitable, Callable, Sequence
from typing import assert_never

import structlog
from aiohttp import web

from busline.api.case_json import case_json, figures_json, file_json, listed_json, ref
from busline.api.operation import Field, Operation, read_body, read_query
from busline.cases.case import Case, DepartmentId, NotPossible
from busline.cases.handling import LONGEST_WORDS, Author, CaseDesk, NoSuchCase, Outcome
from busline.cases.history import KnownAlready, UnknownDepartmentError
from busline.cases.holding import Conversations, HeldBy
from busline.cases.overview import Overview, Show
from busline.cases.reference import Reference, plain_reference
from busline.clock import Clock
from busline.store.staff import Role, Staff
from busline.web_guard import MEMBER

log = structlog.get_logger(__name__)

_TO_FAMILY = Field("words", "What the family is texted, as it stands here.", LONGEST_WORDS)
_FOR_STAFF = Field("words", "For staff only.", 4_000)
_OPTIONAL = Field("words", "Why, for staff.", 4_000, required=False)
_CASE = ref("Case")
_NO_CASE = {404: "There is no such case."}
_CLOSED = {409: "The case is closed: open it again first."}
_HELD = {409: "Somebody else writes with this family; the answer says who. Or the case is closed."}
_CANNOT = {
    NotPossible.CLOSED: "The case is closed, so nothing was changed. Open it again first.",
    NotPossible.SAME_DEPARTMENT: "The case is with that department already, so nothing was changed.",
    NotPossible.NOT_ANSWERED: "The case was not answered, so nothing was changed.",
}


def case_operations(
    desk: CaseDesk, conversations: Conversations, overview: Overview, staff: Staff, clock: Clock
) -> Sequence[Operation]:
    """What staff from `call_taker` on may do with cases."""
    by_staff = _ByStaff(desk, conversations, overview, staff, clock)

    def change(
        action: str,
        name: str,
        says: str,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
        body: tuple[Field, ...],
        refusals: dict[int, str],
    ) -> Operation:
        path = f"/cases/{{reference}}/{action}"
        return Operation("POST", path, name, says, Role.CALL_TAKER, handler, _CASE, (), body, _NO_CASE | refusals)

    return (
        Operation(
            "GET",
            "/cases",
            "listCases",
            "Cases, the most pressing first; at most 200.",
            Role.CALL_TAKER,
            by_staff.list,
            {
                "type": "object",
                "required": ["cases"],
                "properties": {"cases": {"type": "array", "items": ref("ListedCase")}},
            },
            query=_LIST_QUERY,
            refusals={400: "A parameter cannot be used."},
        ),
        Operation(
            "GET",
            "/case-figures",
            "caseFigures",
            "How many cases wait for the district, and how many lines could not be handed over.",
            Role.CALL_TAKER,
            by_staff.figures,
            ref("Figures"),
        ),
        Operation(
            "GET",
            "/cases/{reference}",
            "readCase",
            "One case with its whole history.",
            Role.CALL_TAKER,
            by_staff.read,
            ref("CaseFile"),
            refusals=_NO_CASE,
        ),
        change("assign", "assignCase", "Give a case to a member of staff.", by_staff.assign, (_TO_PERSON,), _CLOSED),
        change(
            "transfer",
            "transferCase",
            "Pass a case to another department with its whole history. The family's promise stays.",
            by_staff.transfer,
            (_TO_DEPARTMENT, _OPTIONAL),
            {409: "The case is closed, or is with that department already."},
        ),
        change("notes", "noteOnCase", "Write a note for staff.", by_staff.note, (_FOR_STAFF,), {}),
        change("texts", "textFamily", "Text the family, who go on waiting.", by_staff.say, (_TO_FAMILY,), {}),
        change(
            "answer",
            "answerFamily",
            "Text the family the answer, and ask whether it solved it. The conversation is handed back with it.",
            by_staff.answer,
            (_TO_FAMILY,),
            _CLOSED,
        ),
        change("close", "closeCase", "Ask the family whether it is solved.", by_staff.close, (), _CLOSED),
        change("reopen", "reopenCase", "Open a case again, under its reference.", by_staff.reopen, (_OPTIONAL,), {}),
        change(
            "take-over",
            "takeOver",
            "Write with the family instead of Busline, which is silent until the conversation is handed back, or until "
            "half an hour after your last text.",
            by_staff.take_over,
            (),
            _HELD,
        ),
        change(
            "hand-back",
            "handBack",
            "Let Busline answer the family again. A dispatcher may end somebody else's hold.",
            by_staff.hand_back,
            (),
            _HELD,
        ),
        change(
            "try-again",
            "tryAgain",
            "Hand over once more what could not be handed over.",
            by_staff.try_again,
            (),
            {},
        ),
    )


_TO_PERSON = Field("to", "The user name of a member of staff.", 64)
_TO_DEPARTMENT = Field("to", "The department's id, such as special_education.", 64)
_LIST_QUERY = (
    Field("show", "Which cases; `open` unless given.", required=False, choices=tuple(show.value for show in Show)),
    Field("department", "Only of this department.", 64, required=False),
    Field("assigned_to", "Only of this member of staff.", 64, required=False),
)


class _ByStaff:
    """The handlers. Who is signed in is who writes."""

    def __init__(
        self,
        desk: CaseDesk,
        conversations: Conversations,
        overview: Overview,
        staff: Staff,
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._conversations = conversations
        self._overview = overview
        self._staff = staff
        self._clock = clock

    async def list(self, request: web.Request) -> web.Response:
        asked = read_query(request, _LIST_QUERY)
        now = self._clock.now()
        listed = await self._overview.list(
            Show(asked["show"] or Show.OPEN),
            now,
            department=DepartmentId(asked["department"]) if asked["department"] else None,
            assigned_to=asked["assigned_to"] or None,
        )
        return web.json_response({"cases": [listed_json(one, now) for one in listed]})

    async def figures(self, _request: web.Request) -> web.Response:
        return web.json_response(figures_json(await self._overview.figures(self._clock.now())))

    async def read(self, request: web.Request) -> web.Response:
        reference, now = _reference(request), self._clock.now()
        # It shows a family's words: who looked is part of the record.
        file = await self._overview.file_for(request[MEMBER].username, reference, now)
        if file is None:
            raise _no_such_case()
        return web.json_response(file_json(file, now))

    async def assign(self, request: web.Request) -> web.Response:
        to = (await read_body(request, (_TO_PERSON,)))["to"].lower()
        known = {account.username for account in await self._staff.accounts() if account.disabled_at is None}
        if to not in known:
            raise web.HTTPBadRequest(text=f"Nobody of the staff is named {to!r}, so nothing was changed.")
        return self._said(await self._desk.assign(_reference(request), to, _author(request), self._clock.now()))

    async def transfer(self, request: web.Request) -> web.Response:
        given = await read_body(request, (_TO_DEPARTMENT, _OPTIONAL))
        try:
            outcome = await self._desk.transfer(
                _reference(request), DepartmentId(given["to"]), given["words"], _author(request), self._clock.now()
            )
        except UnknownDepartmentError as unknown:
            raise web.HTTPBadRequest(text=str(unknown)) from unknown
        return self._said(outcome)

    async def note(self, request: web.Request) -> web.Response:
        words = (await read_body(request, (_FOR_STAFF,)))["words"]
        return self._said(await self._desk.note(_reference(request), words, _author(request), self._clock.now()))

    async def say(self, request: web.Request) -> web.Response:
        words = (await read_body(request, (_TO_FAMILY,)))["words"]
        return self._said(await self._desk.say(_reference(request), words, _author(request), self._clock.now()))

    async def answer(self, request: web.Request) -> web.Response:
        words = (await read_body(request, (_TO_FAMILY,)))["words"]
        return self._said(await self._desk.answer(_reference(request), words, _author(request), self._clock.now()))

    async def close(self, request: web.Request) -> web.Response:
        await read_body(request, ())
        return self._said(await self._desk.close(_reference(request), _author(request), self._clock.now()))

    async def reopen(self, request: web.Request) -> web.Response:
        words = (await read_body(request, (_OPTIONAL,)))["words"]
        return self._said(await self._desk.reopen(_reference(request), words, _author(request), self._clock.now()))

    async def take_over(self, request: web.Request) -> web.Response:
        await read_body(request, ())
        by = request[MEMBER].username
        return self._said(await self._conversations.take_over(_reference(request), by, self._clock.now()))

    async def hand_back(self, request: web.Request) -> web.Response:
        await read_body(request, ())
        member = request[MEMBER]
        outcome = await self._conversations.hand_back(
            _reference(request),
            member.username,
            self._clock.now(),
            for_another=member.role.covers(Role.DISPATCHER),
        )
        return self._said(outcome)

    async def try_again(self, request: web.Request) -> web.Response:
        await read_body(request, ())
        reference, now = _reference(request), self._clock.now()
        await self._desk.try_again(reference, now)
        file = await self._overview.file(reference, now)
        if file is None:
            raise _no_such_case()
        return web.json_response(case_json(file.case, now))

    def _said(self, outcome: Outcome | HeldBy) -> web.Response:
        match outcome:
            case Case():
                return web.json_response(case_json(outcome, self._clock.now()))
            case HeldBy(holder):
                raise web.HTTPConflict(
                    text=f"{holder.held_by} has written with this family since {holder.since:%H:%M} UTC, in case "
                    f"{holder.reference}. Nothing was changed; ask {holder.held_by} to hand it back."
                )
            case NotPossible():
                raise web.HTTPConflict(text=_CANNOT[outcome])
            case NoSuchCase():
                raise _no_such_case()
            case KnownAlready():  # pragma: no cover - what staff do here comes by no message
                raise AssertionError(outcome)
            case _:
                assert_never(outcome)


def _reference(request: web.Request) -> Reference:
    reference = plain_reference(request.match_info["reference"])
    if reference is None:
        raise _no_such_case()
    return reference


def _no_such_case() -> web.HTTPNotFound:
    return web.HTTPNotFound(text="There is no case of that reference. Its last digit checks the others: read it again.")


def _author(request: web.Request) -> Author:
    return Author(request[MEMBER].username)
