"""The part of the prepared answers that a conversation needs."""

from dataclasses import dataclass
from typing import Protocol

from busline.cases.case import DepartmentId


@dataclass(frozen=True, slots=True)
class Prepared:
    """One answer in one language."""

    topic: str
    department: DepartmentId
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Matches:
    """What a question may mean, the likeliest first; none where nothing fits."""

    answers: tuple[Prepared, ...] = ()
    is_sure: bool = False
    """The first one answers it; there is nothing to choose."""


class PreparedAnswers(Protocol):
    """Answers that people wrote, and that people can change while we run."""

    def find(self, text: str, language: str, *also: str) -> Matches:
        """What this text may ask, up to three, in `language`; it may be written in that or in one of `also`."""
        ...

    def answer(self, topic: str, language: str) -> Prepared | None:
        """One of them by its topic."""
        ...


class NoAnswers:
    """For a district without any: every question goes to a person."""

    def find(self, text: str, language: str, *also: str) -> Matches:
        return Matches()

    def answer(self, topic: str, language: str) -> Prepared | None:
        return None
