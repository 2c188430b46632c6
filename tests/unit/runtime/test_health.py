"""What a process tells operators of itself: whether it lives and whether it is ready."""

import socket

import pytest
import sqlalchemy as sa
from harness.town import (
    WAIT_SECONDS,
    Start,
    Town,
    call,
    get,
    in_thread,
    metrics,
    open_town,
    probe,
    submission,
    wait_for,
)

from libs.adapters.local.tasks import LocalTasks
from libs.adapters.sql.tables import OUTBOX
from libs.adapters.sql.work import connection_of
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.topics import STORIES
from libs.kernel.clock import ManualClock, SystemClock
from libs.kernel.errors import SettingsError
from libs.kernel.ids import Uuid7
from libs.runtime.health import STALLED_SECONDS
from libs.runtime.lifecycle import ROLES, Process
from libs.runtime.limit import CONSECUTIVE
from libs.runtime.service import Build
from libs.runtime.settings import Settings


@pytest.mark.parametrize("role", ROLES)
def test_a_process_of_any_role_answers_to_operators(start: Start, role: str) -> None:
    process = start("search", roles=[role])

    assert probe(process, "/livez") == (200, {"ok": True, "wrong": {}})
    assert probe(process, "/readyz") == (200, {"ok": True, "wrong": {}})
    assert "kring_" in metrics(process)


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/healthz"])
def test_where_people_and_peers_come_nobody_is_told_how_it_goes(start: Start, path: str) -> None:
    process = start("gateway", "search")

    assert b"404" in get(process.address(), path).splitlines()[0]
    assert call(process, "search", "GET", path)[0] == 404


def test_a_process_that_stops_is_not_ready_but_alive(start: Start) -> None:
    process = start("search", roles=["consumer"])

    process.stop()

    assert process.health.wrong() == {"process": "is stopping"}
    assert process.health.stalled() == {}


def test_a_halted_consumer_is_unready_with_its_reason_but_no_cause_for_a_new_start(
    start: Start,
) -> None:
    process = start("ingestion", "search")
    with process.running["ingestion"].database.write() as work:
        for sequence in range(1, CONSECUTIVE + 2):
            state = Story(story_id="s", title="poison")
            work.emit(STORIES, "s", programme="p", sequence=sequence, state=state)
    wait_for(lambda: process.running["search"].consumer.halted)  # type: ignore[union-attr]

    status, told = probe(process, "/readyz")

    assert status == 503
    assert "too many bad records" in str(told)
    assert probe(process, "/livez")[0] == 200


def test_a_loop_that_does_not_turn_any_more_is_told(
    start: Start, town: Town, clock: ManualClock
) -> None:
    process = start("ingestion", roles=["consumer"], clock=clock)
    process._bus.publish([submission()])
    assert town.entered.wait(WAIT_SECONDS)
    assert process.health.stalled() == {}
    clock.advance(STALLED_SECONDS + 1)

    # the relay turns every half second, but not between these two lines
    wait_for(lambda: process.health.stalled() == {"ingestion consumer": "no turn for 61 s"})


def test_who_keeps_the_time_must_look_at_it(start: Start, clock: ManualClock) -> None:
    process = start("search", roles=["worker"], clock=clock)
    tasks = process.running["search"].ports.tasks
    assert isinstance(tasks, LocalTasks)
    wait_for(tasks.turns)
    with tasks._lock:
        assert process.health.stalled() == {}
        clock.advance(STALLED_SECONDS + 1)

        assert process.health.stalled() == {"search beat": "no turn for 61 s"}


def test_who_keeps_no_time_is_not_blamed_for_it(start: Start, clock: ManualClock) -> None:
    process = start("search", roles=["beat"], clock=clock)  # of local tasks the worker does
    assert process.health.stalled() == {}
    clock.advance(STALLED_SECONDS + 1)

    assert process.health.stalled() == {}


def test_a_process_that_starts_is_alive_but_not_ready(settings: Settings, town: Town) -> None:
    def build(name: str) -> Build:
        assert town.go_on.wait(WAIT_SECONDS)
        return town.build(name)

    clock = SystemClock()
    process = Process(settings, clock=clock, ids=Uuid7(clock), builder=build)
    starting = in_thread(lambda: process.start(["search"], ["consumer"]))
    try:
        wait_for(process.probes)
        assert probe(process, "/livez")[0] == 200
        not_yet = {"ok": False, "wrong": {"process": "is starting"}}
        assert probe(process, "/readyz") == (503, not_yet)
    finally:
        town.go_on.set()
        starting.join(WAIT_SECONDS)
    assert probe(process, "/readyz")[0] == 200
    process.stop()


def test_a_consumer_whose_work_must_wait_is_unready_until_it_goes_on(
    start: Start, town: Town
) -> None:
    process = start("ingestion", "search")
    town.is_down = True
    call(process, "ingestion", "POST", "/v1/stories/garden")
    wait_for(process.health.wrong)

    assert process.health.wrong() == {"search consumer": "the shelf is away"}
    assert process.health.stalled() == {}
    town.is_down = False
    wait_for(lambda: not process.health.wrong())
    assert town.titles == ["garden"]


@pytest.mark.parametrize("role", ["worker", "beat"])
def test_without_its_queue_nobody_works_but_a_new_start_would_not_mend_it(
    settings: Settings, town: Town, role: str
) -> None:
    elsewhere = settings.model_copy(update={"tasks": "celery+redis://127.0.0.1:1/0"})
    with open_town(elsewhere, town) as start:
        process = start("search", roles=[role])

        assert process.health.wrong() == {"search tasks": "the queue does not answer"}
        assert process.health.stalled() == {}
        if role == "beat":
            tasks = process.running["search"].ports.tasks
            wait_for(lambda: (tasks.turns() or 0) >= 2)


def test_a_port_for_operators_that_is_taken_is_told_in_one_sentence(
    settings: Settings, town: Town
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            open_town(settings.model_copy(update={"probe_port": port}), town) as start,
            pytest.raises(SettingsError, match=rf"KRING_PROBE_PORT: cannot listen on .*:{port}: "),
        ):
            start("search")


def test_a_thread_that_ended_by_a_bug_is_told_by_both_probes(start: Start) -> None:
    process = start("search", roles=["consumer"])
    with process.running["search"].database.write() as work:
        connection_of(work).execute(
            sa.insert(OUTBOX),
            {"topic": "t", "key": b"k", "headers": b"no JSON", "value": b"", "created_at": 0.0},
        )

    wait_for(process.health.stalled)

    assert process.health.stalled() == {"search relay": "has ended: the log tells why"}
    assert process.health.wrong() == process.health.stalled()


def test_a_database_that_does_not_answer_is_unready(start: Start, settings: Settings) -> None:
    process = start("search", roles=[])
    wait_for(lambda: "kring_dead_letters_records{" in metrics(process))  # the last one
    process.running["search"].database.close()
    for file in settings.data.glob("search.db*"):
        file.unlink()
    (settings.data / "search.db").mkdir()

    assert process.health.wrong() == {"search database": "does not answer"}
