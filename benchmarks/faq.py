"""Which prepared answer a question finds: how often the right one comes first, and how often a wrong one is given.

    python -m benchmarks.faq                      blind: figures by language, no questions
    python -m benchmarks.faq --by-topic           and which topics were mixed up, still without the questions
    python -m benchmarks.faq --show               and the questions: not while building the search

First and among three are about the ranking alone. Of what the search then does with its thresholds: "at once" are the
right answers given, "offered" those among a choice of three, "wrong" the wrong ones given at once; the rest is passed
to a person. Unanswerable questions are about schools and life beside; an answer given to one of them is wrong.

The bars are the issue's, in each language and in all: first at least 80 %, among three at least 95 %, wrong at most
3 %. Of the unanswerable ones, too, at most 3 % may be answered at once.

Whoever wrote the questions had not seen the answers, yet short questions are asked in the same words by everybody. What
the figures are without those that stand almost so in an answer is printed as well, with no bar: it is the harder test.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from rapidfuzz import fuzz, process

from benchmarks.labelled import LANGUAGES, Question, questions, unanswerable
from busline.faq.entries import Entry, shipped_entries
from busline.faq.search import Between, Faq, Found, NotFound
from sms.folding import tokens

ALMOST_SO = 85.0
"""Percent of letters alike (rapidfuzz) from which a question stands almost so in an answer."""
FIRST_BAR, AMONG_THREE_BAR, WRONG_BAR = 0.80, 0.95, 0.03


class Outcome(StrEnum):
    """What the person who asked gets."""

    AT_ONCE = "at once"
    OFFERED = "offered"
    PASSED_ON = "passed on"
    """Offered other topics, or none: the way to a person."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Tried:
    """One question and what came of it."""

    question: Question
    rank: int | None
    """Of the first right topic, from 1; None where it is not found at all, and where there is none."""
    first: str
    """The topic that came first; empty for none."""
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Score:
    """Shares between 0 and 1 of some questions."""

    texts: int
    first: float
    among_three: float
    outcomes: Counter[Outcome]

    def share(self, outcome: Outcome) -> float:
        """How often it came to this."""
        return self.outcomes[outcome] / self.texts

    @property
    def met(self) -> bool:
        """Whether the three bars are met."""
        ranked = self.first >= FIRST_BAR and self.among_three >= AMONG_THREE_BAR
        return ranked and self.share(Outcome.WRONG) <= WRONG_BAR


def shipped_search() -> Faq:
    """The search over the answers that come with Busline, as the service builds it."""
    return Faq(shipped_entries(), tokens)


def tried(faq: Faq, asked: Sequence[Question]) -> tuple[Tried, ...]:
    """Every question, searched for."""
    return tuple(_try(faq, question) for question in asked)


def in_other_words(rows: Sequence[Tried], entries: Iterable[Entry]) -> tuple[Tried, ...]:
    """The rows whose question does not stand almost so among the ways of asking that the answers list."""
    written: defaultdict[str, list[str]] = defaultdict(list)
    for entry in entries:
        written[entry.language].extend(" ".join(tokens(way)) for way in (entry.title, *entry.asks))
    return tuple(
        row
        for row in rows
        if process.extractOne(
            " ".join(tokens(row.question.text)),
            written[row.question.language],
            scorer=fuzz.ratio,
            score_cutoff=ALMOST_SO,
        )
        is None
    )


def score(rows: Sequence[Tried]) -> Score:
    """The outcomes of `rows`, counted."""
    texts = len(rows)
    return Score(
        texts,
        sum(row.rank == 1 for row in rows) / texts,
        sum(row.rank is not None and row.rank <= 3 for row in rows) / texts,
        Counter(row.outcome for row in rows),
    )


def _try(faq: Faq, question: Question) -> Tried:
    scores = faq.scores(question.text, question.language)
    ranking = sorted(scores, key=lambda topic: (-scores[topic], topic))
    rank = next((place for place, topic in enumerate(ranking, start=1) if topic in question.topics), None)
    match faq.find(question.text, question.language):
        case Found(entry):
            outcome = Outcome.AT_ONCE if entry.topic_id in question.topics else Outcome.WRONG
        case Between(entries):
            offered = any(entry.topic_id in question.topics for entry in entries)
            outcome = Outcome.OFFERED if offered else Outcome.PASSED_ON
        case NotFound():
            outcome = Outcome.PASSED_ON
        case other:
            assert_never(other)
    return Tried(question, rank, ranking[0] if ranking else "", outcome)


def report(rows: Sequence[Tried], beside: Sequence[Tried], *, by_topic: bool, show: bool) -> bool:
    """Prints the figures; whether all bars were met. `beside` are the unanswerable questions."""
    print("language  texts   first  among 3  " + "".join(f"{outcome:>11}" for outcome in Outcome))
    missed = []
    for language in (*LANGUAGES, "all"):
        scored = score([row for row in rows if language in {row.question.language, "all"}])
        shares = "".join(f"{scored.share(outcome):>11.1%}" for outcome in Outcome)
        print(f"{language:<8}{scored.texts:>7}{scored.first:>8.1%}{scored.among_three:>9.1%}  {shares}")
        if not scored.met:
            missed.append(language)
    fresh = in_other_words(rows, shipped_entries())
    if fresh:
        harder = score(fresh)
        print(
            f"in other words than the answers list: {harder.texts} texts, first {harder.first:.1%},"
            f" among 3 {harder.among_three:.1%}, wrong {harder.share(Outcome.WRONG):.1%}"
        )
    answered = score(beside).share(Outcome.WRONG)
    print(f"unanswerable: {len(beside)}, of which answered at once {answered:.1%}")
    if answered > WRONG_BAR:
        missed.append("unanswerable")
    if by_topic:
        _print_by_topic(rows)
    if show:
        for row in (*rows, *beside):
            if row.rank != 1 and (row.question.topics or row.outcome is Outcome.WRONG):
                wanted = " or ".join(sorted(row.question.topics)) or "none"
                print(f"{row.outcome:<10}{row.question.language:<4} {row.question.text!r}")
                print(f"          wanted {wanted} (rank {row.rank}), first came {row.first or 'none'}")
    print(
        f"bars: first {FIRST_BAR:.0%}, among three {AMONG_THREE_BAR:.0%}, wrong at most {WRONG_BAR:.0%}:",
        f"missed in {' '.join(missed)}" if missed else "met",
    )
    return not missed


def _print_by_topic(rows: Sequence[Tried]) -> None:
    mixed = Counter(
        (" or ".join(sorted(row.question.topics)), row.first, row.question.language) for row in rows if row.rank != 1
    )
    print("\nwanted -> came first")
    for (wanted, first, language), count in sorted(mixed.items()):
        print(f"{wanted} -> {first or 'none'} ({language}{f', {count} times' if count > 1 else ''})")
    print()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--by-topic", action="store_true", help="which topics were mixed up; shows no questions")
    parser.add_argument("--show", action="store_true", help="the questions that did not come first: not while building")
    options = parser.parse_args()
    faq = shipped_search()
    rows, beside = tried(faq, questions()), tried(faq, unanswerable())
    return 0 if report(rows, beside, by_topic=options.by_topic, show=options.show) else 1


if __name__ == "__main__":
    sys.exit(main())
