"""What Busline says, in every language: a language, a key and values in, a sentence out. One Fluent file a language."""

from sms.catalogue.catalogue import Catalogue, CatalogueError, shipped_catalogue, shipped_sources

__all__ = ["Catalogue", "CatalogueError", "shipped_catalogue", "shipped_sources"]
