"""A simulated September: routes change weekly, some days are unlike the others, and the truth is known."""

from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from busline.ids import RunId
from busline.people import Leg
from busline.service_day import moment
from feeds.plan.gtfs import read_gtfs
from feeds.positions_file import read_positions
from feeds.simulator.history import SchoolDay, SchoolWeek, school_weeks
from feeds.simulator.history_files import write_history
from feeds.simulator.plan import DEMO, size_of
from feeds.simulator.revisions import Change, weekly_plans
from feeds.simulator.september import september_day
from feeds.simulator.term import BOSTON_LATE, DayKind, term
from feeds.simulator.traffic import Traffic

SMALL = size_of(14)
SEED = 5
FIRST = date(2026, 9, 8)


@pytest.fixture(scope="module")
def weeks() -> list[SchoolWeek]:
    return list(school_weeks(seed=SEED, size=SMALL))


@pytest.fixture(scope="module")
def days(weeks: list[SchoolWeek]) -> list[SchoolDay]:
    return [day for week in weeks for day in week.school_days()]


def _day(days: list[SchoolDay], kind: DayKind) -> SchoolDay:
    return next(day for day in days if day.term_day.kind is kind)


def test_four_weeks_are_twenty_school_days_with_one_of_each_special_kind(weeks: list[SchoolWeek]) -> None:
    term_days = [day for week in weeks for day in week.days]
    assert [day.week for day in term_days] == [1] * 5 + [2] * 5 + [3] * 5 + [4] * 5
    assert all(day.service_date.weekday() < 5 for day in term_days)
    kinds = Counter(day.kind for day in term_days)
    assert kinds == {DayKind.USUAL: 17, DayKind.EARLY_RELEASE: 1, DayKind.DELAYED_OPENING: 1, DayKind.STORM: 1}
    assert term(SEED, FIRST, 7) == tuple(term_days[:7])


def test_routes_change_from_week_to_week_and_most_stay_as_they_are() -> None:
    plans = weekly_plans(1, DEMO, 4)
    for before, after in pairwise(plans):
        same = [run for run_id, run in after.plan.runs.items() if before.plan.runs.get(run_id) == run]
        assert 0.5 < len(same) / len(after.plan.runs) < 0.95
        for run_id, run in after.plan.runs.items():
            if run.route_id not in after.changes:
                assert run.stop_ids == before.plan.runs[run_id].stop_ids
    seen = {change for seed in (1, 2, 3) for week in weekly_plans(seed, SMALL, 6) for change in week.changes.values()}
    assert seen | set(plans[1].changes.values()) == set(Change)
    assert len(plans[1].changes) > len(plans[3].changes)


def test_no_rider_is_lost_when_routes_are_split_or_dissolved() -> None:
    plans = weekly_plans(1, DEMO, 4)
    carried = [sum(run.riders[-1] for run in week.plan.runs.values() if run.leg is Leg.TO_SCHOOL) for week in plans]
    for (before, after), week in zip(pairwise(carried), plans[1:], strict=True):
        expected = Counter(week.changes.values())
        assert after <= before + expected[Change.ADDED]
        assert after >= before - 12 * expected[Change.DROPPED]


def test_every_bus_can_be_where_the_revised_plan_wants_it(weeks: list[SchoolWeek]) -> None:
    for week in weeks:
        driven = [run.run_id for block in week.drawn.plan.blocks for run in block.runs]
        assert len(driven) == len(set(driven)) == len(week.drawn.plan.runs)
        for block in week.drawn.plan.blocks:
            assert all(before.ends <= after.starts for before, after in pairwise(block.runs))
            assert all(before <= after for run in block.runs for before, after in pairwise(run.seconds))


def test_a_route_as_new_as_its_week_is_driven_more_slowly_than_one_that_is_known(weeks: list[SchoolWeek]) -> None:
    week = weeks[1]
    hap = september_day(week.drawn.plan, week.days[0], week.drawn.since)
    own = {block.block_id: block for block in week.drawn.plan.blocks}
    old: list[float] = []
    new: list[float] = []
    for block_id, one in hap.items():
        if one.vehicle_id == own[block_id].vehicle_id:
            for run, knows in zip(own[block_id].runs, one.knows, strict=True):
                (new if week.drawn.since[run.route_id] == 2 else old).append(knows)
    assert old
    assert new
    assert max(new) < min(old) < 1


def test_the_plan_of_a_week_reads_as_a_real_one_and_has_the_runs_of_every_day(
    weeks: list[SchoolWeek], days: list[SchoolDay]
) -> None:
    of_date = {day.term_day.service_date: day for day in days}
    for week in weeks:
        for day in week.days:
            planned = {run.run_id: run for run in week.timetable.runs_on(day.service_date)}
            to_drive = of_date[day.service_date].plan.runs
            assert set(planned) == set(to_drive)
            assert all(planned[run_id].start_seconds == run.starts for run_id, run in to_drive.items())


def test_on_special_days_runs_go_at_other_times_under_ids_of_their_own(
    weeks: list[SchoolWeek], days: list[SchoolDay]
) -> None:
    for kind, leg, by_seconds in (
        (DayKind.EARLY_RELEASE, Leg.FROM_SCHOOL, -9_000),
        (DayKind.DELAYED_OPENING, Leg.TO_SCHOOL, 7_200),
    ):
        day = _day(days, kind)
        usual = weeks[day.term_day.week - 1].drawn.plan.runs
        for run_id, run in day.plan.runs.items():
            if run.leg is leg:
                assert run_id not in usual
                as_usual = usual[RunId(run_id.rsplit("-", 1)[0])]
                assert run.starts == as_usual.starts + by_seconds
            else:
                assert usual[run_id] == run


def test_nobody_knew_of_the_storm_and_it_is_slow_everywhere(weeks: list[SchoolWeek], days: list[SchoolDay]) -> None:
    storm = _day(days, DayKind.STORM)
    assert storm.plan is weeks[storm.term_day.week - 1].drawn.plan
    city = storm.plan.city

    def flow(day: SchoolDay) -> float:
        traffic = Traffic(city, SEED, day.term_day.service_date, day.conditions)
        return float(np.mean([traffic.flow(link, 8 * 3600.0) for link in range(0, len(city.link_m), 23)]))

    assert flow(storm) < 0.92 * np.median([flow(day) for day in days])


def test_positions_come_in_the_order_heard_and_the_truth_of_each_run_lies_within_them(days: list[SchoolDay]) -> None:
    day = days[6]
    heard = list(day.positions())
    assert all(before.received_at <= after.received_at for before, after in pairwise(heard))
    assert {position.vehicle_id for position in heard} == set(day.truth.vehicles.values())
    now = moment(day.term_day.service_date, 8 * 3600, day.truth.timezone)
    newest = {position.vehicle_id: position for position in heard if position.received_at <= now}
    assert {position.vehicle_id: position for position in day.reports.newest(now)}.items() <= newest.items()


def test_some_drivers_sign_on_to_nothing_or_to_what_another_bus_drives(days: list[SchoolDay]) -> None:
    unsigned = wrong = driven = substitutes = 0
    for day in days:
        planned = {run.run_id: block.vehicle_id for block in day.plan.blocks for run in block.runs}
        driven += len(day.truth.vehicles)
        unsigned += len(day.truth.vehicles.keys() - day.claims.keys())
        wrong += sum(claimed != run_id for run_id, claimed in day.claims.items())
        substitutes += sum(day.truth.vehicles[run_id] != planned[run_id] for run_id in day.truth.vehicles)
        claimed = {position.claim.run_id for position in day.positions() if position.claim is not None}
        # A bus may be silent for as long as its driver is signed on to a run.
        assert claimed <= set(day.claims.values())
        assert len(claimed) > 0.9 * len(set(day.claims.values()))
    assert 0.01 < unsigned / driven < 0.08
    assert 0.005 < wrong / driven < 0.06
    assert 0.01 < substitutes / driven < 0.10


def test_the_same_seed_gives_the_same_day_whether_or_not_the_days_before_were_asked_for(days: list[SchoolDay]) -> None:
    again = [week for week in school_weeks(seed=SEED, size=SMALL, days=8) if week.number == 2]
    (sixth, *_) = again[0].school_days()
    assert sixth.truth.visits == days[5].truth.visits
    other = next(next(iter(school_weeks(seed=SEED + 1, size=SMALL, days=1))).school_days())
    assert other.truth.visits != days[0].truth.visits


def test_buses_are_as_late_as_bostons_were_week_by_week() -> None:
    """On usual days, within the luck of one seed's weather and mishaps."""
    late: dict[int, list[float]] = {}
    for week in school_weeks(seed=2):
        for day in week.school_days():
            if day.term_day.kind is not DayKind.USUAL:
                continue
            for run_id, visits in day.truth.visits.items():
                run = day.plan.runs[run_id]
                if run.leg is Leg.TO_SCHOOL:
                    after_bell = visits[-1].arrived_seconds - run.school.bell_seconds
                    late.setdefault(week.number, []).append(after_bell / 60 + 5)
    for number, recorded in BOSTON_LATE.items():
        minutes = np.array(late[number])
        simulated = [(minutes > limit).mean() for limit in (0, 5, 10, 30)]
        for ours, theirs in zip(simulated[:3], recorded, strict=False):
            assert theirs / 1.8 < ours < 1.8 * theirs, (number, simulated, recorded)
        assert simulated[3] < 0.03


def test_a_run_is_as_late_today_as_its_plan_is_wrong_every_day(days: list[SchoolDay]) -> None:
    """What a plan is off by stays: the median lateness of a run on odd days tells that on even ones."""
    took: dict[RunId, tuple[list[float], list[float]]] = {}
    for day in days[10:]:
        if day.term_day.kind is DayKind.USUAL:
            for run_id, visits in day.truth.visits.items():
                run = day.plan.runs[run_id]
                if run.leg is Leg.FROM_SCHOOL:
                    lost = (visits[-1].arrived_seconds - visits[0].departed_seconds) - (run.ends - run.starts)
                    took.setdefault(run_id, ([], []))[day.term_day.number % 2].append(lost)
    even, odd = zip(*((np.median(a), np.median(b)) for a, b in took.values() if a and b), strict=True)
    assert np.corrcoef(even, odd)[0, 1] > 0.6
    assert np.std(even) > 60


def test_history_files_are_read_by_the_real_imports(tmp_path: Path) -> None:
    said: list[date] = []
    (week,) = school_weeks(seed=SEED, size=SMALL, days=2)
    write_history([week], tmp_path, lambda day: said.append(day.term_day.service_date))
    assert said == [FIRST, date(2026, 9, 9)]
    timetable = read_gtfs(tmp_path / "week-1" / "plan").timetable
    assert set(timetable.runs) == set(week.drawn.plan.runs)
    day = next(week.school_days())
    recorded = read_positions(tmp_path / "week-1" / "2026-09-08" / "positions.csv.gz")
    assert not recorded.rejected
    heard = list(day.positions())
    assert len(recorded.positions) == len(heard)
    for read, said_by_bus in zip(recorded.positions[::997], heard[::997], strict=True):
        assert (read.vehicle_id, read.fix_at, read.claim) == (
            said_by_bus.vehicle_id,
            said_by_bus.fix_at,
            said_by_bus.claim,
        )
    assert (tmp_path / "days.csv").read_text().splitlines()[1] == "2026-09-08,1,usual"
    trips = (tmp_path / "week-1" / "2026-09-08" / "trips_performed.csv").read_text().splitlines()
    assert len(trips) == 1 + len(week.drawn.plan.runs)
    again = tmp_path / "again"
    write_history([week], again)
    name = Path("week-1") / "2026-09-08" / "positions.csv.gz"
    assert (again / name).read_bytes() == (tmp_path / name).read_bytes()
