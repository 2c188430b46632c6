"""Where the Kafka brokers are and how our topics stand there: what every client must agree on."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from libs.contracts.topics import base_of, topic_of
from libs.kernel.errors import SettingsError

BROKERS_DEFAULT = -1
"""Of partitions or replicas: as many as the brokers are set to."""
LARGEST_BYTES = 2 * 1024 * 1024
"""A record with its headers; a dead letter is a whole record of the open inbox with a reason."""
_DAY_MS = 24 * 3600 * 1000
_KEPT_DAYS = 30
_FORM = "host:port[,host:port][/namespace][?partitions=12&replication=3]"
_NAMESPACE = re.compile(r"[A-Za-z0-9_-]{1,100}|")
_LEAST = {
    "partitions": 1,
    "replication": 1,
    "silent_seconds": 1,
    "session_seconds": 1,
    "beat_ms": 50,
}


@dataclass(frozen=True, slots=True)
class Brokers:
    """What a bus URL says; ``namespace`` keeps several installations on one cluster apart."""

    servers: str
    """``host:port``, separated by commas."""
    namespace: str = ""
    partitions: int = 12
    """Of a topic that is made by us; one that exists keeps what it has."""
    replication: int = BROKERS_DEFAULT
    silent_seconds: int = 300
    """A member that does not poll for so long loses its slots."""
    session_seconds: int = 45
    """A member whose process died loses its slots after so long."""
    beat_ms: int = 3000
    """How often a member tells that it lives, and hears that slots are shared out anew."""

    def topic(self, name: str) -> str:
        """Return what a topic of ours is called on the brokers."""
        return f"{self.namespace}.{name}" if self.namespace else name

    def partitions_of(self, name: str) -> int:
        """Return how many partitions a topic gets that is made by us.

        One for the part of a programme: there may be thousands of them, with one reader each.
        """
        return self.partitions if name == base_of(name) else 1

    def name_of(self, topic: str) -> str:
        """Return what a topic on the brokers is called among us."""
        return topic.removeprefix(f"{self.namespace}.") if self.namespace else topic

    def group(self, name: str) -> str:
        """Return what a group of ours is called on the brokers."""
        return self.topic(name)


def parse(url: str) -> Brokers:
    """Return what ``scheme://host:port,host:port/namespace?option=number`` says.

    Raises ``SettingsError`` for anything else.
    """
    parts = urlsplit(url)
    namespace = parts.path.removeprefix("/")
    servers = parts.netloc.split(",")
    if not all(map(_is_server, servers)) or not _NAMESPACE.fullmatch(namespace):
        raise SettingsError(f"KRING_BUS={url!r}: use {parts.scheme}://{_FORM}")
    options = {name: _number(url, name, text) for name, text in _options(url, parts.query)}
    return Brokers(servers=parts.netloc, namespace=namespace, **options)


def settings_of(name: str) -> dict[str, str]:
    """Return how the brokers shall keep a topic of ours.

    A compacted one keeps the newest record of each key, and an older one for a day; the others
    keep everything for 30 days.
    """
    size = {"max.message.bytes": str(LARGEST_BYTES)}
    topic = topic_of(name)
    if topic is not None and topic.compacted:
        return {"cleanup.policy": "compact", "max.compaction.lag.ms": str(_DAY_MS), **size}
    return {"cleanup.policy": "delete", "retention.ms": str(_KEPT_DAYS * _DAY_MS), **size}


def _is_server(text: str) -> bool:
    try:
        parts = urlsplit(f"//{text}")
        return bool(parts.hostname and parts.port) and "@" not in text
    except ValueError:
        return False


def _options(url: str, query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError as error:
        raise SettingsError(f"KRING_BUS={url!r}: {error} after the question mark") from error


def _number(url: str, name: str, text: str) -> int:
    if name not in _LEAST:
        known = ", ".join(sorted(_LEAST))
        raise SettingsError(f"KRING_BUS={url!r}: unknown option {name!r}. Known are: {known}.")
    if not (text.isascii() and text.isdigit() and int(text) >= _LEAST[name]):
        raise SettingsError(f"KRING_BUS={url!r}: {name} is a number from {_LEAST[name]} up")
    return int(text)
