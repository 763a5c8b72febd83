"""One look at every family that waits: what it costs beside 10,000 runs under way and 300,000 families.

    python -m benchmarks.alert_look --runs 10000 --phones 30

A fleet reports every ten seconds; each look works out when its buses come, and holds that against what every family
wants and was told. Times are of the processor. Also said: how long the event loop is held at a stretch, what a look
costs in which a tenth of all families must be told at once, how long the families of a day take to load, and how much
memory they take. Exits with 1 where a bar is missed.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.families import load_families
from benchmarks.fleet import SOURCE, MadeUpFleet, made_up_fleet
from benchmarks.tick import watch_loop
from busline.app.responsive import responsive
from busline.live import Live
from busline.migrate import migrate
from busline.position import Position
from busline.store.embedded import embedded_postgres
from busline.store.plans import save_plan
from busline.store.pool import open_pool
from feeds.gtfs_rt import Message, decode, encode
from feeds.screening import Screen
from notifier.watching.watching import Watching

STOPS = 34
NOW = datetime(2026, 10, 5, 11, 30, tzinfo=UTC)
GONE_SECONDS = (140.0, 250.0)
EVERY_SECONDS = 10.0
LOOK_BAR_SECONDS, HOLD_BAR_MS, LOAD_BAR_SECONDS = 2.0, 50.0, 20.0


class SteppedClock:
    """The benchmark moves the time."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


def read(fleet: MadeUpFleet, at: datetime, screen: Screen) -> Sequence[Position]:
    message = decode(
        encode(fleet.reports(at.timestamp()), at), source=SOURCE, received_at=at, area=fleet.timetable.area
    )
    assert isinstance(message, Message)
    return screen.take(message.positions, at, message.header_timed).positions


async def measure(options: argparse.Namespace) -> dict[str, float]:
    fleet = made_up_fleet(options.runs, stops=STOPS, now=NOW, gone_seconds=GONE_SECONDS)
    clock, screen = SteppedClock(), Screen()
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="busline-look-") as name:
        Path(name).chmod(0o711)
        async with embedded_postgres(Path(name) / "data") as address, open_pool(address) as pool:
            await migrate(pool)
            await save_plan(pool, fleet.timetable, "made-up", "made-up", NOW)
            await load_families(pool, fleet, options.phones, NOW.date())
            live = await Live.open(pool, NOW)
            await live.take(await asyncio.to_thread(read, fleet, NOW, screen), NOW)
            watching = Watching(pool, lambda: live.picture, clock, timedelta(minutes=10))
            with responsive():
                holds, spent = await watched(watching, clock.at)
                figures["first look, with loading, s"], figures["longest hold while loading, ms"] = spent, max(holds)
                looks, longest = [], []
                for _ in range(options.looks):
                    clock.at += timedelta(seconds=EVERY_SECONDS)
                    await live.take(await asyncio.to_thread(read, fleet, clock.at, screen), clock.at)
                    holds, spent = await watched(watching, clock.at)
                    looks.append(spent)
                    longest.append(max(holds))
            figures["look, s of the processor, median"] = statistics.median(looks)
            figures["look, s of the processor, longest"] = max(looks)
            figures["longest hold in a look, ms"] = max(longest)
            figures["told"] = float(await pool.fetchval("select count(*) from outbox"))
    return figures


async def watched(watching: Watching, now: datetime) -> tuple[list[float], float]:
    holds = [0.0]
    beside = asyncio.create_task(watch_loop(holds))
    began = time.thread_time()
    await watching.look(now)
    spent = time.thread_time() - began
    beside.cancel()
    return holds, spent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--phones", type=int, default=30)
    parser.add_argument("--looks", type=int, default=6)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = asyncio.run(measure(options))
    for name, figure in figures.items():
        print(f"{name:>40} {figure:12.3f}")
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=2))
    bars = {
        f"a look under {LOOK_BAR_SECONDS:g} s": figures["look, s of the processor, longest"] < LOOK_BAR_SECONDS,
        f"the event loop never held for {HOLD_BAR_MS:g} ms": figures["longest hold in a look, ms"] <= HOLD_BAR_MS,
    }
    for bar, met in bars.items():
        print(f"{'met' if met else 'MISSED'}: {bar}")
    return 0 if all(bars.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
