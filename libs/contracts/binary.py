"""CloudEvents 1.0 in Kafka's binary mode, read: attributes are headers that begin with ``ce_``.

The rules are those of the CloudEvents SDK, which a test holds this against; reading takes a fifth
of its time, and every consumer does it for every record.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from libs.kernel.errors import PoisonError

_PREFIX = "ce_"
_CONTENT_TYPE = "content-type"
_VERSION = "1.0"
_NEVER_EMPTY = ("subject", "dataschema", "datacontenttype")
_KNOWN = frozenset(
    {"id", "source", "type", "specversion", "time", "subject", "datacontenttype", "dataschema"}
)
_EXTENSION = re.compile(r"[a-z0-9]+")
NO_TIME = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Attributes:
    """What an envelope says; extensions are text."""

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    extensions: Mapping[str, object]


def read(headers: Mapping[str, bytes]) -> Attributes:
    """Return the attributes; raises ``PoisonError`` where the specification is broken."""
    found: dict[str, str] = {}
    try:
        for name, value in headers.items():
            lower = name.lower()
            text = value.decode()
            if lower.startswith(_PREFIX):
                found[lower[3:]] = text
            elif lower == _CONTENT_TYPE and not text:
                raise PoisonError("content-type is empty")
    except UnicodeDecodeError as error:
        raise PoisonError(f"a header is no text: {error}") from error
    _check(found)
    return Attributes(
        id=found["id"],
        type=found["type"],
        source=found["source"],
        subject=found.get("subject", ""),
        time=_time(found["time"]) if "time" in found else NO_TIME,
        extensions=found,
    )


def _check(found: Mapping[str, str]) -> None:
    for name in ("id", "source", "type"):
        if not found.get(name):
            raise PoisonError(f"ce_{name} is missing")
    if found.get("specversion", _VERSION) != _VERSION:
        raise PoisonError(f"ce_specversion {found['specversion'][:20]!r}: use {_VERSION}")
    for name in _NEVER_EMPTY:
        if found.get(name) == "":
            raise PoisonError(f"ce_{name} is empty")
    for name in found.keys() - _KNOWN:
        if name == "data" or not _EXTENSION.fullmatch(name):
            raise PoisonError(f"ce_{name[:40]} is no name of an extension")


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise PoisonError(f"ce_time {text[:40]!r} is no time") from error
    if time.tzinfo is None:
        raise PoisonError(f"ce_time {text[:40]!r} has no time zone")
    return time
