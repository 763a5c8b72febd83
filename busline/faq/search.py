"""Which prepared answer a text asks for: BM25 over words and parts of words, or an honest "none".

Words count most; three letters in a row help where endings differ or a finger slipped, in any script; a word that no
answer knows is taken for the nearest that one does (rapidfuzz). BM25 is that of Robertson and Zaragoza (2009). A score
is the share of what the text says that an answer bears out, so that one threshold serves short and long texts alike.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log1p

from rapidfuzz import fuzz, process

from busline.faq.entries import Entry, TopicId

K1, B = 1.2, 0.5
"""Saturation and the weight of length: the usual first, a lower second, for answers differ in length by accident."""
TITLE, ASK, WORD, ANSWER = 2.0, 1.0, 2.0, 0.35
"""What a word counts by where it stands."""
PAIR, PART = 0.7, 0.3
"""What two words in a row count beside one, and three letters in a row. In Chinese and Vietnamese a word is written as
several, and pairs are the words."""
UNSAID = 0.5
"""So many rare words are taken as not said: one word alone, as "lunch", bears out little of a question."""
NEAR, NEAR_COUNTS, NEAR_LETTERS = 82.0, 0.8, 5
"""How alike (percent) a known word must be to stand for an unknown one, what it then counts, and its least length."""
SURE, SURE_LEAD = 0.5, 0.08
"""An answer that bears out so much, and so much more than the next one, is given: of phrasings left out of the answers
they belong to, in six languages, 55 % are then answered at once and 1.3 % wrongly, of 85 texts about no topic one."""
MAYBE = 0.18
"""Below this nothing is offered."""
CHOICES = 3

Tokens = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Found:
    """One answer, surely."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Between:
    """A choice, the likeliest first."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class NotFound:
    """None of them: a matter for a person."""


class Faq:
    """The answers of all languages, ready to be searched. Immutable."""

    def __init__(self, entries: Iterable[Entry], tokens: Tokens) -> None:
        """`tokens` folds a text into comparable words.

        None is left out as saying nothing: in questions this short, words like “where is my” tell topics apart
        (`benchmarks/faq.py`: without such a list 93.8 % of the right answers come first, with one 88.3 %).
        """
        by_language: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            by_language[entry.language].append(entry)
        self._entries = {(entry.topic_id, entry.language): entry for own in by_language.values() for entry in own}
        self._indexes = {language: _Index(own, tokens) for language, own in by_language.items()}
        self._tokens = tokens

    def find(self, text: str, language: str, *also: str) -> Found | Between | NotFound:
        """The answer that a text asks for, in `language`; it may be written in that language or in one of `also`."""
        scores = self.scores(text, language, *also)
        best = sorted(scores.items(), key=lambda scored: (-scored[1], scored[0]))[: CHOICES + 1]
        here = [(self._entries[topic, language], score) for topic, score in best if (topic, language) in self._entries]
        if not here or here[0][1] < MAYBE:
            return NotFound()
        lead = here[0][1] - (here[1][1] if len(here) > 1 else 0.0)
        if here[0][1] >= SURE and lead >= SURE_LEAD:
            return Found(here[0][0])
        return Between(tuple(entry for entry, score in here[:CHOICES] if score >= MAYBE))

    def entry(self, topic_id: TopicId, language: str) -> Entry | None:
        """The answer to a topic that was chosen."""
        return self._entries.get((topic_id, language))

    def scores(self, text: str, *languages: str) -> dict[TopicId, float]:
        """How much of the text every topic bears out, 0 to 1, in the language where it bears out most."""
        words = self._tokens(text)
        best: dict[TopicId, float] = {}
        for language in dict.fromkeys(languages):
            if (index := self._indexes.get(language)) is not None:
                for topic_id, score in index.scores(words):
                    best[topic_id] = max(score, best.get(topic_id, 0.0))
        return best


class _Index:
    """The answers of one language."""

    def __init__(self, entries: Sequence[Entry], tokens: Tokens) -> None:
        self._topics = [entry.topic_id for entry in entries]
        counts = [self._counted(entry, tokens) for entry in entries]
        length = [sum(own.values()) for own in counts]
        mean = sum(length) / max(len(length), 1)
        known = Counter(feature for own in counts for feature in own)
        self._idf = {feature: log1p((len(entries) - n + 0.5) / (n + 0.5)) for feature, n in known.items()}
        self._rare = log1p((len(entries) + 0.5) / 0.5)
        self._words = sorted({feature for feature in known if not feature.startswith("#")})
        self._bears: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for row, own in enumerate(counts):
            for feature, n in own.items():
                share = n / (n + K1 * (1 - B + B * length[row] / max(mean, 1e-9)))
                self._bears[feature].append((row, share))

    def _counted(self, entry: Entry, tokens: Tokens) -> dict[str, float]:
        """How often every feature stands in the entry, each time weighed by where."""
        counted: defaultdict[str, float] = defaultdict(float)
        for text, counts in [
            (entry.title, TITLE),
            *((ask, ASK) for ask in entry.asks),
            *((word, WORD) for word in entry.words),
            (entry.answer, ANSWER),
        ]:
            for feature, _ in self._features(tokens(text)):
                counted[feature] += counts
        return counted

    def _features(self, words: Sequence[str]) -> Iterable[tuple[str, float]]:
        """What a text says: its words, their pairs, and their parts, each with what it counts in a question."""
        before = ""
        for word in words:
            if word.isdigit():
                before = ""
                continue
            yield word, 1.0
            if (stem := _arabic_stem(word)) is not None:
                yield stem, 1.0
            if before:
                yield f"#{before} {word}", PAIR
            before = word
            if len(word) > 1:
                edged = f"^{word}$"
                for at in range(len(edged) - 2):
                    yield "#" + edged[at : at + 3], PART

    def scores(self, words: Sequence[str]) -> Iterable[tuple[TopicId, float]]:
        """Every topic that bears out anything, with how much of the text it does."""
        asked: dict[str, float] = {}
        for feature, weight in self._features(words):
            if feature in self._idf:
                asked[feature] = max(asked.get(feature, 0.0), weight)
            elif feature.startswith("#"):
                # Pairs and parts that stand in no answer say no more than their words do.
                continue
            elif (near := self._nearest(feature)) is not None:
                asked[near] = max(asked.get(near, 0.0), NEAR_COUNTS)
            else:
                asked[feature] = weight
        whole = UNSAID * self._rare + sum(w * self._idf.get(feature, self._rare) for feature, w in asked.items())
        borne: defaultdict[int, float] = defaultdict(float)
        for feature, weight in asked.items():
            for row, share in self._bears.get(feature, ()):
                borne[row] += weight * self._idf[feature] * share
        return [(self._topics[row], score / whole) for row, score in borne.items()]

    def _nearest(self, word: str) -> str | None:
        if len(word) < NEAR_LETTERS:
            return None
        near = process.extractOne(word, self._words, scorer=fuzz.ratio, score_cutoff=NEAR)
        return None if near is None else str(near[0])


_ARABIC_BEFORE = ("و", "ف", "ب", "ل", "ك", "س")
_ARABIC_AFTER = ("ها", "هم", "نا", "كم", "ان", "ات", "ون", "ين", "يه", "ته", "تي", "ه", "ي", "ا", "ت")


def _arabic_stem(word: str) -> str | None:
    """An Arabic word without one thing written before it and one after; None where nothing comes off.

    The light stemming of Larkey, Ballesteros and Connell (2002): no roots are looked for. The article is off already.
    """
    if not "\u0600" <= word[0] <= "\u06ff":
        return None
    stem = word
    if len(stem) >= 5 and stem.startswith(_ARABIC_BEFORE):
        stem = stem[1:]
    for ending in _ARABIC_AFTER:
        if stem.endswith(ending) and len(stem) - len(ending) >= 3:
            stem = stem.removesuffix(ending)
            break
    return stem if stem != word else None
