"""How a recording and its plan meet: which positions are of a trip that the plan has on their day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from busline.backtest.plans import Plans
from busline.ids import RunId
from busline.position import Position


@dataclass(frozen=True, slots=True)
class Joined:
    """Counts of positions. Only those of planned trips can be scored or learned from."""

    positions: int
    planned: int
    """Of a trip that the plan has on their day."""
    other_day: int
    """Of a trip that the plan has, and not on their day."""
    unknown: int
    """Of a trip that the plan does not have."""
    without_trip: int
    first_other_day: str | None
    """The first trip of each kind, for whoever looks for what is wrong."""
    first_unknown: str | None

    def counts(self) -> Mapping[str, int]:
        """By what they are, for a program."""
        return {
            "positions": self.positions,
            "of_trips_of_the_plan": self.planned,
            "of_trips_of_another_day": self.other_day,
            "of_unknown_trips": self.unknown,
            "without_trip": self.without_trip,
        }

    def left_out(self) -> str:
        """What does not join, in words; empty where all do."""
        said = []
        if self.unknown:
            said.append(f"{self.unknown:,} name a trip that is not in the plan (the first is {self.first_unknown!r})")
        if self.other_day:
            said.append(
                f"{self.other_day:,} name one that does not go on that day (the first is {self.first_other_day})"
            )
        if self.without_trip:
            said.append(f"{self.without_trip:,} name no trip")
        return ", ".join(said)


def joined(plans: Plans, positions: Iterable[Position]) -> Joined:
    """Count how positions meet the version of the plan that was in force on their day."""

    @cache
    def going(day: date) -> frozenset[RunId]:
        return frozenset(run.run_id for run in plans.on(day).runs_on(day))

    total = planned = other_day = unknown = without_trip = 0
    first_other_day = first_unknown = None
    for day, own in plans.by_day(positions).items():
        known = plans.on(day).runs
        for position in own:
            total += 1
            if position.claim is None:
                without_trip += 1
            elif position.claim.run_id not in known:
                unknown += 1
                first_unknown = first_unknown or position.claim.run_id
            elif position.claim.run_id not in going(day):
                other_day += 1
                first_other_day = first_other_day or f"{position.claim.run_id} on {day}"
            else:
                planned += 1
    return Joined(total, planned, other_day, unknown, without_trip, first_other_day, first_unknown)
