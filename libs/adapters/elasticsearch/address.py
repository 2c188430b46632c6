"""The setting ``KRING_INDEX`` as Elasticsearch understands it."""

import re
from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from libs.kernel.credentials import TLS_OPTIONS, Password, Tls, taken_password, taken_tls
from libs.kernel.errors import SettingsError

PORT = 9200
EXAMPLE = "elasticsearch://host:9200 or elasticsearch+https://user:password@host:9200"
_PARAMETERS = (
    "api_key",
    "api_key_file",
    *TLS_OPTIONS,
    "password_file",
    "prefix",
    "replicas",
    "shards",
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where the cluster is, who we are there, and how new indexes are laid out."""

    hosts: tuple[str, ...]
    user: str = ""
    password: Password = field(default_factory=Password)
    api_key: Password = field(default_factory=Password)
    tls: Tls | None = None
    prefix: str = "kring"
    """Begins the name of every index, so that two installations can share a cluster."""
    shards: int = 1
    replicas: int = 1

    @classmethod
    def parse(cls, url: str) -> "Address":
        """Read the URL; raises ``SettingsError`` that says how to write it."""
        try:
            parts = urlsplit(url)
            given = _parameters(parts.query)
            credentials, _, hosts = parts.netloc.rpartition("@")
            user, _, password = credentials.partition(":")
            protocol = "https" if parts.scheme.endswith("+https") else "http"
            tls = taken_tls(given, is_encrypted=protocol == "https")
            address = cls(
                hosts=tuple(_host(each, protocol) for each in hosts.split(",")),
                user=unquote(user),
                password=taken_password(unquote(password), given),
                api_key=taken_password(given.get("api_key", ""), given, name="api_key"),
                tls=tls if protocol == "https" else None,
                prefix=_prefix(given.get("prefix", "kring")),
                shards=_count(given.get("shards", "1"), least=1),
                replicas=_count(given.get("replicas", "1"), least=0),
            )
        except ValueError as error:
            # The URL may hold a password: it is not repeated.
            raise SettingsError(f"KRING_INDEX: {error}. Write it like {EXAMPLE}.") from error
        if bool(address.user) != bool(address.password):
            raise SettingsError("KRING_INDEX: give user and password, or user and password_file.")
        if parts.path.strip("/"):
            raise SettingsError("KRING_INDEX: a cluster has no path. Use ?prefix=… for a name.")
        return address

    def authorization(self) -> str:
        """Return the header that says who we are, as the files have it now; empty if nobody asks.

        Raises ``AccessError`` when a file cannot be read.
        """
        if self.api_key:
            return f"ApiKey {self.api_key.read()}"
        if self.user:
            pair = f"{self.user}:{self.password.read()}".encode()
            return f"Basic {b64encode(pair).decode()}"
        return ""


def _host(given: str, protocol: str) -> str:
    parts = urlsplit(f"{protocol}://{given}")
    if not parts.hostname:
        raise ValueError("a host is missing")
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{protocol}://{name}:{parts.port or PORT}"


def _parameters(query: str) -> dict[str, str]:
    given = dict(parse_qsl(query, strict_parsing=bool(query)))
    for name in given:
        if name not in _PARAMETERS:
            raise ValueError(f"unknown parameter {name!r}; known are {', '.join(_PARAMETERS)}")
    return given


def _prefix(given: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", given):
        raise ValueError("a prefix has small letters, digits and hyphens")
    return given


def _count(given: str, *, least: int) -> int:
    if not given.isdecimal() or int(given) < least:
        raise ValueError(f"{given!r} is no whole number of at least {least}")
    return int(given)
