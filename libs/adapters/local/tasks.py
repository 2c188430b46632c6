"""Background work in threads of this process."""

import heapq
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from typing_extensions import override

from libs.kernel import trace
from libs.kernel.metrics import TASKS
from libs.ports.tasks import Task, Tasks
from libs.ports.telemetry import Telemetry

LOOK_SECONDS = 10.0
"""How long the timer sleeps at most, so that it is seen to live."""

_log = logging.getLogger(__name__)


class LocalTasks(Tasks):
    """A few threads that wait for work, and one that waits for the next timer.

    A run that was asked for and has not begun is not queued a second time: it sees the newest state
    anyway. So a flood of wake-ups for one thing is one run, and a slow task is not piled up.
    """

    def __init__(self, service: str, telemetry: Telemetry, *, workers: int = 2) -> None:
        """Take whose tasks these are, where runs are counted, and how many run side by side."""
        self._service = service
        self._telemetry = telemetry
        self._tasks: dict[str, Task] = {}
        self._waiting: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._timers: list[tuple[float, str, float]] = []
        self._closed = False
        self._started = False
        self._turns = 0
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._alarm = threading.Condition(self._lock)
        self._workers = [
            _thread(f"{service}-task-{number}", self._serve) for number in range(workers)
        ]
        self._timer = _thread(f"{service}-timer", self._wake)

    @override
    def register(self, name: str, task: Task) -> None:
        """Give a task its name; ``ValueError`` if the name is taken."""
        with self._lock:
            if name in self._tasks:
                raise ValueError(f"a task named {name} is registered already")
            self._tasks[name] = task

    @override
    def submit(self, name: str, argument: str = "") -> None:
        """Ask for one run; after ``close`` it is dropped, because the sweep finds it later."""
        with self._lock:
            self._find(name)
            self._queue(name, argument)

    @override
    def every(self, seconds: float, name: str) -> None:
        """Run a registered task every so many seconds."""
        with self._lock:
            self._find(name)
            heapq.heappush(self._timers, (time.monotonic() + seconds, name, seconds))
            self._alarm.notify()

    @override
    def start(self) -> None:
        """Start the threads."""
        self._started = True
        for thread in (*self._workers, self._timer):
            thread.start()

    @override
    def keep_time(self) -> None:
        """Do nothing more: whoever works here keeps the time as well, for nobody else can."""

    @override
    def is_ready(self) -> bool:
        """Return that it is: the queue is in this process."""
        return True

    @override
    def turns(self) -> int | None:
        """Return how often the timer looked; it does so in the process that works."""
        return self._turns if self._started else None

    @override
    def ended(self) -> Sequence[str]:
        if not self._started or self._closed:
            return []
        found = [] if all(thread.is_alive() for thread in self._workers) else ["worker"]
        return found if self._timer.is_alive() else [*found, "beat"]

    @override
    def close(self, *, timeout_seconds: float) -> None:
        """Finish what runs, within the timeout; drop what waits. Closing twice is harmless."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            self._timers.clear()
            self._work.notify_all()
            self._alarm.notify_all()
        deadline = time.monotonic() + timeout_seconds
        for thread in (*self._workers, self._timer):
            if thread.is_alive():
                thread.join(max(0.0, deadline - time.monotonic()))

    def _find(self, name: str) -> Task:
        try:
            return self._tasks[name]
        except KeyError:
            raise ValueError(f"no task is named {name}") from None

    def _queue(self, name: str, argument: str) -> None:
        if not self._closed:
            self._waiting[(name, argument)] = None
            self._work.notify()

    def _serve(self) -> None:
        while True:
            with self._lock:
                self._work.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                (name, argument), _ = self._waiting.popitem(last=False)
                task = self._tasks[name]
            self._run(name, task, argument)

    def _run(self, name: str, task: Task, argument: str) -> None:
        outcome = "done"
        try:
            with trace.follow():
                task(argument)
        except Exception:  # noqa: BLE001  # a failing task must not end the thread of all tasks
            outcome = "failed"
            _log.exception("task failed", extra={"task": name})
        self._telemetry.count(TASKS, service=self._service, task=name, outcome=outcome)

    def _wake(self) -> None:
        with self._lock:
            while not self._closed:
                self._turns += 1
                if not self._timers:
                    self._alarm.wait(LOOK_SECONDS)
                    continue
                due, name, seconds = self._timers[0]
                now = time.monotonic()
                if due > now:
                    self._alarm.wait(min(due - now, LOOK_SECONDS))
                    continue
                heapq.heapreplace(self._timers, (now + seconds, name, seconds))
                self._queue(name, "")


def open_tasks(_url: str = "local:", *, service: str, telemetry: Telemetry) -> LocalTasks:
    """Return the background work of one service."""
    return LocalTasks(service, telemetry)


def _thread(name: str, target: Callable[[], None]) -> threading.Thread:
    return threading.Thread(name=name, target=target, daemon=True)
