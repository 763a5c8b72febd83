"""What families mean by what they write: how many of the texts held apart the grammar reads right, and how many wrong.

    python -m benchmarks.intents                  blind: figures by language, no texts
    python -m benchmarks.intents --by-intent      and what was taken for what, still without the texts
    python -m benchmarks.intents --set judge      the set that was written after the grammar
    python -m benchmarks.intents --set tuning --show
    python -m benchmarks.intents --set fresh --batch 1 --language vi --language zh

Right: the intent of the label and every field it names. Near: the right riders and day, but another side of the matter
(where it is, instead of whether it came), or both rides where one was meant: the reply holds the bus all the same. Or a
setting is shown, with how it is changed, and not changed. None of it counts as right.
Choice: the sender is offered a short choice, a person or nothing; nobody is misled. Wrong: any other definite answer,
also one about another rider or day.

Two figures are printed. Strict judges the reading alone: whatever is taken for another matter is wrong. As told judges
what the family gets. A text read as another matter, or not read at all, is searched for among the prepared answers, as
the service does it (the answers that come with Busline, in the language of the text and the guessed one):

- a definite answer, where the label is no other matter: wrong, also where the reading was right not to understand;
- a choice of answers, a person or nothing found, where the label is something else: a choice, neither right nor wrong;
- where the label is another matter, or allows it, the reading stands: whether the answer is the right one is what
  `benchmarks/faq.py` judges.

The bars are the issue's, "wrong answers (not choices)", and so are held against the figures as told: 92 % right and at
most 2 % wrong, in each language. Nothing that strict calls wrong becomes right as told.

Whoever builds the grammar runs this without `--show`. What it guesses of the language is printed beside it: no bar.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from benchmarks.labelled import LANGUAGES, Use, Utterance, utterances
from busline.faq.entries import shipped_entries
from busline.faq.search import Faq, Found
from sms.folding import tokens
from sms.intent import (
    Alerts,
    Ask,
    Choice,
    Code,
    Danger,
    Help,
    Intent,
    No,
    NotHome,
    Person,
    Quiet,
    ShowLanguages,
    Status,
    Students,
    SwitchLanguage,
    Thanks,
    Topic,
    Unclear,
    Understood,
    Yes,
    same_student,
)
from sms.reading import shipped_readers

RIGHT_BAR, WRONG_BAR = 0.92, 0.02
_NOBODY_MISLED = frozenset({"Topic", "Unclear"})
"""Either way the prepared answers are searched; below their threshold there is a choice or a person."""


class Verdict(StrEnum):
    """What the reading of one text is worth."""

    RIGHT = "right"
    NEAR = "near"
    CHOICE = "choice"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Judged:
    """One text, how it was read, and what that is worth."""

    utterance: Utterance
    understood: Understood
    strict: Verdict
    """Of the reading alone."""
    verdict: Verdict
    """As told: once the prepared answers are searched."""


@dataclass(frozen=True, slots=True)
class Score:
    """How often each verdict was given, among how many texts."""

    texts: int
    verdicts: Counter[Verdict]

    def share(self, verdict: Verdict) -> float:
        """Between 0 and 1."""
        return self.verdicts[verdict] / self.texts

    @property
    def met(self) -> bool:
        """Whether both bars are met."""
        return self.share(Verdict.RIGHT) >= RIGHT_BAR and self.share(Verdict.WRONG) <= WRONG_BAR


def judged(texts: Sequence[Utterance], understand: Callable[[str], Understood], faq: Faq) -> tuple[Judged, ...]:
    """Every text, read, searched for in `faq` where the service would, and judged."""
    return tuple(_judge(utterance, understand(utterance.text), faq) for utterance in texts)


def score(rows: Sequence[Judged]) -> Score:
    """The verdicts as told of `rows`, counted."""
    return Score(len(rows), Counter(row.verdict for row in rows))


def strict_score(rows: Sequence[Judged]) -> Score:
    """The verdicts on the readings alone, counted."""
    return Score(len(rows), Counter(row.strict for row in rows))


def _judge(utterance: Utterance, understood: Understood, faq: Faq) -> Judged:
    strict = verdict(utterance, understood.intent)
    return Judged(utterance, understood, strict, _as_told(utterance, understood, strict, faq))


def _as_told(utterance: Utterance, understood: Understood, strict: Verdict, faq: Faq) -> Verdict:
    searched = isinstance(understood.intent, Topic) or (
        isinstance(understood.intent, Unclear) and not understood.intent.is_greeting
    )
    if not searched or utterance.intent == "Topic":
        return strict
    if "Topic" in utterance.accept and utterance.intent != "Unclear":
        return strict
    also = () if understood.guessed_language is None else (understood.guessed_language,)
    if isinstance(faq.find(utterance.text, utterance.language, *also), Found):
        return Verdict.WRONG
    return Verdict.CHOICE if strict is Verdict.WRONG else strict


def verdict(utterance: Utterance, intent: Intent) -> Verdict:
    """What reading `utterance` as `intent` is worth."""
    name = type(intent).__name__
    if name in utterance.accept:
        return Verdict.RIGHT
    if name != utterance.intent:
        if name == "Unclear" or {name, utterance.intent} <= _NOBODY_MISLED:
            return Verdict.CHOICE
        return Verdict.WRONG
    if not _same_fields(utterance, intent):
        return Verdict.NEAR if intent in (Alerts(), Quiet()) else Verdict.WRONG
    if isinstance(intent, Ask) and (
        intent.about.value not in utterance.about or (utterance.leg is not None and intent.leg is None)
    ):
        return Verdict.NEAR
    return Verdict.RIGHT


def _same_fields(utterance: Utterance, intent: Intent) -> bool:
    match intent:
        case Ask(student_ids, _, day, leg):
            other_ride = utterance.leg is not None and leg is not None and leg.value != utterance.leg
            return _same_riders(student_ids, utterance.ids) and day.value == utterance.day and not other_ride
        case NotHome(student_ids):
            return _same_riders(student_ids, utterance.ids)
        case Alerts(wanted, minutes):
            # Minutes alone say that alerts are wanted.
            switched = wanted == utterance.wanted or (wanted is None and minutes is not None and utterance.wanted)
            return bool(switched) and minutes == utterance.minutes
        case Quiet(start, end, off):
            return (start, end, off) == (utterance.start, utterance.end, utterance.off)
        case SwitchLanguage(language):
            return language == utterance.switch_to
        case Status(reference):
            return _plain(reference) == _plain(utterance.reference)
        case Code(code):
            return _plain(code) == _plain(utterance.code)
        case Choice(number):
            return number == utterance.number
        case (
            Danger() | Yes() | No() | ShowLanguages() | Students() | Help() | Person() | Topic() | Thanks() | Unclear()
        ):
            return True
        case _:
            assert_never(intent)


def _same_riders(found: Sequence[str], labelled: Sequence[str]) -> bool:
    return len(found) == len(labelled) and all(any(same_student(one, other) for other in labelled) for one in found)


def _plain(typed: str | None) -> str:
    return "".join(letter for letter in typed or "" if letter.isalnum()).upper()


def _told_language(rows: Sequence[Judged]) -> tuple[int, int]:
    """Texts whose language was guessed, and those of them where the guess was another one than theirs."""
    guesses = [
        (row.understood.guessed_language, row.utterance.language)
        for row in rows
        if row.understood.guessed_language is not None and row.utterance.note != "two languages"
    ]
    return len(guesses), sum(guess != language for guess, language in guesses)


def report(rows: Sequence[Judged], *, by_intent: bool, show: bool) -> bool:
    """Prints the figures; whether every language met the bars."""
    print("                              as told                              strict")
    print("language  texts    right     near   choice    wrong       right    wrong   language guessed (wrongly)")
    missed = []
    for language in (*LANGUAGES, "all"):
        mine = [row for row in rows if language in {row.utterance.language, "all"}]
        if not mine:
            continue
        scored = score(mine)
        shares = "".join(f"{scored.share(kind):>9.1%}" for kind in Verdict)
        strict = strict_score(mine)
        alone = f"{strict.share(Verdict.RIGHT):>9.1%}{strict.share(Verdict.WRONG):>9.1%}"
        guessed, wrongly = _told_language(mine)
        print(f"{language:<8}{scored.texts:>7}{shares}   {alone}   {guessed} ({wrongly})")
        if language != "all" and not scored.met:
            missed.append(language)
    if by_intent:
        _print_by_intent(rows)
    if show:
        for row in rows:
            if row.verdict is not Verdict.RIGHT:
                print(f"{row.verdict:<7}{row.utterance.language:<4} {row.utterance.text!r}")
                print(
                    f"            wanted {row.utterance.intent} {row.utterance.note}\n            got {row.understood}"
                )
    print(
        f"bars, as told: at least {RIGHT_BAR:.0%} right and at most {WRONG_BAR:.0%} wrong in each language:",
        f"missed in {' '.join(missed)}" if missed else "met",
    )
    return not missed


def _print_by_intent(rows: Sequence[Judged]) -> None:
    print("\nlabelled        texts  right   taken otherwise")
    for intent in sorted({row.utterance.intent for row in rows}):
        mine = [row for row in rows if row.utterance.intent == intent]
        otherwise = Counter(
            f"{row.verdict} {type(row.understood.intent).__name__} {row.utterance.language}"
            for row in mine
            if row.verdict is not Verdict.RIGHT
        )
        rest = ", ".join(f"{count} {what}" for what, count in otherwise.most_common())
        print(f"{intent:<16}{len(mine):>5}{score(mine).share(Verdict.RIGHT):>7.0%}   {rest}")
    print()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--set", type=Use, choices=list(Use), default=Use.JUDGE)
    parser.add_argument("--batch", type=int, help="of the fresh texts: only this one")
    parser.add_argument("--language", action="append", choices=LANGUAGES, help="only this one; may be given again")
    parser.add_argument("--by-intent", action="store_true", help="what was taken for what; shows no texts")
    parser.add_argument("--show", action="store_true", help="the texts that were not read right: not while building")
    options = parser.parse_args()
    texts = [
        row
        for row in utterances(options.set, batch=options.batch)
        if options.language is None or row.language in options.language
    ]
    if not texts:
        parser.error("there are no such texts")
    rows = judged(texts, shipped_readers().understand, Faq(shipped_entries(), tokens))
    return 0 if report(rows, by_intent=options.by_intent, show=options.show) else 1


if __name__ == "__main__":
    sys.exit(main())
