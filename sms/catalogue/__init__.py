"""What Busline says, in every language: a language, a key and values in, a sentence out. One Fluent file a language.

`languages/<code>.ftl` holds a language: its messages, how it writes times and days, the words it teaches, its voice.
"""

from sms.catalogue.catalogue import Catalogue, CatalogueError, Voice, shipped_catalogue, shipped_sources

__all__ = ["Catalogue", "CatalogueError", "Voice", "shipped_catalogue", "shipped_sources"]
