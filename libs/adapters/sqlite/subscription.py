"""One member of a group, as it polls the log."""

from collections.abc import Mapping, Sequence

from typing_extensions import override

from libs.adapters.sqlite.file import LogFile, translated
from libs.adapters.sqlite.groups import Lease, Membership
from libs.contracts import headers
from libs.contracts.envelope import Record
from libs.kernel.bell import Bell
from libs.ports.bus import Delivery, Slot, Subscription

LOOK_SECONDS = 0.2
"""What another process published is seen after at most so long; our own rings the bell."""
_UNSEEN = -1

_READ = """
SELECT offset, key, headers, value FROM log
WHERE topic = ? AND partition = ? AND offset >= ? ORDER BY offset LIMIT ?
"""
# Offsets have holes where records were pruned: what remains counts from the oldest that is there.
_LAG = """
SELECT done.topic, done.partition, slot_end.next - coalesce(
    (SELECT min(log.offset) FROM log WHERE log.topic = done.topic
        AND log.partition = done.partition AND log.offset >= done.offset), slot_end.next)
FROM group_offset AS done JOIN slot_end USING (topic, partition)
WHERE done.reader_group = ?
"""


class SqliteSubscription(Subscription):
    """Reads the slots it holds in turn, each from a position of its own."""

    def __init__(self, file: LogFile, group: str, membership: Membership, bell: Bell) -> None:
        """Take the log and a membership that nobody else uses."""
        self._connection = file.reader()
        self._group = group
        self._membership = membership
        self._bell = bell
        self._held: dict[Slot, int] = {}  # with the fence of each
        self._positions: dict[Slot, int] = {}
        self._seen_version = _UNSEEN
        self._turn = 0
        self._closed = False

    @override
    def poll(self, *, limit: int, timeout_seconds: float) -> Sequence[Delivery]:
        remaining = timeout_seconds
        while True:
            known = self._bell.rings()
            deliveries = self._look(limit)
            if deliveries or remaining <= 0:
                return deliveries
            self._bell.wait(known, min(remaining, LOOK_SECONDS))
            remaining -= LOOK_SECONDS  # counted whole even if the bell rang: it may end early

    @override
    def commit(self, offsets: Mapping[Slot, int]) -> None:
        self._membership.commit(offsets, self._held)

    @override
    def rewind(self, offsets: Mapping[Slot, int]) -> None:
        self._positions.update(
            {slot: offset for slot, offset in offsets.items() if slot in self._held}
        )
        self._seen_version = _UNSEEN

    @override
    def lag(self) -> Mapping[Slot, int]:
        lags = dict.fromkeys(self._held, 0)
        with translated():
            for topic, partition, lag in self._connection.execute(_LAG, (self._group,)):
                if (slot := Slot(topic, partition)) in lags:
                    lags[slot] = lag
        return lags

    @override
    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._held = {}
        self._positions = {}
        self._membership.leave()
        self._connection.close()

    def _look(self, limit: int) -> list[Delivery]:
        with translated():
            # An idle look is this one statement: the number changes when anybody commits.
            version = self._connection.execute("PRAGMA data_version").fetchone()[0]
            if self._membership.is_late() or (
                version != self._seen_version and self._membership.has_changed(self._connection)
            ):
                self._hold(self._membership.beat())
            elif version == self._seen_version:
                return []
            deliveries, has_more = self._read(limit)
        self._seen_version = _UNSEEN if has_more else version
        return deliveries

    def _hold(self, held: Mapping[Slot, Lease]) -> None:
        """Continue in the slots that stay; start where the group is in those that are new."""
        self._positions = {
            slot: self._positions[slot] if self._held.get(slot) == lease.fence else lease.offset
            for slot, lease in held.items()
        }
        self._held = {slot: lease.fence for slot, lease in held.items()}

    def _read(self, limit: int) -> tuple[list[Delivery], bool]:
        """Return records after the positions, and whether there are more; one state of the log."""
        found: list[Delivery] = []
        has_more = False
        self._connection.execute("BEGIN")
        try:
            for slot, end in self._behind():
                room = limit - len(found)
                deliveries = self._read_slot(slot, room) if room else []
                is_whole = len(deliveries) < room
                if deliveries:
                    self._positions[slot] = deliveries[-1].offset + 1
                if is_whole:
                    self._positions[slot] = end  # over the hole of what was pruned
                has_more = has_more or self._positions[slot] < end
                found += deliveries
        finally:
            self._connection.rollback()
        return found, has_more

    def _behind(self) -> list[tuple[Slot, int]]:
        """Return the slots that have something after the position, with their ends, in turn."""
        rows = self._connection.execute("SELECT topic, partition, next FROM slot_end")
        ends = {Slot(topic, partition): end for topic, partition, end in rows}
        behind = sorted(
            (slot, ends[slot])
            for slot, position in self._positions.items()
            if ends.get(slot, 0) > position
        )
        self._turn += 1
        first = self._turn % len(behind) if behind else 0
        return behind[first:] + behind[:first]  # no busy slot starves the others

    def _read_slot(self, slot: Slot, limit: int) -> list[Delivery]:
        rows = self._connection.execute(_READ, (*slot, self._positions[slot], limit))
        return [
            Delivery(slot, offset, Record(slot.topic, key, headers.unpack(packed), value))
            for offset, key, packed, value in rows
        ]
