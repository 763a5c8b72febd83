"""A day on which everything worth seeing can be seen at once: which mishap strikes which block, and whom to ask.

A plan and its people in; the staged mishaps and the families to try, the best first, out. The rest of the district
has an ordinary day around them.
"""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, replace

from busline.ids import BlockId, RunId, StopId
from busline.people import Leg
from feeds.simulator.mishaps import BlockDay, Cause, Silence, Standstill, calm_day
from feeds.simulator.plan import EARLY_SECONDS, PlannedBlock, PlannedRun, SchoolPlan
from feeds.simulator.riders import Household, People, Student

START_SECONDS = 7 * 3600 + 50 * 60
"""The moment to begin watching: the second tier is out and collecting, and the third has not begun."""
_LATE_SECONDS, _OUT_FOR_SECONDS = 11 * 60, 5 * 60
"""How late the late bus is at least, and how long it has been on its run at the start."""
_SILENT_FOR_SECONDS = 8 * 60


@dataclass(frozen=True, slots=True)
class Case:
    """A household to try, the child whose bus the case is about, and what is to be seen."""

    household: Household
    student: Student
    note: str


@dataclass(frozen=True, slots=True)
class Staged:
    """What is arranged for the day of the demonstration."""

    haps: Mapping[BlockId, BlockDay]
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One case: what befalls the block, and which stop of it to ask from. Times are seconds after the start."""

    note: str
    hap: Callable[[SchoolPlan, PlannedBlock, int], BlockDay]
    stop_from: int
    stop_to: int
    """Between which times the student's stop is planned."""
    run_by: int = -4 * 60
    """By when the run is planned to have started."""
    language: str = "en"
    children: int = 1


def _as_planned(plan: SchoolPlan, block: PlannedBlock, index: int) -> BlockDay:
    return calm_day(plan, block)


def _late(plan: SchoolPlan, block: PlannedBlock, index: int) -> BlockDay:
    """It would not start, in the yard or where the run before ended, for as long as makes this one late."""
    late = START_SECONDS - _OUT_FOR_SECONDS - block.runs[index].starts
    still = Standstill(index, -1.0, EARLY_SECONDS + max(late, _LATE_SECONDS), Cause.WONT_START)
    return replace(calm_day(plan, block), standstills=(still,))


def _substitute(plan: SchoolPlan, block: PlannedBlock, index: int) -> BlockDay:
    return replace(calm_day(plan, block), vehicle_id=plan.spares[0])


def _uncovered(plan: SchoolPlan, block: PlannedBlock, index: int) -> BlockDay:
    return replace(calm_day(plan, block), vehicle_id=None)


def _silent(plan: SchoolPlan, block: PlannedBlock, index: int) -> BlockDay:
    return replace(calm_day(plan, block), silences=(Silence(START_SECONDS - _SILENT_FOR_SECONDS, 12 * 3600.0),))


def _unclaimed(plan: SchoolPlan, block: PlannedBlock, index: int) -> BlockDay:
    return replace(calm_day(plan, block), claims_runs=False)


_WANTED = (
    _Wanted("the bus is on its way", _as_planned, 6 * 60, 16 * 60),
    _Wanted("the bus runs late: it would not start", _late, -6 * 60, 7 * 60, -15 * 60),
    _Wanted("another bus drives today, with another number", _substitute, 6 * 60, 16 * 60),
    _Wanted("writes in Spanish; the bus is on its way", _as_planned, 6 * 60, 16 * 60, language="es"),
    _Wanted("no bus has come out for this run", _uncovered, 0, 20 * 60, -8 * 60),
    _Wanted("the bus has not been heard from for eight minutes", _silent, 4 * 60, 20 * 60, -14 * 60),
    _Wanted("the driver has not signed on: the bus is known by its block", _unclaimed, 6 * 60, 16 * 60),
    _Wanted("several children, on different buses", _as_planned, 6 * 60, 16 * 60, children=2),
    _Wanted("the bus has already been at the stop", _as_planned, -14 * 60, -6 * 60, -9 * 60),
)

_OTHER_TONGUES = {
    "ht": "Haitian Creole",
    "kea": "Cabo Verdean Creole",
    "vi": "Vietnamese",
    "zh": "Chinese",
    "pt": "Portuguese",
    "so": "Somali",
    "fr": "French",
    "ar": "Arabic",
}
"""What the families after the cases write in, and how their language is called in a note."""
_AHEAD_BY = 45 * 60
"""Up to how long after the start their stop is planned, if there is such a family: some languages have few."""


def stage(plan: SchoolPlan, people: People) -> Staged:
    """Arrange the cases on different blocks; one that a small district has no block for is left out."""
    homes: dict[tuple[RunId, StopId], list[tuple[Household, Student]]] = {}
    for home in people.households:
        for student in home.students:
            homes.setdefault((student.seat.morning, student.seat.stop_id), []).append((home, student))
    haps: dict[BlockId, BlockDay] = {}
    cases = []
    for wanted in _WANTED:
        best = min(_candidates(plan, homes, wanted, haps), key=lambda candidate: candidate[0], default=None)
        if best is not None:
            _, block, index, home, student = best
            haps[block.block_id] = wanted.hap(plan, block, index)
            cases.append(Case(home, student, wanted.note))
    for language, name in _OTHER_TONGUES.items():
        met = _Wanted(f"writes in {name}", _as_planned, 4 * 60, _AHEAD_BY, _AHEAD_BY, language=language)
        ahead = min(_candidates(plan, homes, met, haps), key=lambda candidate: candidate[0], default=None)
        anybody = next((home for home in people.households if home.may_ask[0].language == language), None)
        # Their bus has whatever day it has: nothing is arranged for it.
        if ahead is not None:
            *_, home, student = ahead
            cases.append(Case(home, student, met.note))
        elif anybody is not None:
            cases.append(Case(anybody, anybody.students[0], met.note))
    return Staged(haps, tuple(cases))


def _candidates(
    plan: SchoolPlan,
    homes: Mapping[tuple[RunId, StopId], list[tuple[Household, Student]]],
    wanted: _Wanted,
    taken: Container[BlockId],
) -> Iterator[tuple[tuple[float, str], PlannedBlock, int, Household, Student]]:
    """Every place the case could be played, each with how far it is from the ideal."""
    ideal = START_SECONDS + (wanted.stop_from + wanted.stop_to) / 2
    for block in plan.blocks:
        for index, run in enumerate(block.runs):
            if block.block_id in taken or run.leg is not Leg.TO_SCHOOL:
                continue
            if run.starts > START_SECONDS + wanted.run_by or run.ends < START_SECONDS:
                continue
            for stop_id, at in zip(run.stop_ids[1:-1], run.seconds[1:-1], strict=True):
                if wanted.stop_from <= at - START_SECONDS <= wanted.stop_to:
                    for home, student in homes.get((run.run_id, stop_id), ()):
                        if _suits(home, wanted, plan.runs):
                            yield (abs(at - ideal), home.may_ask[0].phone), block, index, home, student


def _suits(home: Household, wanted: _Wanted, runs: Mapping[RunId, PlannedRun]) -> bool:
    if home.may_ask[0].language != wanted.language or len(home.students) != wanted.children:
        return False
    if len({sibling.seat.morning for sibling in home.students}) != wanted.children:
        return False
    if any(runs[sibling.seat.morning].ends < START_SECONDS for sibling in home.students):
        return False
    # Whoever is shown rides both ways on every day, so that no answer depends on the weekday of the demonstration.
    return all(len(sibling.legs) == 2 and sibling.weekdays == "MTWRF--" for sibling in home.students)
