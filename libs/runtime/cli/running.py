"""``kring doctor``: whether what should run answers, and what each process says of itself."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import httpx2

from libs.kernel.errors import KringError, RetryableError
from libs.kernel.urls import scheme
from libs.ports.checkup import Checkup
from libs.runtime.cli.client import PROBES, Client
from libs.runtime.settings import Settings
from libs.runtime.wiring import Wiring

_SECONDS = 10.0
_FINE = 200
_GATEWAY = "gateway"


def running_checks(
    settings: Settings, wiring: Wiring, services: Sequence[str], *, is_running: bool
) -> list[Checkup]:
    """Return a check for each service, and for each process that runs on this data folder.

    Services that find one another by sockets on a folder need not run; those that are found by
    their names must.
    """
    are_apart = scheme(settings.url(settings.peers, _GATEWAY)) != "unix"
    if not (are_apart or is_running):
        return []
    asked = [name for name in services if are_apart or name != _GATEWAY]
    host = settings.public_host  # the only name to which the gateway answers
    headers = {_GATEWAY: {"host": host}} if host else {}
    checks = [
        Checkup(f"{name} api", partial(_answers, wiring, name, headers.get(name))) for name in asked
    ]
    if not are_apart and _GATEWAY in services:
        checks.append(Checkup(f"{_GATEWAY} api", partial(_gateway, settings)))
    return [*checks, *_processes(settings.data / PROBES)]


def _answers(wiring: Wiring, name: str, headers: Mapping[str, str] | None) -> str:
    reply = wiring.peers().call(name, "GET", "/openapi.json", headers=headers)
    if reply.status != _FINE:
        raise RetryableError(f"answers with {reply.status}: its log tells why.")
    return "answers"


def _gateway(settings: Settings) -> str:
    client = Client(settings)
    try:
        client.get("/openapi.json")
    finally:
        client.close()
    return f"answers at {client.url}"


def _processes(folder: Path) -> list[Checkup]:
    """Return the processes whose probes are found on this folder; those that are gone are not."""
    found = [(path.name, path.read_text(encoding="ascii")) for path in sorted(folder.glob("*"))]
    return [
        Checkup(f"process {pid}", look)
        for pid, address in found
        if (look := _probe(address)) is not None
    ]


def _probe(address: str) -> Callable[[], str] | None:
    try:
        answer = httpx2.get(f"{address}/readyz", timeout=_SECONDS)
    except (httpx2.TransportError, httpx2.InvalidURL):
        return None

    def look() -> str:
        wrong = answer.json()["wrong"]
        if wrong:
            raise KringError("; ".join(f"{part}: {why}" for part, why in wrong.items()))
        return f"is ready; metrics at {address}/metrics"

    return look
