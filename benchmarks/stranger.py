"""A stranger with a list of real student IDs: do the replies, or the time they take, tell which of them exist?

Starts the demo in a process of its own and texts it from phones that are linked to nobody: real IDs and invented ones
in random order, each from a phone that has never texted before, so that no limit speaks first. Reports whether all
replies are equal in bytes, both medians, and how often a difference of medians that large comes about by chance when
the labels are shuffled.

    python -m benchmarks.stranger --ids 1000
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
from twilio.request_validator import RequestValidator

AREA_CODES = range(201, 990)
SHUFFLES = 5_000
NOISE = 0.01
"""Differences that chance alone makes less often than this would be something a stranger could learn from."""


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
            asked = await text_all(json.loads(line), options.ids, options.seed)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
    return report(asked)


async def text_all(up: Mapping[str, Any], count: int, seed: int) -> list[tuple[bool, float, bytes]]:
    """(the ID exists, seconds, reply), one a text."""
    draw = random.Random(seed)
    students = {student for family in up["families"] for student in family["students"]}
    # Numbers of the district's own area codes may be on file without the right to ask, with a language of their own.
    districts_own = {int(family["phone"][2:5]) for family in up["families"]}
    real = draw.sample(sorted(students), count)
    # As long as the real ones: an attacker guesses in the right range.
    invented = draw.sample([str(n) for n in range(100_000, 200_000) if str(n) not in students], count)
    texts = [(True, student) for student in real] + [(False, student) for student in invented]
    draw.shuffle(texts)
    phones = (
        f"+1{area}5550{line}"
        for area in AREA_CODES
        if area not in districts_own and area % 100 != 11
        for line in range(100, 200)
    )
    url, signer = up["sms_webhook"], RequestValidator(up["twilio_auth_token"])
    asked: list[tuple[bool, float, bytes]] = []
    async with aiohttp.ClientSession() as session:
        for number, ((exists, student), phone) in enumerate(zip(texts, phones, strict=False)):
            form = {
                "MessageSid": f"SM{number:032x}",
                "AccountSid": up["twilio_account_sid"],
                "From": phone,
                "To": "+16175550100",
                "Body": student,
                "NumMedia": "0",
            }
            headers = {"X-Twilio-Signature": signer.compute_signature(url, form)}
            began = time.perf_counter()
            async with session.post(url, data=form, headers=headers) as response:
                body = await response.read()
                assert response.status == 200, response.status
            asked.append((exists, time.perf_counter() - began, body))
    return asked[20:]  # the first ones warm caches up, whichever kind they are


def report(asked: Sequence[tuple[bool, float, bytes]]) -> int:
    bodies = {body for _, _, body in asked}
    exists = np.array([one[0] for one in asked])
    milliseconds = np.array([one[1] for one in asked]) * 1_000
    difference = abs(np.median(milliseconds[exists]) - np.median(milliseconds[~exists]))
    draw = np.random.default_rng(1)
    by_chance = 0
    for _ in range(SHUFFLES):
        shuffled = draw.permutation(exists)
        by_chance += abs(np.median(milliseconds[shuffled]) - np.median(milliseconds[~shuffled])) >= difference
    chance = by_chance / SHUFFLES
    print(f"texts                   {len(asked)} ({int(exists.sum())} real IDs, {int((~exists).sum())} invented)")
    print(f"different replies       {len(bodies)} (1 is the bar: equal in bytes)")
    print(f"median, real IDs        {np.median(milliseconds[exists]):.3f} ms")
    print(f"median, invented IDs    {np.median(milliseconds[~exists]):.3f} ms")
    print(f"spread (quartiles)      {' to '.join(f'{q:.3f}' for q in np.quantile(milliseconds, [0.25, 0.75]))} ms")
    print(f"difference              {difference:.3f} ms, reached by chance in {chance:.1%} of shuffles")
    met = len(bodies) == 1 and chance >= NOISE
    print("the bar is met" if met else "the bar is missed")
    return 0 if met else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--ids", type=int, default=1_000, help="real ones, and as many invented")
    parser.add_argument("--seed", type=int, default=1)
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
