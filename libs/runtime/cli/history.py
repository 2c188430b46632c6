"""The log read from its start, beside whoever else reads it."""

from collections.abc import Iterator

from google.protobuf.message import Message

from libs.contracts.codec import decode
from libs.contracts.envelope import Event
from libs.contracts.topics import Topic
from libs.kernel.errors import PoisonError
from libs.ports.bus import Bus

GROUP = "kring.operator"
BATCH = 500


def events_of(bus: Bus, topic: Topic[Message]) -> Iterator[Event[Message]]:
    """Yield every event of a topic that is still in the log; what cannot be decoded is left out."""
    bus.forget(GROUP)
    subscription = bus.subscribe(GROUP, [topic.name])
    try:
        while deliveries := subscription.poll(limit=BATCH, timeout_seconds=0):
            for delivery in deliveries:
                try:
                    yield decode(delivery.record)
                except PoisonError:
                    continue  # it is in the dead-letter queue, and the next snapshot heals it
    finally:
        subscription.close()
        bus.forget(GROUP)
