"""The engine against an agency, on a small recording without a plan: a street, a hold, four days."""

import json
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from busline.backtest.by_distance import ByDistance, compare
from busline.backtest.distances import DistanceRecording, Places, Promises, Track
from busline.backtest.learned_plan import learned_plan, run_id_of
from busline.backtest.versus import AGENCY, OURS, as_json, as_words, by_day, prediction_rows, versus
from busline.ids import BlockId, RouteId, RunId, RunKey, StopId, VehicleId

ZONE = ZoneInfo("UTC")
STOP = StopId("2125")
FIRST = date(2025, 9, 22)
DAYS = 4
RUNS = 30
LENGTH_M, STOP_M, HOLD_M = 9_000.0, 7_500.0, 4_500.0
HOLD_UNTIL = 1_000.0
"""No bus leaves the place of the hold before so many seconds after its planned start."""
RANDOM = np.random.default_rng(11)


def driven(lateness: float, mps: float) -> tuple[np.ndarray, np.ndarray]:
    """Seconds after the planned start, and metres: a steady pace, a wait at the hold for whoever is early."""
    to_hold = lateness + HOLD_M / mps
    leaves = max(to_hold, HOLD_UNTIL)
    return (
        np.array([lateness, to_hold, leaves, leaves + (LENGTH_M - HOLD_M) / mps]),
        np.array([0.0, HOLD_M, HOLD_M, LENGTH_M]),
    )


@cache
def recording(days: int = DAYS) -> DistanceRecording:
    """Predictions of an agency that knows nothing of its holds, but the schedule's pace."""
    tracks: list[Track] = []
    promises: list[tuple[float, ...]] = []
    seen: list[tuple[float, float]] = []
    for day in range(days):
        midnight = 86_400.0 * ((FIRST - date(1970, 1, 1)).days + day)
        for number in range(RUNS):
            start = 6 * 3_600.0 + 900.0 * number
            lateness, mps = float(RANDOM.uniform(0, 240)), float(RANDOM.normal(7.5, 0.3))
            at, where = driven(lateness, mps)
            polls = np.arange(at[0], at[-1], 90.0)
            metres = np.interp(polls, at, where)
            key = RunKey(FIRST + timedelta(days=day), RunId(f"t{number}"))
            track = Track(
                key,
                VehicleId(f"{number % 9}"),
                RouteId("L"),
                BlockId("b"),
                "1239",
                start,
                midnight + start + polls,
                metres,
            )
            for poll, here in zip(polls, metres, strict=True):
                seen.append((midnight + start + poll, here))
                if here < STOP_M:
                    promised = poll + (STOP_M - here) / 7.5
                    moments = (poll + 5, poll, here, promised)
                    promises.append(
                        (
                            len(tracks),
                            0,
                            *(midnight + start + one for one in moments[:2]),
                            here,
                            midnight + start + promised,
                        )
                    )
            tracks.append(track)
    columns = np.array(promises).T
    seen_at, along = np.array(seen).T
    return DistanceRecording(
        timezone=ZONE,
        tracks=tuple(tracks),
        stop_ids=(STOP,),
        stop_m={("1239", STOP): STOP_M},
        places={"1239": Places(seen_at, along, np.full(len(along), 43.07), -89.4 + along * 1.2e-5)},
        promises=Promises(columns[0].astype(np.intp), columns[1].astype(np.intp), *columns[2:]),
        left_out={},
    )


@cache
def found() -> ByDistance:
    return compare(recording())


def test_the_first_days_are_learned_from_and_the_later_ones_scored() -> None:
    assert found().days == (FIRST + timedelta(days=2), FIRST + timedelta(days=3))
    assert set(found().compared.day.tolist()) == {0, 1}
    assert list(by_day(found())) == ["2025-09-24", "2025-09-25"]


def test_holds_and_pace_are_learned_so_that_the_engine_beats_a_schedule_without_them() -> None:
    side = versus(found(), strict=False)
    assert side.error_ratio < 0.5
    assert side.error_ratio_interval[1] < 0.6
    assert side.difference_minutes_interval[1] < 0
    assert side.error_minutes[OURS] < 1.0
    assert side.scores[OURS].benchmark.percent > 85


def test_the_band_holds_what_it_promises() -> None:
    assert versus(found(), strict=False).scores[OURS].coverage_percent >= 76


def test_nothing_of_the_future_is_used() -> None:
    """What happened after noon of the last day changes nothing that was said before."""
    day = 86_400.0 * ((FIRST - date(1970, 1, 1)).days + DAYS - 1)
    noon = day + 12 * 3_600.0
    whole = recording()

    def slower(track: Track) -> Track:
        late = track.at > noon
        return replace(track, at=np.where(late, noon + 2.0 * (track.at - noon), track.at))

    changed = compare(replace(whole, tracks=tuple(slower(track) for track in whole.tracks)))
    same, other = found().compared, changed.compared
    before = same.notes.made_at < noon
    before_other = other.notes.made_at < noon
    keys = np.stack([same.notes.trip, same.notes.made_at])[:, before]
    keys_other = np.stack([other.notes.trip, other.notes.made_at])[:, before_other]
    both = np.isin(keys[1] * 1e4 + keys[0], keys_other[1] * 1e4 + keys_other[0])
    both_other = np.isin(keys_other[1] * 1e4 + keys_other[0], keys[1] * 1e4 + keys[0])
    assert both.sum() > 100
    for name in ("p10", "p50", "p90", "published"):
        told, told_other = getattr(same.told, name)[before][both], getattr(other.told, name)[before_other][both_other]
        assert told == pytest.approx(told_other, abs=1e-6)


def test_buses_that_wait_and_arrivals_nobody_saw_are_counted_and_not_scored() -> None:
    assert found().left_out["before the bus was under way"] > 0
    scored = len(found().compared.actual)
    assert np.isfinite(found().compared.actual).all()
    assert scored < len(recording().promises)


def test_a_path_nobody_has_driven_before_has_streets_of_its_own() -> None:
    plan = learned_plan(recording(), FIRST, 0.0)
    pattern = plan.runs[run_id_of(recording().tracks[0])].pattern
    assert pattern.path_xy.min() > 1e5
    known = learned_plan(recording(), FIRST + timedelta(days=1), 86_400.0 * ((FIRST - date(1970, 1, 1)).days + 1))
    assert np.abs(known.runs[run_id_of(recording().tracks[0])].pattern.path_xy).max() < 1e4


def test_the_figures_are_told_to_a_person_and_to_a_program() -> None:
    figures = json.loads(json.dumps(as_json(found()), default=str))
    assert figures["all_arrivals"]["error_ratio"] == pytest.approx(versus(found(), strict=False).error_ratio)
    assert figures["days_scored"] == ["2025-09-24", "2025-09-25"]
    words = "\n".join(as_words(found()))
    assert AGENCY in words
    assert "of the agency's" in words
    rows = list(prediction_rows(recording(), found()))
    assert len(rows) == len(found().compared.actual)
    assert rows[0][3] == STOP
    assert rows == sorted(rows, key=lambda row: row[0])
