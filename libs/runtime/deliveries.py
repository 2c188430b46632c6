"""Deliveries of the log, read as events."""

from google.protobuf.message import Message

from libs.contracts.codec import decode
from libs.contracts.envelope import Event
from libs.kernel.errors import PoisonError
from libs.ports.bus import Delivery


def event_of(delivery: Delivery) -> Event[Message]:
    """Return the event; raises ``PoisonError`` where the log could not give it, or it is none."""
    if delivery.unreadable:
        raise PoisonError(delivery.unreadable)
    return decode(delivery.record)
