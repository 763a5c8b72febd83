"""Words that say nothing about what is asked, by language."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files


def shipped_stop_words() -> Mapping[str, frozenset[str]]:
    """By language, folded as the search folds."""
    listed = tomllib.loads((files("busline.faq") / "stop_words.toml").read_text("utf-8"))
    return {language: frozenset(words.split()) for language, words in listed.items()}
