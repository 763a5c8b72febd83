"""A reply to a case's mail: the raw message in, what the department says out. Pure.

The address it was sent to names the case and proves that we gave it out. Only what was newly written counts: our own
mail quoted below, and what mail programs put above a quotation, are cut off.
"""

import email
import hashlib
import re
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses

from busline.cases.reference import Reference
from notifier.connectors.incoming import Incoming, Means, UnreadableError, text_of_html
from notifier.connectors.reply_address import ReplyAddresses

ABOVE_THIS_LINE = "--- Write above this line ---"
"""Begins every mail of ours: what stands below it in a reply is our own, quoted."""
_ADDRESSED_BY = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
_NOTE = re.compile(r"note\b[\s:.\-]*", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:+-]{1,40})", re.IGNORECASE | re.ASCII)
_QUOTATION_BEGINS = re.compile(
    r"^(?:"
    r"On\b[^\n]{5,200}(?:\n[^\n]{0,100}){0,2}\bwrote:\s*$"  # Gmail, Apple Mail: may be broken over lines
    r"|-{2,}\s*Original Message\s*-{2,}\s*$"
    r"|_{20,}\s*$"  # Outlook
    r"|From:\s[^\n]+\n(?:Sent|Date):\s"
    r"|>"
    r"|-- $"  # a signature
    r")",
    re.MULTILINE,
)


def read_mail(raw: bytes, addresses: ReplyAddresses) -> Incoming | None:
    """What a mail says about a case, or None where it was sent to none of our addresses.

    An answer unless it begins with the word NOTE; what a program sent by itself (an absence, a bounce) is a note.
    Raises UnreadableError for parts within parts without end.
    """
    try:
        # By the old policy: the new one reads headers by a grammar that fails on many an odd one.
        message = email.message_from_bytes(raw)
        reference = _case(message, addresses)
        if reference is None:
            return None
        text = _text(message)
    except RecursionError as fault:
        raise UnreadableError("The mail has parts within parts without end.") from fault
    words = _new_words(text)
    means = Means.ANSWER
    if note := _NOTE.match(words):
        means, words = Means.NOTE, words[note.end() :]
    if _is_automatic(message):
        means, words = Means.NOTE, f"An automatic mail: {words or _decoded(_header(message, 'Subject'))}"
    sender = getaddresses([_header(message, "From")])
    by = sender[0][1] if sender else ""
    # One that has no id is known by its bytes.
    message_id = _header(message, "Message-ID").strip()[:500] or hashlib.sha256(raw).hexdigest()
    return Incoming(reference, means, words, by or "e-mail", f"mail:{message_id}")


def _header(message: Message, name: str, default: str = "") -> str:
    return str(message.get(name, default))


def _decoded(header: str) -> str:
    """A header that may hold encoded words (RFC 2047)."""
    try:
        return str(make_header(decode_header(header)))
    except (MessageError, LookupError, ValueError):
        return header


def _case(message: Message, addresses: ReplyAddresses) -> Reference | None:
    given = [str(value) for name in _ADDRESSED_BY for value in message.get_all(name, [])]
    # One by one: among all together an odd one would spoil the others.
    for _, address in (found for value in given for found in getaddresses([value])):
        reference = addresses.read(address)
        if reference is not None:
            return reference
    return None


def _is_automatic(message: Message) -> bool:
    """RFC 3834, and what older programs put instead."""
    if _header(message, "Auto-Submitted", "no").strip().lower() != "no":
        return True
    if _header(message, "Precedence").strip().lower() in ("bulk", "junk", "auto_reply", "list"):
        return True
    return message.get_content_type() == "multipart/report" or _header(message, "Return-Path").strip() == "<>"


def _text(message: Message) -> str:
    """The words, plain where there are plain ones, of whatever is not attached."""
    found = {part.get_content_subtype(): part for part in reversed(list(_written(message)))}
    if (plain := found.get("plain")) is not None:
        return _content(plain).replace("\r\n", "\n")
    html = found.get("html")
    return "" if html is None else text_of_html(_content(html))


def _written(message: Message) -> Iterator[Message]:
    """The parts of text in their order, those of an attached mail left out."""
    if message.get_content_maintype() == "multipart":
        for part in message.get_payload() if message.is_multipart() else ():
            if isinstance(part, Message):
                yield from _written(part)
    elif message.get_content_maintype() == "text" and message.get_content_disposition() != "attachment":
        yield message


def _content(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    # Not by the library, which fails on parameters that are continued oddly.
    charset = _CHARSET.search(_header(part, "Content-Type"))
    try:
        return payload.decode(charset[1] if charset else "utf-8", "replace")
    except (LookupError, ValueError):
        # A character set that nobody knows, or one that was lied about.
        return payload.decode("utf-8", "replace")


def _new_words(text: str) -> str:
    above, _, _ = text.partition(ABOVE_THIS_LINE)
    found = _QUOTATION_BEGINS.search(above)
    written = above[: found.start()] if found else above
    return written.rstrip("> \n\t").strip()
