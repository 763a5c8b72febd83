"""`busline letters` and `busline link`: who may ask, on paper and by the word of staff."""

import getpass
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import phonenumbers

from busline.app.database import Refused, store
from busline.app.loads import Say
from busline.app.messages import district_catalogue
from busline.enrolment import links, making, suspension
from busline.enrolment.letters import Letter, Sender, pages
from busline.ids import Phone, SchoolId, StudentId
from busline.installation_key import installation_key
from busline.settings import Settings
from busline.store.plans import load_timetable
from busline.store.pool import Pool, transaction
from sms.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class LetterOptions:
    """Which letters, and where they go."""

    folder: Path
    school_id: SchoolId | None = None
    student_id: StudentId | None = None
    days: int = 60
    keep_earlier: bool = False


async def letters(settings: Settings, options: LetterOptions, say: Say) -> int:
    """`busline letters`: a file of printable pages for each school, one page a rider, each with a new code."""
    if settings.twilio_number is None:
        raise Refused(
            "The letters tell families where to text, and no number is set. Nothing was made. "
            "Set BUSLINE_TWILIO_NUMBER."
        )
    if settings.district_phone is None:
        raise Refused(
            "The letters tell families whom to call, and no number is set. Nothing was made. "
            "Set BUSLINE_DISTRICT_PHONE."
        )
    sender = Sender(
        settings.district_name,
        settings.twilio_number,
        _as_dialled(settings.twilio_number),
        _as_dialled(settings.district_phone),
    )
    key = installation_key(settings).reveal().encode()
    catalogue = district_catalogue(settings)
    try:
        options.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise Refused(f"The folder {options.folder} cannot be made ({fault.strerror}). Nothing was made.") from fault
    async with store(settings, beside=True) as pool:
        timetable = await load_timetable(pool)
        now = datetime.now(UTC)
        today = now.astimezone(timetable.timezone if timetable is not None else UTC).date()
        async with pool.acquire() as connection:
            found = await making.schools(connection, today, options.school_id, options.student_id)
        if not found:
            raise Refused(
                "No student with a bus ride was found there, so no letter was made. See that the roster is loaded "
                "(`busline import roster`) and that the school or student is spelt rightly."
            )
        total, done = sum(school.riders for school in found), 0
        for school in found:
            path = await _school(pool, school, options, sender, catalogue, settings.default_language, key, today, now)
            done += school.riders
            say(f"{done:,} of {total:,} letters: {path}")
    until = today + timedelta(days=options.days)
    earlier = "" if options.keep_earlier else " Codes of earlier letters to the same students have stopped working."
    say(
        f"Print the pages from any browser. The codes work until {until}; they are kept nowhere else, so delete the "
        f"files once they are printed.{earlier}"
    )
    return 0


async def _school(
    pool: Pool,
    school: making.School,
    options: LetterOptions,
    sender: Sender,
    catalogue: Catalogue,
    default_language: str,
    key: bytes,
    today: date,
    now: datetime,
) -> Path:
    """Write the pages of one school. Pages and codes come together or not at all."""
    until = today + timedelta(days=options.days)
    path = options.folder / f"letters-{_file_name(school.school_id)}.html"
    async with transaction(pool) as connection:
        riders = await making.riders(connection, school.school_id, today, options.student_id)
        codes = await making.make_codes(
            connection,
            [rider.student_id for rider in riders],
            key,
            now,
            now + timedelta(days=options.days),
            keep_earlier=options.keep_earlier,
        )
        letters = [
            Letter(rider.student_id, rider.name, _language(catalogue, rider.language, default_language), code, until)
            for rider, code in zip(riders, codes, strict=True)
        ]
        try:
            _write(path, pages(letters, sender, catalogue.raw))
        except OSError as fault:
            raise Refused(
                f"{path} cannot be written ({fault.strerror}). Letters of this school and the ones after it were not "
                "made, and their earlier codes still work. Free the disk or choose another folder, and run it again."
            ) from fault
    return path


def _write(path: Path, body: str) -> None:
    """For its owner's eyes: whoever reads a page can ask about the student on it."""
    draft = path.with_suffix(".part")
    # Never into what stands there: a file that somebody else may read, or a link to elsewhere.
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _language(catalogue: Catalogue, language: str | None, default: str) -> str:
    return (catalogue.nearest(language) if language is not None else None) or catalogue.nearest(default) or "en"


def _file_name(school_id: SchoolId) -> str:
    """A school's id with nothing in it that a file system could read as a folder."""
    return "".join(symbol if symbol.isalnum() or symbol in "-_" else "_" for symbol in school_id)


async def add_link(settings: Settings, phone: str, student_id: StudentId, language: str | None, say: Say) -> int:
    """`busline link add`: a phone may ask about a student, on the word of whoever types this."""
    known = _phone(phone, settings.phone_region)
    async with store(settings, beside=True) as pool, transaction(pool) as connection:
        catalogue = district_catalogue(settings)
        spoken = catalogue.nearest(language or settings.default_language) or settings.default_language
        if not await links.link_by_staff(connection, known, student_id, spoken, _typist(), datetime.now(UTC)):
            raise Refused(f"The roster has no student {student_id}. Nothing was changed.")
        refused = [one for one in await links.links_of(connection, known) if one.student_id == student_id]
        if any(not one.may_ask for one in refused):
            say(
                "Noted, but the school's roster says that this phone may not ask about this student: "
                "that outweighs it, and the phone hears nothing."
            )
            return 1
    say(f"{known} may ask about student {student_id} from now on.")
    return 0


async def remove_link(settings: Settings, phone: str, student_id: StudentId, say: Say) -> int:
    """`busline link remove`: takes back what was granted outside the roster."""
    known = _phone(phone, settings.phone_region)
    async with store(settings, beside=True) as pool, transaction(pool) as connection:
        ended = await links.end_link(connection, known, student_id, _typist(), datetime.now(UTC))
        rest = [one for one in await links.links_of(connection, known) if one.student_id == student_id and one.may_ask]
    if rest:
        say("The school's roster itself lets this phone ask about this student: change it there, and import it again.")
        return 1
    say("That phone may not ask about that student any more." if ended else "There was no such link; nothing changed.")
    return 0


async def list_links(settings: Settings, phone_or_student: str, say: Say) -> int:
    """`busline link list`: who may ask about a student, or whom a phone may ask about."""
    async with store(settings, beside=True) as pool, pool.acquire() as connection:
        found = await links.links_of(connection, _phone_or_student(phone_or_student, settings.phone_region))
        suspended = {one.phone: one for one in await suspension.in_force(connection, [link.phone for link in found])}
    for link in found:
        since = "" if link.since is None else f" since {link.since:%Y-%m-%d}"
        right = "may ask" if link.may_ask else "may NOT ask"
        held = suspended.get(link.phone)
        stop = "" if held is None else f"; suspended since {held.since:%Y-%m-%d}: {held.reason}"
        say(f"{link.phone}  student {link.student_id}  {right}, by {link.by_way_of}{since}{stop}")
    if not found:
        say("Nobody.")
    return 0


async def suspend(settings: Settings, phone: str, say: Say, *, lift: bool) -> int:
    """`busline link suspend` and `resume`: a phone that is told nothing until somebody is sure whose it is."""
    known = _phone(phone, settings.phone_region)
    async with store(settings, beside=True) as pool, transaction(pool) as connection:
        if lift:
            changed = await suspension.lift(connection, known, _typist(), datetime.now(UTC))
        else:
            changed = (
                await suspension.suspend(connection, [known], suspension.Reason.STAFF, _typist(), datetime.now(UTC))
                == 1
            )
    if not changed:
        say("It was so already; nothing changed.")
    else:
        say(f"{known} is answered again." if lift else f"{known} is told nothing from now on.")
    return 0


def _phone(typed: str, region: str) -> Phone:
    try:
        parsed = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException as fault:
        raise Refused(f"{typed!r} is not a phone number. Write it like +16175550100.") from fault
    if not phonenumbers.is_possible_number(parsed):
        raise Refused(f"{typed!r} is not a phone number. Write it like +16175550100.")
    return Phone(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _phone_or_student(typed: str, region: str) -> str:
    """With a plus or the shape of a phone it is one; any other is a student's number."""
    digits = sum(symbol.isdigit() for symbol in typed)
    return _phone(typed, region) if typed.startswith("+") or digits >= 10 else typed


def _as_dialled(phone: Phone) -> str:
    return phonenumbers.format_number(phonenumbers.parse(phone), phonenumbers.PhoneNumberFormat.NATIONAL)


def _typist() -> str:
    """Whoever is signed in to this machine: the name that the audit keeps."""
    return f"{getpass.getuser()} at the command line"
