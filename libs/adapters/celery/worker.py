# ruff: noqa: ANN401  # Celery and kombu have no types
"""A Celery worker in threads of this process.

Not in forked children: the service holds open connections and an encoder whose threads do not
survive a fork, and each child would load that encoder again. More work means more processes.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import structlog
from celery import Celery
from celery.bootsteps import RUN
from celery.concurrency.thread import TaskPool
from celery.exceptions import CPendingDeprecationWarning, WorkerShutdown
from celery.worker import WorkController
from celery.worker.consumer import Consumer
from typing_extensions import override

AGAIN_SECONDS = 2.0
"""After Redis ended a worker, by refusing it what it needs."""
WORKERS = 2
"""Tasks side by side, as many as without Celery."""
_IDLE_SECONDS = 0.1
"""How long the end of a worker may stay unnoticed; a task that comes in is taken at once."""
_BUSY_SECONDS = 0.005
"""How long a worker that is free again may stay unnoticed."""

log = structlog.get_logger()


class _Pool(TaskPool):  # type: ignore[misc]  # Celery has no types
    """Threads that know whose tasks they run: without that Celery asks a global application."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.executor: ThreadPoolExecutor
        self.executor.shutdown()
        self.executor = ThreadPoolExecutor(self.limit, initializer=self.app.set_current)


class _Consumer(Consumer):  # type: ignore[misc]  # Celery has no types
    """Takes from the queue as Celery does without an event loop, but looks up more often.

    Celery's own loop waits two seconds when all workers are busy, however soon they are done.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.loop = _take

    @override
    def on_connection_error_after_connected(self, exc: Exception) -> None:
        # what runs is finished though its message comes again: threads cannot be cancelled; Celery
        # warns of that each time, which must not end the worker where warnings are errors
        with suppress(CPendingDeprecationWarning):
            super().on_connection_error_after_connected(exc)


def _take(  # the arguments are those of Celery's own loop
    obj: _Consumer,
    connection: Any,
    consumer: Any,
    blueprint: Any,
    *_: object,
    **__: object,
) -> None:
    consumer.on_message = obj.create_task_handler()
    consumer.consume()
    obj.on_ready()
    quota = consumer.channel.qos
    while blueprint.state == RUN and obj.connection:
        if obj.controller.stop_asked.is_set():
            raise WorkerShutdown
        if obj.qos.prev != obj.qos.value:
            obj.qos.update()
        obj.perform_pending_operations()
        with suppress(TimeoutError):
            connection.drain_events(timeout=_IDLE_SECONDS if quota.can_consume() else _BUSY_SECONDS)


class _Controller(WorkController):  # type: ignore[misc]  # Celery has no types
    """A worker that ends when an event is set: in its own thread, which owns its connections."""

    def __init__(self, stop: threading.Event, **options: Any) -> None:
        self.stop_asked = stop
        super().__init__(**options)


class Worker:
    """Takes what is in a service's queue until it is stopped."""

    def __init__(self, app: Celery) -> None:
        """Take the application whose tasks are registered."""
        self._app = app
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"{app.main} worker", daemon=True)

    def start(self) -> None:
        """Begin to work as soon as Redis answers."""
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Tell whether it works, or waits for Redis."""
        return self._thread.is_alive()

    def stop(self, *, timeout_seconds: float) -> None:
        """Finish what runs, within the timeout; what waits stays for others."""
        self._stop.set()
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        self._app.set_current()  # for this thread alone
        while not self._stop.is_set():
            self._controller().start()
            if not self._stop.is_set():
                log.warning("the worker was ended and begins anew", queue=self._app.main)
            self._stop.wait(AGAIN_SECONDS)

    def _controller(self) -> _Controller:
        return _Controller(
            self._stop,
            app=self._app,
            pool_cls=_Pool,
            consumer_cls=_Consumer,
            concurrency=WORKERS,
            use_eventloop=False,  # the event loop is one for all workers of a process
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )
