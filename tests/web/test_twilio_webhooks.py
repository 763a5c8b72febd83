"""Only Twilio is believed, and only over the configured address; calls and delivery reports."""

import pytest
import yarl
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from busline.store.pool import Pool
from tests.web.texting import PARENT, PUBLIC, SIDS, STRANGER, TOKEN, sms_form, texting

PATHS = ["/twilio/sms", "/twilio/voice", "/twilio/status"]


@pytest.mark.parametrize("path", PATHS)
async def test_an_unsigned_request_is_refused_and_leaves_nothing(pool: Pool, path: str) -> None:
    async with texting(pool) as line:
        response = await line.post(path, sms_form(PARENT, "bus"), signed=False)
        assert response.status == 403
        assert response.content_type == "text/plain"
    assert await pool.fetchval("select count(*) from inquiry") == 0
    assert await pool.fetchval("select count(*) from conversation") == 0


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("signature", ["", "bm9uc2Vuc2U=", "ñ", "0" * 500])
async def test_a_wrong_signature_is_refused(pool: Pool, path: str, signature: str) -> None:
    async with texting(pool) as line:
        response = await line.post(path, sms_form(PARENT, "bus"), signature=signature)
        assert response.status == 403


async def test_a_signature_over_another_body_address_or_token_is_refused(pool: Pool) -> None:
    form = sms_form(PARENT, "bus")
    stale = RequestValidator(TOKEN).compute_signature(PUBLIC + "/twilio/sms", form | {"Body": "100234"})
    elsewhere = RequestValidator(TOKEN).compute_signature("https://bus.example.com/hotline/twilio/sms", form)
    other_path = RequestValidator(TOKEN).compute_signature(PUBLIC + "/twilio/voice", form)
    other_token = RequestValidator("f" * 32).compute_signature(PUBLIC + "/twilio/sms", form)
    weaker = RequestValidator(TOKEN).compute_signature(PUBLIC + "/twilio/sms", form, "HMAC_SHA256")
    async with texting(pool) as line:
        for signature in (stale, elsewhere, other_path, other_token, weaker):
            assert (await line.post("/twilio/sms", form, signature=signature)).status == 403


async def test_headers_have_no_say_in_the_address_that_is_checked(pool: Pool) -> None:
    form = sms_form(PARENT, "bus")
    signature = RequestValidator(TOKEN).compute_signature("https://evil.example/twilio/sms", form)
    headers = {
        "X-Twilio-Signature": signature,
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Host": "evil.example",
        "X-Twilio-Webhooks-Signature-Settings": "key=x,algorithm=HMAC_SHA1",
    }
    async with texting(pool) as line:
        assert (await line.client.post("/twilio/sms", data=form, headers=headers)).status == 403


async def test_the_query_is_signed_as_it_arrived_and_never_decoded(pool: Pool) -> None:
    async with texting(pool) as line:
        path = "/twilio/sms?to=caf%C3%A9%20bar&plus=a+b&empty="
        form = sms_form(PARENT, "bus")
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
        url = line.client.make_url("/").with_path("/").human_repr().rstrip("/") + path
        headers = {"X-Twilio-Signature": signature}
        response = await line.client.session.post(yarl.URL(url, encoded=True), data=form, headers=headers)
        assert response.status == 200
        response.release()


async def test_duplicate_fields_are_signed_as_twilio_signs_them(pool: Pool) -> None:
    form = MultiDict(sms_form(PARENT, "bus"))
    form.add("Digits", "5678")
    form.add("Digits", "1234")
    form.add("Digits", "1234")
    async with texting(pool) as line:
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + "/twilio/sms", form)
        headers = {"X-Twilio-Signature": signature}
        assert (await line.client.post("/twilio/sms", data=form, headers=headers)).status == 200


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/twilio/sms", {"From": PARENT, "Body": "bus"}),
        ("/twilio/sms", {"MessageSid": "", "From": PARENT}),
        ("/twilio/sms", {"MessageSid": "x" * 65, "From": PARENT}),
        ("/twilio/sms", {"MessageSid": "a b\n", "From": PARENT}),
        ("/twilio/voice", {"From": PARENT}),
        ("/twilio/status", {"MessageSid": "SM1"}),
        ("/twilio/status", {"MessageStatus": "sent"}),
        ("/twilio/status", {"MessageSid": "SM1", "MessageStatus": "<b>"}),
    ],
)
async def test_a_signed_form_that_names_nothing_is_a_bad_request_in_words(
    pool: Pool, path: str, form: dict[str, str]
) -> None:
    async with texting(pool) as line:
        response = await line.post(path, form)
        assert response.status == 400
        assert (await response.text()).startswith("The form has no ")


async def test_a_body_that_is_no_form_is_refused(pool: Pool) -> None:
    async with texting(pool) as line:
        for body, kind in ((b"{}", "application/json"), (b"\xff\xfe\x00", "application/x-www-form-urlencoded")):
            headers = {"Content-Type": kind, "X-Twilio-Signature": "x"}
            assert (await line.client.post("/twilio/sms", data=body, headers=headers)).status == 403
        too_many = b"&".join(b"a=%d" % number for number in range(500))
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": "x"}
        assert (await line.client.post("/twilio/sms", data=too_many, headers=headers)).status == 400
        assert (await line.client.post("/twilio/sms", data=b"a" * 100_000, headers=headers)).status == 413
        assert (await line.client.get("/twilio/sms")).status == 405


async def test_a_linked_caller_whose_number_is_vouched_for_hears_the_answer(pool: Pool) -> None:
    async with texting(pool) as line:
        heard = (await line.call(PARENT, "TN-Validation-Passed-A")).decode()
    assert '<Say language="en-US" voice="Polly.Joanna-Neural">1 0 0 2 3 4, 1 0 0 2 3 5: Bus 47 is on its way.' in heard
    rows = await pool.fetch("select student_id, channel from access_log order by access_id")
    assert [tuple(row) for row in rows] == [("100234", "voice"), ("100235", "voice")]


async def test_every_other_caller_hears_one_sentence_in_the_districts_language(pool: Pool) -> None:
    async with texting(pool) as line:
        heard = {
            await line.call(STRANGER, "TN-Validation-Passed-A"),
            await line.call(STRANGER),
            await line.call("+16175550101"),
            await line.call("+16175550101", "TN-Validation-Passed-B"),
            await line.call(PARENT, "TN-Validation-Failed-A"),
            await line.call("anonymous", "TN-Validation-Passed-A"),
            await line.call("+16175550102", "TN-Validation-Passed-A"),
        }
    assert len(heard) == 1
    assert b"please send the word bus, as a text message, to this number" in heard.pop()
    assert await pool.fetchval("select count(*) from access_log") == 0


async def test_a_retried_call_hears_the_same_words(pool: Pool) -> None:
    async with texting(pool) as line:
        sid = f"CA{next(SIDS):032x}"
        first = await line.call(PARENT, "TN-Validation-Passed-A", CallSid=sid)
        assert await line.call(PARENT, "TN-Validation-Passed-A", CallSid=sid) == first
    assert await pool.fetchval("select count(*) from inquiry") == 1


async def test_delivery_reports_in_any_order_end_at_the_furthest(pool: Pool) -> None:
    async with texting(pool) as line:
        for status, code in (("sent", ""), ("delivered", ""), ("queued", ""), ("sent", ""), ("undelivered", "30003")):
            form = {"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": code, "To": PARENT}
            response = await line.post("/twilio/status", form)
            assert response.status == 204
        for status, code in (("undelivered", "30003"), ("sent", "")):
            form = {"MessageSid": "SM2", "MessageStatus": status, "ErrorCode": code}
            assert (await line.post("/twilio/status", form)).status == 204
        assert (await line.post("/twilio/status", {"MessageSid": "SM3", "MessageStatus": "brand_new"})).status == 204
    rows = await pool.fetch("select sid, status, error_code from message_status order by sid")
    assert [tuple(row) for row in rows] == [("SM1", "delivered", None), ("SM2", "undelivered", 30003)]
