"""Who wants no more texts: 20 wordings a language must all be recognised, and no ordinary text may be taken for one.

    python -m benchmarks.opt_out_words            figures by language, no texts
    python -m benchmarks.opt_out_words --show     and the texts that went wrong

A wish that is missed is a broken promise and, for a carrier, a complaint; an ordinary text taken for one silences a
family that asked where the bus is. Therefore the bars are 100 % and none, the second also over every text that
`benchmarks.intents` reads. Wanting the texts again has a bar of 90 %: a person who is not understood can try again.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.labelled import LANGUAGES, Use, ordinary_texts, utterances, wishes
from sms.opt_out import OptWord, shipped_opt_out_words

OPT_IN_BAR = 0.9


@dataclass(frozen=True, slots=True)
class Score:
    """What came of one language's phrases. Texts are in the order of the sets."""

    language: str
    opt_outs: int
    opt_outs_missed: tuple[str, ...]
    opt_ins: int
    opt_ins_missed: tuple[str, ...]
    ordinary: int
    ordinary_taken: tuple[str, ...]
    """Ordinary texts taken for a wish to have no texts, or to have them again."""
    questions: int
    questions_taken: tuple[str, ...]
    """The same among the texts labelled with an intent."""

    @property
    def met(self) -> bool:
        """Whether all bars are met."""
        understood = self.opt_ins - len(self.opt_ins_missed) >= OPT_IN_BAR * self.opt_ins
        return understood and not (self.opt_outs_missed or self.ordinary_taken or self.questions_taken)


def scores(recognise: Callable[[str], OptWord | None]) -> tuple[Score, ...]:
    """A score for each language."""
    ordinary = ordinary_texts()
    questions = [*utterances(Use.TUNING), *utterances(Use.HELD_APART)]

    def taken(text: str) -> bool:
        return recognise(text) in {OptWord.STOP, OptWord.START}

    found = []
    for wish in wishes():
        mine = [text for language, text in ordinary if language == wish.language]
        asked = [question.text for question in questions if question.language == wish.language]
        found.append(
            Score(
                wish.language,
                len(wish.opt_out),
                tuple(text for text in wish.opt_out if recognise(text) is not OptWord.STOP),
                len(wish.opt_in),
                tuple(text for text in wish.opt_in if recognise(text) is not OptWord.START),
                len(mine),
                tuple(filter(taken, mine)),
                len(asked),
                tuple(filter(taken, asked)),
            )
        )
    return tuple(found)


def report(found: tuple[Score, ...], *, show: bool) -> bool:
    """Prints the figures; whether every language met the bars."""
    print("language  opt-outs missed   opt-ins missed   ordinary texts taken   questions taken")
    for one in found:
        print(
            f"{one.language:<8}{len(one.opt_outs_missed):>8} of {one.opt_outs:<6}{len(one.opt_ins_missed):>8} of"
            f" {one.opt_ins:<6}{len(one.ordinary_taken):>11} of {one.ordinary:<6}{len(one.questions_taken):>11} of"
            f" {one.questions}"
        )
    if show:
        for one in found:
            for what, texts in (
                ("opt-out missed", one.opt_outs_missed),
                ("opt-in missed", one.opt_ins_missed),
                ("ordinary taken", one.ordinary_taken),
                ("question taken", one.questions_taken),
            ):
                for text in texts:
                    print(f"{what:<15} {one.language:<4} {text!r}")
    missed = [one.language for one in found if not one.met]
    if missed and not show:
        print("--show prints them: here every wording that was missed is to be added, unlike the sets held apart.")
    print(
        f"bars: every opt-out, {OPT_IN_BAR:.0%} of opt-ins, no other text taken for either:",
        f"missed in {' '.join(missed)}" if missed else "met",
    )
    return not missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--show", action="store_true", help="print the texts that went wrong")
    options = parser.parse_args()
    found = scores(shipped_opt_out_words().recognise)
    assert tuple(one.language for one in found) == LANGUAGES
    return 0 if report(found, show=options.show) else 1


if __name__ == "__main__":
    sys.exit(main())
