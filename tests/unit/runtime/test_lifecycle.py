"""Tiny services in one process: their start, and a stop that loses nothing."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from harness.town import (
    WAIT_SECONDS,
    Start,
    Town,
    call,
    get,
    in_thread,
    submission,
    wait_for,
)

from libs.contracts.gen.kring.events.v1.members_pb2 import Member
from libs.contracts.topics import MEMBERS
from libs.kernel.clock import SystemClock
from libs.kernel.errors import KringError, SettingsError
from libs.kernel.ids import Uuid7
from libs.runtime.lifecycle import Process, builder
from libs.runtime.settings import Settings, with_secrets


def test_start_returns_when_every_service_answers(start: Start) -> None:
    process = start("ingestion", "search")

    assert call(process, "ingestion", "POST", "/v1/stories/garden") == (200, "garden")
    assert call(process, "search", "GET", "/v1/nothing")[0] == 404


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
    process._bus.publish([submission()])
    assert town.entered.wait(WAIT_SECONDS)

    stopping = in_thread(process.stop)
    wait_for(process.health.wrong)
    town.go_on.set()
    stopping.join(WAIT_SECONDS)

    after = start("ingestion", roles=[])
    assert after.running["ingestion"].database.outbox().pending(10) == []
    found = after._bus.subscribe("reader", [MEMBERS.name]).poll(limit=10, timeout_seconds=0)
    assert [Member.FromString(one.record.value).member_id for one in found] == ["anna"]


def test_stopping_lets_a_request_finish_that_is_being_answered(start: Start, town: Town) -> None:
    process = start("gateway")
    answers: list[bytes] = []
    asking = in_thread(lambda: answers.append(get(process.address(), "/v1/slow")))
    assert town.entered.wait(WAIT_SECONDS)

    stopping = in_thread(process.stop)
    wait_for(process.health.wrong)
    town.go_on.set()
    stopping.join(WAIT_SECONDS)
    asking.join(WAIT_SECONDS)

    assert b"200 OK" in answers[0]
    assert answers[0].endswith(b'"done"')


def test_stopping_twice_is_harmless(start: Start) -> None:
    process = start("search")

    process.stop()
    process.stop()


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

    assert call(process, "search", "GET", "/v1/nothing")[0] == 404


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
