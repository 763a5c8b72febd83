"""The live line: nothing is shown that is not recorded, and other processes' changes are followed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

import numpy as np

from busline.fleet import FeedHealth, Fleet, NoticeKind, RunNotice
from busline.geo import LatLon
from busline.ids import RunId, RunKey, SourceId, VehicleId
from busline.live import Live
from busline.picture import Picture
from busline.position import Position, Positions, RunClaim
from busline.store.ledger import Ledger
from busline.store.plans import save_plan
from busline.store.pool import DatabaseUnavailableError, Pool
from busline.timetable import Timetable
from busline.tracking.going import Layered
from busline.tracking.tracker import Step, Tracker
from tests.builders import MONDAY, at, make_run, make_timetable

RUN = make_run()
KEY = RunKey(MONDAY, RUN.run_id)
NOW = at("7:03")


def positions(timetable: Timetable, *, until: str = "7:03", bus: str = "47") -> list[Position]:
    """A bus driving its street exactly as planned, a fix every ten seconds since 6:59."""
    fixes = []
    moment = at("6:59")
    while moment <= at(until):
        metres = max(0.0, (moment - at("7:00")).total_seconds()) / 120 * 1_000
        place = timetable.plane.to_place(metres, 2.0)
        claim = RunClaim(RunId(RUN.run_id), MONDAY)
        fixes.append(Position(SourceId("gps"), VehicleId(bus), moment, moment, place, claim=claim))
        moment += timedelta(seconds=10)
    return fixes


@dataclass
class AwayLedger:
    """A ledger whose database is away for the first attempts, and that notes what the picture showed meanwhile."""

    attempts_that_fail: int
    recorded: list[Step] = field(default_factory=list)

    async def record(self, step: Step) -> None:
        if self.attempts_that_fail:
            self.attempts_that_fail -= 1
            raise DatabaseUnavailableError("away")
        self.recorded.append(step)


async def test_buses_moved_along_together_are_recorded_as_they_are_shown(pool: Pool) -> None:
    await save_plan(pool, make_timetable([RUN]), "a" * 64, "test", NOW)
    live = await Live.open(pool, NOW)
    claim = RunClaim(RunId(RUN.run_id), MONDAY)
    for one in positions(live.picture.timetable, until="7:03:40"):
        batch = Positions(
            source=one.source,
            received_at=one.received_at,
            vehicle_id=[one.vehicle_id],
            at=np.array([one.fix_at.timestamp()]),
            lat=np.array([one.place.lat]),
            lon=np.array([one.place.lon]),
            bearing_deg=np.array([np.nan]),
            speed_mps=np.array([8.25]),
            claim=[claim],
        )
        step = await live.take(batch, one.fix_at)
        assert list(step.positions) == list(batch)
    shown = live.picture.fleet
    assert isinstance(shown.progress, Layered)
    assert not shown.progress.here, "by now it is moved along with all that plainly go on"
    assert shown.progress[KEY].next_call > 1
    again = await Live.open(pool, at("7:03:40"))
    assert again.picture.fleet.progress == shown.progress
    assert again.picture.fleet.visits == shown.visits
    assert again.picture.fleet.last_fix_at == shown.last_fix_at
    assert again.picture.fleet.listening_since == at("7:03:40"), "what happened before, it did not hear"
    kept = await pool.fetch("select fix_at, bearing_deg, speed_mps, run_id from vehicle_position order by fix_at")
    assert tuple(kept[-1]) == (at("7:03:40"), None, 8.25, RUN.run_id)
    assert len(kept) == 29


async def test_what_is_taken_is_recorded_and_then_shown(pool: Pool) -> None:
    await save_plan(pool, make_timetable([RUN]), "a" * 64, "test", NOW)
    live = await Live.open(pool, NOW)
    await live.take(positions(live.picture.timetable), NOW)
    assert KEY in live.picture.fleet.progress
    again = await Live.open(pool, NOW)
    assert again.picture.fleet.progress == live.picture.fleet.progress
    assert again.picture.fleet.visits == live.picture.fleet.visits


async def test_while_the_database_is_away_the_batch_is_kept_and_written_once_it_is_back(pool: Pool) -> None:
    timetable = make_timetable([RUN])
    ledger = AwayLedger(attempts_that_fail=3)
    live = Live(cast(Ledger, ledger), pool, Tracker(timetable, Fleet(NOW)), Picture(timetable, Fleet(NOW)))
    step = await live.take(positions(timetable), NOW)
    assert ledger.recorded == [step]
    assert live.picture.fleet.progress == step.fleet.progress


async def test_many_past_batches_are_caught_up_with_as_one_step(pool: Pool) -> None:
    await save_plan(pool, make_timetable([RUN]), "a" * 64, "test", NOW)
    one_by_one, at_once = await Live.open(pool, at("6:58")), await Live.open(pool, at("6:58"))
    batches: Sequence[Position] = positions(one_by_one.picture.timetable, until="7:03:40")
    await at_once.catch_up((position.fix_at, [position]) for position in batches)
    caught_up = await Live.open(pool, at("7:03:40"))
    for position in batches:
        await one_by_one.take([position], position.fix_at)
    assert at_once.picture.fleet.progress == one_by_one.picture.fleet.progress == caught_up.picture.fleet.progress
    assert caught_up.picture.fleet.visits[KEY] == one_by_one.picture.fleet.visits[KEY]


async def test_a_plan_activated_by_another_process_is_switched_to_and_the_fleet_goes_on(pool: Pool) -> None:
    await save_plan(pool, make_timetable([RUN]), "a" * 64, "test", NOW)
    live = await Live.open(pool, NOW)
    await live.take(positions(live.picture.timetable), NOW)
    later = make_run("R2", start="8:00")
    await save_plan(pool, make_timetable([RUN, later]), "b" * 64, "test", NOW + timedelta(seconds=1))
    await live.look_again(NOW)
    assert set(live.picture.timetable.runs) == {"R1", "R2"}
    assert KEY in live.picture.fleet.progress


async def test_a_notice_given_by_another_process_is_shown_and_taken_back(pool: Pool) -> None:
    await save_plan(pool, make_timetable([RUN]), "a" * 64, "test", NOW)
    live = await Live.open(pool, NOW)
    await Ledger(pool).say(RunNotice(KEY, NoticeKind.CANCELLED, "snow", NOW), "maria")
    await live.look_again(NOW)
    assert live.picture.fleet.notices[KEY].kind is NoticeKind.CANCELLED
    await Ledger(pool).clear(KEY, "maria", NOW)
    await live.look_again(NOW)
    assert not live.picture.fleet.notices


async def test_before_the_first_plan_positions_are_kept_and_nothing_is_claimed(pool: Pool) -> None:
    live = await Live.open(pool, NOW)
    stray = Position(SourceId("gps"), VehicleId("47"), NOW, NOW, LatLon(42.3, -71.1))
    await live.take([stray], NOW)
    assert not live.picture.fleet.progress
    assert live.picture.fleet.last_fix_at == {"47": NOW}


async def test_the_first_good_news_of_a_feed_is_announced(pool: Pool) -> None:
    live = await Live.open(pool, NOW)
    live.report(FeedHealth(SourceId("gps"), False, "away", NOW, None, 0))
    assert not live.heard.is_set()
    live.report(FeedHealth(SourceId("gps"), True, "", NOW, NOW, 3))
    assert live.heard.is_set()
    assert live.picture.fleet.feeds[SourceId("gps")].vehicles == 3
