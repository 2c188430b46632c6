"""The topics: name, message, who may write, and whether the newest state alone is kept."""

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from google.protobuf.message import Message

from libs.contracts.gen.kring.events.v1.inbox_pb2 import Submission
from libs.contracts.gen.kring.events.v1.introductions_pb2 import Introduction
from libs.contracts.gen.kring.events.v1.matches_pb2 import Slate
from libs.contracts.gen.kring.events.v1.members_pb2 import Member
from libs.contracts.gen.kring.events.v1.notifications_pb2 import Delivery
from libs.contracts.gen.kring.events.v1.programmes_pb2 import Programme
from libs.contracts.gen.kring.events.v1.receipts_pb2 import Receipt
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story

M = TypeVar("M", bound=Message)
M_co = TypeVar("M_co", bound=Message, covariant=True)


@dataclass(frozen=True)
class Topic(Generic[M_co]):
    """One topic carries one message; ``aggregate`` is the first part of its subjects."""

    name: str
    message: type[M_co]
    aggregate: str
    writer: str
    """The service that may write it; ``*`` where other programmes may."""
    compacted: bool = True
    is_json: bool = False
    """Whether its events are JSON: where other programmes read, so that every tool can."""

    @property
    def is_open(self) -> bool:
        """Tell whether other programmes write it: then its records are requests, not snapshots."""
        return self.writer == "*"

    @property
    def type(self) -> str:
        """Return the CloudEvents type of its events."""
        return f"kring.{self.aggregate}.v1"

    @property
    def dead(self) -> str:
        """Return the name of its dead-letter topic."""
        return f"{self.name}.dlq"

    def of(self, programme: str) -> "Topic[M_co]":
        """Return the part that only one programme may read, which it names by its id.

        The id and not the slug: a slug can be given up and taken by another programme, which the
        brokers' rights would then let in.
        """
        return replace(self, name=f"{self.name}{PART}{programme}", is_json=True)


PART = ".of."
"""Stands between a topic and the programme that reads this part of it."""


PROGRAMMES = Topic("kring.programmes.v1", Programme, "programme", "ingestion")
MEMBERS = Topic("kring.members.v1", Member, "member", "ingestion")
STORIES = Topic("kring.stories.v1", Story, "story", "ingestion")
MATCHES = Topic("kring.matches.v1", Slate, "slate", "matchmaking")
INTRODUCTIONS = Topic("kring.introductions.v1", Introduction, "introduction", "matchmaking")
NOTIFICATIONS = Topic("kring.notifications.v1", Delivery, "delivery", "notification")
INBOX = Topic("kring.inbox.v1", Submission, "submission", "*", compacted=False)
RECEIPTS = Topic(
    "kring.receipts.v1", Receipt, "receipt", "ingestion", compacted=False, is_json=True
)
"""Only its parts are written, one for each programme."""
NETWORK_STORIES = Topic("kring.stories.v1.network", Story, "story", "ingestion", is_json=True)
"""The stories that the whole network may see: what any programme may read."""

_ALL: tuple[Topic[Message], ...] = (
    PROGRAMMES,
    MEMBERS,
    STORIES,
    MATCHES,
    INTRODUCTIONS,
    NOTIFICATIONS,
    INBOX,
    RECEIPTS,
    NETWORK_STORIES,
)
TOPICS: dict[str, Topic[Message]] = {topic.name: topic for topic in _ALL}


def base_of(name: str) -> str:
    """Return the name of the topic that a topic is a programme's part of, or the name itself."""
    return name.partition(PART)[0]


def topic_of(name: str) -> Topic[Message] | None:
    """Return the topic with this name, which may be a programme's part; None if it is not ours."""
    topic = TOPICS.get(name)
    if topic is not None:
        return topic
    base, _, programme = name.partition(PART)
    topic = TOPICS.get(base)
    return topic.of(programme) if topic and programme else None


MAX_VALUE_BYTES = 256 * 1024
"""Larger content stays in the owner's database and the event refers to it."""
