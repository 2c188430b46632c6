"""Whether the cache answers."""

from collections.abc import Mapping
from contextlib import closing

from libs.adapters.redis.connection import open_connection
from libs.kernel.clock import SystemClock
from libs.ports.checkup import Checkup


def checkups(url: str, _groups: Mapping[str, str]) -> list[Checkup]:
    """Return what to look at."""
    return [Checkup("cache", lambda: _ask(url))]


def _ask(url: str) -> str:
    with closing(open_connection(url, SystemClock())) as connection:
        server = connection.ask(lambda client: client.info("server"))
    return f"Redis {server['redis_version']} answers"
