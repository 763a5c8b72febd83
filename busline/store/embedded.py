"""Runs Busline's own PostgreSQL under its data directory: starts it, keeps it running, stops it cleanly.

The programs come with a Python package; the launcher is ours. The server listens on a private socket only, knows its
clients by peer authentication, runs with fsync on and never as root. It outlives `kill -9` of itself, of its backends
and of Busline.
"""

import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from busline.store.cluster import DATABASE_ROLE, SOCKET_NAME, Cluster, prepare_cluster
from busline.store.pool import DatabaseAddress
from busline.store.unprivileged import MINIMAL_ENVIRONMENT, EmbeddedError, name_of

__all__ = ["EmbeddedError", "embedded_postgres"]

log = structlog.get_logger(__name__)

DATABASE = "postgres"
LOOK_SECONDS = 0.05
"""How often the server's process and its pid file are looked at: two cheap system calls."""
STILL_WAITING_SECONDS = 10.0
"""How often a long start or stop says that it is still going on."""
START_PATIENCE_SECONDS = 600.0
"""Replaying the log after a crash may take minutes on a slow disk; giving up would not make it faster."""
LONGEST_PAUSE_SECONDS = 30.0
"""Between attempts to restart a server that keeps ending."""
LOG_MAX_BYTES = 20_000_000
"""A server log longer than this is set aside at the next start."""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # A failing statement and its DETAIL line may hold names and phone numbers: neither is logged.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


@asynccontextmanager
async def embedded_postgres(data_dir: Path, *, join_running: bool = False) -> AsyncIterator[DatabaseAddress]:
    """The embedded server of a data directory, ready for connections until the end of the block.

    Should the server die meanwhile it is started again, and recovers; connections break and pools make new ones.
    A server left behind by a Busline that was killed is stopped first. One Busline at a time may run it; with
    `join_running` (commands beside a running service) a server that another Busline runs is used as it is.

    Keeps `data_dir/postgres` (the cluster, or a link to it), `postgres.log` and `postgres.lock`. Raises EmbeddedError.
    """
    data_dir = _made(data_dir)
    while True:
        with _lock(data_dir / "postgres.lock") as holder:
            if holder is None:
                async with _own_server(data_dir) as address:
                    yield address
                return
        if not join_running:
            raise EmbeddedError(
                f"Another Busline ({holder}) already runs the database in {data_dir}. Nothing was changed. Stop it "
                "first, or give this one its own data directory."
            )
        # It may still be starting, or stopping: then the lock is ours at the next look.
        running = _read_pid_file(data_dir / "postgres")
        if running is not None and running.ready and running.socket_dir is not None:
            yield _address(running.socket_dir)
            return
        await asyncio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def _own_server(data_dir: Path) -> AsyncIterator[DatabaseAddress]:
    server = _Server(await asyncio.to_thread(prepare_cluster, data_dir), data_dir / "postgres.log")
    try:
        await server.start()
        keeper = asyncio.create_task(server.keep_running(), name="embedded PostgreSQL")
        try:
            yield _address(server.cluster.socket_dir)
        finally:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper
    finally:
        await server.stop()


def _address(socket_dir: Path) -> DatabaseAddress:
    return DatabaseAddress(host=str(socket_dir), user=DATABASE_ROLE, database=DATABASE)


def _made(data_dir: Path) -> Path:
    data_dir = data_dir.absolute()
    try:
        if not data_dir.is_dir():
            data_dir.mkdir(parents=True)
            # The database's user may pass through, not list. A directory that was there already is left as it is.
            data_dir.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except OSError as problem:
        raise _unusable(data_dir, problem) from problem
    return data_dir


def _unusable(data_dir: Path, problem: OSError) -> EmbeddedError:
    return EmbeddedError(
        f"The data directory {data_dir} cannot be used by {name_of(os.geteuid())}: {problem.strerror}. Nothing was "
        "changed. Start Busline as the user it belongs to, or give it another data directory."
    )


@contextmanager
def _lock(path: Path) -> Iterator[str | None]:
    """Holds the lock and gives None; or, where another process holds it, gives words for that process."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as problem:
        raise _unusable(path.parent, problem) from problem
    with open(descriptor, "r+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = file.read().strip()
            yield f"process {pid}" if pid else "just starting"
            return
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield None


@dataclass(frozen=True, slots=True)
class _PidFile:
    """What `postmaster.pid` says."""

    pid: int
    socket_dir: Path | None
    ready: bool


def _read_pid_file(files: Path) -> _PidFile | None:
    """None when there is none, or it is being written."""
    try:
        lines = (files / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    if not lines or not lines[0].strip().isdigit():
        return None
    return _PidFile(
        pid=int(lines[0]),
        socket_dir=Path(lines[4]) if len(lines) > 4 and lines[4] else None,
        ready=len(lines) > 7 and lines[7].strip() == "ready",
    )


def _is_server_of(pid: int, files: Path) -> bool:
    """Whether a process is a postmaster on these files. A zombie, and a pid that somebody reused, are not.

    Told by its command line, which anybody may read; its working directory could not be read in a container.
    """
    if Path("/proc/self/cmdline").exists():
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return False
        return Path(os.fsdecode(arguments[0])).name == "postgres" and os.fsencode(files) in arguments
    listed = subprocess.run(  # noqa: S603
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return f"postgres -D {files} " in listed.stdout


class _Server:
    """The server's process. At most one at a time."""

    def __init__(self, cluster: Cluster, log_path: Path) -> None:
        self.cluster = cluster
        self._log_path = log_path
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Returns once connections are accepted. Raises EmbeddedError when the server ends instead."""
        since = time.monotonic()
        while True:
            await self._clear_leftovers()
            said_from = self._spawn()
            if await self._until_ready(since):
                return
            said = self._log_since(said_from)
            # Backends that outlive a killed postmaster still hold its memory, for as long as their query takes.
            if "is still in use" not in said or time.monotonic() - since > START_PATIENCE_SECONDS:
                raise EmbeddedError(
                    f"PostgreSQL ended instead of starting on {self.cluster.files}; the data was left as it is. It "
                    f"said: {said.strip() or '(nothing)'}. The whole log is {self._log_path}."
                )
            await asyncio.sleep(LOOK_SECONDS)

    async def keep_running(self) -> None:
        """Starts the server again whenever it has ended. Runs until cancelled."""
        while True:
            while self._process is not None and self._process.poll() is None:  # noqa: ASYNC110  a process sets no event
                await asyncio.sleep(LOOK_SECONDS)
            since = time.monotonic()
            log.error(
                "PostgreSQL ended by itself; starting it again",
                exit_code=None if self._process is None else self._process.returncode,
                log=str(self._log_path),
            )
            pause = LOOK_SECONDS
            attempts = 1
            while True:
                try:
                    await self.start()
                    break
                except (EmbeddedError, OSError) as problem:
                    # OSError: no memory or process to be had, which is often what ended the server too.
                    if attempts == 1:
                        log.error("PostgreSQL does not come back yet; trying on", problem=str(problem))
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
                attempts += 1
            log.warning("PostgreSQL is back", seconds=round(time.monotonic() - since, 2), attempts=attempts)

    async def stop(self) -> None:
        """A fast shutdown: clients are cut off, everything is written. Never forced: that would only mean recovery."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        said = since = time.monotonic()
        while process.poll() is None:
            await asyncio.sleep(LOOK_SECONDS)
            if time.monotonic() - said > STILL_WAITING_SECONDS:
                said = time.monotonic()
                log.info("PostgreSQL is still writing before it stops", seconds=round(said - since))
        self._process = None
        if self.cluster.socket_dir != self.cluster.files:
            with contextlib.suppress(OSError):
                self.cluster.socket_dir.rmdir()

    def _spawn(self) -> int:
        """Starts the process; returns where in the log its words begin."""
        if self._log_path.exists() and self._log_path.stat().st_size > LOG_MAX_BYTES:
            self._log_path.replace(self._log_path.with_suffix(".log.1"))
        settings = {**SETTINGS, "unix_socket_directories": str(self.cluster.socket_dir)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with open(os.open(self._log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log_file:
            said_from = log_file.tell()
            self._process = subprocess.Popen(  # noqa: S603
                [self.cluster.programs / "postgres", "-D", self.cluster.files, *options],
                cwd="/",
                env=MINIMAL_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=log_file,
                # Ctrl-C in the terminal is for Busline, which then stops its server in good order.
                start_new_session=True,
                umask=0o077,
                **self.cluster.user.run_as(),
            )
        return said_from

    async def _until_ready(self, since: float) -> bool:
        """False when the process has ended."""
        process = self._process
        said = time.monotonic()
        while process is not None and process.poll() is None:
            found = _read_pid_file(self.cluster.files)
            if found is not None and found.pid == process.pid and found.ready:
                return True
            await asyncio.sleep(LOOK_SECONDS)
            now = time.monotonic()
            if now - since > START_PATIENCE_SECONDS:
                raise EmbeddedError(
                    f"PostgreSQL was not ready after {START_PATIENCE_SECONDS:.0f} s; it was asked to stop and the data "
                    f"was left as it is. Start Busline again to go on; the log is {self._log_path}."
                )
            if now - said > STILL_WAITING_SECONDS:
                said = now
                log.info("PostgreSQL is still starting", seconds=round(now - since), log=str(self._log_path))
        return False

    async def _clear_leftovers(self) -> None:
        """Stops a server that a killed Busline left behind, and removes lock files that name a pid since reused.

        We hold the lock of the data directory, so nobody else starts a server on it meanwhile.
        """
        left = _read_pid_file(self.cluster.files)
        if left is not None and _is_server_of(left.pid, self.cluster.files):
            log.warning("stopping a PostgreSQL that an earlier Busline left running", pid=left.pid)
            with contextlib.suppress(ProcessLookupError):
                os.kill(left.pid, signal.SIGINT)
            since = said = time.monotonic()
            while _is_server_of(left.pid, self.cluster.files):
                await asyncio.sleep(LOOK_SECONDS)
                if time.monotonic() - said > STILL_WAITING_SECONDS:
                    said = time.monotonic()
                    log.info("it is still writing before it stops", pid=left.pid, seconds=round(said - since))
        # Its socket's lock file has the same weakness as postmaster.pid: a pid is all it says.
        for stale in (
            self.cluster.files / "postmaster.pid",
            self.cluster.socket_dir / f"{SOCKET_NAME}.lock",
            self.cluster.socket_dir / SOCKET_NAME,
        ):
            stale.unlink(missing_ok=True)

    def _log_since(self, offset: int) -> str:
        with self._log_path.open("rb") as log_file:
            log_file.seek(offset)
            return log_file.read()[-2_000:].decode(errors="replace")
