"""`busline announce` and `busline messages`: what the interface for them does, for staff without pages.

Times are shown on the district's clock, as they are typed.
"""

import argparse
import math
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from busline.app import typed
from busline.app.announcing import writer
from busline.app.database import Refused, store
from busline.app.loads import Say
from busline.ids import Phone, StudentId
from busline.outbound import Bucketed
from busline.settings import Settings
from busline.store.plans import load_timetable
from busline.store.pool import Pool
from busline.store.staff_access import note_access
from busline.timetable import Timetable
from notifier.announcing.announcement import (
    Announcement,
    AnnouncementId,
    Audience,
    Change,
    NotNow,
    ServiceChange,
    ToArea,
    ToBus,
    ToEveryone,
    ToRun,
    ToSchool,
)
from notifier.announcing.drafting import RefusedDraftError, draft_of
from notifier.announcing.ledger import Announcements, Preview, Unknown
from notifier.announcing.operations import WHY_NOT
from notifier.history import phones_of, sent_to

Command = Coroutine[object, object, int]
_GIST = 40


def add_announce_parser(commands: Any) -> None:
    """Both commands; `run` of what was read does it."""
    announce = commands.add_parser("announce", help="tell the families of a run, a bus, a school, an area or everyone")
    words = announce.add_subparsers(dest="what", required=True, metavar="draft|confirm|list|show|who|cancel")
    draft = words.add_parser("draft", help="write it, and see who would get it and how it reads; nothing is sent")
    draft.add_argument("to", choices=["run", "bus", "school", "area", "everyone"])
    draft.add_argument("of", nargs="?", default="", help="its id; for an area latitude,longitude,metres")
    draft.add_argument("--date", default="", help="the service day (default: today)")
    draft.add_argument(
        "--words", action="append", default=[], metavar="CODE=TEXT", help="once for each language, as es='...'"
    )
    draft.add_argument("--change", default="", choices=[one.value for one in Change], help="instead of words")
    draft.add_argument("--minutes", default="", help="of a delay or an early release")
    draft.add_argument("--send-at", default="", metavar="TIME", help="such as 2026-12-01T05:30 (default: at once)")
    draft.add_argument(
        "--expires-at", default="", metavar="TIME", help="(default: four hours later; of a change, at least its noon)"
    )
    draft.add_argument("--emergency", default="", metavar="WHY", help="go through quiet hours; the reason is kept")
    draft.set_defaults(run=_draft)
    confirm = words.add_parser("confirm", help="let it go out")
    confirm.add_argument("number", type=int)
    confirm.add_argument("--recipients", type=int, help="how many phones, as the draft said; needed for many")
    confirm.set_defaults(run=_confirm)
    words.add_parser("list", help="the newest ones").set_defaults(run=_list)
    for name, says, run in (
        ("show", "who gets it, how it reads, and how its messages fared", _show),
        ("who", "exactly who gets it", _who),
        ("cancel", "take back what has not left", _cancel),
    ):
        one = words.add_parser(name, help=says)
        one.add_argument("number", type=int)
        one.set_defaults(run=run)
        if name == "cancel":
            one.add_argument("--why", default="")
    messages = commands.add_parser("messages", help="what a family was sent, when, and whether it arrived")
    messages.add_argument("phone_or_student")
    messages.add_argument("--newest", type=typed.count, default=20, metavar="N")
    messages.set_defaults(run=_messages)


def run_announce_command(settings: Settings, options: argparse.Namespace, say: Say) -> Command:
    """What `add_announce_parser` has read."""

    async def run() -> int:
        async with store(settings, beside=True) as pool:
            await options.run(settings, pool, options, say)
        return 0

    return run()


async def _draft(settings: Settings, pool: Pool, options: argparse.Namespace, say: Say) -> None:
    timetable = await _plan(pool)
    words = dict(one.partition("=")[::2] for one in options.words)
    if unknown := sorted(set(words) - set(settings.languages)):
        known = ", ".join(settings.languages)
        raise Refused(f"{unknown[0]!r} is none of the languages here ({known}), so nothing was kept.")
    given = {name: getattr(options, name) for name in ("to", "of", "date", "change", "minutes", "send_at")}
    given |= {"expires_at": options.expires_at, "emergency": options.emergency}
    given |= {language: words.get(language, "").strip() for language in settings.languages}
    now = datetime.now(UTC)
    try:
        draft = draft_of(given, settings.languages, "command line", now, timetable.timezone)
    except RefusedDraftError as fault:
        raise Refused(str(fault)) from fault
    preview = await Announcements(pool).draft(draft, timetable, now)
    if isinstance(preview, Unknown):
        raise Refused(f"{preview.words} Nothing was kept.")
    _say_preview(preview, settings, timetable, now, say)
    one = preview.announcement
    if preview.missing:
        say(f"It cannot go out: there are no words in {', '.join(preview.missing)}. Draft it again with all of them.")
    elif one.recipients:
        say(f"To let it go out: busline announce confirm {one.announcement_id} --recipients {one.recipients}")


async def _confirm(settings: Settings, pool: Pool, options: argparse.Namespace, say: Say) -> None:
    found = await Announcements(pool).confirm(
        AnnouncementId(options.number),
        "command line",
        options.recipients,
        datetime.now(UTC),
        asked_above=settings.announce_confirm_above,
    )
    match found:
        case None:
            raise _no_such(options)
        case NotNow():
            raise Refused(WHY_NOT[found])
        case Announcement():
            zone = (await _plan(pool)).timezone
            say(
                f"Confirmed. A running service sends it to {_count(found.recipients, 'phone')}, "
                f"from {_at(found.send_at, zone)} on."
            )


async def _list(_settings: Settings, pool: Pool, _options: argparse.Namespace, say: Say) -> None:
    newest = await Announcements(pool).newest(20)
    zone = (await _plan(pool)).timezone if newest else None
    for one, sent in newest:
        emergency = " EMERGENCY" if one.is_emergency else ""
        say(
            f"{one.announcement_id:<5} {one.state:<10} {_at(one.made_at, zone)} by {one.made_by} "
            f"to {_to(one.audience)}, {sent} of {one.recipients} sent{emergency}: {_gist(one)}"
        )
    if not newest:
        say("Nothing was announced yet.")


async def _show(settings: Settings, pool: Pool, options: argparse.Namespace, say: Say) -> None:
    announcements, timetable = Announcements(pool), await _plan(pool)
    preview = await announcements.preview(AnnouncementId(options.number))
    if preview is None:
        raise _no_such(options)
    _say_preview(preview, settings, timetable, datetime.now(UTC), say)
    of_it = preview.announcement.announcement_id
    for act in await announcements.acts(of_it):
        say(f"{_at(act.at, timetable.timezone)} {act.act} by {act.actor} {act.words}".rstrip())
    fared = await announcements.fared(of_it)
    if fared:
        say("Messages: " + ", ".join(f"{count} {what}" for what, count in fared.items()))


async def _who(_settings: Settings, pool: Pool, options: argparse.Namespace, say: Say) -> None:
    announcements, after = Announcements(pool), ""
    await note_access(pool, "command line", "recipients", str(options.number), datetime.now(UTC))
    if await announcements.preview(AnnouncementId(options.number)) is None:
        raise _no_such(options)
    while page := await announcements.recipients(AnnouncementId(options.number), after, 1_000):
        for one in page:
            say(f"{one.phone}  {one.language:<4} {', '.join(one.students)}")
        after = page[-1].phone


async def _cancel(_settings: Settings, pool: Pool, options: argparse.Namespace, say: Say) -> None:
    found = await Announcements(pool).cancel(
        AnnouncementId(options.number), "command line", options.why, datetime.now(UTC)
    )
    if found is None:
        raise _no_such(options)
    if isinstance(found, NotNow):
        raise Refused(WHY_NOT[found])
    say(f"Cancelled. {found} message{'' if found == 1 else 's'} that had not left will not be sent.")


async def _messages(settings: Settings, pool: Pool, options: argparse.Namespace, say: Say) -> None:
    about, now = options.phone_or_student, datetime.now(UTC)
    await note_access(pool, "command line", "messages", about, now)
    phones = [Phone(about)] if about.startswith("+") else await phones_of(pool, StudentId(about))
    messages = await sent_to(pool, phones, options.newest)
    timetable = await load_timetable(pool)
    zone = None if timetable is None else timetable.timezone
    for one in messages:
        how = f"{one.channel:<5} {one.kind:<16} {one.arrival}  {one.why}".rstrip()
        say(f"{_at(one.handed_at or one.promised_at, zone)}  {one.phone}  {how}")
        if one.words:
            say(f"    {one.words}")
    if not messages:
        say("Nothing was sent there of our own accord. A phone is written as +16175550100.")


def _say_preview(preview: Preview, settings: Settings, timetable: Timetable, now: datetime, say: Say) -> None:
    one, write, zone = preview.announcement, writer(settings, lambda: timetable), timetable.timezone
    say(
        f"Announcement {one.announcement_id}, {one.state}, to {_to(one.audience)}: {_count(one.recipients, 'phone')}, "
        f"from {_at(one.send_at, zone)} to {_at(one.expires_at, zone)}"
        f"{', EMERGENCY: ' + one.reason if one.is_emergency else ''}."
    )
    together = 0
    for of in preview.languages:
        silent = ((of.opted_out, "opted out"), (of.without_alerts, "without alerts"))
        without = "".join(f", {count} {why}" for count, why in silent if count)
        sample = None if of.language in preview.missing else write(one.message, of.language, now)
        reads = "NO WORDS" if sample is None else f"{sample.body} [{_count(sample.segments, 'segment')}]"
        together += 0 if sample is None else of.phones * sample.segments
        say(f"  {of.language:<4}{_count(of.phones, 'phone'):>13}{without}: {reads}")
    rate = settings.twilio_segments_per_second
    minutes = math.ceil(together / (rate * (1 - Bucketed(rate).reserved_for_replies)) / 60)
    say(f"Together {_count(together, 'segment')}, which take {_count(minutes, 'minute')} at {rate:g} a second.")


async def _plan(pool: Pool) -> Timetable:
    timetable = await load_timetable(pool)
    if timetable is None:
        raise Refused("No plan is loaded, so there is nobody to announce to. Load one with: busline import plan")
    return timetable


def _to(audience: Audience) -> str:
    match audience:
        case ToRun(run_id, day):
            return f"run {run_id} on {day}"
        case ToBus(bus, day):
            return f"bus {bus} on {day}"
        case ToSchool(school):
            return f"school {school}"
        case ToArea(centre, radius_m):
            return f"stops within {radius_m:g} m of {centre.lat:g},{centre.lon:g}"
        case ToEveryone():
            return "everyone"
        case _:
            assert_never(audience)


def _gist(one: Announcement) -> str:
    """What it is about, in a few words."""
    if isinstance(one.message, ServiceChange):
        return f"{one.message.change} on {one.message.service_date}"
    words = next(iter(one.message.values()), "")
    return words if len(words) <= _GIST else f"{words[:_GIST]}..."


def _at(moment: datetime, zone: ZoneInfo | None) -> str:
    """On the district's clock; without a plan nobody knows which that is."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if zone is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _count(number: int, of: str) -> str:
    return f"{number:,} {of}{'' if number == 1 else 's'}"


def _no_such(options: argparse.Namespace) -> Refused:
    return Refused(f"There is no announcement {options.number}. See them with: busline announce list")
