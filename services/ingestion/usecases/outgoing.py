"""What goes out to programmes: onto topics that they read, and to webhooks that they gave."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import Message

from libs.contracts import codec
from libs.contracts.envelope import Event
from libs.contracts.topics import Topic
from libs.ports.database import Work
from services.ingestion.domain.hook import Parcel
from services.ingestion.usecases.registry import Registry

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[M]):
    """The state of one thing of a programme, at a sequence."""

    id: str
    programme: str
    sequence: int
    state: M


@dataclass(frozen=True)
class Outgoing:
    """Puts a snapshot on a topic of programmes, and lets it wait for their webhooks."""

    registry: Registry

    def emit(
        self, topic: Topic[M], snapshot: Snapshot[M], work: Work, *, others: bool = False
    ) -> None:
        """Tell the programme itself or, with ``others``, all other programmes."""
        identity, programme = snapshot.id, snapshot.programme
        work.emit(
            topic,
            identity,
            programme=programme,
            sequence=snapshot.sequence,
            state=snapshot.state,
        )
        hooks = self.registry.stores.hooks
        told = hooks.told(work, programme, others=others)
        if not told:
            return
        event = Event(
            topic=topic,
            id=self.registry.ids.new(),
            aggregate_id=identity,
            sequence=snapshot.sequence,
            programme=programme,
            source=codec.source_of("ingestion"),
            time=self.registry.clock.now(),
            state=snapshot.state,
        )
        body = codec.whole(event)
        for hook_id in told:
            parcel = Parcel(hook_id, event.subject, event.id, body)
            hooks.send(work, parcel, event.time)
