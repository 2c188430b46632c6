"""An event: the whole state of one aggregate, and what travels beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple

from libs.contracts.topics import M_co, Topic


@dataclass(frozen=True, slots=True)
class Request:
    """How an event came on a topic that other programmes write, where nothing is certain.

    Whoever sent it is told what is wrong with it: so it is an event although it may have a flaw.
    """

    headers: Mapping[str, bytes]
    """As they came; of a name that came twice, the last."""
    payload: bytes
    """The whole value, which a signature is over."""
    flaw: str = ""
    """Why it cannot be read, as a sentence that names no field; the state is then empty."""
    unknown: tuple[str, ...] = ()
    """Fields that were read over, since the contract does not have them, or not yet."""


class Event(NamedTuple, Generic[M_co]):
    """A snapshot of one aggregate at ``sequence``; order is the sequence, never the time.

    A tuple, because every consumer makes one per record: a frozen dataclass takes five times as
    long.
    """

    topic: Topic[M_co]
    id: str
    aggregate_id: str
    sequence: int
    programme: str
    source: str
    time: datetime
    state: M_co
    traceparent: str = ""
    request: Request | None = None
    """On a topic that other programmes write, and only there."""

    @property
    def subject(self) -> str:
        """Return ``aggregate/id``, as in ``ce_subject``."""
        return f"{self.topic.aggregate}/{self.aggregate_id}"

    @property
    def key(self) -> bytes:
        """Return the partition key, ``programme:aggregate/id``."""
        return f"{self.programme}:{self.subject}".encode()


@dataclass(frozen=True, slots=True)
class Record:
    """An event as bytes, as every bus carries it."""

    topic: str
    key: bytes
    headers: tuple[tuple[str, bytes], ...]
    value: bytes
