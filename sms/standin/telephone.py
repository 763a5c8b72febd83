"""A call that Busline placed, played to its end: TwiML in, what is heard out, keys pressed where it waits for one."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urljoin
from xml.etree import ElementTree

from sms.standin.twiml import Spoken, TwimlFault, call_verbs

MOST_ANSWERS = 50
"""Answers of TwiML in one call; a call that asks for more goes in a circle."""

Fetch = Callable[[str, Mapping[str, str]], Awaitable[tuple[str, bytes]]]
"""Asks an address what comes next, with what is added to the call's own form: the type and the body of the answer."""


class PicksUp(StrEnum):
    """Who or what answers."""

    HUMAN = "human"
    MACHINE = "machine"
    FAX = "fax"
    NOBODY = "no-answer"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Telephone:
    """How a phone takes a call."""

    picks_up: PicksUp = PicksUp.HUMAN
    keys: str = ""
    """Pressed one after the other, one each time it is waited for; then none any more."""
    person_answers: bool = True
    """Whether the number that the call is connected to picks up."""


def answered_by(telephone: Telephone, detection: str | None) -> dict[str, str]:
    """What the carrier says of who picked up, where it was asked to listen: `AnsweredBy`, or nothing."""
    if detection is None:
        return {}
    if telephone.picks_up is PicksUp.MACHINE:
        return {"AnsweredBy": "machine_end_beep" if detection == "DetectMessageEnd" else "machine_start"}
    return {"AnsweredBy": telephone.picks_up.value}


async def play(content_type: str, body: bytes, url: str, telephone: Telephone, fetch: Fetch) -> tuple[Spoken, ...]:
    """Everything that is heard until the call ends. Raises `TwimlFault`.

    `url` is where the TwiML came from: what it refers to is relative to that.
    """
    heard: list[Spoken] = []
    keys = iter(telephone.keys)
    for _ in range(MOST_ANSWERS):
        following = _until_it_asks(content_type, body, telephone, keys, heard)
        if following is None:
            return tuple(heard)
        action, more = following
        url = urljoin(url, action)
        content_type, body = await fetch(url, more)
    raise TwimlFault(12200, f"the call was told what to do {MOST_ANSWERS} times, and still goes on")


def _until_it_asks(
    content_type: str, body: bytes, telephone: Telephone, keys: Iterator[str], heard: list[Spoken]
) -> tuple[str, Mapping[str, str]] | None:
    """What the TwiML does until it asks what comes next: where, and with what. None where the call ends."""
    for verb in call_verbs(content_type, body):
        text = "".join(verb.itertext()).strip()
        match verb.tag:
            case "Say" | "Play":
                heard.append(_spoken(verb))
            case "Pause":
                continue
            case "Gather":
                heard.extend(_spoken(child) for child in verb if child.tag in ("Say", "Play"))
                key = next(keys, "")
                if key or verb.get("actionOnEmptyResult") == "true":
                    heard.append(Spoken(f"You press {key}." if key else "You press nothing."))
                    return verb.get("action", ""), {"Digits": key} if key else {}
            case "Redirect":
                return text, {}
            case "Dial":
                ended = "completed" if telephone.person_answers else "no-answer"
                heard.append(Spoken(f"It rings at {text}: {'somebody answers' if ended == 'completed' else 'nobody'}."))
                if verb.get("action"):
                    return verb.get("action", ""), {"DialCallStatus": ended}
            case "Hangup" | "Reject":
                return None
            case _:
                raise TwimlFault(12200, f"the answer has a <{verb.tag}>, which the stand-in does not carry out")
    return None


def _spoken(verb: ElementTree.Element) -> Spoken:
    text = "".join(verb.itertext()).strip()
    return Spoken(f"A recording plays: {text}") if verb.tag == "Play" else Spoken(text, verb.get("language", "en-US"))
