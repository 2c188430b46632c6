"""A client of our own to the Redis that has the queues, and what its errors mean to us."""

from collections.abc import Iterator
from contextlib import contextmanager

import redis
from celery.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    NoPermissionError,
    RedisError,
)
from redis.retry import Retry

from libs.adapters.celery.app import CONNECT_SECONDS, Credentials, security
from libs.contracts.redis import Address
from libs.kernel.credentials import causes, explained
from libs.kernel.errors import AccessError, RetryableError

_REFUSED = (AuthenticationError, AuthorizationError, NoPermissionError)


def connect(broker: Address) -> redis.Redis:
    """Return a client that shows who we are and does not try twice; it connects on first use."""
    return redis.Redis.from_url(
        broker.plain,
        socket_timeout=CONNECT_SECONDS,
        socket_connect_timeout=CONNECT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        credential_provider=Credentials(broker) if broker.password else None,
        **security(broker),
    )


@contextmanager
def translated(broker: Address) -> Iterator[None]:
    """Turn what Redis and Celery say into errors of ours; a refusal is an ``AccessError``."""
    try:
        yield
    except (OperationalError, RedisError, OSError) as error:
        for each in causes(error):
            if isinstance(each, _REFUSED):
                raise AccessError(broker.refusal("KRING_TASKS", str(each))) from error
        why = explained(error, broker.server)
        if why:
            raise AccessError(f"KRING_TASKS: {why}") from error
        raise RetryableError(f"the queue does not answer: {error}") from error
