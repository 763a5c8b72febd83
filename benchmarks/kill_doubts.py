"""How long it stays unknown whether the carrier has a message, watched from beside through every kill."""

import asyncio
import time
from dataclasses import dataclass, field

from benchmarks.kill_staff import AWAY
from busline.store.pool import Pool


@dataclass(slots=True)
class Doubts:
    """How long attempts stayed such that nobody knew whether the carrier has them."""

    settled_seconds: list[float] = field(default_factory=list)
    _open: dict[tuple[int, float], None] = field(default_factory=dict)

    async def keep_watching(self, pool: Pool) -> None:
        """Until cancelled. One is settled when it is seen to be: rather told too long than too short."""
        while True:
            try:
                rows = await pool.fetch(
                    "select outbox_id, maybe_since from outbox where maybe_since is not null and state = 'waiting'"
                )
            except AWAY:
                await asyncio.sleep(0.1)
                continue
            there = {(row["outbox_id"], row["maybe_since"].timestamp()) for row in rows}
            for one in [one for one in self._open if one not in there]:
                del self._open[one]
                self.settled_seconds.append(time.time() - one[1])
            self._open |= dict.fromkeys(there)
            await asyncio.sleep(0.25)
