"""What keeps a text from waiting for Python itself: when garbage is looked for, and how threads take turns.

With 10,000 runs under way one full search for cyclic garbage holds the event loop for some 70 ms, and left to itself it
comes every few seconds: what a fleet reports lives just long enough to look old. Nothing in the picture is part of a
cycle, so it is freed without that search; only the young, where requests leave their few cycles, are looked through all
the time. And while a large message is read in a thread, a text waits for its turn each time the database has answered.
"""

import asyncio
import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

YOUNG = 5_000
"""New objects between two looks at the young; a look then takes under a millisecond."""
MIDDLING = 10
NEVER = 2**31 - 1
LOOK_SECONDS = 600.0
AT_MOST_SECONDS = 24 * 3_600.0
"""Where buses are always out, everything is looked through once a day all the same."""


TURN_SECONDS = 0.001
"""How long a thread works before it lets another one: with Python's own 5 ms a text whose ten steps fall into the
reading of 10,000 vehicles takes 75 ms, with this 22, and the reading no longer (measured)."""


@contextmanager
def responsive() -> Iterator[None]:
    """Within the block turns are short, nothing old is looked through by itself, and what is there by now never is."""
    before, turn_seconds = gc.get_threshold(), sys.getswitchinterval()
    sys.setswitchinterval(TURN_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLING, NEVER)
    try:
        yield
    finally:
        sys.setswitchinterval(turn_seconds)
        gc.set_threshold(*before)
        gc.unfreeze()


async def collect_when_quiet(is_quiet: Callable[[], bool], *, look_seconds: float = LOOK_SECONDS) -> None:
    """Look through everything whenever nothing goes on, and at least once a day. Never returns."""
    collected_at = time.monotonic()
    while True:
        await asyncio.sleep(look_seconds)
        if is_quiet() or time.monotonic() - collected_at >= AT_MOST_SECONDS:
            gc.collect()
            collected_at = time.monotonic()
