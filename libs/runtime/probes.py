"""What operators ask of a process, on a port of its own: does it live, is it ready, what it counts.

Every process has this port, whatever its roles; it stays open until the process has drained. It is
not for people: metrics and the names of parts are nothing for the address the gateway publishes.
"""

import threading
from collections.abc import Callable

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from libs.kernel.errors import KringError
from libs.ports.telemetry import Telemetry
from libs.runtime.health import Health
from libs.runtime.server import address_of, bind_port, server_of
from libs.runtime.settings import Settings
from libs.web.bodies import json_response

START_SECONDS = 0.01
"""How long to wait before looking again whether the server has started."""
_METRICS = "text/plain; version=0.0.4; charset=utf-8"

log = structlog.get_logger()


def build_probes(health: Health, telemetry: Telemetry) -> Starlette:
    """Return the app with ``/livez``, ``/readyz`` and ``/metrics``, and nothing else."""

    def metrics(_request: Request) -> Response:
        return Response(telemetry.exposition(), media_type=_METRICS)

    return Starlette(
        routes=[
            Route("/livez", _probe(health.stalled)),
            Route("/readyz", _probe(health.wrong)),
            Route("/metrics", metrics),
        ]
    )


def _probe(look: Callable[[], dict[str, str]]) -> Callable[[Request], Response]:
    def answer(_request: Request) -> Response:
        wrong = look()
        return json_response({"ok": not wrong, "wrong": wrong}, 503 if wrong else 200)

    return answer


class ProbeServer:
    """Serves the probes from a thread of its own."""

    def __init__(self, settings: Settings, app: Starlette) -> None:
        """Bind the port; raises ``SettingsError`` when somebody else is there."""
        self._listening = bind_port(
            settings.probe_host, settings.probe_port, "KRING_PROBE_HOST, KRING_PROBE_PORT"
        )
        self.address = address_of(self._listening)
        """Where this machine reaches it."""
        self._server: uvicorn.Server = server_of(app, drain_seconds=1)
        self._thread = threading.Thread(target=self._run, name="probes", daemon=True)

    def start(self) -> None:
        """Begin to answer; returns when it does."""
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise KringError("The probes could not be served: the log tells why.")
            self._thread.join(START_SECONDS)

    def stop(self, *, timeout_seconds: float) -> None:
        """Close the port."""
        self._server.should_exit = True
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        with self._listening:
            try:
                self._server.run(sockets=[self._listening])
            except (Exception, SystemExit):  # SystemExit is how uvicorn says that it cannot start
                log.exception("the probes ended")
