"""Reads `BUSLINE_*` variables one by one and keeps what is wrong with them, so that nobody fixes one to meet the next.

Every reader takes a field name and gives back a usable value, always: the default where the variable is unset, empty
or wrong. What was wrong is in `problems`, in words that never quote a secret.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

_FLAGS = {"yes": True, "true": True, "1": True, "on": True, "no": False, "false": False, "0": False, "off": False}


class Secret:
    """A value that neither `repr`, `str`, a log line nor a traceback can show. Ask for it by `reveal()`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(...)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)


def variable(field_name: str) -> str:
    """The environment variable of a field: `feed_interval_seconds` is `BUSLINE_FEED_INTERVAL_SECONDS`."""
    return f"BUSLINE_{field_name.upper()}"


class Environment:
    """The variables, and the problems met in reading them."""

    def __init__(self, environ: Mapping[str, str], read_file: Callable[[str], str]) -> None:
        self._environ = environ
        self._read_file = read_file
        self._secrets: set[str] = set()
        self.problems: list[str] = []

    def problem(self, name: str, what: str, remedy: str) -> None:
        self.problems.append(f"{variable(name)} {what}. {remedy}")

    def raw(self, name: str) -> str | None:
        """As given, without the space around it; None where unset or empty."""
        return self._environ.get(variable(name), "").strip() or None

    def raw_secret(self, name: str) -> str | None:
        """The variable, or the content of the file that its `_FILE` twin names."""
        self._secrets.add(name)
        direct, file_variable = self.raw(name), f"{variable(name)}_FILE"
        path = self._environ.get(file_variable, "").strip()
        if not path:
            return direct
        if direct is not None:
            self.problem(name, f"is set, and so is {file_variable}", "Keep only one of the two.")
            return None
        try:
            content = self._read_file(path).strip()
        except (OSError, UnicodeDecodeError) as fault:
            reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else "it is not UTF-8 text"
            self.problems.append(
                f"{file_variable}: the file {path} cannot be read ({reason}). "
                "Check the path, and that the service's user may read it."
            )
            return None
        if not content:
            self.problems.append(f"{file_variable}: the file {path} is empty. Put the secret on its first line.")
        return content or None

    def text(self, name: str, default: str, *, longest: int = 200) -> str:
        raw = self.raw(name)
        if raw is None:
            return default
        if len(raw) > longest or not raw.isprintable():
            self.problem(name, f"must be at most {longest} printable characters", "Shorten it.")
            return default
        return raw

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        raw = self.raw(name)
        if raw is None:
            return default
        if not re.fullmatch(r"[0-9]{1,9}", raw) or not low <= int(raw) <= high:
            self.problem(name, f"is {raw!r}", f"Give a whole number from {low} to {high}, such as {default}.")
            return default
        return int(raw)

    def number(self, name: str, default: float, low: float, high: float) -> float:
        raw = self.raw(name)
        if raw is None:
            return default
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", raw) or not low <= float(raw) <= high:
            self.problem(name, f"is {raw!r}", f"Give a number from {low:g} to {high:g}, such as {default:g}.")
            return default
        return float(raw)

    def flag(self, name: str, default: bool) -> bool:
        raw = self.raw(name)
        if raw is None:
            return default
        if raw.lower() not in _FLAGS:
            self.problem(name, f"is {raw!r}", "Give yes or no.")
            return default
        return _FLAGS[raw.lower()]

    def one_of(
        self, name: str, default: str, choices: Iterable[str], *, fold: Callable[[str], str] = lambda raw: raw
    ) -> str:
        raw = self.raw(name)
        if raw is None:
            return default
        known = tuple(choices)
        if fold(raw) not in known:
            remedy = f"Choose one of {', '.join(known)}." if len(known) <= 12 else f"Give one such as {default}."
            self.problem(name, f"is {raw!r}", remedy)
            return default
        return fold(raw)

    def folder(self, name: str, default: Path) -> Path:
        return self.optional_folder(name) or default

    def optional_folder(self, name: str) -> Path | None:
        raw = self.raw(name)
        if raw is None:
            return None
        path = Path(raw).expanduser()
        if not path.is_absolute():
            # A relative folder is another folder, with an empty database in it, when the service starts elsewhere.
            self.problem(name, f"is {raw!r}, which is not an absolute path", "Begin it with / or ~/.")
            return None
        return path

    def web_address(self, name: str) -> str | None:
        """An http(s) address without query, fragment or trailing slash."""
        raw = self.raw(name)
        if raw is None:
            return None
        fault = address_fault(raw)
        if fault is None and ("?" in raw or "#" in raw):
            fault = "it goes on after its path"
        if fault is not None:
            self.problem(name, f"cannot be used: {fault}", "Give an address such as https://bus.example.org.")
            return None
        return raw.rstrip("/")

    def secret(self, name: str, shortest: int) -> Secret | None:
        raw = self.raw_secret(name)
        if raw is None:
            return None
        if len(raw) < shortest:
            make = 'python -c "import secrets; print(secrets.token_urlsafe(32))"'
            self.problem(name, f"has {len(raw)} characters and needs at least {shortest}", f"Make one with: {make}")
            return None
        return Secret(raw)

    def all_or_none(self, names: tuple[str, ...], why: str) -> None:
        """Settings that only work together."""
        given = [name for name in names if self.raw(name) or self._environ.get(f"{variable(name)}_FILE")]
        missing = [variable(name) for name in names if name not in given]
        if given and missing:
            self.problems.append(f"{' and '.join(missing)} must be set too, because {variable(given[0])} is. {why}")

    def report_unknown(self, field_names: Iterable[str], ignored: frozenset[str]) -> None:
        """A misspelt setting that is quietly ignored is found out on the worst morning. Call this last."""
        known = {variable(name) for name in field_names} | {f"{variable(name)}_FILE" for name in self._secrets}
        for name in sorted(self._environ):
            if name.startswith("BUSLINE_") and name not in known | ignored:
                near = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
                hint = f"Did you mean {near[0]}?" if near else "Remove it, or look up its name."
                self.problems.append(f"{name} is not a setting of Busline. {hint}")


def address_fault(url: str) -> str | None:
    """Why an http(s) address cannot be used, or None. Never quotes it: it may carry a key."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "it cannot be read as an address"
    if parts.scheme not in ("http", "https"):
        return "it does not begin with https:// or http://"
    if any(character.isspace() for character in url):
        return "it holds a space"
    if not host:
        return "it names no host"
    if parts.username or parts.password:
        return "it carries a user name or password"
    return None
