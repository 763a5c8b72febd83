"""Cases and departments by the command line, on a real database."""

import argparse
import os
import pwd
from datetime import UTC, datetime
from pathlib import Path

import pytest

from busline.app.case_commands import add_case_parsers, run_case_command
from busline.app.database import Refused
from busline.cases.case import Case, EventKind, NewCase
from busline.cases.departments import LOST_AND_FOUND
from busline.cases.handling import LONGEST_WORDS
from busline.cases.ledger import open_case
from busline.cases.overview import Overview
from busline.cases.reference import spoken
from busline.environment import Secret
from busline.ids import Phone
from busline.settings import Settings
from busline.store.pool import DatabaseAddress, Pool, transaction


class Shell:
    """Types commands and reads what they say."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def run(self, *words: str) -> str:
        parser = argparse.ArgumentParser()
        add_case_parsers(parser.add_subparsers(dest="command", required=True))
        said: list[str] = []
        assert await run_case_command(self._settings, parser.parse_args(words), said.append) == 0
        return "\n".join(said)


@pytest.fixture
def shell(database: DatabaseAddress, tmp_path: Path) -> Shell:
    url = database.url
    if url is None:
        user = database.user or pwd.getpwuid(os.getuid()).pw_name
        url = f"postgresql://{user}@/{database.database}?host={database.host}"
    return Shell(Settings(data_dir=tmp_path, public_base_url="http://localhost:8080", database_url=Secret(url)))


@pytest.fixture
async def case(pool: Pool) -> Case:
    new = NewCase(Phone("+16175550100"), "es", LOST_AND_FOUND, "lost_item", "perdió su mochila", urgent=True)
    async with transaction(pool) as connection:
        return await open_case(connection, new, datetime.now(UTC))


async def test_a_case_is_listed_read_and_answered(shell: Shell, case: Case, pool: Pool) -> None:
    shown = spoken(case.reference)
    listed = await shell.run("case", "list")
    assert shown in listed
    assert "URGENT" in listed
    assert "lost_and_found" in listed
    assert "is with_department" in await shell.run("case", "assign", shown, "--to", "ana")
    await shell.run("case", "note", shown, "asked the driver")
    assert "at complaints" in await shell.run("case", "transfer", shown, "yours", "--to", "complaints")
    await shell.run("case", "text", shown, "Lo buscamos.")
    assert "is answered" in await shell.run("case", "answer", shown, "Está aquí.")
    read = await shell.run("case", "show", shown)
    for words in (
        "perdió su mochila",
        "asked the driver",
        "Passed on to complaints by command line: yours",
        "Está aquí.",
    ):
        assert words in read
    assert "is with_department" in await shell.run("case", "reopen", shown, "not his")
    rows = await pool.fetch("select facts ->> 'message' as message from outbox order by outbox_id")
    assert [row["message"] for row in rows] == ["case-answer", "case-answer case-closing"]


async def test_what_cannot_be_done_says_why_and_what_to_do(shell: Shell, case: Case, pool: Pool) -> None:
    shown = spoken(case.reference)
    with pytest.raises(Refused, match=r"characters and this one has \d+: nothing was sent"):
        await shell.run("case", "answer", shown, "a" * (LONGEST_WORDS + 1))
    with pytest.raises(Refused, match="busline department list"):
        await shell.run("case", "transfer", shown, "x", "--to", "catering")
    with pytest.raises(Refused, match="busline case list"):
        await shell.run("case", "show", "5724-0" if case.reference != "57240" else "1282-3")
    await pool.execute("update family_case set state = 'closed_by_family', waiting_since = null")
    with pytest.raises(Refused, match="Open it again first"):
        await shell.run("case", "answer", shown, "x")
    with pytest.raises(SystemExit):
        await shell.run("case", "show", "5724-1")
    assert await shell.run("case", "list") == "There are no such cases."


async def test_a_department_is_set_up_and_what_still_waits_goes_where_it_works_now(
    shell: Shell, case: Case, pool: Pool
) -> None:
    assert "works here" in await shell.run("department", "list")
    said = await shell.run(
        "department", "set", "lost_and_found", "--owner", "Ana", "--owner-address", "ana@x.org", "--next-up", "Ben",
        "--connector", "zammad", "--target", "Lost", "--opens", "07:30", "--closes", "15:00", "--days", "mtwrf",
        "--answers-within", "120", "--closed-on", "2026-11-26", "--closed-on", "2026-11-27",
    )  # fmt: skip
    assert "works zammad Lost, MTWRF 07:30-15:00, answers within 120 min" in said
    assert "owner Ana, next Ben" in said
    await shell.run("case", "note", spoken(case.reference), "hello")
    await pool.execute("update case_delivery set state = 'failed', trouble = 'no such group', settled_at = now()")
    assert "NOT HANDED OVER" in await shell.run("case", "list", "--show", "not_handed_over")
    assert "Not handed over by zammad: failed. no such group" in await shell.run("case", "show", spoken(case.reference))
    assert "hands over 1 line once more" in await shell.run("case", "again", spoken(case.reference))

    await shell.run("department", "set", "lost_and_found", "--connector", "email", "--target", "lost@x.org")
    rows = await pool.fetch("select connector, lane, state from case_delivery")
    assert [tuple(row) for row in rows] == [("email", "lost_and_found", "waiting")]
    await shell.run("department", "set", "lost_and_found", "--connector", "none")
    assert await pool.fetchval("select count(*) from case_delivery") == 0
    file = await Overview(pool).file(case.reference, datetime.now(UTC))
    assert file is not None
    assert file.history[-1].kind is EventKind.NOTE, "what was to be handed over is here all the same"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--connector", "email"), "a --target is needed"),
        (("--opens", "20:00"), "closes after it opens"),
    ],
)
async def test_a_department_that_could_not_work_is_refused(
    shell: Shell, pool: Pool, words: tuple[str, ...], complaint: str
) -> None:
    before = await pool.fetchrow("select * from department where department_id = 'safety'")
    with pytest.raises(Refused, match=complaint):
        await shell.run("department", "set", "safety", *words)
    assert await pool.fetchrow("select * from department where department_id = 'safety'") == before
    with pytest.raises(Refused, match="catering"):
        await shell.run("department", "set", "catering", "--owner", "Ana")
