"""kill -9 of the service and of its database at random, with alerts flowing: is one lost, is one sent twice?

    python -m benchmarks.kills --kills 20 [--seed 1] [--json OUT]        or: make kills N=20

The real `busline serve` with its embedded PostgreSQL, a feed over HTTP whose buses all come late one after the other
(`benchmarks/kill_town.py`), the real twilio library, and a stand-in for Twilio that errs: answers that never come, 500
after a text was taken, 500 and 429 before, callbacks that are lost, doubled and out of order. Beside the alerts runs
are called off, staff announce, and replies are promised. A kill hits the service, the database's first process, all of
its processes, or everything; the service is started again at once.

Afterwards what the stand-in took is held against the outbox, phone by phone: every family of a late run heard so once,
and nothing else that it should not; every announcement and reply once. And how long it took until an attempt whose
outcome was unknown was settled, kills and restarts included. Exits with 1 where one is lost or doubled, or any took
longer than 60 s.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import structlog

from benchmarks.design_load import TOKEN, free_port
from benchmarks.kill_town import FAMILIES_A_RUN, LANGUAGES, NEAR_MINUTES, STUDENTS_AT, WANTS_NEAR, Town, town
from benchmarks.postgres_kills import children
from busline.app.database import server, store
from busline.app.listening import listening
from busline.clock import SystemClock
from busline.fleet import NoticeKind, RunNotice
from busline.ids import Phone
from busline.settings import Settings, read_settings
from busline.store.ledger import Ledger
from busline.store.outbox import TextPromise, promise_text
from busline.store.plans import save_plan
from busline.store.pool import DatabaseAddress, DatabaseUnavailableError, Pool, open_pool, transaction
from feeds.serve import PATH, feed_app
from notifier.announcing.announcement import Announcement, ToRun
from notifier.announcing.ledger import Announcements, Draft, Preview
from sms.standin import Carrier, StandIn, standin_app

SID, NUMBER = "AC" + "0" * 32, "+16175550100"
SETTLED_BAR_SECONDS = 60.0
UP_SECONDS = (0.3, 2.5)
"""How long the service is left alone after it has come up, at random."""
GAP_SECONDS = 2.0
HEARD_AFTER_SECONDS = 30.0
"""A bus that set out so long before the last kill must have been told of when all is drained."""
DRAIN_SECONDS = 150.0
BAD_CARRIER = Carrier(
    callback_copies=2,
    callbacks_in_order=False,
    callbacks_lost=0.1,
    errors=0.02,
    broken_answers=0.02,
    answers_lost=0.02,
    too_busy=0.01,
)

Result = TypeVar("Result")


class Kill(StrEnum):
    """What is killed."""

    SERVICE = "the service"
    POSTMASTER = "the database's first process"
    DATABASE = "the whole database"
    BOTH = "both"


@dataclass(slots=True)
class Doubt:
    """An attempt of which nobody knows yet whether the carrier has it."""

    since: float
    last_seen: float


@dataclass(slots=True)
class Book:
    """What the battery knows without the service."""

    announced: dict[str, set[str]] = field(default_factory=dict)
    """By the words of an announcement, the phones that must get it."""
    replied: dict[str, str] = field(default_factory=dict)
    """By the key of a promised reply, its phone."""
    called_off: set[int] = field(default_factory=set)
    doubts: dict[tuple[int, float], Doubt] = field(default_factory=dict)
    ready_seconds: list[float] = field(default_factory=list)


class Service:
    """`busline serve` as a child process that is killed and started again."""

    def __init__(self, settings: Settings, environ: Mapping[str, str], port: int, log: Path) -> None:
        self._environ = {key: one for key, one in os.environ.items() if not key.startswith("BUSLINE_")} | dict(environ)
        self._files = settings.data_dir / "postgres"
        self._port = port
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, session: aiohttp.ClientSession) -> float:
        """Until it answers; in how many seconds."""
        began = time.monotonic()
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "busline", "serve", env=self._environ, stdout=log, stderr=log
            )
        while True:
            if self._process.returncode is not None:
                raise SystemExit(f"The service ended by itself; see {self._log}.")
            try:
                async with session.get(f"http://localhost:{self._port}/healthz") as response:
                    if response.status == 200:
                        return time.monotonic() - began
            except aiohttp.ClientError:
                pass  # it is not listening yet
            if time.monotonic() - began > 120:
                raise SystemExit(f"The service did not come up in two minutes; see {self._log}.")
            await asyncio.sleep(0.05)

    async def kill(self, what: Kill) -> bool:
        """True where the service itself is dead now."""
        doomed: list[int] = []
        if what is not Kill.SERVICE:
            doomed += self._database(whole=what is not Kill.POSTMASTER)
        process = self._process
        if what in (Kill.SERVICE, Kill.BOTH) and process is not None:
            doomed.append(process.pid)
        for pid in doomed:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue  # it ended by itself meanwhile
        if what in (Kill.SERVICE, Kill.BOTH) and process is not None:
            await process.wait()
            return True
        return False

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    def _database(self, *, whole: bool) -> list[int]:
        try:
            postmaster = int((self._files / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return []  # it is starting, or stopped
        return [postmaster, *children(postmaster)] if whole else [postmaster]


async def load(settings: Settings, streets: Town) -> None:
    """The plan, and everybody who waits."""
    always = streets.day - timedelta(days=1), streets.day + timedelta(days=1)
    everybody = list(streets.households())
    students = [(one, student) for one in everybody for student in one.students]
    async with store(settings) as pool:
        await save_plan(pool, streets.timetable, "kills", "kills", datetime.now(UTC))
        async with transaction(pool) as connection:

            async def put(table: str, columns: str, records: Iterable[tuple[Any, ...]]) -> None:
                await connection.copy_records_to_table(table, columns=columns.split(), records=list(records))

            await put("school", "school_id name", [("S", "School")])
            await put("student", "student_id school_id", ((student, "S") for _, student in students))
            await put(
                "contact",
                "contact_id phone language",
                ((f"C{one.number}", one.phone, LANGUAGES[one.place]) for one in everybody),
            )
            await put(
                "link",
                "contact_id student_id may_ask",
                ((f"C{one.number}", student, True) for one, student in students),
            )
            await put(
                "ride",
                "student_id run_id stop_id leg weekdays start_date end_date",
                (
                    (student, f"R{one.run}", f"{one.run}-{STUDENTS_AT}", "to_school", 127, *always)
                    for one, student in students
                ),
            )
            await put(
                "phone_wish",
                "phone alerts minutes changed_at approaching",
                (
                    (one.phone, True, NEAR_MINUTES, datetime.now(UTC), True)
                    for one in everybody
                    if one.place == WANTS_NEAR
                ),
            )


async def insist(do: Callable[[], Awaitable[Result]]) -> Result:
    """Do it, and again while the database is away: what is done must bear being done twice."""
    while True:
        try:
            return await do()
        except (DatabaseUnavailableError, OSError):
            await asyncio.sleep(0.2)


async def keep_staff_busy(pool: Pool, streets: Town, book: Book, draw: random.Random) -> None:
    """Runs are called off when it is their time, now and then staff announce, and replies are promised."""
    number = 0
    while True:
        await asyncio.sleep(0.5)
        now = datetime.now(UTC)
        due = [
            run
            for run in range(streets.runs)
            if streets.is_called_off(run) and streets.sets_out(run) <= now.timestamp()
        ]
        for run in set(due) - book.called_off:
            notice = RunNotice(streets.key(run), NoticeKind.CANCELLED, "breakdown", now)
            await insist(partial(Ledger(pool).say, notice, "kills"))
            book.called_off.add(run)
        number += 1
        run = draw.randrange(streets.runs)
        if number % 20 == 0:
            await announce(pool, streets, run, f"Word {number} of the day.", book)
        elif number % 4 == 0:
            phone = next(one.phone for one in streets.households() if one.run == run)
            await insist(partial(reply, pool, f"reply/{number}", phone))
            book.replied[f"reply/{number}"] = phone


async def reply(pool: Pool, key: str, phone: str) -> None:
    text = TextPromise(key, Phone(phone), "en", "linked", {"students": "100234"})
    async with transaction(pool) as connection:
        await promise_text(connection, text, datetime.now(UTC))


async def announce(pool: Pool, streets: Town, run: int, words: str, book: Book) -> None:
    announcements, now = Announcements(pool), datetime.now(UTC)
    message = dict.fromkeys(LANGUAGES, words)
    draft = Draft("kills", ToRun(streets.key(run).run_id, streets.day), message, now, now + timedelta(hours=1))
    # A draft that is made twice goes out once: only one of them is confirmed.
    preview = await insist(lambda: announcements.draft(draft, streets.timetable, now))
    if not isinstance(preview, Preview):
        raise SystemExit(preview.words)
    of_it, size = preview.announcement.announcement_id, preview.announcement.recipients
    found = await insist(lambda: announcements.confirm(of_it, "kills", size, now, asked_above=0))
    # Confirmed before the line broke, it is a draft no more: both mean that it goes out.
    if found is None or (isinstance(found, Announcement) and found.recipients != FAMILIES_A_RUN):
        raise SystemExit(f"The announcement was not confirmed: {found}")
    book.announced[words] = {one.phone for one in streets.households() if one.run == run}


async def keep_watching(pool: Pool, book: Book) -> None:
    """Notes how long every attempt stays in doubt."""
    while True:
        try:
            rows = await pool.fetch(
                "select outbox_id, maybe_since from outbox where maybe_since is not null and state = 'waiting'"
            )
        except (DatabaseUnavailableError, OSError):
            rows = []
        now = time.time()
        for row in rows:
            since = row["maybe_since"].timestamp()
            doubt = book.doubts.setdefault((row["outbox_id"], since), Doubt(since, now))
            doubt.last_seen = now
        await asyncio.sleep(0.25)


@asynccontextmanager
async def watched(address: DatabaseAddress, streets: Town, book: Book, draw: random.Random) -> AsyncIterator[Pool]:
    async with open_pool(address, size=4) as pool:
        tasks = [
            asyncio.create_task(keep_staff_busy(pool, streets, book, draw)),
            asyncio.create_task(keep_watching(pool, book)),
        ]
        try:
            yield pool
        finally:
            for task in tasks:
                task.cancel()
            for outcome in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(outcome, Exception):
                    raise outcome


async def battle(options: argparse.Namespace, home: Path) -> int:
    draw = random.Random(options.seed)
    port, feed_port, carrier_port = free_port(), free_port(), free_port()
    # Restarts take a few seconds each; a town that ends earlier would leave nothing to be told.
    runs = int((options.kills * 6.0 + 60.0) / GAP_SECONDS)
    streets = town(runs, time.time() + 8.0, GAP_SECONDS)
    environ = {
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
    settings, book = read_settings(environ), Book()
    hook = f"http://localhost:{port}/twilio"
    standin = StandIn(
        SID, TOKEN, NUMBER, f"{hook}/sms", f"{hook}/voice", (), "+16175550198", lambda: datetime.now(UTC),
        carrier=BAD_CARRIER,
    )  # fmt: skip
    await load(settings, streets)
    kills: Counter[str] = Counter()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(listening(standin_app(standin), "127.0.0.1", carrier_port))
        feed = feed_app(streets.reports, SystemClock())
        await stack.enter_async_context(listening(feed, "127.0.0.1", feed_port))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        service = Service(settings, environ, port, home / "service.log")
        stack.push_async_callback(service.stop)
        book.ready_seconds.append(await service.start(session))
        address = await stack.enter_async_context(server(settings, beside=True))
        began = time.monotonic()
        async with watched(address, streets, book, draw):
            for number in range(options.kills):
                await asyncio.sleep(draw.uniform(*UP_SECONDS))
                what = draw.choice(list(Kill))
                kills[what] += 1
                if await service.kill(what):
                    book.ready_seconds.append(await service.start(session))
                if (number + 1) % 50 == 0:
                    print(f"{number + 1} kills, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        ended_at, took = time.time(), time.monotonic() - began
        async with open_pool(address, size=4) as pool:
            watching = asyncio.create_task(keep_watching(pool, book))
            await drained(pool, streets, ended_at)
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            rows = await pool.fetch(
                "select outbox_id, dedupe_key, kind, channel, phone, state, sid, body, trouble from outbox"
            )
    return report(options, streets, book, kills, took, ended_at, standin, rows)


async def drained(pool: Pool, streets: Town, ended_at: float) -> None:
    """Until every bus that had set out was told of, and nothing is in doubt; or it has taken too long."""
    async with asyncio.timeout(DRAIN_SECONDS * 2):
        while True:
            doubtful = await pool.fetchval(
                "select count(*) from outbox where state = 'waiting' and maybe_since is not null"
            )
            waiting = await pool.fetchval(
                "select count(*) from outbox where state = 'waiting' and channel = 'text' and created_at < $1",
                datetime.fromtimestamp(ended_at, UTC),
            )
            if not doubtful and not waiting and time.time() > ended_at + HEARD_AFTER_SECONDS:
                return
            if time.time() > ended_at + DRAIN_SECONDS:
                return
            await asyncio.sleep(0.5)


def report(
    options: argparse.Namespace,
    streets: Town,
    book: Book,
    kills: Mapping[str, int],
    took: float,
    ended_at: float,
    standin: StandIn,
    rows: Sequence[Any],
) -> int:
    sent = [one for one in standin.messages.values() if one.from_phone == NUMBER]
    of_sid = {row["sid"]: row for row in rows if row["sid"] is not None and row["channel"] == "text"}
    untracked = [one for one in sent if one.sid not in of_sid]
    taken = Counter((of_sid[one.sid]["phone"], of_sid[one.sid]["kind"]) for one in sent if one.sid in of_sid)
    words = Counter((one.to_phone, one.body) for one in sent)
    lost: list[str] = []
    doubled = [f"{one.to_phone}: {one.body!r}, taken and not known" for one in untracked]
    told = 0
    for one in streets.households():
        if streets.sets_out(one.run) > ended_at - HEARD_AFTER_SECONDS:
            continue
        must = ["cancelled"] if streets.is_called_off(one.run) else ["late"]
        if one.place == WANTS_NEAR and not streets.is_called_off(one.run):
            must.append("approaching")
        for kind in must:
            told += 1
            times = taken[one.phone, kind]
            if times == 0:
                states = [(row["kind"], row["state"], row["trouble"]) for row in rows if row["phone"] == one.phone]
                lost.append(f"{one.phone}: {kind}, run {one.run}; {states}")
            elif times > 1:
                doubled.append(f"{one.phone}: {kind} {times} times")
    for text, phones in book.announced.items():
        for phone in phones:
            times = sum(count for (to, body), count in words.items() if to == phone and text in body)
            told += 1
            if times != 1:
                (lost if times == 0 else doubled).append(f"{phone}: {text} {times} times")
    keys = {row["dedupe_key"]: row for row in rows}
    for key, phone in book.replied.items():
        told += 1
        row = keys.get(key)
        if row is None or row["state"] != "sent":
            lost.append(f"{phone}: {key}, {None if row is None else (row['state'], row['trouble'])}")
    settled = [one.last_seen - one.since for one in book.doubts.values()]
    figures: dict[str, Any] = {
        "kills": dict(kills),
        "seconds": round(took),
        "restarts of the service, median s until it answers": round(statistics.median(book.ready_seconds), 2),
        "longest": round(max(book.ready_seconds), 2),
        "texts that the carrier took": len(sent),
        "calls": len(standin.calls),
        "messages that had to be told": told,
        "lost": len(lost),
        "doubled": len(doubled),
        "attempts in doubt for over 2 s": sum(one > 2 for one in settled),
        "longest in doubt, s": round(max(settled, default=0.0), 1),
        "ended unknown": sum(row["state"] == "unknown" for row in rows),
        "rows by state": dict(Counter(row["state"] for row in rows)),
    }
    for name, figure in figures.items():
        print(f"{name:>52} {figure}")
    for line in [*lost[:20], *doubled[:20]]:
        print(f"  {line}")
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=1))
    bars = {
        "none lost": not lost,
        "none doubled": not doubled,
        f"every unknown outcome settled within {SETTLED_BAR_SECONDS:.0f} s": max(settled, default=0.0)
        <= SETTLED_BAR_SECONDS,
    }
    for name, met in bars.items():
        print(f"{'met' if met else 'MISSED'}: {name}")
    return 0 if all(bars.values()) else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", action="store_true", help="keep the data folder and the service's log")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    home = Path(tempfile.mkdtemp(prefix="busline-kills-"))
    home.chmod(0o711)
    try:
        return asyncio.run(battle(options, home))
    finally:
        if options.keep:
            print(f"kept: {home}")
        else:
            shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
