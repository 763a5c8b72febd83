"""What the conversation is told by whoever starts it."""

from dataclasses import dataclass, field

from busline.ids import Phone


@dataclass(frozen=True, slots=True)
class Limits:
    """How often one phone is answered."""

    texts_per_hour: int = 30
    """Then one notice, then silence until the hour has room again."""
    unlinked_per_day: int = 5
    """Replies that say "not on file": after these a phone that keeps asking hears nothing."""


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """Where Twilio reaches us, what proves that it is Twilio, and how the district presents itself."""

    public_base_url: str
    """The URL that Twilio was given, without the path of the webhook: `https://bus.example.org`."""
    auth_token: str = field(repr=False)
    """The account's primary auth token: only that one signs."""
    district_name: str
    district_phone: str
    """As families should read it: `(617) 555-0100`."""
    default_language: str = "en"
    alerts_number: Phone | None = None
    """Where alerts come from a number of their own: then ending those does not mute the answers."""
    late_minutes: int = 5
    """From how much lateness on families are told, where they have chosen nothing else."""
    sends_mail: bool = False
    calls: bool = False
    """Whether alerts go out by phone call."""
    limits: Limits = Limits()
