"""A stranger with a list of real student IDs: do the replies, or the time they take, tell which of them exist?

Starts the demo in a process of its own and texts it from phones that are linked to nobody, along every path on which a
number can be tried: a student's number alone, in place of a join code, before a YES, within another question, and the
reference of somebody's case. Real ones and invented ones in random order, each from a phone that has never texted
before, so that no limit speaks first. Reports for every path whether all replies are equal in bytes, both medians, and
how often a difference of medians that large comes about by chance when the labels are shuffled.

    python -m benchmarks.stranger --ids 1000
"""

import argparse
import asyncio
import html
import itertools
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
from twilio.request_validator import RequestValidator

from busline.cases.reference import new_reference, spoken

AREA_CODES = range(201, 990)
SHUFFLES = 5_000
NOISE = 0.01
"""Differences that chance alone makes less often than this, on any path, would be something to learn from."""
CASES = 60
"""Families that have a case, whose references are tried."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a stranger texts, with a number in it; only the last text is measured."""

    name: str
    texts: tuple[str, ...]


PATHS = (
    Attempt("the number alone", ("{id}",)),
    Attempt("in place of a code", ("join {id}",)),
    Attempt("and then YES", ("{id}", "YES")),
    Attempt("within another question", ("{id} left his backpack on the bus",)),
)
STATUS = Attempt("STATUS with a reference", ("STATUS {id}",))


@dataclass(frozen=True, slots=True)
class Tried:
    """One text of a stranger."""

    exists: bool
    seconds: float
    reply: bytes


async def run(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="busline-stranger-") as folder:
        Path(folder).chmod(0o711)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "busline", "demo", "--json", "--no-browser", "--port", "0", "--data-dir", folder),
            stdout=asyncio.subprocess.PIPE,
            limit=2**24,
        )
        try:
            assert process.stdout is not None
            line = await process.stdout.readline()
            if not line:
                return 1
            async with aiohttp.ClientSession() as session:
                stranger = Stranger(session, json.loads(line), options.seed)
                tried = {path.name: await stranger.try_students(path, options.ids) for path in PATHS}
                tried[STATUS.name] = await stranger.try_references(options.ids)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
    met = [report(name, texts) for name, texts in tried.items()]
    return 0 if all(met) else 1


class Stranger:
    """Phones that nobody knows, and what they try."""

    def __init__(self, session: aiohttp.ClientSession, up: Mapping[str, Any], seed: int) -> None:
        self._session = session
        self._url = up["sms_webhook"]
        self._account = up["twilio_account_sid"]
        self._signer = RequestValidator(up["twilio_auth_token"])
        self._draw = random.Random(seed)
        self._families = up["families"]
        self._students = sorted({student for family in up["families"] for student in family["students"]})
        self._phones = self._unknown_phones()
        self._sids = (f"SM{number:032x}" for number in itertools.count())

    async def try_students(self, path: Attempt, count: int) -> list[Tried]:
        """As many real students' numbers as invented ones."""
        known = set(self._students)
        real = self._draw.sample(self._students, min(count, len(self._students)))
        # As long as the real ones: an attacker guesses in the right range.
        invented = self._draw.sample([str(n) for n in range(100_000, 200_000) if str(n) not in known], len(real))
        return await self._try(path, real, invented)

    async def try_references(self, count: int) -> list[Tried]:
        """References of families' cases, and others that have as good a check digit."""
        real = [await self._open_case(family["phone"]) for family in self._draw.sample(self._families, CASES)]
        made_up = {spoken(new_reference(draw=self._draw.randrange)) for _ in range(4 * CASES)} - set(real)
        times = max(1, count // CASES)
        return await self._try(STATUS, real * times, self._draw.sample(sorted(made_up), CASES) * times)

    async def _try(self, path: Attempt, real: Sequence[str], invented: Sequence[str]) -> list[Tried]:
        texts = [(True, number) for number in real] + [(False, number) for number in invented]
        self._draw.shuffle(texts)
        tried = []
        for exists, number in texts:
            phone = next(self._phones)
            *before, last = (words.format(id=number) for words in path.texts)
            for words in before:
                await self._text(phone, words)
            began = time.perf_counter()
            reply = await self._text(phone, last)
            tried.append(Tried(exists, time.perf_counter() - began, reply))
        return tried[20:]  # the first ones warm caches up, whichever kind they are

    async def _open_case(self, phone: str) -> str:
        # In English, whatever the family's language: that is what we read here.
        await self._text(phone, "english")
        reply = html.unescape((await self._text(phone, "I want to talk to a person")).decode())
        found = re.search(r"\b\d{4,8}-\d\b", reply)
        assert found is not None, reply
        return found[0]

    async def _text(self, phone: str, words: str) -> bytes:
        form = {
            "MessageSid": next(self._sids),
            "AccountSid": self._account,
            "From": phone,
            "To": "+16175550100",
            "Body": words,
            "NumMedia": "0",
        }
        headers = {"X-Twilio-Signature": self._signer.compute_signature(self._url, form)}
        async with self._session.post(self._url, data=form, headers=headers) as response:
            assert response.status == 200, response.status
            return await response.read()

    def _unknown_phones(self) -> Iterator[str]:
        # The district's own area codes hold phones on file without the right to ask, with languages of their own.
        districts_own = {int(family["phone"][2:5]) for family in self._families}
        return (
            f"+1{area}5550{line}"
            for area in AREA_CODES
            if area not in districts_own and area % 100 != 11
            for line in range(100, 200)
        )


def report(name: str, tried: Sequence[Tried]) -> bool:
    """Whether nothing can be learnt on this path."""
    replies = {one.reply for one in tried}
    exists = np.array([one.exists for one in tried])
    milliseconds = np.array([one.seconds for one in tried]) * 1_000
    difference = abs(np.median(milliseconds[exists]) - np.median(milliseconds[~exists]))
    draw = np.random.default_rng(1)
    by_chance = 0
    for _ in range(SHUFFLES):
        shuffled = draw.permutation(exists)
        by_chance += abs(np.median(milliseconds[shuffled]) - np.median(milliseconds[~shuffled])) >= difference
    chance = by_chance / SHUFFLES
    print(f"== {name}")
    print(f"texts                   {len(tried)} ({int(exists.sum())} real, {int((~exists).sum())} invented)")
    print(f"different replies       {len(replies)} (1 is the bar: equal in bytes)")
    print(f"median, real            {np.median(milliseconds[exists]):.3f} ms")
    print(f"median, invented        {np.median(milliseconds[~exists]):.3f} ms")
    print(f"spread (quartiles)      {' to '.join(f'{q:.3f}' for q in np.quantile(milliseconds, [0.25, 0.75]))} ms")
    print(f"difference              {difference:.3f} ms, reached by chance in {chance:.1%} of shuffles")
    met = len(replies) == 1 and chance >= NOISE / (len(PATHS) + 1)
    print("the bar is met" if met else "the bar is missed")
    return met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--ids", type=int, default=1_000, help="real ones, and as many invented")
    parser.add_argument("--seed", type=int, default=1)
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
