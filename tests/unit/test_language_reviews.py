"""What a native speaker has read is known by message, and an edit on either side asks for another reading."""

from datetime import date
from pathlib import Path

import pytest

from busline.app.database import Refused
from busline.app.messages import LanguageOptions, languages
from busline.settings import Settings
from sms.catalogue import shipped_sources
from sms.catalogue.review import (
    Review,
    ReviewsError,
    Standing,
    fingerprint,
    read_by_people,
    read_reviews,
    shipped_reviews,
    standing,
    unreviewed,
)
from sms.catalogue.shape import read_source

ENGLISH = read_source("greeting = Hello, { $name }.\n")
SOMALI = read_source("# A greeting.\ngreeting = Salaan, { $name }.\n")
BY_AMINA = Review("so", "greeting", "Amina “Ayan” W.", date(2026, 12, 1), fingerprint("greeting", SOMALI, ENGLISH))


def state(somali: str, english: str = "greeting = Hello, { $name }.\n") -> Standing:
    reviews = read_reviews(BY_AMINA.as_toml())
    return standing("so", "greeting", read_source(somali), read_source(english), reviews)


def test_a_message_is_a_draft_until_somebody_has_read_it() -> None:
    assert standing("so", "greeting", SOMALI, ENGLISH, {}) is Standing.DRAFTED


def test_a_review_is_read_back_as_it_was_written() -> None:
    assert read_reviews(BY_AMINA.as_toml()) == {("so", "greeting"): BY_AMINA}


def test_a_review_holds_for_the_words_and_not_for_comments_or_layout() -> None:
    assert state("greeting = Salaan, { $name }.\n") is Standing.REVIEWED
    assert state("## Hi\n\n# Say it warmly.\ngreeting =   Salaan, {$name}.\n") is Standing.REVIEWED


def test_new_words_on_either_side_ask_for_another_reading() -> None:
    assert state("greeting = Salaan { $name }.\n") is Standing.CHANGED
    assert state("greeting = Salaan, { $name }.\n", "greeting = Hi, { $name }.\n") is Standing.CHANGED
    changed = read_source("greeting = Iska warran, { $name }.\n")
    assert list(unreviewed("so", changed, ENGLISH, read_reviews(BY_AMINA.as_toml()))) == [
        ("greeting", Standing.CHANGED)
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[so", "it is no TOML"),
        ("so = 1", "“so” stands alone"),
        ('[so.greeting]\nby = "A"\n', "needs by = "),
        ('[so.greeting]\nby = "A"\non = "today"\ntext = "x"\n', "needs by = "),
        ('[so.greeting]\nby = "A"\non = 2026-12-01\ntext = "x"\nmood = "good"\n', "needs by = "),
    ],
)
def test_a_file_of_reviews_with_a_slip_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ReviewsError, match=words):
        read_reviews(text)


def test_nobody_is_said_to_have_read_what_nobody_has_read() -> None:
    sources = {code: read_source(source) for code, source in shipped_sources().items()}
    for (code, key), review in shipped_reviews().items():
        assert key in read_by_people(sources[code])
        assert review.by
        assert review.on <= date.today()  # noqa: DTZ011 - a review is not from the future, in any zone


async def shown(tmp_path: Path, **options: object) -> list[str]:
    said: list[str] = []
    settings = Settings(data_dir=tmp_path, public_base_url="", messages_dir=tmp_path)
    await languages(settings, LanguageOptions(**options), said.append)  # type: ignore[arg-type]
    return said


async def test_the_command_counts_what_is_left_to_read(tmp_path: Path) -> None:
    lines = {line.split()[0]: line.split() for line in await shown(tmp_path) if line and line[0] != " "}
    assert lines["en"][3] == "source"
    total = len(read_by_people(read_source(shipped_sources()["so"])))
    assert lines["so"] == ["so", "Soomaali", str(total), str(total), "0", "0"]


async def test_the_command_shows_the_words_with_the_english_beside_them(tmp_path: Path) -> None:
    lines = await shown(tmp_path, language="so", keys=("at-stop",))
    assert lines == [
        "at-stop  (drafted)",
        "  en   100234: Bus 47123 (not 47124) is at your stop now. Live at 11:55 AM.",
        "  so   100234: Baska 47123 (ma aha 47124) hadda wuxuu joogaa istaankaaga. Toos 11:55 AM.",
        "",
        "1 message.",
    ]


async def test_what_a_reader_signs_is_no_longer_left_to_read(tmp_path: Path) -> None:
    signed = await shown(tmp_path, language="so", reviewed_by="Amina W.", on=date(2026, 12, 1), keys=("at-stop",))
    (tmp_path / "reviews.toml").write_text("\n".join(signed), encoding="utf-8")
    left = [line.split()[0] for line in await shown(tmp_path, language="so") if line and line[0] != " "]
    assert "at-stop" not in left
    assert "arriving" in left
    (first, *_) = await shown(tmp_path, language="so", keys=("at-stop",))
    assert first == "at-stop  (reviewed 2026-12-01 by Amina W.)"
    # The district says it its own way: somebody has to read that.
    (tmp_path / "so.ftl").write_text("at-stop = { $students }: { $bus } waa joogaa. Toos { $seen }.\n", "utf-8")
    (first, *_) = await shown(tmp_path, language="so", keys=("at-stop",))
    assert first == "at-stop  (changed since 2026-12-01 by Amina W., the district's own)"


async def test_every_message_of_every_language_can_be_shown(tmp_path: Path) -> None:
    for code in shipped_sources():
        lines = await shown(tmp_path, language=code, everything=True)
        shown_keys = {line.split()[0] for line in lines if line and line[0] != " "}
        assert shown_keys > set(read_by_people(read_source(shipped_sources()[code])))


async def test_a_language_or_message_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"There is no language 'tlh'. There are en, es, ht"):
        await shown(tmp_path, language="tlh")
    with pytest.raises(Refused, match="There is no message 'at-stopp' in so"):
        await shown(tmp_path, language="so", keys=("at-stopp",))
    with pytest.raises(Refused, match="Say which language"):
        await shown(tmp_path, reviewed_by="Amina W.")
