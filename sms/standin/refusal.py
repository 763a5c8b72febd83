"""Why Twilio says no: its REST errors, each with the code, status and sentence that Twilio documents for it."""

from typing import Self


class Refusal(Exception):  # noqa: N818 - Twilio refusing a request is an outcome, not a failure of ours
    """A REST request that is answered with an error body. Codes: https://www.twilio.com/docs/api/errors."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message

    def body(self) -> dict[str, object]:
        """The error as Twilio writes it: code, message, more_info, status."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }

    @classmethod
    def bad(cls, code: int, message: str) -> Self:
        """A 400."""
        return cls(400, code, message)

    @classmethod
    def not_authenticated(cls) -> Self:
        return cls(401, 20003, "Authenticate")

    @classmethod
    def not_found(cls, path: str) -> Self:
        return cls(404, 20404, f"The requested resource {path} was not found")

    @classmethod
    def too_many_requests(cls) -> Self:
        return cls(429, 20429, "Too Many Requests")

    @classmethod
    def no_recipient(cls) -> Self:
        return cls.bad(21604, "A 'To' phone number is required.")

    @classmethod
    def no_sender(cls) -> Self:
        return cls.bad(21603, "A 'From' phone number is required.")

    @classmethod
    def no_body(cls) -> Self:
        return cls.bad(21602, "Message body is required.")

    @classmethod
    def body_too_long(cls) -> Self:
        return cls.bad(21617, "The concatenated message body exceeds the 1600 character limit.")

    @classmethod
    def invalid_recipient(cls, phone: str) -> Self:
        return cls.bad(21211, f"The 'To' number {phone} is not a valid phone number.")

    @classmethod
    def invalid_sender(cls, phone: str) -> Self:
        return cls.bad(
            21212, f"The 'From' number {phone} is not a valid phone number, shortcode, or alphanumeric sender ID."
        )

    @classmethod
    def not_your_number(cls, phone: str) -> Self:
        return cls.bad(
            21606,
            f"The From phone number {phone} is not a valid, SMS-capable inbound phone number or short code "
            "for your account.",
        )

    @classmethod
    def region_not_enabled(cls, phone: str) -> Self:
        return cls.bad(
            21408,
            f"Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {phone}",
        )

    @classmethod
    def unsubscribed(cls) -> Self:
        return cls.bad(21610, "Attempt to send to unsubscribed recipient")

    @classmethod
    def queue_full(cls) -> Self:
        return cls.bad(21611, "This 'From' number has exceeded the maximum number of queued messages")

    @classmethod
    def not_reachable(cls, to_phone: str, from_phone: str) -> Self:
        return cls.bad(
            21612,
            f"The 'To' phone number: {to_phone}, is not currently reachable using the 'From' phone number: "
            f"{from_phone} via SMS.",
        )

    @classmethod
    def not_a_mobile(cls, phone: str) -> Self:
        return cls.bad(21614, f"'To' number: {phone}, is not a mobile number")

    @classmethod
    def invalid_status_callback(cls, url: str) -> Self:
        return cls.bad(21609, f"The 'StatusCallback' URL {url} is not a valid URL.")
