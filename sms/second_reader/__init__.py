"""A second reader of texts, which knows no grammar: it was taught by the labelled texts alone, and only gives shares.

A linear model over hashed pieces of words (`features.py`), some twenty kinds of text, taught by
`python -m benchmarks.teach_second_reader` with every labelled text but those that judge. Pure; no text leaves it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sms.intent import About
from sms.second_reader.features import LONGEST_TEXT, buckets_of

WEIGHTS = "weights.npz"
STEPS = 127
"""Weights are kept as whole steps of a scale of their own for each kind of text."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a text may be, in shares that add up to 1."""

    intents: Mapping[str, float]
    """By the name of the type in `sms/intent.py`."""
    abouts: Mapping[About, float]
    """Of a question about a bus, which one: adds up to 1, too."""

    def share(self, intent: str) -> float:
        return self.intents.get(intent, 0.0)

    @property
    def likeliest(self) -> str:
        return max(self.intents, key=self.intents.__getitem__)

    @property
    def likeliest_about(self) -> About:
        return max(self.abouts, key=self.abouts.__getitem__)


class SecondReader:
    """Weighs texts."""

    def __init__(self, path: Path) -> None:
        """Reads what `teach_second_reader` wrote."""
        with np.load(path, allow_pickle=False) as kept:
            self.labels: list[str] = kept["labels"].tolist()
            """The kinds of text: an intent, and of a question about a bus which one behind a colon."""
            self.steps: NDArray[np.int8] = kept["steps"]
            """Weights in whole steps, (buckets, labels)."""
            self._scale: NDArray[np.float64] = kept["scale"].astype(np.float64) / STEPS
            self._start: NDArray[np.float64] = kept["start"].astype(np.float64)
            self._rarity: NDArray[np.float64] = kept["rarity"].astype(np.float64)

    def weigh(self, text: str) -> Opinion | None:
        """None of what is not for this reader: a bare number, a whole story, and what is like nothing it was taught."""
        if len(text) > LONGEST_TEXT or not any(letter.isalpha() for letter in text):
            return None
        buckets = buckets_of(text)
        weight = self._rarity[buckets]
        length = float(np.linalg.norm(weight))
        if not length:
            return None
        score = (weight / length) @ self.steps[buckets] * self._scale + self._start
        share = np.exp(score - score.max())
        share /= share.sum()
        intents: dict[str, float] = {}
        abouts: dict[About, float] = {}
        for label, one in zip(self.labels, share.tolist(), strict=True):
            intent, _, about = label.partition(":")
            intents[intent] = intents.get(intent, 0.0) + one
            if about:
                abouts[About(about)] = one
        asked = sum(abouts.values())
        return Opinion(intents, {about: one / asked for about, one in abouts.items()})


@cache
def shipped_second_reader() -> SecondReader:
    """The one that comes with Busline."""
    with as_file(files(__name__) / WEIGHTS) as path:
        return SecondReader(path)
