"""Rate limits: how much, and whose account a request is counted on."""

import ipaddress
from dataclasses import dataclass

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Quota:
    """So many requests in so many seconds."""

    hits: int
    seconds: int


READS = Quota(600, 60)
WRITES = Quota(120, 60)
OPERATOR = Quota(30_000, 60)
"""The operator imports whole networks; the limit only stops a loop gone wild."""
LINKS = Quota(5, 15 * 60)


def quota_of(method: str, *, is_operator: bool) -> tuple[str, Quota]:
    """Return the name and the size of the limit that a request falls under."""
    if is_operator:
        return "operator", OPERATOR
    return ("read", READS) if method in SAFE_METHODS else ("write", WRITES)


def network_of(address: str) -> str:
    """Return what one subscriber holds: an IPv4 address, or the /64 around an IPv6 address.

    Anything that is no address, such as the peer of a Unix socket, is one network of its own.
    """
    try:
        parsed = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return "local"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def client_address(peer: str, forwarded: str, *, proxies: int) -> str:
    """Return the address of the client behind so many proxies of our own.

    Each proxy appends the address it was called from to ``X-Forwarded-For``, so only the last
    ``proxies`` entries are true; whatever stands before them was written by the client.
    """
    if not proxies:
        return peer
    entries = [entry.strip() for entry in forwarded.split(",") if entry.strip()]
    return entries[max(0, len(entries) - proxies)] if entries else peer
