"""Tiny services in one process: their start, their probes, and a stop that loses nothing."""

import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from fastapi import APIRouter, FastAPI

from libs.adapters.sql.tables import OUTBOX
from libs.adapters.sql.work import connection_of
from libs.contracts.codec import encode
from libs.contracts.envelope import Event, Record
from libs.contracts.gen.kring.events.v1.inbox_pb2 import Submission
from libs.contracts.gen.kring.events.v1.members_pb2 import Member
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.topics import INBOX, MEMBERS, STORIES
from libs.kernel.clock import Clock, ManualClock, SystemClock
from libs.kernel.errors import KringError, PoisonError, SettingsError
from libs.kernel.ids import Uuid7
from libs.ports.database import Work
from libs.runtime.lifecycle import STALLED_SECONDS, Process, builder
from libs.runtime.limit import CONSECUTIVE
from libs.runtime.service import Build, Handler, Ports, Service, each
from libs.runtime.settings import Settings, with_secrets

WAIT_SECONDS = 20.0
Start = Callable[..., Process]


class Town:
    """What the tiny services do, and what they noted."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.cleared: list[str] = []
        self.ticks = threading.Semaphore(0)
        self.entered = threading.Event()
        self.go_on = threading.Event()
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
            if any(event.state.title == "poison" for event in events):
                raise PoisonError("unreadable")
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


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return with_secrets(Settings(data=tmp_path / "d", port=0, drain_seconds=5))


@pytest.fixture
def start(settings: Settings, town: Town) -> Iterator[Start]:
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


def test_start_returns_when_every_service_answers(start: Start) -> None:
    process = start("ingestion", "search")

    assert call(process, "ingestion", "GET", "/readyz") == (200, {"ok": True, "wrong": {}})
    assert call(process, "search", "GET", "/healthz") == (200, {"ok": True, "wrong": {}})


def test_what_one_service_commits_reaches_another(start: Start, town: Town) -> None:
    process = start("ingestion", "search")

    call(process, "ingestion", "POST", "/v1/stories/garden")
    process.settle()

    assert town.titles == ["garden"]


def test_a_process_may_have_some_roles_only(start: Start) -> None:
    process = start("search", roles=["api"])

    running = process.running["search"]
    assert list(running.threads) == ["api"]
    assert running.consumer is None


def test_periodic_tasks_run_where_the_workers_are(start: Start, town: Town) -> None:
    start("search", roles=["worker"])

    for _ in range(3):
        assert town.ticks.acquire(timeout=WAIT_SECONDS)


def test_stopping_publishes_what_was_committed_last(start: Start, town: Town) -> None:
    process = start("ingestion")
    process._bus.publish([_submission()])
    assert town.entered.wait(WAIT_SECONDS)

    stopping = in_thread(process.stop)
    wait_for(process.wrong)
    town.go_on.set()
    stopping.join(WAIT_SECONDS)

    after = start("ingestion", roles=[])
    assert after.running["ingestion"].database.outbox().pending(10) == []
    found = after._bus.subscribe("reader", [MEMBERS.name]).poll(limit=10, timeout_seconds=0)
    assert [Member.FromString(one.record.value).member_id for one in found] == ["anna"]


def test_stopping_lets_a_request_finish_that_is_being_answered(start: Start, town: Town) -> None:
    process = start("gateway")
    answers: list[bytes] = []
    asking = in_thread(lambda: answers.append(_get(process.address(), "/v1/slow")))
    assert town.entered.wait(WAIT_SECONDS)

    stopping = in_thread(process.stop)
    wait_for(process.wrong)
    town.go_on.set()
    stopping.join(WAIT_SECONDS)
    asking.join(WAIT_SECONDS)

    assert b"200 OK" in answers[0]
    assert answers[0].endswith(b'"done"')


def test_a_process_that_stops_is_not_ready_but_alive(start: Start) -> None:
    process = start("search", roles=["consumer"])

    process.stop()

    assert process.wrong() == {"process": "is stopping"}
    assert process.stalled() == {}


def test_stopping_twice_is_harmless(start: Start) -> None:
    process = start("search")

    process.stop()
    process.stop()


def test_a_halted_consumer_is_unready_with_its_reason_but_no_cause_for_a_new_start(
    start: Start,
) -> None:
    process = start("ingestion", "search")
    with process.running["ingestion"].database.write() as work:
        for sequence in range(1, CONSECUTIVE + 2):
            state = Story(story_id="s", title="poison")
            work.emit(STORIES, "s", programme="p", sequence=sequence, state=state)
    wait_for(lambda: process.running["search"].consumer.halted)  # type: ignore[union-attr]

    status, probe = call(process, "ingestion", "GET", "/readyz")

    assert status == 503
    assert "too many bad records" in str(probe)
    assert call(process, "search", "GET", "/healthz")[0] == 200


def test_a_loop_that_does_not_turn_any_more_is_told(
    start: Start, town: Town, clock: ManualClock
) -> None:
    process = start("ingestion", roles=["consumer"], clock=clock)
    process._bus.publish([_submission()])
    assert town.entered.wait(WAIT_SECONDS)
    assert process.stalled() == {}
    clock.advance(STALLED_SECONDS + 1)

    assert process.stalled() == {"ingestion consumer": "no turn for 61 s"}


def test_a_thread_that_ended_by_a_bug_is_told_by_both_probes(start: Start) -> None:
    process = start("search", roles=["consumer"])
    with process.running["search"].database.write() as work:
        connection_of(work).execute(
            sa.insert(OUTBOX),
            {"topic": "t", "key": b"k", "headers": b"no JSON", "value": b"", "created_at": 0.0},
        )

    wait_for(process.stalled)

    assert process.stalled() == {"search relay": "has ended: the log tells why"}
    assert process.wrong() == process.stalled()


def test_a_database_that_does_not_answer_is_unready(start: Start, settings: Settings) -> None:
    process = start("search", roles=[])
    process.running["search"].database.close()
    for file in settings.data.glob("search.db*"):
        file.unlink()
    (settings.data / "search.db").mkdir()

    assert process.wrong() == {"search database": "does not answer"}


def test_a_server_that_ends_at_its_start_is_told(start: Start, town: Town) -> None:
    @asynccontextmanager
    async def fail(_app: FastAPI) -> AsyncIterator[None]:
        raise OSError("no disk")
        yield

    town.mounts = [lambda app: setattr(app.router, "lifespan_context", fail)]

    with pytest.raises(KringError, match="gateway could not start its server: the log tells why"):
        start("gateway", roles=["api"])


def test_a_service_is_found_by_its_name() -> None:
    assert callable(builder("search"))
    with pytest.raises(ModuleNotFoundError):
        builder("serach")


def test_a_port_that_is_taken_is_told_in_one_sentence(settings: Settings, town: Town) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        clock = SystemClock()
        process = Process(
            settings.model_copy(update={"port": port}),
            clock=clock,
            ids=Uuid7(clock),
            builder=town.build,
        )
        with pytest.raises(SettingsError, match=rf"KRING_PORT: cannot listen on .*:{port}: "):
            process.start(["gateway"])
        process.stop()


def test_a_folder_whose_name_is_too_long_for_a_socket_is_told_in_one_sentence(
    tmp_path: Path, town: Town
) -> None:
    settings = with_secrets(Settings(data=tmp_path / ("long" * 30), drain_seconds=1))
    clock = SystemClock()
    process = Process(settings, clock=clock, ids=Uuid7(clock), builder=town.build)

    with pytest.raises(SettingsError, match=r"KRING_PEERS: cannot listen on .* 107 bytes"):
        process.start(["search"], ["api"])
    process.stop()


def test_a_socket_that_a_killed_process_left_is_taken_over(
    start: Start, settings: Settings
) -> None:
    path = settings.data / "run" / "search.sock"
    path.parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))

    process = start("search", roles=["api"])

    assert call(process, "search", "GET", "/healthz")[0] == 200


def test_an_address_on_every_interface_is_reached_by_the_loopback(
    settings: Settings, town: Town
) -> None:
    clock = SystemClock()
    everywhere = settings.model_copy(update={"host": "0.0.0.0"})  # noqa: S104  # what is tested
    process = Process(everywhere, clock=clock, ids=Uuid7(clock), builder=town.build)
    process.start(["gateway"], ["api"])

    assert process.address().startswith("http://127.0.0.1:")
    process.stop()


def test_emptying_clears_what_was_projected_and_reads_the_log_again(
    start: Start, town: Town
) -> None:
    process = start("ingestion", "search")
    call(process, "ingestion", "POST", "/v1/stories/garden")
    wait_for(lambda: town.titles)
    process.stop()

    rebuilding = start()
    assert rebuilding.empty("search")
    assert not rebuilding.empty("ingestion")
    rebuilding.stop()
    start("search", roles=["consumer"])

    wait_for(lambda: town.titles == ["garden", "garden"])
    assert town.cleared == ["search"]


def _submission() -> Record:
    event = Event(
        topic=INBOX,
        id="1",
        aggregate_id="anna",
        sequence=0,
        programme="p",
        source="/other",
        time=SystemClock().now(),
        state=Submission(),
    )
    return encode(event)


def _get(address: str, path: str) -> bytes:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=WAIT_SECONDS) as connection:
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nhost: kring\r\nconnection: close\r\n\r\n".encode()
        )
        answer = b""
        while part := connection.recv(4096):
            answer += part
    return answer
