"""The bus as a log in one SQLite file, for one machine; several processes may share it."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zlib import crc32

from typing_extensions import override

from libs.adapters.sqlite import retention
from libs.adapters.sqlite.file import LogFile
from libs.adapters.sqlite.groups import Membership
from libs.adapters.sqlite.subscription import SqliteSubscription
from libs.contracts import headers
from libs.contracts.envelope import Record
from libs.kernel.bell import Bell
from libs.kernel.clock import Clock
from libs.kernel.errors import SettingsError
from libs.ports.bus import Bus, Slot, Subscription

_PREFIX = "sqlite:///"
_APPEND = """
INSERT INTO log (topic, partition, offset, key, headers, written_at, value)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_END = "SELECT next FROM slot_end WHERE topic = ? AND partition = ?"
_MOVE_END = """
INSERT INTO slot_end VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET next = excluded.next
"""


class SqliteBus(Bus):
    """Publishes a batch in one transaction: all of it or nothing."""

    def __init__(self, file: LogFile, *, clock: Clock) -> None:
        """Take the file, which this bus closes, and the clock that leases run by."""
        self._file = file
        self._clock = clock
        self._bell = Bell()
        self._subscriptions: list[Subscription] = []

    @override
    def prepare(self, topics: Sequence[str]) -> None:
        """Do nothing: a topic is what its records say."""

    @override
    def publish(self, records: Sequence[Record]) -> int:
        if not records:
            return 0
        slots: defaultdict[Slot, list[Record]] = defaultdict(list)
        for record in records:
            slots[Slot(record.topic, crc32(record.key) % self._file.partitions)].append(record)
        now = self._clock.now().timestamp()
        with self._file.write(durable=True) as connection:
            for slot, batch in slots.items():
                _append(connection, slot, batch, now)
        self._bell.ring()
        return len(records)

    @override
    def subscribe(self, group: str, topics: Sequence[str]) -> Subscription:
        membership = Membership(
            self._file, group, frozenset(topics), clock=self._clock, bell=self._bell
        )
        subscription = SqliteSubscription(self._file, group, membership, self._bell)
        self._subscriptions.append(subscription)
        return subscription

    @override
    def forget(self, group: str) -> None:
        with self._file.write(durable=True) as connection:
            connection.execute("DELETE FROM group_offset WHERE reader_group = ?", (group,))

    @override
    def tidy(self, *, replaced_before: datetime, published_before: datetime) -> int:
        replaced = self.compact(older_than=replaced_before)
        return replaced + self.prune(older_than=published_before)

    def prune(self, *, older_than: datetime) -> int:
        """Delete what was published before a time on topics that are not compacted.

        Returns how many; a group that has not read them by then never will.
        """
        return retention.prune(self._file, older_than)

    def compact(self, *, older_than: datetime) -> int:
        """Delete what was published before a time and replaced since, on compacted topics.

        Returns how many. The newest record of each key stays: a new group finds every state.
        """
        return retention.compact(self._file, older_than)

    @override
    def close(self) -> None:
        while self._subscriptions:
            self._subscriptions.pop().close()
        self._file.close()


def open_bus(url: str, *, clock: Clock, partitions: int = 6) -> SqliteBus:
    """Open the log at ``sqlite:///path``; the partitions count when the file is made, not later.

    Raises ``SettingsError`` when the file cannot be used as a log.
    """
    path = url.removeprefix(_PREFIX)
    if path in {url, ""}:
        raise SettingsError(f"KRING_BUS={url!r}: use sqlite:///path/of/log.db")
    return SqliteBus(LogFile(Path(path), partitions=partitions), clock=clock)


def _append(
    connection: sqlite3.Connection, slot: Slot, batch: Sequence[Record], now: float
) -> None:
    row = connection.execute(_END, slot).fetchone()
    first = row[0] if row else 0
    connection.executemany(
        _APPEND,
        [
            (*slot, first + place, record.key, headers.pack(record.headers), now, record.value)
            for place, record in enumerate(batch)
        ],
    )
    connection.execute(_MOVE_END, (*slot, first + len(batch)))
