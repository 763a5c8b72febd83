"""Backtests: truth that needs no matcher, replays that know no future, and scores beside honest baselines."""

import csv
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from busline.app.backtest import BacktestOptions, run_backtest
from busline.app.database import Refused
from busline.backtest.agency import AgencyPrediction
from busline.backtest.figures import as_json, as_words
from busline.backtest.judging import happened
from busline.backtest.plans import Plans
from busline.backtest.replaying import replay
from busline.backtest.report import report_page
from busline.backtest.rows import PREDICTION_COLUMNS, prediction_rows
from busline.backtest.truth import known_arrivals, true_arrivals
from busline.backtest.verdict import AGENCY, DELAY, OURS, Backtest, NothingToScoreError, backtest
from busline.ids import RouteId, RunId
from busline.position import Position
from busline.timetable import Run
from busline.travel_times.engine import Engine
from busline.travel_times.outlook import Stage
from tests.plan_builder import place as degrees
from tests.plan_builder import small_plan, write_plan
from tests.tracking_builder import (
    DAY,
    PACE_MPS,
    SEVEN,
    at,
    drive,
    fix,
    key_of,
    make_run,
    make_timetable,
    place_on,
    steady,
    street,
)

HIGH_STREET = street((0, 0), (6_000, 0))
SLOW = 0.6
"""Traffic today: this share of the planned pace."""


def morning(routes: int = 2, runs: int = 8) -> tuple[list[Run], list[Position]]:
    """Runs of several routes along one street, ten minutes apart; today all are slower than planned."""
    every, positions = [], []
    for route in range(routes):
        path = street((0, 0), (6_000, 0), (6_000, 700.0 * (route + 1)))
        for number in range(runs):
            run = make_run(f"r{route}-{number}", path, start=SEVEN + 600 * number + 120 * route, bus=f"{route}{number}")
            every.append(run)
            pace = SLOW * PACE_MPS * (1 + 0.05 * np.sin(number + route))
            positions += drive(run, steady(run, pace_mps=pace), every=30.0, bus=f"{route}{number}")
    return every, positions


@pytest.fixture(scope="module")
def found() -> Backtest:
    runs, positions = morning()
    return backtest(make_timetable(*runs), positions)


def test_arrivals_are_interpolated_ten_metres_before_the_stop() -> None:
    run = make_run("r", HIGH_STREET)
    timetable = make_timetable(run)
    truth = true_arrivals(timetable, drive(run, steady(run), every=30.0))[key_of(run)]
    expected = [at(run, (distance - 10) / PACE_MPS).timestamp() for distance in run.pattern.stop_distance_m[1:]]
    assert truth.at[1:] == pytest.approx(expected, abs=1.0)
    assert np.isnan(truth.at[0])
    assert truth.bracket_seconds[1:] == pytest.approx(30, abs=0.1)


def test_an_arrival_between_fixes_far_apart_is_not_known_well_enough() -> None:
    run = make_run("r", HIGH_STREET)
    timetable = make_timetable(run)
    reports = [one for one in drive(run, steady(run), every=30.0) if not at(run, 200) < one.fix_at < at(run, 400)]
    known = known_arrivals(true_arrivals(timetable, reports), 65.0)[key_of(run)]
    silent = (run.pattern.stop_distance_m > 1_450) & (run.pattern.stop_distance_m < 3_370)
    assert np.isnan(known[silent]).all()
    assert np.isfinite(known[1:][~silent[1:]]).all()


def test_a_bus_that_circles_before_its_run_arrives_when_it_comes_the_last_time() -> None:
    run = make_run("r", HIGH_STREET, start=SEVEN)
    # It drives past its first two stops, waits beside the road, goes back by another way, and begins.
    circling = [fix(at(run, -900 + 30 * step), (200.0 * step, 0.0), run=run) for step in range(5)]
    waiting = [fix(at(run, -720 + 60 * step), (800.0, 30.0), run=run) for step in range(8)]
    back = [fix(at(run, -210 + 30 * step), (800.0 - 200.0 * step, 400.0), run=run) for step in range(5)]
    truth = true_arrivals(make_timetable(run), [*circling, *waiting, *back, *drive(run, steady(run), every=30.0)])
    assert truth[key_of(run)].at[1] == pytest.approx(at(run, 390 / PACE_MPS).timestamp(), abs=2)


def test_a_bus_that_leaves_its_run_for_another_never_came_to_the_rest() -> None:
    run, other = make_run("r", HIGH_STREET), make_run("o", street((0, 900), (6_000, 900)), start=SEVEN + 1_200)
    half = [one for one in drive(run, steady(run), every=30.0) if one.fix_at <= at(run, 375)]
    truth = true_arrivals(make_timetable(run, other), [*half, *drive(other, steady(other), every=30.0)])
    assert truth[key_of(run)].never.tolist() == (run.pattern.stop_distance_m - 10 > 8 * 360 + 300).tolist()
    assert not truth[key_of(other)].never.any()


def test_a_replay_knows_nothing_of_the_future() -> None:
    runs, positions = morning(routes=1, runs=4)
    timetable = make_timetable(*runs)
    until = at(runs[2], 300)
    truth = true_arrivals(timetable, positions)
    whole = replay(timetable, positions, truth, Engine(timetable)).notes
    cut = replay(timetable, [one for one in positions if one.fix_at <= until], truth, Engine(timetable)).notes
    same = whole[whole.made_at <= until.timestamp()]
    assert len(cut) == len(same) > 100
    assert np.array_equal(cut.mean_seconds, same.mean_seconds)
    assert np.array_equal(cut.variance, same.variance)


def test_predictions_are_made_at_every_fix_for_every_call_ahead_waiting_buses_included() -> None:
    run = make_run("r", HIGH_STREET, start=SEVEN)
    waiting = [fix(at(run, -600 + 30 * step), place_on(run, 0.0), run=run) for step in range(20)]
    positions = [*waiting, *drive(run, steady(run), every=30.0)]
    timetable = make_timetable(run)
    notes = replay(timetable, positions, true_arrivals(timetable, positions), Engine(timetable)).notes
    before = notes[notes.stage == Stage.WAITING]
    assert set(before.call.tolist()) == set(range(len(run)))
    assert len(set(before.made_at.tolist())) >= 20
    last = notes[notes.call == len(run) - 1]
    fixes = {one.fix_at.timestamp() for one in positions}
    assert len(fixes) - 3 <= len(set(last.made_at.tolist())) <= len(fixes)


def test_every_note_is_joined_to_what_became_of_its_call() -> None:
    runs, positions = morning(routes=1, runs=2)
    timetable = make_timetable(*runs)
    truth = true_arrivals(timetable, positions)
    replayed = replay(timetable, positions, truth, Engine(timetable))
    became = happened(replayed, truth, 65.0)
    for row in range(0, len(replayed.notes), 97):
        key = replayed.runs[replayed.notes.trip[row]]
        assert became.actual[row] == pytest.approx(truth[key].at[replayed.notes.call[row]], nan_ok=True)


def test_the_engine_learns_what_the_plan_and_its_baselines_cannot_know(found: Backtest) -> None:
    scores = found.under_way.scores
    assert set(scores) == {OURS, "plan", DELAY, "held speed"}
    assert scores[OURS].mean_absolute_seconds < 0.6 * scores[DELAY].mean_absolute_seconds
    assert scores[OURS].benchmark.percent > scores[DELAY].benchmark.percent + 10
    assert len({one.predictions for one in scores.values()}) == 1
    low, high = found.under_way.error_ratio_interval
    assert low <= found.under_way.error_ratio <= high


def test_each_route_is_scored_with_a_band_calibrated_on_the_others(found: Backtest) -> None:
    fitted = {fold.routes: fold.fitted_on for fold in found.folds}
    assert len(fitted) == 2
    for routes, words in fitted.items():
        assert words.startswith("routes ")
        assert not any(route in words for route in routes)
    assert sum(fold.scores.predictions for fold in found.folds) == found.under_way.scores[OURS].predictions


def test_named_routes_are_fitted_on_and_only_the_others_scored() -> None:
    runs, positions = morning(runs=3)
    own = backtest(make_timetable(*runs), positions, fit_routes=frozenset({RouteId(runs[0].route_id)}))
    assert [fold.fitted_on for fold in own.folds] == [f"routes {runs[0].route_id}"]
    assert runs[0].route_id not in own.folds[0].routes


def a_day_later(one: Position, days: int = 1) -> Position:
    assert one.claim is not None
    assert one.claim.service_date is not None
    day = timedelta(days=days)
    claim = replace(one.claim, service_date=one.claim.service_date + day)
    return replace(one, fix_at=one.fix_at + day, received_at=one.received_at + day, claim=claim)


def test_earlier_days_are_learned_from_and_calibrated_on() -> None:
    runs, monday = morning(runs=3)
    timetable, tuesday = make_timetable(*runs), [a_day_later(one) for one in monday]
    cold, warm = backtest(timetable, tuesday), backtest(timetable, tuesday, history=monday)
    assert [fold.fitted_on for fold in warm.folds] == ["earlier days"]
    assert {key.service_date for key in warm.replayed.runs} == {cold.replayed.runs[0].service_date}
    assert warm.under_way.scores[OURS].mean_absolute_seconds < 0.5 * cold.under_way.scores[OURS].mean_absolute_seconds


def test_days_recorded_together_are_scored_in_order_each_knowing_those_before() -> None:
    runs, monday = morning(runs=3)
    found = backtest(make_timetable(*runs), [*map(a_day_later, monday), *monday])
    assert {fold.fitted_on for fold in found.folds} > {"earlier days"}
    assert found.under_way.scores[OURS].trips == 2 * len(runs)
    assert len({key.service_date for key in found.replayed.runs}) == 2


def test_minutes_are_complete_where_buses_report_twice_a_minute(found: Backtest) -> None:
    assert found.complete_minutes_percent > 95
    assert found.complete_twice_percent > 90


def test_the_agencys_predictions_are_held_against_ours_of_the_same_moment() -> None:
    runs, positions = morning(runs=4)
    timetable = make_timetable(*runs)
    truth = true_arrivals(timetable, positions)
    agency = []
    for run in runs:
        for call in range(5, len(run)):
            arrived = float(truth[key_of(run)].at[call])
            made, sequence = arrived - 420, int(run.stop_sequences[call])
            agency.append(AgencyPrediction(made, run.run_id, None, sequence, arrived + 300))
    agency.append(AgencyPrediction(0.0, RunId("nobody"), None, 1, 600.0))
    own = backtest(timetable, positions, agency=agency)
    assert own.agency is not None
    assert own.agency.scores[AGENCY].mean_absolute_seconds == pytest.approx(300, abs=2)
    assert own.agency.scores[AGENCY].predictions == own.agency.scores[OURS].predictions > 50
    assert own.agency.error_ratio < 0.5
    counts = own.agency_counts
    assert (counts.read, counts.scored) == (len(agency), own.agency.scores[AGENCY].predictions)
    assert counts.paired < counts.read, "nobody's trip was not predicted here"
    assert f"Of {counts.read:,} predictions of the agency {counts.scored:,} are scored" in " ".join(as_words(own))


def test_figures_are_json_and_words_and_hold_every_yardstick(found: Backtest) -> None:
    figures = json.loads(json.dumps(as_json(found), allow_nan=False))
    ours = figures["under_way"]["scores"]["busline"]
    assert {"benchmark", "mbta", "cal_itp_percent", "by_horizon", "coverage_percent", "pinball_p50_seconds"} <= set(
        ours
    )
    assert {"wobble_minutes", "phantom_percent", "missed_percent", "width_seconds"} <= set(ours)
    assert "coverage_percent" not in figures["under_way"]["scores"]["plan"]
    assert figures["folds"][0]["fitted_on"].startswith("routes")
    assert any("Benchmark 95 % interval" in line for line in as_words(found))


def test_the_report_is_one_page_without_scripts_or_outside_things(found: Backtest) -> None:
    runs, _ = morning()
    page = report_page(make_timetable(*runs), found, "A <morning>")
    assert page.count("<svg") == 2 + 10
    assert "A &lt;morning&gt;" in page
    for outside in ("<script", "http", "<link", "<img", "url("):
        assert outside not in page


def test_an_hour_with_only_far_predictions_has_an_error_and_no_benchmark() -> None:
    # From its first stop at 7:32 the bus drives until 8:17: what is said before 8 o'clock is over a quarter hour ahead.
    run = make_run("r", street((0, 0), (25_000, 0)), start=SEVEN + 1_800, stops_m=[0.0, 1_000.0, 24_000.0, 25_000.0])
    timetable = make_timetable(run)
    found = backtest(timetable, drive(run, [(0.0, 0.0), (125.0, 1_000.0), (3_000.0, 25_000.0)], every=20.0))
    assert re.search(r"<td>– \d+</td>", report_page(timetable, found, "far"))


def test_every_prediction_is_written_with_its_quantiles_in_order(found: Backtest) -> None:
    runs, _ = morning()
    rows = [dict(zip(PREDICTION_COLUMNS, row, strict=True)) for row in prediction_rows(make_timetable(*runs), found)]
    assert len(rows) == len(found.replayed.notes)
    assert rows == sorted(rows, key=lambda row: row["made_at"])
    for row in rows[::101]:
        made, p10, told, p50, p90 = (
            datetime.fromisoformat(row[name]) for name in ("made_at", "p10", "published", "p50", "p90")
        )
        assert made <= p10 <= told <= p50 <= p90
        assert row["basis"] in ("live", "last_seen", "before_start")


def test_a_recording_of_another_plan_is_refused_with_counts() -> None:
    _, positions = morning(routes=1, runs=1)
    other = make_timetable(make_run("someone-elses", HIGH_STREET))
    with pytest.raises(
        NothingToScoreError,
        match=rf"of {len(positions)} positions none is .*{len(positions)} name a trip that is not in",
    ):
        backtest(other, positions)


def test_what_does_not_join_the_plan_is_counted_and_the_rest_scored() -> None:
    runs, positions = morning(routes=1, runs=4)
    astray = [replace(one, claim=None) for one in positions[:7]]
    strangers = [
        replace(one, claim=replace(one.claim, run_id=RunId("nobody's")))
        for one in positions[:5]
        if one.claim is not None
    ]
    to_saturday = 5 - DAY.weekday()
    on_saturday = [a_day_later(one, to_saturday) for one in positions[:3]]
    own = backtest(make_timetable(*runs), [*positions, *astray, *strangers, *on_saturday])
    assert own.under_way.scores[OURS].trips == len(runs)
    assert own.joined.counts() == {
        "positions": len(positions) + 15,
        "of_trips_of_the_plan": len(positions),
        "of_trips_of_another_day": 3,
        "of_unknown_trips": 5,
        "without_trip": 7,
    }
    said = " ".join(as_words(own))
    assert '5 name a trip that is not in the plan (the first is "nobody\'s")' in said
    saturday = DAY + timedelta(days=to_saturday)
    assert f"3 name one that does not go on that day (the first is {runs[0].run_id} on {saturday})" in said
    assert "7 name no trip" in said
    assert as_json(own)["counts"]["positions_by_trip"]["of_unknown_trips"] == 5  # type: ignore[index]


def test_every_day_is_scored_by_the_version_of_the_plan_that_was_in_force_and_learns_from_those_before() -> None:
    def week(shift: float) -> list[Run]:
        """The same trips every ten minutes, and each week they turn off the street elsewhere."""
        path = street((0, 0), (4_000, 0), (4_000, shift))
        return [make_run(f"r{number}", path, start=SEVEN + 600 * number, bus=f"{number}") for number in range(6)]

    def driven(runs: list[Run]) -> list[Position]:
        profiles = [(run, steady(run, pace_mps=SLOW * PACE_MPS)) for run in runs]
        return [one for run, way in profiles for one in drive(run, way, every=30.0, bus=run.planned_vehicle_id or "")]

    first, second = week(-1_500), week(1_500)
    monday, tuesday = driven(first), [a_day_later(one) for one in driven(second)]
    plans = Plans({DAY: make_timetable(*first), DAY + timedelta(days=1): make_timetable(*second)})
    cold, warm = backtest(make_timetable(*second), tuesday), backtest(plans, tuesday, history=monday)
    assert warm.calls_known == cold.calls_known
    learned, unlearned = (one.under_way.scores[OURS].mean_absolute_seconds for one in (warm, cold))
    assert learned < 0.7 * unlearned
    assert {row[1] for row in prediction_rows(plans, warm)} == {run.run_id for run in second}
    with pytest.raises(NothingToScoreError, match=rf"{len(tuesday)} name no trip. .* It has 6 trips"):
        backtest(plans, [replace(one, claim=None) for one in tuesday])


def recorded_morning(folder: Path) -> Path:
    """A file of positions on the small plan's two runs."""
    path = folder / "positions.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["vehicle_id", "trip_id", "timestamp", "latitude", "longitude"])
        for trip, clock in (("T1", "07:00:00"), ("T2", "07:30:00")):
            start = datetime.fromisoformat(f"2026-10-05T{clock}-04:00")
            for step in range(26):
                lat, lon = degrees(80.0 * step, 0.0)
                table.writerow(["47", trip, (start + timedelta(seconds=20 * step)).isoformat(), lat, lon])
    return path


async def test_the_command_writes_figures_report_and_predictions(tmp_path: Path) -> None:
    said: list[str] = []
    options = BacktestOptions(
        plan=str(write_plan(tmp_path / "plan", small_plan())),
        positions=recorded_morning(tmp_path),
        json=tmp_path / "figures.json",
        report=tmp_path / "report",
        predictions_out=tmp_path / "predictions.csv",
    )
    assert await run_backtest(options, said.append) == 0
    assert json.loads((tmp_path / "figures.json").read_text())["counts"]["runs_seen"] == 2
    assert (tmp_path / "report" / "index.html").read_text().startswith("<!doctype html>")
    with (tmp_path / "predictions.csv").open() as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == PREDICTION_COLUMNS
    assert len(rows) > 50
    assert any("Benchmark" in line for line in said)


async def test_the_command_refuses_what_it_cannot_use_in_one_message(tmp_path: Path) -> None:
    plan = str(write_plan(tmp_path / "plan", small_plan()))
    empty = tmp_path / "empty.csv"
    empty.write_text("vehicle_id,trip_id,timestamp,latitude,longitude\n")
    with pytest.raises(Refused, match="no row of 0 is a usable position"):
        await run_backtest(BacktestOptions(plan, empty), lambda _: None)
    zoneless = tmp_path / "zoneless.csv"
    zoneless.write_text("vehicle_id,trip_id,timestamp,latitude,longitude\n47,T1,2026-10-05T07:00:00,42.3,-71.1\n")
    with pytest.raises(Refused, match="1 of 1 times have no time zone"):
        await run_backtest(BacktestOptions(plan, zoneless), lambda _: None)
    columns = tmp_path / "columns.csv"
    columns.write_text("bus,when\n47,7\n")
    with pytest.raises(Refused, match="missing 4 of 4 needed columns"):
        await run_backtest(BacktestOptions(plan, columns), lambda _: None)
    with pytest.raises(Refused, match="no route 'Z9'"):
        await run_backtest(BacktestOptions(plan, recorded_morning(tmp_path), fit_routes=["Z9"]), lambda _: None)
    options = BacktestOptions(plan, recorded_morning(tmp_path), agency_predictions=columns)
    with pytest.raises(Refused, match="The agency's predictions cannot be used"):
        await run_backtest(options, lambda _: None)


async def test_the_command_takes_later_versions_of_the_plan_by_their_day(tmp_path: Path) -> None:
    plan, later = (str(write_plan(tmp_path / name, small_plan())) for name in ("plan", "later"))
    said: list[str] = []
    options = BacktestOptions(plan, recorded_morning(tmp_path), later_plans=[f"2026-10-05={later}"])
    assert await run_backtest(options, said.append) == 0
    assert said[0].endswith("4 runs in the plan.")
    for wrong in (later, f"monday={later}", "2026-10-05="):
        with pytest.raises(Refused, match="is no later version of the plan, so nothing was scored"):
            await run_backtest(replace(options, later_plans=[wrong]), said.append)
