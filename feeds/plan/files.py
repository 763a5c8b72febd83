"""A plan's folder or zip in, the bytes of its files out: nothing is unpacked to disk, and nothing unbounded is read."""

import hashlib
import stat
import zipfile
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from feeds.plan.problems import PlanRefusedError
from feeds.problem import Problem

MAX_UNPACKED_BYTES = 512 * 1024**2
"""All files of a plan together, unpacked. The largest public GTFS feeds stay below it."""
MAX_ENTRIES = 1_000
"""Entries of a zip. A GTFS feed has about thirty files."""


@dataclass(frozen=True, slots=True)
class PlanFiles:
    """The wanted files that were there, by name, and a hash over their names and contents.

    The hash does not depend on how the files were packed: a folder and a zip of it are the same plan.
    """

    bodies: Mapping[str, bytes]
    sha256: str


def read_files(source: Path, wanted: Collection[str], *, salt: str = "") -> PlanFiles:
    """Read the wanted files of a folder or a zip, which may hold them inside one folder of its own.

    `salt` goes into the hash: change it when the same bytes come to mean something else.
    Raises `PlanRefusedError` when the source is absent, no zip, damaged, encrypted or larger than the limits.
    """
    if source.is_dir():
        bodies = _from_folder(source, wanted)
    elif source.is_file():
        bodies = _from_zip(source, wanted)
    else:
        raise _refused(f"There is no file or folder {source}.")
    digest = hashlib.sha256(salt.encode())
    for name in sorted(bodies):
        digest.update(f"\n{name} {len(bodies[name])}\n".encode())
        digest.update(bodies[name])
    return PlanFiles(bodies, digest.hexdigest())


def _refused(reason: str) -> PlanRefusedError:
    return PlanRefusedError([Problem("", None, reason)])


def _too_large(source: Path) -> PlanRefusedError:
    return _refused(f"{source.name} unpacks to more than {MAX_UNPACKED_BYTES // 1024**2} MB, which no plan needs.")


def _from_folder(folder: Path, wanted: Collection[str]) -> dict[str, bytes]:
    inner = [entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(("__MACOSX", "."))]
    if not any((folder / name).is_file() for name in wanted) and len(inner) == 1:
        folder = inner[0]
    paths = {name: folder / name for name in wanted if (folder / name).is_file()}
    if sum(path.stat().st_size for path in paths.values()) > MAX_UNPACKED_BYTES:
        raise _too_large(folder)
    return {name: path.read_bytes() for name, path in paths.items()}


def _from_zip(source: Path, wanted: Collection[str]) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(source) as archive:
            return _from_open_zip(source, archive, wanted)
    except zipfile.BadZipFile as error:
        raise _refused(f"{source.name} is not a zip file, or is cut short ({error}).") from error
    except (zlib.error, EOFError, NotImplementedError) as error:
        raise _refused(f"{source.name} is damaged, or packed in a way that cannot be read ({error}).") from error


def _from_open_zip(source: Path, archive: zipfile.ZipFile, wanted: Collection[str]) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise _refused(f"{source.name} holds {len(entries):,} entries; a plan has at most {MAX_ENTRIES:,}.")
    # The directory of the zip says how large everything is before a byte is unpacked.
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise _too_large(source)
    found: dict[PurePosixPath, dict[str, zipfile.ZipInfo]] = {}
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path.name in wanted and not entry.is_dir() and path.parts[0] != "__MACOSX":
            found.setdefault(path.parent, {})[path.name] = entry
    if not found:
        return {}
    # Files at the top come first; otherwise the one folder that holds the plan.
    top = min(found, key=lambda parent: (len(parent.parts), -len(found[parent])))
    if len(top.parts) > 1:
        return {}
    unpacked = 0
    bodies: dict[str, bytes] = {}
    for name, entry in found[top].items():
        if entry.flag_bits & 0x1:
            raise _refused(f"{name} in {source.name} is encrypted; export the plan without a password.")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise _refused(f"{name} in {source.name} is a link, not a file.")
        with archive.open(entry) as stream:
            body = stream.read(MAX_UNPACKED_BYTES - unpacked + 1)
        unpacked += len(body)
        # A directory that understates its sizes is caught here.
        if unpacked > MAX_UNPACKED_BYTES:
            raise _too_large(source)
        bodies[name] = body
    return bodies
