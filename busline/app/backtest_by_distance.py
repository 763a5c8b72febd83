"""`busline backtest` without a plan: a BusTime recording, held against the agency's own predictions."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from busline.app.database import Refused
from busline.app.loads import Say
from busline.app.predictions_out import write_predictions
from busline.backtest.by_distance import DAYS_BEFORE, ByDistance, TooFewDaysError, compare
from busline.backtest.distances import DistanceRecording
from busline.backtest.versus import as_json, as_words, prediction_rows
from feeds.bustime_recording import BusTimeRecordingError, read_bustime


@dataclass(frozen=True, slots=True)
class ByDistanceOptions:
    """What was asked for."""

    vehicles: Path
    predictions: Path
    zone: ZoneInfo | None
    """Where the recording's local times are; without it they count as UTC, which changes no score."""
    json: Path | None = None
    predictions_out: Path | None = None


async def run_by_distance(options: ByDistanceOptions, say: Say) -> int:
    """Read, compare, and write what was asked for. Raises `Refused` with one clear message and counts."""
    try:
        recording = await asyncio.to_thread(read_bustime, options.vehicles, options.predictions, options.zone)
    except BusTimeRecordingError as fault:
        raise Refused(f"The recording cannot be used. {fault}") from fault
    except OSError as fault:
        raise Refused(f"The recording {fault.filename} cannot be read: {fault.strerror}.") from fault
    unused = "".join(f", not used: {count:,} {reason}" for reason, count in sorted(recording.left_out.items()))
    say(f"{len(recording.tracks):,} buses on runs; {len(recording.promises):,} predictions of the agency{unused}.")
    say(f"Days after the first {DAYS_BEFORE} are scored, each from the days before it. This takes a minute or two.")
    try:
        found = await asyncio.to_thread(compare, recording)
    except TooFewDaysError as fault:
        raise Refused(str(fault)) from fault
    for line in await asyncio.to_thread(as_words, found):
        say(line)
    try:
        for line in await asyncio.to_thread(_write, options, recording, found):
            say(line)
    except OSError as fault:
        raise Refused(f"The scores above stand, but a file could not be written. {fault}") from fault
    return 0


def _write(options: ByDistanceOptions, recording: DistanceRecording, found: ByDistance) -> list[str]:
    lines = []
    if options.json is not None:
        figures = {"positions": options.vehicles.name, "rows_not_used": dict(recording.left_out), **as_json(found)}
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        lines.append(f"Figures: {options.json}")
    if options.predictions_out is not None:
        lines.append(write_predictions(options.predictions_out, prediction_rows(recording, found)))
    return lines
