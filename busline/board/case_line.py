"""The line about cases at the head of the board: how many families wait, and what did not get through."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from busline.cases.overview import Figures, Overview

_FRESH_SECONDS = 4.0
"""However many boards look, the database counts no more often than this."""


def case_words(figures: Figures) -> str:
    """ASCII, for it also travels in a header; empty where there is nothing to say."""
    said = []
    if figures.waiting:
        verb = "family waits" if figures.waiting == 1 else "families wait"
        urgent = f", {figures.urgent} of them urgent" if figures.urgent else ""
        late = f", {figures.overdue} longer than promised" if figures.overdue else ""
        said.append(f"{figures.waiting} {verb} for a person to answer{urgent}{late}.")
    if figures.not_handed_over:
        count = figures.not_handed_over
        lines = "1 message about a case" if count == 1 else f"{count} messages about cases"
        said.append(f"{lines} could not be handed to the department.")
    return " ".join(said)


class CaseLine:
    """The line, counted once for all who look."""

    def __init__(self, overview: Overview, now: Callable[[], datetime]) -> None:
        self._overview = overview
        self._now = now
        self._words = ""
        self._until = 0.0
        self._counting = asyncio.Lock()

    async def words(self) -> str:
        async with self._counting:
            if time.monotonic() >= self._until:
                self._words = case_words(await self._overview.figures(self._now()))
                self._until = time.monotonic() + _FRESH_SECONDS
            return self._words
