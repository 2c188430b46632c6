"""The other services by HTTP, over Unix sockets or TCP."""

import threading
from collections.abc import Mapping

import httpx2
from typing_extensions import override

from libs.kernel import trace
from libs.kernel.errors import UnavailableError
from libs.ports.peers import Peers, Reply

_LIMITS = httpx2.Limits(
    max_connections=40,
    max_keepalive_connections=20,
    keepalive_expiry=2.0,  # below uvicorn's 5 s, so that no request meets a connection just closed
)


class HttpPeers(Peers):
    """One pool of connections per service; no cookies, no redirects, no proxy of the environment.

    The address is a template with ``{service}`` in it: ``unix:///…/{service}.sock``, or
    ``http://{service}:8080``.
    """

    def __init__(self, template: str, *, timeout_seconds: float = 60.0) -> None:
        """Take the template, and how long to wait for each step of an answer."""
        self._template = template
        self._timeout = httpx2.Timeout(timeout_seconds, connect=min(3.0, timeout_seconds))
        self._pools: dict[str, tuple[httpx2.URL, httpx2.HTTPTransport]] = {}
        self._lock = threading.Lock()

    @override
    def call(
        self,
        service: str,
        method: str,
        path: str,
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Reply:
        """Send path and query byte for byte and return the body as it came, not decoded."""
        base, transport = self._pool(service)
        target = f"{path}?{query}" if query else path
        along = trace.traceparent()
        if along:
            headers = {**(headers or {}), trace.HEADER: along}
        request = httpx2.Request(
            method,
            base,
            headers=headers,
            content=body or None,
            # as the target itself: an URL would resolve `..` behind the back of whoever checked it
            extensions={"timeout": self._timeout.as_dict(), "target": target.encode()},
        )
        try:
            response = transport.handle_request(request)
            try:
                content = b"".join(response.iter_raw())
            finally:
                response.close()
        except httpx2.TransportError as error:
            raise UnavailableError(f"The service {service} does not answer now.") from error
        return Reply(response.status_code, dict(response.headers), content)

    @override
    def close(self) -> None:
        """Close all connections. Closing twice is harmless."""
        with self._lock:
            for _, transport in self._pools.values():
                transport.close()
            self._pools.clear()

    def _pool(self, service: str) -> tuple[httpx2.URL, httpx2.HTTPTransport]:
        with self._lock:
            if service not in self._pools:
                self._pools[service] = _open(self._template.replace("{service}", service), service)
            return self._pools[service]


def _open(address: str, service: str) -> tuple[httpx2.URL, httpx2.HTTPTransport]:
    scheme, _, socket = address.partition("://")
    if scheme == "unix":
        transport = httpx2.HTTPTransport(uds=socket, limits=_LIMITS, trust_env=False)
        return httpx2.URL(f"http://{service}/"), transport
    transport = httpx2.HTTPTransport(limits=_LIMITS, trust_env=False)
    return httpx2.URL(address), transport


def open_peers(template: str) -> HttpPeers:
    """Return the way to the services at a template."""
    return HttpPeers(template)
