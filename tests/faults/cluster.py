"""Kring over real servers, a process for each service: each may be killed, stopped, started."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from faults.serving import Log, OverServers
from harness.installation import START_SECONDS
from harness.split import SERVICES, Servers, SplitKring
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError
from typing_extensions import override

from libs.contracts.brokers import parse
from libs.runtime.consumer import group_of

LOOK_AGAIN_SECONDS = 0.1
ROLES = ("api", "consumer", "worker", "beat")


class Cluster(SplitKring):
    """Five processes; what happens to one of them is known by the name of its service."""

    def __init__(self, data: Path, servers: Servers, **settings: str) -> None:
        super().__init__(data, servers, **settings)
        self.servers = servers
        self._named: dict[str, subprocess.Popen[bytes]] = {}
        names = ("database", "index")
        given = {name: self._environment[f"KRING_{name.upper()}"] for name in names}
        self.site = OverServers(data, given, Log(parse(self._bus)))

    @override
    def start_empty(self, **settings: str) -> None:
        for service in SERVICES:
            self._run(service, ROLES, **settings)
        self.await_ready()

    @property
    def bus(self) -> str:
        """Return the setting that names its log."""
        return self._bus

    def consumers_of(self, service: str) -> int:
        """Return how many processes share the events of a service, as the brokers know it."""
        brokers = parse(self._bus)
        group = brokers.group(group_of(service))
        with closing(KafkaAdminClient(bootstrap_servers=brokers.servers)) as client:
            try:
                return len(client.describe_groups([group])[group]["members"])
            except KafkaError:  # no group yet
                return 0

    @override
    def _all_consume(self) -> bool:
        return all(self.consumers_of(service) == 1 for service in SERVICES)

    def await_ready(self) -> None:
        """Wait until every service answers and has its share of the log."""
        for service in SERVICES:
            self.wait_for(lambda name=service: self.is_ready(name), service, START_SECONDS)  # type: ignore[misc]  # bound in this turn
        self.wait_for(self._all_consume, "the consumers", 60)

    def restart(self, service: str, **settings: str) -> None:
        """Start a service that ended, with more settings for this once; one may end it again."""
        self._run(service, ROLES, **settings)
        process = self._named[service]
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready(service) and process.poll() is None:
            assert time.monotonic() < deadline, f"{service} does not start: {self._log()}"
            time.sleep(LOOK_AGAIN_SECONDS)
        assert "KRING_FAIL_AT" in settings or process.poll() is None, self._log()

    def launch(self, service: str) -> None:
        """Start a service that may not become ready."""
        self._run(service, ROLES)

    def kill_one(self, service: str) -> None:
        """End one process at once."""
        self._end(self._named[service], signal.SIGKILL)
        self._gone(service)

    def stop_one(self, service: str) -> None:
        """Ask one process to end."""
        ended = self._end(self._named[service], signal.SIGTERM)
        assert ended == 0, f"{service} ended with {ended}: {self._log()}"
        self._gone(service)

    def wait_for_the_end_of(self, service: str, seconds: float = 60.0) -> None:
        """Wait until a process was killed at its fail-point."""
        assert self._named[service].wait(timeout=seconds) == -signal.SIGKILL
        self._gone(service)

    @contextmanager
    def beside(self, service: str) -> Iterator[None]:
        """Let another process do the same work as a service's, but for its API."""
        process = self._launch("run", service, "--role", "consumer")
        self._processes.append(process)
        self.wait_for(lambda: self.consumers_of(service) > 1, f"another {service}", 60)
        try:
            yield
        finally:
            self._end(process, signal.SIGTERM)
            self._processes.remove(process)

    @contextmanager
    def standing_still(self, service: str) -> Iterator[None]:
        """Let a process do nothing for a while, and not know it."""
        self._named[service].send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._named[service].send_signal(signal.SIGCONT)

    def is_ready(self, service: str) -> bool:
        """Tell whether a process says that it is ready."""
        return self._is_ready(self._named[service])

    @override
    def _run(
        self, service: str, roles: tuple[str, ...], **settings: str
    ) -> "subprocess.Popen[bytes]":
        self._named[service] = super()._run(service, roles, **settings)
        return self._named[service]

    def _gone(self, service: str) -> None:
        self._processes.remove(self._named.pop(service))
        if service == "gateway":
            (self.data / "run" / "address").unlink(missing_ok=True)
