"""Every night: phones whose number may belong to somebody else by now are told nothing any more."""

from datetime import UTC, datetime, time

import structlog

from busline.clock import Clock
from busline.enrolment import suspension
from busline.jobs import Chore
from busline.settings import Settings
from busline.store.pool import Pool, transaction
from sms.twilio.deactivations import DeactivationsError, deactivated_on

log = structlog.get_logger(__name__)

LOOKED_AT = time(4, 10)
LISTS_BACK_DAYS = 7
"""A service that was down for longer has lost more than a list."""


def suspending(settings: Settings, pool: Pool, clock: Clock) -> Chore:
    """The nightly look at phones that reach nobody, and at the carriers' lists."""

    async def look(_: datetime) -> None:
        now = clock.now()
        async with transaction(pool) as connection:
            unreachable = await suspension.suspend_unreachable(connection, now)
            missing = await suspension.unread_lists(connection, now.astimezone(UTC).date(), LISTS_BACK_DAYS)
        given_up = 0
        if settings.twilio_account_sid is not None and settings.twilio_auth_token is not None:
            account = (settings.twilio_account_sid, settings.twilio_auth_token.reveal(), settings.twilio_base_url)
            for day in missing:
                try:
                    numbers = await deactivated_on(day, *account)
                except DeactivationsError as fault:
                    log.warning("deactivated_numbers_not_read", day=day.isoformat(), fault=str(fault), again="tomorrow")
                    continue
                async with transaction(pool) as connection:
                    given_up += await suspension.take_list(connection, day, numbers, now)
        log.info("phones_suspended", unreachable=unreachable, deactivated=given_up)

    return Chore("suspend phones that reach nobody", LOOKED_AT, look)
