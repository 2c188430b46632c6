"""Whether the queues are safe in Redis, and whether somebody keeps the time."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from redis.exceptions import ResponseError

from libs.adapters.celery.app import queue_of
from libs.adapters.celery.connecting import connect, translated
from libs.kernel.errors import RetryableError, SettingsError
from libs.ports.checkup import Checkup

MOST_WAITING = 1_000
"""Tasks of one service; more means that nobody works them off."""


def checkups(url: str, groups: Mapping[str, str]) -> list[Checkup]:
    """Return what to look at; the names in ``groups`` are those of the services."""
    broker = queue_of(url).address
    prefix = broker.prefix

    def asking(look: Callable[[Any], str]) -> Callable[[], str]:
        def ask() -> str:
            with translated(broker), connect(broker) as client:
                return look(client)

        return ask

    return [
        Checkup("task queue", asking(_settings)),
        Checkup("workers", asking(lambda client: _queues(client, prefix, [*groups]))),
        Checkup("beats", asking(lambda client: _beats(client, prefix, [*groups]))),
    ]


def _settings(client: Any) -> str:  # noqa: ANN401  # what it answers has no types
    version = client.info("server")["redis_version"]
    with suppress(ResponseError):  # managed servers do not tell, nor let anybody change it
        policy = client.config_get("maxmemory-policy")["maxmemory-policy"]
        if policy != "noeviction":
            raise SettingsError(
                f"drops tasks when it is full: redis-cli config set maxmemory-policy noeviction"
                f" (it is {policy})."
            )
    return f"Redis {version} answers"


def _queues(client: Any, prefix: str, services: list[str]) -> str:  # noqa: ANN401
    waiting = {name: int(client.llen(f"{prefix}:tasks:{name}")) for name in services}
    for name, tasks in waiting.items():
        if tasks > MOST_WAITING:
            raise RetryableError(f"{tasks} tasks wait: start more `kring run {name} --role worker`")
    return f"{sum(waiting.values())} tasks wait"


def _beats(client: Any, prefix: str, services: list[str]) -> str:  # noqa: ANN401
    beating = [name for name in services if client.exists(f"{prefix}:beat:{name}")]
    if not beating:
        raise RetryableError(
            "nobody keeps the time: start `kring run SERVICE --role beat` for each service."
        )
    return f"the time is kept for {', '.join(beating)}"
