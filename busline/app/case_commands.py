"""`busline case` and `busline department`: cases for staff without pages, and the departments of a district."""

import argparse
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, assert_never

from busline.app import typed
from busline.app.database import Refused, store
from busline.app.loads import Say
from busline.cases.case import Case, DepartmentId, NotPossible
from busline.cases.department_book import DepartmentBook
from busline.cases.departments import ConnectorKind, Department, Person
from busline.cases.handling import LONGEST_WORDS, Author, CaseDesk, NoSuchCase, Outcome
from busline.cases.history import KnownAlready, UnknownDepartmentError
from busline.cases.letter import facts, line
from busline.cases.overview import Overview, Show
from busline.cases.reference import Reference, plain_reference, spoken
from busline.settings import Settings
from busline.store.plans import load_timetable
from busline.store.pool import Pool

Command = Coroutine[object, object, int]

_LETTERS = "MTWRFSU"
"""Monday to Sunday, as the roster writes them."""


def add_case_parsers(commands: Any) -> None:
    """Both commands, each of whose words says by `run` what does it."""
    case = commands.add_parser("case", help="questions that a person must answer").add_subparsers(
        dest="what", required=True, metavar="list|show|note|text|answer|transfer|assign|reopen|again"
    )
    listing = case.add_parser("list", help="cases, the most pressing first")
    listing.add_argument("--show", choices=[show.value for show in Show], default=Show.OPEN.value)
    listing.add_argument("--department", metavar="ID")
    listing.set_defaults(run=_list)
    _on_case(case, "show", "one case with its whole history", _show)
    _on_case(case, "again", "hand over once more what could not be handed over", _again)
    _on_case(case, "note", "write a note for staff", _note, words=True)
    _on_case(case, "text", "text the family, who go on waiting", _text, words=True)
    _on_case(case, "answer", "text the family the answer, and ask whether it solved it", _answer, words=True)
    _on_case(case, "reopen", "open a case again, under its reference", _reopen, words=True)
    transfer = _on_case(case, "transfer", "pass a case to another department", _transfer, words=True)
    transfer.add_argument("--to", required=True, metavar="DEPARTMENT")
    assign = _on_case(case, "assign", "give a case to a member of staff", _assign)
    assign.add_argument("--to", required=True, metavar="NAME")

    department = commands.add_parser("department", help="who owns which questions, and where they work").add_subparsers(
        dest="what", required=True, metavar="list|set"
    )
    department.add_parser("list", help="every department").set_defaults(run=_list_departments)
    change = department.add_parser("set", help="change one; what is not named stays")
    change.add_argument("department", metavar="ID")
    change.add_argument("--owner", metavar="NAME", help="who answers for it, and is reminded first")
    change.add_argument("--owner-address", metavar="EMAIL")
    change.add_argument("--next-up", metavar="NAME", help="who is reminded next")
    change.add_argument("--next-up-address", metavar="EMAIL")
    change.add_argument("--connector", choices=[kind.value for kind in ConnectorKind], help="where it works its cases")
    change.add_argument("--target", help="the mailbox, or the group in Zammad")
    change.add_argument("--opens", type=typed.time_of_day, metavar="HH:MM")
    change.add_argument("--closes", type=typed.time_of_day, metavar="HH:MM")
    change.add_argument("--days", type=_weekdays, metavar="MTWRF", help="the days it works, of MTWRFSU")
    change.add_argument(
        "--closed-on", type=typed.day, action="append", metavar="DATE", help="a holiday; may be repeated"
    )
    change.add_argument("--answers-within", type=typed.count, metavar="MINUTES", help="of its working time")
    change.add_argument("--urgent-within", type=typed.count, metavar="MINUTES")
    change.set_defaults(run=_set_department)


def run_case_command(settings: Settings, options: argparse.Namespace, say: Say) -> Command:
    """What `add_case_parsers` has read."""

    async def run() -> int:
        async with store(settings, beside=True) as pool:
            chosen: Callable[[Pool, argparse.Namespace, Say], Awaitable[None]] = options.run
            await chosen(pool, options, say)
        return 0

    return run()


def _on_case(
    commands: Any, name: str, says: str, run: Callable[..., Awaitable[None]], *, words: bool = False
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=says)
    parser.add_argument("reference", type=_typed_reference, help="such as 4821-7")
    if words:
        parser.add_argument("words", help="in quotation marks")
    parser.set_defaults(run=run)
    return parser


async def _list(pool: Pool, options: argparse.Namespace, say: Say) -> None:
    department = None if options.department is None else DepartmentId(options.department)
    now = datetime.now(UTC)
    listed = await Overview(pool).list(Show(options.show), now, department=department)
    for one in listed:
        case = one.case
        late = " OVERDUE" if case.state.is_waiting and now > case.promised_by else ""
        urgent = " URGENT" if case.urgent else ""
        stuck = " NOT HANDED OVER" if one.not_handed_over else ""
        say(
            f"{spoken(case.reference):<9} {case.state:<16} {case.department:<18} {case.topic:<20} "
            f"answer by {case.promised_by:%Y-%m-%d %H:%M} UTC{urgent}{late}{stuck}"
        )
    if not listed:
        say("There are no such cases.")


async def _show(pool: Pool, options: argparse.Namespace, say: Say) -> None:
    file = await Overview(pool).file(options.reference, datetime.now(UTC))
    if file is None:
        raise _no_such(options.reference)
    timetable = await load_timetable(pool)
    zone = UTC if timetable is None else timetable.timezone
    case = file.case
    say(f"{spoken(case.reference)}, {case.topic}: {case.state} at {case.department}")
    say(facts(case, zone))
    if file.holder is not None:
        say(f"{file.holder.held_by} writes with the family now.")
    for event in file.history:
        say(line(event, zone))
    for delivery in file.deliveries:
        if delivery.state != "delivered":
            to = f" to {delivery.to_person}" if delivery.to_person else ""
            say(f"Not handed over by {delivery.connector}{to}: {delivery.state}. {delivery.trouble}".rstrip())


async def _again(pool: Pool, options: argparse.Namespace, say: Say) -> None:
    lines = await CaseDesk(pool).try_again(options.reference, datetime.now(UTC))
    if isinstance(lines, NoSuchCase):
        raise _no_such(options.reference)
    say(f"A running service hands over {lines} line{'' if lines == 1 else 's'} once more.")


async def _note(pool: Pool, options: argparse.Namespace, say: Say) -> None:
    _tell(await CaseDesk(pool).note(options.reference, options.words, _US, datetime.now(UTC)), options, say)


async def _text(pool: Pool, options: argparse.Namespace, say: Say) -> None:
    _check_length(options.words)
    _tell(await CaseDesk(pool).say(options.reference, options.words, _US, datetime.now(UTC)), options, say)


async def _answer(pool: Pool, options: argparse.Namespace, say: Say) -> None:
    _check_length(options.words)
    _tell(await CaseDesk(pool).answer(options.reference, options.words, _US, datetime.now(UTC)), options, say)


async def _reopen(pool: Pool, options: argparse.Namespace, say: Say) -> None:
    _tell(await CaseDesk(pool).reopen(options.reference, options.words, _US, datetime.now(UTC)), options, say)


async def _transfer(pool: Pool, options: argparse.Namespace, say: Say) -> None:
    try:
        outcome = await CaseDesk(pool).transfer(
            options.reference, DepartmentId(options.to), options.words, _US, datetime.now(UTC)
        )
    except UnknownDepartmentError as unknown:
        raise Refused(f"{unknown} See them with: busline department list") from unknown
    _tell(outcome, options, say)


async def _assign(pool: Pool, options: argparse.Namespace, say: Say) -> None:
    _tell(await CaseDesk(pool).assign(options.reference, options.to, _US, datetime.now(UTC)), options, say)


async def _list_departments(pool: Pool, _options: argparse.Namespace, say: Say) -> None:
    for one in await DepartmentBook(pool).all():
        say(f"{_described(one.department)}; {one.waiting} waiting")


async def _set_department(pool: Pool, options: argparse.Namespace, say: Say) -> None:
    try:
        after = await DepartmentBook(pool).change(
            DepartmentId(options.department), lambda before: _changed(before, options), datetime.now(UTC)
        )
    except UnknownDepartmentError as unknown:
        raise Refused(f"{unknown} See them with: busline department list") from unknown
    say(_described(after))


def _changed(before: Department, options: argparse.Namespace) -> Department:
    def new(given: Any, old: Any) -> Any:
        return old if given is None else given

    def minute(given: Any, old: int) -> int:
        return old if given is None else given.hour * 60 + given.minute

    hours = before.hours
    opens, closes = minute(options.opens, hours.opens_minute), minute(options.closes, hours.closes_minute)
    if opens >= closes:
        raise Refused("A department closes after it opens, so nothing was changed. Give both times.")
    after = Department(
        before.department_id,
        Person(new(options.owner, before.owner.name), new(options.owner_address, before.owner.address)),
        Person(new(options.next_up, before.next_up.name), new(options.next_up_address, before.next_up.address)),
        ConnectorKind(new(options.connector, before.connector)),
        new(options.target, before.target),
        replace(
            hours,
            opens_minute=opens,
            closes_minute=closes,
            weekdays=new(options.days, hours.weekdays),
            closed_on=hours.closed_on | frozenset(options.closed_on or ()),
            expected_minutes=new(options.answers_within, hours.expected_minutes),
            urgent_minutes=new(options.urgent_within, hours.urgent_minutes),
        ),
    )
    if after.connector in (ConnectorKind.EMAIL, ConnectorKind.ZAMMAD) and not after.target:
        raise Refused(f"With {after.connector} a --target is needed: a mailbox, or a group. Nothing was changed.")
    return after


def _described(department: Department) -> str:
    hours = department.hours
    opens, closes = (f"{minute // 60:02}:{minute % 60:02}" for minute in (hours.opens_minute, hours.closes_minute))
    days = "".join(letter for place, letter in enumerate(_LETTERS) if hours.weekdays >> place & 1)
    where = "here" if department.connector is ConnectorKind.NONE else f"{department.connector} {department.target}"
    return (
        f"{department.department_id:<18} works {where.rstrip()}, {days} {opens}-{closes}, answers within "
        f"{hours.expected_minutes} min, urgent {hours.urgent_minutes} min; owner {department.owner.name or 'nobody'}, "
        f"next {department.next_up.name or 'nobody'}"
    )


def _tell(outcome: Outcome, options: argparse.Namespace, say: Say) -> None:
    match outcome:
        case Case():
            say(f"{spoken(outcome.reference)} is {outcome.state} at {outcome.department}.")
        case NoSuchCase():
            raise _no_such(options.reference)
        case NotPossible.CLOSED:
            raise Refused("The case is closed, so nothing was changed. Open it again first: busline case reopen")
        case NotPossible():
            raise Refused(f"That cannot be done with this case ({outcome}), so nothing was changed.")
        case KnownAlready():  # pragma: no cover - a command comes by no message
            raise AssertionError(outcome)
        case _:
            assert_never(outcome)


def _no_such(reference: Reference) -> Refused:
    return Refused(f"There is no case {spoken(reference)}. See them with: busline case list")


def _check_length(words: str) -> None:
    if len(words) > LONGEST_WORDS:
        raise Refused(f"A text may have {LONGEST_WORDS} characters and this one has {len(words)}: nothing was sent.")


def _typed_reference(text: str) -> Reference:
    reference = plain_reference(text)
    if reference is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no reference; its last digit checks the others, as in 5724-0")
    return reference


def _weekdays(text: str) -> int:
    letters = text.upper()
    if not letters or any(letter not in _LETTERS for letter in letters):
        raise argparse.ArgumentTypeError(f"{text!r} are not weekdays; give letters of {_LETTERS}, such as MTWRF")
    return sum(1 << _LETTERS.index(letter) for letter in set(letters))


_US = Author("command line")
