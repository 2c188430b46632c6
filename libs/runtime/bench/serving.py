"""P10, P11: cached recommendations and lists over HTTP, against a route that does nothing else."""

import http.client
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from typing_extensions import override

from libs.kernel.clock import SystemClock
from libs.kernel.errors import KringError
from libs.kernel.policy import Reader, Role
from libs.kernel.seal import HEADER, ReaderSeal
from libs.kernel.urls import path_of
from libs.runtime.bench.installation import Installation, wait_until
from libs.runtime.bench.network import Network, Size
from libs.runtime.bench.rounds import Pair, interleaved, rate
from libs.runtime.cli.importing import import_records

LEAST_RATIO = 0.6
_SLATES_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Load:
    """How large a network, and how often each route is asked in a round."""

    network: Size
    requests: int


@dataclass(frozen=True, slots=True)
class Route:
    """What is asked: a path, and the service that owns it."""

    goal: str
    what: str
    service: str
    path: str


FULL = Load(Size(members=200, stories=200), requests=100)
QUICK = Load(Size(members=20, stories=20), requests=5)
"""Enough to see that it works; the figures say nothing."""


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("kring")
        self._path = path

    @override
    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self._path))


def measure(kring: Installation, load: Load) -> list[Pair]:
    """Load a network into an installation and return a ratio per route and way to it."""
    member = _fill(kring, load.network)
    routes = (
        Route("P10", "recommendations", "matchmaking", f"/v1/recommendations?member={member}"),
        Route("P11", "list of stories", "ingestion", "/v1/stories?limit=20"),
        Route("P11", "list of members", "ingestion", "/v1/members?limit=20"),
    )
    return [pair for route in routes for pair in _pairs(kring, route, load.requests)]


def _fill(kring: Installation, size: Size) -> str:
    """Import an invented network; return a member who has recommendations."""
    client, network = kring.client(), Network(size, 1)
    import_records(client, "programmes", enumerate(network.programmes()))
    import_records(client, "members", enumerate(network.members()))
    import_records(client, "stories", enumerate(network.stories()))
    members = [str(each["id"]) for each in client.get("/v1/members", {"limit": 20})["members"]]

    def has_slate() -> bool:
        members.append(members.pop(0))  # the next one each time: some fit nobody
        return bool(client.get("/v1/recommendations", {"member": members[-1]})["recommendations"])

    wait_until(has_slate, _SLATES_SECONDS)
    kring.settle(_SLATES_SECONDS)  # until then answers change all the time and are made anew
    wait_until(has_slate, _SLATES_SECONDS)
    return members[-1]


def _pairs(kring: Installation, route: Route, requests: int) -> Iterator[Pair]:
    """Yield the route through the gateway, as promised, and by itself, to see where time goes."""
    key = {"authorization": f"Bearer {kring.settings.operator_key.get_secret_value()}"}
    sealed = {HEADER: _seal(kring)}
    address = urlsplit(kring.client().url)
    gateway = http.client.HTTPConnection(address.hostname or "", address.port)
    direct = _UnixConnection(path_of(kring.settings.url(kring.settings.peers, route.service)))
    with closing(gateway), closing(direct):
        content = _fetch(gateway, route.path, key)
        with _bare(content) as bare:
            sides = interleaved(
                {
                    "gateway": _rate(partial(_fetch, gateway, route.path, key), gateway, requests),
                    "direct": _rate(partial(_fetch, direct, route.path, sealed), direct, requests),
                    "bare": _rate(partial(_fetch, bare, "/", {}), bare, requests),
                }
            )
    for way, where in (("direct", "at the service itself"), ("gateway", "through the gateway")):
        yield Pair(
            goal=route.goal,
            what=f"{route.what}, {where}",
            unit="requests/s",
            against="bare FastAPI + orjson",
            ours=sides[way],
            theirs=sides["bare"],
            least=LEAST_RATIO,
            note=f"{len(content):,} bytes, one client",
        )


def _seal(kring: Installation) -> str:
    """Return a sealed operator for the time of one measurement."""
    secret = kring.settings.secret.get_secret_value().encode()
    seal = ReaderSeal(secret, lambda: SystemClock().now().timestamp(), seconds=600.0)
    return seal.close(Reader("", Role.OPERATOR))


def _rate(
    fetch: Callable[[], bytes], connection: http.client.HTTPConnection, requests: int
) -> Callable[[], float]:
    def many() -> None:
        for _ in range(requests):
            fetch()

    def measured() -> float:
        connection.close()  # the server may have, while the others had their turn
        fetch()
        return rate(many, requests)

    return measured


def _fetch(connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str]) -> bytes:
    connection.request("GET", path, headers=dict(headers))
    response = connection.getresponse()
    content = response.read()
    if response.status != http.client.OK:
        raise KringError(f"{path}: {response.status} {content[:200]!r}")
    return content


@contextmanager
def _bare(content: bytes) -> Iterator[http.client.HTTPConnection]:
    """Give a connection to a bare server of the same content."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(content)
        file.flush()
        command = [sys.executable, "-m", "libs.runtime.bench.bare", file.name]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # our own program
            if process.stdout is None:
                raise KringError("the bare server has no output")
            port = int(process.stdout.readline())
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
                    _fetch(connection, "/", {})
                    yield connection
            finally:
                process.terminate()
