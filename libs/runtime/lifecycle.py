"""Starting services in order, watching them, and stopping them without losing anything.

Each service has its own server thread and event loop: on one shared loop, nested calls between
services would use up the threads and hang.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module

import structlog
import uvicorn
from fastapi import FastAPI

from libs.kernel.clock import Clock
from libs.kernel.ids import Ids
from libs.kernel.seal import ReaderSeal
from libs.ports.bus import Bus
from libs.ports.database import Database
from libs.ports.telemetry import Telemetry
from libs.runtime.api import build_app
from libs.runtime.consumer import Consumer, group_of
from libs.runtime.relay import Relay
from libs.runtime.service import Build, Ports, Service
from libs.runtime.settings import Settings
from libs.runtime.wiring import Wiring, path_of, scheme

ROLES = ("api", "consumer", "worker")
STALLED_SECONDS = 60.0
SETTLE_SECONDS = 0.05
SETTLED_TURNS = 2

log = structlog.get_logger()


@dataclass
class Running:
    """One service as it runs in this process."""

    service: Service
    ports: Ports
    database: Database
    consumer: Consumer | None = None
    relay: Relay | None = None
    server: uvicorn.Server | None = None
    threads: list[threading.Thread] = field(default_factory=list)


class Process:
    """The services of one process, from start to drain."""

    def __init__(self, settings: Settings, *, clock: Clock, ids: Ids) -> None:
        """Take settings whose secrets are set."""
        self.settings = settings
        self._clock = clock
        self._ids = ids
        self._wiring = Wiring(settings, clock=clock, ids=ids)
        self._telemetry: Telemetry = self._wiring.telemetry()
        self._bus: Bus = self._wiring.bus()
        self._stop = threading.Event()
        self._last_turn: dict[str, tuple[int, float]] = {}
        self.running: dict[str, Running] = {}

    def start(self, names: Sequence[str], roles: Sequence[str] = ROLES) -> None:
        """Build every service, then let its roles run; returns when all answer."""
        for name in names:
            self.running[name] = self._build(name, roles)
        if "consumer" in roles:
            for running in self.running.values():
                self._start_log(running)
        if "worker" in roles:
            for running in self.running.values():
                for task, seconds in running.service.periodic.items():
                    running.ports.tasks.every(seconds, task)
                running.ports.tasks.start()
        if "api" in roles:
            for running in self.running.values():
                self._start_server(running)
            self._await_servers()

    def empty(self, name: str) -> bool:
        """Empty a service's projections, to be filled from the log; False if it has none.

        The group's place in the log goes first: after a crash in between, what comes again is
        ignored as old, and the command can simply be repeated.
        """
        running = self._build(name, ())
        if not running.service.on_clear:
            return False
        self._bus.forget(group_of(name))
        with running.database.write() as work:
            work.forget(name)
            for clear in running.service.on_clear:
                clear(work)
        return True

    def wrong(self) -> dict[str, str]:
        """Return what keeps the process from being ready, by part."""
        found: dict[str, str] = {}
        for name, running in self.running.items():
            if not running.database.is_ready():
                found[f"{name} database"] = "does not answer"
            if running.consumer is not None and running.consumer.halted:
                found[f"{name} consumer"] = running.consumer.halted
        return found

    def settle(self) -> None:
        """Return when everything committed is published and every consumer has taken it."""
        while any(each.database.outbox().oldest_seconds() for each in self.running.values()):
            self._clock.sleep(SETTLE_SECONDS)
        consumers = [each.consumer for each in self.running.values() if each.consumer]
        seen = {id(consumer): consumer.turns for consumer in consumers}
        while any(
            consumer.idle_turns < SETTLED_TURNS
            or consumer.turns < seen[id(consumer)] + SETTLED_TURNS
            for consumer in consumers
        ):
            self._clock.sleep(SETTLE_SECONDS)

    def stalled(self) -> dict[str, str]:
        """Return which consumer loops have not turned lately: what liveness means."""
        found: dict[str, str] = {}
        now = self._clock.monotonic()
        for name, running in self.running.items():
            if running.consumer is None or running.consumer.halted:
                continue
            turns, since = self._last_turn.get(name, (-1, now))
            if running.consumer.turns != turns:
                self._last_turn[name] = (running.consumer.turns, now)
            elif now - since > STALLED_SECONDS:
                found[f"{name} consumer"] = f"no turn for {now - since:.0f} s"
        return found

    def stop(self) -> None:
        """Stop listening, finish what runs, publish what is committed, and close everything."""
        for running in self.running.values():
            if running.server is not None:
                running.server.should_exit = True
        for running in self.running.values():
            running.ports.tasks.close(timeout_seconds=self.settings.drain_seconds / 2)
        self._stop.set()
        deadline = self._clock.monotonic() + self.settings.drain_seconds
        for running in self.running.values():
            for thread in running.threads:
                thread.join(max(0.1, deadline - self._clock.monotonic()))
        self._wiring.close()

    def address(self) -> str:
        """Return where the gateway listens."""
        server = self.running["gateway"].server
        if server is None:
            return ""
        host, port = server.servers[0].sockets[0].getsockname()[:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def _build(self, name: str, roles: Sequence[str]) -> Running:
        database = self._wiring.database(name)
        ports = Ports(
            settings=self.settings,
            clock=self._clock,
            ids=self._ids,
            database=database,
            open_index=lambda index: self._wiring.index(name, index),
            encoder=self._wiring.encoder,
            tasks=self._wiring.tasks(name, self._telemetry),
            cache=self._wiring.cache(),
            limiter=self._wiring.limiter(),
            mailer=self._wiring.mailer(),
            peers=self._wiring.peers(),
            telemetry=self._telemetry,
        )
        service = builder(name)(ports)
        running = Running(service=service, ports=ports, database=database)
        if "consumer" in roles:
            running.relay = Relay(name, database=database, bus=self._bus, telemetry=self._telemetry)
            if service.handlers:
                running.consumer = Consumer(
                    name,
                    service.handlers,
                    bus=self._bus,
                    database=database,
                    telemetry=self._telemetry,
                )
        return running

    def _start_log(self, running: Running) -> None:
        loops: Mapping[str, Callable[[threading.Event], None] | None] = {
            "relay": running.relay.run if running.relay else None,
            "consumer": running.consumer.run if running.consumer else None,
        }
        for role, loop in loops.items():
            if loop is not None:
                self._thread(running, role, loop, self._stop)

    def _start_server(self, running: Running) -> None:
        app = build_app(
            running.service,
            seal=ReaderSeal(
                self.settings.secret.get_secret_value().encode(),
                lambda: self._clock.now().timestamp(),
            ),
            telemetry=self._telemetry,
            alive=self.stalled,
            ready=self.wrong,
        )
        running.server = uvicorn.Server(self._listen(running.service.name, app))
        self._thread(running, "api", running.server.run)

    def _listen(self, name: str, app: FastAPI) -> uvicorn.Config:
        """Return where a service listens: the gateway for people, the others for their peers."""
        where: dict[str, object] = {"host": self.settings.host, "port": self.settings.port}
        if name != "gateway":
            url = self.settings.url(self.settings.peers, name)
            if scheme(url) == "unix":
                path = path_of(url)
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                where = {"uds": str(path)}
        return uvicorn.Config(
            app,
            **where,  # type: ignore[arg-type]  # host and port, or uds
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=int(self.settings.drain_seconds / 2) or 1,
        )

    def _thread(
        self, running: Running, role: str, target: Callable[..., None], *arguments: object
    ) -> None:
        name = f"{running.service.name}-{role}"
        thread = threading.Thread(target=target, args=arguments, name=name, daemon=True)
        thread.start()
        running.threads.append(thread)

    def _await_servers(self) -> None:
        for running in self.running.values():
            server, thread = running.server, running.threads[-1]
            while server is not None and not server.started:
                if not thread.is_alive():
                    raise RuntimeError(
                        f"{running.service.name} could not listen: see the log above"
                    )
                self._clock.sleep(0.01)


def builder(name: str) -> Build:
    """Return the ``build`` function of a service; raises ``ModuleNotFoundError`` for no service."""
    return import_module(f"services.{name}.service").build  # type: ignore[no-any-return]
