"""What a REST client asks for: a form in, an order to send or to call out, checked as Twilio documents its checks.

The parameter tables are Twilio's own (its OpenAPI description, which a test compares them with), so that a misspelt
or ill-typed parameter is refused here too.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

import phonenumbers

from busline.ids import Phone
from sms.standin.refusal import Refusal

MAX_BODY_CHARACTERS = 1_600
MAX_VALIDITY_SECONDS = 36_000
_MAX_TWIML_CHARACTERS = 4_000
_MAX_DIGITS = 18
"""What fits the 64-bit integers of Twilio's description."""


class Kind(StrEnum):
    """What a parameter's value has to look like."""

    TEXT = "text"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    URL = "url"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One form parameter: its kind, and its only values where Twilio lists them."""

    kind: Kind = Kind.TEXT
    choices: frozenset[str] = frozenset()


def _one_of(*choices: str) -> Parameter:
    return Parameter(choices=frozenset(choices))


_TEXT = Parameter()
_YES_NO = Parameter(Kind.BOOLEAN)
_INTEGER = Parameter(Kind.INTEGER)
_URL = Parameter(Kind.URL)
_METHOD = _one_of("GET", "POST")

MESSAGE_PARAMETERS: Mapping[str, Parameter] = {
    "To": _TEXT,
    "From": _TEXT,
    "Body": _TEXT,
    "StatusCallback": _URL,
    "ValidityPeriod": _INTEGER,
    "ContentRetention": _one_of("retain", "discard"),
    "AddressRetention": _one_of("retain", "obfuscate"),
    "Attempt": _INTEGER,
    "ForceDelivery": _YES_NO,
    "MaxPrice": Parameter(Kind.NUMBER),
    "ProvideFeedback": _YES_NO,
    "RiskCheck": _one_of("enable", "disable"),
    "SmartEncoded": _YES_NO,
    "TrafficType": _one_of("free"),
    "ApplicationSid": _TEXT,
    "ContentSid": _TEXT,
    "ContentVariables": _TEXT,
    "FallbackFrom": _TEXT,
    "MediaUrl": _TEXT,
    "MessagingServiceSid": _TEXT,
    "PersistentAction": _TEXT,
    "ScheduleType": _one_of("fixed"),
    "SendAsMms": _YES_NO,
    "SendAt": _TEXT,
    "ShortenUrls": _YES_NO,
}
CALL_PARAMETERS: Mapping[str, Parameter] = {
    "To": _TEXT,
    "From": _TEXT,
    "Url": _URL,
    "Twiml": _TEXT,
    "Method": _METHOD,
    "StatusCallback": _URL,
    "StatusCallbackEvent": _TEXT,
    "StatusCallbackMethod": _METHOD,
    "Timeout": _INTEGER,
    "TimeLimit": _INTEGER,
    "MachineDetection": _TEXT,
    "MachineDetectionTimeout": _INTEGER,
    "MachineDetectionSpeechThreshold": _INTEGER,
    "MachineDetectionSpeechEndThreshold": _INTEGER,
    "MachineDetectionSilenceTimeout": _INTEGER,
    "ApplicationSid": _TEXT,
    "AsyncAmd": _TEXT,
    "AsyncAmdStatusCallback": _URL,
    "AsyncAmdStatusCallbackMethod": _METHOD,
    "Byoc": _TEXT,
    "CallReason": _TEXT,
    "CallToken": _TEXT,
    "CallerId": _TEXT,
    "ClientNotificationUrl": _URL,
    "FallbackMethod": _METHOD,
    "FallbackUrl": _URL,
    "Record": _YES_NO,
    "RecordingChannels": _TEXT,
    "RecordingStatusCallback": _TEXT,
    "RecordingStatusCallbackEvent": _TEXT,
    "RecordingStatusCallbackMethod": _METHOD,
    "RecordingTrack": _TEXT,
    "SendDigits": _TEXT,
    "SipAuthPassword": _TEXT,
    "SipAuthUsername": _TEXT,
    "Trim": _TEXT,
}

CALL_EVENTS = ("initiated", "ringing", "answered", "completed")

_MAGIC_SENDERS = {
    "+15005550001": Refusal.invalid_sender,
    "+15005550007": Refusal.not_your_number,
}
MAGIC_SENDER = Phone("+15005550006")
"""The sender that Twilio's test credentials accept; +15005550008 is one with a full queue."""
_MAGIC_FULL_QUEUE = "+15005550008"


@dataclass(frozen=True, slots=True)
class MessageOrder:
    """A text that may be sent."""

    to_phone: Phone
    from_phone: Phone
    body: str
    status_callback: str | None
    validity_seconds: int
    keep_body: bool


@dataclass(frozen=True, slots=True)
class CallOrder:
    """A call that may be placed. Exactly one of `url` and `twiml` is set."""

    to_phone: Phone
    from_phone: Phone
    url: str | None
    twiml: str | None
    status_callback: str | None
    status_events: frozenset[str]
    machine_detection: str | None = None
    """`Enable` or `DetectMessageEnd`; None where nobody listens for who picks up."""


def read_message_order(form: Iterable[tuple[str, str]], *own_numbers: Phone) -> MessageOrder:
    """The order in a `POST Messages.json` form. Raises `Refusal` for what Twilio would refuse at the door."""
    values = _typed(form, MESSAGE_PARAMETERS)
    to_text = values.get("To", "")
    if not to_text:
        raise Refusal.no_recipient()
    if "MessagingServiceSid" in values:
        raise Refusal.bad(21701, "The Messaging Service does not exist: this account has one number and no service.")
    if "ScheduleType" in values or "SendAt" in values:
        raise Refusal.bad(35118, "MessagingServiceSid is required to schedule a message")
    if "MediaUrl" in values or "ContentSid" in values:
        raise Refusal.bad(20001, "The stand-in for Twilio sends plain texts only: no MediaUrl, no ContentSid.")
    from_phone = _sender(values.get("From", ""), own_numbers)
    body = values.get("Body", "")
    if not body:
        raise Refusal.no_body()
    if len(body) > MAX_BODY_CHARACTERS:
        raise Refusal.body_too_long()
    to_phone = _recipient(to_text, from_phone)
    validity_text = values.get("ValidityPeriod")
    validity_seconds = MAX_VALIDITY_SECONDS if validity_text is None else int(validity_text)
    if not 1 <= validity_seconds <= MAX_VALIDITY_SECONDS:
        raise Refusal.bad(90007, "Invalid validity period value: whole seconds from 1 to 36000.")
    return MessageOrder(
        to_phone,
        from_phone,
        body,
        values.get("StatusCallback"),
        validity_seconds,
        keep_body=values.get("ContentRetention") != "discard",
    )


def read_call_order(form: Iterable[tuple[str, str]], own_number: Phone) -> CallOrder:
    """The order in a `POST Calls.json` form. Raises `Refusal` for what Twilio would refuse at the door."""
    pairs = list(form)
    values = _typed(pairs, CALL_PARAMETERS)
    if not values.get("To"):
        raise Refusal.bad(21201, "No 'To' number is specified")
    if not values.get("From"):
        raise Refusal.bad(21213, "No 'From' number is specified")
    to_phone = parse_phone(values["To"])
    if to_phone is None:
        raise Refusal.invalid_recipient(values["To"])
    from_phone = parse_phone(values["From"])
    if from_phone not in (own_number, MAGIC_SENDER):
        raise Refusal.bad(
            21210, f"The source phone number provided, {values['From']}, is not yet verified for your account."
        )
    url, twiml = values.get("Url"), values.get("Twiml")
    if not url and not twiml:
        raise Refusal.bad(21205, "Url parameter is required.")
    if twiml is not None and len(twiml) > _MAX_TWIML_CHARACTERS:
        raise Refusal.bad(20001, "Twiml is longer than 4000 characters.")
    events = frozenset(value for name, value in pairs if name == "StatusCallbackEvent" for value in value.split())
    if not events <= set(CALL_EVENTS):
        raise Refusal.bad(20001, f"StatusCallbackEvent is not one of {', '.join(CALL_EVENTS)}.")
    return CallOrder(
        to_phone,
        from_phone,
        None if twiml else url,
        twiml or None,
        values.get("StatusCallback"),
        events or frozenset({"completed"}),
        values.get("MachineDetection"),
    )


def parse_phone(text: str) -> Phone | None:
    """A number in E.164 form; one without `+` is read as a United States one, as Twilio does for such a sender.

    Whether a number *could* exist is asked, not whether it does: fictional numbers can be texted here.
    """
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _sender(text: str, own_numbers: Collection[Phone]) -> Phone:
    if not text:
        raise Refusal.no_sender()
    if text in _MAGIC_SENDERS:
        raise _MAGIC_SENDERS[text](text)
    if text == _MAGIC_FULL_QUEUE:
        raise Refusal.queue_full()
    phone = parse_phone(text)
    if phone is None:
        raise Refusal.invalid_sender(text)
    if phone not in (*own_numbers, MAGIC_SENDER):
        raise Refusal.not_your_number(text)
    return phone


def _recipient(text: str, from_phone: Phone) -> Phone:
    match text:
        case "+15005550001":
            raise Refusal.invalid_recipient(text)
        case "+15005550002":
            raise Refusal.not_reachable(text, from_phone)
        case "+15005550003":
            raise Refusal.region_not_enabled(text)
        case "+15005550004":
            raise Refusal.unsubscribed()
        case "+15005550009":
            raise Refusal.not_a_mobile(text)
    phone = parse_phone(text)
    if phone is None:
        raise Refusal.invalid_recipient(text)
    return phone


def _typed(form: Iterable[tuple[str, str]], parameters: Mapping[str, Parameter]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in form:
        parameter = parameters.get(name)
        if parameter is None:
            raise Refusal.bad(20001, f"Unknown parameters: {name}")
        _check(name, value, parameter)
        values[name] = value
    return values


def _check(name: str, value: str, parameter: Parameter) -> None:
    if parameter.choices and value not in parameter.choices:
        raise Refusal.bad(20001, f"{name} is not one of {', '.join(sorted(parameter.choices))}.")
    match parameter.kind:
        case Kind.BOOLEAN if value.lower() not in ("true", "false"):
            raise Refusal.bad(20001, f"{name} is neither true nor false.")
        case Kind.INTEGER if not value.isdecimal() or len(value) > _MAX_DIGITS:
            code = 90014 if name == "ValidityPeriod" else 20001
            raise Refusal.bad(code, f"{name} should be a positive integer.")
        case Kind.NUMBER if not value.replace(".", "", 1).isdecimal():
            raise Refusal.bad(20001, f"{name} is not a number.")
        case Kind.URL if not _is_web_address(value):
            if name == "StatusCallback":
                raise Refusal.invalid_status_callback(value)
            raise Refusal.bad(21205, f"{name} is not a valid URL.")


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "_" not in parts.netloc and len(text) <= 4000
