"""`python -m benchmarks`: every benchmark in a process of its own; the last line says how many met their bars."""

import subprocess
import sys

BENCHMARKS = (
    "match_fleet",
    "tick",
    "design_load",
    "texts",
    "stranger",
    "recorded_day",
    "recognition",
    "arrival_times",
    "madison",
    "postgres_kills",
    "intents",
    "opt_out_words",
    "grammar_load",
    "faq",
    "outbox",
    "alert_look",
    "alert_delay",
    "kills",
)


def main() -> int:
    missed = []
    for name in BENCHMARKS:
        print(f"\n== benchmarks.{name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:
            missed.append(name)
    print(f"\n{len(BENCHMARKS) - len(missed)} of {len(BENCHMARKS)} benchmarks met their bars.", *missed)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
