"""Every night: routes that came without a shape learn their path from where their own buses were seen."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from busline.ids import RunId
from busline.store.paths import PathLedger
from busline.store.plans import load_timetable
from busline.store.pool import Pool
from busline.timetable import Pattern, Timetable
from busline.travel_times.drawn_paths import LearnedPath, LearnedPaths, learned_path
from busline.travel_times.driven_path import FEWEST_TRACKS, driven_pattern

log = structlog.get_logger(__name__)

HISTORY = timedelta(days=28)
MOST_TRACKS = 12
"""More drives than these, the newest, move no path by more than GPS errs."""
LEARNED_AGAIN_BY = 4
"""A path is learned again from so many times as many drives as the first time, ..."""
LEARNED_AGAIN_AFTER = timedelta(days=14)
"""... and after so long, for streets are closed and opened."""


async def learn_paths(pool: Pool, now: Callable[[], datetime]) -> int:
    """Learn what can be learned by now of the plan in force; how many paths that is.

    All are kept at once, in force from that moment on. Raises DatabaseUnavailableError, and then nothing was kept.
    """
    planned = await load_timetable(pool)
    if planned is None:
        return 0
    ledger = PathLedger(pool)
    paths = await ledger.paths()
    runs: dict[Pattern, list[RunId]] = {}
    for run in planned.runs.values():
        if run.pattern.approximate:
            runs.setdefault(run.pattern, []).append(run.run_id)
    found = [await _learned(ledger, planned, pattern, run_ids, paths, now()) for pattern, run_ids in runs.items()]
    from_at = now()
    learned = [replace(path, from_at=from_at) for path in found if path is not None]
    await ledger.keep(learned)
    await ledger.forget(from_at - HISTORY)
    if runs:
        log.info("paths_learned", learned=len(learned), without_shape=len(runs))
    return len(learned)


async def _learned(
    ledger: PathLedger,
    planned: Timetable,
    pattern: Pattern,
    run_ids: Sequence[RunId],
    paths: LearnedPaths,
    now: datetime,
) -> LearnedPath | None:
    """A path for a pattern; None where it has a good one, or was driven too seldom."""
    today = now.astimezone(planned.timezone).date()
    driven = await ledger.driven(run_ids, today - HISTORY, today, MOST_TRACKS)
    known = paths.of(planned, pattern)
    if known:
        is_old = now - known[-1].from_at >= LEARNED_AGAIN_AFTER
        if not is_old and len(driven) < LEARNED_AGAIN_BY * known[-1].tracks:
            return None
    if len(driven) < FEWEST_TRACKS:
        return None
    tracks = [await ledger.track(planned, one) for one in driven]
    tracks = [track for track in tracks if len(track) > 1]
    # Some hundred milliseconds each: in a thread.
    found = await asyncio.to_thread(driven_pattern, pattern, tracks)
    return None if found is None else learned_path(planned, pattern, found, len(tracks), now)
