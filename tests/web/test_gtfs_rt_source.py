"""The whole source against a real server that turns bad and good again: what is handed over, kept and said."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from google.transit import gtfs_realtime_pb2 as pb
from structlog.testing import capture_logs

from busline.clock import ScaledClock
from busline.fleet import FeedHealth
from busline.geo import Area
from busline.ids import SourceId
from feeds.gtfs_rt_source import GtfsRtSource
from feeds.http import Limits
from feeds.poller import Cadence
from feeds.source import Batch, PositionSource
from tests.feed_bytes import BOSTON, MORNING, a_fleet, add_bus
from tests.web.chaos_server import Answer, ChaosServer, chaos_server, hangs_up, says, says_raw

LOCAL = Limits(total_seconds=0.5, allow_http=True, allow_private=True)
STOPS = Area(south=42.2, west=-71.2, north=42.5, east=-70.9)


class Listening:
    """A running source, and what came of it."""

    def __init__(self, server: ChaosServer, *, speed: float, area: Area | None) -> None:
        self.batches: list[Batch] = []
        self.states: list[FeedHealth] = []
        self._told = asyncio.Event()
        self.clock = ScaledClock(MORNING, speed)
        self.server = server
        self.feed: PositionSource = GtfsRtSource(
            SourceId("district"),
            server.url,
            clock=self.clock,
            area=lambda: area,
            cadence=Cadence(interval_seconds=10),
            limits=LOCAL,
        )

    async def take(self, batch: Batch) -> None:
        self.batches.append(batch)

    def report(self, state: FeedHealth) -> None:
        self.states.append(state)
        self._told.set()

    async def until(self, seen: Callable[[FeedHealth], bool]) -> FeedHealth:
        """Wait for a state of the feed that comes after now."""
        known = len(self.states)
        async with asyncio.timeout(10):
            while not any(seen(state) for state in self.states[known:]):
                self._told.clear()
                await self._told.wait()
        return next(state for state in self.states[known:] if seen(state))

    def buses_told_of(self) -> int:
        return len({position.vehicle_id for batch in self.batches for position in batch.positions})


class listening:  # noqa: N801 - reads as a sentence at the call
    """A source that polls a chaos server every ten district seconds, a hundredth of that in real ones."""

    def __init__(self, answer: Answer, *, speed: float = 1_000.0, area: Area | None = STOPS) -> None:
        self._server = chaos_server(answer)
        self._speed = speed
        self._area = area

    async def __aenter__(self) -> Listening:
        there = Listening(await self._server.__aenter__(), speed=self._speed, area=self._area)
        self._task = asyncio.create_task(there.feed.run(there.take, there.report))
        return there

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        await self._server.__aexit__(None, None, None)


def fleet_now(there: Listening, buses: int = 20) -> Answer:
    """Every bus with a fix of this very moment."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        now = there.clock.now()
        await says("200 OK", moving_fleet(buses, now).SerializeToString())(writer)

    return answer


def moving_fleet(buses: int, now: datetime) -> pb.FeedMessage:
    message = a_fleet(buses, header_at=now)
    for entity in message.entity:
        entity.vehicle.position.longitude += (now - MORNING).total_seconds() * 1e-5
    return message


def body(message: pb.FeedMessage) -> Answer:
    return says("200 OK", message.SerializeToString())


async def test_positions_are_handed_over_once_and_repeats_are_counted() -> None:
    async with listening(body(a_fleet(3))) as there:
        await there.until(lambda state: state.rejected == {"duplicate": 3})
    first = there.batches[0]
    assert [position.vehicle_id for position in first.positions] == ["1", "2", "3"]
    assert first.header_at == MORNING
    assert there.buses_told_of() == 3
    assert sum(len(batch.positions) for batch in there.batches) == 3


async def test_a_bus_in_the_garage_is_taken_and_one_in_paris_is_not() -> None:
    message = a_fleet(2)
    add_bus(message, "garage", lat=42.15, lon=-71.3)
    add_bus(message, "paris", lat=48.85, lon=2.35)
    add_bus(message, "swapped", lat=BOSTON[1], lon=BOSTON[0])
    async with listening(body(message)) as there:
        state = await there.until(lambda state: bool(state.rejected))
    assert state.rejected["out_of_area"] == 1
    assert state.rejected["swapped"] == 1
    assert there.buses_told_of() == 3


def cut_between_entities(there: Listening) -> Answer:
    return fleet_now(there, buses=3)


def five_minutes_old(there: Listening) -> Answer:
    return body(a_fleet(20, header_at=there.clock.now() - timedelta(seconds=300)))


# By the name under which each is counted.
FAULTS: dict[str, Callable[[Listening], Answer]] = {
    "unreachable": lambda _: hangs_up,
    "server_error": lambda _: says("500 Internal Server Error"),
    "redirect": lambda _: says("302 Found", Location="http://127.0.0.1/"),
    "html": lambda _: says("200 OK", b"<html>Maintenance</html>"),
    "empty": lambda _: says("200 OK"),
    "truncated": lambda _: says_raw("200 OK", a_fleet(20).SerializeToString()[:200], Content_Length="2000"),
    "shrunk": cut_between_entities,
    "header_backwards": five_minutes_old,
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_through_every_fault_the_last_good_picture_is_kept_and_the_feed_comes_back(
    fault: str,
) -> None:
    async with listening(hangs_up, speed=400.0) as there:
        there.server.answer = fleet_now(there)
        before = await there.until(lambda state: state.ok and state.vehicles == 20)
        there.server.answer = FAULTS[fault](there)
        lost = await there.until(lambda state: not state.ok and state.fault == fault)
        assert lost.vehicles == 20
        assert lost.fresh_at is not None
        assert before.fresh_at is not None
        assert lost.fresh_at >= before.fresh_at
        assert "is kept" in lost.message
        taken = len(there.batches)
        there.server.answer = fleet_now(there)
        back = await there.until(lambda state: state.ok and state.fresh_at != lost.fresh_at)
        assert back.vehicles == 20
        assert len(there.batches) > taken


async def test_a_feed_that_is_down_at_the_start_is_no_disaster() -> None:
    async with listening(hangs_up) as there:
        state = await there.until(lambda state: True)
        assert not state.ok
        assert "No position has come from it yet." in state.message
        there.server.answer = fleet_now(there)
        await there.until(lambda state: state.ok)
    assert there.buses_told_of() == 20


async def test_only_good_messages_are_asked_for_conditionally() -> None:
    good = says("200 OK", a_fleet(12).SerializeToString(), ETag='"good"')
    bad = says("200 OK", b"<html></html>", ETag='"bad"')
    async with listening(bad) as there:
        await there.until(lambda state: not state.ok)
        there.server.answer = good
        await there.until(lambda state: state.ok)
        there.server.answer = bad
        await there.until(lambda state: not state.ok)
        asked = "".join(there.server.requests)
    assert 'if-none-match: "good"' in asked
    assert '"bad"' not in asked


async def test_a_server_that_only_ever_says_not_modified_grows_old() -> None:
    async with listening(says("200 OK", a_fleet(12).SerializeToString(), ETag='"a"')) as there:
        await there.until(lambda state: state.ok)
        there.server.answer = says("304 Not Modified")
        state = await there.until(lambda state: not state.ok)
    assert state.message.startswith("The feed answers, but its newest message was made at 07:30:00 UTC")
    assert state.fresh_at == MORNING


async def test_trouble_and_recovery_are_logged_once_each_and_the_key_never() -> None:
    with capture_logs() as logs:
        async with listening(hangs_up) as there:
            for _ in range(4):
                await there.until(lambda state: not state.ok)
            there.server.answer = fleet_now(there)
            for _ in range(4):
                await there.until(lambda state: state.ok)
    assert [entry["event"] for entry in logs] == ["feed_in_trouble", "feed_is_well"]
    assert "secret" not in str(logs)


async def test_a_large_message_is_read_aside_and_nothing_waits_for_it() -> None:
    async with listening(body(moving_fleet(6_000, MORNING)), speed=1.0, area=None) as there:
        await there.until(lambda state: state.vehicles == 6_000)
    assert len(there.batches[0].positions) == 6_000


async def test_an_error_of_the_taker_is_not_swallowed() -> None:
    async def full_disk(batch: Batch) -> None:
        raise OSError("no space left")

    async with chaos_server(body(a_fleet(1))) as server:
        feed = GtfsRtSource(SourceId("district"), server.url, clock=ScaledClock(MORNING), limits=LOCAL)
        with pytest.raises(OSError, match="no space left"):
            await feed.run(full_disk, lambda state: None)
