"""Celery over a real Redis: several workers and beats, foreign messages, and Redis that goes."""

import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from celery import Celery
from servers import redis as redis_server
from servers.redis import Redis

from libs.adapters.celery.app import VISIBLE_SECONDS, make_app, queue_of
from libs.adapters.celery.tasks import CeleryTasks, open_tasks
from libs.adapters.prometheus.telemetry import PrometheusTelemetry
from libs.kernel.credentials import Tls
from libs.kernel.errors import RetryableError, SettingsError

OpenTasks = Callable[[str], CeleryTasks]


@pytest.fixture
def opened() -> Iterator[OpenTasks]:
    """Give what opens the tasks of a service at a URL, as each process does."""
    with ExitStack() as closing:

        def opener(url: str) -> CeleryTasks:
            tasks = open_tasks(url, service="x", telemetry=PrometheusTelemetry())
            closing.callback(tasks.close, timeout_seconds=5)
            return tasks

        yield opener


def eventually(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < deadline, "it did not become true in time"
        pause.wait(0.01)


@pytest.mark.parametrize(
    "url",
    [
        "celery+amqp://host",
        "celery+redis:",
        "redis://host/0",
        "celery:",
        "celery+redis:///1",
        "celery+redis://host/1?visible_seconds=soon",
        "celery+redis://host/1?visible_seconds=0",
    ],
)
def test_a_url_that_names_no_queue_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(SettingsError, match="KRING_TASKS"):
        queue_of(url)


def test_a_namespace_and_how_long_a_worker_may_take_are_part_of_the_url() -> None:
    address, visible_seconds = queue_of("celery+redis://u:p@host:1/2")
    assert (address.plain, address.prefix) == ("redis://host:1/2", "kring")
    assert (address.credentials(), visible_seconds) == (("u", "p"), 600)
    address, visible_seconds = queue_of("celery+rediss://host/2?prefix=a&visible_seconds=90")
    assert (address.plain, address.prefix, address.tls) == ("rediss://host/2", "a", Tls())
    assert visible_seconds == 90


def test_work_that_was_taken_is_not_done_until_it_is_done() -> None:
    conf = make_app(queue_of("celery+redis://host/1"), "x").conf

    assert (conf.task_acks_late, conf.task_reject_on_worker_lost) == (True, True)
    assert conf.worker_prefetch_multiplier == 1
    assert conf.broker_transport_options["visibility_timeout"] == VISIBLE_SECONDS
    assert (conf.accept_content, conf.task_serializer) == (["json"], "json")
    assert (conf.task_ignore_result, conf.result_backend) == (True, None)
    assert not conf.worker_hijack_root_logger
    assert conf.broker_connection_retry_on_startup


def test_settings_are_put_together_before_threads_share_them() -> None:
    assert make_app(queue_of("celery+redis://host/1"), "x").configured


def test_where_nothing_listens_a_task_cannot_be_submitted() -> None:
    tasks = open_tasks("celery+redis://127.0.0.1:1/1", service="x", telemetry=PrometheusTelemetry())
    tasks.register("x.do", print)

    with pytest.raises(RetryableError, match="does not answer"):
        tasks.submit("x.do", "id")
    assert not tasks.is_ready()
    tasks.close(timeout_seconds=5)


@pytest.mark.servers
def test_workers_of_all_processes_share_the_work_and_each_task_runs_once(
    redis: Redis, opened: OpenTasks
) -> None:
    url = f"celery+{redis.url(1)}"
    seen: list[str] = []
    workers = [opened(url) for _ in range(2)]
    for worker in workers:
        worker.register("x.do", seen.append)
        worker.start()
    for number in range(100):
        workers[0].submit("x.do", str(number))

    eventually(lambda: len(seen) >= 100)
    assert sorted(seen, key=int) == [str(number) for number in range(100)]


@pytest.mark.servers
def test_services_have_queues_of_their_own(redis: Redis) -> None:
    url = f"celery+{redis.url(1)}"
    seen: list[str] = []
    mine = open_tasks(url, service="x", telemetry=PrometheusTelemetry())
    theirs = open_tasks(url, service="y", telemetry=PrometheusTelemetry())
    mine.register("x.do", seen.append)
    theirs.register("y.do", seen.append)
    theirs.start()
    mine.submit("x.do", "mine")
    theirs.submit("y.do", "theirs")

    eventually(lambda: seen == ["theirs"])
    mine.start()
    eventually(lambda: seen == ["theirs", "mine"])
    for each in (mine, theirs):
        each.close(timeout_seconds=5)


@pytest.mark.servers
def test_of_two_beats_one_beats_and_the_other_takes_over(redis: Redis, opened: OpenTasks) -> None:
    url = f"celery+{redis.url(1)}"
    counts = {"first": 0, "second": 0}

    def counting(name: str) -> CeleryTasks:
        tasks = opened(url)
        tasks.register("x.tick", lambda _argument: None)
        tasks.every(0.02, "x.tick")
        submit = tasks.submit

        def counted(task: str, argument: str = "") -> None:
            counts[name] += 1
            submit(task, argument)

        tasks.submit = counted  # type: ignore[method-assign, assignment]  # counts what this beat submits
        tasks.keep_time()
        return tasks

    first = counting("first")
    eventually(lambda: counts["first"] > 2)
    counting("second")
    eventually(lambda: counts["first"] > 20)
    assert counts["second"] == 0

    first.close(timeout_seconds=5)
    eventually(lambda: counts["second"] > 2)


@pytest.mark.servers
def test_a_worker_goes_on_when_redis_was_away(opened: OpenTasks) -> None:
    seen: list[str] = []
    with redis_server.running() as own:
        tasks = opened(f"celery+{own.url(1)}")
        tasks.register("x.do", seen.append)
        tasks.start()
        tasks.submit("x.do", "before")
        eventually(lambda: seen == ["before"])

        own.kill()
        with pytest.raises(RetryableError):
            tasks.submit("x.do", "lost")
        own.start()
        tasks.submit("x.do", "after")
        eventually(lambda: seen == ["before", "after"], seconds=40)
        tasks.close(timeout_seconds=5)


WORKER = """
import sys, threading
from libs.adapters.celery.tasks import open_tasks
from libs.adapters.prometheus.telemetry import open_telemetry

def never_done(argument):
    print(argument, flush=True)
    threading.Event().wait()

tasks = open_tasks(sys.argv[1], service="x", telemetry=open_telemetry())
tasks.register("x.do", never_done)
tasks.start()
tasks.submit("x.do", "id")
threading.Event().wait()
"""


@pytest.mark.servers
def test_what_a_killed_worker_had_taken_comes_again_to_another(
    redis: Redis, opened: OpenTasks
) -> None:
    url = f"celery+{redis.url(1)}&visible_seconds=2"
    command = [sys.executable, "-c", WORKER, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:  # noqa: S603  # ours
        assert worker.stdout is not None
        assert worker.stdout.readline() == "id\n"
        worker.kill()
    seen: list[str] = []
    other = opened(url)
    other.register("x.do", seen.append)
    other.start()

    eventually(lambda: seen == ["id"], seconds=40)


@pytest.mark.servers
def test_messages_of_others_run_nothing_and_stop_nobody(redis: Redis, opened: OpenTasks) -> None:
    address, _ = queue_of(f"celery+{redis.url(1)}")
    plain, prefix = address.plain, address.prefix
    seen: list[str] = []
    tasks = opened(f"celery+{plain}?prefix={prefix}")
    tasks.register("x.do", seen.append)
    foreign = Celery(broker=plain, set_as_current=False)
    foreign.conf.update(
        task_default_queue="x",
        broker_transport_options={"global_keyprefix": f"{prefix}:tasks:"},
    )
    foreign.send_task("x.do", [pickle.dumps(print).hex()], serializer="pickle")
    foreign.send_task("x.nobody_knows", ["id"])
    foreign.send_task("x.do", ["one", "too many"])
    foreign.close()
    tasks.start()
    tasks.submit("x.do", "ours")

    eventually(lambda: seen == ["ours"])
