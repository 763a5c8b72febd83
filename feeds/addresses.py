"""Which web addresses a feed may be asked at: https, no password, and nothing of our own network unless allowed.

A feed's address is typed by staff, and its name is answered by somebody else's name server. Either could point at
the inside: the database's host, a cloud's metadata service at 169.254.169.254.
"""

import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

_INNER_WORDS = "The address lies inside our own network, which must be allowed by name."
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 behind an IPv6 gateway (RFC 6052)."""


def address_refusal(url: str, *, allow_http: bool, allow_private: bool) -> str | None:
    """What is wrong with an address before anything is asked of it, as a sentence; None where nothing is."""
    try:
        parsed = URL(url)
        host = parsed.host
    except ValueError:
        return "The address is not a web address (https://...)."
    if not host or parsed.scheme not in ("http", "https"):
        return "The address is not a web address (https://...)."
    if parsed.scheme == "http" and not allow_http:
        return "The address is not https; plain http must be allowed by name."
    if parsed.user is not None or parsed.password is not None:
        return "The address holds a name or password; give it as a header instead."
    # aiohttp asks no resolver about an address written in numbers, so those are judged here.
    if not allow_private and is_inner(host):
        return _INNER_WORDS
    return None


class InnerAddressError(OSError):
    """A name that leads only to addresses of the inner network. An OSError, as aiohttp expects of a resolver."""


class OuterResolver(AbstractResolver):
    """Resolves names to addresses of the open internet only, and hands those very addresses to the connection."""

    def __init__(self) -> None:
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        outer = [entry for entry in found if not is_inner(entry["host"])]
        if found and not outer:
            raise InnerAddressError(_INNER_WORDS)
        return outer

    async def close(self) -> None:
        await self._resolver.close()


def is_inner(host: str) -> bool:
    """True for a numeric address that is not of the open internet, however it is dressed up; False for a name."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        dressed = address.ipv4_mapped or address.sixtofour
        if dressed is None and address in _NAT64:
            dressed = ipaddress.IPv4Address(address.packed[-4:])
        if dressed is not None:
            address = dressed
    return not address.is_global or address.is_multicast
