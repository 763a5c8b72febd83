"""Moving many buses along together comes out as following each of them by itself."""

import copy
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from busline.fleet import Assignment, AssignmentSource, Fleet, RunProgress, StopVisit
from busline.position import Position, Positions, RunClaim
from busline.timetable import Run
from busline.tracking.going import Changed, not_ended
from busline.tracking.tracker import Step, Tracker
from busline.travel_times.engine import Engine
from busline.travel_times.trails import Trails
from tests.properties.test_tracking import drives, shaken, streets
from tests.tracking_builder import (
    DAY,
    PLANE,
    Profile,
    at,
    drive,
    fix,
    fresh_tracker,
    key_of,
    make_run,
    make_timetable,
    street,
)

SOME = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)


def in_columns(batch: Sequence[Position], claims: dict[RunClaim, RunClaim]) -> Positions:
    """As a feed brings them: a claim that is repeated is one object."""
    return Positions(
        source=batch[0].source,
        received_at=batch[0].received_at,
        vehicle_id=[one.vehicle_id for one in batch],
        at=np.array([one.fix_at.timestamp() for one in batch]),
        lat=np.array([one.place.lat for one in batch]),
        lon=np.array([one.place.lon for one in batch]),
        bearing_deg=np.array([np.nan if one.bearing_deg is None else one.bearing_deg for one in batch]),
        speed_mps=np.array([np.nan if one.speed_mps is None else one.speed_mps for one in batch]),
        claim=[None if one.claim is None else claims.setdefault(one.claim, one.claim) for one in batch],
    )


def told(progress: RunProgress) -> tuple[object, ...]:
    """Everything about a run, with metres and seconds to a hundred-thousandth."""
    return (
        progress.key,
        progress.vehicle_id,
        progress.source,
        progress.fix_at,
        progress.matched_at,
        pytest.approx(progress.distance_m, abs=1e-5),
        progress.next_call,
        pytest.approx(progress.lateness_seconds, abs=1e-5),
        progress.started_at,
        progress.still_since,
        progress.off_route_since,
        progress.ended_at,
        progress.still_from,
    )


def exactly(progress: RunProgress) -> tuple[object, ...]:
    return tuple(getattr(progress, name) for name in RunProgress.__slots__)


def said(visit: StopVisit) -> tuple[object, ...]:
    """Everything about a visit, with moments to two microseconds."""
    arrived_at, departed_at = exact_visit(visit)[-2:]
    return (*exact_visit(visit)[:-2], pytest.approx(arrived_at, abs=2e-6), pytest.approx(departed_at, abs=2e-6))


def exact_visit(visit: StopVisit) -> tuple[object, ...]:
    departed_at = None if visit.departed_at is None else visit.departed_at.timestamp()
    where = visit.key, visit.call_index, visit.stop_sequence, visit.stop_id, visit.vehicle_id
    return (*where, visit.arrived_at.timestamp(), departed_at)


def hold_alike(together: Fleet, each: Fleet) -> None:
    assert set(together.progress) == set(each.progress)
    for key, progress in each.progress.items():
        assert exactly(together.progress[key]) == told(progress)
    visits = {key: list(map(exact_visit, visits)) for key, visits in together.visits.items() if visits}
    assert visits == {key: list(map(said, visits)) for key, visits in each.visits.items() if visits}
    assert len(together.progress) == len(each.progress)
    going = {key: one.fix_at.timestamp() for key, one in each.progress.items() if one.ended_at is None}
    assert dict(zip(*not_ended(together.progress), strict=True)) == going
    assert together.assignments == each.assignments
    assert together.proposals == each.proposals
    assert together.last_fix_at == each.last_fix_at


def hold_steps_alike(together: Step, each: Step) -> None:
    hold_alike(together.fleet, each.fleet)
    assert together.unmatched == each.unmatched
    heard = {(one.vehicle_id, one.fix_at, one.place, one.claim) for one in together.positions}
    assert heard == {(one.vehicle_id, one.fix_at, one.place, one.claim) for one in each.positions}
    newest = {one.key: one for one in together.progress}
    assert set(newest) == {one.key for one in each.progress}
    assert all(exactly(newest[one.key]) == told(one) for one in each.progress)
    visits = {(visit.key, visit.call_index): exact_visit(visit) for visit in together.visits}
    assert visits == {(visit.key, visit.call_index): said(visit) for visit in each.visits}
    assert len(together.positions) == len(each.positions)


def batches(reports: Sequence[Position], every: float) -> list[list[Position]]:
    """What a feed that is read every so often brings: of each bus the newest fix, even if it is known already."""
    first, last = min(one.fix_at for one in reports), max(one.fix_at for one in reports)
    found, newest, now = [], dict[str, Position](), first
    ordered = sorted(reports, key=lambda one: one.fix_at)
    place = 0
    while now <= last + timedelta(seconds=every):
        while place < len(ordered) and ordered[place].fix_at <= now:
            newest[ordered[place].vehicle_id] = ordered[place]
            place += 1
        if newest:
            found.append(list(newest.values()))
        now += timedelta(seconds=every)
    return found


def troubled(reports: list[Position], runs: Sequence[Run], dice: random.Random) -> list[Position]:
    """The same reports with whatever may happen: strays, detours, silences, wrong, missing and cancelled claims."""
    changed, index = [], 0
    while index < len(reports):
        length = dice.choice([1, 1, 2, 4, 20])
        trouble = dice.choices(
            ["none", "stray", "silence", "other claim", "no claim", "cancelled", "aside"], [12, 1, 1, 1, 1, 0.3, 1]
        )[0]
        other = dice.choice(runs)
        for one in reports[index : index + length]:
            bus, x, y = str(one.vehicle_id), *_xy(one)
            match trouble:
                case "none":
                    changed.append(one)
                case "stray":
                    changed.append(fix(one.fix_at, (x + 150, y - 160), bus=bus, run=_claimed(one, runs)))
                case "aside":
                    changed.append(fix(one.fix_at, (x + 28, y + 22), bus=bus, run=_claimed(one, runs)))
                case "other claim":
                    changed.append(fix(one.fix_at, (x, y), bus=bus, run=other))
                case "no claim":
                    changed.append(fix(one.fix_at, (x, y), bus=bus))
                case "cancelled":
                    claim = None if one.claim is None else RunClaim(one.claim.run_id, DAY, cancelled=True)
                    changed.append(
                        Position(one.source, one.vehicle_id, one.fix_at, one.received_at, one.place, claim=claim)
                    )
        index += length
    return changed


def _xy(position: Position) -> tuple[float, float]:
    x, y = PLANE.to_xy(position.place.lat, position.place.lon)
    return float(x), float(y)


def _claimed(position: Position, runs: Sequence[Run]) -> Run | None:
    claim = position.claim
    return None if claim is None else next(run for run in runs if run.run_id == claim.run_id)


@SOME
@given(data=st.data(), seed=st.integers(0, 100_000), every=st.sampled_from([5.0, 10.0, 20.0, 40.0]))
def test_a_fleet_is_the_same_however_its_buses_are_followed(data: st.DataObject, seed: int, every: float) -> None:
    dice = random.Random(seed)
    runs = [
        make_run(
            f"R{index}",
            data.draw(streets(and_back=dice.random() < 0.3)).pattern,
            bus=f"bus-{index}",
            block=f"block-{index % 2}",
        )
        for index in range(3)
    ]
    reports = []
    for index, run in enumerate(runs):
        own = drive(
            run, data.draw(drives(run)), every=every, bus=f"bus-{index}", noise=shaken(seed + index), compass=index == 1
        )
        reports += troubled(own, runs, dice) if dice.random() < 0.7 else own
    timetable = make_timetable(*runs)
    together, each = fresh_tracker(timetable), fresh_tracker(timetable)
    claims: dict[RunClaim, RunClaim] = {}
    for batch in batches(reports, every):
        now = max(one.fix_at for one in batch)
        hold_steps_alike(together.take(in_columns(batch, claims), now), each.take(batch, now))


def long_run(name: str, y: float) -> Run:
    return make_run(name, street((0, y), (6_000, y)), bus=f"bus-{name}")


def standing(seconds: float, metres: float) -> Profile:
    return [(0.0, 0.0), (metres / 8.0, metres), (metres / 8.0 + seconds, metres), (seconds + 750.0, 6_000.0)]


def played(
    tracker: Tracker, reports: Sequence[Position], *, columns: bool, until: datetime | None = None
) -> list[Step]:
    claims: dict[RunClaim, RunClaim] = {}
    return [
        tracker.take(in_columns(batch, claims) if columns else batch, max(one.fix_at for one in batch))
        for batch in batches(reports, 10.0)
        if until is None or max(one.fix_at for one in batch) <= until
    ]


def test_buses_in_mid_run_are_moved_along_together_and_read_like_any_others() -> None:
    runs = [long_run(f"{index}", 500.0 * index) for index in range(5)]
    reports = [
        one
        for index, run in enumerate(runs)
        for one in drive(run, standing(40.0 * index, 2_500.0), bus=f"bus-{index}", noise=shaken(index))
    ]
    together, each = fresh_tracker(make_timetable(*runs)), fresh_tracker(make_timetable(*runs))
    steps = played(together, reports, columns=True)
    for mine, theirs in zip(steps, played(each, reports, columns=False), strict=True):
        hold_steps_alike(mine, theirs)
    moved = [len(step.progress.rows) for step in steps if isinstance(step.progress, Changed)]
    assert max(moved) == len(runs), "all of them were moved along together at some moment"


def copy_of(fleet: Fleet) -> tuple[object, object, object]:
    """What a picture says now, without its remembering that it was asked."""
    fleet = copy.deepcopy(fleet)
    return {key: exactly(one) for key, one in fleet.progress.items()}, dict(fleet.visits), dict(fleet.last_fix_at)


def test_a_picture_once_published_never_changes() -> None:
    runs = [long_run(f"{index}", 500.0 * index) for index in range(5)]
    reports = [
        one
        for index, run in enumerate(runs)
        for one in drive(run, standing(40.0 * index, 2_500.0), bus=f"bus-{index}", noise=shaken(index))
    ]
    tracker = fresh_tracker(make_timetable(*runs))
    claims: dict[RunClaim, RunClaim] = {}
    pictures = []
    for batch in batches(reports, 10.0):
        fleet = tracker.take(in_columns(batch, claims), max(one.fix_at for one in batch)).fleet
        # Read from another view of the same picture, since what was read once is remembered.
        pictures.append((fleet, copy_of(fleet)))
    for fleet, read in pictures:
        assert {key: exactly(one) for key, one in fleet.progress.items()} == read[0]
        assert dict(fleet.visits) == read[1]
        assert dict(fleet.last_fix_at) == read[2]


def test_staff_who_say_what_a_bus_drives_are_heard_while_it_is_moved_along_with_others() -> None:
    runs = [long_run("0", 0.0), long_run("1", 500.0)]
    reports = [one for index, run in enumerate(runs) for one in drive(run, standing(0.0, 100.0), bus=f"bus-{index}")]
    said_at = at(runs[0], 400.0)
    fleets = []
    for columns in (True, False):
        tracker = fresh_tracker(make_timetable(*runs))
        played(tracker, reports, columns=columns, until=said_at)
        for run, bus in ((runs[0], "bus-0"), (runs[1], "bus-9")):
            tracker.assign(
                Assignment(key_of(run), fix(said_at, (0, 0), bus=bus).vehicle_id, AssignmentSource.STAFF, said_at)
            )
        fleets.append(
            ([tracker.fleet], played(tracker, [one for one in reports if one.fix_at > said_at], columns=columns))
        )
    (mine,), steps = fleets[0]
    (theirs,), expected = fleets[1]
    hold_alike(mine, theirs)
    for step, other in zip(steps, expected, strict=True):
        hold_steps_alike(step, other)


def test_what_is_learned_and_told_of_a_fleet_does_not_depend_on_how_its_buses_are_followed() -> None:
    runs = [long_run(f"{index}", 120.0 * (index % 2)) for index in range(6)]
    reports = [
        one
        for index, run in enumerate(runs)
        for one in drive(run, standing(30.0 * index, 2_500.0), bus=f"bus-{index}", noise=shaken(index))
    ]
    timetable = make_timetable(*runs)
    engines, trails = (Engine(timetable), Engine(timetable)), (Trails(), Trails())
    steps = [played(fresh_tracker(timetable), reports, columns=columns) for columns in (True, False)]
    links = 0
    for pair in zip(*steps, strict=True):
        driven = []
        for step, engine, trail in zip(pair, engines, trails, strict=True):
            found = engine.learn(step.progress)
            engine.visited(step.visits)
            trail.take(step.progress)
            driven.append(
                sorted(zip(found.link.tolist(), found.entered_at.tolist(), found.seconds.tolist(), strict=True))
            )
        assert driven[0] == [pytest.approx(one, abs=1e-5) for one in driven[1]]
        links += len(driven[0])
        now = pair[0].fleet.at.timestamp()
        ahead = [told_ahead(engine, step, now) for engine, step in zip(engines, pair, strict=True)]
        assert ahead[0].keys() == ahead[1].keys()
        assert all(ahead[0][call] == pytest.approx(moments, abs=1e-3) for call, moments in ahead[1].items())
    assert links > 300
    pieces = [{piece.key: piece for piece in one.drain()} for one in trails]
    assert pieces[0].keys() == pieces[1].keys()
    for key, piece in pieces[1].items():
        assert pieces[0][key].at == pytest.approx(piece.at, abs=1e-6)
        assert pieces[0][key].distance_m == pytest.approx(piece.distance_m, abs=1e-5)


def told_ahead(engine: Engine, step: Step, now: float) -> dict[tuple[object, int], list[float]]:
    outlook = engine.look(step.progress, now, step.fleet.progress)
    told = engine.tell(outlook, now).tolist()
    return {
        (outlook.keys[run], call): moments
        for run, call, moments in zip(outlook.run.tolist(), outlook.call.tolist(), told, strict=True)
    }
