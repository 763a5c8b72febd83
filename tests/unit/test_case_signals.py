"""What Zammad and the receiver of our webhook say, and that they say it."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from busline.cases.reference import Reference
from notifier.connectors.incoming import Means, UnreadableError
from notifier.connectors.signing import VALID_FOR_SECONDS, is_signed, sign
from notifier.connectors.status_in import read_status
from notifier.connectors.zammad_in import is_zammads, read_ticket

NOW = datetime(2026, 10, 6, 15, 0, tzinfo=UTC)
KEY = b"the key of both sides, which is long enough"
BODY = b'{"a": 1}'


def test_a_signature_holds_for_this_body_this_key_and_five_minutes() -> None:
    header = sign(BODY, KEY, NOW)
    assert is_signed(header, BODY, KEY, NOW)
    for moment in (timedelta(seconds=VALID_FOR_SECONDS), -timedelta(seconds=VALID_FOR_SECONDS)):
        assert is_signed(header, BODY, KEY, NOW + moment)
        assert not is_signed(header, BODY, KEY, NOW + moment * 1.01)
    assert not is_signed(header, BODY + b" ", KEY, NOW)
    assert not is_signed(header, BODY, KEY + b"x", NOW)
    moved = header.replace(header[2:12], str(int(header[2:12]) + 60))
    assert not is_signed(moved, BODY, KEY, NOW), "the time is signed, too"


@pytest.mark.parametrize(
    "header", ["", "t=,v1=", "v1=" + "0" * 64, "t=1790000000,v1=" + "g" * 64, "t=-1,v1=" + "0" * 64]
)
def test_what_is_no_signature_is_refused(header: str) -> None:
    assert not is_signed(header, BODY, KEY, NOW)


def test_the_signature_is_the_published_construction() -> None:
    at = int(NOW.timestamp())
    by_hand = hmac.new(KEY, str(at).encode() + b"." + BODY, hashlib.sha256).hexdigest()
    assert sign(BODY, KEY, NOW) == f"t={at},v1={by_hand}"


def test_zammads_signature_is_checked_as_zammad_makes_it() -> None:
    good = "sha1=" + hmac.new(KEY, BODY, "sha1").hexdigest()
    assert is_zammads(good, BODY, KEY)
    for bad in ("", good[:-1], good.upper(), "sha1=é", "sha1=\udcff"):
        assert not is_zammads(bad, BODY, KEY)
    assert not is_zammads(good, BODY + b" ", KEY)


def ticket(title: str = "[5724-0] lost item", state: str = "open", **article: Any) -> bytes:
    whole = {
        "id": 104,
        "sender": "Agent",
        "internal": False,
        "type": "note",
        "content_type": "text/html",
        "body": "It is <b>here</b>.<br>Ask for Sam.",
        "created_by": {"login": "emma@schools.example.org"},
    } | article
    about = {
        "id": 81,
        "title": title,
        "state": state,
        "updated_at": "2026-10-06T15:00:00Z",
        "updated_by": {"login": "x"},
    }
    return orjson.dumps({"ticket": about, "article": whole if article.get("id", 1) is not None else None})


def test_an_agents_public_article_answers_the_family() -> None:
    (incoming,) = read_ticket(ticket())
    assert (incoming.reference, incoming.means) == (Reference("57240"), Means.ANSWER)
    assert incoming.words == "It is here.\nAsk for Sam."
    assert (incoming.by, incoming.source_key) == ("emma@schools.example.org", "zammad:article:104")


def test_an_internal_article_is_a_note_and_plain_text_is_left_as_it_is() -> None:
    (incoming,) = read_ticket(ticket(internal=True, content_type="text/plain", body="a < b"))
    assert (incoming.means, incoming.words) == (Means.NOTE, "a < b")


def test_our_own_articles_and_those_of_customers_say_nothing() -> None:
    assert read_ticket(ticket(subject="busline 57240-8-1")) == ()
    assert read_ticket(ticket(sender="Customer")) == ()
    assert read_ticket(ticket(sender="System")) == ()


def test_a_closed_ticket_asks_the_family_and_one_closed_with_an_answer_asks_once() -> None:
    (closed,) = read_ticket(ticket(state="closed", id=None))
    assert (closed.means, closed.words, closed.by) == (Means.ASK_IF_SOLVED, "", "x")
    (answered,) = read_ticket(ticket(state="closed"))
    assert answered.means is Means.ANSWER
    noted, asked = read_ticket(ticket(state="closed", internal=True))
    assert (noted.means, asked.means) == (Means.NOTE, Means.ASK_IF_SOLVED)


@pytest.mark.parametrize("title", ["lost item", "5724-0 lost", "[5724-1] lost item", "Re: [5724-0] x", "[]", "["])
def test_a_ticket_that_is_no_case_says_nothing(title: str) -> None:
    assert read_ticket(ticket(title)) == ()


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"ticket": 1}', b"null", b"\xff"])
def test_what_is_not_zammads_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(UnreadableError, match="The body"):
        read_ticket(body)


def status(**changes: Any) -> bytes:
    return orjson.dumps({"key": "m-1", "reference": "5724-0", "status": "answer", "words": "It is here."} | changes)


def test_a_status_is_read_with_who_said_it() -> None:
    incoming = read_status(status(by="Sam"))
    assert (incoming.reference, incoming.means, incoming.words) == (Reference("57240"), Means.ANSWER, "It is here.")
    assert (incoming.by, incoming.source_key) == ("Sam", "webhook:m-1")
    assert read_status(status(status="transfer", department="safety")).department == "safety"
    assert read_status(status(status="in_hand", words="")).means is Means.IN_HAND


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"x", "not JSON"),
        (b"[]", "object"),
        (status(key=""), "key"),
        (status(reference="57241"), "reference"),
        (status(status="done"), "must be one of in_hand, note"),
        (status(words=""), "needs words"),
        (status(words=7), "words must be text"),
        (status(words="a\x00"), "words must be text"),
        (status(words="a" * 4001), "at most 4000"),
        (status(status="transfer"), "department"),
        (status(extra=1), "no field 'extra'"),
    ],
)
def test_a_status_that_cannot_be_used_is_refused_in_words(body: bytes, complaint: str) -> None:
    with pytest.raises(UnreadableError, match=complaint):
        read_status(body)
