"""Groups of readers: who holds which slot, and how far the group is."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from libs.adapters.sqlite.file import LogFile
from libs.kernel.bell import Bell
from libs.kernel.clock import Clock
from libs.ports.bus import Slot

BEAT_SECONDS = 3.0
"""A member that polls says so this often."""
LEASE_SECONDS = 10.0
"""A member that was silent for so long loses its slots."""

_JOIN = "INSERT INTO member (reader_group, topics, seen_at) VALUES (?, ?, ?) RETURNING id"
_CHANGED = """
INSERT INTO reader_group VALUES (?, 1)
ON CONFLICT (name) DO UPDATE SET generation = generation + 1
"""
_GENERATION = "SELECT generation FROM reader_group WHERE name = ?"
_TAKE = """
INSERT INTO group_offset VALUES (:group, :topic, :partition, 0, :member, 1)
ON CONFLICT DO UPDATE SET member = excluded.member, fence = fence + 1 WHERE member IS NULL
"""
_RELEASE = """
UPDATE group_offset SET member = NULL
WHERE reader_group = ? AND topic = ? AND partition = ? AND member = ?
"""
_ABANDON = """
UPDATE group_offset SET member = NULL
WHERE reader_group = ? AND member NOT IN (SELECT id FROM member)
"""
_COMMIT = """
UPDATE group_offset SET offset = ?
WHERE reader_group = ? AND topic = ? AND partition = ? AND member = ? AND fence = ?
"""


@dataclass(frozen=True, slots=True)
class Lease:
    """A slot held by a member: where its group continues, and the number of this holding."""

    offset: int
    fence: int


def shares(members: Mapping[int, frozenset[str]], partitions: int) -> dict[Slot, int]:
    """Return which member should hold each slot, by the topics each subscribed to.

    Every member computes the same answer. Members of the same topics get shares that differ by at
    most one slot.
    """
    topics = sorted(frozenset().union(*members.values()))
    takers = {
        topic: sorted(member for member, wanted in members.items() if topic in wanted)
        for topic in topics
    }
    slots = [Slot(topic, partition) for topic in topics for partition in range(partitions)]
    return {
        slot: takers[slot.topic][place % len(takers[slot.topic])]
        for place, slot in enumerate(slots)
    }


class Membership:
    """One member's side of a group.

    A slot changes hands in two steps, so that it never has two holders: who should no longer hold
    it lets go when it polls, and only a slot that nobody holds is taken.
    """

    def __init__(
        self, file: LogFile, group: str, topics: frozenset[str], *, clock: Clock, bell: Bell
    ) -> None:
        """Name the group and the topics; nobody joins before the first ``beat``."""
        self._file = file
        self._group = group
        self._topics = topics
        self._clock = clock
        self._bell = bell
        self._member = 0
        self._generation = 0
        self._next_beat = clock.monotonic()

    def is_late(self) -> bool:
        """Tell whether it is time to say that this member lives."""
        return self._clock.monotonic() >= self._next_beat

    def has_changed(self, connection: sqlite3.Connection) -> bool:
        """Tell whether slots may have changed hands since the last ``beat``."""
        row = connection.execute(_GENERATION, (self._group,)).fetchone()
        return bool(row[0] != self._generation)

    def beat(self) -> dict[Slot, Lease]:
        """Say that this member lives, settle who holds what, and return what this one holds."""
        with self._file.write(durable=False) as connection:
            joined = self._stay_or_join(connection)
            expired = self._expire(connection)
            moved = self._let_go_and_take(connection)
            if joined or expired or moved:
                connection.execute(_CHANGED, (self._group,))
            generation = connection.execute(_GENERATION, (self._group,)).fetchone()[0]
            held = self._held(connection)
        self._generation = generation
        self._next_beat = self._clock.monotonic() + BEAT_SECONDS
        if joined or expired or moved:
            self._bell.ring()
        return held

    def commit(self, offsets: Mapping[Slot, int], fences: Mapping[Slot, int]) -> None:
        """Record how far the group is; a slot that went to another holder is left alone."""
        rows = [
            (offset, self._group, *slot, self._member, fences[slot])
            for slot, offset in offsets.items()
            if slot in fences
        ]
        if rows:
            with self._file.write(durable=False) as connection:
                connection.executemany(_COMMIT, rows)

    def leave(self) -> None:
        """Give the slots back."""
        if not self._member:
            return
        with self._file.write(durable=False) as connection:
            connection.execute("DELETE FROM member WHERE id = ?", (self._member,))
            connection.execute(_ABANDON, (self._group,))
            connection.execute(_CHANGED, (self._group,))
        self._member = 0
        self._bell.ring()

    def _stay_or_join(self, connection: sqlite3.Connection) -> bool:
        now = self._clock.now().timestamp()
        query = "UPDATE member SET seen_at = ? WHERE id = ? RETURNING id"
        if connection.execute(query, (now, self._member)).fetchone() is not None:
            return False
        row = (self._group, "\n".join(sorted(self._topics)), now)
        self._member = connection.execute(_JOIN, row).fetchone()[0]
        return True

    def _expire(self, connection: sqlite3.Connection) -> bool:
        latest = self._clock.now().timestamp() - LEASE_SECONDS
        query = "DELETE FROM member WHERE reader_group = ? AND seen_at < ? RETURNING id"
        expired = connection.execute(query, (self._group, latest)).fetchall()
        if expired:
            connection.execute(_ABANDON, (self._group,))
        return bool(expired)

    def _let_go_and_take(self, connection: sqlite3.Connection) -> bool:
        query = "SELECT id, topics FROM member WHERE reader_group = ?"
        members = {
            member: frozenset(topics.split("\n"))
            for member, topics in connection.execute(query, (self._group,))
        }
        target = shares(members, self._file.partitions)
        mine = {slot for slot, member in target.items() if member == self._member}
        held = self._held(connection).keys()
        surplus = [(self._group, *slot, self._member) for slot in held - mine]
        connection.executemany(_RELEASE, surplus)
        for topic, partition in mine - held:
            values = {"topic": topic, "partition": partition}
            connection.execute(_TAKE, {**values, "group": self._group, "member": self._member})
        return bool(surplus)

    def _held(self, connection: sqlite3.Connection) -> dict[Slot, Lease]:
        query = """
        SELECT topic, partition, offset, fence FROM group_offset
        WHERE reader_group = ? AND member = ?
        """
        rows = connection.execute(query, (self._group, self._member))
        return {
            Slot(topic, partition): Lease(offset, fence) for topic, partition, offset, fence in rows
        }
