"""Everything that families text, 50 a second for ten minutes, on one core, while the tracker follows 10,000 buses.

    python -m benchmarks.texts --minutes 10

The real service and its PostgreSQL share one core; who texts, and the feed, have the other. Texts are of every kind, in
ten languages: the bus, numbers, lateness, lost bags, settings, codes, strangers, nonsense. One in twenty comes again,
as a carrier sends it: at once beside the first, or seconds later. Afterwards the ledger is counted: each message is one
inquiry, and each that came again got the bytes of the first. Exits with 1 where a bar is missed.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import numpy as np
from twilio.request_validator import RequestValidator

from benchmarks.design_load import (
    TOKEN,
    WARM_UP_SECONDS,
    Buckets,
    cpu_seconds,
    fleet_of,
    free_port,
    load_district,
    process,
    resident_mb,
    scrape,
    settings_of,
)
from busline.app.database import store
from busline.settings import Settings, read_settings
from feeds.simulator.names import fictional_phone

REPLY_BAR_MS = 100.0
COMES_AGAIN = 0.05
SERVICE_CORE = 0
STRANGERS = 20_000

TEXTS: Sequence[tuple[int, Sequence[str]]] = (
    (40, ("bus", "where is the bus", "wher is my bus??", "eta", "?")),
    (10, ("is it late", "did the bus come already", "which bus", "why is the bus late", "bus tomorrow")),
    (
        20,
        (
            "dónde está el autobús",
            "kote bis la ye",
            "undi bus sta",
            "xe buýt đang ở đâu",
            "校车在哪里",
            "onde está o ônibus",
            "baska xagee joogaa",
            "où est le bus",
            "وين الباص",
        ),
    ),
    (8, ("my son left his backpack on the bus", "how do I change our address", "am I eligible for a bus")),
    (6, ("alerts 15", "quiet 21-6", "students", "status", "menu", "language")),
    (4, ("thanks!", "👍", "ok thank you")),
    (4, ("flurb grommet zzzz", "x" * 1_600, "🚌" * 200, "'; drop table inquiry; --")),
    (2, ("I want to talk to a person",)),
    (6, ("7KM4C-RX9DT", "join 7KM4C-RX9DW", "100234", "999999", "bus")),
)
"""Weights and texts; those of the last row come from phones that are on file for nobody."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message, and what came back each time that it was sent."""

    sid: str
    seconds: tuple[float, ...]
    statuses: tuple[int, ...]
    bodies: tuple[bytes, ...]


class Families:
    """Phones that text, at random moments, and now and then a message that comes again."""

    def __init__(self, session: aiohttp.ClientSession, port: int, families: int) -> None:
        self._session = session
        self._url = f"http://localhost:{port}/twilio/sms"
        self._families = families
        self._signer = RequestValidator(TOKEN)
        self._number = 0

    async def keep_texting(self, seconds: float, per_second: float, draw: random.Random) -> list[Sent]:
        """So many a second on average, whether or not the last ones are answered."""
        under_way: list[asyncio.Task[Sent]] = []
        due, end = time.monotonic(), time.monotonic() + seconds
        while due < end:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            under_way.append(asyncio.create_task(self._send(draw)))
            due += draw.expovariate(per_second)
        return await asyncio.gather(*under_way)

    async def _send(self, draw: random.Random) -> Sent:
        self._number += 1
        sid = f"SM{self._number:032x}"
        kind = draw.choices(range(len(TEXTS)), weights=[weight for weight, _ in TEXTS])[0]
        is_stranger = kind == len(TEXTS) - 1
        phone = fictional_phone(
            1 + (self._families + draw.randrange(STRANGERS) if is_stranger else draw.randrange(self._families))
        )
        form = {
            "MessageSid": sid,
            "AccountSid": "AC" + "0" * 32,
            "From": phone,
            "To": "+16175550100",
            "Body": draw.choice(TEXTS[kind][1]),
            "NumMedia": "0",
        }
        again = draw.random() < COMES_AGAIN
        wait = draw.choice([0.0, draw.uniform(0.0, 5.0)])
        if not again:
            answers = [await self._post(form)]
        elif wait:
            answers = [await self._post(form)]
            await asyncio.sleep(wait)
            answers.append(await self._post(form))
        else:
            answers = list(await asyncio.gather(self._post(form), self._post(form)))
        seconds, statuses, bodies = zip(*answers, strict=True)
        return Sent(sid, seconds, statuses, bodies)

    async def _post(self, form: Mapping[str, str]) -> tuple[float, int, bytes]:
        headers = {"X-Twilio-Signature": self._signer.compute_signature(self._url, form)}
        began = time.perf_counter()
        async with self._session.post(self._url, data=form, headers=headers) as response:
            body = await response.read()
            return time.perf_counter() - began, response.status, body


@dataclass(frozen=True, slots=True)
class Ledger:
    """What PostgreSQL holds afterwards."""

    sids: frozenset[str]
    outcomes: Mapping[str, int]
    doubled: int
    """Disclosures of one student in one inquiry that stand there twice, cases opened twice by one text."""


async def run(options: argparse.Namespace) -> int:
    port, feed_port = free_port(), free_port()
    began_at = datetime.now(UTC)
    options.families = min(options.families, options.runs)
    if not options.both_cores:
        os.sched_setaffinity(0, os.sched_getaffinity(0) - {SERVICE_CORE} or {SERVICE_CORE})
    with tempfile.TemporaryDirectory(prefix="busline-texts-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        environ = settings_of(folder, port, feed_port, options.poll_seconds)
        # Nobody is there: what is promised to other phones is tried, and stays.
        environ["BUSLINE_TWILIO_BASE_URL"] = f"http://127.0.0.1:{free_port()}"
        settings = read_settings(environ)
        await load_district(settings, fleet_of(options, began_at), options.families, folder)
        feed = ["benchmarks.design_load", "--feed-of", repr(began_at.timestamp()), "--feed-port", str(feed_port)]
        feed += ["--runs", str(options.runs), "--report-seconds", str(options.report_seconds)]
        async with (
            process(*feed, environ={}),
            process("busline", "serve", environ=environ) as service,
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
        ):
            if not options.both_cores:
                # Before it starts its PostgreSQL, which then shares the core.
                os.sched_setaffinity(service.pid, {SERVICE_CORE})
            await listening(session, port, service)
            families = Families(session, port, options.families)
            warm = await families.keep_texting(WARM_UP_SECONDS, options.texts_per_second, random.Random(0))
            before = await scrape(session, port)
            spent_before, began = cpu_seconds(service.pid), time.monotonic()
            sent = await families.keep_texting(options.minutes * 60, options.texts_per_second, random.Random(1))
            took = time.monotonic() - began
            used = {
                "cores used by the service": (cpu_seconds(service.pid) - spent_before) / took,
                **resident_mb(service.pid),
            }
            after = await scrape(session, port)
        ledger = await counted(settings)
    buckets = {name: one.less(before[name]) for name, one in after.items()}
    return report(sent, {one.sid for one in [*warm, *sent]}, buckets, ledger, used, took, options)


async def listening(
    session: aiohttp.ClientSession, port: int, service: asyncio.subprocess.Process, patience_seconds: float = 180
) -> None:
    """Wait until the service answers."""
    async with asyncio.timeout(patience_seconds):
        while service.returncode is None:
            try:
                async with session.get(f"http://localhost:{port}/readyz") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientConnectorError:
                pass  # it is not listening yet
            await asyncio.sleep(0.5)
    raise SystemExit("The service ended before it was ready.")


async def counted(settings: Settings) -> Ledger:
    """The ledger after the service has ended."""
    async with store(settings) as pool:
        rows = await pool.fetch("select sid, outcome from inquiry")
        doubled = await pool.fetchval(
            "select (select count(*) from (select inquiry_id, student_id, run_id from access_log group by 1, 2, 3 "
            "having count(*) > 1) as told) + (select count(*) from (select phone, topic from family_case "
            "where waiting_since is not null group by 1, 2 having count(*) > 1) as opened)"
        )
    return Ledger(frozenset(row["sid"] for row in rows), Counter(row["outcome"] for row in rows), doubled)


def report(
    sent: Sequence[Sent],
    sids: set[str],
    service: Mapping[str, Buckets],
    ledger: Ledger,
    used: Mapping[str, float],
    took: float,
    options: argparse.Namespace,
) -> int:
    milliseconds = np.array([seconds for one in sent for seconds in one.seconds]) * 1e3
    p50, p95, p99 = np.quantile(milliseconds, [0.5, 0.95, 0.99])
    asked, lag = service["busline_http_request_seconds"], service["busline_event_loop_lag_seconds"]
    server_p95 = asked.quantile(0.95) * 1e3
    failed = sum(status != 200 for one in sent for status in one.statuses)
    again = [one for one in sent if len(one.bodies) > 1]
    different = sum(len(set(one.bodies)) > 1 for one in again)
    lost, invented = len(sids - ledger.sids), len(ledger.sids - sids)
    figures: dict[str, float] = {
        "messages": len(sent),
        "messages a second": len(sent) / took,
        "that came again": len(again),
        "failed": failed,
        "lost (no inquiry)": lost,
        "answered twice (inquiries too many)": invented + ledger.doubled,
        "that came again, other bytes": different,
        "server side p50 ms": asked.quantile(0.5) * 1e3,
        "server side p95 ms": server_p95,
        "as seen by those who text p50 ms": float(p50),
        "as seen by those who text p95 ms": float(p95),
        "as seen by those who text p99 ms": float(p99),
        "event loop late p99 ms": lag.quantile(0.99) * 1e3,
        "report to answer p95 s": service["busline_position_seconds"].quantile(0.95),
        **used,
    }
    for name, figure in figures.items():
        print(f"{name:>38} {figure:12.3f}")
    print("outcomes: " + ", ".join(f"{name} {count}" for name, count in sorted(ledger.outcomes.items())))
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=2))
    met = server_p95 < REPLY_BAR_MS and not (failed or lost or invented or different or ledger.doubled)
    print(f"{'met' if met else 'MISSED'}: p95 under {REPLY_BAR_MS:.0f} ms server side, none lost, none answered twice")
    return 0 if met else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0, help="measured, after a warm-up")
    parser.add_argument("--texts-per-second", type=float, default=50.0)
    parser.add_argument("--runs", type=int, default=10_000, help="all in progress")
    parser.add_argument("--report-seconds", type=float, default=10.0, help="between two reports of a bus")
    parser.add_argument("--poll-seconds", type=float, default=1.0, help="between two questions to the feed")
    parser.add_argument("--families", type=int, default=4_000)
    parser.add_argument("--both-cores", action="store_true", help="let the service use all cores")
    parser.add_argument("--json", type=Path)
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
