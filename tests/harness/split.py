"""Kring as separate processes over real servers: each service, and two replicas of its consumer."""

import uuid
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from harness.installation import START_SECONDS, Installation
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


class SplitKring(Installation):
    """Ten processes in a namespace of their own on every server, chosen by settings alone."""

    def __init__(self, data: Path, servers: Servers, **settings: str) -> None:
        name = f"kring{uuid.uuid4().hex[:8]}"
        self._servers = servers
        # A member that was killed is missed after 45 s by default.
        self._bus = servers.kafka.url(partitions=4, session_seconds=6, beat_ms=500)
        self._database = servers.postgres.url(f"{name}_{{service}}")
        chosen = {
            "KRING_BUS": self._bus,
            "KRING_DATABASE": self._database,
            "KRING_INDEX": f"{servers.elasticsearch.url}?prefix={name}&replicas=0",
            "KRING_TASKS": f"celery+{servers.redis.url(0)}",
            "KRING_CACHE": servers.redis.url(1),
            "KRING_ENCODER": "use",
            "KRING_PORT": "0",
        }
        super().__init__(data, **chosen, **settings)

    @override
    def start_empty(self, **settings: str) -> None:
        for service in SERVICES:
            self._run(service, FIRST, **settings)
            self._run(service, SECOND, **settings)
        for process in self._processes:
            self.wait_for(partial(self._is_ready, process), str(process.args), START_SECONDS)
        self.wait_for(self._all_consume, "two consumers of each service", START_SECONDS)

    @override
    def close(self) -> None:
        super().close()
        for service in SERVICES:
            self._servers.postgres.drop(self._database.replace("{service}", service))

    def _run(self, service: str, roles: tuple[str, ...], **settings: str) -> None:
        chosen = [part for role in roles for part in ("--role", role)]
        self._processes.append(self._launch("run", service, *chosen, **settings))

    def _all_consume(self) -> bool:
        """Tell whether the brokers know both consumers of each service."""
        brokers = parse(self._bus)
        groups = [brokers.group(group_of(service)) for service in SERVICES]
        with closing(KafkaAdminClient(bootstrap_servers=brokers.servers)) as client:
            try:
                described = client.describe_groups(groups)
            except KafkaError:  # no group yet
                return False
        return all(len(described[group]["members"]) == MEMBERS for group in groups)
