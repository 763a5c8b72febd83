"""Which language a phone is answered in, and a caller spoken to: what is known in, one of the catalogue's out."""

from sms.catalogue import Catalogue


def language_for(
    catalogue: Catalogue,
    *,
    named: str | None,
    chosen: str | None,
    stored: str | None,
    guessed: str | None,
    last: str | None,
    default: str,
) -> str:
    """The first of these that the catalogue has.

    `named` in this very text; `chosen` in an earlier one; `stored` with the contact by the school; `guessed` from
    the words of this text; `last` used with this phone. A bare number is no guess, so it never switches a language.
    """
    for language in (named, chosen, stored, guessed, last, default):
        if language is not None and (nearest := catalogue.nearest(language)) is not None:
            return nearest
    raise ValueError(f"The district's default language {default!r} is none of {', '.join(catalogue.languages)}.")


def spoken_language_for(catalogue: Catalogue, *, chosen: str | None, stored: str | None, default: str) -> str:
    """The first of these that has a voice; where none has, the first of the catalogue that does.

    A language without a voice is never read aloud by another language's: its words would not be understood.
    """
    for language in (chosen, stored, default, *catalogue.languages):
        if language is not None and (nearest := catalogue.nearest(language)) is not None and catalogue.voice(nearest):
            return nearest
    raise ValueError(f"None of the languages {', '.join(catalogue.languages)} has a voice to answer calls with.")
