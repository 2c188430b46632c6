"""Calling the webhooks of programmes: to the address that was checked, and to no other."""

import ipaddress
import socket
from collections.abc import Callable, Mapping, Sequence

import httpx2
from typing_extensions import override

from libs.kernel.errors import RetryableError
from services.ingestion.domain.address import Ip, Network, Target, UnfitAddressError, may_call, read
from services.ingestion.ports.outgoing import Poster

TIMEOUT_SECONDS = 15.0

Resolve = Callable[[str, int], Sequence[Ip]]


def resolve(host: str, port: int) -> Sequence[Ip]:
    """Return every address of a host; raises ``OSError`` when it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(address[4][0]).partition("%")[0]) for address in found]


class HttpPoster(Poster):
    """Looks a host up once, checks every address it has, and connects to the one it checked."""

    def __init__(self, opened: Sequence[Network] = (), *, resolve: Resolve = resolve) -> None:
        """Take the networks inside that the operator opened, and what looks hosts up."""
        self._opened = opened
        self._resolve = resolve
        self._http = httpx2.Client(timeout=TIMEOUT_SECONDS, trust_env=False, follow_redirects=False)

    @override
    def check(self, url: str) -> None:
        read(url, inside=bool(self._opened))

    @override
    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        target = read(url, inside=bool(self._opened))
        ip = self._checked(target)
        host = f"[{ip}]" if ip.version == 6 else str(ip)  # noqa: PLR2004  # the protocol's own name
        try:
            with self._http.stream(
                "POST",
                f"{target.scheme}://{host}:{target.port}{target.path}",
                headers={**headers, "host": target.name},
                content=body,
                extensions={"sni_hostname": target.host},
            ) as response:
                return response.status_code  # the answer itself is not read
        except httpx2.HTTPError as error:
            raise RetryableError(f"{target.name} does not answer: {error}") from error

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _checked(self, target: Target) -> Ip:
        try:
            found = self._resolve(target.host, target.port)
        except OSError as error:
            raise RetryableError(f"{target.host} is not found: {error}") from error
        if not found or not all(may_call(ip, self._opened) for ip in found):
            raise UnfitAddressError("must name a host of the public network")
        return found[0]
