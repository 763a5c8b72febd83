"""A district's own wording: a folder of partial Fluent files in, the sources to speak from out, or every problem.

`es.ftl` in the folder holds only the messages that shall read otherwise; all others stay as they come with Busline, and
new versions may change those. A message must take the same values and choices as before: one that forgot the bus number
would be worse than one that reads a little stiff.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fluent.syntax import FluentParser, FluentSerializer, ast

from sms.catalogue.budget import Measure, examples, measures, shipped_budgets
from sms.catalogue.catalogue import SOURCE_LANGUAGE, Catalogue, CatalogueError
from sms.catalogue.review import Reviews, ReviewsError, read_reviews
from sms.catalogue.shape import LanguageSource, faults, read_source

REVIEWS_FILE = "reviews.toml"


class OverridesError(Exception):
    """A district's wording cannot be used. `problems` says of each what is wrong, naming file and message."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Overridden:
    """Every language's source with the district's messages in the place of those that came with Busline."""

    sources: Mapping[str, str]
    changed: Mapping[str, tuple[str, ...]]
    """The keys that are the district's own, by language; only languages that have some."""
    reviews: Reviews
    too_long: tuple[tuple[str, Measure], ...]
    """Languages and texts that cost more segments than their budget allows: dearer, not wrong."""


def overridden(shipped: Mapping[str, str], folder: Path) -> Overridden:
    """`shipped` with what the folder holds. Raises OverridesError with every problem of every file."""
    if not folder.is_dir():
        raise OverridesError([f"{folder} is no folder that can be read."])
    problems: list[str] = []
    sources, changed = dict(shipped), {}
    for path in sorted(folder.glob("*.ftl")):
        language = path.stem
        if language not in shipped:
            problems.append(f"{path.name}: there is no language “{language}”. There are {', '.join(shipped)}.")
            continue
        text = _text(path, problems)
        if text is None:
            continue
        own = read_source(text)
        if own.unread:
            problems += [f"{path.name}: {fault}" for fault in own.unread]
            continue
        sources[language] = merged(shipped[language], text)
        changed[language] = tuple(own.shapes)
    english = read_source(shipped[SOURCE_LANGUAGE])
    read = {language: read_source(sources[language]) for language in changed}
    for language, source in read.items():
        problems += [f"{language}.ftl: {fault}" for fault in faults(language, source, english)]
    reviews = _reviews(folder / REVIEWS_FILE, problems)
    if problems:
        raise OverridesError(problems)
    catalogue = Catalogue(sources)
    if unsayable := list(_unsayable(catalogue, read)):
        raise OverridesError(unsayable)
    return Overridden(sources, changed, reviews, tuple(_too_long(catalogue, read)))


def merged(shipped: str, own: str) -> str:
    """A Fluent source with some messages replaced where they stand, and new ones after the last."""
    resource = FluentParser().parse(shipped)
    replacing = {_key(entry): entry for entry in FluentParser().parse(own).body if _key(entry) is not None}
    body = [replacing.pop(_key(entry), entry) for entry in resource.body]
    return FluentSerializer().serialize(ast.Resource([*body, *replacing.values()]))


def _key(entry: ast.EntryType) -> str | None:
    if isinstance(entry, ast.Term):
        return f"-{entry.id.name}"
    return str(entry.id.name) if isinstance(entry, ast.Message) else None


def _text(path: Path, problems: list[str]) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as fault:
        problems.append(f"{path.name}: it cannot be read ({fault.strerror}). Let the service's user read it.")
    except UnicodeDecodeError:
        problems.append(f"{path.name}: it is not UTF-8 text. Save it as UTF-8.")
    return None


def _reviews(path: Path, problems: list[str]) -> Reviews:
    if not path.exists() or (text := _text(path, problems)) is None:
        return {}
    try:
        return read_reviews(text)
    except ReviewsError as fault:
        problems.append(f"{path.name}: {fault}")
        return {}


def _unsayable(catalogue: Catalogue, read: Mapping[str, LanguageSource]) -> Iterator[str]:
    """What has the right shape and still cannot be said, such as a function that Fluent does not know."""
    for language, source in read.items():
        if catalogue.raw(language, "accents") not in ("fold", "keep"):
            yield f"{language}.ftl: message “accents” must be “fold” or “keep”."
        for key in source.messages():
            try:
                examples(catalogue, language, source, key)
            except CatalogueError as fault:
                yield f"{language}.ftl: {fault}"


def _too_long(catalogue: Catalogue, read: Mapping[str, LanguageSource]) -> Iterator[tuple[str, Measure]]:
    budgets = shipped_budgets()
    for language, source in read.items():
        measured = measures(catalogue, language, source, budgets)
        yield from ((language, measure) for measure in measured if not measure.fits)
