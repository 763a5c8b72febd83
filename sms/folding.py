"""What somebody typed, made comparable: any text in, plain lower-case words out."""

import unicodedata

_APOSTROPHES = str.maketrans("", "", "'’‘`´")


def folded(text: str) -> str:
    """Lower case, no accents, ASCII digits; everything that is no letter or digit is kept as it is."""
    digits = "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text.translate(_APOSTROPHES)
    )
    bare = unicodedata.normalize("NFKD", digits.casefold())
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def tokens(text: str) -> tuple[str, ...]:
    """The words of `text`, folded: `"¿Dónde está?"` -> `("donde", "esta")`. An apostrophe does not part a word."""
    return tuple("".join(letter if letter.isalnum() else " " for letter in folded(text)).split())
