"""How many messages a second are promised, and how many are taken up and settled, in a database on a disk.

    python -m benchmarks.outbox --messages 60000

Rows are as the service writes them: every column, every index, the facts of an alert, fsync on. Taking up looks up what
the service looks up (language, opt-outs, suspensions, wishes, links to students, newer news) and keeps the words;
settling keeps the carrier's id. Only the words are plain, and the carrier answers at once. Once more beside somebody
who reads families' histories without pause.

These machines are shared, so a figure is given twice: as it went, and by the processor time of this program and of the
database on two cores of their own. The second is what is held against the bars. Exits with 1 where one is missed.
"""

import argparse
import asyncio
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import uvloop

from benchmarks.design_load import cpu_seconds
from busline.alert import AlertKind, Priority
from busline.app.database import store
from busline.ids import CallKey, Phone, RunId, RunKey
from busline.outbound import Channel, Promise, Written
from busline.settings import read_settings
from busline.store.outbox import promise
from busline.store.pool import Pool, transaction
from notifier.barring import about_linked, why_not
from notifier.history import sent_to
from notifier.outbox import Carries, Decision, HandedOver, Leave, Looked, Outbox, Send

ENQUEUE_BAR, SETTLE_BAR = 20_000, 10_000
"""Messages a second."""
CORES = 2
WORKERS = 2
TOGETHER = 500
BOSTON = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 24, 12, 21, tzinfo=UTC)
FAMILIES = """
insert into school values ('S', 'Lincoln', null);
insert into student select lpad(number::text, 6, '0'), 'S', 'A', 'B', '3' from generate_series(0, $1 - 1) as number;
insert into contact select 'C' || number, '+1617' || lpad(number::text, 7, '0'), 'en'
from generate_series(0, $1 - 1) as number;
insert into link select 'C' || number, lpad(number::text, 6, '0'), true from generate_series(0, $1 - 1) as number;
insert into conversation (phone, first_at, last_at, chosen_language)
select phone, now(), now(), 'es' from contact where contact_id like '%7';
insert into phone_wish (phone, alerts, minutes, changed_at, quiet_from, quiet_until)
select phone, contact_id not like '%11', 10, now(), '22:00', '06:00' from contact where contact_id like '%1';
insert into opt_out (phone, since, said) select phone, now(), 'stop' from contact where contact_id like '%33';
analyze;
"""
"""As many families as messages: of a hundred one has opted out, one wants no alerts, ten have quiet hours."""


def alert(number: int, day: datetime) -> Promise:
    """News of a late bus, as `notifier/alert_promise.py` writes it."""
    phone, run = Phone(f"+1617{number:07}"), RunKey(day.date(), RunId(f"R{number % 900:04}-AM"))
    at = day.isoformat()
    return Promise(
        dedupe_key=f"alert/{run.service_date}/{run.run_id}/{phone}/late/1",
        collapse_key=f"{run.service_date}/{run.run_id}/{phone}/late",
        kind=AlertKind.LATE,
        priority=Priority.LATE,
        phone=phone,
        language="en",
        facts={
            "leg": "to_school",
            "students": [f"{number:06}"],
            "planned_at": at,
            "late_after_seconds": 600.0,
            "bus": f"{number % 640}",
            "instead_of": None,
            "window": [at, at, at, at],
            "minutes_late": 14,
            "cause": "traffic",
            "since": None,
            "turn": 1,
        },
        expires_at=day + timedelta(minutes=40),
        true_since=day,
        call=CallKey(run, 7),
    )


@dataclass(frozen=True, slots=True)
class Took:
    """What all workers did, and what it took."""

    messages: int
    seconds: float
    cpu_seconds: float
    """Ours and the database's."""

    def against(self, bar: int, messages: int) -> str:
        own = messages / self.cpu_seconds * CORES
        return f"{messages / self.seconds:>7,.0f}/s here, {own:>7,.0f}/s by its CPU time ({own / bar:.2f} of the bar)"

    def meets(self, bar: int, messages: int) -> bool:
        return messages / self.cpu_seconds * CORES >= bar


async def together(pool: Pool, work: Callable[[int], Awaitable[int]]) -> Took:
    pid = await pool.fetchval("select pg_backend_pid()")
    began, cpu = time.perf_counter(), cpu_of(pid)
    done = await asyncio.gather(*(work(worker) for worker in range(WORKERS)))
    return Took(sum(done), time.perf_counter() - began, cpu_of(pid) - cpu)


def cpu_of(backend_pid: int) -> float:
    """Seconds of processor so far: ours, and of all processes of the database that this backend belongs to."""
    server = parent_of(backend_pid)
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    used = time.process_time()
    for pid in pids:
        try:
            if parent_of(pid) == server:
                used += cpu_seconds(pid)
        except (FileNotFoundError, ProcessLookupError):
            # It ended while we looked; what it used is not ours.
            continue
    return used


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


async def enqueue(pool: Pool, messages: Sequence[Promise]) -> Took:
    async def work(worker: int) -> int:
        made = 0
        mine = messages[worker::WORKERS]
        for start in range(0, len(mine), TOGETHER):
            async with transaction(pool) as connection:
                made += await promise(connection, mine[start : start + TOGETHER], NOW)
        return made

    return await together(pool, work)


async def drain(pool: Pool, now: datetime) -> Took:
    outbox = Outbox(pool)

    def decide(looked: Looked) -> Decision:
        barred = why_not(looked.claimed, looked.standing, None, BOSTON, now)
        if barred is not None:
            return barred
        claimed = about_linked(looked.claimed, looked.standing)
        students = ", ".join(claimed.promise.facts["students"])
        body = f"{students}: bus {claimed.promise.facts['bus']} is 14 min late, expected 7:20-7:26 AM. Traffic."
        return Send(claimed, Written(body, 1, looked.language)) if body else Leave()

    async def work(worker: int) -> int:
        done = 0
        while True:
            real_now = datetime.now(UTC)
            taken = await outbox.take(
                Channel.TEXT,
                Carries.ALL,
                tuple(Priority),
                TOGETHER,
                decide=decide,
                now=now,
                real_now=real_now,
                lease_until=real_now + timedelta(seconds=45),
            )
            if not taken.looked_at:
                return done
            handed = [
                HandedOver(one.claimed.outbox_id, f"SM{one.claimed.outbox_id:032x}", now) for one in taken.to_send
            ]
            if await outbox.sent(handed):
                raise AssertionError("a message was taken up twice")
            done += taken.looked_at

    return await together(pool, work)


async def look_for_doubtful(pool: Pool, now: datetime) -> float:
    """Milliseconds, the quickest of five: there are none to find."""
    outbox, took = Outbox(pool), []
    for _ in range(5):
        began, real_now = time.perf_counter(), datetime.now(UTC)
        found = await outbox.take_doubtful(
            Channel.TEXT, Carries.ALL, 32, now=now, real_now=real_now, lease_until=real_now + timedelta(seconds=45)
        )
        if found:
            raise AssertionError("nothing was handed over yet, so nothing can be in doubt")
        took.append((time.perf_counter() - began) * 1_000)
    return min(took)


async def read_histories(pool: Pool, families: int) -> None:
    chance = random.Random(1)
    while True:
        await sent_to(pool, [Phone(f"+1617{chance.randrange(families):07}")], 50)


async def measure(pool: Pool, messages: int) -> bool:
    await pool.execute(FAMILIES.replace("$1", str(messages)), timeout=600)
    met = True
    for day, beside in enumerate((False, False, True)):
        when = NOW + timedelta(days=day)
        promises = [alert(number, when) for number in range(messages)]
        reader = asyncio.create_task(read_histories(pool, messages)) if beside else None
        made, again = await enqueue(pool, promises), await enqueue(pool, promises)
        asked_ms = await look_for_doubtful(pool, when)
        settled = await drain(pool, when)
        if reader is not None:
            reader.cancel()
        states = {
            row["state"]: row["n"] for row in await pool.fetch("select state, count(*) as n from outbox group by 1")
        }
        if (made.messages, again.messages, settled.messages, states.get("waiting", 0)) != (messages, 0, messages, 0):
            raise AssertionError(f"{made}, {again}, {settled}, {states}")
        title = f"day {day + 1}" + (", beside a reader of histories" if beside else "")
        print(f"{title}\n  promised           {made.against(ENQUEUE_BAR, messages)}")
        print(f"  promised again     {again.against(ENQUEUE_BAR, messages)}")
        print(f"  taken and settled  {settled.against(SETTLE_BAR, messages)}")
        print(f"  a look for attempts that came to no end, every 3 s, beside them all: {asked_ms:.0f} ms", flush=True)
        met = met and made.meets(ENQUEUE_BAR, messages) and settled.meets(SETTLE_BAR, messages)
    size = await pool.fetchrow(
        "select pg_size_pretty(pg_table_size('outbox')) as rows, pg_size_pretty(pg_indexes_size('outbox')) as indexes, "
        "n_tup_upd as updated, n_tup_hot_upd as hot from pg_stat_user_tables where relname = 'outbox'"
    )
    assert size is not None
    share = size["hot"] / max(size["updated"], 1)
    print(f"{3 * messages:,} rows: {size['rows']}, indexes {size['indexes']}; {share:.0%} of changes left them alone")
    return met


async def run(messages: int) -> bool:
    with tempfile.TemporaryDirectory(prefix="busline-outbox-") as folder:
        os.chmod(folder, 0o711)  # noqa: S103 - the database's own user must reach its folder below
        settings = read_settings({"BUSLINE_DATA_DIR": str(Path(folder) / "data")})
        async with store(settings) as pool:
            version = await pool.fetchval("select current_setting('server_version')")
            fsync = await pool.fetchval("select current_setting('fsync')")
            print(
                f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
                f"PostgreSQL {version}, fsync {fsync}, {messages:,} messages, {WORKERS} workers, {TOGETHER} together"
            )
            return await measure(pool, messages)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--messages", type=int, default=60_000)
    return 0 if uvloop.run(run(arguments.parse_args().messages)) else 1


if __name__ == "__main__":
    sys.exit(main())
