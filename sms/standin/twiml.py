"""What Busline answers to a webhook: TwiML in, the texts to send or the words to speak out."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message as Headers
from xml.etree import ElementTree

_XML_TYPES = ("text/xml", "application/xml", "text/html")
"""What Twilio reads as TwiML: https://www.twilio.com/docs/messaging/twiml."""


class TwimlFault(Exception):  # noqa: N818 - named for what it is to the reader of the page
    """An answer that Twilio could not carry out. `code` is Twilio's, the text is for a person."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(frozen=True, slots=True)
class Reply:
    """One `<Message>`. `to` and `status_callback` are as written, None where absent."""

    body: str
    to: str | None = None
    status_callback: str | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """One thing heard on the line. `language` is the code of a `<Say>`; None for what is not speech."""

    text: str
    language: str | None = None


def read_replies(content_type: str, body: bytes) -> tuple[Reply, ...]:
    """The texts in a messaging answer; none for an empty one. Raises `TwimlFault`."""
    if not body.strip():
        return ()
    kind, charset = _media_type(content_type)
    if kind == "text/plain":
        return (Reply(_decoded(body, charset)),)
    return tuple(_reply(verb) for verb in _verbs(kind, body))


def read_speech(content_type: str, body: bytes) -> tuple[Spoken, ...]:
    """What is heard in a voice answer, in order, up to the hang-up. Raises `TwimlFault`."""
    kind, charset = _media_type(content_type)
    if kind == "text/plain":
        return (Spoken(_decoded(body, charset), "en-US"),)
    if not body.strip():
        return ()
    heard: list[Spoken] = []
    for verb in _verbs(kind, body):
        if verb.tag in ("Hangup", "Reject"):
            break
        heard.extend(_heard(verb))
    return tuple(heard)


def call_verbs(content_type: str, body: bytes) -> tuple[ElementTree.Element, ...]:
    """The verbs of a voice answer, in order. Raises `TwimlFault`."""
    kind, charset = _media_type(content_type)
    if kind == "text/plain":
        said = ElementTree.Element("Say")
        said.text = _decoded(body, charset)
        return (said,)
    return tuple(_verbs(kind, body)) if body.strip() else ()


def _media_type(content_type: str) -> tuple[str, str]:
    headers = Headers()
    headers["Content-Type"] = content_type or "application/octet-stream"
    return headers.get_content_type(), headers.get_content_charset("utf-8")


def _decoded(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset, errors="replace").strip()
    except LookupError as fault:
        raise TwimlFault(12300, f"the answer is in {charset}, which is no known character set") from fault


def _verbs(kind: str, body: bytes) -> Iterator[ElementTree.Element]:
    if kind not in _XML_TYPES:
        raise TwimlFault(12300, f"the answer is of type {kind}, where Twilio reads text/xml")
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise TwimlFault(12100, "the answer has a document type, which TwiML never has")
    try:
        # Safe with the standard parser: document types, which all XML bombs need, are refused above.
        root = ElementTree.fromstring(body)  # noqa: S314
    except (ElementTree.ParseError, LookupError, ValueError) as fault:
        raise TwimlFault(12100, f"the answer is not valid XML ({fault})") from fault
    if root.tag != "Response":
        raise TwimlFault(12100, f"the answer begins with <{root.tag}>, where TwiML begins with <Response>")
    yield from root


def _reply(verb: ElementTree.Element) -> Reply:
    if verb.tag != "Message":
        raise TwimlFault(12200, f"the answer has a <{verb.tag}>, which the stand-in for Twilio does not carry out")
    unknown = [child.tag for child in verb if child.tag != "Body"]
    if unknown:
        raise TwimlFault(12200, f"the message has a <{unknown[0]}>, which the stand-in for Twilio does not carry out")
    body = "".join(verb.itertext()).strip()
    if not body:
        raise TwimlFault(14103, "the message has no words")
    return Reply(body, verb.get("to"), verb.get("statusCallback") or verb.get("action"))


def _heard(verb: ElementTree.Element) -> Iterator[Spoken]:
    text = "".join(verb.itertext()).strip()
    match verb.tag:
        case "Say":
            yield Spoken(text, verb.get("language", "en-US"))
        case "Play":
            yield Spoken(f"A recording plays: {text}")
        case "Pause":
            pass
        case "Gather":
            for child in verb:
                yield from _heard(child)
            yield Spoken("Busline waits for a key. This phone has no keypad yet, so it stays silent.")
        case _:
            yield Spoken(f"Busline asks for <{verb.tag}>, which this phone does not do yet.")
