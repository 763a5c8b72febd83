"""What stands on each phone: bubbles in order, each change numbered, so that a page can ask for what is new."""

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import count
from typing import TypedDict, Unpack

from busline.ids import Phone
from sms.standin.twiml import Spoken

_KEPT_BUBBLES = 300


class BubbleKind(StrEnum):
    """Who said it, and how."""

    FAMILY = "family"
    BUSLINE = "busline"
    CARRIER = "carrier"
    CALL = "call"
    NOTE = "note"


class BubbleState(StrEnum):
    """How far it has come."""

    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Bubble:
    """One thing on a phone's screen."""

    number: int
    kind: BubbleKind
    body: str
    at: datetime
    state: BubbleState = BubbleState.DONE
    detail: str = ""
    """Its size on the wire, or why it failed."""
    heard: tuple[Spoken, ...] = ()
    """What was said on the line, for a call."""


class Changes(TypedDict, total=False):
    """What may change about a bubble once it is shown."""

    state: BubbleState
    detail: str
    heard: tuple[Spoken, ...]


class Threads:
    """The bubbles of every phone; the newest few hundred of each are kept."""

    def __init__(self) -> None:
        self.version = 0
        self.closed = False
        self._numbers = count(1)
        self._bubbles: dict[Phone, deque[tuple[int, Bubble]]] = {}
        self._changed = asyncio.Event()

    def of(self, phone: Phone) -> tuple[Bubble, ...]:
        """A phone's bubbles, oldest first."""
        return tuple(bubble for _, bubble in self._bubbles.get(phone, ()))

    def changed_after(self, phone: Phone, version: int) -> tuple[Bubble, ...]:
        """The bubbles that are new or different since that version, in the order they stand."""
        return tuple(bubble for changed, bubble in self._bubbles.get(phone, ()) if changed > version)

    def add(self, phone: Phone, kind: BubbleKind, body: str, at: datetime, **more: Unpack[Changes]) -> Bubble:
        """Put a bubble at the end of a phone's thread."""
        bubble = Bubble(next(self._numbers), kind, body, at, **more)
        self._bubbles.setdefault(phone, deque(maxlen=_KEPT_BUBBLES)).append((self._next_version(), bubble))
        return bubble

    def change(self, phone: Phone, bubble: Bubble, **changes: Unpack[Changes]) -> None:
        """Show a bubble differently, where it stands; one that is no longer kept stays forgotten."""
        thread = self._bubbles[phone]
        for place, (_, shown) in enumerate(thread):
            if shown.number == bubble.number:
                thread[place] = (self._next_version(), replace(shown, **changes))

    async def wait(self, seconds: float) -> None:
        """Until anything changes on any phone, or so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return

    def close(self) -> None:
        """Let everybody go who waits: the server is stopping."""
        self.closed = True
        self._changed.set()

    def _next_version(self) -> int:
        self.version += 1
        if not self.closed:
            self._changed.set()
            self._changed = asyncio.Event()
        return self.version
