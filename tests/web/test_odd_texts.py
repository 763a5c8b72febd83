"""Texts that nobody plans for (`tests/labelled/odd_texts.toml`): each gets what was meant for it, and leaks nothing."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from busline.store.pool import Pool
from sms.settings import Limits
from tests.web.texting import NO_RIGHT, PARENT, STRANGER, Texting, replies, texting

TOLD_TO_NOBODY = ("Mia", "Ben", "Zoe", "Lopez", "Tran", "Stop S\\d", "100777", "C1")
"""Names, stops, other families' students and our own ids for contacts, as the roster of the tests has them."""
NO_LIMITS = Limits(texts_per_hour=10_000, unlinked_per_day=10_000)


@dataclass(frozen=True, slots=True)
class Odd:
    name: str
    text: str
    media: int
    then: tuple[str, ...]
    never: tuple[str, ...]

    async def sent(self, line: Texting, phone: str) -> list[str]:
        """What comes back."""
        pictures = {"NumMedia": str(self.media)} if self.media else {}
        return replies(await line.send(phone, self.text, **pictures))


def odd_texts() -> list[Odd]:
    file = Path(__file__).parents[1] / "labelled" / "odd_texts.toml"
    rows: list[dict[str, Any]] = tomllib.loads(file.read_text("utf-8"))["odd"]
    return [
        Odd(
            row["name"],
            row["text"] * row.get("times", 1),
            row.get("media", 0),
            tuple(row["then"]),
            tuple(row.get("never", ())),
        )
        for row in rows
    ]


@pytest.mark.parametrize("phone", [PARENT, NO_RIGHT, STRANGER])
async def test_every_odd_text_gets_an_answer_or_the_silence_that_was_meant_and_nothing_of_others(
    pool: Pool, phone: str
) -> None:
    texts = odd_texts()
    assert len(texts) > 40
    wrong: list[object] = []
    async with texting(pool, limits=NO_LIMITS) as line:
        await line.text(phone, "hello")
        for odd in texts:
            said = await odd.sent(line, phone)
            if ("answer" if said else "silence") not in odd.then:
                wrong.append((odd.name, said))
            leaks = [leak for leak in odd.never if any(leak in text for text in said)]
            leaks += [word for word in TOLD_TO_NOBODY for text in said if re.search(rf"\b{word}\b", text)]
            wrong += [(odd.name, leak, said) for leak in leaks]
            if any(len(text) > 1_600 or not text.strip() for text in said):
                wrong.append((odd.name, "cannot be sent"))
    assert not wrong
    assert await pool.fetchval("select count(*) from inquiry") == len(texts) + 1
    if phone != PARENT:
        assert await pool.fetchval("select count(*) from access_log") == 0


async def test_an_odd_text_that_comes_again_is_taken_for_the_same(pool: Pool) -> None:
    async with texting(pool, limits=NO_LIMITS) as line:
        await line.text(PARENT, "hello")
        for odd in odd_texts():
            for _ in range(2):
                await odd.sent(line, PARENT)
    intents = await pool.fetch("select body, count(distinct intent) as meanings from inquiry group by body")
    assert [row["body"] for row in intents if row["meanings"] != 1] == []
