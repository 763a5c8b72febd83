"""The engine against an agency's own predictions: learning on earlier days, scored on later ones. No plan, no shapes.

    python -m benchmarks.madison --positions ../shared/data/madison-bus/vehicles.csv.gz \
        --agency-predictions ../shared/data/madison-bus/predictions.csv.gz
"""

import argparse
import sys
from pathlib import Path

from busline.backtest.by_distance import ByDistance, compare
from busline.backtest.versus import OURS, as_words, versus
from feeds.bustime_recording import read_bustime

ERROR_RATIO, ERROR_RATIO_STRICT = 0.89, 0.92
BENCHMARK = 92.0
COVERAGE = (76.0, 85.0)


def bars(found: ByDistance) -> dict[str, tuple[float, bool]]:
    """Each bar with what was found, and whether that meets it."""
    every, strict = versus(found, strict=False), versus(found, strict=True)
    worst = max(every.difference_minutes_interval[1], strict.difference_minutes_interval[1])
    benchmark = strict.scores[OURS].benchmark.percent
    held = [side.scores[OURS].coverage_percent for side in (every, strict)]
    return {
        f"error at most {ERROR_RATIO:g} of the agency's": (every.error_ratio, every.error_ratio <= ERROR_RATIO),
        f"error at most {ERROR_RATIO_STRICT:g} of the agency's, arrivals known well": (
            strict.error_ratio,
            strict.error_ratio <= ERROR_RATIO_STRICT,
        ),
        "difference in minutes below zero at the upper end of its interval": (worst, worst < 0),
        f"Benchmark at least {BENCHMARK:g}, arrivals known well": (benchmark, benchmark >= BENCHMARK),
        f"band of 80 % holds at least {COVERAGE[0]:g} %": (min(held), min(held) >= COVERAGE[0]),
        f"band of 80 % holds at most {COVERAGE[1]:g} %": (max(held), max(held) <= COVERAGE[1]),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--positions", type=Path, default=Path("../shared/data/madison-bus/vehicles.csv.gz"))
    parser.add_argument(
        "--agency-predictions", type=Path, default=Path("../shared/data/madison-bus/predictions.csv.gz")
    )
    options = parser.parse_args()
    if not options.positions.exists() or not options.agency_predictions.exists():
        print("Skipped: the recorded data is not here. Name it with --positions and --agency-predictions.")
        return 0
    found = compare(read_bustime(options.positions, options.agency_predictions))
    print("\n".join(as_words(found)))
    print()
    met = bars(found)
    for words, (value, holds) in met.items():
        print(f"{'met   ' if holds else 'MISSED'} {value:8.3f}  {words}")
    print("every bar is met" if all(holds for _, holds in met.values()) else "a bar is missed")
    return 0 if all(holds for _, holds in met.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
