"""What becomes of a text after it was taken, and how that is reported: on good days and on bad ones."""

import asyncio
import time

import aiohttp
import pytest

from busline.ids import Phone
from sms.standin import Carrier
from sms.standin.carrier import MAX_QUEUED_SEGMENTS
from sms.standin.orders import read_message_order
from sms.standin.refusal import Refusal
from tests.web.twilio_world import FAMILY, NUMBER, SPANISH_FAMILY, World, twilio_world


def _send(
    world: World, *, to: str = FAMILY, body: str = "Bus 47 is late.", callback: str = "/twilio/status", **more: str
) -> str:
    form = {"To": to, "From": NUMBER, "Body": body, "StatusCallback": world.hotline.url + callback} | more
    return world.standin.send(read_message_order(form.items(), Phone(NUMBER))).sid


async def test_each_step_is_reported_once_in_order_and_signed() -> None:
    async with twilio_world() as world:
        sid = _send(world, callback="/twilio/status?o=17&k=a%2Fb")
        await world.standin.settled()
    assert world.hotline.statuses(sid) == ["sending", "sent", "delivered"]
    assert world.hotline.bad_signatures == 0
    last = world.hotline.callbacks[-1]
    assert last["SmsSid"] == sid
    assert last["SmsStatus"] == "delivered"
    assert (last["From"], last["To"], last["RawDlrDoneDate"]) == (NUMBER, FAMILY, "2611241221")
    assert "ErrorCode" not in last


async def test_a_bad_day_reports_every_step_twice_and_backwards() -> None:
    carrier = Carrier(step_seconds=0.001, callback_copies=2, callbacks_in_order=False)
    async with twilio_world(carrier=carrier) as world:
        sid = _send(world)
        await world.standin.settled()
    assert world.hotline.statuses(sid) == ["delivered", "delivered", "sent", "sent", "sending", "sending"]


async def test_an_unreachable_handset_is_reported_with_its_error_and_shows_nothing() -> None:
    carrier = Carrier(step_seconds=0.001, undeliverable={Phone(FAMILY): 30003})
    async with twilio_world(carrier=carrier) as world:
        sid = _send(world)
        _send(world, to=SPANISH_FAMILY)
        await world.standin.settled()
    assert world.hotline.statuses(sid) == ["sending", "sent", "undelivered"]
    failed = next(form for form in world.hotline.callbacks if form["MessageStatus"] == "undelivered")
    assert (failed["ErrorCode"], failed["ErrorMessage"]) == ("30003", "Unreachable destination handset")
    assert not world.standin.threads.of(Phone(FAMILY))
    assert world.standin.threads.of(Phone(SPANISH_FAMILY))


async def test_a_text_still_queued_after_its_validity_period_is_never_sent() -> None:
    async with twilio_world(carrier=Carrier(step_seconds=0.001, segments_per_second=0.8)) as world:
        first = _send(world)
        late = _send(world, ValidityPeriod="1")
        await world.standin.settled()
    assert world.hotline.statuses(first)[-1] == "delivered"
    assert world.hotline.statuses(late) == ["failed"]
    assert world.standin.messages[late].error_code == 30036


async def test_the_number_sends_no_faster_than_its_segments_a_second() -> None:
    async with twilio_world(carrier=Carrier(step_seconds=0.0, segments_per_second=20)) as world:
        began = time.monotonic()
        for _ in range(4):
            _send(world, body="á" * 71)
        await world.standin.settled()
        took_seconds = time.monotonic() - began
    assert took_seconds >= 8 / 20


async def test_more_than_ten_hours_of_queue_is_refused_with_21611() -> None:
    async with twilio_world(carrier=Carrier(segments_per_second=0.001)) as world:
        form = {"To": FAMILY, "From": NUMBER, "Body": "x" * 1600}
        for _ in range(MAX_QUEUED_SEGMENTS // 11):
            world.standin.send(read_message_order(form.items(), Phone(NUMBER)))
        with pytest.raises(Refusal) as caught:
            world.standin.send(read_message_order(form.items(), Phone(NUMBER)))
    assert caught.value.code == 21611


async def test_a_receiver_that_is_gone_keeps_no_text_from_its_phone() -> None:
    async with twilio_world() as world, aiohttp.ClientSession():
        form = {"To": FAMILY, "From": NUMBER, "Body": "Bus 47", "StatusCallback": "http://127.0.0.1:9/status"}
        world.standin.send(read_message_order(form.items(), Phone(NUMBER)))
        async with asyncio.timeout(5):
            await world.standin.settled()
        assert world.standin.threads.of(Phone(FAMILY))


async def test_a_reply_in_twiml_can_ask_for_its_own_reports_by_a_relative_address() -> None:
    async with twilio_world() as world:
        world.hotline.answer.body = '<Response><Message action="/twilio/status?reply=1">Bus 47</Message></Response>'
        await world.standin.text(FAMILY, "bus")
        await world.standin.settled()
    assert [form["MessageStatus"] for form in world.hotline.callbacks] == ["sending", "sent", "delivered"]
    assert world.hotline.bad_signatures == 0
