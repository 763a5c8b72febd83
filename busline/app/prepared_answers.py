"""`busline faq`: the prepared answers, for whoever edits them."""

import asyncio
import getpass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from busline.app.database import Refused, store
from busline.app.loads import Say
from busline.faq.entries import AnswersError, Entry, TopicId, read_entry, shipped_entries, shipped_topics
from busline.faq.store import Answers
from busline.settings import Settings
from sms.catalogue import shipped_catalogue
from sms.segments import segments

SHOWN = 50


async def list_answers(settings: Settings, language: str | None, say: Say) -> int:
    """`busline faq list`: every topic with the languages it has, and which of them are drafts."""
    async with store(settings, beside=True) as pool:
        answers = Answers(pool)
        await answers.seed(shipped_entries(), datetime.now(UTC))
        found = await answers.in_force()
    topics = shipped_topics()
    for topic in topics.values():
        own = sorted(
            (one for one in found if one.entry.topic_id == topic.topic_id and language in (None, one.entry.language)),
            key=lambda one: one.entry.language,
        )
        states = [one.entry.language + ("" if one.entry.reviewed else "*") for one in own]
        say(f"{topic.topic_id:<22} {topic.department:<18} {' '.join(states) or 'no answer'}")
    say("* is a draft that no native speaker has read.")
    return 0


async def show_answer(settings: Settings, topic_id: TopicId, language: str, say: Say) -> int:
    """`busline faq show`: one answer in the form in which it is edited."""
    async with store(settings, beside=True) as pool:
        answers = Answers(pool)
        await answers.seed(shipped_entries(), datetime.now(UTC))
        versions = await answers.versions(topic_id, language)
    if not versions:
        raise Refused(f"There is no answer {topic_id!r} in {language!r}. `busline faq list` names them.")
    say(written(versions[0].entry))
    return 0


async def edit_answer(settings: Settings, topic_id: TopicId, language: str, file: Path, say: Say) -> int:
    """`busline faq edit`: a new version of an answer, from a file in the form that `show` prints."""
    if topic_id not in shipped_topics():
        raise Refused(f"There is no topic {topic_id!r}. `busline faq list` names them. Nothing was changed.")
    if shipped_catalogue().nearest(language) != language:
        raise Refused(
            f"{language!r} is none of {', '.join(shipped_catalogue().languages)}, so nobody could be answered in it. "
            "Nothing was changed."
        )
    try:
        entry = read_entry(topic_id, language, await asyncio.to_thread(file.read_text, "utf-8"))
    except AnswersError as fault:
        raise Refused(f"{fault} Nothing was changed.") from fault
    except (OSError, UnicodeDecodeError) as fault:
        raise Refused(f"{file} cannot be read ({fault}). Nothing was changed.") from fault
    async with store(settings, beside=True) as pool:
        await Answers(pool).edit(entry, f"{getpass.getuser()} at the command line", datetime.now(UTC))
    count = segments(entry.filled(phone=settings.district_phone or "(617) 555-0100", district=settings.district_name))
    say(f"In force within seconds; sent as {count.count} SMS segment{'' if count.count == 1 else 's'}.")
    return 0


async def load_answers(settings: Settings, say: Say) -> int:
    """`busline faq load`: what came with this version of Busline; what staff wrote stays."""
    async with store(settings, beside=True) as pool:
        seeded = await Answers(pool).seed(shipped_entries(), datetime.now(UTC))
    say(
        f"{seeded.added} answers are new, {seeded.renewed} were renewed, and {seeded.kept} that staff have edited were "
        "left as they are."
    )
    return 0


async def list_unanswered(settings: Settings, days: int, say: Say) -> int:
    """`busline faq unanswered`: what families asked and no answer was sure about."""
    async with store(settings, beside=True) as pool:
        found = await Answers(pool).unanswered(datetime.now(UTC) - timedelta(days=days), SHOWN)
    for one in found:
        nearest = f"  (nearest: {', '.join(one.nearest)})" if one.nearest else ""
        say(f"{one.asked_at:%Y-%m-%d}  {one.language}  {one.words}{nearest}")
    if not found:
        say(f"Nothing in the last {days} days.")
    return 0


def written(entry: Entry) -> str:
    """An answer in the form in which it is edited."""
    fields = {"Title": entry.title, "Asks": "; ".join(entry.asks), "Words": ", ".join(entry.words)}
    if entry.reviewed:
        fields["Reviewed"] = entry.reviewed
    return "".join(f"{name}: {value}\n" for name, value in fields.items()) + f"\n{entry.answer}\n"
