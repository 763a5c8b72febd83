import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta

import asyncpg
import pytest

from busline.fleet import Assignment, AssignmentSource, Fleet, NoticeKind, RunNotice
from busline.geo import LatLon
from busline.ids import RunKey, SourceId, VehicleId
from busline.position import Position, RunClaim
from busline.store.ledger import ROWS_AT_ONCE, Ledger
from busline.store.pool import DatabaseUnavailableError, Pool, transaction
from busline.tracking.tracker import Step
from tests.builders import MONDAY, at, make_progress, make_run, make_timetable, make_visit

RUN = make_run("R1")
LATER = make_run("R2", start="8:00")
TIMETABLE = make_timetable([RUN, LATER])
KEY = RunKey(MONDAY, RUN.run_id)
YESTERDAY = MONDAY - timedelta(days=1)


def fix(seen_at: datetime, bus: str = "47", claim: RunClaim | None = None) -> Position:
    return Position(
        SourceId("avl"), VehicleId(bus), seen_at, seen_at + timedelta(seconds=4), LatLon(42.3, -71.1), 90.0, 8.5, claim
    )


def assignment(since: datetime, bus: str = "47", source: AssignmentSource = AssignmentSource.FEED) -> Assignment:
    return Assignment(KEY, VehicleId(bus), source, since)


def step(
    seen_at: datetime, distance_m: float, *, departed_at: datetime | None = None, bus: str = "47", known: Fleet
) -> Step:
    """What one fix changes, applied to what was known."""
    progress = make_progress(RUN, seen_at=seen_at, distance_m=distance_m, bus=bus)
    visits = (make_visit(RUN, 0, at("7:00:10"), departed_at, bus),)
    assigned = () if KEY in known.assignments else (assignment(seen_at, bus),)
    fleet = Fleet(
        at=seen_at,
        progress={**known.progress, KEY: progress},
        assignments={**known.assignments, **{one.key: one for one in assigned}},
        notices=known.notices,
        last_fix_at={**known.last_fix_at, VehicleId(bus): seen_at},
        whereabouts={**known.whereabouts, VehicleId(bus): fix(seen_at, bus).place},
        visits={**known.visits, KEY: visits},
    )
    claim = RunClaim(RUN.run_id, MONDAY)
    return Step(fleet, (fix(seen_at, bus, claim),), (progress,), visits, assigned)


def morning() -> list[Step]:
    """Three fixes of one run, which leaves its first stop at the second."""
    steps = [step(at("7:00:20"), 10.0, known=Fleet(at("7:00")))]
    steps.append(step(at("7:00:50"), 260.0, departed_at=at("7:00:40"), known=steps[-1].fleet))
    steps.append(step(at("7:01:20"), 700.0, departed_at=at("7:00:40"), known=steps[-1].fleet))
    return steps


async def count(pool: Pool) -> int:
    counted = await pool.fetchval("select count(*) from vehicle_position")
    assert isinstance(counted, int)
    return counted


async def test_after_a_restart_the_picture_is_the_one_that_was_recorded(pool: Pool) -> None:
    for one in morning():
        await Ledger(pool).record(one)
    recorded = morning()[-1].fleet
    assert await Ledger(pool).restore(TIMETABLE, recorded.at) == recorded


async def test_recording_a_morning_twice_changes_nothing(pool: Pool) -> None:
    ledger = Ledger(pool)
    for one in [*morning(), *morning()]:
        await ledger.record(one)
    recorded = morning()[-1].fleet
    assert await ledger.restore(TIMETABLE, recorded.at) == recorded
    assert await count(pool) == 3


async def test_every_field_of_a_position_is_kept_with_the_claim_that_came_with_it(pool: Pool) -> None:
    await Ledger(pool).record(morning()[0])
    row = await pool.fetchrow("select * from vehicle_position")
    assert row is not None
    assert dict(row) == {
        "source": "avl",
        "vehicle_id": "47",
        "fix_at": at("7:00:20"),
        "received_at": at("7:00:24"),
        "lat": 42.3,
        "lon": -71.1,
        "bearing_deg": 90.0,
        "speed_mps": 8.5,
        "run_id": "R1",
        "service_date": MONDAY,
    }


async def test_progress_that_arrives_late_never_takes_a_run_back(pool: Pool) -> None:
    ledger = Ledger(pool)
    first, second, third = morning()
    for one in (first, third, second):
        await ledger.record(one)
    restored = await ledger.restore(TIMETABLE, third.fleet.at)
    assert restored.progress[KEY] == third.fleet.progress[KEY]


async def test_a_visit_is_completed_and_an_older_report_does_not_open_it_again(pool: Pool) -> None:
    ledger = Ledger(pool)
    arrived, departed, _ = morning()
    for one in (arrived, departed, arrived):
        await ledger.record(one)
    restored = await ledger.restore(TIMETABLE, at("7:02"))
    assert [visit.departed_at for visit in restored.visits[KEY]] == [at("7:00:40")]


async def test_a_visit_that_begins_and_ends_in_one_step_is_recorded_whole(pool: Pool) -> None:
    begun = make_visit(RUN, 0, at("7:00"), None)
    ended = replace(begun, departed_at=at("7:00:15"))
    await Ledger(pool).record(Step(Fleet(at("7:01")), visits=(begun, ended)))
    assert (await Ledger(pool).restore(TIMETABLE, at("7:01"))).visits == {KEY: (ended,)}


async def test_visits_come_back_in_the_order_of_the_run(pool: Pool) -> None:
    visits = tuple(make_visit(RUN, index, at(f"7:0{2 * index}"), None) for index in (2, 0, 1))
    await Ledger(pool).record(Step(Fleet(at("7:05")), visits=visits))
    restored = await Ledger(pool).restore(TIMETABLE, at("7:05"))
    assert [visit.call_index for visit in restored.visits[KEY]] == [0, 1, 2]


async def test_a_substitute_shows_from_the_moment_it_took_over(pool: Pool) -> None:
    ledger = Ledger(pool)
    own, substitute = assignment(at("6:50")), assignment(at("7:10"), "99", AssignmentSource.INFERRED)
    await ledger.record(Step(Fleet(at("7:10")), assignments=(own, substitute)))
    assert (await ledger.restore(TIMETABLE, at("7:05"))).assignments == {KEY: own}
    assert (await ledger.restore(TIMETABLE, at("7:15"))).assignments == {KEY: substitute}


async def test_nothing_that_happened_after_the_moment_is_restored(pool: Pool) -> None:
    ledger = Ledger(pool)
    for one in morning():
        await ledger.record(one)
    await ledger.say(RunNotice(KEY, NoticeKind.CANCELLED, "snow", at("7:30")), "staff")
    restored = await ledger.restore(TIMETABLE, at("7:00:30"))
    assert restored.progress == {}
    assert restored.notices == {}
    assert restored.last_fix_at == {"47": at("7:00:20")}
    assert [visit.departed_at for visit in restored.visits[KEY]] == [None]
    assert (await ledger.restore(TIMETABLE, at("6:59"))) == Fleet(at("6:59"))


async def test_runs_of_yesterday_are_restored_and_older_ones_are_not(pool: Pool) -> None:
    ledger = Ledger(pool)
    progress = [
        make_progress(RUN, seen_at=at("23:30", day), distance_m=50.0, day=day)
        for day in (YESTERDAY, YESTERDAY - timedelta(days=1))
    ]
    positions = tuple(fix(one.fix_at, bus) for one, bus in zip(progress, ("47", "12"), strict=True))
    await ledger.record(Step(Fleet(at("0:10")), positions=positions, progress=tuple(progress)))
    restored = await ledger.restore(TIMETABLE, at("0:10"))
    assert list(restored.progress) == [RunKey(YESTERDAY, RUN.run_id)]
    assert restored.last_fix_at == {"47": at("23:30", YESTERDAY)}


async def test_runs_that_a_new_plan_no_longer_has_or_has_shortened_are_left_out(pool: Pool) -> None:
    ledger = Ledger(pool)
    gone = make_run("GONE")
    visit = make_visit(RUN, 5, at("7:12"), None)
    far = make_progress(RUN, seen_at=at("7:12"), distance_m=5_000.0)
    await ledger.record(
        Step(Fleet(at("7:12")), visits=(visit,), progress=(far, make_progress(gone, seen_at=at("7:12"), distance_m=1)))
    )
    assert list((await ledger.restore(TIMETABLE, at("7:13"))).progress) == [KEY]
    shorter = make_timetable([make_run("R1", stops=3)])
    restored = await ledger.restore(shorter, at("7:13"))
    assert restored.progress == {}
    assert restored.visits == {}


async def test_the_newest_fix_of_every_vehicle_is_found_across_days_and_sources(pool: Pool) -> None:
    ledger = Ledger(pool)
    positions = [fix(at("6:00") + timedelta(seconds=10 * n), bus) for n in range(40) for bus in ("1", "12", "2", "47")]
    positions.append(fix(at("23:59", YESTERDAY), "7"))
    positions.append(replace(fix(at("6:30"), "2"), source=SourceId("other"), place=LatLon(42.4, -71.2)))
    await ledger.record(Step(Fleet(at("7:00")), positions=tuple(positions)))
    last = at("6:00") + timedelta(seconds=390)
    restored = await ledger.restore(TIMETABLE, at("7:00"))
    assert restored.last_fix_at == {
        "1": last,
        "12": last,
        "2": at("6:30"),
        "47": last,
        "7": at("23:59", YESTERDAY),
    }
    usual = fix(last).place
    assert restored.whereabouts == {"1": usual, "12": usual, "2": LatLon(42.4, -71.2), "47": usual, "7": usual}


async def test_rewinding_forgets_what_happened_after_and_the_replay_is_the_same_again(pool: Pool) -> None:
    ledger = Ledger(pool)
    steps = morning()
    for one in steps:
        await ledger.record(one)
    before = await ledger.restore(TIMETABLE, steps[0].fleet.at)
    await ledger.rewind(at("7:00:20"))
    assert await count(pool) == 1
    rewound = await ledger.restore(TIMETABLE, at("12:00"))
    assert rewound == replace(before, at=at("12:00"))
    for one in steps:
        await ledger.record(one)
    assert await ledger.restore(TIMETABLE, steps[-1].fleet.at) == steps[-1].fleet


async def test_rewinding_by_days_drops_whole_days_and_lets_them_be_recorded_again(pool: Pool) -> None:
    ledger = Ledger(pool)
    days = [MONDAY + timedelta(days=number) for number in range(4)]
    replayed = Step(Fleet(at("9:00", days[-1])), positions=tuple(fix(at("9:00", day)) for day in days))
    await ledger.record(replayed)
    await ledger.rewind(at("10:00", days[0]))
    assert await count(pool) == 1
    await ledger.record(replayed)
    assert await count(pool) == 4


async def test_a_notice_stands_until_it_is_cleared_and_is_kept_after(pool: Pool) -> None:
    ledger = Ledger(pool)
    uncovered = RunNotice(KEY, NoticeKind.UNCOVERED, "driver ill", at("6:00"))
    cancelled = RunNotice(KEY, NoticeKind.CANCELLED, "no driver found", at("6:30"))
    await ledger.say(uncovered, "dana")
    await ledger.say(uncovered, "dana")
    assert await ledger.notices([MONDAY]) == {KEY: uncovered}
    await ledger.say(cancelled, "dana")
    assert await ledger.notices([MONDAY]) == {KEY: cancelled}
    assert await ledger.notices([YESTERDAY]) == {}
    assert await ledger.clear(KEY, "lee", at("6:45")) == 2
    assert await ledger.notices([MONDAY]) == {}
    assert await ledger.clear(KEY, "lee", at("6:50")) == 0
    assert (await ledger.restore(TIMETABLE, at("6:40"))).notices == {KEY: cancelled}
    assert (await ledger.restore(TIMETABLE, at("6:46"))).notices == {}
    assert await pool.fetchval("select string_agg(distinct cleared_by, ',') from run_notice") == "lee"


async def test_rewinding_brings_back_a_notice_that_was_cleared_since(pool: Pool) -> None:
    ledger = Ledger(pool)
    notice = RunNotice(KEY, NoticeKind.UNCOVERED, "", at("6:00"))
    await ledger.say(notice, "dana")
    await ledger.clear(KEY, "dana", at("6:45"))
    await ledger.rewind(at("6:30"))
    assert await ledger.notices([MONDAY]) == {KEY: notice}


async def test_retention_drops_whole_days_and_reports_them(pool: Pool) -> None:
    ledger = Ledger(pool)
    days = [date(2026, 9, number) for number in (7, 8, 9)]
    for day in days:
        await ledger.record(Step(Fleet(at("9:00", day)), positions=(fix(at("9:00", day)),)))
    assert await ledger.drop_positions_before(date(2026, 9, 9)) == days[:2]
    assert await ledger.drop_positions_before(date(2026, 9, 9)) == []
    assert await pool.fetchval("select array_agg(fix_at) from vehicle_position") == [at("9:00", days[2])]
    await ledger.record(Step(Fleet(at("9:00")), positions=(fix(at("9:00", days[0])),)))
    assert await count(pool) == 2


async def test_a_step_is_recorded_whole_or_not_at_all(pool: Pool) -> None:
    ledger = Ledger(pool)
    good = morning()[0]
    broken = replace(good, progress=(replace(good.progress[0], vehicle_id=VehicleId("bad\0id")),))
    with pytest.raises(asyncpg.CharacterNotInRepertoireError):
        await ledger.record(broken)
    assert await ledger.restore(TIMETABLE, at("8:00")) == Fleet(at("8:00"))


async def test_two_trackers_that_meet_a_new_day_together_both_record(
    pool: Pool,
) -> None:
    ledgers = [Ledger(pool) for _ in range(4)]
    day = MONDAY + timedelta(days=1)
    steps = [Step(Fleet(at("9:00", day)), positions=(fix(at("9:00", day), str(bus)),)) for bus in range(4)]
    await asyncio.gather(*(ledger.record(one) for ledger, one in zip(ledgers, steps, strict=True)))
    assert await count(pool) == 4


async def test_a_step_of_more_rows_than_one_statement_takes_is_recorded_whole(pool: Pool) -> None:
    many = 2 * ROWS_AT_ONCE + 1
    runs = [make_run(f"R{number}") for number in range(many)]
    positions = tuple(fix(at("7:00"), str(number)) for number in range(many))
    progress = tuple(make_progress(run, seen_at=at("7:00"), distance_m=5.0) for run in runs)
    await Ledger(pool).record(Step(Fleet(at("7:00")), positions=positions, progress=progress))
    restored = await Ledger(pool).restore(make_timetable(runs), at("7:00"))
    assert len(restored.last_fix_at) == many
    assert list(restored.progress.values()) == list(progress)


async def test_an_empty_step_needs_no_database() -> None:
    nowhere = await asyncpg.create_pool(host="/nowhere", user="busline", database="postgres", min_size=0)
    async with nowhere:
        await Ledger(nowhere).record(Step(Fleet(at("9:00"))))
        with pytest.raises(DatabaseUnavailableError):
            await Ledger(nowhere).record(morning()[0])


async def cut_off(pool: Pool) -> None:
    """A transaction whose connection the server ends between two statements."""
    async with transaction(pool) as connection:
        mine = await connection.fetchval("select pg_backend_pid()")
        await pool.execute("select pg_terminate_backend($1, 1000)", mine)
        await connection.execute("select 1")


async def test_a_connection_cut_in_the_middle_is_an_unavailable_database_and_the_pool_goes_on(pool: Pool) -> None:
    with pytest.raises(DatabaseUnavailableError):
        await cut_off(pool)
    await Ledger(pool).record(morning()[0])
    assert await count(pool) == 1


async def test_wrong_use_of_a_transaction_is_not_taken_for_an_outage(pool: Pool) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        async with transaction(pool) as connection:
            await connection.execute("select * from nothing_of_the_kind")
