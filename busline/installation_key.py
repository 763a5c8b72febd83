"""The key that belongs to one installation: from the settings, or made once and kept in the data folder."""

import os
import secrets
from pathlib import Path

from busline.environment import Secret
from busline.settings import Settings


class InstallationKeyError(Exception):
    """The kept key cannot be read or made; the message says what to do."""


def installation_key(settings: Settings) -> Secret:
    """What masks phone numbers in logs and signs what we hand out. The same for the life of the installation.

    Raises `InstallationKeyError` where the data folder cannot keep one.
    """
    if settings.secret_key is not None:
        return settings.secret_key
    path = settings.data_dir / "secret-key"
    try:
        return _kept(path) or _made(path)
    except OSError as fault:
        raise InstallationKeyError(
            f"The installation's key {path} cannot be read or made ({fault.strerror}). "
            "Let the service's user write there, choose another folder by BUSLINE_DATA_DIR, or set BUSLINE_SECRET_KEY."
        ) from fault


def _kept(path: Path) -> Secret | None:
    try:
        value = path.read_text("utf-8").strip()
    except FileNotFoundError:
        return None
    if len(value) < 32:
        # A truncated key is never replaced in silence: everything that was signed with it would stop working.
        raise InstallationKeyError(
            f"The installation's key {path} is damaged: it has {len(value)} characters of at least 32. "
            "Restore it from a backup, or delete it to have a new one made; phones are then tagged anew in the logs."
        )
    return Secret(value)


def _made(path: Path) -> Secret:
    # Others may pass through to what is theirs (the embedded database's own user); the key is its owner's alone.
    path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    value = secrets.token_urlsafe(32)
    draft = path.with_name(f".secret-key.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(value + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # refuses to replace: of two processes that start together, both use the first one's key
    except FileExistsError:
        return _kept(path) or _made(path)
    finally:
        draft.unlink()
    return Secret(value)
