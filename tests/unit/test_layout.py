"""The layout that ARCHITECTURE.md promises: pure modules are held to it, files stay small, and names say something."""

import re
import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
OUTSIDE = {
    "busline.store",
    "busline.web",
    "busline.board",
    "busline.app",
    "busline.settings",
    "asyncpg",
    "aiohttp",
    "aiosmtplib",
    "twilio",
}
"""Whoever reaches none of these, directly or through others, is pure."""
PLAYS_TWILIO = "sms.standin"
"""The stand-in is the other side of the wire, whichever of its parts are pure."""
MOST_LINES = 400
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("busline", "feeds", "notifier", "sms", include_external_packages=True)


def within(module: str, packages: set[str]) -> bool:
    return any(module == one or module.startswith(f"{one}.") for one in packages)


def test_every_pure_module_is_held_to_its_purity_by_a_contract(graph: grimp.ImportGraph) -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    held = {
        module for one in contracts if "asyncpg" in one.get("forbidden_modules", ()) for module in one["source_modules"]
    }
    outside = {module for module in graph.modules if within(module, OUTSIDE)}
    reach_it = outside.union(*(graph.find_downstream_modules(module) for module in outside))
    pure = {
        module
        for module in graph.modules - reach_it
        if module.split(".")[0] in ("busline", "notifier", "sms")
        and not graph.find_children(module)
        and not within(module, {PLAYS_TWILIO})
    }
    assert "busline.match" in pure
    assert "busline.live" not in pure
    assert sorted(module for module in pure if not within(module, held)) == []
    assert sorted(held - graph.modules) == []


@pytest.mark.parametrize("package", ["busline", "feeds", "notifier", "sms"])
def test_a_module_is_short_and_named_after_what_it_does(package: str) -> None:
    lines = {
        str(path.relative_to(ROOT)): path.read_text("utf-8").count("\n") for path in (ROOT / package).rglob("*.py")
    }
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}
    assert [name for name in lines if Path(name).stem in SAYS_NOTHING or Path(name).parent.name in SAYS_NOTHING] == []


def test_every_file_that_a_page_names_is_there() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    assert {page.name for page in pages} >= {"ARCHITECTURE.md", "THREAT_MODEL.md", "hotline.md"}
    named = re.compile(r"`((?:busline|feeds|notifier|sms|migrations|tests|benchmarks|docs)/[\w./-]*)`")
    linked = re.compile(r"\]\(([^)#:]+)\)")
    gone = []
    for page in pages:
        words = page.read_text("utf-8")
        places = [ROOT / name for name in named.findall(words)] + [page.parent / name for name in linked.findall(words)]
        gone += [f"{page.name}: {place.name}" for place in places if not place.exists()]
    assert gone == []
