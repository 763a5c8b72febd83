"""A whole Busline at the size it is designed for: texts answered while 10,000 runs report 1,000 positions a second.

    python -m benchmarks.design_load --seconds 60 --texts-per-second 50

The real service runs in a process of its own with its embedded PostgreSQL; its feed is served over HTTP by another, and
texts come here as signed webhooks, at random moments, whether or not the last ones are answered. Told by the one who
texts: how long replies take. Told by the service: how late its event loop was, how long a report took from its receipt
until answers rest on it, and its memory. Exits with 1 where a bar is missed.
"""

import argparse
import asyncio
import csv
import html
import json
import os
import random
import re
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import numpy as np
from prometheus_client.parser import text_string_to_metric_families
from twilio.request_validator import RequestValidator

from benchmarks.fleet import MadeUpFleet, made_up_fleet
from busline.app.database import store
from busline.app.listening import listening
from busline.clock import SystemClock
from busline.settings import Settings, read_settings
from busline.store.plans import save_plan
from feeds.roster.csv_roster import import_roster
from feeds.serve import PATH, feed_app
from feeds.simulator.names import fictional_phone

STOPS, STUDENT_AT = 30, 28
"""So late on the run that every bus is still on its way there at the end."""
GONE_SECONDS = (200.0, 900.0)
REPLY_BAR_MS, SHOWN_BAR_SECONDS = 100.0, 1.0
TOKEN = "made-up-token-of-the-benchmark"
WARM_UP_SECONDS = 25.0
"""The first message makes a journey of every bus, once a day."""


@dataclass(frozen=True, slots=True)
class Reply:
    seconds: float
    status: int
    is_live: bool


def fleet_of(options: argparse.Namespace, now: datetime) -> MadeUpFleet:
    return made_up_fleet(options.runs, stops=STOPS, now=now, gone_seconds=GONE_SECONDS)


def settings_of(folder: Path, port: int, feed_port: int, poll_seconds: float) -> dict[str, str]:
    return {
        "BUSLINE_DATA_DIR": str(folder / "data"),
        "BUSLINE_PORT": str(port),
        "BUSLINE_FEEDS": f"made-up=http://127.0.0.1:{feed_port}{PATH}",
        "BUSLINE_FEED_ALLOW_PRIVATE": "true",
        "BUSLINE_FEED_INTERVAL_SECONDS": f"{poll_seconds:g}",
        "BUSLINE_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "BUSLINE_TWILIO_AUTH_TOKEN": TOKEN,
        "BUSLINE_TWILIO_NUMBER": "+16175550100",
        "BUSLINE_DISTRICT_PHONE": "+16175550199",
        "BUSLINE_TEXTS_PER_PHONE_PER_HOUR": "1000",
        "BUSLINE_LOG_LEVEL": "WARNING",
    }


async def load_district(settings: Settings, fleet: MadeUpFleet, families: int, folder: Path) -> None:
    """The plan and a roster of one student a family, each on a run of its own."""
    runs = list(fleet.timetable.runs.values())
    rides = [(f"{100_000 + index}", runs[index % len(runs)]) for index in range(families)]
    always = ("MTWRFSU", "2020-01-01", "2099-12-31")
    rows: dict[str, list[Sequence[object]]] = {
        "schools": [("school_id", "name", "phone"), ("S1", "Made Up School", fictional_phone(0))],
        "students": [("student_id", "school_id"), *((student, "S1") for student, _ in rides)],
        "contacts": [
            ("contact_id", "phone", "language"),
            *((f"K{index}", fictional_phone(index + 1), "en") for index in range(families)),
        ],
        "links": [
            ("contact_id", "student_id", "may_ask"),
            *((f"K{index}", student, "yes") for index, (student, _) in enumerate(rides)),
        ],
        "rides": [
            ("student_id", "run_id", "stop_id", "leg", "weekdays", "start_date", "end_date"),
            *((student, run.run_id, run.pattern.stop_ids[STUDENT_AT], "to_school", *always) for student, run in rides),
        ],
    }
    for name, lines in rows.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(lines)
    async with store(settings) as pool:
        await save_plan(pool, fleet.timetable, "made-up", "made-up", datetime.now(UTC))
        report = await import_roster(pool, folder, now=datetime.now(UTC), region="US", dry_run=False)
        assert not report.problem_count, report.lines()


async def serve_feed(options: argparse.Namespace) -> None:
    """What the feed's process does."""
    fleet = fleet_of(options, datetime.fromtimestamp(options.feed_of, UTC))
    app = feed_app(lambda now: fleet.reports(now.timestamp(), every_seconds=options.report_seconds), SystemClock())
    async with listening(app, "127.0.0.1", options.feed_port):
        await asyncio.Event().wait()


@asynccontextmanager
async def process(*arguments: str, environ: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BUSLINE_")}
    running = await asyncio.create_subprocess_exec(sys.executable, "-m", *arguments, env={**clean, **environ})
    try:
        yield running
    finally:
        if running.returncode is None:
            running.send_signal(signal.SIGTERM)
        await running.wait()


class Texts:
    """Families who text, each text at a random moment."""

    def __init__(self, session: aiohttp.ClientSession, port: int, families: int) -> None:
        self._session = session
        self._url = f"http://localhost:{port}/twilio/sms"
        self._families = families
        self._signer = RequestValidator(TOKEN)
        self._sent = 0

    async def send(self) -> Reply:
        number, self._sent = self._sent, self._sent + 1
        form = {
            "MessageSid": f"SM{number:032x}",
            "AccountSid": "AC" + "0" * 32,
            "From": fictional_phone(number % self._families + 1),
            "To": "+16175550100",
            "Body": "bus",
            "NumMedia": "0",
        }
        headers = {"X-Twilio-Signature": self._signer.compute_signature(self._url, form)}
        began = time.perf_counter()
        async with self._session.post(self._url, data=form, headers=headers) as response:
            body = html.unescape(await response.text())
            seconds = time.perf_counter() - began
        return Reply(seconds, response.status, bool(re.search(r"Bus bus-\d+ (is on its way|is running late)", body)))

    async def keep_sending(self, seconds: float, per_second: float, draw: random.Random) -> list[Reply]:
        """At random moments, so many a second on average."""
        sent: list[asyncio.Task[Reply]] = []
        due, end = time.monotonic(), time.monotonic() + seconds
        while due < end:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            sent.append(asyncio.create_task(self.send()))
            due += draw.expovariate(per_second)
        return await asyncio.gather(*sent)


@dataclass(frozen=True, slots=True)
class Buckets:
    """A histogram of the service: cumulative counts by upper edge, in seconds."""

    counts: Mapping[float, float]

    def less(self, before: "Buckets") -> "Buckets":
        return Buckets({edge: count - before.counts.get(edge, 0.0) for edge, count in self.counts.items()})

    def quantile(self, share: float) -> float:
        """Seconds, by interpolation within its bucket; infinite beyond the last edge."""
        edges = sorted(self.counts)
        total, below, from_edge = self.counts[edges[-1]], 0.0, 0.0
        for edge in edges:
            if self.counts[edge] >= share * total:
                inside = self.counts[edge] - below
                return from_edge + (edge - from_edge) * ((share * total - below) / inside if inside else 1.0)
            below, from_edge = self.counts[edge], edge
        return float("inf")

    def beyond(self, edge: float) -> float:
        return self.counts[float("inf")] - self.counts[edge]


async def scrape(session: aiohttp.ClientSession, port: int) -> dict[str, Buckets]:
    async with session.get(f"http://localhost:{port}/metrics") as response:
        assert response.status == 200, response.status
        families = text_string_to_metric_families(await response.text())
    found: dict[str, dict[float, float]] = {}
    for family in families:
        for sample in family.samples:
            if sample.name.endswith("_bucket") and sample.labels.get("route", "/twilio/sms") == "/twilio/sms":
                counts = found.setdefault(family.name, {})
                edge = float(sample.labels["le"])
                counts[edge] = counts.get(edge, 0.0) + sample.value
    return {name: Buckets(counts) for name, counts in found.items()}


def resident_mb(pid: int) -> dict[str, float]:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {
        "memory MB": float(status["VmRSS"].split()[0]) / 1e3,
        "memory at most MB": float(status["VmHWM"].split()[0]) / 1e3,
    }


def cpu_seconds(pid: int) -> float:
    """Of a process so far, all its threads."""
    # After the name in parentheses: the 14th and 15th fields are user and system time.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def run(options: argparse.Namespace) -> int:
    port, feed_port = free_port(), free_port()
    began_at = datetime.now(UTC)
    options.families = min(options.families, options.runs)
    with tempfile.TemporaryDirectory(prefix="busline-load-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        environ = settings_of(folder, port, feed_port, options.poll_seconds)
        await load_district(read_settings(environ), fleet_of(options, began_at), options.families, folder)
        feed = ["benchmarks.design_load", "--feed-of", repr(began_at.timestamp()), "--feed-port", str(feed_port)]
        feed += ["--runs", str(options.runs), "--report-seconds", str(options.report_seconds)]
        async with (
            process(*feed, environ={}),
            process("busline", "serve", environ=environ) as service,
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
        ):
            texts = Texts(session, port, options.families)
            await answered(texts, service)
            await texts.keep_sending(WARM_UP_SECONDS, options.texts_per_second, random.Random(0))
            before = await scrape(session, port)
            spent_before, own_before = cpu_seconds(service.pid), time.process_time()
            replies = await texts.keep_sending(options.seconds, options.texts_per_second, random.Random(1))
            figures = {
                "cores used by the service": (cpu_seconds(service.pid) - spent_before) / options.seconds,
                "cores used by those who text": (time.process_time() - own_before) / options.seconds,
                **resident_mb(service.pid),
            }
            after = await scrape(session, port)
    return report(replies, {name: buckets.less(before[name]) for name, buckets in after.items()}, figures, options)


async def answered(texts: Texts, service: asyncio.subprocess.Process) -> None:
    """Wait until the service is up, and a text gets a live answer."""
    async with asyncio.timeout(120):
        while service.returncode is None:
            try:
                if (await texts.send()).is_live:
                    return
            except aiohttp.ClientConnectorError:
                pass  # it is not listening yet
            await asyncio.sleep(0.5)
    raise SystemExit("The service ended before it answered.")


def report(
    replies: Sequence[Reply], service: Mapping[str, Buckets], used: Mapping[str, float], options: argparse.Namespace
) -> int:
    milliseconds = np.array([reply.seconds for reply in replies]) * 1e3
    p50, p95, p99 = np.quantile(milliseconds, [0.5, 0.95, 0.99])
    failed = sum(reply.status != 200 for reply in replies)
    live = np.mean([reply.is_live for reply in replies])
    lag, asked = service["busline_event_loop_lag_seconds"], service["busline_http_request_seconds"]
    shown = service["busline_position_seconds"]
    figures: dict[str, float] = {
        "texts": len(replies),
        "texts a second": len(replies) / options.seconds,
        "failed": failed,
        "live answers, share": float(live),
        "reply p50 ms": float(p50),
        "reply p95 ms": float(p95),
        "reply p99 ms": float(p99),
        "by the service's own clock: p95 ms": asked.quantile(0.95) * 1e3,
        "event loop late p50 ms": lag.quantile(0.5) * 1e3,
        "event loop late p99 ms": lag.quantile(0.99) * 1e3,
        "event loop late over 50 ms, share": lag.beyond(0.05) / lag.counts[float("inf")],
        "report to answer p50 s": shown.quantile(0.5),
        "report to answer p95 s": shown.quantile(0.95),
        **used,
    }
    for name, figure in figures.items():
        print(f"{name:>36} {figure:12.3f}")
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=2))
    met = p95 < REPLY_BAR_MS and not failed and live > 0.95 and shown.quantile(0.95) < SHOWN_BAR_SECONDS
    print(
        f"{'met' if met else 'MISSED'}: replies within {REPLY_BAR_MS:.0f} ms and reports in answers within "
        f"{SHOWN_BAR_SECONDS:.0f} s, at p95"
    )
    return 0 if met else 1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="measured, after a warm-up")
    parser.add_argument("--texts-per-second", type=float, default=50.0)
    parser.add_argument("--runs", type=int, default=10_000, help="all in progress")
    parser.add_argument("--report-seconds", type=float, default=10.0, help="between two reports of a bus")
    parser.add_argument("--poll-seconds", type=float, default=1.0, help="between two questions to the feed")
    parser.add_argument("--families", type=int, default=4_000)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--feed-of", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--feed-port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.feed_of is not None:
        asyncio.run(serve_feed(options))
        return 0
    return asyncio.run(run(options))


if __name__ == "__main__":
    sys.exit(main())
