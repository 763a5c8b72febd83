"""What the fleet shows of watched calls: the same from columns and from objects, and as an answer would say it."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from busline.due import DueRuns
from busline.eta import Prediction
from busline.fleet import Fleet, NoticeKind, RunNotice
from busline.ids import Phone, RunKey, SourceId, StudentId, VehicleId
from busline.people import Leg
from busline.picture import Picture
from busline.position import Positions, RunClaim
from busline.run_state import notice_in_force
from busline.tracking.draft import whole
from busline.tracking.going import Progresses, in_portions
from busline.tracking.tracker import Tracker
from busline.travel_times.engine import Engine
from notifier.ride import Wish
from notifier.watching.day import DayBuilder, PhoneWish, RideRow, WatchedDay
from notifier.watching.samples import Samples
from tests.builders import MONDAY, at, make_progress, make_run, make_timetable

RUNS = [
    make_run("R1", stops=12, bus="1", block="B1"),
    make_run("R2", stops=12, bus="2", block="B2"),
    make_run("R3", stops=12, bus="3", block="B3", start="7:02"),
    make_run("R4", stops=12, bus="1", block="B1", start="7:40"),
    make_run("R5", stops=12, bus="5", block="B5", start="7:10"),
    make_run("R6", stops=12, bus="6", block="B6", start="7:08"),
]
TIMETABLE = make_timetable(RUNS)
NOW = at("7:09")


def day() -> WatchedDay:
    builder = DayBuilder()
    rows = [
        RideRow(run.run_id, run.pattern.stop_ids[call], None, Leg.TO_SCHOOL, StudentId("1"), Phone(f"{call:02}"), "en")
        for run in RUNS
        for call in range(12)
    ]
    builder.take(TIMETABLE, lambda row: RunKey(MONDAY, row.run_id), rows)
    return builder.build({}, PhoneWish(Wish(timedelta(minutes=10))))


@pytest.fixture(scope="module")
def driven() -> tuple[Fleet, Engine]:
    """Buses 1 to 3 drive, a fix every ten seconds, as a feed brings them; bus 5 is heard of elsewhere, 6 is not."""
    tracker, engine = Tracker(TIMETABLE, Fleet(at("6:58"))), Engine(TIMETABLE)
    claims = {bus: RunClaim(RUNS[bus - 1].run_id, MONDAY) for bus in (1, 2, 3)}
    now = at("6:58")
    while now <= NOW:
        metres = [max(0.0, (now - at("7:00")).total_seconds() - wait) / 120 * 1_000 for wait in (0, 90, 240)]
        places = [*(TIMETABLE.plane.to_place(one, 2.0) for one in metres), TIMETABLE.plane.to_place(3_000.0, 4_000.0)]
        batch = Positions(
            source=SourceId("gps"),
            received_at=now,
            vehicle_id=[VehicleId(bus) for bus in "1235"],
            at=np.full(4, now.timestamp()),
            lat=np.array([place.lat for place in places]),
            lon=np.array([place.lon for place in places]),
            bearing_deg=np.full(4, np.nan),
            speed_mps=np.full(4, np.nan),
            claim=[claims[1], claims[2], claims[3], None],
        )
        step = tracker.take(batch, now)
        engine.learn(step.progress)
        now += timedelta(seconds=10)
    return tracker.fleet, engine


def sampled(fleet: Fleet, engine: Engine, now: datetime = NOW) -> Samples:
    samples = Samples(day().runs)
    for _ in samples.take(Picture(TIMETABLE, fleet, engine), fleet, DueRuns(TIMETABLE), now):
        pass
    return samples


def test_buses_in_columns_show_the_same_as_buses_by_themselves(driven: tuple[Fleet, Engine]) -> None:
    fleet, engine = driven
    assert isinstance(fleet.progress, Progresses)
    assert len(fleet.progress.rows()[1]) >= 2, "some of them are moved along together"
    together, alone = sampled(fleet, engine), sampled(whole(fleet), engine)
    for name in ("sample_at", "is_live", "next_call", "stands", "is_over", "known_at", "told_at", "ready_at"):
        np.testing.assert_allclose(getattr(together, name), getattr(alone, name), rtol=0, atol=1e-5, err_msg=name)


def test_portions_hold_every_run_once(driven: tuple[Fleet, Engine]) -> None:
    fleet, _ = driven
    for progress in (fleet.progress, whole(fleet).progress):
        for size in (1, 2, 100):
            portions = [[one.key for one in portion] for portion in in_portions(progress, size)]
            assert sorted(key for portion in portions for key in portion) == sorted(progress)
            assert max(map(len, portions)) <= size


def test_what_is_expected_is_what_an_answer_rests_on(driven: tuple[Fleet, Engine]) -> None:
    fleet, engine = driven
    samples, picture = sampled(fleet, engine), Picture(TIMETABLE, fleet, engine)
    watched = day()
    for bus in range(3):
        run, key = RUNS[bus], RunKey(MONDAY, RUNS[bus].run_id)
        row = watched.runs.row_of[key]
        progress = fleet.progress[key]
        for call in range(12):
            expected = samples.expected(row, int(watched.runs.first_slot[row]) + call)
            told = picture.predict(run, MONDAY, progress, call, NOW)
            if expected is None:
                assert not isinstance(told, Prediction)
                continue
            assert isinstance(told, Prediction)
            for mine, theirs in ((expected.p10, told.p10), (expected.p50, told.p50), (expected.p90, told.p90)):
                assert abs((mine - theirs).total_seconds()) < 0.01
            assert expected.is_live
            assert told.p10 < expected.surely_after < expected.p50 < expected.perhaps_after < told.p90
            assert abs(expected.window.be_ready_by - told.be_ready_by) < timedelta(minutes=1)


def test_a_later_run_of_the_block_is_foreseen_and_a_bus_heard_elsewhere_counts_and_an_unseen_one_does_not(
    driven: tuple[Fleet, Engine],
) -> None:
    fleet, engine = driven
    samples, watched = sampled(fleet, engine), day()

    def is_known(run_id: int) -> bool:
        row = watched.runs.row_of[RunKey(MONDAY, RUNS[run_id - 1].run_id)]
        return samples.expected(row, int(watched.runs.first_slot[row]) + 5) is not None

    assert is_known(4), "its bus is still on its earlier run"
    assert is_known(5), "its bus is heard of"
    assert not is_known(6), "perhaps only its tracker is dead"
    row = watched.runs.row_of[RunKey(MONDAY, RUNS[3].run_id)]
    assert not samples.is_live[row]


def test_old_fixes_support_no_minutes(driven: tuple[Fleet, Engine]) -> None:
    fleet, engine = driven
    later = sampled(fleet, engine, NOW + timedelta(minutes=7))
    assert np.isnan(later.sample_at).all()
    assert not later.is_known(np.arange(day().runs.slots)).any()
    nearly = sampled(fleet, engine, NOW + timedelta(minutes=3))
    row = day().runs.row_of[RunKey(MONDAY, RUNS[0].run_id)]
    assert not np.isnan(nearly.sample_at[row])
    assert not nearly.is_live[row]


def test_staff_are_believed_that_there_is_no_bus_until_one_has_begun_since() -> None:
    key, run = RunKey(MONDAY, RUNS[0].run_id), RUNS[0]
    said = RunNotice(key, NoticeKind.UNCOVERED, "", at("6:55"))
    begun = make_progress(run, seen_at=NOW, distance_m=2_000, bus="1")
    fleet = Fleet(NOW, notices={key: said}, progress={key: begun})
    assert notice_in_force(Fleet(NOW, notices={key: said}), key) is said
    assert notice_in_force(fleet, key) is None
    later = replace(said, at=NOW)
    assert notice_in_force(replace(fleet, notices={key: later}), key) is later
    cancelled = replace(said, kind=NoticeKind.CANCELLED)
    assert notice_in_force(replace(fleet, notices={key: cancelled}), key) is cancelled
