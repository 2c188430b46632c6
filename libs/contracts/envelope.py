"""An event: the whole state of one aggregate, and what travels beside it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple

from libs.contracts.topics import M_co, Topic


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
