"""The phrases of a lexicon looked up as they were written, marks and all: `sms/grammar/marks.py` says why."""

from collections import defaultdict

from sms.folding import tokens
from sms.grammar.lexicon import Kind
from sms.grammar.listing import Listing, Phrase
from sms.grammar.marks import Written
from sms.grammar.phrases import PhraseIndex, Span
from sms.grammar.within import Meanings


class MarkedPhrases:
    """The phrases of one lexicon, by what is left of them without marks."""

    def __init__(self, marked: Listing[Kind]) -> None:
        self._marked = marked
        self._meaning = Meanings(marked).of
        self._forms: defaultdict[str, list[str]] = defaultdict(list)
        for form in marked.words():
            self._forms["".join(tokens(form))].append(form)

    def meant(self, phrase: Phrase, forms: Phrase, *, careful: bool) -> frozenset[Kind]:
        """What a folded phrase means where it was written in these forms; nothing where another is meant.

        A form without marks may stand for any, unless the writer is `careful` and the lexicon has it so.
        """
        if careful and (exact := self._meaning(forms)):
            return exact
        choices = [
            self._forms.get(word, ()) if form.isascii() else (form,) for word, form in zip(phrase, forms, strict=True)
        ]
        ways = list(self._marked.made_of(choices))
        fit = ways[-1] if len(ways) == len(phrase) else []
        return frozenset().union(*map(self._meaning, fit))


class MarkedIndex:
    """The index of a language with marks, for one text in it."""

    def __init__(self, index: PhraseIndex[Kind], phrases: MarkedPhrases, written: Written) -> None:
        self._index, self._phrases, self._written = index, phrases, written

    def longest_at(self, words: Phrase, at: int) -> Span[Kind] | None:
        """The longest known phrase that begins at this word and was written so."""
        found = self._index.longest_at(words, at)
        if found is None:
            return None
        for length in range(len(found.words), 0, -1):
            phrase, forms = words[at : at + length], self._written.forms[at : at + length]
            if kinds := self._phrases.meant(phrase, forms, careful=self._written.careful):
                return Span(phrase, kinds)
        # A slip in the marks of a small word is no other word.
        small = self._index.kinds_of(words[at : at + 1]) & {Kind.FILLER}
        return Span(words[at : at + 1], small) if small else None


class UnmarkedIndex:
    """The index of any other language, for the same text: what carries marks is none of its words."""

    def __init__(self, index: PhraseIndex[Kind], written: Written) -> None:
        self._index, self._written = index, written

    def longest_at(self, words: Phrase, at: int) -> Span[Kind] | None:
        """The longest known phrase that begins at this word."""
        return None if self._written.is_marked(at) else self._index.longest_at(words, at)
