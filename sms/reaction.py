"""Reactions: what a phone sends where somebody only tapped a heart on a text of ours. `Liked “Bus 47 is on its way.”`

By text message a reaction comes as a text of its own, which quotes ours.
Our words are full of BUS, STOP and ALERTS OFF, so read as the family's own they would do what nobody asked for.
"""

import re
import unicodedata

_QUOTED = re.compile(r'\s*(?P<how>[^“”"«»„「」]{1,40}?)\s*[“"«„「]\s*[^“”"«»„「」\s].*', re.DOTALL)
_EN = (
    "loved",
    "liked",
    "disliked",
    "laughed at",
    "emphasized",
    "emphasised",
    "questioned",
    "removed a heart from",
    "removed a like from",
    "removed a dislike from",
    "removed a laugh from",
    "removed an exclamation from",
    "removed a question mark from",
)
"""What iPhones write in English (Apple's fallback texts, as KDE Spacebar and others read them)."""
_OTHERS = (
    # As phones set to these languages are thought to write it; nobody has checked them on a phone.
    *("le encantó", "le gustó", "no le gustó", "se rio de", "se rió de", "enfatizó", "cuestionó"),
    *("a adoré", "a aimé", "n'a pas aimé", "a ri de", "a ri à", "a souligné", "a questionné"),
    *("amou", "gostou de", "não gostou de", "riu de", "enfatizou", "questionou"),
)
_SIGNS = re.compile(r"(?:reacted\s+|removed\s+)?[^\w\s]\S*(?:\s+\w{1,6})?")
"""`👍 to`, `Reacted 😂 to`, `Removed ❤ from`, and the same with another little word in other languages."""
_HOW = frozenset(unicodedata.normalize("NFKC", how).casefold() for how in (*_EN, *_OTHERS))


def is_reaction(text: str) -> bool:
    """Whether a text only says that somebody reacted to one of ours: a known verb or a sign, then a quotation."""
    found = _QUOTED.fullmatch(text)
    if found is None:
        return False
    how = " ".join(unicodedata.normalize("NFKC", found["how"]).casefold().replace("’", "'").split())
    how = how.strip("\u200a\u200b\u200c\u200d\ufeff")
    return how in _HOW or _SIGNS.fullmatch(how) is not None
