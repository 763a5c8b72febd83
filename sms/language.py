"""Which language a phone is answered in: what is known of its languages in, one of the catalogue's out."""

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
