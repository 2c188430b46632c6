"""Background work in any process, over Celery and Redis."""

import logging
from collections.abc import Sequence

from typing_extensions import override

from libs.adapters.celery.app import make_app, queue_of
from libs.adapters.celery.beat import Beat, Turn
from libs.adapters.celery.connecting import connect, translated
from libs.adapters.celery.worker import Worker
from libs.kernel import trace
from libs.kernel.access import Access
from libs.kernel.errors import RetryableError
from libs.kernel.metrics import TASKS
from libs.ports.access import Guarded
from libs.ports.tasks import Task, Tasks
from libs.ports.telemetry import Telemetry

_log = logging.getLogger(__name__)


class CeleryTasks(Tasks, Guarded):
    """A queue in Redis per service, emptied by the workers of all its processes.

    A task that fails is logged and done: the sweep over the database finds what is left of it. One
    whose worker died comes again after ten minutes.
    """

    def __init__(self, url: str, service: str, telemetry: Telemetry) -> None:
        """Take where the queues are, whose tasks these are, and where runs are counted."""
        queue = queue_of(url)
        self._broker = queue.address
        self._service = service
        self._telemetry = telemetry
        self._app = make_app(queue, service)
        self._access = Access()
        self._names: set[str] = set()
        self._periodic: dict[str, float] = {}
        self._worker: Worker | None = None
        self._beat: Beat | None = None
        self._closed = False

    @override
    def register(self, name: str, task: Task) -> None:
        """Give a task its name; ``ValueError`` if the name is taken."""
        if name in self._names:
            raise ValueError(f"a task named {name} is registered already")
        self._names.add(name)

        def run(argument: str) -> None:
            self._run(name, task, argument)

        self._app.task(run, name=name, shared=False)  # not with the applications of others

    @override
    def submit(self, name: str, argument: str = "") -> None:
        """Ask for one run; after ``close`` it is dropped, because the sweep finds it later."""
        self._find(name)
        if self._closed:
            return
        with self._access.watched(), translated(self._broker):
            self._app.tasks[name].apply_async([argument])

    @override
    def every(self, seconds: float, name: str) -> None:
        """Run a registered task every so many seconds, once somebody keeps the time."""
        self._find(name)
        self._periodic[name] = seconds

    @override
    def start(self) -> None:
        """Start a worker."""
        if not self._closed:
            self._worker = Worker(self._app)
            self._worker.start()

    @override
    def keep_time(self) -> None:
        """Start a beat, or stand by while another one beats."""
        if not self._closed:
            turn = Turn(connect(self._broker), f"{self._broker.prefix}:beat:{self._service}")
            self._beat = Beat(self._app, turn, self._periodic, self.submit)
            self._beat.start()

    @override
    def is_ready(self) -> bool:
        """Ask Redis; it has two seconds to answer."""
        try:
            with self._access.watched():
                self._probe()
        except RetryableError:
            return False
        return True

    @override
    def refusal(self) -> str:
        """Return how Redis refuses us, empty while it does not."""
        return self._access.refusal(self._probe)

    @override
    def turns(self) -> int | None:
        return None if self._beat is None else self._beat.turns

    @override
    def ended(self) -> Sequence[str]:
        parts = {"worker": self._worker, "beat": self._beat}
        return [name for name, part in parts.items() if part is not None and not part.is_running]

    @override
    def close(self, *, timeout_seconds: float) -> None:
        """Finish what runs, within the timeout; what waits stays in the queue for others."""
        self._closed = True
        beat, self._beat = self._beat, None
        worker, self._worker = self._worker, None
        if beat is not None:
            beat.stop(timeout_seconds=timeout_seconds)
        if worker is not None:
            worker.stop(timeout_seconds=timeout_seconds)
        self._app.close()

    def _probe(self) -> None:
        """Do what the queue and the beat do, on a key that nobody looks at."""
        with translated(self._broker), connect(self._broker) as client:
            client.lpush(f"{self._broker.prefix}:tasks:is-allowed", "")
            client.delete(f"{self._broker.prefix}:tasks:is-allowed")

    def _find(self, name: str) -> None:
        if name not in self._names:
            raise ValueError(f"no task is named {name}")

    def _run(self, name: str, task: Task, argument: str) -> None:
        outcome = "done"
        try:
            with trace.follow():
                task(argument)
        except Exception:  # noqa: BLE001  # as without Celery: nobody else's trouble
            outcome = "failed"
            _log.exception("task failed", extra={"task": name})
        self._telemetry.count(TASKS, service=self._service, task=name, outcome=outcome)


def open_tasks(url: str, *, service: str, telemetry: Telemetry) -> CeleryTasks:
    """Return the background work of one service over ``celery+redis://…``; it connects later."""
    return CeleryTasks(url, service, telemetry)
