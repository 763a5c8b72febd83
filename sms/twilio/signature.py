"""Proof that a request comes from Twilio: raw request target, form and signature in, `Forgery` or None out.

Twilio signs the public URL it was given. That URL is the configured one plus path and query exactly as they arrived:
nothing is decoded, and no header of the request (X-Forwarded-..., Host) has a say in it.
"""

from enum import StrEnum

from twilio.request_validator import HMAC_SHA1, RequestValidator

from sms.twilio.forms import Form

SIGNATURE_HEADER = "X-Twilio-Signature"


class Forgery(StrEnum):
    """Why a request is not believed."""

    UNSIGNED = "unsigned"
    WRONG_SIGNATURE = "wrong_signature"


class SignatureCheck:
    """Checks requests to one public base URL (`https://bus.example.org`, or with a path that a proxy strips)."""

    def __init__(self, public_base_url: str, auth_token: str) -> None:
        if not auth_token:
            raise ValueError("Without the Twilio auth token no webhook can be checked, so none would be accepted.")
        self._base = public_base_url.rstrip("/")
        self._validator = RequestValidator(auth_token)

    def refuses(self, raw_path: str, form: Form, signature: str | None) -> Forgery | None:
        """Why the request is refused, or None if it is Twilio's. `raw_path` is path and query as they arrived."""
        if not signature:
            return Forgery.UNSIGNED
        # The request also says which algorithm it was signed with. It has no say in that: ours is pinned.
        if self._validator.validate(self._base + raw_path, form, signature, HMAC_SHA1):
            return None
        return Forgery.WRONG_SIGNATURE
