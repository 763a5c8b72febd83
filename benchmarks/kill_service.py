"""`busline serve` as a child process that is killed, with its database or without, and started again at once."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import aiohttp

from benchmarks.postgres_kills import children

PATIENCE_SECONDS = 300.0
"""For a start on a machine with much else to do."""


class Kill(StrEnum):
    """What is killed, with SIGKILL."""

    SERVICE = "the service"
    POSTMASTER = "the database's first process"
    DATABASE = "the whole database"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Life:
    """The service from when it answered until it was killed, in epoch seconds."""

    began_at: float
    ended_at: float

    def within(self, since: float, until: float) -> float:
        """So many seconds of it."""
        return min(self.ended_at, until) - max(self.began_at, since)


@dataclass(slots=True)
class Lives:
    """How the service fared, start by start."""

    lived: list[Life] = field(default_factory=list)
    ready_seconds: list[float] = field(default_factory=list)
    """From the start until it answered, for each that came so far."""
    ended_starting: int = 0
    """Ended by itself before it answered, as where its database is killed under it; it is started again."""
    ended_running: int = 0
    """Ended by itself later on: it never should."""


class Service:
    """One data folder's service. `lives` tells how it fared."""

    def __init__(self, environ: Mapping[str, str], data_dir: Path, port: int, log: Path) -> None:
        self.lives = Lives()
        self._environ = {key: one for key, one in os.environ.items() if not key.startswith("BUSLINE_")} | dict(environ)
        self._files = data_dir / "postgres"
        self._port = port
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self._ready_at: float | None = None
        self._began = 0.0

    async def start(self) -> None:
        """Returns at once; `ready` waits until it answers."""
        self._began = time.monotonic()
        self._process = await self._run("serve")

    async def ready(self, session: aiohttp.ClientSession) -> None:
        """Until it answers, started again as often as it takes. Raises SystemExit where it takes too long."""
        since = time.monotonic()
        while self._ready_at is None:
            if await self._revived():
                continue
            try:
                async with session.get(f"http://localhost:{self._port}/healthz") as response:
                    if response.status == 200:
                        self._ready_at = time.time()
                        self.lives.ready_seconds.append(time.monotonic() - self._began)
            except (aiohttp.ClientError, OSError):
                pass  # it is not listening yet
            if time.monotonic() - since > PATIENCE_SECONDS:
                raise SystemExit(f"The service did not come up in {PATIENCE_SECONDS:.0f} s; see {self._log}.")
            await asyncio.sleep(0.02)

    async def kill(self, what: Kill) -> None:
        """Kill it where it stands; what was killed of the service itself is started again at once."""
        if not await self._revived() and what in (Kill.SERVICE, Kill.BOTH):
            process = self._process
            if process is not None:
                _kill([*(self._database(what) if what is Kill.BOTH else ()), process.pid])
                await process.wait()
                self._end()
                await self.start()
                return
        _kill(self._database(what))

    async def command(self, *arguments: str) -> bool:
        """A command beside it, as staff give it, in the same surroundings. Whether it was carried out."""
        process = await self._run(*arguments)
        return await process.wait() == 0

    def _end(self) -> None:
        """Its life is over."""
        if self._ready_at is not None:
            self.lives.lived.append(Life(self._ready_at, time.time()))
            self._ready_at = None

    async def stop(self) -> None:
        """In good order."""
        self._end()
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    async def _revived(self) -> bool:
        """Started again where it had ended by itself."""
        if self._process is None or self._process.returncode is None:
            return False
        if self._ready_at is not None:
            self._end()
            self.lives.ended_running += 1
        else:
            self.lives.ended_starting += 1
            await asyncio.sleep(0.2)
        await self.start()
        return True

    async def _run(self, *arguments: str) -> asyncio.subprocess.Process:
        with self._log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "busline", *arguments, env=self._environ, stdout=log, stderr=log
            )

    def _database(self, what: Kill) -> Sequence[int]:
        """The database's processes, by the file of its first one."""
        if what is Kill.SERVICE:
            return []
        try:
            postmaster = int((self._files / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return []  # it is starting, or stopped
        return [postmaster] if what is Kill.POSTMASTER else [postmaster, *children(postmaster)]


def _kill(doomed: Sequence[int]) -> None:
    for pid in doomed:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue  # it ended by itself meanwhile
