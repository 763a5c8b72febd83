"""`busline check` on a feed that answers: what its message says of the feed itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from busline.app.commands import check
from busline.clock import ScaledClock
from busline.geo import LatLon
from busline.ids import SourceId, VehicleId
from busline.position import Position
from feeds.serve import PATH, feed_app


@pytest.mark.parametrize(
    ("old", "said"),
    [
        (timedelta(seconds=5), "ok Feed gps It gives 1 position."),
        (timedelta(days=200), "problem Feed gps It gives 1 position, but its newest message was made at"),
    ],
)
async def test_a_feed_that_stands_still_is_a_problem_although_it_answers(
    tmp_path: Path, old: timedelta, said: str
) -> None:
    at = datetime.now(UTC) - old
    bus = Position(SourceId("gps"), VehicleId("47"), at, at, LatLon(42.3, -71.1), None, None, None)
    lines: list[str] = []
    async with TestServer(feed_app(lambda _: [bus], ScaledClock(at, 0.001))) as server:
        environ = {
            "BUSLINE_DATA_DIR": str(tmp_path),
            "BUSLINE_FEEDS": f"gps={server.make_url(PATH)}",
            "BUSLINE_FEED_ALLOW_PRIVATE": "yes",
        }
        await check(environ, lines.append)
    assert said in " ".join("\n".join(lines).split())
