"""Kring as separate processes over real servers: each service, and two replicas of its consumer."""

import signal
import subprocess
import uuid
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from harness.installation import START_SECONDS, Installation
from harness.processors import processor_seconds
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError
from servers.elasticsearch import Elasticsearch
from servers.kafka import Kafka
from servers.postgres import Postgres
from servers.redis import Redis
from typing_extensions import override

from libs.contracts.brokers import parse
from libs.runtime.consumer import group_of

SERVICES = ("ingestion", "search", "matchmaking", "notification", "gateway")
FIRST = ("api", "consumer")
SECOND = ("consumer", "worker", "beat")
"""Roles of the two processes of each service: both take events, and tasks are done elsewhere than
where they are submitted."""
MEMBERS = 2
"""Of the consumer group of each service."""


@dataclass(frozen=True, slots=True)
class Servers:
    """What the processes share, and any number of installations with them."""

    kafka: Kafka
    elasticsearch: Elasticsearch
    postgres: Postgres
    redis: Redis


def servers_of(request: pytest.FixtureRequest) -> Servers:
    """Return the real servers of this test run; they start when they are asked for first."""
    names = ("kafka", "elasticsearch", "postgres", "redis")
    return Servers(*map(request.getfixturevalue, names))


class SplitKring(Installation):
    """Ten processes in a namespace of their own on every server, chosen by settings alone."""

    def __init__(self, data: Path, servers: Servers, **settings: str) -> None:
        name = f"kring{uuid.uuid4().hex[:8]}"
        self._servers = servers
        # A member that was killed is missed after 45 s by default.
        self._bus = servers.kafka.url(partitions=4, session_seconds=6, beat_ms=500)
        self._database = servers.postgres.url(f"{name}_{{service}}")
        self.index = f"{servers.elasticsearch.url}?prefix={name}&replicas=0"
        chosen = {
            "KRING_BUS": self._bus,
            "KRING_DATABASE": self._database,
            "KRING_INDEX": self.index,
            "KRING_TASKS": f"celery+{servers.redis.url(0)}",
            "KRING_CACHE": servers.redis.url(1),
            "KRING_ENCODER": "use",
            "KRING_PORT": "0",
        }
        super().__init__(data, **{**chosen, **settings})
        self._held: dict[tuple[str, tuple[str, ...]], subprocess.Popen[bytes]] = {}
        """The process that has some roles of a service now."""

    def database(self, service: str) -> str:
        """Return the URL of a service's database."""
        return self._database.replace("{service}", service)

    def spent(self) -> dict[str, float]:
        """Return the processor seconds of each process so far."""
        return {
            f"{service} {'+'.join(roles)}": processor_seconds(process.pid)
            for (service, roles), process in self._held.items()
        }

    @override
    def start_empty(self, **settings: str) -> None:
        for service in SERVICES:
            for roles in (FIRST, SECOND):
                self._run(service, roles, **settings)
        for process in self._processes:
            self._wait_until_ready(process)
        self._wait_until_all_consume()

    @override
    def start_with_encoder(self, name: str) -> None:
        done = self.cli("rebuild", "search", "matchmaking", KRING_ENCODER=name)
        assert done.returncode == 0, done.stderr
        self.start_empty(KRING_ENCODER=name)

    @override
    def crash(self, service: str) -> None:
        process = self._held[service, FIRST]
        self._processes.remove(process)
        self._end(process, signal.SIGKILL)

    @override
    def recover(self, service: str) -> None:
        self._wait_until_ready(self._run(service, FIRST))

    def replace(self, service: str, roles: tuple[str, ...], **settings: str) -> None:
        """Put a fresh process in the place of one: it is stopped when the fresh one is ready."""
        old = self._held[service, roles]
        self._wait_until_ready(self._run(service, roles, **settings))
        self._processes.remove(old)
        assert self._end(old, signal.SIGTERM) == 0
        self._wait_until_all_consume()

    @override
    def close(self) -> None:
        super().close()
        for service in (*SERVICES, "vault"):
            self._servers.postgres.drop(self.database(service))

    def _run(
        self, service: str, roles: tuple[str, ...], **settings: str
    ) -> "subprocess.Popen[bytes]":
        chosen = [part for role in roles for part in ("--role", role)]
        process = self._launch("run", service, *chosen, **settings)
        self._held[service, roles] = process
        self._processes.append(process)
        return process

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]") -> None:
        self.wait_for(partial(self._is_ready, process), str(process.args), START_SECONDS)

    def _wait_until_all_consume(self) -> None:
        self.wait_for(self._all_consume, "two consumers of each service", START_SECONDS)

    def _all_consume(self) -> bool:
        """Tell whether the brokers know both consumers of each service, and no more."""
        brokers = parse(self._bus)
        groups = [brokers.group(group_of(service)) for service in SERVICES]
        with closing(KafkaAdminClient(bootstrap_servers=brokers.servers)) as client:
            try:
                described = client.describe_groups(groups)
            except KafkaError:  # no group yet
                return False
        return all(len(described[group]["members"]) == MEMBERS for group in groups)
