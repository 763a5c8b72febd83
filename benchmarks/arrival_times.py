"""Arrival times on a recorded day of real buses, no earlier days, constants fitted on the other route: the bars.

    python -m benchmarks.arrival_times --plan ../shared/data/wmata-bus/gtfs.zip \
        --positions ../shared/data/wmata-bus/positions.csv.gz
"""

import argparse
import sys
from pathlib import Path

from busline.backtest.figures import as_words
from busline.backtest.verdict import OURS, Backtest, backtest
from feeds.plan.gtfs import read_gtfs
from feeds.positions_file import read_positions

BENCHMARK, LOWEST_BUCKET, BENCHMARK_WITH_START = 92.0, 88.0, 91.0
ERROR_RATIO = 0.79
MBTA, CAL_ITP = 92.0, 85.0
COVERAGE = (77.0, 84.0)
WIDTH_SECONDS = 275.0
COMPLETE_MINUTES = 96.0


def bars(found: Backtest) -> dict[str, tuple[float, bool]]:
    """Each bar with what was found, and whether that meets it. Benchmark, band and buckets must hold in each fold."""
    ours, with_start = found.under_way.scores[OURS], found.with_start.scores[OURS]
    folds = [fold.scores for fold in found.folds]
    lowest = min(bucket.accurate_percent for scores in folds for bucket in scores.benchmark.buckets)
    worst = min(scores.benchmark.percent for scores in folds)
    held = [scores.coverage_percent for scores in folds]
    width = max(scores.width_seconds for scores in folds)
    before = with_start.benchmark.percent
    return {
        f"Benchmark, worse fold, at least {BENCHMARK:g}": (worst, worst >= BENCHMARK),
        f"lowest bucket of either fold at least {LOWEST_BUCKET:g}": (lowest, lowest >= LOWEST_BUCKET),
        f"Benchmark with the time before departure at least {BENCHMARK_WITH_START:g}": (
            before,
            before >= BENCHMARK_WITH_START,
        ),
        f"error of p50 at most {ERROR_RATIO:g} of delay propagation": (
            found.under_way.error_ratio,
            found.under_way.error_ratio <= ERROR_RATIO,
        ),
        f"MBTA at least {MBTA:g}": (ours.mbta.percent, ours.mbta.percent >= MBTA),
        f"Cal-ITP at least {CAL_ITP:g}": (ours.cal_itp_percent, ours.cal_itp_percent >= CAL_ITP),
        f"band of 80 % holds at least {COVERAGE[0]:g} %, worse fold": (min(held), min(held) >= COVERAGE[0]),
        f"band of 80 % holds at most {COVERAGE[1]:g} %, worse fold": (max(held), max(held) <= COVERAGE[1]),
        f"mean width at most {WIDTH_SECONDS:g} s, worse fold": (width, width <= WIDTH_SECONDS),
        f"complete minutes, two predictions each, at least {COMPLETE_MINUTES:g} %": (
            found.complete_twice_percent,
            found.complete_twice_percent >= COMPLETE_MINUTES,
        ),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--plan", type=Path, default=Path("../shared/data/wmata-bus/gtfs.zip"))
    parser.add_argument("--positions", type=Path, default=Path("../shared/data/wmata-bus/positions.csv.gz"))
    options = parser.parse_args()
    if not options.plan.exists() or not options.positions.exists():
        print("Skipped: the recorded data is not here. Name it with --plan and --positions.")
        return 0
    found = backtest(read_gtfs(options.plan).timetable, read_positions(options.positions).positions)
    print("\n".join(as_words(found)))
    print()
    met = bars(found)
    for words, (value, holds) in met.items():
        print(f"{'met   ' if holds else 'MISSED'} {value:8.2f}  {words}")
    print("every bar is met" if all(holds for _, holds in met.values()) else "a bar is missed")
    return 0 if all(holds for _, holds in met.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
