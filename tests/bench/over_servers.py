"""Any command of Kring over servers of its own: `python -m bench.over_servers bench living`.

Starts Kafka, Elasticsearch, PostgreSQL (which waits for the disk), and Redis, chooses them by
settings, runs the command, and stops them: so each measurement of the embedded Kring has one of the
same Kring beside it with every engine exchanged.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from servers import elasticsearch, kafka, postgres, redis


@contextmanager
def chosen() -> Iterator[dict[str, str]]:
    """Give the settings that choose servers which run as long as this does."""
    with ExitStack() as opened:
        log = opened.enter_context(kafka.running())
        index = opened.enter_context(elasticsearch.running())
        database = opened.enter_context(postgres.running(durable=True))
        memory = opened.enter_context(redis.running())
        yield {
            "KRING_BUS": log.url(partitions=4),
            "KRING_INDEX": f"{index.url}?prefix=bench&replicas=0",
            "KRING_DATABASE": database.url("bench_{service}"),
            "KRING_TASKS": f"celery+{memory.url(0)}",
            "KRING_CACHE": memory.url(1),
        }


def main() -> None:
    with chosen() as settings:
        environment = [f"{name}={value}" for name, value in settings.items()]
        command = ["/usr/bin/env", *environment, sys.executable, "-m", "services", *sys.argv[1:]]
        done = subprocess.run(command, check=False)  # noqa: S603  # our own program
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
