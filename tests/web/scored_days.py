"""Thirty days of scores like those of a district that has just begun to learn its roads."""

import math
from datetime import UTC, date, datetime, timedelta

from busline.store.pool import Pool

SCORE = """
insert into score_day (service_date, route_name, predictor, predictions, runs, benchmark_percent, mbta_percent,
    cal_itp_percent, mean_absolute_seconds, bias_seconds, phantom_percent, wobble_minutes, coverage_percent,
    width_seconds, missed_percent, computed_at, early_percent, pinball_p10_seconds, pinball_p50_seconds,
    pinball_p90_seconds, bucket_percents, horizon_predictions, horizon_absolute_seconds, horizon_bias_seconds)
values ($1, '', $2, 41200, 480, $3::float8, 90, 85, 70, 4, 0.6, 0.1, $4, 250, $5, $6, 10, 16.8, 35, 21.4,
    array[$3::float8 + 1.5, $3::float8 + 0.5, $3::float8 - 0.5, null], array[4000, 6000, 9000, 8000, 7200, 7000],
    array[20, 40, 60, 85, 105, 130]::double precision[], array[1, 0, 3, 6, 9, -18]::double precision[])
"""
ROUTE = """
insert into score_day
    (service_date, route_name, predictor, predictions, runs, benchmark_percent, bias_seconds, computed_at)
values ($1, $2, 'busline', 900, 4, $3, $4, $5)
"""
PROMISE = "insert into promise_day values ($1, '', 480, 474, $2, $3, $4, $5, 1, $6, 0, $7, $8)"


async def keep_days(pool: Pool, last: date, *, days: int = 30) -> list[date]:
    """School days up to `last`, oldest first. The benchmark climbs from 82 to 93; on one day nothing was told."""
    at = datetime(2026, 10, 6, 6, 30, tzinfo=UTC)
    kept = [day for day in (last - timedelta(days=days - 1 - ago) for ago in range(days)) if day.weekday() < 5]
    for number, day in enumerate(kept):
        share, swing = number / max(1, len(kept) - 1), math.sin(number * 1.7)
        ours = 82 + 11 * share + 1.5 * swing
        await pool.execute(SCORE, day, "busline", ours, 76 + 3 * share + 2 * swing, 1.4 - share + 0.2 * swing, at)
        await pool.execute(SCORE, day, "delay", 64 + 3 * swing, None, None, at)
        await pool.execute(SCORE, day, "held", 58 + 3 * swing, None, None, at)
        await pool.execute(SCORE, day, "plan", 41 + 4 * swing, None, None, at)
        await pool.execute(ROUTE, day, "Route 7", 61 + 4 * swing, 90, at)
        await pool.execute(ROUTE, day, "Route 2", 74 - 3 * swing, -30, at)
        told = 0 if number == 3 else 60 + number
        early, unknown = min(told, 5), min(told, 3)
        held = round(told * (0.74 + 0.1 * share))
        late = max(0, told - held - 9)
        await pool.execute(PROMISE, day, 96 + share, told, held, early, late, unknown, at)
    return kept
