import re
from pathlib import Path

import pytest

from busline.store.sql import load_queries


def load(folder: Path, text: str) -> dict[str, str]:
    (folder / "thing.sql").write_text(text, encoding="utf-8")
    return dict(load_queries(str(folder / "thing.py")))


def test_queries_come_by_name_without_their_english_and_keep_their_own_comments(tmp_path: Path) -> None:
    assert load(
        tmp_path,
        "-- What this file is.\n\n"
        "-- name: one\n-- Says one.\n-- In two lines.\nselect 1; -- first\n\n"
        "-- name: two\n-- Says two.\n\nselect 2,\n  -- inside\n  3;\n",
    ) == {"one": "select 1; -- first", "two": "select 2,\n  -- inside\n  3"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("select 1", "before the first"),
        ("-- name: one\nselect 1", "'one' needs a line of English"),
        ("-- name: one\n-- Says one.\n", "'one' needs a line of English, then SQL"),
        ("-- name: one\n-- A.\nselect 1\n-- name: one\n-- B.\nselect 2", "'one' stands there twice"),
    ],
)
def test_a_query_that_does_not_keep_the_form_is_refused_by_file_and_name(
    tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint) as refused:
        load(tmp_path, text)
    assert str(refused.value).startswith("thing.sql: ")


def sql_files() -> list[Path]:
    root = Path(__file__).parents[2]
    return [path for package in ("busline", "feeds", "notifier", "sms") for path in (root / package).rglob("*.sql")]


def test_every_sql_file_of_the_project_keeps_the_form() -> None:
    found = sql_files()
    assert {path.name for path in found} >= {"ledger.sql", "migrate.sql"}
    for path in found:
        assert load_queries(str(path.with_suffix(".py")))


def test_every_query_is_used_by_the_module_beside_it() -> None:
    quoted = re.compile(r'"([\w{}]+)"')
    idle = []
    for path in sql_files():
        owner = path.with_suffix(".py")
        # A name with a hole, `repeated_{name}`, stands for every query that fits it.
        wanted = [re.sub(r"\\{.*?\\}", r"\\w+", re.escape(name)) for name in quoted.findall(owner.read_text("utf-8"))]
        idle += [
            f"{path.name}: {name}"
            for name in load_queries(str(owner))
            if not any(re.fullmatch(pattern, name) for pattern in wanted)
        ]
    assert idle == []
