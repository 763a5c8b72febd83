"""A recorded day of real buses, answered by text: how quick are the replies, and does the told window come true?

`busline replay` sends the recording through the real pipeline in a process of its own. Inquiries by signed webhook are
asked at random moments around random students' rides. Afterwards every window that was told with a live bus is held
against the arrival interpolated from the recorded fixes, which is derived here and shares no code with the matcher.

    python -m benchmarks.recorded_day --plan ../shared/data/wmata-bus/gtfs.zip \
        --positions ../shared/data/wmata-bus/positions.csv.gz --inquiries 300 --speed 60
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import numpy as np
from numpy.typing import NDArray
from twilio.request_validator import RequestValidator

from busline.backtest.judging import BRACKET_SECONDS
from busline.backtest.truth import known_arrivals, true_arrivals
from busline.ids import RunId
from busline.store.embedded import embedded_postgres
from busline.timetable import Timetable
from feeds.plan.gtfs import read_gtfs
from feeds.positions_file import read_positions
from feeds.replay import Recording

ASKED_BEFORE = timedelta(minutes=45)
ASKED_AFTER = timedelta(minutes=10)
LIVE_SECONDS = 90.0

RIDERS = """
select contact.phone, link.student_id, ride.run_id, ride.stop_id, ride.stop_sequence
from contact join link using (contact_id) join ride on ride.student_id = link.student_id
where link.may_ask and ride.run_id = any ($1::text[]) order by 1, 2, 3
"""
TOLD = """
select inquiry.sid, access_log.student_id, access_log.answer, access_log.told_at, access_log.fix_at,
       access_log.window_earliest, access_log.window_latest
from inquiry join access_log using (inquiry_id) where inquiry.sid = any ($1::text[])
"""


@dataclass(frozen=True, slots=True)
class Asking:
    """One inquiry to be made: which phone asks about which student, when, and the ride it is about."""

    at: datetime
    phone: str
    student_id: str
    run_id: RunId
    call_index: int


def choose(
    timetable: Timetable, day: date, riders: Sequence[Mapping[str, Any]], recording: Recording, count: int, seed: int
) -> list[Asking]:
    """Random rides, each asked about at a random moment around its planned time."""
    draw = random.Random(seed)
    asked: list[Asking] = []
    while len(asked) < count:
        rider = draw.choice(riders)
        run = timetable.runs[RunId(rider["run_id"])]
        call = run.call_at(rider["stop_id"], rider["stop_sequence"])
        if call is None:
            continue
        planned = timetable.planned_arrival(day, run, call.index)
        at = planned - ASKED_BEFORE + (ASKED_BEFORE + ASKED_AFTER) * draw.random()
        if recording.start + timedelta(minutes=2) < at < recording.end:
            asked.append(Asking(at, rider["phone"], rider["student_id"], run.run_id, call.index))
    return sorted(asked, key=lambda asking: asking.at)


async def run(options: argparse.Namespace) -> int:
    plan, positions = Path(options.plan), Path(options.positions)
    if not plan.exists() or not positions.exists():
        print("Skipped: the recorded data is not here. Name it with --plan and --positions.")
        return 0
    timetable = read_gtfs(plan).timetable
    recording_positions = read_positions(positions).positions
    recording = Recording(recording_positions)
    day = recording.service_date or recording.start.astimezone(timetable.timezone).date()
    with tempfile.TemporaryDirectory(prefix="busline-day-") as folder:
        Path(folder).chmod(0o711)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "busline", "replay", "--plan", str(plan), "--positions", str(positions)),
            *("--speed", str(options.speed), "--port", "0", "--data-dir", folder, "--json", "--no-browser", "--stay"),
            stdout=asyncio.subprocess.PIPE,
            limit=2**24,
        )
        try:
            assert process.stdout is not None
            line = await process.stdout.readline()
            if not line:
                return 1
            began = time.monotonic()
            up = json.loads(line)
            async with embedded_postgres(Path(folder), join_running=True) as address:
                connection = await asyncpg.connect(**address.connect_arguments())
                seen = known_arrivals(true_arrivals(timetable, recording_positions), BRACKET_SECONDS)
                truth = {key.run_id: arrivals for key, arrivals in seen.items()}
                riders = await connection.fetch(RIDERS, [str(run_id) for run_id in truth])
                asked = choose(timetable, day, riders, recording, options.inquiries, options.seed)
                seconds = await ask(up, asked, recording.start, began, options.speed)
                told = {row["sid"]: row for row in await connection.fetch(TOLD, [_sid(n) for n in range(len(asked))])}
                await connection.close()
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
    return report(asked, seconds, told, truth, options)


async def ask(
    up: Mapping[str, Any], asked: Sequence[Asking], start: datetime, began: float, speed: float
) -> list[float]:
    """Each inquiry at its moment, by signed webhook; the seconds each reply took."""
    url, signer = up["sms_webhook"], RequestValidator(up["twilio_auth_token"])

    async def one(number: int, asking: Asking) -> float:
        await asyncio.sleep(max(0.0, began + (asking.at - start).total_seconds() / speed - time.monotonic()))
        form = {
            "MessageSid": _sid(number),
            "AccountSid": up["twilio_account_sid"],
            "From": asking.phone,
            "To": "+16175550100",
            "Body": asking.student_id,
            "NumMedia": "0",
        }
        headers = {"X-Twilio-Signature": signer.compute_signature(url, form)}
        sent = time.perf_counter()
        async with session.post(url, data=form, headers=headers) as response:
            await response.read()
            assert response.status == 200, response.status
        return time.perf_counter() - sent

    async with aiohttp.ClientSession() as session:
        return await asyncio.gather(*(one(number, asking) for number, asking in enumerate(asked)))


def _sid(number: int) -> str:
    return f"SM{number:032x}"


def report(
    asked: Sequence[Asking],
    seconds: Sequence[float],
    told: Mapping[str, Mapping[str, Any]],
    truth: Mapping[RunId, NDArray[np.float64]],
    options: argparse.Namespace,
) -> int:
    kinds: Counter[str] = Counter()
    held = known = said_live_too_old = 0
    widths: list[float] = []
    for number, asking in enumerate(asked):
        row = told.get(_sid(number))
        kinds["nothing" if row is None else str(row["answer"])] += 1
        if row is None or row["answer"] not in ("arriving", "running_late", "at_stop"):
            continue
        if (row["told_at"] - row["fix_at"]).total_seconds() > LIVE_SECONDS:
            said_live_too_old += 1
        arrived = truth[asking.run_id][asking.call_index]
        if row["window_earliest"] is None or np.isnan(arrived):
            continue
        known += 1
        held += row["window_earliest"].timestamp() <= arrived <= row["window_latest"].timestamp() + 59.999
        widths.append((row["window_latest"] - row["window_earliest"]).total_seconds() / 60)
    ordered = sorted(seconds)
    p95 = ordered[int(0.95 * len(ordered))] * 1_000
    figures = {
        "inquiries": len(asked),
        "answers": dict(kinds.most_common()),
        "reply_ms_p50": round(statistics.median(ordered) * 1_000, 1),
        "reply_ms_p95": round(p95, 1),
        "live_windows_with_known_arrival": known,
        "held_share": round(held / known, 3) if known else None,
        "window_minutes_mean": round(statistics.mean(widths), 1) if widths else None,
        "said_live_with_a_fix_older_than_90_s": said_live_too_old,
        "speed": options.speed,
    }
    print(json.dumps(figures, indent=2))
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=2), encoding="utf-8")
    good = p95 < 100 and known > 0 and held >= 0.7 * known and said_live_too_old == 0
    print("every bar is met" if good else "a bar is missed")
    return 0 if good else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--plan", default="../shared/data/wmata-bus/gtfs.zip")
    parser.add_argument("--positions", default="../shared/data/wmata-bus/positions.csv.gz")
    parser.add_argument("--inquiries", type=int, default=300)
    parser.add_argument("--speed", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json")
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
