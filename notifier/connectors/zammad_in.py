"""What Zammad's own webhook tells of a case's ticket: the signed body in, what the department says out. Pure.

https://admin-docs.zammad.org/en/latest/manage/webhook/payload.html. An agent's public article answers the family; an
internal one is a note; a ticket that is closed asks the family whether it is solved.
"""

import hashlib
import hmac
from typing import Any

import orjson

from busline.cases.reference import Reference, plain_reference
from notifier.connectors.incoming import Incoming, Means, UnreadableError, text_of_html

HEADER = "X-Hub-Signature"
KEY_MARK = "busline"
"""Begins the subject of every article of ours: `busline 57240-12-9`."""


def is_zammads(header: str, body: bytes, key: bytes) -> bool:
    """Whether a Zammad with our key signed this body. SHA-1 is all that it offers; as an HMAC it still holds."""
    expected = "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest()
    # A header may hold any byte; only ASCII can be right, and only ASCII can be compared.
    return header.isascii() and hmac.compare_digest(header, expected)


def read_ticket(body: bytes) -> tuple[Incoming, ...]:
    """What it says, in order; nothing for tickets that are no cases and for articles of our own.

    Raises UnreadableError.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as fault:
        raise UnreadableError("The body is not JSON.") from fault
    ticket = _part(document, "ticket")
    reference = _reference(str(ticket.get("title", "")))
    if reference is None:
        return ()
    said = []
    article = document.get("article")
    by = _login(ticket.get("updated_by"))
    if isinstance(article, dict) and article.get("id") is not None:
        by = _login(article.get("created_by")) or by
        told = _told(article, reference, by or "Zammad")
        said += [] if told is None else [told]
    if str(ticket.get("state")) == "closed" and not any(one.means is Means.ANSWER for one in said):
        key = f"zammad:closed:{ticket.get('id')}:{ticket.get('close_at') or ticket.get('updated_at')}"
        said.append(Incoming(reference, Means.ASK_IF_SOLVED, "", by or "Zammad", key))
    return tuple(said)


def _told(article: dict[str, Any], reference: Reference, by: str) -> Incoming | None:
    if article.get("sender") != "Agent" or str(article.get("subject") or "").startswith(KEY_MARK + " "):
        return None
    words = str(article.get("body") or "")
    if article.get("content_type", "text/html") == "text/html":
        words = text_of_html(words)
    means = Means.NOTE if article.get("internal", True) else Means.ANSWER
    return Incoming(reference, means, words.strip(), by, f"zammad:article:{article['id']}")


def _reference(title: str) -> Reference | None:
    """Of `[4821-7] lost item`."""
    within, closes, _ = title.removeprefix("[").partition("]")
    return plain_reference(within) if title.startswith("[") and closes else None


def _part(document: object, name: str) -> dict[str, Any]:
    part = document.get(name) if isinstance(document, dict) else None
    if not isinstance(part, dict):
        raise UnreadableError(f"The body has no {name}.")
    return part


def _login(user: object) -> str:
    return str(user.get("login") or "") if isinstance(user, dict) else ""
