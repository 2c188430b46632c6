"""Kafka 4.1 as one KRaft node, from its Maven artifacts."""

import fcntl
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from servers.needs import CACHE, java_home, program
from servers.ports import HOST, answers, free_ports
from servers.process import Server

VERSION = "4.1.0"
JAVA = 17
HEAP = "-Xmx512m"
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
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
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


class Kafka:
    """A running broker; it can be stopped for a while, killed, and started again on its data."""

    def __init__(self, folder: Path) -> None:
        """Format a new log in this folder and start."""
        self.folder = folder
        self.port, controller = free_ports(2)
        self.bootstrap = f"{HOST}:{self.port}"
        properties = folder / "server.properties"
        properties.write_text(
            _PROPERTIES.format(host=HOST, port=self.port, controller=controller, folder=folder)
        )
        self._java = java_home(JAVA, "JAVA_HOME") / "bin" / "java"
        self._jars = f"{jars()}/*"
        tool: list[str | Path] = [self._java, "-cp", self._jars, "kafka.tools.StorageTool"]
        subprocess.run(  # noqa: S603  # a tool of Kafka
            [*tool, "format", "-t", uuid.uuid4().hex[:22], "-c", properties],
            check=True,
            capture_output=True,
        )
        self.server = self._start()

    def restart(self) -> None:
        """Kill it, as a power cut does, and start it again on the same data and port."""
        self.server.kill()
        self.server = self._start()

    def log(self, topic: str, partition: int = 0) -> Path:
        """Return the file in which the broker keeps a partition's first records."""
        return self.folder / "log" / f"{topic}-{partition}" / f"{0:020}.log"

    def url(self, scheme: str = "kafka", **options: object) -> str:
        """Return a bus URL with a namespace of its own: what others do here is not seen."""
        query = "&".join(f"{name}={value}" for name, value in options.items())
        return f"{scheme}://{self.bootstrap}/t{uuid.uuid4().hex[:12]}?{query}"

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
