"""What a department says about a case, from whichever system it came. Pure."""

from dataclasses import dataclass, replace
from enum import StrEnum
from html.parser import HTMLParser
from typing import Self

from busline.cases.case import DepartmentId
from busline.cases.reference import Reference
from busline.storable import storable


class Means(StrEnum):
    """What it is meant to do."""

    IN_HAND = "in_hand"
    NOTE = "note"
    TEXT = "text"
    """Words to the family, who go on waiting."""
    ANSWER = "answer"
    ASK_IF_SOLVED = "ask_if_solved"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message of a department's system."""

    reference: Reference
    means: Means
    words: str
    by: str
    """Who wrote it over there, for the history."""
    source_key: str
    """The message's own id: it counts once."""
    department: DepartmentId | None = None
    """Where a transfer goes to."""

    def storable(self) -> Self:
        """The same without what no database takes: whoever sent it would send it again and again, for nothing."""
        return replace(
            self,
            words=storable(self.words),
            by=storable(self.by),
            source_key=storable(self.source_key),
        )


class UnreadableError(ValueError):
    """The message is not what that system sends; the words say what is wrong."""


def text_of_html(html: str) -> str:
    """The words of a piece of HTML, a line a block."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).splitlines())
    return "\n".join(line for line in lines if line)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "head"):
            self._hidden += 1
        if tag in ("br", "p", "div", "li", "tr", "blockquote"):
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "head"):
            self._hidden = max(0, self._hidden - 1)
        if tag in ("p", "div", "li", "tr", "blockquote"):
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)
