"""Cases, put together: the ways to departments, the doors their systems answer at, and the loops beside them."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import aiohttp

from busline.api.operation import Operation
from busline.app.mailing import mail_name, mail_server
from busline.cases.departments import ConnectorKind
from busline.cases.handling import CaseDesk
from busline.cases.parcel import Connector
from busline.cases.upkeep import Upkeep
from busline.check import Finding, Verdict
from busline.clock import Clock
from busline.environment import Secret
from busline.installation_key import installation_key
from busline.settings import Settings
from busline.store.pool import Pool
from notifier.connectors.email import EmailConnector
from notifier.connectors.reply_address import ReplyAddresses
from notifier.connectors.webhook import WebhookConnector
from notifier.connectors.zammad import ZammadConnector, ZammadSite
from notifier.handing_over import HandingOver
from notifier.inbound import Keys, inbound_operations
from notifier.mail_server import Security


@dataclass(frozen=True, slots=True)
class Casework:
    """What the service needs of it."""

    operations: Sequence[Operation]
    loops: Mapping[str, Callable[[], Coroutine[None, None, None]]]
    """By name; none of them returns."""


def open_casework(settings: Settings, pool: Pool, clock: Clock, zone: Callable[[], ZoneInfo]) -> Casework:
    """Everything about cases that runs beside the conversation with families."""
    addresses = _addresses(settings)

    async def hand_over(kind: ConnectorKind) -> None:
        # No cookies: what one department's system sets is none of another's.
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            connectors = _connectors(settings, session, addresses, zone)
            await HandingOver(pool, connectors, clock, kinds=(kind,)).run()

    async def keep_up() -> None:
        await Upkeep(pool, timedelta(days=settings.case_close_after_days)).run(clock)

    keys = Keys(
        mail=_bytes(settings.mail_in_key),
        zammad=_bytes(settings.zammad_webhook_key),
        webhook=_bytes(settings.case_webhook_key),
        addresses=addresses,
    )
    operations = inbound_operations(keys, CaseDesk(pool), clock)
    ways = [kind for kind in ConnectorKind if kind is not ConnectorKind.NONE]
    loops: dict[str, Callable[[], Coroutine[None, None, None]]] = {
        f"handing cases over by {kind}": partial(hand_over, kind) for kind in ways
    }
    return Casework(operations, loops | {"looking after cases": keep_up})


async def cases_probe(settings: Settings) -> Sequence[Finding]:
    """For `busline check`: whether what departments work with lets us in. Nothing is sent to anybody."""
    found: list[Finding] = []
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        mail = _mail(settings, _addresses(settings), lambda: ZoneInfo("UTC"))
        zammad = _zammad(settings, session, lambda: ZoneInfo("UTC"))
        if mail is not None:
            found.append(_finding("Mail about cases", await mail.trouble(), "Compare BUSLINE_MAIL_* with its manual."))
        if zammad is not None:
            found.append(_finding("Zammad", await zammad.trouble(), "Compare BUSLINE_ZAMMAD_* with its token page."))
    found += [_in_clear(name) for name in _unencrypted(settings)]
    if mail is not None and settings.mail_in_key is None:
        found.append(_one_way("Answers by mail", "BUSLINE_MAIL_IN_KEY"))
    if zammad is not None and settings.zammad_webhook_key is None:
        found.append(_one_way("Answers in Zammad", "BUSLINE_ZAMMAD_WEBHOOK_KEY"))
    return found


def _unencrypted(settings: Settings) -> Sequence[str]:
    """The settings by which families' words leave this machine for everybody on the way to read."""
    ways = {"BUSLINE_ZAMMAD_URL": settings.zammad_url, "BUSLINE_CASE_WEBHOOK_URL": settings.case_webhook_url}
    plain = {name: urlsplit(address) for name, address in ways.items() if address is not None}
    names = [name for name, parts in plain.items() if parts.scheme == "http" and not _is_here(parts.hostname or "")]
    if settings.mail_host is not None and settings.mail_security == Security.NONE and not _is_here(settings.mail_host):
        names.append("BUSLINE_MAIL_SECURITY")
    return names


def _is_here(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")


def _in_clear(name: str) -> Finding:
    says = f"By {name} phones, student numbers and what families write leave this machine unencrypted."
    remedy = "Use https, or starttls for mail. Where the way is private all along, as between containers, it may stay."
    return Finding("The way to departments", Verdict.WARNING, says, remedy)


def _finding(item: str, trouble: str | None, remedy: str) -> Finding:
    if trouble is None:
        return Finding(item, Verdict.OK, "It lets us in.")
    return Finding(item, Verdict.PROBLEM, f"{trouble} Cases wait here until it does.", remedy)


def _one_way(item: str, variable: str) -> Finding:
    says = "They are not taken in, so a family hears nothing of them."
    return Finding(item, Verdict.WARNING, says, f"Set {variable}; docs/cases.md says how it is used.")


def _connectors(
    settings: Settings,
    session: aiohttp.ClientSession,
    addresses: ReplyAddresses | None,
    zone: Callable[[], ZoneInfo],
) -> Mapping[ConnectorKind, Connector]:
    """Those that the settings have whole; a department that wants another is told so on its cases."""
    ways: dict[ConnectorKind, Connector] = {}
    if (mail := _mail(settings, addresses, zone)) is not None:
        ways[ConnectorKind.EMAIL] = mail
    if (zammad := _zammad(settings, session, zone)) is not None:
        ways[ConnectorKind.ZAMMAD] = zammad
    if settings.case_webhook_url is not None and settings.case_webhook_key is not None:
        key = settings.case_webhook_key.reveal().encode()
        ways[ConnectorKind.WEBHOOK] = WebhookConnector(session, settings.case_webhook_url, key, zone)
    return ways


def _mail(settings: Settings, addresses: ReplyAddresses | None, zone: Callable[[], ZoneInfo]) -> EmailConnector | None:
    server = mail_server(settings)
    if server is None or settings.mail_from is None or addresses is None:
        return None
    return EmailConnector(server, settings.mail_from, mail_name(settings), addresses, zone)


def _zammad(settings: Settings, session: aiohttp.ClientSession, zone: Callable[[], ZoneInfo]) -> ZammadConnector | None:
    if settings.zammad_url is None or settings.zammad_token is None or settings.zammad_customer is None:
        return None
    site = ZammadSite(settings.zammad_url, settings.zammad_token.reveal(), settings.zammad_customer)
    return ZammadConnector(session, site, zone)


def _addresses(settings: Settings) -> ReplyAddresses | None:
    if settings.mail_from is None:
        return None
    return ReplyAddresses(settings.mail_from, installation_key(settings).reveal().encode())


def _bytes(secret: Secret | None) -> bytes | None:
    return None if secret is None else secret.reveal().encode()
