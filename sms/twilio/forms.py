"""Twilio's form as a typed message: the decoded fields in, `InboundText` or `InboundCall` out, or `BadForm`.

Twilio adds fields without notice, so unknown ones are ignored and only what identifies a message is demanded.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import parse_qsl

from multidict import MultiDict, MultiDictProxy

from busline.alert_call import CallReport, CallState
from busline.ids import Phone
from sms.opt_out import OptWord

LONGEST_BODY = 1_600
"""Twilio's own limit on a message; anything longer is cut."""
MOST_FIELDS = 200
"""Twilio sends about 20; a message with ten pictures about 40."""

Form = MultiDictProxy[str]

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_OUTBOX_ID = re.compile(r"[1-9][0-9]{0,17}")
_SID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class BadForm(ValueError):  # noqa: N818 - named for what it is to the reader of the answer
    """A form that names no message: the words say what is missing."""


@dataclass(frozen=True, slots=True)
class InboundText:
    """One text message."""

    sid: str
    phone: Phone | None
    """None for a sender that no reply can reach or that is a machine: a short code, a name, a withheld number."""
    body: str
    """Without control and direction marks, at most `LONGEST_BODY` characters; may be empty."""
    media: int = 0
    to: Phone | None = None
    """Which of our numbers it was sent to."""
    carrier_said: OptWord | None = None
    """What the carrier has already understood and answered (Advanced Opt-Out)."""
    carrier_helped: bool = False
    """The carrier has already answered a call for help."""


@dataclass(frozen=True, slots=True)
class InboundCall:
    """One call, as it begins."""

    sid: str
    phone: Phone | None
    attested: bool
    """The caller's own carrier vouches that the number is the caller's (SHAKEN/STIR, level A)."""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """How far a message we sent has got."""

    sid: str
    status: str
    error_code: int | None
    to: Phone | None = None
    """Whom it was sent to."""
    outbox_id: int | None = None
    """The message of ours that the address it came to names, if it names one."""
    receipt: str = ""
    """The mark beside that number, not looked at yet (`busline/receipt.py`)."""


@dataclass(frozen=True, slots=True)
class CallTurn:
    """What happened last in a call that tells an alert."""

    outbox_id: int
    receipt: str
    """The mark beside that number, not looked at yet (`busline/receipt.py`)."""
    said: int = 0
    """How often the alert was said already."""
    pressed: str = ""
    answered_by: str = ""
    """As the carrier hears it: `human`, `machine_end_beep`, `fax` ...; empty where it did not listen."""
    connected: str | None = None
    """How the call to a person ended; None where none was placed."""


def read_form(body: bytes) -> Form:
    """The fields of a URL-encoded body, in order, with duplicates; bytes that are no UTF-8 become U+FFFD.

    Raises BadForm for more than `MOST_FIELDS` fields.
    """
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS
        )
    except ValueError as fault:
        raise BadForm(f"The form has more than {MOST_FIELDS} fields.") from fault
    return MultiDictProxy(MultiDict(pairs))


def text_from(form: Form) -> InboundText:
    """The text message that a form describes. Raises BadForm where it has no id."""
    said = form.get("OptOutType", "").strip().lower()
    return InboundText(
        sid=_sid(form, "MessageSid", "SmsSid", "SmsMessageSid"),
        phone=_phone(form),
        body=_clean(form.get("Body", ""))[:LONGEST_BODY],
        media=_count(form.get("NumMedia", "")),
        to=_phone(form, "To"),
        carrier_said=OptWord(said) if said in (OptWord.STOP, OptWord.START) else None,
        carrier_helped=said == "help",
    )


def call_from(form: Form) -> InboundCall:
    """The call that a form describes. Raises BadForm where it has no id."""
    return InboundCall(
        sid=_sid(form, "CallSid"),
        phone=_phone(form),
        attested=form.get("StirVerstat", "") == "TN-Validation-Passed-A",
    )


def status_from(form: Form, query: Mapping[str, str] = MappingProxyType({})) -> StatusReport:
    """The delivery report that a form describes, and the message that the query of its address names.

    Raises BadForm where it has no id or no status.
    """
    status = form.get("MessageStatus") or form.get("SmsStatus") or ""
    if not re.fullmatch(r"[a-z_]{1,32}", status):
        raise BadForm("The form has no MessageStatus.")
    code = form.get("ErrorCode", "")
    named = query.get("o", "")
    return StatusReport(
        _sid(form, "MessageSid", "SmsSid"),
        status,
        _count(code) or None,
        _phone(form, "To"),
        int(named) if _OUTBOX_ID.fullmatch(named) else None,
        query.get("k", ""),
    )


def call_turn_from(form: Form, query: Mapping[str, str]) -> CallTurn:
    """What a call that we placed is asked about, and the message that the query of its address names.

    Raises BadForm where it names none.
    """
    named, said = query.get("o", ""), query.get("n", "")
    if not _OUTBOX_ID.fullmatch(named):
        raise BadForm("The address names no message.")
    return CallTurn(
        int(named),
        query.get("k", ""),
        said=_count(said),
        pressed=form.get("Digits", "")[:1],
        answered_by=form.get("AnsweredBy", ""),
        connected=form.get("DialCallStatus") if "d" in query else None,
    )


def call_report_from(form: Form, query: Mapping[str, str]) -> CallReport:
    """How far a call that we placed has got. Raises BadForm for a form that says nothing we know."""
    named, status = query.get("o", ""), form.get("CallStatus", "")
    if not _OUTBOX_ID.fullmatch(named):
        raise BadForm("The address names no message.")
    if status not in set(CallState):
        raise BadForm("The form has no CallStatus that we know.")
    return CallReport(int(named), query.get("k", ""), _sid(form, "CallSid"), CallState(status))


def _sid(form: Form, *names: str) -> str:
    for name in names:
        if _SID.fullmatch(form.get(name, "")):
            return form[name]
    raise BadForm(f"The form has no {names[0]}.")


def _phone(form: Form, field: str = "From") -> Phone | None:
    given = form.get(field, "").strip()
    return Phone(given) if _E164.fullmatch(given) else None


def _count(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else 0


def _clean(text: str) -> str:
    # Control characters break XML and NUL breaks PostgreSQL; direction marks hide what was typed.
    return "".join(_kept(letter) for letter in unicodedata.normalize("NFC", text)).strip()


def _kept(letter: str) -> str:
    if letter in "\n\t":
        return " "
    return "" if unicodedata.category(letter) in ("Cc", "Cf", "Cs") else letter
