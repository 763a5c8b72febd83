"""One announcement to 50,000 families, through a sender of 30 segments a second that errs, while families go on asking.

    python -m benchmarks.storm --families 50000 --limit 30          about half an hour: the bar's own size
    python -m benchmarks.storm --families 5000 --limit 150          a quick one

The real service, its PostgreSQL, the real twilio library, and the stand-in for Twilio in a process of its own. Families
read ten languages, so that a text takes one segment or two. The announcement is drafted, confirmed and promised as
staff do it. Meanwhile:

- replies are promised at random moments, as a case's answer is, and must be with the carrier within 5 s;
- twice, more news that is stale 20 s later is promised at once than can go by then: none of it may be taken later;
- of a thousand texts ten are refused with 500, five are taken and answered with 500, five are taken and the line
  breaks, now and then one is refused for being too many; of a hundred callbacks ten are lost, and all come twice, the
  last one first.

Afterwards the stand-in's own record is held against the outbox: nothing lost, nothing doubled. The limit's own time is
all segments that the carrier took, divided by its limit; the storm may take 1.1 times as long. Exits with 1 where a bar
is missed.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import numpy as np
from aiohttp import web

from benchmarks.design_load import TOKEN, cpu_seconds, free_port, process, resident_mb
from busline.alert import Priority
from busline.app.database import store
from busline.app.listening import listening as serving
from busline.ids import Phone
from busline.outbound import MESSAGE, Promise
from busline.settings import KNOWN_LANGUAGES, read_settings
from busline.store.outbox import TextPromise, promise, promise_text
from busline.store.plans import save_plan
from busline.store.pool import Pool, transaction
from feeds.simulator.names import fictional_phone
from notifier.announcing.announcement import Announcement, Change, ServiceChange, ToEveryone
from notifier.announcing.ledger import Announcements, Draft, Preview
from sms.segments import segments
from sms.standin import Carrier, StandIn, standin_app
from tests.builders import make_run, make_timetable

SID, NUMBER = "AC" + "0" * 32, "+16175550100"
REPLY_BAR_SECONDS, DRAIN_BAR = 5.0, 1.1
STALE_AFTER = timedelta(seconds=20)
FAMILIES = """
insert into school values ('S', 'Lincoln', null);
insert into student select 'N' || number, 'S', '', '', '' from generate_series(0, $1 - 1) as number;
insert into ride (student_id, run_id, stop_id, leg, weekdays, start_date, end_date)
select 'N' || number, 'R1', 'S3', 'to_school', 127, '2020-01-01', '2099-12-31'
from generate_series(0, $1 - 1) as number;
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A text that the carrier took."""

    sid: str
    phone: str
    at: float
    segments: int
    body: str


@dataclass(frozen=True, slots=True)
class Row:
    """A message of the outbox, as it ended."""

    key: str
    state: str
    sid: str | None
    created_at: float
    expires_at: float
    settled_at: float | None


def bad_day(limit: float) -> Carrier:
    """A carrier at its limit, on a day on which much goes wrong."""
    return Carrier(
        callback_copies=2,
        callbacks_in_order=False,
        callbacks_lost=0.1,
        segments_per_second=limit,
        segments_taken_per_second=int(2 * limit),
        errors=0.01,
        broken_answers=0.005,
        answers_lost=0.005,
        too_busy=0.0002,
    )


async def play_carrier(port: int, app_port: int, limit: float) -> None:
    """What the stand-in's process does. `GET /record`: every text that it took, a JSON line each."""
    hook = f"http://localhost:{app_port}/twilio"
    standin = StandIn(
        SID, TOKEN, NUMBER, f"{hook}/sms", f"{hook}/voice", (), "+16175550198", lambda: datetime.now(UTC),
        carrier=bad_day(limit),
    )  # fmt: skip

    async def record(_: web.Request) -> web.Response:
        lines = [
            json.dumps([one.sid, one.to_phone, one.created_at.timestamp(), segments(one.body).count, one.body])
            for one in standin.messages.values()
        ]
        return web.Response(text="\n".join(lines))

    app = standin_app(standin)
    app.router.add_get("/record", record)
    async with serving(app, "127.0.0.1", port):
        await asyncio.Event().wait()


async def load_families(pool: Pool, families: int) -> None:
    """A plan of one run, and so many families of one student each, in ten languages by turns."""
    now = datetime.now(UTC)
    await save_plan(pool, make_timetable([make_run("R1")]), "storm", "storm", now)
    for statement in FAMILIES.strip().split(";\n"):
        await pool.execute(statement, *([families] if "$1" in statement else []))
    numbers = range(families)
    async with transaction(pool) as connection:
        await connection.copy_records_to_table(
            "contact",
            records=[(f"C{one}", fictional_phone(one + 1), KNOWN_LANGUAGES[one % 10]) for one in numbers],
            columns=["contact_id", "phone", "language"],
        )
        await connection.copy_records_to_table("link", records=[(f"C{one}", f"N{one}", True) for one in numbers])
    await pool.execute("analyze")


async def announce(pool: Pool) -> int:
    """Drafted and confirmed as staff do it; to how many phones."""
    announcements, now = Announcements(pool), datetime.now(UTC)
    change = ServiceChange(Change.CLOSED, (now + timedelta(days=1)).date())
    draft = Draft("storm", ToEveryone(), change, now, now + timedelta(hours=8))
    preview = await announcements.draft(draft, make_timetable([make_run("R1")]), now)
    if not isinstance(preview, Preview):
        raise SystemExit(f"The announcement was refused: {preview.words}")
    one = preview.announcement
    found = await announcements.confirm(one.announcement_id, "storm", one.recipients, now, asked_above=0)
    if not isinstance(found, Announcement):
        raise SystemExit(f"The announcement was not confirmed: {found}")
    return found.recipients


async def keep_replying(pool: Pool, families: int, per_second: float, draw: random.Random) -> None:
    """Answers of staff to families, promised at random moments until we are cancelled."""
    number = 0
    while True:
        await asyncio.sleep(draw.expovariate(per_second))
        number += 1
        phone = fictional_phone(1 + draw.randrange(families))
        text = TextPromise(f"reply/{number}", phone, "en", "linked", {"students": "100234"})
        async with transaction(pool) as connection:
            await promise_text(connection, text, datetime.now(UTC))


async def bring_news(pool: Pool, name: str, how_many: int) -> None:
    """So much news at once that most of it is stale before it could go."""
    now = datetime.now(UTC)
    news = [
        Promise(
            dedupe_key=f"news/{name}/{one}",
            kind=MESSAGE,
            priority=Priority.LATE,
            phone=Phone(fictional_phone(one + 1)),
            language="en",
            facts={"message": "linked", "fillings": {"students": "100234"}},
            expires_at=now + STALE_AFTER,
            true_since=now,
        )
        for one in range(how_many)
    ]
    async with transaction(pool) as connection:
        await promise(connection, news, now)


async def run(options: argparse.Namespace) -> int:
    port, carrier_port = free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="busline-storm-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        environ = {
            "BUSLINE_DATA_DIR": str(folder / "data"),
            "BUSLINE_PORT": str(port),
            "BUSLINE_TWILIO_ACCOUNT_SID": SID,
            "BUSLINE_TWILIO_AUTH_TOKEN": TOKEN,
            "BUSLINE_TWILIO_NUMBER": NUMBER,
            "BUSLINE_TWILIO_BASE_URL": f"http://127.0.0.1:{carrier_port}",
            "BUSLINE_TWILIO_SEGMENTS_PER_SECOND": f"{options.limit:g}",
            "BUSLINE_DISTRICT_PHONE": "+16175550199",
            "BUSLINE_LOG_LEVEL": "ERROR",
        }
        settings = read_settings(environ)
        async with store(settings) as pool:
            await load_families(pool, options.families)
        carrier = ["benchmarks.storm", "--carrier-port", str(carrier_port), "--port", str(port)]
        carrier += ["--limit", str(options.limit)]
        async with (
            process(*carrier, environ={}),
            process("busline", "serve", environ=environ) as service,
            aiohttp.ClientSession() as session,
            asyncio.timeout(options.families * 4 / options.limit + 300),
        ):
            await answering(session, port, service)
            async with store(settings, beside=True) as pool:
                took, spent, promised = await storm(pool, service, options)
                record = await recorded(session, carrier_port)
                rows = await settled_rows(pool)
        return report(record, rows, took, spent, promised, options)


async def answering(session: aiohttp.ClientSession, port: int, service: asyncio.subprocess.Process) -> None:
    """Wait until the service is up; without a feed it is never ready, and says so."""
    async with asyncio.timeout(120):
        while service.returncode is None:
            try:
                async with session.get(f"http://localhost:{port}/healthz") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientConnectorError:
                pass  # it is not listening yet
            await asyncio.sleep(0.5)
    raise SystemExit("The service ended before it was up.")


async def storm(
    pool: Pool, service: asyncio.subprocess.Process, options: argparse.Namespace
) -> tuple[float, Mapping[str, float], int]:
    """From the confirmation until nothing is waiting; seconds, what it cost the service, phones announced to."""
    draw = random.Random(options.seed)
    before, began = cpu_seconds(service.pid), time.monotonic()
    promised = await announce(pool)
    replying = asyncio.create_task(keep_replying(pool, options.families, options.replies_per_second, draw))
    expected_seconds = options.families * 1.3 / options.limit
    bursts = {expected_seconds * share: f"at {share:g}" for share in (0.25, 0.5)}
    told = 0.0
    while True:
        await asyncio.sleep(0.5)
        passed = time.monotonic() - began
        for at in [one for one in bursts if one <= passed]:
            await bring_news(pool, bursts.pop(at), int(options.limit * 60))
        waiting = await pool.fetchval("select count(*) from outbox where state = 'waiting' and kind = 'announcement'")
        promised_yet = await pool.fetchval("select count(*) from announcement where state = 'promised'")
        if passed - told >= 60:
            told = passed
            print(f"{passed / 60:5.0f} min: {waiting:,} messages are waiting", file=sys.stderr, flush=True)
        if promised_yet and not waiting:
            break
    took = time.monotonic() - began
    replying.cancel()
    await asyncio.gather(replying, return_exceptions=True)
    spent = {"cores used by the service": (cpu_seconds(service.pid) - before) / took, **resident_mb(service.pid)}
    # What is still in doubt is settled within a minute.
    async with asyncio.timeout(120):
        while await pool.fetchval("select exists (select from outbox where state = 'waiting')"):  # noqa: ASYNC110
            await asyncio.sleep(0.5)
    return took, spent, promised


async def recorded(session: aiohttp.ClientSession, carrier_port: int) -> list[Taken]:
    async with session.get(f"http://127.0.0.1:{carrier_port}/record") as response:
        return [Taken(*json.loads(line)) for line in (await response.text()).splitlines()]


async def settled_rows(pool: Pool) -> list[Row]:
    rows = await pool.fetch("select dedupe_key, state, sid, created_at, expires_at, settled_at from outbox")
    return [
        Row(
            row["dedupe_key"],
            row["state"],
            row["sid"],
            row["created_at"].timestamp(),
            row["expires_at"].timestamp(),
            None if row["settled_at"] is None else row["settled_at"].timestamp(),
        )
        for row in rows
    ]


def report(
    record: Sequence[Taken],
    rows: Sequence[Row],
    took: float,
    spent: Mapping[str, float],
    promised: int,
    options: argparse.Namespace,
) -> int:
    of_sid = {one.sid: one for one in record}
    known = {row.sid: row for row in rows if row.sid is not None}
    announced = [row for row in rows if row.key.startswith("announcement/")]
    replies = [row for row in rows if row.key.startswith("reply/")]
    delays = np.array([of_sid[row.sid].at - row.created_at for row in replies if row.sid in of_sid])
    twice = Counter((one.phone, one.body) for one in record if "school" in one.body or one.sid not in known)
    per_phone = Counter(one.phone for one in record if one.sid in known and known[one.sid].key.startswith("ann"))
    stale = [row.key for row in rows if row.sid in of_sid and of_sid[row.sid].at > row.expires_at]
    untracked = [one for one in record if one.sid not in known]
    limit_seconds = sum(one.segments for one in record) / options.limit
    states = Counter(row.state for row in announced)
    lost = promised - sum(1 for row in announced if row.sid in of_sid)
    figures: dict[str, float] = {
        "families": options.families,
        "segments a second": options.limit,
        "texts that the carrier took": len(record),
        "announced to": promised,
        "of them the carrier has": promised - lost,
        "ended unknown": states["unknown"],
        "texts to one phone more than one": sum(count - 1 for count in per_phone.values()),
        "taken, and not known to the outbox": len(untracked),
        "replies": len(replies),
        "reply to carrier p50 s": float(np.quantile(delays, 0.5)),
        "reply to carrier p95 s": float(np.quantile(delays, 0.95)),
        "reply to carrier max s": float(delays.max()),
        "stale news sent": len(stale),
        "stale news dropped": sum(row.key.startswith("news/") and row.state == "expired" for row in rows),
        "drained in s": took,
        "the limit's own time s": limit_seconds,
        "times the limit's own time": took / limit_seconds,
        **spent,
    }
    for name, figure in figures.items():
        print(f"{name:>38} {figure:12.3f}")
    print(f"announcement rows by state: {dict(states)}; texts alike to one phone: {max(twice.values(), default=0)}")
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=2))
    bars = {
        f"replies with the carrier within {REPLY_BAR_SECONDS:g} s (p95)": np.quantile(delays, 0.95) < REPLY_BAR_SECONDS,
        "nothing stale sent": not stale,
        f"drained within {DRAIN_BAR} of the limit's own time": took <= DRAIN_BAR * limit_seconds,
        "none lost": lost == 0,
        "none doubled": not untracked and max(per_phone.values()) == 1,
    }
    for name, met in bars.items():
        print(f"{'met' if met else 'MISSED'}: {name}")
    return 0 if all(bars.values()) else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--families", type=int, default=50_000)
    parser.add_argument("--limit", type=float, default=30.0, help="segments a second")
    parser.add_argument("--replies-per-second", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--carrier-port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.carrier_port is not None:
        asyncio.run(play_carrier(options.carrier_port, options.port, options.limit))
        return 0
    return asyncio.run(run(options))


if __name__ == "__main__":
    sys.exit(main())
