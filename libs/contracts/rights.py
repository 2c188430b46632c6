"""Which rights each service needs on the brokers: from who writes a topic, and who reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from libs.contracts.brokers import Brokers
from libs.contracts.topics import TOPICS

Resource = Literal["topic", "group"]


@dataclass(frozen=True, slots=True)
class Right:
    """What somebody may do with one topic or one group, as Kafka names it."""

    resource: Resource
    name: str
    operations: tuple[str, ...]
    is_prefix: bool = False
    """Whether it holds for everything whose name begins so."""


def rights_of(service: str, reads: Iterable[str], group: str, *, brokers: Brokers) -> list[Right]:
    """Return what a service needs that reads these topics of ours in a group of this name.

    It makes the topics that are missing, writes those that are its own with their parts for other
    programmes, and buries what it cannot read in the dead-letter topics of those it reads. Deleting
    is for its own group, which a rebuild drops. Whoever may read or write may describe.
    """
    read = sorted(reads)
    own = sorted(topic.name for topic in TOPICS.values() if topic.writer == service)
    dead = [TOPICS[name].dead for name in read]
    return [
        *(Right("topic", brokers.topic(name), ("Create", "Write"), is_prefix=True) for name in own),
        *(Right("topic", brokers.topic(name), ("Create", "Write")) for name in dead),
        *(Right("topic", brokers.topic(name), ("Create", "Read")) for name in read),
        *([Right("group", brokers.group(group), ("Read", "Delete"))] if read else []),
    ]
