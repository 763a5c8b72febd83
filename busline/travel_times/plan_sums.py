"""What every link of every plan takes, summed up along each path: the time between two places is then a difference.

For whole fleets it is far less work to sum up each plan once than the road ahead of each bus. What a link takes goes by
the half hour in which a bus comes to it, so there is one sum for each half hour that any bus will see, and a bus goes
from one to the next at the links where it enters the next half hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """Plans laid end to end, a row each link: those of runs that take the same time over the same path are one."""

    plan_of: Rows
    """(runs,) which plan each run has."""
    start: Rows
    """(plans,) the first row of each."""
    pattern: Rows
    """(plans,)"""
    place: Rows
    """(rows,) of each link among those of all patterns."""
    call_start: Rows
    """(plans,) the first of its calls among the calls below."""
    call_row: Rows
    """(calls of all plans,) the row of the link that each lies on, ..."""
    call_share: Floats
    """... and the share of it before the call."""

    def __len__(self) -> int:
        return len(self.place)


def shelve(
    plans: Sequence[Floats], pattern: Rows, link_start: Rows, call_start: Rows, call_link: Rows, call_share: Floats
) -> tuple[Shelf, Floats]:
    """The shelf of runs with these planned seconds a link, and those seconds a row.

    `pattern` is that of each run; the rest says where links and calls of patterns lie, and on which link each call.
    """
    numbers: dict[tuple[int, bytes], int] = {}
    kept: list[Floats] = []
    plan_of = np.empty(len(plans), np.intp)
    for run, (plan, own) in enumerate(zip(plans, pattern.tolist(), strict=True)):
        key = own, plan.astype(np.float32).tobytes()
        plan_of[run] = numbers.setdefault(key, len(numbers))
        if len(kept) < len(numbers):
            kept.append(plan)
    of = np.array([own for own, _ in numbers], np.intp)
    counts = np.array([len(plan) for plan in kept], np.intp)
    start = np.cumsum(counts) - counts
    calls = np.diff(np.append(call_start, len(call_link)))[of] if len(of) else np.empty(0, np.intp)
    first_call = np.cumsum(calls) - calls
    call = np.arange(int(calls.sum())) + np.repeat(call_start[of] - first_call, calls)
    shelf = Shelf(
        plan_of=plan_of,
        start=start,
        pattern=of,
        place=np.arange(int(counts.sum())) + np.repeat(link_start[of] - start, counts),
        call_start=first_call,
        call_row=call_link[call] + np.repeat(start - link_start[of], calls),
        call_share=call_share[call],
    )
    return shelf, np.concatenate([np.empty(0), *kept])


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """One quantity of every link, by half hour: (half hours, rows) each, and what lies before each row."""

    each: Floats
    before: Floats
    at_call: Floats
    """(half hours, calls) what lies before each call."""


def summed(shelf: Shelf, each: Floats) -> Sums:
    """Sums of a quantity, (half hours, rows)."""
    before = np.empty((len(each), len(shelf) + 1))
    before[:, 0] = 0.0
    np.cumsum(each, axis=1, out=before[:, 1:])
    at_call = shelf.call_share * each.take(shelf.call_row, axis=1)
    at_call += before.take(shelf.call_row, axis=1)
    return Sums(each, before, at_call)


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """From a place on a plan to calls further on, for many buses."""

    here: Rows
    """(buses,) the row of the link that each is on, ..."""
    share: Floats
    """... and the share of it that lies behind."""
    turns: Rows
    """(half hours - 1, buses) the row from which on each is in the next half hour."""
    bus: Rows
    """(ways,)"""
    call: Rows
    """(ways,) among the calls of the shelf."""
    half_hour: Rows
    """(ways,) in which it comes to the call's link; empty where there is one only."""

    def amount(self, sums: Sums) -> Floats:
        """(ways,) of the quantity on each way; nothing where the call lies behind."""
        rows = np.arange(len(self.here))
        # What is to be added in each half hour: what the ones before it took, less what lies before it began.
        add = np.empty((len(sums.each), len(rows)))
        passed, low = np.zeros(len(rows)), self.here
        for half_hour, turn in enumerate([*self.turns, None]):
            add[half_hour] = passed - sums.before[half_hour, low]
            if turn is not None:
                high = np.maximum(turn, low)
                passed = passed + sums.before[half_hour, high] - sums.before[half_hour, low]
                low = high
        first = (self.turns <= self.here).sum(axis=0)
        add -= self.share * sums.each[first, self.here]
        if len(add) == 1:
            amount = sums.at_call[0].take(self.call)
            amount += add[0].take(self.bus)
        else:
            amount = sums.at_call[self.half_hour, self.call] + add[self.half_hour, self.bus]
        result: Floats = np.maximum(amount, 0.0, out=amount)
        return result


def ways(shelf: Shelf, here: Rows, share: Floats, turns: Rows, bus: Rows, call: Rows) -> Ways:
    """`turns` are as in `Ways`, any beyond the path's end included; the rest is what it is there."""
    half_hour: Rows = np.zeros(len(bus) if len(turns) else 0, np.intp)
    for turn in turns:
        half_hour += shelf.call_row[call] >= turn[bus]
    return Ways(here, share, turns, bus, call, half_hour)
