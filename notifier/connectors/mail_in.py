"""A reply to a case's mail: the raw message in, what the department says out. Pure.

The address it was sent to names the case and proves that we gave it out. Only what was newly written counts: our own
mail quoted below, and what mail programs put above a quotation, are cut off.
"""

import email
import hashlib
import re
from email import policy
from email.message import EmailMessage
from email.utils import getaddresses

from busline.cases.reference import Reference
from notifier.connectors.incoming import Incoming, Means, text_of_html
from notifier.connectors.reply_address import ReplyAddresses

ABOVE_THIS_LINE = "--- Write above this line ---"
"""Begins every mail of ours: what stands below it in a reply is our own, quoted."""
_ADDRESSED_BY = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
_NOTE = re.compile(r"note\b[\s:.\-]*", re.IGNORECASE)
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
    """
    message = email.message_from_bytes(raw, policy=policy.default)
    reference = _case(message, addresses)
    if reference is None:
        return None
    words = _new_words(_text(message))
    means = Means.ANSWER
    if note := _NOTE.match(words):
        means, words = Means.NOTE, words[note.end() :]
    if _is_automatic(message):
        means, words = Means.NOTE, f"An automatic mail: {words or message.get('Subject', '')}"
    sender = getaddresses([str(message.get("From", ""))])
    by = sender[0][1] if sender else ""
    # One that has no id is known by its bytes.
    message_id = str(message.get("Message-ID", "")).strip()[:500] or hashlib.sha256(raw).hexdigest()
    return Incoming(reference, means, words, by or "e-mail", f"mail:{message_id}")


def _case(message: EmailMessage, addresses: ReplyAddresses) -> Reference | None:
    given = [str(value) for name in _ADDRESSED_BY for value in message.get_all(name, [])]
    for _, address in getaddresses(given):
        reference = addresses.read(address)
        if reference is not None:
            return reference
    return None


def _is_automatic(message: EmailMessage) -> bool:
    """RFC 3834, and what older programs put instead."""
    if str(message.get("Auto-Submitted", "no")).lower() != "no":
        return True
    if str(message.get("Precedence", "")).lower() in ("bulk", "junk", "auto_reply", "list"):
        return True
    return message.get_content_type() == "multipart/report" or str(message.get("Return-Path", "")).strip() == "<>"


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        content = str(part.get_content())
    except (LookupError, UnicodeError):
        # A character set that nobody knows, or one that was lied about.
        payload = part.get_payload(decode=True)
        content = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return text_of_html(content) if part.get_content_subtype() == "html" else content.replace("\r\n", "\n")


def _new_words(text: str) -> str:
    above, _, _ = text.partition(ABOVE_THIS_LINE)
    found = _QUOTATION_BEGINS.search(above)
    written = above[: found.start()] if found else above
    return written.rstrip("> \n\t").strip()
