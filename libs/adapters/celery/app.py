"""A Celery application for one service: its settings, each for a reason."""

import ssl
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from celery import Celery
from kombu.connection import Connection
from redis.credentials import CredentialProvider
from typing_extensions import override

from libs.contracts.redis import Address, parse
from libs.kernel.errors import SettingsError
from libs.kernel.urls import hidden

SCHEME = "celery+"
VISIBLE_SECONDS = 600
"""What a worker took and did not finish comes again after so long (Celery's own is an hour)."""
CONNECT_SECONDS = 2.0


class Queue(NamedTuple):
    """Where the queues are, and how long a worker may keep what it took."""

    address: Address
    visible_seconds: int = VISIBLE_SECONDS


class Credentials(CredentialProvider):
    """User and password as they are when a connection is made."""

    def __init__(self, address: Address) -> None:
        """Take the address that names them."""
        self._address = address

    @override
    def get_credentials(self) -> tuple[str] | tuple[str, str]:
        """Return the password, or both."""
        return self._address.credentials()


def queue_of(url: str) -> Queue:
    """Return what ``celery+redis://[user:password@]host:port/1[?prefix=name&…]`` says.

    ``visible_seconds`` is how long a worker may keep what it took. Raises ``SettingsError`` for
    another URL.
    """
    try:
        return _parse(url)
    except ValueError as error:
        raise SettingsError(
            f"KRING_TASKS={hidden(url)!r}: {error}. Use celery+redis://user:password@host:6379/1,"
            " celery+rediss://… with TLS, or local: in one process."
        ) from error


def _parse(url: str) -> Queue:
    parts = urlsplit(url.removeprefix(SCHEME) if url.startswith(SCHEME) else "")
    options = parse_qs(parts.query)
    visible = options.pop("visible_seconds", [str(VISIBLE_SECONDS)])[-1]
    if not (visible.isdecimal() and int(visible)):
        raise ValueError("visible_seconds is a number from 1 up")
    rest = urlunsplit(parts._replace(query=urlencode(options, doseq=True)))
    return Queue(parse(rest), int(visible))


def security(address: Address) -> dict[str, Any]:
    """Return how a client of redis-py, and Celery's, checks who answers and shows who we are."""
    if address.tls is None:
        return {}
    files = {
        "ssl_ca_certs": address.tls.ca,
        "ssl_certfile": address.tls.certificate,
        "ssl_keyfile": address.tls.key,
    }
    given = {name: path for name, path in files.items() if path}
    return {"ssl_cert_reqs": ssl.CERT_REQUIRED, **given}


def make_app(queue: Queue, service: str) -> Celery:
    """Return an application with a queue of this service; nothing connects yet."""
    visible = {"visibility_timeout": queue.visible_seconds}
    broker = queue.address
    app = Celery(f"kring-{service}", broker=broker.plain, set_as_current=False, loader="app")
    if broker.password:
        app.amqp.Connection = partial(Connection, credential_provider=Credentials(broker))
    app.conf.update(
        _messages()
        | {
            "task_default_queue": service,
            # a worker that dies has not done its task; the sweep and a claim make twice harmless
            "task_acks_late": True,
            "task_reject_on_worker_lost": True,
            "worker_prefetch_multiplier": 1,
            "worker_hijack_root_logger": False,
            "worker_enable_remote_control": False,
            "worker_send_task_events": False,
            "worker_enable_prefetch_count_reduction": False,
            "broker_connection_retry_on_startup": True,
            "broker_connection_max_retries": None,  # a worker waits for Redis as long as it takes
            "broker_connection_timeout": CONNECT_SECONDS,
            "broker_use_ssl": security(broker) or None,
            "broker_transport_options": {
                **visible,
                "global_keyprefix": f"{broker.prefix}:tasks:",
                "socket_connect_timeout": CONNECT_SECONDS,
                "health_check_interval": 25,
            },
            "result_backend_transport_options": visible,
        }
    )
    app.conf.get("task_default_queue")  # put together now, lest two threads do it at once later
    return app


def _messages() -> dict[str, Any]:
    """Return what goes over the wire: JSON in, JSON out, and no results."""
    return {
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        "result_backend": None,
        "task_publish_retry": True,
        "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0, "interval_step": 0.1},
    }
