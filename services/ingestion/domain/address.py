"""Addresses that Kring may call for somebody: on the public network, and nowhere inside."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from libs.kernel.errors import SettingsError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

MOST_URL = 2000
_PORTS = {"https": 443, "http": 80}
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
_PATH = re.compile(r"[\x21-\x7e]*")
_NOT_CALLED = (
    ipaddress.ip_network("192.0.0.0/24"),  # RFC 6890: protocols, and metadata of one provider
    ipaddress.ip_network("64:ff9b::/96"),  # RFC 6052: an IPv4 address inside
    ipaddress.ip_network("64:ff9b:1::/48"),
    ipaddress.ip_network("2002::/16"),  # 6to4
    ipaddress.ip_network("2001::/32"),  # Teredo
)


class UnfitAddressError(ValueError):
    """An address that is not called; the message ends the sentence "This address …"."""


@dataclass(frozen=True, slots=True)
class Target:
    """What an address says, in one form."""

    scheme: str
    host: str
    """In lower case; an IPv6 address without brackets."""
    port: int
    path: str
    """With the query; begins with a slash."""

    @property
    def name(self) -> str:
        """Return the host as a header names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def read(url: str, *, inside: bool = False) -> Target:
    """Return what a URL names, without looking anything up.

    ``inside`` lets plain HTTP, every port and plain names through: for networks that the operator
    opened. Raises ``UnfitAddressError``.
    """
    if len(url) > MOST_URL or not _PATH.fullmatch(url) or "\\" in url:
        raise UnfitAddressError(f"must be at most {MOST_URL} plain characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UnfitAddressError("must be a web address") from error
    if parts.scheme != "https" and not (inside and parts.scheme == "http"):
        raise UnfitAddressError("must begin with https://")
    if "@" in parts.netloc or parts.fragment:
        raise UnfitAddressError("must hold no password and no fragment")
    host = (parts.hostname or "").lower()
    if not (_HOST.fullmatch(host) or _is_literal(host) or (inside and host.isalnum())):
        raise UnfitAddressError("must name a host of the public network")
    if not inside and port not in {None, _PORTS[parts.scheme]}:
        raise UnfitAddressError("must use the usual port, 443")
    path = parts.path or "/"
    return Target(
        parts.scheme,
        host,
        port or _PORTS[parts.scheme],
        f"{path}?{parts.query}" if parts.query else path,
    )


def networks(text: str) -> tuple[Network, ...]:
    """Return the networks that a setting names, separated by commas; raises ``SettingsError``."""
    try:
        return tuple(ipaddress.ip_network(name.strip()) for name in text.split(",") if name.strip())
    except ValueError as error:
        raise SettingsError(
            f"KRING_WEBHOOK_NETWORKS names networks such as 10.1.0.0/16, by commas: {error}."
        ) from error


def may_call(ip: Ip, opened: Sequence[Network]) -> bool:
    """Tell whether an address may be called: on the public network, or in one that was opened.

    An IPv4 address inside an IPv6 one counts as itself.
    """
    plain = ip.ipv4_mapped or ip if isinstance(ip, ipaddress.IPv6Address) else ip
    if any(plain in network for network in opened if network.version == plain.version):
        return True
    if plain.is_multicast or not plain.is_global:
        return False
    return not any(plain in network for network in _NOT_CALLED if plain.version == network.version)


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host
