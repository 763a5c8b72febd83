"""kill -9 of the service and of its database at random, with alerts flowing: is one lost, is one sent twice?

    python -m benchmarks.kills --kills 20 [--seed 1] [--json OUT]        or: make kills N=20

The real `busline serve` with its embedded PostgreSQL, a feed over HTTP whose buses all come late one after the other
(`benchmarks/kill_town.py`), the real twilio library, and a stand-in for Twilio that takes its time and errs: answers
that come too late or never, 500 after a text was taken, 500 and 429 before, callbacks that are lost, doubled and out of
order. Beside the alerts runs are called off, staff announce, and replies are promised (`benchmarks/kill_staff.py`). A
kill hits the service, the database's first process, all of its processes, or everything, some while it is still
starting; the service is started again at once.

Afterwards what the stand-in took is held against what every family had to hear (`benchmarks/kill_verdict.py`), and it
is told how long it took until an attempt whose outcome was unknown was settled, kills and restarts included. Exits with
1 where anything is lost, doubled or uncalled for, or one took longer than 60 s.
"""

import argparse
import asyncio
import json
import logging
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from benchmarks.design_load import TOKEN, free_port
from benchmarks.kill_doubts import Doubts
from benchmarks.kill_service import Kill, Lives, Service
from benchmarks.kill_staff import AWAY, StaffAtWork, add_user
from benchmarks.kill_town import load, town
from benchmarks.kill_verdict import Row, Text, Verdict, judge, outbox_id_in
from busline.app.database import server, store
from busline.app.listening import listening
from busline.clock import SystemClock
from busline.settings import read_settings
from busline.store.pool import Pool, open_pool
from feeds.serve import PATH, feed_app
from sms.standin import Carrier, StandIn, standin_app
from sms.standin.resources import CallStatus

SID, NUMBER = "AC" + "0" * 32, "+16175550100"
SETTLED_BAR_SECONDS = 60.0
UP_SECONDS = (0.3, 2.5)
"""How long the service is left alone after it has come up, at random."""
LONGER, LONGER_UP_SECONDS = 0.25, (5.0, 9.0)
"""The share of lives that are this long: time for two looks at a bus. Without them there would be little to lose."""
WHILE_STARTING, STARTED_SECONDS = 0.15, (0.1, 3.0)
"""The share of kills that come sooner, at random so long after a start that is not over."""
GAP_SECONDS = 2.0
"""From one late bus to the next. For a thousand kills take more: each start reads the whole plan."""
KNOWS_AFTER_SECONDS = 15.0
"""A service that lives for so long while a late bus is under way must know of it, and its families hear: it takes two
looks at different fixes. Most lives are shorter; a bus is under way for many."""
UNDER_WAY_AFTER_SECONDS = 15.0
"""So much longer for a bus to be near rather than only late: it must have left. From where it was seen first in that
life it goes 75 m (`tracking/setting_off.py`) and the error of its place on the path in that time."""
HEARD_AFTER_SECONDS = 20.0
"""So long the service lives at the end, at least."""
DRAIN_SECONDS = 180.0
ANSWERS_WITHIN_SECONDS = 0.3
"""How long the carrier takes before it takes a text, and again before it answers, at most."""
BAD_CARRIER = Carrier(
    callback_copies=2,
    callbacks_in_order=False,
    callbacks_lost=0.1,
    callback_delay_seconds=0.5,
    errors=0.02,
    broken_answers=0.02,
    answers_lost=0.02,
    answers_hang_seconds=9.0,
    too_busy=0.01,
)


@dataclass(frozen=True, slots=True)
class Battle:
    """How large it is, and how bad the carrier."""

    kills: int
    seed: int = 1
    cycle_seconds: float = 8.0
    """From one kill to the next, to lay out a town of which buses set out until the last one."""
    gap_seconds: float = GAP_SECONDS
    knows_after_seconds: float = KNOWS_AFTER_SECONDS
    heard_after_seconds: float = HEARD_AFTER_SECONDS
    drain_seconds: float = DRAIN_SECONDS
    """So long is waited at most for what is in doubt then."""
    carrier: Carrier = BAD_CARRIER


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    verdict: Verdict
    kills: Mapping[Kill, int]
    seconds: float
    lives: Lives
    doubts: Doubts
    in_doubt_at_the_end: int
    texts: int
    calls: int
    alerts: int
    states: Mapping[str, int]
    flowed_to_the_end: bool
    """Buses were setting out until the last kill."""

    @property
    def longest_doubt_seconds(self) -> float:
        return max(self.doubts.settled_seconds, default=0.0)

    def bars(self) -> dict[str, bool]:
        """What must hold, and whether it does."""
        verdict = self.verdict
        return {
            "none lost": not verdict.lost,
            "none doubled": not verdict.doubled,
            "nobody heard what is not so": not verdict.uncalled_for,
            "outbox and carrier say the same of each message": not verdict.untracked,
            f"every unknown outcome settled within {SETTLED_BAR_SECONDS:.0f} s": self.in_doubt_at_the_end == 0
            and self.longest_doubt_seconds <= SETTLED_BAR_SECONDS,
            "the service never ended by itself while it ran": self.lives.ended_running == 0,
            "alerts flowed until the last kill": self.flowed_to_the_end,
        }

    def figures(self) -> dict[str, Any]:
        """As they are printed and kept."""
        ready, doubts = self.lives.ready_seconds, sorted(self.doubts.settled_seconds)
        long = [one for one in doubts if one > 2.0]
        return {
            "kills": {str(what.value): times for what, times in self.kills.items()},
            "seconds": round(self.seconds),
            "starts that came to answer": len(ready),
            "seconds until it answered: median": round(statistics.median(ready), 2),
            "longest start": round(max(ready), 2),
            "ended by itself while starting, and was started again": self.lives.ended_starting,
            "texts that the carrier took": self.texts,
            "of these alerts": self.alerts,
            "calls": self.calls,
            "messages that had to be told": self.verdict.had_to_be_told,
            "not counted, for the service lived too little": self.verdict.nobody_could_know,
            "no news any more before they could go": len(self.verdict.too_late),
            "lost": len(self.verdict.lost),
            "doubled": len(self.verdict.doubled),
            "uncalled for": len(self.verdict.uncalled_for),
            "outbox and carrier differ": len(self.verdict.untracked),
            "attempts in doubt for over 2 s": len(long),
            "p95 of these, s": round(long[int(0.95 * (len(long) - 1))], 1) if long else 0.0,
            "longest in doubt, s": round(self.longest_doubt_seconds, 1),
            "still in doubt at the end": self.in_doubt_at_the_end,
            "ended unknown": len(self.verdict.unknown),
            "rows by state": dict(self.states),
        }


@web.middleware
async def slowly(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A carrier as far away as the real one: a kill then meets requests on their way, and answers on theirs."""
    if request.method != "POST":
        return await handler(request)
    await asyncio.sleep(_CHANCE.uniform(0.0, ANSWERS_WITHIN_SECONDS))
    answer = await handler(request)
    await asyncio.sleep(_CHANCE.uniform(0.0, ANSWERS_WITHIN_SECONDS))
    return answer


_CHANCE = random.Random(20_261_122)


@asynccontextmanager
async def doing(*works: Any) -> AsyncIterator[None]:
    """Beside the block, cancelled at its end; what one raised is raised there."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception | SystemExit):
                raise outcome


async def fight(battle: Battle, home: Path) -> Outcome:
    """The whole battle, in an empty folder that the database's user may pass through."""
    draw = random.Random(battle.seed)
    port, feed_port, carrier_port = free_port(), free_port(), free_port()
    runs = int((battle.kills * battle.cycle_seconds + 30.0) / battle.gap_seconds)
    streets = town(runs, time.time() + 8.0, battle.gap_seconds)
    environ = _environ(home, port, feed_port, carrier_port)
    settings = read_settings(environ)
    hook = f"http://localhost:{port}/twilio"
    standin = StandIn(
        SID, TOKEN, NUMBER, f"{hook}/sms", f"{hook}/voice", (), "+16175550198", lambda: datetime.now(UTC),
        carrier=battle.carrier,
    )  # fmt: skip
    async with store(settings) as pool:
        await load(pool, streets)
        await add_user(pool)
    kills: Counter[Kill] = Counter()
    doubts = Doubts()
    async with AsyncExitStack() as stack:
        carrier = standin_app(standin)
        carrier.middlewares.append(slowly)
        await stack.enter_async_context(listening(carrier, "127.0.0.1", carrier_port))
        feed = feed_app(streets.reports, SystemClock())
        await stack.enter_async_context(listening(feed, "127.0.0.1", feed_port))
        jar = aiohttp.CookieJar(unsafe=True)
        timeout = aiohttp.ClientTimeout(total=10.0)
        session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar, timeout=timeout))
        service = Service(environ, settings.data_dir, port, home / "service.log")
        stack.push_async_callback(service.stop)
        await service.start()
        await service.ready(session)
        address = await stack.enter_async_context(server(settings, beside=True))
        pool = await stack.enter_async_context(open_pool(address, size=4))
        staff = StaffAtWork(pool, service, session, f"http://localhost:{port}", streets, draw)
        async with doing(doubts.keep_watching(pool)):
            at_work = asyncio.create_task(staff.run())
            began = time.monotonic()
            for number in range(battle.kills):
                if draw.random() < WHILE_STARTING:
                    await asyncio.sleep(draw.uniform(*STARTED_SECONDS))
                else:
                    await service.ready(session)
                    await asyncio.sleep(draw.uniform(*(LONGER_UP_SECONDS if draw.random() < LONGER else UP_SECONDS)))
                if at_work.done():
                    break  # it never ends before closing time: what it raised is raised below
                what = draw.choice(list(Kill))
                kills[what] += 1
                await service.kill(what)
                if (number + 1) % 25 == 0:
                    longest = max(doubts.settled_seconds, default=0.0)
                    so_far = f"{time.monotonic() - began:.0f} s, longest in doubt {longest:.0f} s"
                    print(f"{number + 1} kills, {so_far}", file=sys.stderr, flush=True)
            ended_at, took = time.time(), time.monotonic() - began
            await service.ready(session)
            staff.closing = True
            await at_work
            heard_until = time.time() + battle.heard_after_seconds
            await _drained(pool, heard_until, battle.drain_seconds)
        # In good order, so that the outbox is as the carrier's record is.
        await service.stop()
    async with store(settings) as pool:
        rows = await _rows(pool, heard_until)

    def could_know(run: int, kind: str) -> bool:
        since, until = streets.sets_out(run), min(streets.comes_at(run), heard_until)
        needed = battle.knows_after_seconds + (UNDER_WAY_AFTER_SECONDS if kind == "approaching" else 0.0)
        return any(life.within(since, until) >= needed for life in service.lives.lived)

    sent = [one for one in standin.messages.values() if one.from_phone == NUMBER]
    texts = [Text(one.sid, one.to_phone, one.body, outbox_id_in(one.status_callback)) for one in sent]
    called = [(one.sid, one.to_phone) for one in standin.calls.values()]
    broken_off = {one.sid for one in standin.calls.values() if one.status is CallStatus.FAILED}
    by_id = {row.outbox_id: row for row in rows}
    kinds = [by_id[one.outbox_id].kind for one in texts if one.outbox_id in by_id]
    return Outcome(
        judge(streets, staff.book, texts, called, rows, could_know, broken_off),
        kills,
        took,
        service.lives,
        doubts,
        sum(row.in_doubt and row.is_old for row in rows),
        len(texts),
        len(called),
        sum(kind not in ("message", "announcement") for kind in kinds),
        Counter(row.state for row in rows),
        flowed_to_the_end=streets.sets_out(streets.runs - 1) >= ended_at,
    )


def _environ(home: Path, port: int, feed_port: int, carrier_port: int) -> dict[str, str]:
    return {
        "BUSLINE_DATA_DIR": str(home / "data"),
        "BUSLINE_PORT": str(port),
        "BUSLINE_FEEDS": f"yards=http://127.0.0.1:{feed_port}{PATH}",
        "BUSLINE_FEED_ALLOW_PRIVATE": "true",
        "BUSLINE_FEED_INTERVAL_SECONDS": "1",
        "BUSLINE_TWILIO_ACCOUNT_SID": SID,
        "BUSLINE_TWILIO_AUTH_TOKEN": TOKEN,
        "BUSLINE_TWILIO_NUMBER": NUMBER,
        "BUSLINE_TWILIO_BASE_URL": f"http://127.0.0.1:{carrier_port}",
        "BUSLINE_TWILIO_SEGMENTS_PER_SECOND": "30",
        "BUSLINE_DISTRICT_PHONE": "+16175550199",
        "BUSLINE_LOG_LEVEL": "WARNING",
    }


async def _drained(pool: Pool, heard_at: float, longest_seconds: float) -> None:
    """Until everybody could have heard, and nothing from before then is in doubt or waits; or it has taken too long."""
    while time.time() < heard_at + longest_seconds:
        await asyncio.sleep(0.5)
        try:
            waiting = await pool.fetchval(
                "select count(*) from outbox where state = 'waiting' and (maybe_since is not null or created_at < $1)",
                datetime.fromtimestamp(heard_at, UTC),
            )
        except AWAY:
            continue  # the last kill was the database's, and it comes back yet
        if not waiting and time.time() > heard_at:
            return


async def _rows(pool: Pool, heard_until: float) -> list[Row]:
    rows = await pool.fetch(
        "select outbox_id, dedupe_key as key, kind, channel, phone, state, sid, trouble,"
        " state = 'waiting' and maybe_since is not null as in_doubt, created_at < $1 as is_old from outbox",
        datetime.fromtimestamp(heard_until, UTC),
    )
    return [Row(**row) for row in rows]


def tell(outcome: Outcome) -> None:
    """Print it."""
    for name, figure in outcome.figures().items():
        print(f"{name:>54} {figure}")
    verdict = outcome.verdict
    for name, lines in (
        ("too late", verdict.too_late),
        ("lost", verdict.lost),
        ("doubled", verdict.doubled),
        ("uncalled for", verdict.uncalled_for),
        ("differ", verdict.untracked),
        ("unknown", verdict.unknown),
    ):
        for line in lines[:20]:
            print(f"  {name}: {line}")
    for bar, met in outcome.bars().items():
        print(f"{'met' if met else 'MISSED'}: {bar}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cycle-seconds", type=float, default=8.0, help="from kill to kill, as this machine goes")
    parser.add_argument("--gap-seconds", type=float, default=GAP_SECONDS, help="from one late bus to the next")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", action="store_true", help="keep the data folder and the service's log")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    # A request breaks off whenever who sent it is killed.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    home = Path(tempfile.mkdtemp(prefix="busline-kills-"))
    home.chmod(0o711)
    try:
        outcome = asyncio.run(
            fight(Battle(options.kills, options.seed, options.cycle_seconds, options.gap_seconds), home)
        )
    finally:
        if options.keep:
            print(f"kept: {home}")
        else:
            shutil.rmtree(home, ignore_errors=True)
    tell(outcome)
    met = outcome.bars()
    if options.json is not None:
        options.json.write_text(json.dumps(outcome.figures() | {"bars": met}, indent=1))
    return 0 if all(met.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
