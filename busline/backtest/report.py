"""The report of a backtest: one HTML page that holds everything it shows."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

import numpy as np
from numpy.typing import NDArray

from busline.accuracy.scoring import eta_benchmark
from busline.backtest.charts import Axis, Plot, round_ticks
from busline.backtest.figures import or_dash, what_was_scored
from busline.backtest.plans import Plans
from busline.backtest.verdict import OURS, SCORED_SECONDS, Backtest, Side
from busline.service_day import moment
from busline.timetable import Timetable

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

WORST = 10
AHEAD_SECONDS = 600.0
"""The predictions drawn over a worst run's track are those made ten minutes before the bus came."""
LEAST = 30
"""Fewer predictions than this in an hour of a route say nothing."""


def report_page(plan: Timetable | Plans, found: Backtest, title: str) -> str:
    """The page. `title` says what was replayed."""
    plans = Plans.of(plan)
    held = _reliability(found)
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{found.under_way.scores[OURS].predictions:,} predictions under way, of "
        f"{found.under_way.scores[OURS].trips} runs, made at every fix and up to 30 minutes ahead.</p>",
        "<h2>Scores</h2>",
        _table("Under way", found.under_way),
        _table("From before the departure on", found.with_start),
        _table("Against the agency, on its own predictions", found.agency) if found.agency is not None else "",
        *(f"<p>{escape(line)}</p>" for line in what_was_scored(found)),
        "<h2>Error by horizon</h2>",
        _figure(
            _by_horizon(found.under_way), "Mean absolute error against time to the arrival.", _legend(found.under_way)
        ),
        "<h2>Is the band true?</h2>",
        _figure(
            held,
            "Share of buses that came before each quantile, under way. On the line, what is promised is kept: "
            "p10, p12 (published), p50 and p90.",
            "",
        ),
        "<h2>By route and hour</h2>",
        _by_route_and_hour(plans, found),
        f"<h2>The {WORST} worst runs</h2>",
        "<p>Solid: where the bus was. Dashed: where the plan had it. Dots and bars: for each stop what was told ten "
        "minutes before the bus came, p50 within p10 to p90.</p>",
        '<div class="grid2">',
        *(_worst(plans, found, run) for run in _worst_runs(found)),
        "</div>",
    ]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><main>{''.join(body)}</main></body></html>"
    )


def _table(caption: str, side: Side) -> str:
    rows = []
    for name, scores in side.scores.items():
        buckets = "".join(f"<td>{or_dash(bucket.accurate_percent)}</td>" for bucket in scores.benchmark.buckets)
        banded = (
            (
                f"{scores.coverage_percent:.1f} %",
                f"{scores.width_seconds:.0f} s",
                f"{scores.missed_percent:.1f} %",
                f"{scores.pinball_p10_seconds:.0f}/{scores.pinball_p50_seconds:.0f}/{scores.pinball_p90_seconds:.0f} s",
            )
            if name == OURS
            else ("–", "–", "–", f"–/{scores.pinball_p50_seconds:.0f}/– s")
        )
        band = "".join(f"<td>{one}</td>" for one in banded)
        rows.append(
            f'<tr><th scope="row">{escape(name)}</th><td><b>{or_dash(scores.benchmark.percent)}</b></td>{buckets}'
            f"<td>{or_dash(scores.mbta.percent)}</td><td>{scores.cal_itp_percent:.1f}</td>"
            f"<td>{scores.mean_absolute_seconds:.0f} s</td><td>{scores.bias_seconds:+.0f} s</td>"
            f"<td>{scores.wobble_minutes:.2f} min</td><td>{scores.phantom_percent:.1f} %</td>{band}</tr>"
        )
    low, high = side.error_ratio_interval
    heads = (
        "Benchmark", "0-3", "3-6", "6-10", "10-15 min", "MBTA", "Cal-ITP", "error", "bias", "wobble", "phantom", "band",
        "width", "missed", "pinball 10/50/90",
    )  # fmt: skip
    said = f"{caption}. Error {side.error_ratio:.3f} of {side.rival} ({low:.3f} to {high:.3f})."
    return _wide(said, heads, rows)


def _wide(caption: str, heads: Sequence[str], rows: Sequence[str]) -> str:
    """A table that scrolls by itself on a narrow screen, its caption staying in view."""
    columns = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    return (
        f'<div class="wide" role="region" aria-label="{escape(caption)}" tabindex="0"><table>'
        f"<caption><span>{escape(caption)}</span></caption><thead><tr><td></td>{columns}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _figure(plot: Plot, caption: str, legend: str) -> str:
    return f"<figure>{plot.svg()}{legend}<figcaption>{escape(caption)}</figcaption></figure>"


def _legend(side: Side) -> str:
    keys = "".join(f'<li><i class="s{index}"></i>{escape(name)}</li>' for index, name in enumerate(side.scores))
    return f'<ul class="legend">{keys}</ul>'


def _by_horizon(side: Side) -> Plot:
    lines = {}
    for index, scores in enumerate(side.scores.values()):
        lines[f"s{index}"] = [
            ((row.from_minutes + row.to_minutes) / 2, row.mean_absolute_seconds)
            for row in scores.by_horizon
            if row.count
        ]
    top = max((y for points in lines.values() for _, y in points), default=1.0)
    said = ", ".join(f"{x:.0f} min {y:.0f} s" for x, y in lines["s0"])
    return Plot(
        Axis("minutes to the arrival", 0, 30, [(float(tick), str(tick)) for tick in range(0, 31, 5)]),
        Axis("mean absolute error, s", 0, top, round_ticks(0, top)),
        f"Error of busline by horizon: {said}",
        lines,
        lines,
    )


def _reliability(found: Backtest) -> Plot:
    notes, told, actual = found.replayed.notes, found.told, found.happened.actual
    lead = actual - notes.made_at
    which = (lead > 0) & (lead <= SCORED_SECONDS) & (notes.made_at > found.happened.first_at) & np.isfinite(told.p50)
    points = []
    for quantile, at in ((0.10, told.p10), (0.12, told.published), (0.50, told.p50), (0.90, told.p90)):
        points.append((quantile, float(np.mean(actual[which] < at[which])) if which.any() else 0.0))
    ticks = [(tick / 10, f"{tick * 10} %") for tick in range(0, 11, 2)]
    return Plot(
        Axis("promised", 0, 1, ticks),
        Axis("came before", 0, 1, ticks),
        "Observed shares: " + ", ".join(f"p{100 * x:.0f} {100 * y:.1f} %" for x, y in points),
        {"guide": [(0, 0), (1, 1)], "s0": points},
        {"s0": points},
    )


def _by_route_and_hour(plans: Plans, found: Backtest) -> str:
    notes, actual = found.replayed.notes, found.happened.actual
    lead = actual - notes.made_at
    scored = np.flatnonzero(
        (lead > 0) & (lead <= SCORED_SECONDS) & (notes.made_at > found.happened.first_at) & np.isfinite(found.told.p50)
    )
    route = np.array([plans.run(key).route_name for key in found.replayed.runs])[notes.trip[scored]]
    zone = [datetime.fromtimestamp(at, plans.timezone).hour for at in (notes.made_at[scored] // 900 * 900).tolist()]
    hour = np.array(zone, np.intp)
    hours = sorted(set(zone))
    rows = []
    for name in sorted(set(route.tolist())):
        cells = []
        for one in hours:
            which = scored[(route == name) & (hour == one)]
            cells.append(_cell(found, which))
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{"".join(cells)}</tr>')
    caption = "Benchmark, and mean absolute error in seconds, by the hour the prediction was made."
    return _wide(caption, [f"{one}:00" for one in hours], rows)


def _cell(found: Backtest, which: Rows) -> str:
    if len(which) < LEAST:
        return "<td>–</td>"
    actual = found.happened.actual[which]
    lead = actual - found.replayed.notes.made_at[which]
    percent = eta_benchmark(lead, actual - found.told.published[which]).percent
    error = float(np.abs(actual - found.told.p50[which]).mean())
    if np.isnan(percent):
        return f"<td>– {error:.0f}</td>"  # the Benchmark looks no farther ahead than a quarter of an hour
    return f'<td class="h{min(max(int((percent - 50) // 10), 0), 4)}"><b>{percent:.0f}</b> {error:.0f}</td>'


def _worst_runs(found: Backtest) -> list[int]:
    notes, actual = found.replayed.notes, found.happened.actual
    lead = actual - notes.made_at
    which = (
        (lead > 0) & (lead <= SCORED_SECONDS) & (notes.made_at > found.happened.first_at) & np.isfinite(found.told.p50)
    )
    error = np.abs(actual - found.told.p50)[which]
    counts = np.bincount(notes.trip[which], minlength=len(found.replayed.runs))
    means = np.bincount(notes.trip[which], weights=error, minlength=len(found.replayed.runs)) / np.maximum(counts, 1)
    order: list[int] = np.argsort(np.where(counts >= LEAST, -means, 0.0), kind="stable").tolist()
    return [run for run in order[:WORST] if counts[run] >= LEAST]


def _worst(plans: Plans, found: Backtest, number: int) -> str:
    key = found.replayed.runs[number]
    run, truth = plans.run(key), found.truth[key]
    midnight = moment(key.service_date, 0, plans.timezone).timestamp()
    stops_km = run.pattern.stop_distance_m / 1_000
    bars, dots = _told_before(found, number, stops_km, midnight)
    hours = (truth.fix_at - midnight) / 3_600
    planned = list(zip((run.arrival_seconds / 3_600).tolist(), stops_km.tolist(), strict=True))
    low = float(min(hours[0], planned[0][0]))
    high = float(max(hours[-1], planned[-1][0]))
    plot = Plot(
        Axis("local time", low, high, _clock_ticks(low, high)),
        Axis("km along the route", 0, float(stops_km[-1]), round_ticks(0, float(stops_km[-1]))),
        f"Track of run {key.run_id}",
        {"plan": planned, "s0": list(zip(hours.tolist(), (truth.distance_m / 1_000).tolist(), strict=True))},
        {"s1": dots},
        bars,
    )
    notes, actual = found.replayed.notes, found.happened.actual
    lead = actual - notes.made_at
    own = (notes.trip == number) & (lead > 0) & (lead <= SCORED_SECONDS) & (notes.made_at > found.happened.first_at)
    error = actual[own] - found.told.p50[own]
    caption = (
        f"Route {run.route_name}, run {key.run_id}, {key.service_date}: off by {np.abs(error).mean():.0f} s on "
        f"average, bias {error.mean():+.0f} s."
    )
    return _figure(plot, caption, "")


def _told_before(
    found: Backtest, number: int, stops_km: Floats, midnight: float
) -> tuple[list[tuple[float, float, float]], list[tuple[float, float]]]:
    notes, actual, told = found.replayed.notes, found.happened.actual, found.told
    own = np.flatnonzero((notes.trip == number) & np.isfinite(actual) & np.isfinite(told.p50))
    bars, dots = [], []
    for call in sorted(set(notes.call[own].tolist())):
        rows = own[notes.call[own] == call]
        off = np.abs(actual[rows] - notes.made_at[rows] - AHEAD_SECONDS)
        row = rows[int(off.argmin())]
        if off.min() > 60:
            continue
        low, middle, high = ((float(at) - midnight) / 3_600 for at in (told.p10[row], told.p50[row], told.p90[row]))
        bars.append((low, high, float(stops_km[call])))
        dots.append((middle, float(stops_km[call])))
    return bars, dots


def _clock_ticks(low: float, high: float) -> list[tuple[float, str]]:
    step = 0.25 if high - low < 1.6 else 0.5 if high - low < 3.2 else 1.0
    first = int(low / step) + 1
    values: Sequence[float] = [step * index for index in range(first, int(high / step) + 1)]
    return [(value, f"{int(value) % 24}:{round(value % 1 * 60):02d}") for value in values]


STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#59636e;--line:#d9dee3;--paper:#fff;--s0:#0b57d0;--s1:#b3261e;
--s2:#7a5a00;--s3:#5b6570;--good:#dff2e3;--bad:#fbe3e0;--bar:#b3261e66}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#a3adb8;--line:#3a424b;--paper:#14181c;--s0:#8ab4f8;
--s1:#f2b8b5;--s2:#e0c068;--s3:#a8b3be;--good:#1d3a26;--bad:#4a2320;--bar:#f2b8b566}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:1280px;margin:0 auto;padding:24px 20px 60px}
h1{font-size:1.6rem;margin:0 0 4px}h2{font-size:1.15rem;margin:36px 0 10px}
.wide{overflow-x:auto}table{border-collapse:collapse;margin:0 0 18px;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding:0 0 6px}
caption span{display:inline-block;position:sticky;left:0;max-width:calc(100vw - 40px)}
th,td{padding:4px 7px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th:first-child{text-align:left;position:sticky;left:0;background:var(--paper)}
thead th{color:var(--soft);font-weight:500;font-size:.85rem}
td.h0,td.h1{background:var(--bad)}td.h4{background:var(--good)}
figure{margin:0 0 18px;max-width:640px}figcaption{color:var(--soft);font-size:.9rem}
.grid2{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,440px),1fr));gap:18px}
svg{width:100%;height:auto;display:block}.grid{stroke:var(--line);stroke-width:1}
text{fill:var(--soft);font:12px system-ui,sans-serif}.end{text-anchor:end}.mid{text-anchor:middle}
.line{fill:none;stroke:var(--s3);stroke-width:2;stroke-linejoin:round}.line.s0{stroke:var(--s0);stroke-width:2.5}
.line.s1{stroke:var(--s1)}.line.s2{stroke:var(--s2)}.line.plan,.line.guide{stroke-dasharray:5 4;stroke-width:1.5}
.dot{fill:var(--s3)}.dot.s0{fill:var(--s0)}.dot.s1{fill:var(--s1)}.dot.s2{fill:var(--s2)}
.bar{stroke:var(--bar);stroke-width:4}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:2px 0 6px;padding:0;font-size:.9rem}
.legend i{display:inline-block;width:18px;height:3px;margin:0 6px 4px 0;background:var(--s3)}
.legend .s0{background:var(--s0)}.legend .s1{background:var(--s1)}.legend .s2{background:var(--s2)}
"""
