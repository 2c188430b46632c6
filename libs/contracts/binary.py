"""CloudEvents 1.0 in Kafka's binary mode, read: attributes are headers that begin with ``ce_``.

The rules are those of the CloudEvents SDK, which a test holds this against; reading takes a fifth
of its time, and every consumer does it for every record.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from libs.kernel.errors import PoisonError

NO_TIME = datetime.fromtimestamp(0, UTC)
PREFIX = "ce_"
_CONTENT_TYPE = "content-type"
_VERSION = "1.0"
_NEVER_EMPTY = ("id", "source", "type", "subject", "dataschema", "datacontenttype")
_EXTENSIONS = ("sequence", "programme")
_HEADERS = {_CONTENT_TYPE: "datacontenttype"} | {
    f"{PREFIX}{name}": name for name in (*_NEVER_EMPTY, "specversion", "time", *_EXTENSIONS)
}
"""The attributes that need no look at their names."""
_EXTENSION = re.compile(r"[a-z0-9]+")


class Attributes(NamedTuple):
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
            attribute = _HEADERS.get(name) or _attribute(name)
            if attribute:
                found[attribute] = value.decode()
            else:
                value.decode()
    except UnicodeDecodeError as error:
        raise PoisonError(f"a header is no text: {error}") from error
    for name in ("id", "source", "type"):
        if name not in found:
            raise PoisonError(f"ce_{name} is missing")
    if "" in found.values():
        _refuse_empty(found)
    if found.get("specversion", _VERSION) != _VERSION:
        raise PoisonError(f"ce_specversion {found['specversion'][:20]!r}: use {_VERSION}")
    return Attributes(
        id=found["id"],
        type=found["type"],
        source=found["source"],
        subject=found.get("subject", ""),
        time=_time(found["time"]) if "time" in found else NO_TIME,
        extensions=found,
    )


def _attribute(name: str) -> str:
    """Return which attribute a header is; nothing if it is none."""
    lower = name.lower()
    if lower == _CONTENT_TYPE:
        return "datacontenttype"
    if not lower.startswith(PREFIX):
        return ""
    attribute = lower.removeprefix(PREFIX)
    if attribute == "data" or not _EXTENSION.fullmatch(attribute):
        raise PoisonError(f"{name[:40]} names no attribute")
    return attribute


def _refuse_empty(found: Mapping[str, str]) -> None:
    for name in _NEVER_EMPTY:
        if found.get(name) == "":
            raise PoisonError(f"the attribute {name} is empty")


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise PoisonError(f"ce_time {text[:40]!r} is no time") from error
    if time.tzinfo is None:
        raise PoisonError(f"ce_time {text[:40]!r} has no time zone")
    return time
