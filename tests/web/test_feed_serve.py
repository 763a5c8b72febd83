"""The feed we serve, asked as a producer's feed is asked."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from busline.geo import LatLon
from busline.ids import SourceId, VehicleId
from busline.position import Position
from feeds.gtfs_rt import Message, decode
from feeds.serve import PATH, feed_app
from tests.feed_bytes import MORNING


class StillClock:
    """Time that moves when the test says so."""

    def __init__(self, now: datetime) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class OneBus:
    """A bus that drives east; counts how often it was asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def positions_at(self, now: datetime) -> Sequence[Position]:
        self.asked += 1
        east = (now - MORNING).total_seconds() * 1e-4
        return [Position(SourceId("x"), VehicleId("512"), now, now, LatLon(42.35, -71.06 + east))]


@asynccontextmanager
async def serving(bus: OneBus, clock: StillClock) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    async with TestClient(TestServer(feed_app(bus.positions_at, clock))) as client:
        yield client


async def test_the_feed_is_a_gtfs_realtime_message_of_the_moment() -> None:
    async with serving(OneBus(), StillClock(MORNING)) as client:
        response = await client.get(PATH)
        body = await response.read()
    assert response.status == 200
    assert response.content_type == "application/x-protobuf"
    assert response.headers["Last-Modified"] == "Tue, 08 Sep 2026 07:30:00 GMT"
    message = decode(body, source=SourceId("x"), received_at=MORNING)
    assert isinstance(message, Message)
    assert message.header_at == MORNING
    assert [position.vehicle_id for position in message.positions] == ["512"]


async def test_a_client_that_has_the_newest_message_is_told_so_by_either_validator() -> None:
    clock = StillClock(MORNING)
    async with serving(OneBus(), clock) as client:
        first = await client.get(PATH)
        etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
        assert (await client.get(PATH, headers={"If-None-Match": etag})).status == 304
        assert (await client.get(PATH, headers={"If-None-Match": f'"other", W/{etag}'})).status == 304
        assert (await client.get(PATH, headers={"If-Modified-Since": modified})).status == 304
        # The ETag decides where both are given.
        both = {"If-None-Match": '"other"', "If-Modified-Since": modified}
        assert (await client.get(PATH, headers=both)).status == 200
        clock.at += timedelta(seconds=1)
        assert (await client.get(PATH, headers={"If-None-Match": etag})).status == 200
        assert (await client.get(PATH, headers={"If-Modified-Since": modified})).status == 200


async def test_the_message_is_made_once_a_second_however_many_ask() -> None:
    bus, clock = OneBus(), StillClock(MORNING)
    async with serving(bus, clock) as client:
        for _ in range(5):
            clock.at += timedelta(milliseconds=100)
            await client.get(PATH)
        assert bus.asked == 1
        clock.at += timedelta(milliseconds=600)
        await client.get(PATH)
    assert bus.asked == 2
