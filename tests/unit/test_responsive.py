"""When cyclic garbage is looked for, not while buses are out; and how threads take turns."""

import asyncio
import gc
import sys
from weakref import ref

import pytest

from busline.app.responsive import NEVER, TURN_SECONDS, collect_when_quiet, responsive


class Knot:
    """Something that only the collector can free."""

    def __init__(self) -> None:
        self.itself = self


def test_within_the_block_old_objects_are_left_alone_and_afterwards_all_is_as_before() -> None:
    before = gc.get_threshold(), sys.getswitchinterval()
    with responsive():
        assert gc.get_threshold()[2] == NEVER
        assert sys.getswitchinterval() == pytest.approx(TURN_SECONDS)
    assert (gc.get_threshold(), sys.getswitchinterval()) == before
    assert gc.get_freeze_count() == 0


@pytest.mark.parametrize("quiet", [True, False])
async def test_a_cycle_that_has_grown_old_is_freed_once_nothing_goes_on(quiet: bool) -> None:
    with responsive():
        knot: Knot | None = Knot()
        assert knot is not None
        seen = ref(knot)
        gc.collect(1)  # it survives, and is old from now on
        knot = None
        task = asyncio.create_task(collect_when_quiet(lambda: quiet, look_seconds=0.01))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (seen() is None) is quiet
