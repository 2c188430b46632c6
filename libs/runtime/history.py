"""The log read from its start, beside whoever else reads it."""

from collections.abc import Iterator, Sequence
from uuid import uuid4

from google.protobuf.message import Message

from libs.contracts.codec import decode
from libs.contracts.envelope import Event
from libs.contracts.topics import Topic
from libs.kernel.errors import PoisonError, RetryableError
from libs.ports.bus import Bus, Delivery, Subscription

GROUP = "kring.operator"
BATCH = 500
PATIENT_POLLS = 30
"""How often a reader asks for its share of the log before it gives up."""


def events_of(bus: Bus, topic: Topic[Message]) -> Iterator[Event[Message]]:
    """Yield every event of a topic that is still in the log; what cannot be decoded is left out.

    Raises ``RetryableError`` when the log cannot be read now.
    """
    group = f"{GROUP}.{uuid4().hex}"  # another reader at the same time would get half of it
    subscription = bus.subscribe(group, [topic.name])
    try:
        for deliveries in _batches(subscription):
            for delivery in deliveries:
                try:
                    yield decode(delivery.record)
                except PoisonError:
                    continue  # it is in the dead-letter queue, and the next snapshot heals it
    finally:
        subscription.close()
        bus.forget(group)


def _batches(subscription: Subscription) -> Iterator[Sequence[Delivery]]:
    """Yield what there is until nothing is left of all slots."""
    for _ in range(PATIENT_POLLS):
        while deliveries := subscription.poll(limit=BATCH, timeout_seconds=0):
            yield deliveries
        if subscription.lag():
            return
    raise RetryableError("the log gives this reader no share: try again in a moment")
