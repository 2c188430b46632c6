"""Where the Kafka brokers are and how our topics stand there: what every client must agree on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from libs.contracts.topics import base_of, topic_of
from libs.kernel.credentials import (
    TLS_OPTIONS,
    Password,
    Tls,
    taken_password,
    taken_tls,
    why_not,
)
from libs.kernel.errors import AccessError, SettingsError
from libs.kernel.urls import hidden

BROKERS_DEFAULT = -1
"""Of partitions or replicas: as many as the brokers are set to."""
LARGEST_BYTES = 2 * 1024 * 1024
"""A record with its headers; a dead letter is a whole record of the open inbox with a reason."""
_DAY_MS = 24 * 3600 * 1000
_KEPT_DAYS = 30
_FORM = "[user:password@]host:port[,host:port][/namespace][?partitions=12&replication=3]"
_NAMESPACE = re.compile(r"[A-Za-z0-9_-]{1,100}|")
_LEAST = {
    "partitions": 1,
    "replication": 1,
    "silent_seconds": 1,
    "session_seconds": 1,
    "beat_ms": 50,
}
_TEXTS = (*TLS_OPTIONS, "password_file", "sasl")
_SASL = ("plain", "scram-sha-256", "scram-sha-512")
_STRONGEST = _SASL[-1]


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
    user: str = ""
    """Empty: the brokers ask nobody, or the certificate says who we are."""
    password: Password = field(default_factory=Password)
    sasl: str = _STRONGEST
    tls: Tls | None = None

    @property
    def protocol(self) -> str:
        """Return what Kafka calls this way of being safe."""
        plain = "SSL" if self.tls else "PLAINTEXT"
        return f"SASL_{plain}" if self.user else plain

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
    """Return what ``scheme://user:password@host:port,host:port/namespace?option=value`` says.

    A scheme that ends in ``+tls`` is encrypted. Raises ``SettingsError`` for anything else, without
    repeating the password.
    """
    try:
        return _parse(url)
    except ValueError as error:
        raise SettingsError(f"KRING_BUS={hidden(url)!r}: {error}") from error


def _parse(url: str) -> Brokers:
    parts = urlsplit(url)
    namespace = parts.path.removeprefix("/")
    credentials, _, servers = parts.netloc.rpartition("@")
    if not all(map(_is_server, servers.split(","))) or not _NAMESPACE.fullmatch(namespace):
        raise ValueError(f"use {parts.scheme}://{_FORM}")
    options = _options(parts.query)
    is_encrypted = parts.scheme.endswith("+tls")
    tls = taken_tls(options, is_encrypted=is_encrypted)
    user, _, password = credentials.partition(":")
    brokers = Brokers(
        servers=servers,
        namespace=namespace,
        user=unquote(user),
        password=taken_password(unquote(password), options),
        sasl=options.get("sasl", _STRONGEST),
        tls=tls if is_encrypted else None,
        **{name: _number(name, text) for name, text in options.items() if name in _LEAST},
    )
    _check_credentials(brokers)
    return brokers


def _check_credentials(brokers: Brokers) -> None:
    if bool(brokers.user) != bool(brokers.password):
        raise ValueError("give user and password, as in user:password@host:port, or password_file")
    if brokers.sasl not in _SASL:
        raise ValueError(f"sasl is one of {', '.join(_SASL)}")
    if brokers.user and brokers.sasl == "plain" and not brokers.tls:
        raise ValueError("sasl=plain would send the password as it is: use +tls, or scram")


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


def refused(brokers: Brokers, said: str) -> AccessError:
    """Return the error of brokers that do not believe that we are who we say."""
    return AccessError(
        f"Kafka refuses the user {brokers.user or '(none)'} ({said}): correct user and password in"
        " KRING_BUS or the file it names, or let an administrator set them on the brokers"
    )


def lacking(brokers: Brokers, doing: str, said: str) -> AccessError:
    """Return the error of brokers that do not let us do something."""
    return AccessError(
        f"Kafka does not let {brokers.user or 'us'} do this, {doing}: {said}; let an administrator"
        " give the rights that docs/operator.md lists for each service"
    )


def barred(brokers: Brokers, doing: str) -> AccessError | None:
    """Return the error of brokers that no client can connect to until somebody mends it."""
    for server in brokers.servers.split(","):
        parts = urlsplit(f"//{server}")
        why = why_not(parts.hostname or "", parts.port or 0, brokers.tls)
        if why:
            return AccessError(f"Kafka, {doing}: {why}")
    return None


def _is_server(text: str) -> bool:
    try:
        parts = urlsplit(f"//{text}")
        return bool(parts.hostname and parts.port) and "@" not in text
    except ValueError:
        return False


def _options(query: str) -> Mapping[str, str]:
    try:
        options = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
    except ValueError as error:
        raise ValueError(f"{error} after the question mark") from error
    for name in options.keys() - {*_LEAST, *_TEXTS}:
        known = ", ".join(sorted((*_LEAST, *_TEXTS)))
        raise ValueError(f"unknown option {name!r}. Known are: {known}.")
    return options


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) >= _LEAST[name]):
        raise ValueError(f"{name} is a number from {_LEAST[name]} up")
    return int(text)
