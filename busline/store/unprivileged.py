"""Whom the database server runs as: never root. And whether that user can reach a place on the disk."""

import os
import pwd
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import structlog

log = structlog.get_logger(__name__)

SYSTEM_USER = "busline"
MINIMAL_ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C"}
"""All that a server process is told of the environment. LC_ALL=C also keeps its messages in English, which we read."""


class EmbeddedError(RuntimeError):
    """The embedded PostgreSQL cannot run. The message says what happened, what was kept and what to do next."""


class RunAs(TypedDict, total=False):
    """The part of `subprocess.Popen`'s arguments that gives up root."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The operating system user that owns the cluster and runs its processes."""

    uid: int
    gid: int
    name: str

    def run_as(self) -> RunAs:
        """Empty where it is ourselves; else uid, gid and no group of root's left over."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, directory: Path) -> bool:
        """Asks the kernel, as that user: mode bits alone would miss ACLs and mounts."""
        entered = subprocess.run(  # noqa: S603
            ["/bin/sh", "-c", 'cd -- "$1"', "sh", os.fspath(directory)],
            cwd="/",
            env=MINIMAL_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            **self.run_as(),
        )
        return entered.returncode == 0


def server_user(cluster: Path) -> ServerUser:
    """Ourselves; when we are root the owner of an existing cluster, else the system user `busline`, made if need be.

    Raises EmbeddedError where root has nobody to become, or the cluster is somebody else's.
    """
    owner_uid = cluster.stat().st_uid if cluster.exists() else None
    if os.geteuid() != 0:
        if owner_uid not in (None, os.geteuid()):
            raise EmbeddedError(
                f"The database in {cluster} belongs to user {name_of(owner_uid)}, and this is {name_of(os.geteuid())}. "
                "Nothing was changed. Start Busline as that user or as root, or give it another data directory."
            )
        return _as_server_user(pwd.getpwuid(os.geteuid())) if _has_name(os.geteuid()) else _refuse_nameless()
    if owner_uid == 0:
        raise EmbeddedError(
            f"The database in {cluster} belongs to root, and PostgreSQL refuses to run as root. Nothing was changed. "
            f"Give it to the user it shall run as: chown -R {SYSTEM_USER}: {cluster.resolve()}"
        )
    if owner_uid is not None and _has_name(owner_uid):
        return _as_server_user(pwd.getpwuid(owner_uid))
    return _system_user()


def name_of(uid: int) -> str:
    """The user's name, or its number where it has none."""
    return pwd.getpwuid(uid).pw_name if _has_name(uid) else str(uid)


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _refuse_nameless() -> ServerUser:
    raise EmbeddedError(
        f"User id {os.geteuid()} has no name on this machine, and PostgreSQL knows its owner by name. Nothing was "
        "started. Run Busline as a user listed in /etc/passwd, or set BUSLINE_DATABASE_URL to a PostgreSQL of your own."
    )


def _as_server_user(entry: pwd.struct_passwd) -> ServerUser:
    return ServerUser(entry.pw_uid, entry.pw_gid, entry.pw_name)


def _system_user() -> ServerUser:
    found = _look_up(SYSTEM_USER)
    if found is not None:
        return found
    problem = ""
    # Two Buslines may start at once, and useradd takes a lock on /etc/passwd that it does not wait for.
    for _ in range(10):
        try:
            made = subprocess.run(  # noqa: S603
                [  # noqa: S607
                    "useradd",
                    "--system",
                    "--user-group",
                    "--no-create-home",
                    "--home-dir=/nonexistent",
                    "--shell=/usr/sbin/nologin",
                    "--comment=Busline embedded PostgreSQL",
                    SYSTEM_USER,
                ],
                env=MINIMAL_ENVIRONMENT,
                capture_output=True,
                text=True,
                check=False,
            )
        except FileNotFoundError:
            problem = "there is no useradd command here"
            break
        found = _look_up(SYSTEM_USER)
        if found is not None:
            if made.returncode == 0:
                log.info("made a system user for the embedded PostgreSQL", user=SYSTEM_USER)
            return found
        problem = made.stderr.strip()
        time.sleep(0.2)
    raise EmbeddedError(
        f"PostgreSQL refuses to run as root, and the system user {SYSTEM_USER!r} could not be made ({problem}). "
        f"Nothing was started. Make a system user called {SYSTEM_USER}, start Busline as an ordinary user, or set "
        "BUSLINE_DATABASE_URL to a PostgreSQL of your own."
    )


def _look_up(name: str) -> ServerUser | None:
    try:
        return _as_server_user(pwd.getpwnam(name))
    except KeyError:
        return None
