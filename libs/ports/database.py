"""The database of one service: one transaction changes state and writes its events."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from libs.contracts.envelope import Record
from libs.contracts.topics import M, Topic
from libs.kernel.audit import Deed, Entry


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that could not be processed, whole, with the reason."""

    topic: str
    partition: int
    offset: int
    record: Record
    reason: str
    attempts: int
    rejected_at: datetime | None = None
    id: int = 0


class Step(NamedTuple):
    """The sequence of a snapshot, and the SHA-256 of its payload."""

    sequence: int
    digest: bytes


class Work(Protocol):
    """An open transaction. Everything done through it becomes true together, or not at all."""

    def emit(
        self, topic: Topic[M], aggregate_id: str, *, programme: str, sequence: int, state: M
    ) -> None:
        """Write a snapshot into the outbox; the relay publishes it after the commit, in order."""
        ...

    def advance(self, consumer: str, aggregate: str, sequence: int, digest: bytes) -> bool:
        """Record that a consumer takes this sequence of an aggregate; False if it is not newer.

        The row outlives the data, so that an older snapshot can never bring it back. The same
        sequence with another digest means two writers: it is refused and reported as an alarm.
        """
        ...

    def advance_all(self, consumer: str, steps: Mapping[str, Step]) -> set[str]:
        """Do the same for several aggregates at once; return those whose sequence was newer."""
        ...

    def forget(self, consumer: str) -> None:
        """Drop what a consumer applied, so that it takes every snapshot again: for a rebuild."""
        ...

    def bury(self, letter: DeadLetter) -> None:
        """Keep a dead letter, once per place in the log, and emit it to the dead-letter topic."""
        ...

    def vanish(self, subject: str, sequence: int, *, cause: str = "") -> None:
        """Ask that what was deleted with this snapshot vanishes from every file, too.

        ``cause`` is the subject for whose sake it was deleted, by default its own.
        """
        ...


class Database(Protocol):
    """Transactions over one service's own tables."""

    def write(self) -> AbstractContextManager[Work]:
        """Open a transaction that sees and changes the newest state; commit at the end.

        Writers of one database exclude one another where the engine has no finer lock. An exception
        rolls back. Raises ``RetryableError`` when the database is down or busy.
        """
        ...

    def read(self) -> AbstractContextManager[Work]:
        """Open a transaction that sees one state and changes nothing."""
        ...

    def outbox(self) -> "Outbox":
        """Return the rows that wait for the relay."""
        ...

    def letters(self) -> "Letters":
        """Return the dead letters of this service."""
        ...

    def cleanings(self) -> "Cleanings":
        """Return what was asked to vanish."""
        ...

    def purge(self) -> None:
        """Let whatever was deleted vanish from the files now, as far as the engine can.

        Raises ``RetryableError`` while a reader is in the way.
        """
        ...

    def audit(self, key: bytes) -> "Audit":
        """Return the deeds that were written down, chained by a key that stands elsewhere."""
        ...

    def tidy(self, *, sent_before: datetime) -> int:
        """Delete the outbox rows sent before a time; return how many.

        Whatever was deleted from this database before vanishes from its files, too, unless a reader
        is in the way.
        """
        ...

    def version(self) -> str:
        """Return a value that is another one after every commit of a change, by anybody."""
        ...

    def is_ready(self) -> bool:
        """Tell whether the database answers."""
        ...

    def close(self) -> None:
        """Release connections."""
        ...


class Outbox(Protocol):
    """What was committed and is not published yet."""

    def wait(self, seconds: float) -> None:
        """Return when a transaction of this process committed rows, at the latest after so long."""
        ...

    def claim(self, limit: int) -> list[tuple[int, Record]]:
        """Return what ``pending`` does if this process is the one that publishes, else nothing.

        Of all processes that ask one does, until its database is closed, it ends, or it stands
        still for half a minute: so rows are published in order.
        """
        ...

    def pending(self, limit: int) -> list[tuple[int, Record]]:
        """Return the oldest rows not yet sent, with their ids, in the order they were written."""
        ...

    def mark_sent(self, ids: list[int]) -> None:
        """Record that the bus holds these rows."""
        ...

    def waiting(self) -> int:
        """Return how many rows are not sent yet."""
        ...

    def oldest_seconds(self) -> float:
        """Return the age of the oldest unsent row; 0 when there is none."""
        ...


class Letters(Protocol):
    """The dead letters of one service, for the command line."""

    def find(self, *, limit: int = 100, topic: str = "") -> list[DeadLetter]:
        """Return the newest letters first."""
        ...

    def count(self) -> int:
        """Return how many letters are kept."""
        ...

    def get(self, letter_id: int) -> DeadLetter | None:
        """Return one letter."""
        ...

    def drop(self, letter_id: int) -> bool:
        """Delete one letter; tell whether there was one."""
        ...

    def drop_naming(self, words: Collection[str]) -> int:
        """Delete the letters in whose bytes or reason one of these words stands; return how many.

        In any case, as UTF-8 or as JSON escapes it. Empty words name nothing.
        """
        ...


class Audit(Protocol):
    """Who did what to whom: a chain that only grows."""

    def append(self, deed: Deed) -> Entry:
        """Write a deed down behind the last one, in a transaction of its own."""
        ...

    def entries(self) -> Iterator[Entry]:
        """Yield every entry as it stands, by its sequence; none of them is checked."""
        ...

    def concerning(self, who: str) -> list[Deed]:
        """Return what was done by this actor or to this target, oldest first."""
        ...


class Vanishing(StrEnum):
    """How far something is that shall vanish."""

    AWAITED = "awaited"
    """Its snapshot has not arrived yet."""
    DELETED = "deleted"
    """It can no longer be read, but its bytes may still stand in files."""
    GONE = "gone"
    """The files were cleaned since."""
    UNKNOWN = "unknown"
    """Nothing was ever known about it here."""


class Cleanings(Protocol):
    """What was deleted for good, and whether its bytes are gone; holds opaque ids only."""

    def pending(self) -> list[str]:
        """Return the subjects whose bytes may still stand in files."""
        ...

    def finish(self, subjects: Collection[str]) -> None:
        """Record that the files were cleaned of these."""
        ...

    def caused_by(self, subject: str) -> Mapping[str, int]:
        """Return everything deleted for the sake of one subject, with the sequences."""
        ...

    def look(self, consumer: str, steps: Mapping[str, int]) -> Mapping[str, Vanishing]:
        """Tell how far a consumer is with these subjects, deleted at these sequences."""
        ...
