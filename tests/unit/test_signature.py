"""Twilio's own published vectors, and the traps around them."""

import pytest
from multidict import MultiDict, MultiDictProxy
from twilio.request_validator import RequestValidator

from sms.twilio.forms import Form
from sms.twilio.signature import Forgery, SignatureCheck

TOKEN = "12345"
PATH = "/myapp.php?foo=1&bar=2"
CALL = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}


def form(*pairs: tuple[str, str]) -> Form:
    return MultiDictProxy(MultiDict(pairs))


@pytest.mark.parametrize(
    ("base", "signature"),
    [
        ("https://mycompany.com", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("https://mycompany.com:443", "kvajT1Ptam85bY51eRf/AJRuM3w="),
        ("http://mycompany.com:1234", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        ("http://mycompany.com:80", "0ZXoZLH/DfblKGATFgpif+LLRf4="),
    ],
)
def test_twilios_published_signatures_are_accepted(base: str, signature: str) -> None:
    check = SignatureCheck(base, TOKEN)
    assert check.refuses(PATH, form(*CALL.items()), signature) is None
    tampered = form(*(CALL | {"Digits": "1235"}).items())
    assert check.refuses(PATH, tampered, signature) is Forgery.WRONG_SIGNATURE


def test_the_standard_port_may_be_written_or_not() -> None:
    for signature in ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", "kvajT1Ptam85bY51eRf/AJRuM3w="):
        assert SignatureCheck("https://mycompany.com", TOKEN).refuses(PATH, form(*CALL.items()), signature) is None


def test_duplicate_fields_are_signed_once_each_in_order() -> None:
    fields = form(("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234"))
    signature = RequestValidator(TOKEN).compute_signature("https://mycompany.com" + PATH, fields)
    assert signature == "IK+Dwps556ElfBT0I3Rgjkr1wJU="
    assert SignatureCheck("https://mycompany.com", TOKEN).refuses(PATH, fields, signature) is None


@pytest.mark.parametrize("signature", [None, ""])
def test_a_missing_signature_is_refused_and_no_error(signature: str | None) -> None:
    assert SignatureCheck("https://mycompany.com", TOKEN).refuses(PATH, form(), signature) is Forgery.UNSIGNED


def test_a_json_body_hash_in_the_query_opens_no_door() -> None:
    # Such a request is signed over the URL alone; its body is no form, so nothing of it would be read as one.
    path = "/twilio/sms?bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
    signature = RequestValidator(TOKEN).compute_signature("https://mycompany.com" + path, {})
    check = SignatureCheck("https://mycompany.com", TOKEN)
    assert check.refuses(path, form(("Body", "bus")), signature) is Forgery.WRONG_SIGNATURE


def test_a_stronger_or_weaker_algorithm_is_not_the_requests_to_choose() -> None:
    signature = RequestValidator(TOKEN).compute_signature("https://mycompany.com" + PATH, CALL, "HMAC_SHA256")
    check = SignatureCheck("https://mycompany.com", TOKEN)
    assert check.refuses(PATH, form(*CALL.items()), signature) is Forgery.WRONG_SIGNATURE


def test_a_base_url_with_a_path_or_a_final_slash_is_joined_once() -> None:
    signature = RequestValidator(TOKEN).compute_signature("https://example.org/hotline/twilio/sms", CALL)
    for base in ("https://example.org/hotline", "https://example.org/hotline/"):
        assert SignatureCheck(base, TOKEN).refuses("/twilio/sms", form(*CALL.items()), signature) is None


def test_a_request_for_a_whole_url_is_refused() -> None:
    target = "http://evil.example/twilio/sms"
    signature = RequestValidator(TOKEN).compute_signature(target, CALL)
    check = SignatureCheck("https://example.org", TOKEN)
    assert check.refuses(target, form(*CALL.items()), signature) is Forgery.WRONG_SIGNATURE


def test_without_a_token_there_is_no_check_to_be_had() -> None:
    with pytest.raises(ValueError, match="auth token"):
        SignatureCheck("https://example.org", "")
