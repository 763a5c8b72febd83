"""A phone texts and calls through the stand-in: what reaches the hotline, and what comes back to the phone."""

import pytest

from busline.ids import Phone
from sms.standin import StandIn
from sms.standin.thread import BubbleKind, BubbleState
from tests.web.twilio_world import FAMILY, NOON, NUMBER, STRANGER, Answer, message, twilio_world


async def test_a_text_reaches_the_hotline_as_the_whole_signed_form_that_twilio_sends() -> None:
    async with twilio_world() as world:
        exchange = await world.standin.text(FAMILY, "¿dónde está el autobús?")
    (form,) = world.hotline.texts
    assert world.hotline.bad_signatures == 0
    assert form["MessageSid"] == form["SmsSid"] == form["SmsMessageSid"] == exchange.sid
    assert (form["From"], form["To"], form["Body"]) == (FAMILY, NUMBER, "¿dónde está el autobús?")
    assert (form["NumMedia"], form["NumSegments"], form["SmsStatus"]) == ("0", "1", "received")
    assert (form["ApiVersion"], form["FromCountry"], form["FromCity"]) == ("2010-04-01", "US", "")


async def test_a_query_in_the_webhook_address_is_signed_as_it_stands() -> None:
    async with twilio_world(sms_path="/twilio/sms?district=Bost%C3%B3n%20West&x=a+b") as world:
        exchange = await world.standin.text(FAMILY, "bus")
    assert exchange.failure is None
    assert world.hotline.bad_signatures == 0


async def test_replies_come_to_the_phone_in_order_with_their_segments_and_encoding() -> None:
    async with twilio_world() as world:
        world.hotline.answer = Answer(message("Bus 47 at 7:31 AM.", "Autobús 47: 7:31"))
        exchange = await world.standin.text(FAMILY, "bus")
        await world.standin.settled()
    assert exchange.replies == ("Bus 47 at 7:31 AM.", "Autobús 47: 7:31")
    asked, *answers = world.standin.threads.of(Phone(FAMILY))
    assert (asked.kind, asked.state) == (BubbleKind.FAMILY, BubbleState.DONE)
    assert [(bubble.body, bubble.detail) for bubble in answers] == [
        ("Bus 47 at 7:31 AM.", "1 segment · GSM-7"),
        ("Autobús 47: 7:31", "1 segment · UCS-2"),
    ]


@pytest.mark.parametrize(
    ("answer", "replies"),
    [
        (Answer("<Response/>"), ()),
        (Answer("", status=204), ()),
        (Answer("On its way", content_type="text/plain; charset=utf-8"), ("On its way",)),
        (Answer("<Response><Message><Body>On its </Body><Body>way</Body></Message></Response>"), ("On its way",)),
        (Answer("<Response><Message> A &amp; B </Message></Response>", content_type="application/xml"), ("A & B",)),
    ],
)
async def test_every_form_of_answer_that_twilio_reads_is_read(answer: Answer, replies: tuple[str, ...]) -> None:
    async with twilio_world() as world:
        world.hotline.answer = answer
        exchange = await world.standin.text(FAMILY, "bus")
    assert (exchange.replies, exchange.failure) == (replies, None)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(status=500), "Busline answered 500 Internal Server Error (Twilio error 11200)."),
        (Answer(status=302), "Busline answered 302 Found (Twilio error 11200)."),
        (Answer("<Response><Message>"), "not valid XML"),
        (Answer('<!DOCTYPE r [<!ENTITY a "b">]><Response/>'), "document type"),
        (Answer("<html/>", content_type="text/html"), "begins with <html>"),
        (Answer("<Response><Redirect>/x</Redirect></Response>"), "<Redirect>, which the stand-in"),
        (Answer("<Response><Message> </Message></Response>"), "no words (Twilio error 14103)"),
        (Answer('{"reply": "bus"}', content_type="application/json"), "type application/json"),
        (Answer("<Response>" + " " * 70_000 + "</Response>"), "64 kB"),
    ],
)
async def test_an_answer_that_twilio_cannot_carry_out_is_shown_in_words(answer: Answer, words: str) -> None:
    async with twilio_world() as world:
        world.hotline.answer = answer
        exchange = await world.standin.text(FAMILY, "bus")
    assert exchange.failure is not None
    assert words in exchange.failure
    (bubble,) = world.standin.threads.of(Phone(FAMILY))
    assert (bubble.state, bubble.detail) == (BubbleState.FAILED, exchange.failure)


async def test_a_hotline_that_is_not_running_is_tried_twice_and_named() -> None:
    async with twilio_world() as world:
        pass
    standin = StandIn(
        world.standin.account_sid,
        world.standin.auth_token,
        NUMBER,
        world.hotline.url + "/twilio/sms",
        world.hotline.url + "/twilio/voice",
        (),
        STRANGER,
        lambda: NOON,
    )
    async with standin.running():
        exchange = await standin.text(FAMILY, "bus")
    assert exchange.failure is not None
    assert "could not be reached at 127.0.0.1" in exchange.failure
    assert "is it running?" in exchange.failure


async def test_a_hotline_that_is_too_slow_is_given_up_on_and_not_asked_again() -> None:
    async with twilio_world(sms_path="/twilio/sms#rt=200") as world:
        world.hotline.answer = Answer(delay_seconds=0.6)
        exchange = await world.standin.text(FAMILY, "bus")
    assert exchange.failure == "Busline did not answer within 0.2 seconds (Twilio error 11200)."
    assert len(world.hotline.texts) == 1


async def test_the_address_can_ask_for_retries_and_they_carry_the_same_message_and_token() -> None:
    async with twilio_world(sms_path="/twilio/sms#rc=3&rp=all") as world:
        world.hotline.answers = [Answer(status=503), Answer(status=502)]
        exchange = await world.standin.text(FAMILY, "bus")
    assert exchange.replies == ("Bus 47 is on its way.",)
    assert [form["MessageSid"] for form in world.hotline.texts] == [exchange.sid] * 3
    assert len({headers["I-Twilio-Idempotency-Token"] for headers in world.hotline.headers}) == 1


async def test_after_stop_nothing_reaches_the_phone_until_start() -> None:
    async with twilio_world() as world:
        stopped = await world.standin.text(FAMILY, " stop ")
        muted = await world.standin.text(FAMILY, "bus")
        resumed = await world.standin.text(FAMILY, "Start")
        await world.standin.settled()
        kinds = [bubble.kind for bubble in world.standin.threads.of(Phone(FAMILY))]
    assert len(world.hotline.texts) == 3
    assert stopped.failure == muted.failure
    assert muted.failure is not None
    assert "unsubscribed recipient (21610)" in muted.failure
    assert resumed.failure is None
    assert kinds.count(BubbleKind.CARRIER) == 2
    assert kinds.count(BubbleKind.BUSLINE) == 1


@pytest.mark.parametrize("body", ["Stop please", "stopp", "alto", "bus", "end of the line?"])
async def test_only_a_whole_english_keyword_opts_out(body: str) -> None:
    async with twilio_world() as world:
        exchange = await world.standin.text(FAMILY, body)
    assert exchange.failure is None


async def test_a_reply_beyond_1600_characters_is_not_sent_and_the_phone_says_why() -> None:
    async with twilio_world() as world:
        world.hotline.answer = Answer(message("x" * 1601))
        exchange = await world.standin.text(FAMILY, "bus")
    assert exchange.failure is not None
    assert "(21617)" in exchange.failure


async def test_a_call_is_answered_with_the_words_busline_speaks() -> None:
    async with twilio_world() as world:
        world.hotline.answer = Answer(
            '<Response><Gather><Say language="es-US">Marque uno.</Say></Gather><Say>Bus 47.</Say><Hangup/>'
            "<Say>Never heard.</Say></Response>"
        )
        exchange = await world.standin.call(FAMILY)
    (form,) = world.hotline.calls
    assert world.hotline.bad_signatures == 0
    assert (form["CallSid"], form["CallStatus"], form["Direction"]) == (exchange.sid, "ringing", "inbound")
    assert form["StirVerstat"] == "TN-Validation-Passed-A"
    assert exchange.replies[0] == "Marque uno."
    assert exchange.replies[-1] == "Bus 47."
    (bubble,) = world.standin.threads.of(Phone(FAMILY))
    assert bubble.heard[0].language == "es-US"


async def test_a_call_that_fails_says_so_on_the_phone() -> None:
    async with twilio_world() as world:
        world.hotline.answer = Answer(status=500)
        exchange = await world.standin.call(FAMILY)
    assert exchange.failure == "Busline answered 500 Internal Server Error (Twilio error 11200)."


async def test_a_stand_in_that_is_not_running_says_how_to_run_it() -> None:
    standin = StandIn("AC", "token", NUMBER, "http://x/", "http://x/", (), STRANGER, lambda: NOON)
    with pytest.raises(RuntimeError, match="running\\(\\)"):
        await standin.text(FAMILY, "bus")
