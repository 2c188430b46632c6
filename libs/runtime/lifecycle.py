"""Starting services in order, watching them, and stopping them without losing anything.

Each service has its own server thread and event loop: on one shared loop, nested calls between
services would use up the threads and hang.
"""

import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from importlib.metadata import version

import structlog

from libs.kernel.clock import Clock
from libs.kernel.errors import KringError
from libs.kernel.ids import Ids
from libs.kernel.metrics import ROLE
from libs.kernel.seal import ReaderSeal
from libs.ports.bus import Bus
from libs.ports.index import Index
from libs.ports.telemetry import Telemetry
from libs.runtime.api import build_app
from libs.runtime.cleaning import Cleaner
from libs.runtime.consumer import Consumer, group_of
from libs.runtime.gauges import Gauges
from libs.runtime.health import Health
from libs.runtime.housekeeping import Housekeeping
from libs.runtime.probes import ProbeServer, build_probes
from libs.runtime.relay import Relay
from libs.runtime.running import Running
from libs.runtime.server import address_of, listen, server_of
from libs.runtime.service import Build, Ports
from libs.runtime.settings import Settings
from libs.runtime.settling import SETTLE_SECONDS, was_quiet
from libs.runtime.wiring import Wiring

ROLES = ("api", "consumer", "worker", "beat")
LEAST_SECONDS = 1.0
"""What every step of stopping gets, however long the steps before it took."""

log = structlog.get_logger()


def builder(name: str) -> Build:
    """Return the ``build`` function of a service; raises ``ModuleNotFoundError`` for no service."""
    return import_module(f"services.{name}.service").build  # type: ignore[no-any-return]


class Process:
    """The services of one process, from start to drain."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        ids: Ids,
        builder: Callable[[str], Build] = builder,
    ) -> None:
        """Take settings whose secrets are set, and what finds a service by its name."""
        self.settings = settings
        self._clock = clock
        self._ids = ids
        self._builder = builder
        self._wiring = Wiring(settings, clock=clock, ids=ids)
        self._telemetry: Telemetry = self._wiring.telemetry()
        self._bus: Bus = self._wiring.bus()
        self._stopping = threading.Event()
        self._relays_may_end = threading.Event()
        self.running: dict[str, Running] = {}
        self.health = Health(self.running, clock)
        self._probes: ProbeServer | None = None
        self._gauges: threading.Thread | None = None

    def start(
        self, names: Sequence[str], roles: Sequence[str] = ROLES, *, is_alone: bool = False
    ) -> None:
        """Build every service, then let its roles run; returns when all answer.

        A service may call those that stand before it. Where nobody else runs, a service with empty
        indexes reads the log from its start: they were lost, or are new with another encoder.
        Raises ``SettingsError`` when one cannot listen; ``stop`` is called then, too. The probes
        answer from the beginning: alive, and not ready before all is.
        """
        probes = ProbeServer(self.settings, build_probes(self.health, self._telemetry))
        probes.start()
        self._probes = probes
        self.build(names)
        for running in self.running.values():
            if is_alone and running.lacks_documents:
                self._empty(running)
        for running in self.running.values():
            if "consumer" in roles:
                self._start_log(running)
            if {"worker", "beat"} & set(roles):
                self._start_tasks(running, roles)
        self._start_gauges(roles)
        if "consumer" in roles:
            self._start_housekeeping()
        if "api" in roles:
            for running in self.running.values():
                self._start_server(running)
            self._await_servers()
        self.health.started()

    def build(self, names: Sequence[str]) -> None:
        """Build those services that are not built yet; nothing of them runs before ``start``."""
        self._wiring.vault()  # a wrong key is told before anything starts
        for name in names:
            if name not in self.running:
                self.running[name] = self._build(name)

    def empty(self, name: str) -> bool:
        """Empty a service's projections, to be filled from the log; False if it has none.

        The group's place in the log goes first: after a crash in between, what comes again is
        ignored as old, and the command can simply be repeated.
        """
        running = self._build(name)
        if not running.service.on_clear:
            return False
        self._empty(running)
        return True

    def _empty(self, running: Running) -> None:
        name = running.service.name
        self._bus.forget(group_of(name))
        with running.database.write() as work:
            work.forget(name)
            for clear in running.service.on_clear:
                clear(work)

    def settle(self) -> None:
        """Return when everything committed is published and every consumer has taken it."""
        while not was_quiet(list(self.running.values()), self._clock):
            pass

    def stop(self) -> None:
        """Stop listening, finish what runs, publish what is committed, and close everything."""
        self._stopping.set()
        self.health.stopping()
        deadline = self._clock.monotonic() + self.settings.drain_seconds
        for running in reversed(self.running.values()):
            if running.server is not None:
                running.server.should_exit = True
                self._join("api", [running], deadline)
        for running in self.running.values():
            running.ports.tasks.close(timeout_seconds=self._left(deadline))
        for part in ("consumer", "cleaner"):
            self._join(part, self.running.values(), deadline)
        self._relays_may_end.set()  # last: all the others write rows
        self._join("relay", self.running.values(), deadline)
        if self._gauges is not None:
            self._gauges.join(self._left(deadline))
        self._wiring.close()
        if self._probes is not None:  # until now they told that this stops
            self._probes.stop(timeout_seconds=self._left(deadline))

    def address(self) -> str:
        """Return where the gateway listens."""
        return self.running["gateway"].address

    def probes(self) -> str:
        """Return where this process answers to operators; nowhere before it was started."""
        return "" if self._probes is None else self._probes.address

    def _build(self, name: str) -> Running:
        database = self._wiring.database(name)
        indexes: list[Index] = []

        def open_index(index: str) -> Index:
            indexes.append(self._wiring.index(name, index))
            return indexes[-1]

        ports = Ports(
            settings=self.settings,
            clock=self._clock,
            ids=self._ids,
            database=database,
            open_index=open_index,
            encoder=self._wiring.encoder,
            vault=self._wiring.vault,
            tasks=self._wiring.tasks(name, self._telemetry),
            cache=self._wiring.cache(),
            limiter=self._wiring.limiter(),
            mailer=self._wiring.mailer(),
            peers=self._wiring.peers(),
            telemetry=self._telemetry,
        )
        service = self._builder(name)(ports)
        return Running(service=service, ports=ports, database=database, indexes=indexes)

    def _start_log(self, running: Running) -> None:
        name, database = running.service.name, running.database
        relay = Relay(name, database=database, bus=self._bus, telemetry=self._telemetry)
        running.relay = relay
        self._thread(running, "relay", lambda: relay.run(self._relays_may_end))
        cleaner = Cleaner(name, database=database, indexes=running.indexes, clock=self._clock)
        self._thread(running, "cleaner", lambda: cleaner.run(self._stopping))
        if running.service.handlers:
            consumer = Consumer(
                name,
                running.service.handlers,
                bus=self._bus,
                database=database,
                telemetry=self._telemetry,
                sealer=self._wiring.sealer(),
            )
            running.consumer = consumer
            self._thread(running, "consumer", lambda: consumer.run(self._stopping))

    @staticmethod
    def _start_tasks(running: Running, roles: Sequence[str]) -> None:
        tasks, running.has_tasks = running.ports.tasks, True
        for task, seconds in running.service.periodic.items():
            tasks.every(seconds, task)
        if "worker" in roles:
            tasks.start()
        if "beat" in roles:
            tasks.keep_time()

    def _start_gauges(self, roles: Sequence[str]) -> None:
        for name in self.running:
            for role in roles:
                self._telemetry.gauge(ROLE, 1, service=name, role=role, version=version("kring"))
        gauges = Gauges(
            self.running, health=self.health, clock=self._clock, telemetry=self._telemetry
        )
        self._gauges = threading.Thread(
            target=gauges.run, args=[self._stopping], name="gauges", daemon=True
        )
        self._gauges.start()

    def _start_housekeeping(self) -> None:
        databases = [running.database for running in self.running.values()]
        keeper = Housekeeping(bus=self._bus, databases=databases, clock=self._clock)
        threading.Thread(
            target=keeper.run, args=[self._stopping], name="housekeeping", daemon=True
        ).start()

    def _start_server(self, running: Running) -> None:
        secret = self.settings.secret.get_secret_value().encode()
        app = build_app(
            running.service,
            seal=ReaderSeal(secret, lambda: self._clock.now().timestamp()),
            telemetry=self._telemetry,
        )
        listening = listen(self.settings, running.service.name)
        if listening.family != socket.AF_UNIX:
            running.address = address_of(listening)
        server = server_of(app, drain_seconds=self.settings.drain_seconds / 2)
        running.server = server

        def answer() -> None:
            with listening:  # a server that fails to start leaves it open
                server.run(sockets=[listening])

        self._thread(running, "api", answer)

    def _await_servers(self) -> None:
        for name, running in self.running.items():
            while running.server is not None and not running.server.started:
                if not running.threads["api"].is_alive():
                    raise KringError(f"{name} could not start its server: the log tells why.")
                self._clock.sleep(SETTLE_SECONDS)

    def _thread(self, running: Running, part: str, loop: Callable[[], None]) -> None:
        name = f"{running.service.name} {part}"

        def logged() -> None:
            try:
                loop()
            except (Exception, SystemExit):  # SystemExit is how uvicorn says that it cannot start
                log.exception("thread ended", thread=name)

        thread = threading.Thread(target=logged, name=name, daemon=True)
        running.threads[part] = thread
        thread.start()

    def _join(self, part: str, services: Iterable[Running], deadline: float) -> None:
        for running in services:
            if part in running.threads:
                running.threads[part].join(self._left(deadline))

    def _left(self, deadline: float) -> float:
        return max(LEAST_SECONDS, deadline - self._clock.monotonic())
