"""`busline backtest`: recorded days predicted again as they were lived, and scored beside the baselines."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from busline.app.backtest_by_distance import ByDistanceOptions, run_by_distance
from busline.app.database import Refused
from busline.app.loads import Say, read_plan
from busline.app.predictions_out import write_predictions
from busline.backtest.agency import AgencyPrediction
from busline.backtest.figures import as_json, as_words
from busline.backtest.plans import Plans
from busline.backtest.report import report_page
from busline.backtest.rows import prediction_rows
from busline.backtest.verdict import Backtest, NothingToScoreError, backtest
from busline.ids import RouteId
from busline.position import Position
from busline.travel_times.driven_path import with_driven_paths
from feeds.positions_file import PositionsFileError, read_positions
from feeds.predictions_file import PredictionsFileError, read_predictions


@dataclass(frozen=True, slots=True)
class BacktestOptions:
    """What `busline backtest` was asked for."""

    plan: str | None
    """Without one the positions and predictions are a BusTime recording, by distances."""
    positions: Path
    later_plans: Sequence[str] = ()
    """Versions that replaced it, each as `DATE=GTFS`: in force from that day on."""
    history: Sequence[Path] = ()
    fit_routes: Sequence[str] = ()
    json: Path | None = None
    report: Path | None = None
    predictions_out: Path | None = None
    agency_predictions: Path | None = None
    zone: ZoneInfo | None = None
    """Of a recording without a plan."""


async def run_backtest(options: BacktestOptions, say: Say) -> int:
    """Read, replay, score, and write what was asked for. Raises `Refused` with one clear message and counts."""
    _demand_folders(options)
    if options.plan is None:
        return await run_by_distance(_by_distance(options), say)
    plans = await _plans(options.plan, options.later_plans)
    positions, rejected = await asyncio.to_thread(_read, [options.positions])
    history, history_rejected = await asyncio.to_thread(_read, options.history)
    plans = await asyncio.to_thread(_with_paths, plans, history, say)
    agency, unusable = await asyncio.to_thread(_read_agency, options.agency_predictions)
    runs = sum(len(version.runs) for version in plans.versions)
    say(f"{len(positions):,} positions{_but(rejected)}; {runs:,} runs in the plan.")
    if options.history:
        say(f"{len(history):,} positions of earlier days{_but(history_rejected)}.")
    if agency or unusable:
        say(f"{len(agency):,} predictions of the agency{_but(unusable)}.")
    try:
        found = await asyncio.to_thread(
            backtest,
            plans,
            positions,
            history=history,
            fit_routes=_routes(plans, options.fit_routes),
            agency=agency,
        )
    except NothingToScoreError as fault:
        raise Refused(str(fault)) from fault
    for line in as_words(found):
        say(line)
    for line in await asyncio.to_thread(_write, options, plans, found, rejected):
        say(line)
    return 0


def _demand_folders(options: BacktestOptions) -> None:
    """Better now than after minutes of work."""
    for path in (options.json, options.predictions_out):
        if path is not None and not path.parent.is_dir():
            raise Refused(f"There is no folder {path.parent} to write {path.name} into, so nothing was begun.")


async def _plans(first: str, later: Sequence[str]) -> Plans:
    versions = {date.min: (await read_plan(first)).timetable}
    for words in later:
        day, _, source = words.partition("=")
        try:
            since = date.fromisoformat(day)
        except ValueError:
            since = date.min
        if since in versions or not source:
            raise Refused(
                f"{words!r} is no later version of the plan, so nothing was scored. After the first --plan comes each "
                "as the day from which it is in force and its GTFS, such as 2026-09-14=week-2.zip"
            )
        versions[since] = (await read_plan(source)).timetable
    return Plans(versions)


def _with_paths(plans: Plans, history: Sequence[Position], say: Say) -> Plans:
    """Where the plan has no shapes, earlier days show the way."""
    driven: dict[int, list[Position]] = {}
    for day, own in plans.by_day(history).items():
        driven.setdefault(id(plans.on(day)), []).extend(own)
    learned = plans.replaced(lambda version: with_driven_paths(version, driven.get(id(version), ())))
    before = {run.pattern for version in plans.versions for run in version.runs.values()}
    paths = {run.pattern for version in learned.versions for run in version.runs.values()} - before
    if paths:
        say(f"{len(paths):,} routes without a shape learned their path from the earlier days.")
    return learned


def _by_distance(options: BacktestOptions) -> ByDistanceOptions:
    if options.agency_predictions is None:
        raise Refused(
            "Without --plan the recording has to be one of BusTime, with --agency-predictions: those are what is "
            "predicted again. With a GTFS plan any recorded positions can be scored."
        )
    if options.history or options.fit_routes or options.report:
        raise Refused(
            "--history, --fit-routes and --report need a --plan. A BusTime recording holds its earlier days itself."
        )
    return ByDistanceOptions(
        options.positions, options.agency_predictions, options.zone, options.json, options.predictions_out
    )


def _read(paths: Sequence[Path]) -> tuple[list[Position], Mapping[str, int]]:
    positions: list[Position] = []
    rejected: Counter[str] = Counter()
    for path in paths:
        try:
            recorded = read_positions(path)
        except PositionsFileError as fault:
            raise Refused(f"The recording cannot be used. {fault}") from fault
        except OSError as fault:
            raise Refused(f"The recording {path} cannot be read: {fault.strerror}.") from fault
        positions += recorded.positions
        rejected.update(recorded.rejected)
    return positions, dict(rejected)


def _read_agency(path: Path | None) -> tuple[list[AgencyPrediction], Mapping[str, int]]:
    if path is None:
        return [], {}
    try:
        return read_predictions(path)
    except PredictionsFileError as fault:
        raise Refused(f"The agency's predictions cannot be used. {fault}") from fault
    except OSError as fault:
        raise Refused(f"The agency's predictions {path} cannot be read: {fault.strerror}.") from fault


def _routes(plans: Plans, named: Sequence[str]) -> frozenset[RouteId]:
    known = plans.routes
    unknown = [route for route in named if route not in known]
    if unknown:
        raise Refused(
            f"The plan has no route {unknown[0]!r}, so nothing was fitted. Its routes: {', '.join(sorted(known)[:20])}."
        )
    return frozenset(RouteId(route) for route in named)


def _but(rejected: Mapping[str, int]) -> str:
    """What was not used, and why, in words."""
    return "".join(f", not used: {count:,} {reason}" for reason, count in sorted(rejected.items()))


def _write(options: BacktestOptions, plans: Plans, found: Backtest, rejected: Mapping[str, int]) -> list[str]:
    """Write what was asked for; one line about each file."""
    lines = []
    title = f"Backtest of {options.positions.name}"
    try:
        if options.json is not None:
            figures = {"positions": options.positions.name, "positions_rejected": dict(rejected), **as_json(found)}
            options.json.write_text(json.dumps(figures, indent=2, default=str) + "\n", encoding="utf-8")
            lines.append(f"Figures: {options.json}")
        if options.report is not None:
            options.report.mkdir(parents=True, exist_ok=True)
            page = options.report / "index.html"
            page.write_text(report_page(plans, found, title), encoding="utf-8")
            lines.append(f"Report: {page}")
        if options.predictions_out is not None:
            lines.append(write_predictions(options.predictions_out, prediction_rows(plans, found)))
    except OSError as fault:
        raise Refused(f"The scores above stand, but a file could not be written. {fault}") from fault
    return lines
