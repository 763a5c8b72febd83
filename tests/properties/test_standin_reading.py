"""Whatever is thrown at the stand-in's readers, they answer with a value or with the fault that Twilio would name."""

import string
from collections.abc import Callable, Iterable
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from busline.ids import Phone
from sms.standin.keywords import OptOuts
from sms.standin.orders import (
    CALL_PARAMETERS,
    MESSAGE_PARAMETERS,
    CallOrder,
    MessageOrder,
    read_call_order,
    read_message_order,
)
from sms.standin.refusal import Refusal
from sms.standin.twiml import TwimlFault, read_replies, read_speech
from sms.standin.webhook import Overrides

_Value = TypeVar("_Value")
_NUMBER = Phone("+16175550199")
_VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["+16175550101", _NUMBER, "true", "1", "9" * 5000, "http://127.0.0.1/x", "http://[", "fixed"]),
)
_MARKUP = st.lists(
    st.sampled_from(
        [
            "<Response>",
            "</Response>",
            "<Message>",
            "</Message>",
            "<Body>",
            "</Body>",
            "<Say>",
            "</Say>",
            "bus",
            "&",
            "á",
        ]
    ),
    max_size=12,
).map("".join)
_TYPES = st.one_of(
    st.sampled_from(["text/xml", "application/xml; charset=utf-8", "text/plain; charset=none", "text/html", ""]),
    st.text(alphabet=string.printable, max_size=20),
)


def _forms(names: Iterable[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
    return st.lists(st.tuples(st.sampled_from(sorted([*names, "Nonsense"])), _VALUES), max_size=8)


def _outcome(read: Callable[[], _Value]) -> _Value | Refusal | TwimlFault:
    try:
        return read()
    except (Refusal, TwimlFault) as no:
        return no


@given(_forms(MESSAGE_PARAMETERS))
def test_any_form_to_send_is_an_order_within_bounds_or_a_refusal(form: list[tuple[str, str]]) -> None:
    match _outcome(lambda: read_message_order(form, _NUMBER)):
        case MessageOrder() as order:
            assert 1 <= len(order.body) <= 1600
            assert 1 <= order.validity_seconds <= 36_000
            assert order.to_phone.startswith("+")
        case Refusal() as refusal:
            assert (refusal.status, len(str(refusal.code))) == (400, 5)


@given(_forms(CALL_PARAMETERS))
def test_any_form_to_call_is_an_order_or_a_refusal(form: list[tuple[str, str]]) -> None:
    match _outcome(lambda: read_call_order(form, _NUMBER)):
        case CallOrder() as order:
            assert (order.url is None) != (order.twiml is None)
        case Refusal() as refusal:
            assert (refusal.status, len(str(refusal.code))) == (400, 5)


@given(_TYPES, st.one_of(_MARKUP.map(str.encode), st.binary(max_size=60)))
def test_any_answer_is_replies_and_speech_or_a_named_fault(content_type: str, body: bytes) -> None:
    for outcome in (
        _outcome(lambda: read_replies(content_type, body)),
        _outcome(lambda: read_speech(content_type, body)),
    ):
        match outcome:
            case TwimlFault() as fault:
                assert fault.code in (12100, 12200, 12300, 14103)
                assert str(fault)
            case tuple() as found:
                assert all(one for one in found)


@given(st.lists(st.sampled_from(["STOP", "start", "Cancel", "YES", "bus", "HELP", "unstop", "100234"]), max_size=12))
def test_the_last_keyword_decides_whether_a_phone_is_blocked(texts: list[str]) -> None:
    opt_outs, blocked = OptOuts(), False
    for text in texts:
        blocked = {"STOP": True, "Cancel": True, "start": False, "YES": False, "unstop": False}.get(text, blocked)
        opt_outs.hear(_NUMBER, text)
        assert opt_outs.blocks(_NUMBER) is blocked


@given(st.text(alphabet="ctrp=&#0123456789x,all", max_size=30))
def test_any_fragment_of_an_address_leaves_waits_and_retries_within_twilios_bounds(fragment: str) -> None:
    overrides = Overrides.of(fragment)
    assert 0.1 <= overrides.connect_seconds <= 10
    assert 0.1 <= overrides.read_seconds <= 15
    assert 0.1 <= overrides.total_seconds <= 15
    assert 0 <= overrides.retries <= 5
