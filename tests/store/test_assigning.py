"""What staff say about buses, kept, and followed by a service that runs in another process."""

from datetime import timedelta

from busline.fleet import Assignment, AssignmentSource
from busline.geo import LatLon
from busline.ids import RunKey, SourceId, VehicleId
from busline.live import Live
from busline.position import Position
from busline.store.ledger import Ledger
from busline.store.plans import save_plan
from busline.store.pool import Pool
from tests.builders import MONDAY, at, make_run, make_timetable

RUN = make_run()
KEY = RunKey(MONDAY, RUN.run_id)
NOW = at("7:03")


def said(bus: str, minutes: int = 0) -> Assignment:
    return Assignment(KEY, VehicleId(bus), AssignmentSource.STAFF, NOW + timedelta(minutes=minutes))


async def test_the_newest_word_of_staff_counts_and_every_one_is_kept_with_its_speaker(pool: Pool) -> None:
    ledger = Ledger(pool)
    await ledger.assign(said("912"), "ana")
    await ledger.assign(said("47", 2), "command line")
    assert await ledger.assigned_by_staff([MONDAY]) == [said("47", 2)]
    assert await ledger.assigned_by_staff([MONDAY + timedelta(days=1)]) == []
    rows = await pool.fetch("select vehicle_id, said_by from assignment order by since")
    assert [tuple(row) for row in rows] == [("912", "ana"), ("47", "command line")]


async def test_a_running_service_follows_what_staff_said_elsewhere(pool: Pool) -> None:
    await save_plan(pool, make_timetable([RUN]), "a" * 64, "test", NOW)
    live = await Live.open(pool, NOW)
    await Ledger(pool).assign(said("912"), "ana")
    await live.look_again(NOW)
    assert live.picture.fleet.assignments[KEY] == said("912")
    plane = live.picture.timetable.plane
    for second in range(0, 120, 10):
        moment = at("7:03") + timedelta(seconds=second)
        place: LatLon = plane.to_place(1_500.0 + 8 * second, 3.0)
        await live.take([Position(SourceId("gps"), VehicleId("912"), moment, moment, place)], moment)
    progress = live.picture.fleet.progress[KEY]
    assert (progress.vehicle_id, progress.source) == ("912", AssignmentSource.STAFF)


async def test_what_staff_say_of_a_later_moment_or_another_plan_waits(pool: Pool) -> None:
    await save_plan(pool, make_timetable([RUN]), "a" * 64, "test", NOW)
    live = await Live.open(pool, NOW)
    await Ledger(pool).assign(said("912", 5), "ana")
    unknown = RunKey(MONDAY, make_run("elsewhere").run_id)
    await Ledger(pool).assign(Assignment(unknown, VehicleId("7"), AssignmentSource.STAFF, NOW), "ana")
    await live.look_again(NOW)
    assert live.picture.fleet.assignments == {}
    await live.look_again(NOW + timedelta(minutes=6))
    assert live.picture.fleet.assignments == {KEY: said("912", 5)}
