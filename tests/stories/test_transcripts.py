"""docs/conversations.md is what the real desk says: played anew, it must come out the same.

Write it anew with `BUSLINE_WRITE_TRANSCRIPTS=1 pytest tests/stories/test_transcripts.py`, and read what has changed.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from busline.store.plans import save_plan
from busline.store.pool import Pool
from tests.builders import make_run, make_timetable
from tests.transcripts import in_english, in_other_languages
from tests.transcripts.script import FAMILIES, PHONES, Conversation, Player
from tests.web.texting import texting

DOCUMENT = Path(__file__).parents[2] / "docs" / "conversations.md"
PARTS: list[tuple[str, Sequence[Conversation]]] = [
    ("Where is the bus", in_english.WHERE_IS_THE_BUS),
    ("Told without asking", in_english.TOLD),
    ("Joining", in_english.JOINING),
    ("Settings and leaving", in_english.SETTINGS),
    ("Something else, and a person", in_english.SOMETHING_ELSE),
    ("Texts that nobody plans for", in_english.ODD),
    ("Ten languages", in_other_languages.conversations()),
]
RIDE = """
insert into ride (student_id, run_id, stop_id, leg, weekdays, start_date, end_date)
values ($1, $2, 'S3', $3, 31, '2026-09-01', '2027-06-30')
"""
HEAD = """# Conversations

Every conversation below was played to the real service, with its database, and this is what it said. A test plays them
again and fails where a word differs, so this page is always true.

It is Monday, 5 October 2026, 7:02, unless a clock says otherwise. All phones have texted before, but for the first. Bus
47 is due at the students' stop at 7:06. Father may ask about students 100234 and 100235. Each of the ten mothers may
ask about one student on the same bus, and is on file with her language. Stranger and Grandmother are on file for
nobody; Aunt is on file without the right to ask. The reference numbers and the code of a letter are drawn by chance, so
the same ones stand for them here.
"""


async def test_the_document_is_what_the_service_says(pool: Pool) -> None:
    async with texting(pool) as line:
        await _more_families(pool)
        home = make_run("R3", start="14:30", bus="47", block="B47")
        line.picture.timetable = make_timetable([*line.picture.timetable.runs.values(), home])
        # The departments' hours are those of the district's zone, which is the plan's.
        await save_plan(pool, line.picture.timetable, "made-up", "made-up", line.clock.at)
        player = Player(pool, line)
        sections, number = [HEAD], 0
        for title, scripts in PARTS:
            sections.append(f"# {title}\n")
            for script in scripts:
                number += 1
                sections.append(await player.play(number, script))
    written = "\n".join(sections).rstrip() + "\n"
    assert number >= 60
    if os.environ.get("BUSLINE_WRITE_TRANSCRIPTS"):
        DOCUMENT.write_text(written, encoding="utf-8")
        pytest.skip("written anew; read what has changed")
    assert written == DOCUMENT.read_text(encoding="utf-8"), "docs/conversations.md: write it anew, and read the change"


async def _more_families(pool: Pool) -> None:
    for number, (language, who) in enumerate(FAMILIES.items()):
        student, contact = f"2001{number:02}", f"L{number}"
        await pool.execute("insert into student values ($1, 'S', 'Kim', 'Doe', '2')", student)
        await pool.execute("insert into contact values ($1, $2, $3)", contact, PHONES[who], language)
        await pool.execute("insert into link values ($1, $2, true)", contact, student)
        await pool.execute(RIDE, student, "R1", "to_school")
    for student in ("100234", "100235"):
        await pool.execute(RIDE, student, "R3", "from_school")
