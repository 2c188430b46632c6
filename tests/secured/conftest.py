"""Servers that speak TLS and ask who everybody is, and a small service that needs them."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr
from servers import elasticsearch as elasticsearch_server
from servers import kafka as kafka_server
from servers import postgres as postgres_server
from servers import redis as redis_server
from servers.certificates import Authority

from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.topics import STORIES
from libs.kernel.clock import SystemClock
from libs.kernel.ids import Uuid7
from libs.ports.database import Work
from libs.ports.index import Document
from libs.runtime.lifecycle import Process
from libs.runtime.service import Build, Ports, Service, each
from libs.runtime.settings import Settings

NAME = "ingestion"
PATIENCE_SECONDS = 120.0
SECRET = SecretStr("only-for-these-tests-0123456789")


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def kafka(authority: Authority) -> Iterator[kafka_server.SecuredKafka]:
    with kafka_server.running_secured(authority) as running:
        yield running


@pytest.fixture(scope="module")
def redis(authority: Authority) -> Iterator[redis_server.Redis]:
    with redis_server.running(authority) as running:
        yield running


@pytest.fixture(scope="module")
def postgres(authority: Authority) -> Iterator[postgres_server.Postgres]:
    with postgres_server.running(authority=authority) as running:
        yield running


@pytest.fixture(scope="module")
def elasticsearch(authority: Authority) -> Iterator[elasticsearch_server.Elasticsearch]:
    with elasticsearch_server.running(authority) as running:
        yield running


@dataclass
class Office:
    """A service that writes stories down, and hears of them from the log."""

    process: Process
    ports: Ports
    heard: list[str] = field(default_factory=list)

    def tell(self, story: str) -> None:
        with self.ports.database.write() as work:
            state = Story(story_id=story, title=story)
            work.emit(STORIES, story, programme="p", sequence=1, state=state)

    def works(self) -> None:
        """Tell a story and wait until it was heard and nothing is wrong."""
        story = self.ports.ids.new()
        self.eventually(lambda: self._told(story), "to write")
        self.eventually(lambda: story in self.heard, f"to hear of {story}")
        self.eventually(lambda: not self.process.health.wrong(), "to be ready")

    def is_refused(self, part: str, why: str) -> None:
        """Wait until it is not ready because of this part, and says why."""
        told = self.process.health.wrong
        self.eventually(lambda: why in told().get(f"{NAME} {part}", ""), f"to say {why}")

    def eventually(self, holds: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < deadline, (
                f"waited for it {what}: {self.process.health.wrong()}"
            )
            time.sleep(0.05)

    def _told(self, story: str) -> bool:
        if self.process.health.wrong():
            return False
        self.tell(story)
        return True


Opener = Callable[..., "Office"]


@pytest.fixture
def opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Iterator[Callable[..., Office]]:
    """Give what starts the service with some settings; it ends with the test.

    Passwords of these tests begin with ``hush``: none may be told.
    """
    started: list[Process] = []

    def start(*roles: str, **settings: str) -> Office:
        offices: list[Office] = []
        given = Settings(
            data=tmp_path / "data",
            encoder="use",
            secret=SECRET,
            operator_key=SECRET,
            vault_key=SECRET,
            drain_seconds=1,
            **settings,  # type: ignore[arg-type]  # texts
        )
        clock = SystemClock()

        def build(ports: Ports) -> Service:
            office = Office(process, ports)
            offices.append(office)
            index = ports.open_index("stories") if "index" in settings else None

            def hear(event: Event[Story], _work: Work) -> None:
                if index is not None:
                    document = Document(event.aggregate_id, "nl", {"body": "eten"}, {}, [])
                    index.put([(document, event.sequence)])
                office.heard.append(event.aggregate_id)

            return Service(name=NAME, handlers={STORIES: each(hear)})

        def builder(_name: str) -> Build:
            return build

        process = Process(given, clock=clock, ids=Uuid7(clock), builder=builder)
        started.append(process)
        process.start([NAME], roles=("consumer", *roles))
        return offices[0]

    yield start
    for process in started:
        process.stop()
    told = capsys.readouterr()
    sys.stdout.write(told.out)
    assert "hush" not in told.out + told.err + caplog.text
