"""A conversation as a script: what people text and what happens meanwhile, played to the real desk and written down."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from busline.alert import Alert, AlertKind
from busline.answer import Bus
from busline.app.alerting import AlertWriter, WriterByKind
from busline.cases.handling import Author, CaseDesk
from busline.cases.holding import Conversations
from busline.cases.reference import Reference, spoken
from busline.fleet import Fleet
from busline.ids import CallKey, Phone, RunId, RunKey, StudentId, VehicleId
from busline.outbound import MESSAGE, Bucketed, Channel, Claimed, Handed, Taken, Writer, Written
from busline.people import Leg
from busline.store.outbox import promise
from busline.store.pool import Pool, transaction
from notifier.alert_promise import promise_of
from notifier.outbox import Carries
from notifier.ride import WatchedRide, Wish
from notifier.rules import News
from notifier.sending import Line, Sending
from sms.catalogue import shipped_catalogue
from sms.outgoing.alert_words import AlertWords
from sms.outgoing.clips import Clips
from sms.outgoing.message_text import Letterhead, MessageWriter
from sms.segments import segments
from tests.builders import MONDAY, ZONE, at
from tests.web.texting import Texting, make_code, replies

FAMILIES = {
    "en": "Mother",
    "es": "Madre",
    "ht": "Manman",
    "kea": "Mai",
    "vi": "Mẹ",
    "zh": "妈妈",
    "pt": "Mãe",
    "so": "Hooyo",
    "fr": "Mère",
    "ar": "الأم",
}
"""One family for each language, each with one student on the same bus, 200100 and so on."""
PHONES = {
    **{name: f"+161755503{number:02}" for number, name in enumerate(FAMILIES.values())},
    "Father": "+16175550100",
    "Grandmother": "+16175550198",
    "Stranger": "+16175550199",
    "Aunt": "+16175550102",
}
"""`Father` may ask about 100234 and 100235; `Aunt` is on file for 100234 without the right to ask; the last two are on
file for nobody."""
STAFF = Author("Ms. Reyes")
_STUDENTS_CALL = 3
_HAPPENED = (AlertKind.AT_SCHOOL, AlertKind.DROPPED_OFF, AlertKind.OUTAGE)
ALWAYS = ("4821-7", "5932-8", "6043-9")
"""What stands for the references of a conversation, which are drawn by chance."""


@dataclass(frozen=True, slots=True)
class Says:
    """Somebody texts."""

    who: str
    words: str
    media: int = 0


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Time passes, and something happens."""

    words: str
    """What the reader of the document is told."""
    minutes: float = 0
    do: "Callable[[Stage], Fleet] | None" = None


@dataclass(frozen=True, slots=True)
class StaffDo:
    """A member of staff does something with the newest case."""

    what: str
    """`answers`, `takes over`, `writes`, `hands back`."""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A family is told of its bus without asking. What it says is what is true of the bus when it goes out."""

    who: str
    kind: AlertKind
    turn: int = 1
    first: bool = False
    """The first alert that this phone ever gets."""


Step = Says | Meanwhile | StaffDo | Told


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation of the document."""

    title: str
    steps: Sequence[Step]
    codes_for: str | None = None
    """A letter with a code for this student is at hand: `{code}` in the texts."""
    is_first: bool = False
    """These phones have never texted before; otherwise all have."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The one bus of the document, as the scenes move it."""

    fleet: Fleet
    line: Texting

    @property
    def now(self) -> datetime:
        return self.line.clock.at


class _Listening:
    """The far end of the line: keeps what goes out, in place of a carrier that would take it to a phone."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    async def hand_over(self, claimed: Claimed, written: Written, valid_seconds: int) -> Handed:
        self.sent.append((claimed.promise.phone, written.body))
        return Taken(f"SM{claimed.outbox_id:032x}")

    async def find(self, claimed: Claimed, written: Written, since: datetime) -> None:
        raise AssertionError("every answer of this carrier was heard")


class Player:
    """Plays conversations, each on a clean slate, and writes them down."""

    def __init__(self, pool: Pool, line: Texting) -> None:
        self._pool = pool
        self._line = line
        self._still = line.picture.fleet
        self._sent = _Listening()
        head = Letterhead(shipped_catalogue(), "Lincoln County", "(617) 555-0150", "en", lambda: ZONE)
        words = AlertWords(head, "(617) 555-0199", lambda _claimed: "", Clips(None))
        alerts = AlertWriter(lambda: line.picture, words)
        writers: dict[str, Writer] = dict.fromkeys((kind.value for kind in AlertKind), alerts)
        out = Line(Channel.TEXT, self._sent, Bucketed(1_000.0), Carries.ALL)
        writer = WriterByKind({**writers, MESSAGE: MessageWriter(head)})
        self._outgoing = Sending(pool, [out], writer, line.clock, lambda: ZONE)

    async def play(self, number: int, script: Conversation) -> str:
        """The conversation as a section of the document."""
        await self._clean_slate()
        if not script.is_first:
            await self._pool.executemany(
                "insert into conversation (phone, first_at, last_at) values ($1, $2, $2)",
                [(phone, self._line.clock.at - timedelta(days=9)) for phone in PHONES.values()],
            )
        code = None if script.codes_for is None else await make_code(self._pool, script.codes_for)
        lines = [f"## {number}. {script.title}", ""]
        before: list[str] = []
        times = 0
        for step in script.steps:
            match step:
                case Says():
                    said = await self._say(step, code)
                    if said == before:
                        times += 1
                        continue
                    lines += [*_again(times), *said]
                    before, times = said, 0
                case Meanwhile():
                    self._line.clock.at += timedelta(minutes=step.minutes)
                    if step.do is not None:
                        self._line.picture.fleet = step.do(Stage(self._still, self._line))
                    lines += [f"*{step.words}*", ""]
                case StaffDo():
                    lines += await self._staff(step)
                case Told():
                    await self._tell(step)
            went_out = await self._what_went_out()
            lines += went_out or (["*Nothing is sent.*", ""] if isinstance(step, Told) else [])
        return await self._without_chance("\n".join(lines), code)

    async def _say(self, step: Says, code: str | None) -> list[str]:
        words = step.words if code is None else step.words.replace("{code}", code)
        pictures = {"NumMedia": str(step.media)} if step.media else {}
        answered = replies(await self._line.send(PHONES[step.who], words, **pictures))
        shown = words if len(words) <= 120 else f"{words[:100]} ... ({len(words)} characters)"
        clock = f"{self._line.clock.at.astimezone(ZONE):%-H:%M}"
        asked = _visible(shown) or ("(a picture)" if step.media else "(nothing)")
        lines = [f"**{step.who}**, {clock}: {asked}", ""]
        for reply in answered:
            lines += [_quoted(reply), ""]
        if not answered:
            lines += ["> *(no reply)*", ""]
        return lines

    async def _tell(self, step: Told) -> None:
        phone, now = Phone(PHONES[step.who]), self._line.clock.at
        rows = await self._pool.fetch(
            "select student_id, language from family_link where phone = $1 order by student_id", phone
        )
        run = self._line.picture.timetable.runs[RunId("R1")]
        call = CallKey(RunKey(MONDAY, run.run_id), int(run.stop_sequences[_STUDENTS_CALL]))
        alert = Alert(
            kind=step.kind,
            phone=phone,
            call=call,
            leg=Leg.TO_SCHOOL,
            students=tuple(StudentId(row["student_id"]) for row in rows),
            planned_at=at("7:06"),
            bus=Bus(VehicleId("52"), VehicleId("47")) if step.kind is AlertKind.SUBSTITUTE else Bus(VehicleId("47")),
            since=now - timedelta(minutes=1) if step.kind in _HAPPENED else None,
            turn=step.turn,
        )
        ride = WatchedRide(phone, call, alert.leg, alert.students, alert.planned_at, Wish(timedelta(minutes=10)))
        news = News(alert, now, now + timedelta(hours=1))
        told = promise_of(news, ride, (rows[0]["language"], Channel.TEXT, None))
        told = replace(told, facts={**told.facts, "is_first": step.first})
        async with transaction(self._pool) as connection:
            await promise(connection, [told], now)

    async def _staff(self, step: StaffDo) -> list[str]:
        digits = await self._pool.fetchval("select reference from family_case order by case_id desc limit 1")
        reference, now = Reference(digits), self._line.clock.at
        match step.what:
            case "answers":
                await CaseDesk(self._pool).answer(reference, step.words, STAFF, now)
            case "writes":
                await CaseDesk(self._pool).say(reference, step.words, STAFF, now)
            case "takes over":
                await Conversations(self._pool).take_over(reference, STAFF.name, now)
            case "hands back":
                await Conversations(self._pool).hand_back(reference, STAFF.name, now)
            case _:
                raise AssertionError(step.what)
        return [f"*A member of staff {step.what}{': ' + step.words if step.words else '.'}*", ""]

    async def _what_went_out(self) -> list[str]:
        await self._line.ask_families()
        self._sent.sent.clear()
        while await self._outgoing.once():
            pass
        names = {phone: name for name, phone in PHONES.items()}
        lines: list[str] = []
        for phone, body in self._sent.sent:
            lines += [f"Sent to **{names[phone]}**:", "", _quoted(body), ""]
        return lines

    async def _clean_slate(self) -> None:
        self._line.clock.at = at("7:02")
        self._line.picture.fleet = self._still
        await self._pool.execute(
            "truncate conversation, inquiry, access_log, opt_out, phone_wish, family_case, case_event, case_delivery, "
            "conversation_hold, outbox, join_code, join_try, joined_link, joined_phone, join_wish, "
            "consent_request, consent_question, faq_unanswered restart identity cascade"
        )

    async def _without_chance(self, text: str, code: str | None) -> str:
        """The same with the drawn numbers replaced by ones that are always the same."""
        drawn = await self._pool.fetch("select reference from family_case order by case_id")
        for row, always in zip(drawn, ALWAYS, strict=False):
            text = text.replace(spoken(row["reference"]), always)
        return text if code is None else re.sub(re.escape(code), "7KM4C-RX9DT", text, flags=re.IGNORECASE)


def _again(times: int) -> list[str]:
    return [f"*The same {times} times more.*", ""] if times else []


def _visible(words: str) -> str:
    """Markdown shows what was typed, and nothing else."""
    shown = re.sub(r"([\\`*_<>#|\[\]])", r"\\\1", words)
    return "".join(letter if letter.isprintable() else f"(U+{ord(letter):04X})" for letter in shown).strip()


def _quoted(reply: str) -> str:
    size = segments(reply)
    parts = "" if size.count == 1 else f"  \n> *({size.count} segments)*"
    return "> " + "  \n> ".join(_visible(line) for line in reply.split("\n")) + parts
