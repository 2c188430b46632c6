"""A record that was taken from the bus: its event, and what is said of it."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from google.protobuf.message import Message

from libs.contracts.envelope import Event, Record
from libs.kernel import trace
from libs.ports.bus import Delivery, Slot

LONGEST_REASON = 1000

Place = tuple[Slot, int]
"""A slot and an offset in it."""


class Taken(NamedTuple):
    """A delivery with its event, opened, and the digest of its payload as it came, sealed.

    The digest is kept for good, so it must not be one of personal data.
    """

    delivery: Delivery
    event: Event[Message]
    digest: bytes

    @property
    def place(self) -> Place:
        """Return where it stands in the log."""
        return self.delivery.slot, self.delivery.offset

    def names(self) -> dict[str, object]:
        """Return what logs say of it: where it stands, which it is, and its trace."""
        span = trace.parse(self.event.traceparent)
        return {
            "topic": self.delivery.slot.topic,
            "partition": self.delivery.slot.partition,
            "offset": self.delivery.offset,
            "event_id": self.event.id,
            "trace_id": span.trace_id if span else "",
        }


def common_trace(taken: Sequence[Taken]) -> str:
    """Return the trace that all of them belong to; nothing if they belong to several."""
    traces = {one.event.traceparent for one in taken}
    return traces.pop() if len(traces) == 1 else ""


def traceparent_of(delivery: Delivery) -> str:
    """Return the trace of a record, of one that cannot be decoded too."""
    return dict(delivery.record.headers).get(trace.HEADER, b"").decode("ascii", "replace")


def reason_of(error: Exception) -> str:
    """Return why a record was buried, as text that every database can keep."""
    reason = f"{type(error).__name__}: {error}"[:LONGEST_REASON]
    return reason.encode("utf-8", "backslashreplace").decode().replace("\0", "")


def digest_of(record: Record) -> bytes:
    """Return what tells one state from another; ours are written in one way only."""
    return hashlib.sha256(record.value).digest()
