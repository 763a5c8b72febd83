"""One catalogue for every language: the build fails where one lacks a message, a placeholder or a plural form."""

from collections.abc import Iterator

import pytest
from babel import Locale
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from sms.catalogue import Catalogue, CatalogueError, shipped_catalogue, shipped_sources

PLURAL_CATEGORIES = {"zero", "one", "two", "few", "many", "other"}
SOURCES = shipped_sources()
OTHERS = sorted(set(SOURCES) - {"en"})


class _Shape(Visitor):
    """What a message takes: its values, the messages it holds, and the variants of its choices."""

    def __init__(self) -> None:
        self.values: set[str] = set()
        self.messages: set[str] = set()
        self.choices: dict[str, set[str]] = {}

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802
        self.values.add(node.id.name)

    def visit_MessageReference(self, node: ast.MessageReference) -> None:  # noqa: N802
        self.messages.add(node.id.name)

    def visit_SelectExpression(self, node: ast.SelectExpression) -> None:  # noqa: N802
        assert isinstance(node.selector, ast.VariableReference)
        keys = {v.key.name if isinstance(v.key, ast.Identifier) else str(v.key.value) for v in node.variants}
        self.choices[node.selector.id.name] = keys
        self.generic_visit(node)


def _shapes(source: str) -> dict[str, _Shape]:
    shapes = {}
    for entry in FluentParser().parse(source).body:
        if isinstance(entry, ast.Message):
            assert entry.id.name not in shapes, f"{entry.id.name} stands there twice"
            shapes[entry.id.name] = _Shape()
            shapes[entry.id.name].visit(entry)
    return shapes


def _all_values(shapes: dict[str, _Shape], key: str) -> set[str]:
    return shapes[key].values.union(*(_all_values(shapes, held) for held in shapes[key].messages))


def _plurals(shapes: dict[str, _Shape]) -> Iterator[tuple[str, set[str]]]:
    for key, shape in shapes.items():
        for variants in shape.choices.values():
            if variants <= PLURAL_CATEGORIES and variants != {"other"}:
                yield key, variants


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_every_message_and_no_other(language: str) -> None:
    assert set(_shapes(SOURCES[language])) == set(_shapes(SOURCES["en"]))


@pytest.mark.parametrize("language", OTHERS)
def test_a_message_takes_the_same_values_in_every_language(language: str) -> None:
    ours, english = _shapes(SOURCES[language]), _shapes(SOURCES["en"])
    # A clock may be written with 12 hours or 24: those values are offered, not demanded.
    for key in english.keys() - {"clock", "clock-short"}:
        assert _all_values(ours, key) == _all_values(english, key), key


@pytest.mark.parametrize("language", OTHERS)
def test_a_choice_that_is_no_plural_has_the_same_variants_in_every_language(language: str) -> None:
    ours, english = _shapes(SOURCES[language]), _shapes(SOURCES["en"])
    for key, shape in english.items():
        for value, variants in shape.choices.items():
            if not variants <= PLURAL_CATEGORIES and value != "half":
                assert ours[key].choices[value] == variants, key


@pytest.mark.parametrize("language", sorted(SOURCES))
def test_a_plural_has_every_form_that_the_language_uses_for_whole_numbers(language: str) -> None:
    rule = Locale.parse(language, sep="-").plural_form
    needed = {rule(number) for number in range(201)}
    found = list(_plurals(_shapes(SOURCES[language])))
    assert found
    for key, variants in found:
        assert needed <= variants, key


@pytest.mark.parametrize("language", sorted(SOURCES))
def test_what_people_type_is_listed_as_it_is_compared(language: str) -> None:
    for key in (key for key in _shapes(SOURCES[language]) if key.startswith("words-")):
        words = shipped_catalogue().words(language, key)
        assert words, key
        assert len(words) == len(set(words)), [word for word in words if words.count(word) > 1]
        for phrase in words:
            assert phrase == " ".join(phrase.split()) == phrase.casefold(), phrase
            assert all(letter.isalnum() or letter == " " for letter in phrase), phrase


def test_the_nearest_language_is_found_for_a_region_and_none_for_a_stranger() -> None:
    catalogue = shipped_catalogue()
    assert catalogue.nearest("es-US") == catalogue.nearest("ES") == catalogue.nearest("es_419") == "es"
    assert catalogue.nearest("en") == "en"
    assert catalogue.nearest("ht") is None
    assert catalogue.nearest("") is None


def test_a_missing_message_or_value_is_an_error_and_never_a_hole_in_a_sentence() -> None:
    catalogue = Catalogue({"en": "accents = keep\ngreeting = Bus { $number }\n"})
    assert catalogue.say("en", "greeting", number="47") == "Bus 47"
    with pytest.raises(CatalogueError, match="no message 'farewell'"):
        catalogue.say("en", "farewell")
    with pytest.raises(CatalogueError, match="number"):
        catalogue.say("en", "greeting")
    with pytest.raises(CatalogueError, match="'fr'"):
        catalogue.say("fr", "greeting", number="47")


def test_a_file_that_cannot_be_read_names_the_place() -> None:
    with pytest.raises(CatalogueError, match=r"languages/xx\.ftl"):
        Catalogue({"xx": "accents = keep\nbroken = { $oops\n"})


def test_a_language_that_needs_its_accents_keeps_them() -> None:
    source = "accents = {}\ngreeting = Xe buýt đến rồi\n"
    assert Catalogue({"vi": source.replace("{}", "keep")}).say("vi", "greeting") == "Xe buýt đến rồi"
    folding = Catalogue({"es": "accents = fold\ngreeting = Autobús\n"})
    assert folding.say("es", "greeting") == "Autobus"
    assert folding.raw("es", "greeting") == "Autobús"
