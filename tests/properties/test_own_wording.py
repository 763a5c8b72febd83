"""Whatever a district's file holds, it is used as it stands or refused in words: nothing in between."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from sms.catalogue import Catalogue, shipped_sources
from sms.catalogue.overrides import OverridesError, overridden
from sms.catalogue.shape import faults, read_source

SHIPPED = {"en": shipped_sources()["en"]}
ENGLISH = read_source(SHIPPED["en"])

keys = st.sampled_from([*ENGLISH.shapes, "our-own", "-our-term"])
pieces = st.sampled_from(
    [
        *(
            "Bus",
            " ",
            "{ $students }",
            "{ $phone }",
            "{ be-ready }",
            "{ -bus }",
            "{ our-own }",
            "{ $",
            "}",
            "{ NUMBER($count) }",
        ),
        *(
            '{ "x" }',
            "\n",
            "\n    [one] a\n   *[other] b\n",
            "{ $count ->\n   *[other] b\n }",
            "🚌",
            "\u202e",
            "# no",
            "= ",
        ),
    ]
)
entries = st.builds(lambda key, parts: f"{key} = {''.join(parts)}\n", keys, st.lists(pieces, max_size=8))
files = st.lists(entries, max_size=4).map("".join) | st.text(max_size=200)


@given(files)
@settings(max_examples=50)
def test_a_file_is_used_whole_or_refused_with_its_name(text: str) -> None:
    problems: tuple[str, ...] = ()
    sources = SHIPPED
    with TemporaryDirectory() as folder:
        (Path(folder) / "en.ftl").write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            sources = dict(overridden(SHIPPED, Path(folder)).sources)
        except OverridesError as refused:
            problems = refused.problems or ("",)
    assert all(problem.startswith("en.ftl: ") for problem in problems)
    assert faults("en", read_source(sources["en"]), ENGLISH) == []
    assert Catalogue(sources).say("en", "case-solved", reference="4821-7")
