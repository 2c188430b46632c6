"""What matchmaking says on its topics."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from libs.contracts import topics
from libs.contracts.gen.kring.events.v1 import introductions_pb2 as introductions
from libs.contracts.gen.kring.events.v1 import matches_pb2 as matches
from libs.ports.database import Work
from services.matchmaking.domain.introduction import Introduction, State
from services.matchmaking.domain.score import Part
from services.matchmaking.domain.slate import Match

_STATES = {
    State.ASKED: introductions.INTRODUCTION_STATE_ASKED,
    State.INTRODUCED: introductions.INTRODUCTION_STATE_INTRODUCED,
    State.CLOSED: introductions.INTRODUCTION_STATE_CLOSED,
    State.EXPIRED: introductions.INTRODUCTION_STATE_EXPIRED,
}
_PARTS = {Part.PEER: matches.PART_PEER}


def timestamp(seconds: float) -> Timestamp:
    """Return Unix seconds as a protobuf timestamp."""
    moment = Timestamp()
    moment.FromDatetime(datetime.fromtimestamp(seconds, UTC))
    return moment


def introduction_message(introduction: Introduction) -> introductions.Introduction:
    """Return the whole introduction as it goes on its topic."""
    answered = introduction.answered_at
    return introductions.Introduction(
        introduction_id=introduction.id,
        asker_id=introduction.asker_id,
        asked_id=introduction.asked_id,
        message=introduction.message,
        state=_STATES[introduction.state],
        asked_at=timestamp(introduction.asked_at),
        answered_at=None if answered is None else timestamp(answered),
        expires_at=timestamp(introduction.expires_at),
    )


def publish_introduction(work: Work, introduction: Introduction) -> None:
    """Tell of an introduction as it stands now."""
    work.emit(
        topics.INTRODUCTIONS,
        introduction.id,
        programme=introduction.programme,
        sequence=introduction.sequence,
        state=introduction_message(introduction),
    )


def recommendation_message(match: Match, name: str, why: str) -> matches.Recommendation:
    """Return one recommended person as the slate's topic carries it."""
    return matches.Recommendation(
        member_id=match.member_id,
        initiative_id=match.initiative_id,
        own_initiative_id=match.own_initiative_id,
        part=_PARTS[match.part],
        score=round(1000 * min(1.0, match.score)),
        reason=why,
        display_name=name,
    )
