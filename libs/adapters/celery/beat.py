"""Celery's beat, of which one beats: the others stand by."""

import secrets
import threading
from collections.abc import Callable, Mapping
from typing import Any

import redis
import structlog
from celery import Celery
from celery.beat import ScheduleEntry, Scheduler
from redis.exceptions import RedisError
from typing_extensions import override

from libs.kernel.errors import RetryableError

LEASE_MILLISECONDS = 15_000
"""A beat that was not heard of for so long is replaced, by the clock of Redis."""
_LOOK_SECONDS = 1.0
_RENEW = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
"""
_GIVE_UP = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end"

log = structlog.get_logger()


class Turn:
    """A lease in Redis on being the one that beats."""

    def __init__(self, client: redis.Redis, key: str) -> None:
        """Take the client, which this closes, and the name of the lease."""
        self._client = client
        self._key = key
        self._token = secrets.token_hex(16)

    def is_ours(self) -> bool:
        """Tell whether it is ours for the next seconds; take it if it is free."""
        try:
            taken = self._client.set(self._key, self._token, px=LEASE_MILLISECONDS, nx=True)
            return bool(taken) or bool(
                self._client.eval(_RENEW, 1, self._key, self._token, LEASE_MILLISECONDS)
            )
        except (RedisError, RetryableError) as error:
            log.warning("no beat: Redis does not answer", reason=str(error))
            return False

    def give_up(self) -> None:
        """Let another one beat at once."""
        try:
            self._client.eval(_GIVE_UP, 1, self._key, self._token)
        except (RedisError, RetryableError) as error:
            log.warning("the lease of the beat ends by itself", reason=str(error))
        self._client.close()


class _TakingTurns(Scheduler):  # type: ignore[misc]  # Celery has no types
    """Celery's schedule, which stands still while it is another one's turn."""

    producer = None
    """Not used: tasks are submitted as everybody submits them."""

    def __init__(self, app: Celery, turn: Turn, submit: Callable[[str], None]) -> None:
        self._turn = turn
        self._submit = submit
        super().__init__(app, max_interval=_LOOK_SECONDS)

    @override
    def tick(self, *args: Any, **options: Any) -> float:
        if not self._turn.is_ours():
            return _LOOK_SECONDS
        return float(super().tick(*args, **options))

    @override
    def apply_entry(self, entry: ScheduleEntry, producer: object = None) -> None:
        try:
            self._submit(entry.task)
        except RetryableError as error:
            log.warning("not submitted", task=entry.task, reason=str(error))


class Beat:
    """Submits periodic tasks while it is this one's turn."""

    def __init__(
        self, app: Celery, turn: Turn, periodic: Mapping[str, float], submit: Callable[[str], None]
    ) -> None:
        """Take what is to be submitted every so many seconds."""
        self._turn = turn
        app.conf.beat_schedule = {
            name: {"task": name, "schedule": seconds} for name, seconds in periodic.items()
        }
        self._schedule = _TakingTurns(app, turn, submit)
        self._stop = threading.Event()
        self.turns = 0
        """How often it looked whether it is its turn, and what is due."""
        self._thread = threading.Thread(target=self._run, name=f"{app.main} beat", daemon=True)

    def start(self) -> None:
        """Begin to beat, or to stand by."""
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Tell whether it beats or stands by."""
        return self._thread.is_alive()

    def stop(self, *, timeout_seconds: float) -> None:
        """Stop, and let another one beat."""
        self._stop.set()
        self._thread.join(timeout_seconds)
        self._turn.give_up()

    def _run(self) -> None:
        while not self._stop.wait(self._schedule.tick()):
            self.turns += 1
