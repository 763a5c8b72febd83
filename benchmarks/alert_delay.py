"""How long a family waits for news, at the size Busline is designed for: 10,000 runs, 300,000 families, real parts.

    python -m benchmarks.alert_delay --seconds 120

The real service runs in a process of its own on an embedded PostgreSQL; its feed brings 1,000 positions a second and is
served over HTTP by another; a third plays the carrier, as fast as it is asked. One family in twenty chose to hear when
its bus is near, and in the middle of it staff call off five runs. Told by the outbox: how long after the look at
which something first stood its message was handed to the carrier, the second fix that confirms it included; and how
long after staff had said so. Told by the service: how long a look takes and how late its event loop was. Exits with 1
where the bar is missed.
"""

import argparse
import asyncio
import json
import logging
import signal
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import aiohttp
import asyncpg
import numpy as np
import structlog

from benchmarks.design_load import cpu_seconds, fleet_of, free_port, process, resident_mb, scrape, settings_of
from benchmarks.families import load_families
from busline.app.listening import listening
from busline.fleet import NoticeKind, RunNotice
from busline.ids import RunKey
from busline.migrate import migrate
from busline.store.embedded import embedded_postgres
from busline.store.ledger import Ledger
from busline.store.plans import save_plan
from busline.store.pool import Pool, open_pool
from sms.standin import Carrier, StandIn, standin_app

BAR_SECONDS = 15.0
ONE_IN = 20
NEAR_MINUTES = 8
CALLED_OFF = 5
SEGMENTS_A_SECOND = 500.0
ACCOUNT, TOKEN, NUMBER = "AC" + "0" * 32, "made-up-token-of-the-benchmark", "+16175550100"
WARM_UP_SECONDS = 60.0
"""The first look finds everybody whose bus is near already."""


async def play_carrier(port: int, service: str) -> None:
    """What the carrier's process does."""
    # At the end it reports to a service that has gone.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    standin = StandIn(
        ACCOUNT,
        TOKEN,
        NUMBER,
        f"{service}/twilio/sms",
        f"{service}/twilio/voice",
        (),
        "+16175550198",
        lambda: datetime.now(UTC),
        carrier=Carrier(step_seconds=0.2),
    )
    async with listening(standin_app(standin), "127.0.0.1", port):
        await asyncio.Event().wait()


async def choose(pool: Pool) -> None:
    """One phone in so many wants to hear when its bus is near."""
    await pool.execute(
        "insert into phone_wish (phone, alerts, minutes, approaching, changed_at) "
        "select phone, true, $1, true, now() from contact where right(phone, 7)::integer % $2 = 0",
        NEAR_MINUTES,
        ONE_IN,
    )


async def run(options: argparse.Namespace) -> int:
    port, feed_port, carrier_port = free_port(), free_port(), free_port()
    began_at = datetime.now(UTC)
    fleet = fleet_of(options, began_at)
    with tempfile.TemporaryDirectory(prefix="busline-delay-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        environ = settings_of(folder, port, feed_port, options.poll_seconds) | {
            "BUSLINE_TWILIO_BASE_URL": f"http://127.0.0.1:{carrier_port}",
            "BUSLINE_TWILIO_SEGMENTS_PER_SECOND": f"{SEGMENTS_A_SECOND:g}",
        }
        async with embedded_postgres(folder / "data") as address, open_pool(address) as pool:
            await migrate(pool)
            socket = f"postgresql://{address.user}@/{address.database}?host={quote(str(address.host))}"
            await save_plan(pool, fleet.timetable, "made-up", "made-up", began_at)
            await load_families(pool, fleet, options.phones, fleet.day)
            await choose(pool)
            feed = ["benchmarks.design_load", "--feed-of", repr(began_at.timestamp()), "--feed-port", str(feed_port)]
            feed += ["--runs", str(options.runs), "--report-seconds", str(options.report_seconds)]
            carrier = ["benchmarks.alert_delay", "--carrier-port", str(carrier_port)]
            carrier += ["--service", f"http://localhost:{port}"]
            async with (
                process(*feed, environ={}),
                process(*carrier, environ={}),
                process("busline", "serve", environ=environ | {"BUSLINE_DATABASE_URL": socket}) as service,
                aiohttp.ClientSession() as session,
            ):
                await is_up(session, port, service)
                await first_look(session, port)
                await asyncio.sleep(options.warm_up)
                before, spent = await scrape(session, port), cpu_seconds(service.pid)
                measured_from = datetime.now(UTC)
                await asyncio.sleep(options.seconds / 2)
                ledger = Ledger(pool)
                for run_id in list(fleet.timetable.runs)[:CALLED_OFF]:
                    notice = RunNotice(RunKey(fleet.day, run_id), NoticeKind.CANCELLED, "", datetime.now(UTC))
                    await ledger.say(notice, "benchmark")
                await asyncio.sleep(options.seconds / 2)
                after = await scrape(session, port)
                cores = (cpu_seconds(service.pid) - spent) / options.seconds
                memory = resident_mb(service.pid)
                await asyncio.sleep(BAR_SECONDS)
                service.send_signal(signal.SIGTERM)
                await service.wait()
            rows = await pool.fetch(
                "select kind, state, true_since, created_at, handed_at from outbox where created_at between $1 and $2",
                measured_from,
                datetime.now(UTC).replace(microsecond=0),
            )
    looks = after["busline_alert_look_seconds"].less(before["busline_alert_look_seconds"])
    lag = after["busline_event_loop_lag_seconds"].less(before["busline_event_loop_lag_seconds"])
    figures = {
        **delays("near", [row for row in rows if row["kind"] == "approaching"]),
        **delays("called off", [row for row in rows if row["kind"] == "cancelled"]),
        "a look, p50 s": looks.quantile(0.5),
        "a look, p95 s": looks.quantile(0.95),
        "event loop late, p50 ms": lag.quantile(0.5) * 1e3,
        "event loop late, p99 ms": lag.quantile(0.99) * 1e3,
        "event loop late over 50 ms, share": lag.beyond(0.05) / lag.counts[float("inf")],
        "cores used by the service": cores,
        **memory,
    }
    return report(figures, options)


def delays(what: str, rows: Sequence[asyncpg.Record]) -> dict[str, float]:
    """How long handing over took, and what became of those that were not sent."""
    handed = [row for row in rows if row["handed_at"] is not None]
    seconds = np.array([(row["handed_at"] - row["true_since"]).total_seconds() for row in handed])
    inside = np.array([(row["handed_at"] - row["created_at"]).total_seconds() for row in handed])
    if not len(seconds):
        raise SystemExit(f"no news of {what} was handed over, so nothing was measured")
    return {
        f"{what}: messages": float(len(rows)),
        **{
            f"{what}: {state}": float(sum(row["state"] == state for row in rows))
            for state in sorted({row["state"] for row in rows} - {"sent"})
        },
        f"{what}: true to handed over, p50 s": float(np.quantile(seconds, 0.5)),
        f"{what}: true to handed over, p95 s": float(np.quantile(seconds, 0.95)),
        f"{what}: longest s": float(seconds.max()),
        f"{what}: promised to handed over, p95 s": float(np.quantile(inside, 0.95)),
    }


def report(figures: dict[str, float], options: argparse.Namespace) -> int:
    for name, figure in figures.items():
        print(f"{name:>44} {figure:12.3f}")
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=2))
    met = all(figures[f"{what}: true to handed over, p95 s"] < BAR_SECONDS for what in ("near", "called off"))
    print(f"{'met' if met else 'MISSED'}: from true to handed over within {BAR_SECONDS:g} s, at p95")
    return 0 if met else 1


async def is_up(session: aiohttp.ClientSession, port: int, service: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(120):
        while service.returncode is None:
            try:
                async with session.get(f"http://localhost:{port}/healthz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectorError:
                pass  # it is not listening yet
            await asyncio.sleep(0.5)
    raise SystemExit("The service ended before it answered.")


async def first_look(session: aiohttp.ClientSession, port: int) -> None:
    """Until all families are loaded and were looked at once."""
    async with asyncio.timeout(180):
        while True:
            looks = (await scrape(session, port)).get("busline_alert_look_seconds")
            if looks is not None and looks.counts[float("inf")] > 0:
                return
            await asyncio.sleep(1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120.0, help="measured, after a warm-up")
    parser.add_argument("--warm-up", type=float, default=WARM_UP_SECONDS)
    parser.add_argument("--runs", type=int, default=10_000, help="all in progress")
    parser.add_argument("--phones", type=int, default=30, help="that wait for each run")
    parser.add_argument("--report-seconds", type=float, default=10.0, help="between two reports of a bus")
    parser.add_argument("--poll-seconds", type=float, default=1.0, help="between two questions to the feed")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--carrier-port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--service", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.carrier_port is not None:
        asyncio.run(play_carrier(options.carrier_port, options.service))
        return 0
    return asyncio.run(run(options))


if __name__ == "__main__":
    sys.exit(main())
