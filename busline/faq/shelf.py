"""The answers that the running service uses: read at the start, and again whenever staff have edited one."""

import asyncio
from datetime import datetime

import structlog

from busline.faq.entries import shipped_entries
from busline.faq.search import Faq, Tokens
from busline.faq.store import Answers
from busline.steady import keep_doing

log = structlog.get_logger(__name__)

LOOK_AGAIN_SECONDS = 5.0


class Shelf:
    """Holds the search in force."""

    def __init__(self, answers: Answers, tokens: Tokens) -> None:
        self._answers = answers
        self._tokens = tokens
        self._change: int | None = None
        self.faq = Faq((), tokens)

    async def open(self, now: datetime) -> None:
        """Bring in what came with Busline and read what is in force."""
        seeded = await self._answers.seed(shipped_entries(), now)
        if seeded.added or seeded.renewed:
            log.info("answers_seeded", added=seeded.added, renewed=seeded.renewed, kept_of_staff=seeded.kept)
        await self.look_again()

    async def look_again(self) -> None:
        """Read the answers anew if one was edited; in a thread, for it takes a tenth of a second."""
        change = await self._answers.change()
        if change != self._change:
            entries = [version.entry for version in await self._answers.in_force()]
            self.faq = await asyncio.to_thread(Faq, entries, self._tokens)
            self._change = change

    async def follow(self) -> None:
        """Look again every few seconds; the last answers that were read stay in force meanwhile. Never returns."""

        async def look() -> bool:
            await self.look_again()
            return False

        await keep_doing("reading prepared answers", look, pause_seconds=LOOK_AGAIN_SECONDS)
