"""What the carrier took held against what families had to hear: what is lost, doubled, or said for no reason. Pure.

The carrier's own record counts: each text that it took came with an address to report to, which names the message of
the outbox that it was meant as.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from benchmarks.kill_staff import Book
from benchmarks.kill_town import WANTS_NEAR, Household, Town

_OVER = ("expired", "untrue")


@dataclass(frozen=True, slots=True)
class Text:
    """A text that the carrier took."""

    sid: str
    phone: str
    body: str
    outbox_id: int | None
    """What its report's address names."""


@dataclass(frozen=True, slots=True)
class Row:
    """A message of the outbox, as it ended."""

    outbox_id: int
    key: str
    kind: str
    channel: str
    phone: str
    state: str
    sid: str | None
    trouble: str = ""
    in_doubt: bool = False
    """Whether the carrier has it is not known, and will be found out."""
    is_old: bool = True
    """So old that it should be."""


@dataclass(slots=True)
class Verdict:
    """Each in words, empty where all is well."""

    had_to_be_told: int = 0
    nobody_could_know: int = 0
    """News of runs in whose time the service never lived for long enough, or that is still in doubt."""
    lost: list[str] = field(default_factory=list)
    too_late: list[str] = field(default_factory=list)
    """Promised, and dropped because the bus had come before it could go: the outbox knows, and says why."""
    doubled: list[str] = field(default_factory=list)
    uncalled_for: list[str] = field(default_factory=list)
    """A family heard what it should not have."""
    untracked: list[str] = field(default_factory=list)
    """The outbox and the carrier do not say the same of a message."""
    unknown: list[str] = field(default_factory=list)
    """Nobody could say whether it went, in the end; with why."""


def outbox_id_in(status_callback: str | None) -> int | None:
    """What the address of a report names."""
    named = parse_qs(urlsplit(status_callback or "").query).get("o", [])
    return int(named[0]) if named and named[0].isdigit() else None


def judge(
    streets: Town,
    book: Book,
    texts: Sequence[Text],
    called: Sequence[tuple[str, str]],
    rows: Sequence[Row],
    could_know: Callable[[int, str], bool],
    said_nothing: Collection[str] = (),
) -> Verdict:
    """`called` are ids and phones of the calls that the carrier made, `said_nothing` the ids of those that broke off,
    as where the service was dead when it was asked what to say: such a call is made again, and is no second one.

    What the service `could_know` of a run, by its kind, families must have heard, all else they may have; and who has a
    message in doubt may hear it yet.
    """
    verdict = Verdict()
    by_id = {row.outbox_id: row for row in rows}
    verdict.doubled += _twice(texts, by_id)
    verdict.untracked += _untracked(texts, called, rows, by_id, said_nothing)
    verdict.unknown += [f"{row.key}: {row.trouble}" for row in rows if row.state == "unknown"]
    heard: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        heard[text.phone][_thing(text, by_id, book)] += 1
    why: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        why[row.phone].append(f"{row.kind} {row.state} {row.trouble}".strip())
    over = {(row.phone, row.kind) for row in rows if row.state in _OVER}
    being_found_out = {row.phone for row in rows if row.in_doubt}
    calls = Counter(phone for sid, phone in called if sid not in said_nothing)
    for family in streets.households():
        must, may = _wanted(family, streets, book, could_know)
        if family.phone in being_found_out:
            must, may = set(), must | may
        verdict.nobody_could_know += len(may)
        verdict.had_to_be_told += len(must)
        things = heard[family.phone]
        for one in sorted(must - set(things)):
            list_of = verdict.too_late if (family.phone, one) in over else verdict.lost
            list_of.append(f"{family.phone}: {one}; {why[family.phone]}")
        verdict.uncalled_for += [f"{family.phone}: {one}" for one in sorted(set(things) - must - may)]
        verdict.doubled += [f"{family.phone}: {one}, {times} times" for one, times in things.items() if times > 1]
        if calls[family.phone] > 1:
            verdict.doubled.append(f"{family.phone}: called {calls[family.phone]} times")
        if calls[family.phone] and not streets.is_called_off(family.run):
            verdict.uncalled_for.append(f"{family.phone}: called")
    return verdict


def _wanted(
    family: Household, streets: Town, book: Book, could_know: Callable[[int, str], bool]
) -> tuple[set[str], set[str]]:
    """What a family must have heard, and what it may have."""
    is_called_off = streets.is_called_off(family.run)
    of_bus = {"cancelled"} if is_called_off else {"late"}
    if family.place == WANTS_NEAR and not is_called_off:
        of_bus.add("approaching")
    by_staff = {words for words, phones in book.announced.items() if family.phone in phones}
    by_staff |= {key for key, phone in book.replied.items() if phone == family.phone}
    is_said = family.run in book.called_off
    known = {one for one in of_bus if (is_said if is_called_off else could_know(family.run, one))}
    return known | by_staff, of_bus - known


def _thing(text: Text, by_id: Mapping[int, Row], book: Book) -> str:
    """What a text was about: its kind, the key of a reply, or the words of an announcement."""
    row = None if text.outbox_id is None else by_id.get(text.outbox_id)
    if row is None:
        return f"nothing of ours: {text.body}"
    if row.kind == "announcement":
        return next((words for words in book.announced if words in text.body), text.body)
    return row.key if row.kind == "message" else row.kind


def _twice(texts: Iterable[Text], by_id: Mapping[int, Row]) -> Iterator[str]:
    for outbox_id, times in Counter(text.outbox_id for text in texts).items():
        if times > 1 and outbox_id is not None:
            row = by_id.get(outbox_id)
            yield f"message {outbox_id} ({None if row is None else row.key}) was taken {times} times"


def _untracked(
    texts: Sequence[Text],
    called: Sequence[tuple[str, str]],
    rows: Sequence[Row],
    by_id: Mapping[int, Row],
    said_nothing: Collection[str],
) -> Iterator[str]:
    for text in texts:
        row = None if text.outbox_id is None else by_id.get(text.outbox_id)
        is_settled = row is None or not row.in_doubt
        if is_settled and (row is None or (row.sid, row.phone) != (text.sid, text.phone)):
            yield f"text {text.sid} to {text.phone} was taken; the outbox has {row}"
    known = {text.sid for text in texts} | {sid for sid, _ in called}
    for row in rows:
        if row.state == "sent" and row.sid not in known:
            yield f"{row.key} is noted as sent, and the carrier has not taken it"
    ours = {row.sid for row in rows if row.channel == "voice"} | set(said_nothing)
    yield from (f"call {sid} to {phone} was made, and is not noted" for sid, phone in called if sid not in ours)
