"""Phrases of a text that fit together best, where taking the longest at each word in turn goes wrong.

Chinese writes no spaces: in "我想问下校车到了" the longest phrase after "我想问" would be "下校车", to get off the bus.
And no phrase goes on beyond a comma: "没到，车走了" does not say that no car has come.
"""

import re
from collections.abc import Iterator, Sequence

from sms.folding import folded
from sms.grammar.listing import Phrase
from sms.grammar.phrases import Index, KindT, Span

_WORD = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_PARTING = re.compile(r"[,.;:!?。，；：！？、…\n]")


def clauses(text: str) -> list[int]:
    """How many words (`sms.folding.tokens`) each stretch of `text` has that no phrase goes beyond.

    Chinese puts a space where it means one, too.
    """
    lengths = [0]
    end = 0
    plain = folded(text)
    last = ""
    for match in _WORD.finditer(plain):
        between = plain[end : match.start()]
        chinese = "\u3400" <= match[0][0] <= "\u9fff" or "\u3400" <= last[:1] <= "\u9fff"
        if lengths[-1] and (_PARTING.search(between) or (between and chinese)):
            lengths.append(0)
        lengths[-1] += 1
        end, last = match.end(), match[0]
    return lengths


def fitted_spans(words: Phrase, indexes: Sequence[Index[KindT]], lengths: Sequence[int]) -> list[Span[KindT]]:
    """The words as the phrases that leave the fewest of them over, longer ones before shorter, clause by clause."""
    spans: list[Span[KindT]] = []
    start = 0
    for length in lengths:
        end = min(start + length, len(words))
        spans.extend(_fitted(words, start, end, indexes))
        start = end
    return spans


def _fitted(words: Phrase, start: int, end: int, indexes: Sequence[Index[KindT]]) -> Iterator[Span[KindT]]:
    best: dict[int, tuple[float, Span[KindT] | None]] = {end: (0.0, None)}
    for at in range(end - 1, start - 1, -1):
        best[at] = max(
            ((_worth(span) + best[at + len(span.words)][0], span) for span in _spans_at(words, at, end, indexes)),
            key=lambda one: (one[0], len(one[1].words)),
        )
    at = start
    while (span := best[at][1]) is not None:
        yield span
        at += len(span.words)


def _worth(span: Span[KindT]) -> float:
    """Square of its length, so that one long phrase is worth more than two short ones; a word left over costs."""
    return float(len(span.words) ** 2) if span.kinds else -1.0


def _spans_at(words: Phrase, at: int, end: int, indexes: Sequence[Index[KindT]]) -> Iterator[Span[KindT]]:
    """Every known phrase that begins here, of two equally long ones the earlier index's."""
    found: dict[int, Span[KindT]] = {}
    for index in indexes:
        until = end
        while until > at and (span := index.longest_at(words[:until], at)) is not None:
            found.setdefault(len(span.words), span)
            until = at + len(span.words) - 1
    yield from found.values()
    if 1 not in found:
        yield Span(words[at : at + 1], frozenset())
