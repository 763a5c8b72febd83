"""A district words messages its own way, in a folder beside the package; a slip is found before a family sees it."""

from dataclasses import replace
from pathlib import Path

import pytest

from busline.app.database import Refused
from busline.app.messages import district_catalogue, messages_probe
from busline.check import Verdict
from busline.ids import Phone
from busline.settings import Settings
from sms.catalogue import Catalogue, shipped_sources
from sms.catalogue.names import other_languages
from sms.catalogue.overrides import OverridesError, merged, overridden
from sms.catalogue.shape import faults, read_source

SHIPPED = shipped_sources()
WARMER = "case-solved = ¡Gracias! Cerramos su pregunta { $reference }.\n"


def settings(folder: Path | None, languages: tuple[str, ...] = ("en", "es", "ht")) -> Settings:
    return Settings(data_dir=Path("/nowhere"), public_base_url="", messages_dir=folder, languages=languages)


def problems(folder: Path, **files: str) -> tuple[str, ...]:
    for language, text in files.items():
        (folder / f"{language}.ftl").write_text(text, encoding="utf-8")
    with pytest.raises(OverridesError) as refused:
        overridden(SHIPPED, folder)
    return refused.value.problems


def test_one_message_is_replaced_and_all_others_stay(tmp_path: Path) -> None:
    (tmp_path / "es.ftl").write_text(f"# Ours.\n{WARMER}", encoding="utf-8")
    catalogue = district_catalogue(settings(tmp_path))
    assert catalogue.raw("es", "case-solved", reference="4821-7") == "¡Gracias! Cerramos su pregunta 4821-7."
    assert catalogue.raw("es", "lead-yes") == "Sí."
    assert catalogue.raw("en", "case-solved", reference="4821-7") == "Thank you. Your question 4821-7 is closed."


def test_only_the_offered_languages_are_in_the_districts_catalogue_in_its_order() -> None:
    catalogue = district_catalogue(settings(None, ("ht", "en")))
    assert catalogue.languages == ("ht", "en")
    assert catalogue.nearest("es") is None


def test_a_language_that_is_not_offered_is_not_hinted_at() -> None:
    both = district_catalogue(settings(None, ("en", "es")))
    assert both.say("en", "unlinked", phone="5").endswith("call 5. Español: envie ES")
    alone = district_catalogue(settings(None, ("en",)))
    assert alone.say("en", "unlinked", phone="5").endswith("call 5.")
    assert other_languages(alone, "en") == ""
    assert other_languages(both, "en") == "🌐 Español"


def test_a_part_of_many_messages_is_replaced_in_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "en.ftl").write_text("bus = Coach { $number }\n", encoding="utf-8")
    catalogue = Catalogue(overridden(SHIPPED, tmp_path).sources)
    assert catalogue.raw("en", "bus", number="47") == "Coach 47"


def test_a_message_may_use_new_parts_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "en.ftl").write_text(
        "-team = the Transportation Team\nour-thanks = Thank you from { -team }.\n"
        "case-solved = { our-thanks } { $reference } is closed.\n",
        encoding="utf-8",
    )
    catalogue = Catalogue(overridden(SHIPPED, tmp_path).sources)
    said = catalogue.say("en", "case-solved", reference="4821-7")
    assert said == "Thank you from the Transportation Team. 4821-7 is closed."


def test_an_empty_folder_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("Ours.", encoding="utf-8")
    found = overridden(SHIPPED, tmp_path)
    assert (found.sources, found.changed, found.too_long) == (SHIPPED, {}, ())


@pytest.mark.parametrize("language", SHIPPED)
def test_a_merged_file_keeps_every_message_of_the_one_that_shipped(language: str) -> None:
    source = merged(SHIPPED[language], "lead-yes = Ok.\n")
    assert "lead-yes = Ok." in source
    before, after = read_source(SHIPPED[language]), read_source(source)
    assert list(after.shapes) == list(before.shapes)
    same = {key for key in before.shapes if before.shapes[key].source == after.shapes[key].source}
    assert same == before.shapes.keys() - {"lead-yes"}
    english = read_source(SHIPPED["en"])
    assert faults(language, after, english) == []


def test_every_problem_of_every_file_is_named_together(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        es="trouble = No podemos.\nlead-yess = Sí.\n",
        ht="case-solved = Mèsi. { $referans } fèmen.\n",
        tlh="lead-yes = HIja'.\n",
    )
    assert found == (
        "tlh.ftl: there is no language “tlh”. There are en, es, ht, kea, vi, zh, pt, so, fr, ar.",
        "es.ftl: there is no message “lead-yess”, and no other uses it. Was “lead-yes” meant?",
        "es.ftl: message “trouble” leaves out { $phone }.",
        "ht.ftl: message “case-solved” uses { $referans }, which is not given there; given: { $reference }.",
        "ht.ftl: message “case-solved” leaves out { $reference }.",
    )


def test_a_file_that_is_no_fluent_or_no_text_is_named_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "fr.ftl").write_bytes(b"lead-yes = \xff\xfe\n")
    found = problems(tmp_path, en="lead-yes = Yes.\nlead-no = { $oops\n")
    assert found[0].startswith("en.ftl: line 2 cannot be read: 'lead-no = { $oops'.")
    assert found[1] == "fr.ftl: it is not UTF-8 text. Save it as UTF-8."


def test_messages_that_hold_each_other_are_refused(tmp_path: Path) -> None:
    found = problems(tmp_path, en="case-solved = { our-thanks }{ $reference }\nour-thanks = { case-solved }\n")
    assert found == (
        "en.ftl: message “case-solved” holds itself, by way of { our-thanks }.",
        "en.ftl: message “our-thanks” holds itself, by way of { case-solved }.",
    )


def test_what_has_the_right_shape_and_cannot_be_said_is_found_too(tmp_path: Path) -> None:
    found = problems(tmp_path, en='lead-yes = { SHOUT("yes") }\n-bus = { NOISE() }\n', es="accents = folded\n")
    assert "en.ftl: Message 'lead-yes' in 'en' cannot be written: Unknown function: SHOUT" in found
    assert any(one.startswith("en.ftl: Message 'help' in 'en' cannot be written") for one in found)
    assert "es.ftl: message “accents” must be “fold” or “keep”." in found


def test_a_folder_that_is_not_there_is_a_problem_and_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(OverridesError, match="is no folder that can be read"):
        overridden(SHIPPED, tmp_path / "missing")


def test_a_service_does_not_start_on_wording_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "es.ftl").write_text("trouble = No podemos.\n", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        district_catalogue(settings(tmp_path))
    words = str(refused.value)
    assert "  - es.ftl: message “trouble” leaves out { $phone }." in words
    assert "unset BUSLINE_MESSAGES_DIR" in words


async def test_check_counts_own_messages_and_says_what_they_cost(tmp_path: Path) -> None:
    assert await messages_probe(settings(None)) == []
    (tmp_path / "es.ftl").write_text(WARMER, encoding="utf-8")
    (own,) = await messages_probe(settings(tmp_path))
    assert (own.verdict, own.says) == (Verdict.OK, f"The district's own, from {tmp_path}: 1 in es.")
    (tmp_path / "es.ftl").write_text(WARMER + f"trouble = {'No. ' * 50}{{ $phone }}\n", encoding="utf-8")
    _, dear = await messages_probe(settings(tmp_path))
    assert dear.verdict is Verdict.WARNING
    assert "“trouble” in es takes up to 2 segments" in dear.says
    (tmp_path / "es.ftl").write_text("trouble = No.\n", encoding="utf-8")
    (wrong,) = await messages_probe(settings(tmp_path))
    assert (wrong.verdict, wrong.says) == (Verdict.PROBLEM, "es.ftl: message “trouble” leaves out { $phone }.")


async def test_check_notices_that_families_are_told_to_call_nobody() -> None:
    texting = replace(settings(None), twilio_number=Phone("+16175550199"))
    (finding,) = await messages_probe(texting)
    assert (finding.verdict, finding.remedy) == (Verdict.PROBLEM, "Set BUSLINE_DISTRICT_PHONE.")
    assert await messages_probe(replace(texting, district_phone=Phone("+16175550100"))) == []
