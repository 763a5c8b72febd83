"""One tick of a fleet against the floor: decode a feed's message, track every bus, quantiles for 30 stops each.

    python -m benchmarks.tick --buses 2000 10000

The floor, measured in the same rounds: the message parsed and seven fields of each vehicle read with plain protobuf;
the fixes projected onto windows of 24 segments, and Wilson-Hilferty quantiles for 30 stops each, in as few numpy calls
as it takes. Times are of the processor, on noisy machines: the ratios count. The tick's three parts are the product's
own: `feeds.gtfs_rt` and `feeds.screening`, `busline.tracking.tracker`,
`busline.travel_times.engine`, which learns from every step as it does in the service, so that no round finds the
links as the one before left them. It also says what that learning costs, how long the event loop is
held at most while the live line takes whole messages, written down in an embedded PostgreSQL, and the board is read;
what a step costs in which a few buses report; and how much memory a run takes. Exits with 1 where a bar is missed.
"""

import argparse
import asyncio
import gc
import json
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from google.transit import gtfs_realtime_pb2 as pb
from numpy.typing import NDArray

from benchmarks.fleet import PACE_MPS, PLANE, SEGMENT_M, SEGMENTS, SOURCE, MadeUpFleet, made_up_fleet
from busline.app.responsive import responsive
from busline.board.page import Board
from busline.clock import ScaledClock
from busline.fleet import Fleet
from busline.live import Live
from busline.migrate import migrate
from busline.position import Position
from busline.store.embedded import embedded_postgres
from busline.store.plans import save_plan
from busline.store.pool import open_pool
from busline.tracking.tracker import Tracker
from busline.travel_times.band import QUANTILES, Z
from busline.travel_times.engine import Engine
from feeds.gtfs_rt import Message, decode, encode
from feeds.screening import Screen

STOPS, AHEAD = 34, 30
EVERY_SECONDS = 10.0
NOW = datetime(2026, 10, 5, 11, 30, tzinfo=UTC)
GONE_SECONDS = (140.0, 250.0)
WINDOW = 24
TICK_BAR, LINEAR_BAR, HOLD_BAR_MS = 2.0, 1.3, 50.0
FEW = 10
PARTS = ("decode", "track", "quantiles")

Floats = NDArray[np.float64]
_SCORES = np.array([Z[quantile] for quantile in QUANTILES])


@dataclass(frozen=True, slots=True)
class Round:
    """Milliseconds of the processor, by part."""

    floor: dict[str, float]
    tick: dict[str, float]

    @property
    def ratio(self) -> float:
        return self.tick_ms / self.floor_ms

    @property
    def tick_ms(self) -> float:
        return sum(self.tick[part] for part in PARTS)

    @property
    def floor_ms(self) -> float:
        return sum(self.floor[part] for part in PARTS)


class Floor:
    """The least that could be done with the same message: what no design of ours can be faster than."""

    def __init__(self, fleet: MadeUpFleet) -> None:
        patterns = list({id(run.pattern): run.pattern for run in fleet.timetable.runs.values()}.values())
        points = np.stack([pattern.path_xy for pattern in patterns])
        steps = points[:, 1:] - points[:, :-1]
        self._x, self._y = points[:, :-1, 0].ravel(), points[:, :-1, 1].ravel()
        self._dx, self._dy = steps[..., 0].ravel(), steps[..., 1].ravel()
        self._squared = self._dx**2 + self._dy**2
        self._first = np.arange(len(fleet.timetable.runs)) % len(patterns) * SEGMENTS

    def decode(self, body: bytes) -> list[tuple[Any, ...]]:
        """Seven fields of every vehicle, unchecked."""
        return [
            (
                (vehicle := entity.vehicle).vehicle.id,
                vehicle.timestamp,
                (position := vehicle.position).latitude,
                position.longitude,
                position.bearing,
                position.speed,
                vehicle.trip.trip_id,
            )
            for entity in pb.FeedMessage.FromString(body).entity
        ]

    def track(self, rows: Sequence[tuple[Any, ...]], was_m: Floats) -> Floats:
        """Metres along the path, at the nearest of 24 segments."""
        xy = PLANE.to_xy([row[2] for row in rows], [row[3] for row in rows])
        first = np.clip((was_m / SEGMENT_M).astype(np.intp) - 2, 0, SEGMENTS - WINDOW)
        segment = (self._first + first)[:, None] + np.arange(WINDOW)
        x, y = xy[:, 0, None] - self._x[segment], xy[:, 1, None] - self._y[segment]
        dx, dy = self._dx[segment], self._dy[segment]
        share = np.minimum(np.maximum((x * dx + y * dy) / self._squared[segment], 0.0), 1.0)
        best = ((x - share * dx) ** 2 + (y - share * dy) ** 2).argmin(axis=1)
        at: Floats = (first + best + share[np.arange(len(best)), best]) * SEGMENT_M
        return at

    def quantiles(self, along_m: Floats) -> Floats:
        """(buses, 30, quantiles) seconds."""
        mean = 60.0 + 55.0 * np.arange(AHEAD) + (along_m % 100.0)[:, None]
        spread = ((25.0 * mean + (0.1 * mean) ** 2 + 400.0) / (9 * mean**2))[..., None]
        result: Floats = mean[..., None] * np.maximum(1 - spread + _SCORES * np.sqrt(spread), 0.0) ** 3
        return result


class Stopwatch:
    """Milliseconds of the processor, by part."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    @contextmanager
    def of(self, part: str) -> Iterator[None]:
        began = time.thread_time()
        yield
        self.spent[part] = (time.thread_time() - began) * 1e3


class Messages:
    """What a feed of the fleet says from `NOW` on, a message every so many seconds."""

    def __init__(self, fleet: MadeUpFleet, count: int) -> None:
        self.moments = [NOW + timedelta(seconds=EVERY_SECONDS * tick) for tick in range(count)]
        self.bodies = [encode(fleet.reports(at.timestamp()), at) for at in self.moments]
        self._area = fleet.timetable.area
        self._screen = Screen()

    def read(self, tick: int) -> Sequence[Position]:
        now = self.moments[tick]
        message = decode(self.bodies[tick], source=SOURCE, received_at=now, area=self._area)
        assert isinstance(message, Message)
        return self._screen.take(message.positions, now, message.header_timed).positions


def rounds(fleet: MadeUpFleet, count: int) -> tuple[list[Round], dict[str, float], float]:
    """Ticks and floors in turn, over a fleet that drives on; kB of memory for each run; and ms for a few buses."""
    buses, warm_up = len(fleet.timetable.runs), 3
    messages, floor = Messages(fleet, warm_up + count + FEW), Floor(fleet)
    tracemalloc.start()
    tracker = Tracker(fleet.timetable, Fleet(at=NOW))
    planned_bytes = tracemalloc.get_traced_memory()[0]
    step = tracker.take(messages.read(0), NOW)
    tracked_bytes = tracemalloc.get_traced_memory()[0]
    engine = Engine(fleet.timetable)
    engine_bytes = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    memory = {
        "paths and plans": planned_bytes / buses / 1e3,
        "a run under way": (tracked_bytes - planned_bytes) / buses / 1e3,
        "travel times": (engine_bytes - tracked_bytes) / buses / 1e3,
    }

    taken: list[Round] = []
    along_m = (NOW.timestamp() - fleet.started_at) * PACE_MPS
    for tick in range(1, warm_up + count):
        now = messages.moments[tick]
        gc.collect()
        gc.disable()
        least, ours = Stopwatch(), Stopwatch()
        with least.of("decode"):
            rows = floor.decode(messages.bodies[tick])
        with least.of("track"):
            along_m = floor.track(rows, along_m)
        with least.of("quantiles"):
            told = floor.quantiles(along_m)
        with ours.of("decode"):
            positions = messages.read(tick)
        with ours.of("track"):
            step = tracker.take(positions, now)
        with ours.of("quantiles"):
            moments = engine.tell(engine.look(step.progress, now.timestamp(), step.fleet.progress), now.timestamp())
        with ours.of("learn"):
            engine.learn(step.progress)
            engine.visited(step.visits)
        gc.enable()
        assert len(step.progress) == buses
        assert told.shape == (buses, AHEAD, len(QUANTILES))
        assert abs(len(moments) / buses - AHEAD) < 2, len(moments) / buses
        taken.append(Round(least.spent, ours.spent))

    few = []
    for tick in range(warm_up + count, warm_up + count + FEW):
        some = messages.read(tick)[tick * FEW : (tick + 1) * FEW]
        began = time.thread_time()
        tracker.take(some, messages.moments[tick])
        few.append((time.thread_time() - began) * 1e3)
    return taken[warm_up - 1 :], memory, statistics.median(few)


async def longest_holds(fleet: MadeUpFleet, count: int) -> list[float]:
    """The longest the event loop was held at a stretch, in ms of the processor, in each of so many messages.

    The live line takes and records them while the board is read and predictions are asked for.
    """
    messages = Messages(fleet, count + 1)
    with tempfile.TemporaryDirectory(prefix="busline-tick-") as name:
        Path(name).chmod(0o711)
        async with embedded_postgres(Path(name) / "data") as address, open_pool(address) as pool:
            await migrate(pool)
            await save_plan(pool, fleet.timetable, "made-up", "made-up", NOW)
            live = await Live.open(pool, NOW)
            board = Board(lambda: live.picture, ScaledClock(NOW))
            longest = []
            with responsive():  # as the service does
                for tick in range(count + 1):
                    positions = await asyncio.to_thread(messages.read, tick)
                    holds = [0.0]
                    watching = asyncio.create_task(watch_loop(holds))
                    await asyncio.gather(live.take(positions, messages.moments[tick]), board.body())
                    watching.cancel()
                    longest.append(max(holds))
            return longest[1:]


async def watch_loop(holds: list[float]) -> None:
    """Note how long each turn of the event loop took, in ms of the processor, until cancelled."""
    before = time.thread_time()
    while True:
        await asyncio.sleep(0)
        now = time.thread_time()
        holds.append((now - before) * 1e3)
        before = now


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--buses", type=int, nargs="+", default=[2_000, 10_000])
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures: dict[str, float] = {}
    for buses in options.buses:
        fleet = made_up_fleet(buses, stops=STOPS, now=NOW, gone_seconds=GONE_SECONDS)
        taken, memory, few_ms = rounds(fleet, options.rounds)
        print(f"\n{buses:,} buses, {AHEAD} stops ahead each         floor ms    tick ms      ratio")
        for part in PARTS:
            floor_ms, tick_ms = (
                statistics.median(getattr(one, side)[part] for one in taken) for side in ("floor", "tick")
            )
            print(f"{part:>40} {floor_ms:10.2f} {tick_ms:10.2f} {tick_ms / floor_ms:10.2f}")
            figures[f"{part}_ms_{buses}"] = tick_ms
        figures[f"tick_ms_{buses}"] = statistics.median(one.tick_ms for one in taken)
        figures[f"floor_ms_{buses}"] = statistics.median(one.floor_ms for one in taken)
        figures[f"ratio_{buses}"] = statistics.median(one.ratio for one in taken)
        print(
            f"{'all':>40} {figures[f'floor_ms_{buses}']:10.2f} {figures[f'tick_ms_{buses}']:10.2f} "
            f"{figures[f'ratio_{buses}']:10.2f}"
        )
        figures[f"learn_ms_{buses}"] = statistics.median(one.tick["learn"] for one in taken)
        print(f"{'learning from a step, beside the tick':>40} {figures[f'learn_ms_{buses}']:21.2f}")
        print(f"{f'a step in which {FEW} buses report':>40} {few_ms:21.2f}")
        figures[f"few_ms_{buses}"] = few_ms
        for what, kilobytes in memory.items():
            print(f"{f'kB a run, {what}':>40} {kilobytes:21.2f}")
            figures[f"kB a run, {what}, {buses}"] = kilobytes
    most, least = max(options.buses), min(options.buses)
    holds = asyncio.run(longest_holds(made_up_fleet(most, stops=STOPS, now=NOW, gone_seconds=GONE_SECONDS), 5))
    figures["longest_hold_ms"] = max(holds)
    figures["grew"] = figures[f"tick_ms_{most}"] / figures[f"tick_ms_{least}"] / (most / least)
    print(f"\nlongest hold of the event loop at {most:,}: {', '.join(f'{hold:.1f}' for hold in holds)} ms")
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=2))
    bars = {
        f"a tick over {least:,} buses within {TICK_BAR:g} of the floor": figures[f"ratio_{least}"] <= TICK_BAR,
        f"{most:,} buses cost as much each, within {LINEAR_BAR:g}": figures["grew"] <= LINEAR_BAR,
        f"the event loop never held for {HOLD_BAR_MS:g} ms": max(holds) <= HOLD_BAR_MS,
    }
    for bar, met in bars.items():
        print(f"{'met' if met else 'MISSED'}: {bar}")
    return 0 if all(bars.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
