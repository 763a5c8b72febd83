"""Chance that can be asked again: the same key gives the same draws, in any process and on any day."""

import hashlib

import numpy as np


def chance(*key: object) -> np.random.Generator:
    """A generator of its own for a key such as `(seed, "signals")` or `(seed, date, block_id)`.

    Every part of the simulator draws from its own key, so that a change to one part does not reshuffle the rest.
    """
    digest = hashlib.sha256("\x1f".join(str(part) for part in key).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16]))
