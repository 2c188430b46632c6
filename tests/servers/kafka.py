"""Kafka 4.1 as one KRaft node, from its Maven artifacts."""

import fcntl
import re
import shutil
import subprocess
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from confluent_kafka.admin import (  # type: ignore[attr-defined]  # it names no exports
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from confluent_kafka.cimpl import NewTopic
from servers.certificates import Authority, Pair
from servers.needs import CACHE, java_home, program
from servers.ports import HOST, answers, free_ports
from servers.process import Server
from servers.proxy import Proxy

from libs.contracts.rights import Right

VERSION = "4.1.0"
JAVA = 17
HEAP = "-Xmx512m"
ANSWER_SECONDS = 20.0
_POM = """<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>kring.tests</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
      <version>{version}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId>
      <version>{version}</version>
    </dependency>
  </dependencies>
</project>
"""
_PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},FAR://{host}:{admin},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port},FAR://{host}:{far}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,FAR:PLAINTEXT
log.dirs={folder}/log
auto.create.topics.enable=false
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.cleaner.backoff.ms=500
"""
_SECURED = """
listeners=ADMIN://{host}:{admin},CLIENT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=ADMIN://{host}:{admin},CLIENT://{host}:{port}
inter.broker.listener.name=ADMIN
listener.security.protocol.map=CONTROLLER:PLAINTEXT,ADMIN:PLAINTEXT,CLIENT:SASL_SSL
ssl.keystore.type=PEM
ssl.keystore.location={folder}/server.pem
ssl.client.auth=requested
ssl.truststore.type=PEM
ssl.truststore.location={ca}
sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN
listener.name.client.scram-sha-512.sasl.jaas.config=\\
  org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.client.plain.sasl.jaas.config=\\
  org.apache.kafka.common.security.plain.PlainLoginModule required user_plain="plains-secret";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
"""
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
PLAIN = "plain:plains-secret"
"""Who shows a password as it is; the others are made by ``SecuredKafka.enrol``."""


class Kafka:
    """A running broker; it can be stopped for a while, killed, and started again on its data."""

    def __init__(self, folder: Path, properties: str = "") -> None:
        """Format a new log in this folder and start; these properties come after the usual ones."""
        self.folder = folder
        self.port, admin, controller, self.far = free_ports(4)
        self.bootstrap = f"{HOST}:{self.port}"
        self.admin = f"{HOST}:{admin}"
        names = {"host": HOST, "port": self.port, "admin": admin, "controller": controller}
        given = (_PROPERTIES + properties).format(**names, far=self.far, folder=folder)
        properties_file = folder / "server.properties"
        properties_file.write_text(given)
        self._java = java_home(JAVA, "JAVA_HOME") / "bin" / "java"
        self._jars = f"{jars()}/*"
        tool: list[str | Path] = [self._java, "-cp", self._jars, "kafka.tools.StorageTool"]
        subprocess.run(  # noqa: S603  # a tool of Kafka
            [*tool, "format", "-t", uuid.uuid4().hex[:22], "-c", properties_file],
            check=True,
            capture_output=True,
        )
        self.server = self._start()

    def restart(self) -> None:
        """Kill it, as a power cut does, and start it again on the same data and port."""
        self.server.kill()
        self.start()

    def start(self) -> None:
        """Start it on the data that is there."""
        self.server = self._start()

    def log(self, topic: str, partition: int = 0) -> Path:
        """Return the file in which the broker keeps a partition's first records."""
        return self.folder / "log" / f"{topic}-{partition}" / f"{0:020}.log"

    @contextmanager
    def far_away(self) -> Iterator[Proxy]:
        """Let ``far`` be a port of the same broker that is reached by a way that can fail."""
        way = Proxy(int(self.admin.rpartition(":")[2]), port=self.far)
        try:
            yield way
        finally:
            way.close()

    def url(self, scheme: str = "kafka", **options: object) -> str:
        """Return a bus URL with a namespace of its own: what others do here is not seen."""
        query = "&".join(f"{name}={value}" for name, value in options.items())
        return f"{scheme}://{self.bootstrap}/t{uuid.uuid4().hex[:12]}?{query}"

    def drop(self, topic: str) -> None:
        """Delete a topic with all that is in it."""
        client = AdminClient({"bootstrap.servers": self.bootstrap})
        for answer in client.delete_topics([topic]).values():
            answer.result(timeout=ANSWER_SECONDS)

    def _start(self) -> Server:
        return Server.start(
            [
                self._java,
                HEAP,
                "-cp",
                self._jars,
                "kafka.Kafka",
                self.folder / "server.properties",
            ],
            ready=lambda: answers(self.port),
            log=self.folder / "kafka.log",
        )


class SecuredKafka(Kafka):
    """One that speaks TLS, asks who everybody is, and lets nobody do what was not allowed."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        """Start with a certificate of this authority and without users."""
        self.authority = authority
        self._put(folder, authority.issue("kafka"))
        super().__init__(folder, _SECURED.replace("{ca}", str(authority.ca)))

    def secured_url(self, credentials: str, scheme: str = "kafka", **options: object) -> str:
        """Return a bus URL for ``user:password``; the scheme is that of a client."""
        given = {"ca": self.authority.ca, "beat_ms": 100, "session_seconds": 6, **options}
        query = "&".join(f"{name}={value}" for name, value in given.items())
        return f"{scheme}+tls://{credentials}@{self.bootstrap}?{query}"

    def show(self, pair: Pair) -> None:
        """Start it again with another certificate."""
        self._put(self.folder, pair)
        self.restart()

    @staticmethod
    def _put(folder: Path, pair: Pair) -> None:
        (folder / "server.pem").write_bytes(pair.key + pair.certificate)

    def enrol(self, user: str, password: str) -> None:
        """Give a user a password, the first or another one."""
        mechanism = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
        change = UserScramCredentialUpsertion(user, mechanism, password.encode())
        client = self._administrator()  # an answer comes only while somebody holds it
        for answer in client.alter_user_scram_credentials([change]).values():
            answer.result(timeout=ANSWER_SECONDS)

    def allow(self, user: str, rights: Iterable[Right]) -> None:
        """Let a user do something."""
        client = self._administrator()
        for answer in client.create_acls(_bindings(user, rights)).values():
            answer.result(timeout=ANSWER_SECONDS)

    def create(self, topics: Iterable[str]) -> None:
        """Make topics of one partition."""
        client = self._administrator()
        wanted = [NewTopic(name, num_partitions=1, replication_factor=1) for name in topics]
        for answer in client.create_topics(wanted).values():
            answer.result(timeout=ANSWER_SECONDS)

    def revoke(self, user: str, rights: Iterable[Right]) -> None:
        """Take rights back."""
        filters = [
            AclBindingFilter(
                each.restype,
                each.name,
                each.resource_pattern_type,
                each.principal,
                each.host,
                each.operation,
                each.permission_type,
            )
            for each in _bindings(user, rights)
        ]
        client = self._administrator()
        for answer in client.delete_acls(filters).values():
            answer.result(timeout=ANSWER_SECONDS)

    def _administrator(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.admin})


def _bindings(user: str, rights: Iterable[Right]) -> list[AclBinding]:
    kinds = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP}
    wanted = {
        (right.resource, right.name, right.is_prefix, operation): (right, operation)
        for right in rights
        for operation in right.operations
    }.values()
    return [
        AclBinding(
            kinds[right.resource],
            right.name,
            ResourcePatternType.PREFIXED if right.is_prefix else ResourcePatternType.LITERAL,
            f"User:{user}",
            "*",
            AclOperation[_CAPITAL.sub("_", operation).upper()],
            AclPermissionType.ALLOW,
        )
        for right, operation in wanted
    ]


@contextmanager
def running_secured(authority: Authority) -> Iterator[SecuredKafka]:
    """Run a secured broker on a temporary folder."""
    with TemporaryDirectory(prefix="kring-kafka-") as folder:
        kafka = SecuredKafka(Path(folder), authority)
        try:
            yield kafka
        finally:
            kafka.server.stop()


@contextmanager
def running() -> Iterator[Kafka]:
    """Run a broker on a temporary folder."""
    with TemporaryDirectory(prefix="kring-kafka-") as folder:
        kafka = Kafka(Path(folder))
        try:
            yield kafka
        finally:
            kafka.server.stop()


def jars() -> Path:
    """Return the folder with Kafka's jars, fetched by Maven the first time."""
    home = CACHE / f"kafka-{VERSION}"
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "lib").exists():
            _fetch(home)
    return home / "lib"


def _fetch(home: Path) -> None:
    """Let Maven copy the jars; the folder appears whole or not at all."""
    maven = program("mvn", "maven")
    (home / "pom.xml").write_text(_POM.format(version=VERSION))
    shutil.rmtree(home / "draft", ignore_errors=True)
    subprocess.run(  # noqa: S603  # Maven
        [maven, "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=draft"],
        cwd=home,
        check=True,
    )
    (home / "draft").rename(home / "lib")
