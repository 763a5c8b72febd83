"""What it costs to have both readers of texts at hand, and to read one with them: seconds, megabytes, milliseconds.

    python -m benchmarks.grammar_load

A service that was killed must answer again at once, and every command and every worker of the tests loads them too. The
floor is to read the files of the lexicons as TOML and do nothing with them. The texts of all labelled sets are read
twice: as they come to a service that has just begun, and again.
"""

import resource
import sys
import time
import tomllib
from collections.abc import Callable
from importlib.resources import files

from benchmarks.labelled import Use, utterances

MOST_TIMES_THE_FLOOR = 12.0
"""Written out, the templates took 60 times as long as their files."""
MOST_MB = 60.0


def main() -> int:
    """Prints the figures of one load in this process, in CPU time: other work on the machine counts little."""
    floor = _seconds_of(_read_as_toml)
    # Its import costs too, but is no part of the load.
    from sms.reading import shipped_readers

    before_mb = _resident_mb()
    load = _seconds_of(shipped_readers)
    load_mb = _resident_mb() - before_mb
    print(f"load {load:.2f} s, {load / floor:.1f} times its files as TOML; {load_mb:.0f} MB")
    texts = [row.text for use in Use for row in utterances(use)]
    understand = shipped_readers().understand
    for turn in ("first", "second"):
        seconds = _seconds_of(lambda: [understand(text) for text in texts])
        kept_mb = _resident_mb() - before_mb
        print(f"{turn} reading of {len(texts)} texts: {seconds / len(texts) * 1_000:.2f} ms each; {kept_mb:.0f} MB")
    met = load <= MOST_TIMES_THE_FLOOR * floor and load_mb <= MOST_MB
    print("bars met" if met else f"missed: at most {MOST_TIMES_THE_FLOOR:.0f} times the files, {MOST_MB:.0f} MB")
    return 0 if met else 1


def _read_as_toml() -> None:
    for entry in files("sms.lexicon").iterdir():
        if entry.name.endswith(".toml"):
            tomllib.loads(entry.read_text(encoding="utf-8"))


def _seconds_of(what: Callable[[], object]) -> float:
    began = time.process_time()
    what()
    return time.process_time() - began


def _resident_mb() -> float:
    """The most that this process has held, which Linux counts in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


if __name__ == "__main__":
    sys.exit(main())
