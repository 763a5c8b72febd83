"""When Python looks through everything for cyclic garbage: while no bus is out.

With 10,000 runs under way one full collection holds the event loop for some 70 ms, and left to itself it comes every
few seconds: what a fleet reports lives just long enough to look old. Nothing in the picture is part of a cycle, so it
is freed without that search; only the young, where requests leave their few cycles, are looked through all the time.
"""

import asyncio
import gc
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


@contextmanager
def rare_collections() -> Iterator[None]:
    """Within the block nothing old is looked through by itself; what exists at its beginning never is."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLING, NEVER)
    try:
        yield
    finally:
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
