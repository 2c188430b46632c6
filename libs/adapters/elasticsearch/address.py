"""The setting ``KRING_INDEX`` as Elasticsearch understands it."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from libs.kernel.errors import SettingsError

PORT = 9200
EXAMPLE = "elasticsearch://host:9200 or elasticsearch+https://user:password@host:9200"
_PARAMETERS = ("api_key", "ca", "prefix", "replicas", "shards")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the cluster is, who we are there, and how new indexes are laid out."""

    hosts: tuple[str, ...]
    user: str = ""
    password: str = ""
    api_key: str = ""
    ca: str = ""
    """File with the certificate of the cluster's authority; empty for a public one."""
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
            address = cls(
                hosts=tuple(_host(each, protocol) for each in hosts.split(",")),
                user=unquote(user),
                password=unquote(password),
                api_key=given.get("api_key", ""),
                ca=given.get("ca", ""),
                prefix=_prefix(given.get("prefix", "kring")),
                shards=_count(given.get("shards", "1"), least=1),
                replicas=_count(given.get("replicas", "1"), least=0),
            )
        except ValueError as error:
            # The URL may hold a password: it is not repeated.
            raise SettingsError(f"KRING_INDEX: {error}. Write it like {EXAMPLE}.") from error
        if parts.path.strip("/"):
            raise SettingsError("KRING_INDEX: a cluster has no path. Use ?prefix=… for a name.")
        return address


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
