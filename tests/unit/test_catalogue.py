"""One catalogue for ten languages: the build fails where one lacks a message, a value, a plural form or its budget."""

import re
from pathlib import Path

import pytest

from busline.enrolment.letters import LINES as LETTER_LINES
from busline.settings import KNOWN_LANGUAGES
from feeds.roster.layout import LANGUAGES as ROSTER_LANGUAGES
from sms.catalogue import Catalogue, CatalogueError, Voice, shipped_catalogue, shipped_sources
from sms.catalogue.budget import OF_ANY_LENGTH, Measure, measures, shipped_budgets
from sms.catalogue.names import named_languages, number_in, other_languages
from sms.catalogue.shape import LanguageSource, faults, read_source
from sms.segments import Encoding, segments

SOURCES = shipped_sources()
READ = {code: read_source(source) for code, source in SOURCES.items()}
ENGLISH = READ["en"]
CATALOGUE = shipped_catalogue()
FOLDED = [code for code in SOURCES if CATALOGUE.folds(code)]
TEN = ("en", "es", "ht", "kea", "vi", "zh", "pt", "so", "fr", "ar")


def longest(language: str) -> dict[str, Measure]:
    found = measures(CATALOGUE, language, READ[language], shipped_budgets())
    return {measure.key: measure for measure in found}


def changed(language: str, before: str, after: str) -> LanguageSource:
    assert before in SOURCES[language]
    return read_source(SOURCES[language].replace(before, after))


def test_the_catalogue_speaks_ten_languages_and_settings_and_rosters_know_the_same() -> None:
    assert CATALOGUE.languages == KNOWN_LANGUAGES == ROSTER_LANGUAGES == TEN


@pytest.mark.parametrize("language", TEN)
def test_a_language_has_every_message_with_its_values_its_choices_and_its_plurals(language: str) -> None:
    assert faults(language, READ[language], ENGLISH) == []


def test_every_message_is_said_somewhere() -> None:
    root = Path(__file__).parents[2]
    code = "\n".join(
        path.read_text("utf-8") for package in ("busline", "sms") for path in (root / package).rglob("*.py")
    )
    said = set(re.findall(r'"([a-z][a-z-]*)"', code)) | {f"letter-{line}" for line in LETTER_LINES}
    used = {key for shape in ENGLISH.shapes.values() for key in shape.messages}
    assert set(ENGLISH.messages()) - said - used == set()


@pytest.mark.parametrize(
    ("language", "before", "after", "fault"),
    [
        ("fr", "lead-not-yet = Pas encore.\n", "", "message “lead-not-yet” is missing."),
        ("fr", "lead-no =", "lead-now =", "there is no message “lead-now”, and no other uses it. Was “lead-no” meant?"),
        (
            "ht",
            "{ $bus } sou wout. L",
            "{ $buss } sou wout. L",
            "message “arriving” uses { $buss }, which is not given there; "
            "given: { $bus }, { $by }, { $leg }, { $seen }, { $students }, { $window }.",
        ),
        ("so", "lambarka { $reference }. Fadlan", "Fadlan", "message “case-urgent” leaves out { $reference }."),
        ("ar", "    [few] لعدد { $count } طلاب آخرين، أرسلوا رقم الطالب.\n", "", "lacks the plural few of { $count }."),
        (
            "pt",
            "    [to_school] Se o perdeu\n   *[from_school] Se a criança não está com você\n }, ligue { $phone }.\nmay",
            "   *[from_school] Se a criança não está com você\n }, ligue { $phone }.\nmay",
            "message “passed” must choose by { $leg } between from_school, to_school.",
        ),
        (
            "kea",
            "e ta txiga mas tardi. Skrebe",
            "e ta txiga mas tardi. { -skrebe }",
            "uses { -skrebe }, and there is no",
        ),
        (
            "vi",
            "{ be-ready } Trực tiếp { $seen }.\nlast",
            "{ ready } Trực tiếp { $seen }.\nlast",
            "uses { ready }, and",
        ),
        ("zh", "lead-yes = 是。", "lead-yes = 是。{ $oops", "cannot be read: 'lead-yes = 是。{ $oops'"),
        ("zh", "lead-yes = 是。", "lead-yes = 是。\nlead-yes = 有。", "“lead-yes” stands there twice"),
        ("es", "lead-yes = Sí.", "lead-yes =\n    .note = Sí.", "“lead-yes” has no words"),
        (
            "es",
            "{ $count ->\n    [one] Para { $count } estudiante más, envíe su número de estudiante.\n   *[other] Para",
            "{ $students ->\n   *[all] Para { $count }",
            "message “more-students” does not choose a plural by { $count }.",
        ),
    ],
)
def test_a_fault_of_a_language_is_named_in_words(language: str, before: str, after: str, fault: str) -> None:
    found = faults(language, changed(language, before, after), ENGLISH)
    assert any(fault in one for one in found), found


@pytest.mark.parametrize("language", TEN)
def test_every_text_keeps_to_its_budget_of_segments_at_its_longest(language: str) -> None:
    measured = longest(language)
    assert len(measured) > 40
    too_long = {key: (one.size, one.text) for key, one in measured.items() if not one.fits}
    assert too_long == {}


@pytest.mark.parametrize("language", ["vi", "ar"])
def test_a_text_that_fits_one_segment_in_a_dear_language_is_held_to_one(language: str) -> None:
    measured = longest(language).values()
    assert {one.key for one in measured if one.budget == 1} == {one.key for one in measured if one.size.count == 1}


def test_every_budget_is_of_a_text_that_there_is() -> None:
    budgets = shipped_budgets()
    assert budgets.of_language.keys() == SOURCES.keys()
    for language, of_message in {"en": budgets.of_message, **budgets.of_message_in}.items():
        assert of_message.keys() <= longest(language).keys()


def test_one_character_too_many_is_a_segment_too_many() -> None:
    source = (
        SOURCES["en"]
        .replace("lead-no = No.", "lead-no = No.\n")
        .replace("consent-refused = Good:", f"consent-refused = {'Very ' * 30}good:")
    )
    found = {one.key: one for one in measures(Catalogue({"en": source}), "en", read_source(source), shipped_budgets())}
    assert found["consent-refused"].size.count == 2
    assert not found["consent-refused"].fits
    assert found["case-solved"].fits


def test_a_value_of_unknown_length_has_to_be_declared_before_it_can_be_measured() -> None:
    source = SOURCES["en"] + "\nfarewell = Bye, { $somebody }.\n"
    with pytest.raises(CatalogueError, match=r"how long \{ \$somebody \} of message 'farewell'"):
        list(measures(Catalogue({"en": source}), "en", read_source(source), shipped_budgets()))


@pytest.mark.parametrize("language", FOLDED)
def test_a_language_that_folds_never_pays_for_ucs2(language: str) -> None:
    # The one exception shows each language's name in its own script.
    paying = {key for key, one in longest(language).items() if one.size.encoding is Encoding.UCS2}
    assert paying == {"languages"}
    assert shipped_budgets().of(language, "languages") == 2


def test_vietnamese_chinese_and_arabic_are_never_folded() -> None:
    assert set(TEN) - set(FOLDED) == {"vi", "zh", "ar"}
    assert CATALOGUE.say("vi", "lead-not-yet") == "Chưa."


@pytest.mark.parametrize("language", TEN)
def test_no_text_holds_a_character_that_is_dear_or_invisible_without_need(language: str) -> None:
    for one in longest(language).values():
        hidden = {character for character in one.text if not character.isprintable() and character != "\n"}
        assert hidden <= ({"\u200e"} if language == "ar" else set()), one.key
        assert not hidden & set("\u202f\u2066\u2067\u2068\u2069"), one.key
        assert "  " not in one.text, one.text
        assert one.text == one.text.strip(), one.text


@pytest.mark.parametrize("key", sorted(OF_ANY_LENGTH))
@pytest.mark.parametrize("language", TEN)
def test_what_staff_wrote_is_passed_on_whole(key: str, language: str) -> None:
    words = "Room 12, 8-4."
    staff_words = {"words": words, "choices": words, "title": words}
    values = {"department": "X", "reference": "4821-7", "district": "Y", **staff_words}
    assert words in CATALOGUE.say(language, key, **values)


MORNING = {"hour": "7", "hour24": "07", "hour12": "7", "minute": "05", "half": "am"}
AFTERNOON = {"hour": "15", "hour24": "15", "hour12": "3", "minute": "05", "half": "pm"}


@pytest.mark.parametrize(
    ("language", "morning", "afternoon", "day"),
    [
        ("en", "7:05 AM", "3:05 PM", "Wed Nov 25"),
        ("es", "7:05 am", "3:05 pm", "mié 25 nov"),
        ("ht", "7:05 AM", "3:05 PM", "mèkredi 25 novanm"),
        ("kea", "7:05", "15:05", "kuarta 25 di nuvenbru"),
        ("vi", "7:05", "15:05", "Thứ Tư 25/11"),
        ("zh", "7:05", "15:05", "11月25日周三"),
        ("pt", "7h05", "15h05", "qua, 25 nov"),
        ("so", "7:05 AM", "3:05 PM", "Arbaco 25 Nof"),
        ("fr", "7h05", "15h05", "mer 25 nov"),
        ("ar", "7:05 ص", "3:05 م", "الأربعاء 25 نوفمبر"),
    ],
)
def test_each_language_writes_times_and_days_its_own_way(language: str, morning: str, afternoon: str, day: str) -> None:
    assert CATALOGUE.raw(language, "clock", **MORNING) == morning
    assert CATALOGUE.raw(language, "clock", **AFTERNOON) == afternoon
    assert CATALOGUE.raw(language, "day", weekday="wed", month=11, date="25") == day


@pytest.mark.parametrize("language", TEN)
def test_every_weekday_and_every_month_has_a_name_of_its_own(language: str) -> None:
    weekdays = {
        CATALOGUE.raw(language, "weekday", weekday=one, month=1, date="1")
        for one in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    }
    months = {CATALOGUE.raw(language, "month", weekday="mon", month=one, date="1") for one in range(1, 13)}
    assert (len(weekdays), len(months)) == (7, 12)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "لطالب آخر، أرسلوا رقم الطالب."),
        (2, "لطالبين آخرين، أرسلوا رقم الطالب."),
        (3, "لعدد 3 طلاب آخرين، أرسلوا رقم الطالب."),
        (11, "لعدد 11 طالبا آخر، أرسلوا رقم الطالب."),
        (100, "لعدد 100 طالب آخر، أرسلوا رقم الطالب."),
        (103, "لعدد 103 طلاب آخرين، أرسلوا رقم الطالب."),
    ],
)
def test_arabic_counts_in_its_own_forms(count: int, words: str) -> None:
    assert CATALOGUE.say("ar", "more-students", count=count) == words


@pytest.mark.parametrize("language", TEN)
def test_a_large_number_brings_no_character_that_doubles_the_price(language: str) -> None:
    text = CATALOGUE.say(language, "more-students", count=1_250)
    assert "\u202f" not in text
    assert "\u00a0" not in text
    assert (segments(text).encoding is Encoding.GSM7) == (language in FOLDED)


@pytest.mark.parametrize("key", sorted(key for key in longest("ar")))
def test_an_arabic_text_reads_from_the_right_with_its_phone_and_reference_the_right_way_round(key: str) -> None:
    text = longest("ar")[key].text
    first = next(letter for letter in text if letter.isalpha())
    # Phones take the direction of the whole text from its first letter.
    assert "\u0600" <= first <= "\u06ff", text
    for number in ("(617) 555-0100", "4821-7"):
        assert text.count(number) == text.count(f"\u200e{number}"), text


def test_a_number_among_words_of_staff_is_kept_whole_only_where_they_run_from_the_right() -> None:
    assert number_in("ar", "(617) 555-0100") == "\u200e(617) 555-0100"
    assert {number_in(language, "(617) 555-0100") for language in TEN if language != "ar"} == {"(617) 555-0100"}


def test_a_language_without_a_voice_says_so() -> None:
    silent = {code for code in TEN if CATALOGUE.voice(code) is None}
    assert silent == {"ht", "kea", "so"}
    assert CATALOGUE.voice("zh") == Voice("cmn-CN", "Polly.Zhiyu-Neural")


@pytest.mark.parametrize("language", TEN)
def test_the_other_languages_are_offered_in_one_segment_each_in_its_own_script(language: str) -> None:
    offer = other_languages(CATALOGUE, language)
    assert segments(offer).count == 1
    assert offer.startswith("🌐 ")
    names = offer.split(" ")[1:]
    assert names == [CATALOGUE.raw(code, "own-name") for code in TEN if code != language]


def test_a_language_that_not_every_phone_can_type_is_listed_with_its_letters() -> None:
    assert named_languages(CATALOGUE) == (
        "English, Español, Kreyòl, Kriolu, Việt, 中文 ZH, Português, Soomaali, Français, عربي AR"
    )


def test_the_nearest_language_is_found_for_a_region_and_none_for_a_stranger() -> None:
    assert CATALOGUE.nearest("es-US") == CATALOGUE.nearest("ES") == CATALOGUE.nearest("es_419") == "es"
    assert CATALOGUE.nearest("zh-Hant-TW") == "zh"
    assert CATALOGUE.nearest("pt-CV") == "pt"
    assert CATALOGUE.nearest("tlh") is None
    assert CATALOGUE.nearest("") is None


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
