"""Cases in Zammad, by its REST interface: one ticket a case, an article for each line of its history.

https://docs.zammad.org/en/latest/api/ticket/index.html. Zammad takes no idempotency key, so whatever may have arrived
is looked for: the ticket by the reference in its title, an article by the parcel's key in its subject.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any, TypeAlias
from urllib.parse import urlencode

import aiohttp
import orjson

from busline.cases.case import EventKind
from busline.cases.letter import body, subject
from busline.cases.parcel import Attempt, Delivered, Never, NotNow, Parcel, Unknown
from busline.cases.reference import spoken
from notifier.connectors.asking import PATIENCE_SECONDS, Answer, ask
from notifier.connectors.zammad_in import KEY_MARK

_GONE = 404
_Trouble: TypeAlias = NotNow | Never | Unknown


@dataclass(frozen=True, slots=True)
class _Missing:
    """A parcel is not there; the ticket that it belongs to may be."""

    ticket: str | None


@dataclass(frozen=True, slots=True)
class ZammadSite:
    """Where Zammad is, and as whom we come."""

    url: str
    """Without a trailing slash."""
    token: str = field(repr=False)
    """An access token with the permission `ticket.agent`, of an agent who may write in every group that is used."""
    customer: str
    """E-mail address of the customer that tickets are made for: families have none, and Zammad wants one."""


class ZammadConnector:
    """Makes tickets, writes articles, and moves a ticket to the group of the department that a case is passed to."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        site: ZammadSite,
        zone: Callable[[], tzinfo],
        *,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._session = session
        self._patience_seconds = patience_seconds
        self._site = site
        self._zone = zone

    async def trouble(self) -> str | None:
        """What is wrong with the site or the token, in words; None where it knows us."""
        answer = await self._ask("GET", "/api/v1/users/me")
        if isinstance(answer, Answer):
            return None if answer.status == 200 else f"Zammad: {answer.words}."
        return answer.words

    async def deliver(self, parcel: Parcel) -> Attempt:
        if not parcel.department.target:
            name = parcel.department.department_id
            return NotNow(f"No Zammad group is set for {name}; `busline department set {name} --target` sets one.")
        ticket = parcel.remote_id
        if parcel.maybe_sent:
            there = await self._arrived(parcel)
            if isinstance(there, Delivered):
                return there
            if isinstance(there, NotNow | Never | Unknown):
                # We could not look, so it is as uncertain as before.
                return Unknown(there.words)
            ticket = there.ticket
        if ticket is None:
            return await self._make(parcel)
        written = await self._write(ticket, parcel)
        # Where the ticket was deleted over there, the case still needs one.
        return await self._make(parcel) if written is None else written

    async def _make(self, parcel: Parcel) -> Attempt:
        ticket = {
            "title": subject(parcel.case),
            "group": parcel.department.target,
            "customer_id": f"guess:{self._site.customer}",
            "priority": "3 high" if parcel.case.urgent else "2 normal",
            "article": self._article(parcel),
        }
        answer = await self._ask("POST", "/api/v1/tickets", ticket)
        if not isinstance(answer, Answer):
            return answer
        if (trouble := _trouble(answer, writes=True)) is not None:
            return trouble
        number = answer.body.get("id") if isinstance(answer.body, dict) else None
        return Unknown("Zammad made a ticket and did not say which.") if number is None else Delivered(str(number))

    async def _write(self, ticket: str, parcel: Parcel) -> Attempt | None:
        """None where there is no such ticket any more."""
        if parcel.event.kind is EventKind.TRANSFERRED and parcel.case.department == parcel.department.department_id:
            moved = {"group": parcel.department.target, "article": self._article(parcel)}
            answer = await self._ask("PUT", f"/api/v1/tickets/{ticket}", moved)
        else:
            article = {"ticket_id": int(ticket), **self._article(parcel)}
            answer = await self._ask("POST", "/api/v1/ticket_articles", article)
        if not isinstance(answer, Answer):
            return answer
        if answer.status == _GONE:
            return None
        return _trouble(answer, writes=True) or Delivered(ticket)

    async def _arrived(self, parcel: Parcel) -> Delivered | _Missing | _Trouble:
        """Whether the parcel is there, and if not, which ticket it belongs to."""
        ticket = parcel.remote_id
        if ticket is None:
            # Without field names, which only a Zammad with Elasticsearch understands; we look at the titles ourselves.
            query = urlencode({"query": spoken(parcel.case.reference), "limit": "50"})
            found = await self._ask("GET", f"/api/v1/tickets/search?{query}")
            if not isinstance(found, Answer):
                return found
            if (trouble := _trouble(found, writes=False)) is not None:
                return trouble
            mark = f"[{spoken(parcel.case.reference)}]"
            ours = [
                int(one) for one, held in _assets(found.body).items() if str(held.get("title", "")).startswith(mark)
            ]
            if not ours:
                return _Missing(None)
            ticket = str(min(ours))
        articles = await self._ask("GET", f"/api/v1/ticket_articles/by_ticket/{ticket}")
        if not isinstance(articles, Answer):
            return articles
        if articles.status == _GONE:
            return _Missing(None)
        if (trouble := _trouble(articles, writes=False)) is not None:
            return trouble
        listed = articles.body if isinstance(articles.body, list) else []
        subjects = {str(one.get("subject")) for one in listed if isinstance(one, dict)}
        return Delivered(ticket) if _mark(parcel) in subjects else _Missing(ticket)

    def _article(self, parcel: Parcel) -> dict[str, object]:
        to = "" if parcel.to is None else f"For {parcel.to.name or 'whoever is responsible'}:\n"
        return {
            "subject": _mark(parcel),
            "body": to + body(parcel, self._zone()),
            "content_type": "text/plain",
            "type": "note",
            # The customer is nobody's family: nothing may be mailed there.
            "internal": True,
        }

    async def _ask(
        self, method: str, path: str, document: Mapping[str, object] | None = None
    ) -> Answer | NotNow | Unknown:
        headers = {"Authorization": f"Token token={self._site.token}", "Content-Type": "application/json"}
        content = None if document is None else orjson.dumps(document)
        url = self._site.url + path
        answer = await ask(
            self._session, method, url, headers=headers, body=content, patience_seconds=self._patience_seconds
        )
        if isinstance(answer, NotNow | Unknown):
            return type(answer)(f"Zammad: {answer.words}.")
        return answer


def _trouble(answer: Answer, *, writes: bool) -> _Trouble | None:
    """What an answer that is no success means; None for a success."""
    if answer.status in (200, 201):
        return None
    words = f"Zammad: {answer.words}."
    if answer.status == 422:
        return Never(words)
    if answer.status in (401, 403, _GONE, 429):
        # A token, a right or an address that a person can put right.
        return NotNow(words, answer.retry_after_seconds)
    # It may have failed after it had written.
    return Unknown(words) if writes else NotNow(words)


def _mark(parcel: Parcel) -> str:
    return f"{KEY_MARK} {parcel.key}"


def _assets(found_body: Any) -> Mapping[str, Mapping[str, Any]]:
    """The tickets of a search, by their ids."""
    assets = found_body.get("assets") if isinstance(found_body, dict) else None
    found = assets.get("Ticket") if isinstance(assets, dict) else None
    return found if isinstance(found, dict) else {}
