"""Which questions were settled without a person, and did not come back (DESIGN.md, decision 13). Pure.

Deflected means: a correct live answer, and no further question from that family on any channel within 30 minutes. A
family is every phone that may ask about one of the same students. A thank you or a setting is no question.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

COMES_BACK_WITHIN = timedelta(minutes=30)
LEAST_TOLD = 10
"""A group of fewer is not told: who knows two of three families knows the third (cells under 10 are suppressed)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, as the night finds it."""

    inquiry_id: int
    phone: str
    asked_at: datetime
    language: str
    school_id: str | None
    """Of the students it was about, where they share one."""
    was_right: bool | None
    """What was told live held; None where nothing live was told, or nobody saw what the bus did."""
    was_choice: bool
    """It was answered by asking back."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What came of a question."""

    asked: Asked
    begins: bool
    """Nobody of the family had asked in the 30 minutes before: one matter is counted once."""
    came_back: bool

    @property
    def is_deflected(self) -> bool:
        return self.begins and not self.came_back and self.asked.was_right is True

    @property
    def is_abandoned(self) -> bool:
        """We asked back, and heard no more."""
        return self.asked.was_choice and not self.came_back


@dataclass(frozen=True, slots=True)
class Counted:
    """So many matters, and so many of them deflected."""

    matters: int
    deflected: int

    @property
    def percent(self) -> float:
        return 100.0 * self.deflected / self.matters if self.matters else 0.0


def fates(asked: Iterable[Asked], students_of: Mapping[str, Iterable[str]]) -> list[Fate]:
    """What came of every question; `students_of` says for whom each phone may ask. A stranger is a family of one."""
    by_family: defaultdict[str, list[Asked]] = defaultdict(list)
    family_of = _families(students_of)
    for one in sorted(asked, key=lambda one: (one.asked_at, one.inquiry_id)):
        by_family[family_of.get(one.phone, one.phone)].append(one)
    found = []
    for own in by_family.values():
        for before, one, following in zip([None, *own], own, [*own[1:], None], strict=False):
            begins = before is None or one.asked_at - before.asked_at > COMES_BACK_WITHIN
            came_back = following is not None and following.asked_at - one.asked_at <= COMES_BACK_WITHIN
            found.append(Fate(one, begins, came_back))
    return found


def _families(students_of: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """For each phone the one phone that stands for its family: phones are joined by the students they share."""
    stands_for: dict[str, str] = {}

    def root(member: str) -> str:
        while stands_for.setdefault(member, member) != member:
            member = stands_for[member]
        return member

    for phone, students in students_of.items():
        for student in students:
            # A student's number and a phone's are told apart by the plus sign of the phone.
            stands_for[root(f"student {student}")] = root(phone)
    return {phone: root(phone) for phone in students_of}


def counted(by_group: Mapping[str, Counted]) -> dict[str, Counted | None]:
    """The groups in order of size, None for those too small to be told.

    One small group alone could be worked out from the whole, so the next larger one is not told either.
    """
    ordered = sorted(by_group.items(), key=lambda item: (-item[1].matters, item[0]))
    told: dict[str, Counted | None] = {name: one if one.matters >= LEAST_TOLD else None for name, one in ordered}
    hidden = [name for name, one in told.items() if one is None]
    if len(hidden) == 1 and len(told) > 1:
        smallest = [name for name, one in told.items() if one is not None][-1]
        told[smallest] = None
    return told
