"""The law of libs.ports.tasks.Tasks."""

import logging
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from servers.redis import Redis

from libs.adapters.celery.tasks import open_tasks as open_celery_tasks
from libs.adapters.local.tasks import LocalTasks, open_tasks
from libs.adapters.prometheus.telemetry import PrometheusTelemetry
from libs.ports.tasks import Tasks


@pytest.fixture
def telemetry() -> PrometheusTelemetry:
    return PrometheusTelemetry()


@pytest.fixture(params=["local", pytest.param("celery", marks=pytest.mark.servers)])
def tasks(request: pytest.FixtureRequest, telemetry: PrometheusTelemetry) -> Iterator[Tasks]:
    if request.param == "local":
        opened: Tasks = open_tasks(service="x", telemetry=telemetry)
    else:
        server: Redis = request.getfixturevalue("redis")
        opened = open_celery_tasks(f"celery+{server.url(1)}", service="x", telemetry=telemetry)
    yield opened
    opened.close(timeout_seconds=5)


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < deadline, "it did not become true within 5 seconds"
        pause.wait(0.005)


def test_a_submitted_task_runs_with_its_argument(tasks: Tasks) -> None:
    seen: list[str] = []
    tasks.register("x.do", seen.append)
    tasks.start()
    tasks.submit("x.do", "id-1")
    eventually(lambda: seen == ["id-1"])


def test_what_is_submitted_before_the_start_runs_after_it(tasks: Tasks) -> None:
    seen: list[str] = []
    tasks.register("x.do", seen.append)
    tasks.submit("x.do", "early")
    assert seen == []
    tasks.start()
    eventually(lambda: seen == ["early"])


def test_a_timer_runs_its_task_again_and_again(tasks: Tasks) -> None:
    seen: list[str] = []
    tasks.register("x.tick", seen.append)
    tasks.start()
    tasks.every(0.02, "x.tick")
    tasks.keep_time()
    eventually(lambda: len(seen) >= 3)
    assert set(seen) == {""}


def test_a_name_is_given_once(tasks: Tasks) -> None:
    tasks.register("x.do", print)
    with pytest.raises(ValueError, match="registered already"):
        tasks.register("x.do", print)


def test_an_unknown_name_is_refused(tasks: Tasks) -> None:
    with pytest.raises(ValueError, match="no task is named"):
        tasks.submit("x.other")
    with pytest.raises(ValueError, match="no task is named"):
        tasks.every(1, "x.other")


def test_a_failing_task_is_logged_and_counted_and_the_others_go_on(
    tasks: Tasks, telemetry: PrometheusTelemetry, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []

    def fail(_argument: str) -> None:
        raise RuntimeError("planted")

    tasks.register("x.fail", fail)
    tasks.register("x.do", seen.append)
    tasks.start()
    with caplog.at_level(logging.ERROR):
        for number in range(4):
            tasks.submit("x.fail", str(number))
        tasks.submit("x.do", "after")
        eventually(lambda: seen == ["after"])
        eventually(
            lambda: (
                b'kring_tasks_total{outcome="failed",service="x",task="x.fail"} 4.0'
                in telemetry.exposition()
            )
        )
    eventually(lambda: b'{outcome="done",service="x",task="x.do"} 1.0' in telemetry.exposition())
    assert "planted" in caplog.text


def test_closing_finishes_what_runs_and_drops_what_waits(tasks: Tasks) -> None:
    began, finished = threading.Semaphore(0), []
    release = threading.Event()

    def slow(argument: str) -> None:
        began.release()
        release.wait(5)
        finished.append(argument)

    tasks.register("x.slow", slow)
    tasks.start()
    for number in range(5):
        tasks.submit("x.slow", str(number))
    began.acquire()
    began.acquire()
    threading.Timer(0.05, release.set).start()
    tasks.close(timeout_seconds=5)
    assert sorted(finished) == ["0", "1"]


def test_closing_does_not_wait_longer_than_told(tasks: Tasks) -> None:
    release = threading.Event()

    def hang(_argument: str) -> None:
        release.wait(5)

    tasks.register("x.hang", hang)
    tasks.start()
    tasks.submit("x.hang")
    start = time.monotonic()
    tasks.close(timeout_seconds=0.05)
    assert time.monotonic() - start < 2
    release.set()


def test_after_closing_a_wake_up_is_dropped(tasks: Tasks) -> None:
    seen: list[str] = []
    tasks.register("x.do", seen.append)
    tasks.start()
    tasks.close(timeout_seconds=5)
    tasks.submit("x.do", "late")
    tasks.close(timeout_seconds=5)
    assert seen == []


def test_closing_before_the_start_is_harmless(tasks: Tasks) -> None:
    tasks.close(timeout_seconds=1)


def test_a_flood_of_wake_ups_for_one_thing_is_one_run_after_the_running_one(
    telemetry: PrometheusTelemetry,
) -> None:
    tasks = LocalTasks("x", telemetry, workers=1)
    began, release, seen = threading.Event(), threading.Event(), []

    def slow(argument: str) -> None:
        began.set()
        release.wait(5)
        seen.append(argument)

    tasks.register("x.slow", slow)
    tasks.start()
    tasks.submit("x.slow", "one")
    began.wait(5)
    for _ in range(100):
        tasks.submit("x.slow", "one")
    tasks.submit("x.slow", "two")
    release.set()
    eventually(lambda: seen == ["one", "one", "two"])
    tasks.close(timeout_seconds=5)


def test_the_loop_that_keeps_the_time_is_seen_to_turn(tasks: Tasks) -> None:
    tasks.register("x.tick", lambda _argument: None)
    tasks.every(0.02, "x.tick")
    assert tasks.turns() is None
    tasks.start()
    tasks.keep_time()
    eventually(lambda: (tasks.turns() or 0) >= 2)
    assert tasks.is_ready()
    assert tasks.ended() == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # as planted
def test_a_worker_that_a_task_ended_is_told() -> None:
    tasks = LocalTasks("x", PrometheusTelemetry(), workers=1)

    def leave(_argument: str) -> None:
        raise SystemExit

    tasks.register("x.leave", leave)
    tasks.start()
    tasks.submit("x.leave")
    eventually(lambda: tasks.ended() == ["worker"])
    tasks.close(timeout_seconds=5)


def test_what_was_told_to_end_did_not_end_by_itself(tasks: Tasks) -> None:
    tasks.start()
    tasks.keep_time()
    tasks.close(timeout_seconds=5)
    assert tasks.ended() == []


def test_idle_threads_use_no_processor_time(tasks: Tasks) -> None:
    tasks.register("x.tick", lambda _argument: None)
    tasks.start()
    tasks.every(3600, "x.tick")
    tasks.keep_time()
    start = time.process_time()
    threading.Event().wait(0.3)
    assert time.process_time() - start < 0.1
