"""Names for things that do not exist: streets, schools, people and telephones."""

# Word lists are easier to read and to add to as prose than as a column of literals.
# ruff: noqa: SIM905

from collections.abc import Iterator
from itertools import count

from numpy.random import Generator

from busline.ids import Phone
from feeds.simulator.chance import chance

_WORDS = (
    "Alder Anchor Ashdown Aspen Atwood Baker Barley Bayberry Beacon Beech Bellamy Birch Blackwell Bramble Brewster "
    "Briar Brook Burdett Cabot Calloway Candle Carver Cedar Chandler Chapel Cherry Chestnut Clement Clover Coburn "
    "Colby Cooper Copper Corey Cranberry Crescent Crofton Cutler Cypress Dalton Danforth Dover Drummond Dunbar "
    "Eastlake Eaton Ellery Elm Fairbanks Fairview Fallow Farrow Fenwick Fern Field Foster Fountain Foxglove "
    "Franklin Frost Gable Garland Garnet Gilman Glade Glenn Grafton Granite Greenough Grove Gull Hadley Hamlin "
    "Hancock Harlow Harper Hartwell Hawthorn Hazel Heath Hemlock Heron Hickory Hill Holbrook Hollis Holly Hooper "
    "Hopewell Hudson Indigo Iris Ivy Jasper Juniper Keene Kendall Kestrel Kilby Kingsley Lamson Lantern Larch "
    "Laurel Lawson Leland Lilac Linden Locust Lowell Lyman Magnolia Mallard Maple Marble Marlow Mason Meadow Mercer "
    "Merrill Milford Mill Miller Monroe Moss Mulberry Myrtle Nash Newell Norwood Oak Olive Orchard Orient Osprey "
    "Otis Parker Parsons Pearl Pemberton Perkins Pine Pleasant Plover Plum Poplar Porter Prescott Prospect Quarry "
    "Quincy Rangeley Reed Ridge River Robin Rowan Russell Rye Saddle Sage Salem Sawyer Shaw Sherman Shore Sorrel "
    "Spruce Sterling Stone Summit Sumner Swift Sycamore Tannery Teal Temple Thatcher Thornton Tilden Trask Tremlett "
    "Turner Union Upham Vale Vernon Vine Wadsworth Walnut Warren Waverly Weld Wharf Wheeler Whitby Wilder Willow "
    "Winslow Winter Wisteria Wren Wyeth Yarrow York"
).split()
_STREET_KINDS = ("Street", "Road", "Lane", "Court", "Place", "Terrace")
_AVENUE_KINDS = ("Avenue", "Boulevard", "Parkway", "Turnpike")
_PARTS = ("North", "South", "East", "West", "Upper", "Lower", "Old", "New")

_SCHOOL_WORDS = (
    "Adams Point,Bayview,Beecher,Brightwater,Chestnut Hill,Clearbrook,Coastline,Copley Grove,Dunmore,Eastgate,Edison "
    "Park,Fairhaven,Foxborough Lane,Garrison,Harborside,Hillcrest,Ironbridge,Jefferson Grove,Kingsbridge,Lakeshore,"
    "Lighthouse,Longfellow Green,Marsh Street,Millbrook,Northfield,Oakmont,Old Harbor,Parkside,Quarry Hill,Ridgeway,"
    "Riverbend,Rosemont,Seaview,Southgate,Stonebridge,Tidewater,Upland,Westbrook,Windmill,Woodlawn"
).split(",")

_GIVEN_NAMES = (
    "Aaliyah Abdi Adriana Aiden Alejandro Amara Amir Ana Andre Angel Anh Anthony Arianna Ava Beatriz Benjamin "
    "Bianca Caleb Camila Carlos Chloe Daniel David Destiny Diego Elena Eli Elijah Emily Emma Ethan Fatima Gabriel "
    "Grace Hannah Hodan Ian Isabella Isaiah Jada Jasmine Jayden Jean Joao Jose Joshua Julia Kayla Kevin Khadija "
    "Layla Leah Leo Liam Linh Lucas Luis Luna Maria Mateo Maya Mei Mia Michael Minh Naomi Natalia Nathan Noah Nora "
    "Olivia Omar Owen Pedro Rafael Rosa Ruth Samuel Santiago Sara Sofia Stephanie Thiago Valentina Victor Wei "
    "Xavier Yasmin Zoe"
).split()
_FAMILY_NAMES = (
    "Abdullahi Adams Alvarez Andrade Baptiste Barbosa Barros Bennett Brooks Brown Campbell Carter Castillo Chan "
    "Chen Clarke Collins Cruz Davis Diaz Dorsey Duarte Edwards Evans Fernandes Flores Fontes Foster Garcia Gomes "
    "Gomez Gonzalez Gray Green Guerrero Gutierrez Hall Harris Hassan Hernandez Hill Huang Hussein Jackson James "
    "Jean Jenkins Johnson Jones Joseph Kelly King Lam Lee Lewis Li Lin Lopes Lopez Louis Martin Martinez Medina "
    "Mejia Mendes Miller Mitchell Mohamed Monteiro Moore Morales Morgan Murphy Nguyen Nunez Ortiz Osman Parker Pena "
    "Perez Pham Phillips Pierre Pires Ramirez Reed Reyes Rivera Roberts Robinson Rodriguez Rosario Ruiz Sanchez "
    "Santana Santos Scott Silva Smith Soto Tavares Taylor Thomas Torres Tran Turner Valdez Vargas Vega Walker Wang "
    "White Williams Wilson Wong Wright Wu Young Zhang"
).split()

_AREA_CODES = (
    "617 857 508 774 781 339 978 351 413 401 207 603 802 203 475 860 959 518 585 607 631 716 845 914 201 609 732 856 "
    "908 973 215 267 412 484 570 610 717 814 302 240 301 410 443 202"
).split()
"""North-eastern area codes."""
_FICTIONAL_LINES = 100
"""In every area code 555-0100 to 555-0199 is set aside for fiction (North American Numbering Plan)."""


def fictional_phone(number: int) -> Phone:
    """The telephone with this number, from 0, among those that ring nowhere.

    The first 4,400 are in the block set aside for fiction. A larger district goes on with other 555 numbers, which are
    all but unassigned; 555-1212, directory assistance, is never among them.
    """
    area, line = number // _FICTIONAL_LINES, 100 + number % _FICTIONAL_LINES
    if area >= len(_AREA_CODES):
        beyond = number - len(_AREA_CODES) * _FICTIONAL_LINES
        area, line = beyond // 8_000, 2_000 + beyond % 8_000
        if area >= len(_AREA_CODES):
            raise ValueError(f"There are only {len(_AREA_CODES) * 8_100:,} made-up telephones; asked for {number:,}.")
    return Phone(f"+1{_AREA_CODES[area]}555{line:04d}")


class StreetNames:
    """Hands out street names, each once: avenues and boulevards to wide streets, the rest to the others."""

    def __init__(self, seed: int) -> None:
        self._avenues = _every_name(seed, "avenues", _AVENUE_KINDS)
        self._streets = _every_name(seed, "streets", _STREET_KINDS)

    def avenue(self) -> str:
        return next(self._avenues)

    def street(self) -> str:
        return next(self._streets)


def _every_name(seed: int, what: str, kinds: tuple[str, ...]) -> Iterator[str]:
    draw = chance(seed, "names", what)
    for turn in count():
        for index in draw.permutation(len(_WORDS)).tolist():
            kind = kinds[(index + turn) % len(kinds)]
            # After every word has had every kind, the names begin again with a part of town.
            yield (
                f"{_WORDS[index]} {kind}"
                if turn < len(kinds)
                else f"{_PARTS[turn % len(_PARTS)]} {_WORDS[index]} {kind}"
            )


def school_names(seed: int, how_many: int) -> list[str]:
    """Names without their kind ("Riverbend"), each different."""
    order = chance(seed, "names", "schools").permutation(len(_SCHOOL_WORDS)).tolist()
    return [
        _SCHOOL_WORDS[order[index % len(order)]]
        + (f" {_PARTS[index // len(order) - 1]}" if index >= len(order) else "")
        for index in range(how_many)
    ]


def given_name(draw: Generator) -> str:
    return _GIVEN_NAMES[int(draw.integers(len(_GIVEN_NAMES)))]


def family_name(draw: Generator) -> str:
    return _FAMILY_NAMES[int(draw.integers(len(_FAMILY_NAMES)))]
