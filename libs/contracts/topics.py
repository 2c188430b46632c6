"""The topics: name, message, who may write, and whether the newest state alone is kept."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import Message

from libs.contracts.gen.kring.events.v1.inbox_pb2 import Submission
from libs.contracts.gen.kring.events.v1.introductions_pb2 import Introduction
from libs.contracts.gen.kring.events.v1.matches_pb2 import Slate
from libs.contracts.gen.kring.events.v1.members_pb2 import Member
from libs.contracts.gen.kring.events.v1.notifications_pb2 import Delivery
from libs.contracts.gen.kring.events.v1.programmes_pb2 import Programme
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

    @property
    def type(self) -> str:
        """Return the CloudEvents type of its events."""
        return f"kring.{self.aggregate}.v1"

    @property
    def dead(self) -> str:
        """Return the name of its dead-letter topic."""
        return f"{self.name}.dlq"


PROGRAMMES = Topic("kring.programmes.v1", Programme, "programme", "ingestion")
MEMBERS = Topic("kring.members.v1", Member, "member", "ingestion")
STORIES = Topic("kring.stories.v1", Story, "story", "ingestion")
MATCHES = Topic("kring.matches.v1", Slate, "slate", "matchmaking")
INTRODUCTIONS = Topic("kring.introductions.v1", Introduction, "introduction", "matchmaking")
NOTIFICATIONS = Topic("kring.notifications.v1", Delivery, "delivery", "notification")
INBOX = Topic("kring.inbox.v1", Submission, "submission", "*", compacted=False)

_ALL: tuple[Topic[Message], ...] = (
    PROGRAMMES,
    MEMBERS,
    STORIES,
    MATCHES,
    INTRODUCTIONS,
    NOTIFICATIONS,
    INBOX,
)
TOPICS: dict[str, Topic[Message]] = {topic.name: topic for topic in _ALL}

MAX_VALUE_BYTES = 256 * 1024
"""Larger content stays in the owner's database and the event refers to it."""
