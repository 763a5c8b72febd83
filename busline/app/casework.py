"""Cases, put together: the ways to departments, the doors their systems answer at, and the loops beside them."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import aiohttp

from busline.api.operation import Operation
from busline.cases.departments import ConnectorKind
from busline.cases.handling import CaseDesk
from busline.cases.parcel import Connector
from busline.cases.upkeep import Upkeep
from busline.clock import Clock
from busline.environment import Secret
from busline.installation_key import installation_key
from busline.settings import Settings
from busline.store.pool import Pool
from notifier.connectors.email import EmailConnector, MailServer, Security
from notifier.connectors.reply_address import ReplyAddresses
from notifier.connectors.webhook import WebhookConnector
from notifier.connectors.zammad import ZammadConnector, ZammadSite
from notifier.handing_over import HandingOver
from notifier.inbound import Keys, inbound_operations


@dataclass(frozen=True, slots=True)
class Casework:
    """What the service needs of it."""

    operations: Sequence[Operation]
    loops: Mapping[str, Callable[[], Coroutine[None, None, None]]]
    """By name; none of them returns."""


def open_casework(settings: Settings, pool: Pool, clock: Clock, zone: Callable[[], ZoneInfo]) -> Casework:
    """Everything about cases that runs beside the conversation with families."""
    addresses = _addresses(settings)

    async def hand_over() -> None:
        # No cookies: what one department's system sets is none of another's.
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            await HandingOver(pool, _connectors(settings, session, addresses, zone), clock).run()

    async def keep_up() -> None:
        await Upkeep(pool, timedelta(days=settings.case_close_after_days)).run(clock)

    keys = Keys(
        mail=_bytes(settings.mail_in_key),
        zammad=_bytes(settings.zammad_webhook_key),
        webhook=_bytes(settings.case_webhook_key),
        addresses=addresses,
    )
    operations = inbound_operations(keys, CaseDesk(pool), clock)
    return Casework(operations, {"handing cases over": hand_over, "looking after cases": keep_up})


def _connectors(
    settings: Settings,
    session: aiohttp.ClientSession,
    addresses: ReplyAddresses | None,
    zone: Callable[[], ZoneInfo],
) -> Mapping[ConnectorKind, Connector]:
    """Those that the settings have whole; a department that wants another is told so on its cases."""
    ways: dict[ConnectorKind, Connector] = {}
    if settings.mail_host is not None and settings.mail_from is not None and addresses is not None:
        password = settings.mail_password
        server = MailServer(
            settings.mail_host,
            settings.mail_port,
            Security(settings.mail_security),
            settings.mail_username,
            None if password is None else password.reveal(),
        )
        ways[ConnectorKind.EMAIL] = EmailConnector(
            server, settings.mail_from, f"{settings.district_name} buses", addresses, zone
        )
    if settings.zammad_url is not None and settings.zammad_token is not None and settings.zammad_customer is not None:
        site = ZammadSite(settings.zammad_url, settings.zammad_token.reveal(), settings.zammad_customer)
        ways[ConnectorKind.ZAMMAD] = ZammadConnector(session, site, zone)
    if settings.case_webhook_url is not None and settings.case_webhook_key is not None:
        key = settings.case_webhook_key.reveal().encode()
        ways[ConnectorKind.WEBHOOK] = WebhookConnector(session, settings.case_webhook_url, key, zone)
    return ways


def _addresses(settings: Settings) -> ReplyAddresses | None:
    if settings.mail_from is None:
        return None
    return ReplyAddresses(settings.mail_from, installation_key(settings).reveal().encode())


def _bytes(secret: Secret | None) -> bytes | None:
    return None if secret is None else secret.reveal().encode()
