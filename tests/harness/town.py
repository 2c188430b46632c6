"""Tiny services in one process, which do as they are told."""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import httpx2
import orjson
from fastapi import APIRouter, FastAPI

from libs.contracts.codec import encode
from libs.contracts.envelope import Event, Record
from libs.contracts.gen.kring.events.v1.inbox_pb2 import Submission
from libs.contracts.gen.kring.events.v1.members_pb2 import Member
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.topics import INBOX, MEMBERS, STORIES
from libs.kernel import trace
from libs.kernel.clock import Clock, SystemClock
from libs.kernel.errors import PoisonError, RetryableError
from libs.kernel.ids import Uuid7
from libs.ports.database import Work
from libs.runtime.lifecycle import Process
from libs.runtime.service import Build, Handler, Ports, Service, each
from libs.runtime.settings import Settings

WAIT_SECONDS = 20.0
Start = Callable[..., Process]


class Town:
    """What the tiny services do, and what they noted."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.traces: list[str] = []
        """Of each batch that the reader took."""
        self.cleared: list[str] = []
        self.ticks = threading.Semaphore(0)
        self.entered = threading.Event()
        self.go_on = threading.Event()
        self.is_down = False
        self.mounts: list[Callable[[FastAPI], None]] = []

    def build(self, name: str) -> Build:
        """``ingestion`` writes, ``search`` reads, ``gateway`` is slow."""
        return {
            "ingestion": self._writer,
            "search": self._reader,
            "gateway": self._gateway,
        }[name]

    def _writer(self, ports: Ports) -> Service:
        router = APIRouter(prefix="/v1/stories")

        @router.post("/{title}", operation_id="tell")
        def tell(title: str) -> str:
            with ports.database.write() as work:
                state = Story(story_id=title, title=title)
                work.emit(STORIES, title, programme="p", sequence=1, state=state)
            return title

        def answer_slowly(event: Event[Submission], work: Work) -> None:
            self.entered.set()
            assert self.go_on.wait(WAIT_SECONDS)
            member = Member(member_id=event.aggregate_id)
            work.emit(MEMBERS, event.aggregate_id, programme="p", sequence=1, state=member)

        return Service(name="ingestion", routers=[router], handlers={INBOX: each(answer_slowly)})

    def _reader(self, ports: Ports) -> Service:
        def read(events: Sequence[Event[Story]], _work: Work) -> None:
            if self.is_down:
                raise RetryableError("the shelf is away")
            if any(event.state.title == "poison" for event in events):
                raise PoisonError("unreadable")
            self.traces.append(trace.traceparent())
            self.titles += [event.state.title for event in events]

        ports.tasks.register("search.tick", lambda _argument: self.ticks.release())
        handlers: dict[object, Handler] = {STORIES: read}
        return Service(
            name="search",
            handlers=handlers,  # type: ignore[arg-type]  # one topic, spelt as any
            periodic={"search.tick": 0.01},
            on_clear=[lambda _work: self.cleared.append("search")],
        )

    def _gateway(self, _ports: Ports) -> Service:
        router = APIRouter(prefix="/v1")

        @router.get("/slow", operation_id="slow")
        def slow() -> str:
            self.entered.set()
            assert self.go_on.wait(WAIT_SECONDS)
            return "done"

        return Service(name="gateway", routers=[router], mounts=self.mounts)


@contextmanager
def open_town(settings: Settings, town: Town) -> Iterator[Start]:
    """Give what starts processes; they are stopped in the end."""
    processes: list[Process] = []

    def begin(
        *names: str, roles: Sequence[str] = ("api", "consumer"), clock: Clock | None = None
    ) -> Process:
        clock = clock or SystemClock()
        processes.append(Process(settings, clock=clock, ids=Uuid7(clock), builder=town.build))
        processes[-1].start(names, roles)
        return processes[-1]

    yield begin
    town.go_on.set()
    for process in processes:
        process.stop()


def call(process: Process, service: str, method: str, path: str) -> tuple[int, object]:
    peers = next(iter(process.running.values())).ports.peers
    reply = peers.call(service, method, path)
    return reply.status, orjson.loads(reply.body)


def probe(process: Process, path: str) -> tuple[int, object]:
    answer = httpx2.get(f"{process.probes()}{path}", timeout=WAIT_SECONDS)
    return answer.status_code, answer.json()


def metrics(process: Process) -> str:
    return httpx2.get(f"{process.probes()}/metrics", timeout=WAIT_SECONDS).text


def wait_for(look: Callable[[], object]) -> None:
    """Look until something true is seen."""
    pause = threading.Event()
    for _ in range(int(WAIT_SECONDS / 0.02)):
        if look():
            return
        pause.wait(0.02)
    raise AssertionError("waited in vain")


def in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def submission() -> Record:
    event = Event(
        topic=INBOX,
        id="anna",
        aggregate_id="anna",
        sequence=0,
        programme="p",
        source="/other",
        time=SystemClock().now(),
        state=Submission(),
    )
    return encode(event)


def get(address: str, path: str) -> bytes:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=WAIT_SECONDS) as connection:
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nhost: kring\r\nconnection: close\r\n\r\n".encode()
        )
        answer = b""
        while part := connection.recv(4096):
            answer += part
    return answer
