"""What the demo and a replay share: a district that is not real, played to the real service on this machine."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from busline.app.listening import free_ports, listening
from busline.app.service import run_service
from busline.clock import Clock
from busline.live import Live
from busline.settings import Settings, read_settings
from busline.store.pool import Pool
from busline.store.staff import Role, Staff
from feeds.serve import PATH as FEED_PATH
from feeds.serve import feed_app
from feeds.source import PositionsAt
from sms.standin import FamilyPhone, StandIn, standin_app

HOST = "127.0.0.1"
ACCOUNT = "AC" + "b05" * 10 + "b0"
"""An account that Twilio never gave out: 32 hexadecimal digits that spell a bus."""
NUMBER = "+16175550100"
"""Reserved for fiction (555-0100)."""
STAFF_USER = "dispatcher"
FIRST_NEWS_SECONDS = 20.0
PATIENCE_TEXTS = "120"
"""Of one phone, in an hour and in a day: here one person tries all the phones, and an hour may pass in a minute."""


@dataclass(frozen=True, slots=True)
class Play:
    """A district to play: who lives in it, and where its buses are."""

    positions_at: PositionsAt
    families: Sequence[FamilyPhone]
    stranger_phone: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """Where everything is, and who may come in."""

    board: str
    phone: str
    sms_webhook: str
    voice_webhook: str
    twilio_auth_token: str
    staff_user: str
    staff_password: str
    families: Sequence[FamilyPhone]
    stranger_phone: str

    def as_json(self) -> dict[str, object]:
        """The one line of `busline demo --json`."""
        return {
            "board": self.board,
            "phone": self.phone,
            "sms_webhook": self.sms_webhook,
            "voice_webhook": self.voice_webhook,
            "twilio_auth_token": self.twilio_auth_token,
            "twilio_account_sid": ACCOUNT,
            "staff": {"user": self.staff_user, "password": self.staff_password},
            "families": [
                {"phone": family.phone, "language": family.language, "students": list(family.students)}
                for family in self.families
            ],
            "stranger_phone": self.stranger_phone,
        }


def playing_settings(data_dir: Path, port: int | None, district_name: str) -> Settings:
    """Settings of a district that is played: nothing of the environment counts, so nothing real is ever reached."""
    first, twilio, feed = free_ports(HOST, port, 3)
    return read_settings(
        {
            "BUSLINE_DATA_DIR": str(data_dir.absolute()),
            "BUSLINE_HOST": HOST,
            "BUSLINE_PORT": str(first),
            "BUSLINE_PUBLIC_BASE_URL": f"http://localhost:{first}",
            "BUSLINE_DISTRICT_NAME": district_name,
            "BUSLINE_DISTRICT_PHONE": "+16175550199",
            "BUSLINE_FEEDS": f"buses=http://{HOST}:{feed}{FEED_PATH}",
            "BUSLINE_FEED_ALLOW_PRIVATE": "true",
            "BUSLINE_TWILIO_ACCOUNT_SID": ACCOUNT,
            "BUSLINE_TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            "BUSLINE_TWILIO_NUMBER": NUMBER,
            "BUSLINE_TWILIO_BASE_URL": f"http://localhost:{twilio}",
            "BUSLINE_TWILIO_SEGMENTS_PER_SECOND": "100",
            "BUSLINE_TEXTS_PER_PHONE_PER_HOUR": PATIENCE_TEXTS,
            "BUSLINE_REFUSALS_PER_PHONE_PER_DAY": PATIENCE_TEXTS,
            "BUSLINE_LOG_FORMAT": "console",
            "BUSLINE_LOG_LEVEL": "WARNING",
        }
    )


async def play(
    settings: Settings,
    pool: Pool,
    clock: Clock,
    live: Live,
    district: Play,
    while_playing: Callable[[Live, Invitation], Awaitable[None]],
) -> None:
    """Run the service beside its feed and the stand-in for Twilio; `while_playing` starts once buses are seen."""
    if settings.twilio_auth_token is None:
        raise ValueError("A district that is played needs a Twilio token of its own.")
    token = settings.twilio_auth_token.reveal()
    standin = StandIn(
        ACCOUNT,
        token,
        NUMBER,
        f"{settings.public_base_url}/twilio/sms",
        f"{settings.public_base_url}/twilio/voice",
        district.families,
        district.stranger_phone,
        clock.now,
        timezone=live.picture.timetable.timezone,
    )
    invitation = Invitation(
        board=f"{settings.public_base_url}/board",
        phone=f"http://localhost:{settings.port + 1}/",
        sms_webhook=f"{settings.public_base_url}/twilio/sms",
        voice_webhook=f"{settings.public_base_url}/twilio/voice",
        twilio_auth_token=token,
        staff_user=STAFF_USER,
        staff_password=await _new_password(pool),
        families=district.families,
        stranger_phone=district.stranger_phone,
    )

    async def once_buses_are_seen(running: Live) -> None:
        # The first text is to find something to be answered from.
        async with asyncio.timeout(FIRST_NEWS_SECONDS):
            await running.heard.wait()
        await while_playing(running, invitation)

    async def opened() -> Live:
        return live

    async with (
        listening(standin_app(standin), HOST, settings.port + 1),
        listening(feed_app(district.positions_at, clock), HOST, settings.port + 2),
    ):
        await run_service(settings, pool, clock, opened, once_buses_are_seen)


async def _new_password(pool: Pool) -> str:
    """A dispatcher who can sign in, with a password made for this run."""
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    staff = Staff(pool)
    now = datetime.now(UTC)
    if any(account.username == STAFF_USER for account in await staff.accounts()):
        await staff.set_password(STAFF_USER, password, now)
    else:
        await staff.add(STAFF_USER, password, Role.DISPATCHER, now)
    return password
