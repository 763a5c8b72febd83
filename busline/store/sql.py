"""Named SQL, in a `.sql` file beside the module that owns it."""

from collections.abc import Mapping
from pathlib import Path

NAME = "-- name: "


def load_queries(module_file: str) -> Mapping[str, str]:
    """The queries of `thing.sql` beside `thing.py`, by name. Call it with `__file__`.

    Each begins with `-- name: the_name`, goes on with at least one line of English (`-- ...`), then the SQL. Raises
    ValueError, with file and name, for a query without a sentence or SQL, and for a name used twice.
    """
    path = Path(module_file).with_suffix(".sql")
    queries: dict[str, str] = {}
    opening, *blocks = ("\n" + path.read_text(encoding="utf-8")).split("\n" + NAME)
    if any(line.strip() and not line.startswith("--") for line in opening.splitlines()):
        raise ValueError(f"{path.name}: SQL stands before the first '{NAME}' line.")
    for block in blocks:
        name, _, rest = block.partition("\n")
        name = name.strip()
        lines = rest.splitlines()
        english = 0
        while english < len(lines) and lines[english].startswith("--"):
            english += 1
        sql = "\n".join(lines[english:]).strip().removesuffix(";")
        if not english or not sql:
            raise ValueError(f"{path.name}: query {name!r} needs a line of English, then SQL.")
        if name in queries:
            raise ValueError(f"{path.name}: query {name!r} stands there twice.")
        queries[name] = sql
    return queries
