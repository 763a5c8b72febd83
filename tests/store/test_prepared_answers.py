"""The prepared answers in a real database: what comes with Busline, what staff write, and that the service sees it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from busline.app.database import Refused, store
from busline.app.prepared_answers import edit_answer, list_answers, list_unanswered, load_answers, show_answer
from busline.faq import shelf as shelving
from busline.faq.entries import Entry, TopicId, shipped_entries
from busline.faq.search import Found
from busline.faq.shelf import Shelf
from busline.faq.store import Answers, Seeded, note_unanswered
from busline.settings import read_settings
from busline.store.pool import Pool, transaction
from sms.folding import tokens

NOW = datetime(2026, 10, 5, 11, 30, tzinfo=UTC)
LOST = TopicId("lost_item")


def entry(answer: str, topic_id: TopicId = LOST, words: Sequence[str] = ("lost", "bag")) -> Entry:
    return Entry(topic_id, "en", "Something left", ("lost bag",), tuple(words), answer)


async def test_shipped_answers_come_in_once_and_are_renewed_with_a_new_version(pool: Pool) -> None:
    answers = Answers(pool)
    assert await answers.seed([entry("Call."), entry("Ask.", TopicId("pets"))], NOW) == Seeded(2, 0, 0)
    assert await answers.seed([entry("Call."), entry("Ask.", TopicId("pets"))], NOW) == Seeded(0, 0, 0)
    assert await answers.seed([entry("Call us."), entry("Ask.", TopicId("pets"))], NOW) == Seeded(0, 1, 0)
    assert [version.entry.answer for version in await answers.versions(LOST, "en")] == ["Call us.", "Call."]


async def test_what_staff_wrote_no_later_version_of_busline_writes_over(pool: Pool) -> None:
    answers = Answers(pool)
    await answers.seed([entry("Call.")], NOW)
    await answers.edit(entry("Come to room 5."), "ana", NOW)
    assert await answers.seed([entry("Call the office.")], NOW) == Seeded(0, 0, 1)
    (in_force,) = await answers.in_force()
    assert (in_force.entry.answer, in_force.number, in_force.edited_by) == ("Come to room 5.", 2, "ana")


async def test_two_editors_at_the_same_moment_both_get_a_version(pool: Pool) -> None:
    answers = Answers(pool)
    await answers.seed([entry("Call.")], NOW)
    await asyncio.gather(*(answers.edit(entry(f"Answer {number}."), "ana", NOW) for number in range(5)))
    assert [version.number for version in await answers.versions(LOST, "en")] == [6, 5, 4, 3, 2, 1]


async def test_the_running_service_answers_with_an_edit_a_moment_later(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelving, "LOOK_AGAIN_SECONDS", 0.02)
    shelf = Shelf(Answers(pool), tokens)
    await shelf.open(NOW)
    before = shelf.faq
    following = asyncio.create_task(shelf.follow())
    try:
        # Another process writes: only the database tells of it.
        await Answers(pool).edit(entry("Come to room 5."), "ana", NOW)
        async with asyncio.timeout(10):
            while shelf.faq is before:  # noqa: ASYNC110 - what is watched has no event
                await asyncio.sleep(0.01)
        edited = shelf.faq.entry(LOST, "en")
        assert edited is not None
        assert edited.answer == "Come to room 5."
    finally:
        following.cancel()


async def test_what_came_with_busline_is_found_once_the_shelf_is_open(pool: Pool) -> None:
    shelf = Shelf(Answers(pool), tokens)
    await shelf.open(NOW)
    found = shelf.faq.find("lost backpack", "en")
    assert isinstance(found, Found)
    assert found.entry in shipped_entries()


async def test_an_editor_shows_edits_and_lists_from_the_command_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    settings = read_settings({"BUSLINE_DATA_DIR": str(tmp_path / "data")})
    said: list[str] = []
    async with store(settings) as pool:
        await show_answer(settings, LOST, "en", said.append)
        file = tmp_path / "answer.md"
        file.write_text(said[0].replace("Call { phone }", "Come to room 5 or call { phone }"), "utf-8")
        assert await edit_answer(settings, LOST, "en", file, said.append) == 0
        assert said[-1] == "In force within seconds; sent as 2 SMS segments."
        (newest, *_) = await Answers(pool).versions(LOST, "en")
        assert "Come to room 5" in newest.entry.answer
        assert newest.edited_by.endswith("at the command line")
        await load_answers(settings, said.append)
        assert said[-1].startswith("0 answers are new, 0 were renewed, and 1 that staff have edited")
        await list_answers(settings, "en", said.append)
        assert any(line.startswith("lost_item") and line.endswith("en*") for line in said)
        async with transaction(pool) as connection:
            await note_unanswered(connection, "can my kid bring a llama", "en", [TopicId("pets")], datetime.now(UTC))
        await list_unanswered(settings, 1, said.append)
        assert said[-1].endswith("can my kid bring a llama  (nearest: pets)")


@pytest.mark.parametrize(
    ("topic", "language", "text", "said"),
    [
        ("llamas", "en", "Title: L\n\nYes.", "no topic 'llamas'"),
        ("pets", "tlh", "Title: P\n\nYes.", "'tlh' is none of"),
        ("pets", "en", "Yes.", "no 'Title:' line"),
        ("pets", "en", "Title: P\n\nCall { fone }.", "fone"),
    ],
)
async def test_an_edit_that_cannot_be_used_changes_nothing_and_says_why(
    tmp_path: Path, topic: str, language: str, text: str, said: str
) -> None:
    settings = read_settings({"BUSLINE_DATA_DIR": str(tmp_path / "data")})
    file = tmp_path / "answer.md"
    file.write_text(text, "utf-8")
    with pytest.raises(Refused, match=said):
        await edit_answer(settings, TopicId(topic), language, file, print)
    assert not (tmp_path / "data").exists()


async def test_questions_older_than_asked_for_are_not_listed(pool: Pool) -> None:
    async with transaction(pool) as connection:
        await note_unanswered(connection, "old", "en", [], NOW - timedelta(days=20))
        await note_unanswered(connection, "new", "es", [], NOW)
    assert [one.words for one in await Answers(pool).unanswered(NOW - timedelta(days=14), 50)] == ["new"]
