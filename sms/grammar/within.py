"""What a phrase comes to mean because of the phrases within it: a question that names the bus is about the bus too."""

from functools import lru_cache

from sms.grammar.lexicon import Kind
from sms.grammar.listing import Listing, Phrase

_ASKS = frozenset(
    {Kind.WHICH, Kind.MISSED, Kind.WHERE, Kind.WHEN, Kind.LATE, Kind.COMING, Kind.CAME, Kind.NUMBER, Kind.WHY}
)
_STILL_TO_COME = frozenset({Kind.COMING, Kind.LATE})
_OF_A_CHILD = frozenset({Kind.WHERE, Kind.CHILD, Kind.HOME, Kind.GOT_OFF, Kind.ABOARD})
WAYS = frozenset({Kind.TO_SCHOOL, Kind.FROM_SCHOOL})
_MOVING = frozenset(
    {Kind.BUS, Kind.COMING, Kind.CAME, Kind.DONE, Kind.GOT_OFF, Kind.CHILD, Kind.MORNING, Kind.AFTERNOON, Kind.ABOARD}
)
_OF_ITS_PARTS = _ASKS | WAYS | {Kind.NOT_HOME}
_COMMON = _ASKS | {Kind.BUS, Kind.FILLER, Kind.YES, Kind.NO, Kind.NOT, Kind.THANKS, Kind.GREETING, Kind.CHILD}
_KEPT = 4_096
"""Phrases of one listing whose meaning is remembered, about 300 bytes each."""


class Meanings:
    """What the phrases of one listing mean."""

    def __init__(self, listing: Listing[Kind]) -> None:
        self._listing = listing
        self.of = lru_cache(maxsize=_KEPT)(self._of)

    def _of(self, phrase: Phrase) -> frozenset[Kind]:
        """What the lists say of `phrase`, and what follows from the phrases within it; nothing of one not listed."""
        kinds = means = self._listing.kinds(phrase)
        within = self._within(phrase) if kinds & _OF_ITS_PARTS else frozenset()
        if kinds & _ASKS:
            means |= within & {Kind.BUS}
        if kinds & WAYS:
            # "Drops my son off" says the way home and who moves, and how.
            means |= within & _MOVING
        if kinds & _STILL_TO_COME and len(phrase) > 1 and self._denies(phrase[:-1], phrase[:1]):
            # "Not here yet"; but a last word that denies asks: "tới chưa".
            means |= {Kind.NOT}
        if Kind.SOUGHT in kinds:
            means |= {Kind.WHERE}
        if Kind.USAGE in kinds:
            means |= {Kind.HELP}
        if Kind.DRIVER in kinds:
            means |= {Kind.ASIDE}
        if Kind.NOT_HOME in kinds:
            # What its parts say of a child is all of them that counts.
            means = kinds | (within & _OF_A_CHILD)
            if self._denies(*(part for part in (phrase[:1], phrase[:2]) if part != phrase)):
                # "Không thấy con đâu": who does not see a child does not ask where a bus is.
                means |= {Kind.NOT}
        if kinds & _COMMON:
            # Without its marks a rare word may look like a common one: "sợ" (afraid) like "số" (number).
            means -= {Kind.TOPIC}
        return means

    def _denies(self, *parts: Phrase) -> bool:
        return any(Kind.NOT in self.of(part) for part in parts)

    def _within(self, phrase: Phrase) -> frozenset[Kind]:
        """What all phrases within a phrase mean."""
        return frozenset().union(
            *(
                self.of(phrase[start : start + length])
                for start in range(len(phrase))
                for length, _ in self._listing.starting_at(phrase, start)
                if length < len(phrase)
            )
        )
