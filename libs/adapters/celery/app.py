"""A Celery application for one service: its settings, each for a reason."""

from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from celery import Celery

from libs.kernel.errors import SettingsError

SCHEME = "celery+"
VISIBLE_SECONDS = 600
"""What a worker took and did not finish comes again after so long (Celery's own is an hour)."""
CONNECT_SECONDS = 2.0
_PREFIX = "kring"


class Queue(NamedTuple):
    """Where the queues are, and how long a worker may keep what it took."""

    broker: str
    prefix: str = _PREFIX
    visible_seconds: int = VISIBLE_SECONDS


def queue_of(url: str) -> Queue:
    """Return what ``celery+redis://host:port/1[?prefix=name][&visible_seconds=600]`` says.

    Raises ``SettingsError`` for another URL.
    """
    parts = urlsplit(url.removeprefix(SCHEME))
    options = parse_qs(parts.query)
    prefix = options.pop("prefix", [_PREFIX])[-1]
    visible = options.pop("visible_seconds", [str(VISIBLE_SECONDS)])[-1]
    is_redis = parts.scheme in {"redis", "rediss"} and bool(parts.hostname)
    if not (url.startswith(SCHEME) and is_redis and visible.isdecimal() and int(visible)):
        raise SettingsError(
            f"KRING_TASKS={url!r}: use celery+redis://host:6379/1, or local: in one process;"
            " visible_seconds is a number from 1 up."
        )
    broker = urlunsplit(parts._replace(query=urlencode(options, doseq=True)))
    return Queue(broker, prefix, int(visible))


def make_app(queue: Queue, service: str) -> Celery:
    """Return an application with a queue of this service; nothing connects yet."""
    visible = {"visibility_timeout": queue.visible_seconds}
    app = Celery(f"kring-{service}", broker=queue.broker, set_as_current=False, loader="app")
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
            "broker_transport_options": {
                **visible,
                "global_keyprefix": f"{queue.prefix}:tasks:",
                "socket_connect_timeout": CONNECT_SECONDS,
                "health_check_interval": 25,
            },
            "result_backend_transport_options": visible,
        }
    )
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
