"""An introduction by double consent, as a state machine without clock or store."""

from dataclasses import dataclass, replace
from enum import StrEnum

from libs.kernel.errors import ConflictError, InvalidError
from services.matchmaking.domain.exposure import DAY, MONTH, PAUSE, REST

LIFE = 14 * DAY
MESSAGE_LENGTH = 500


class State(StrEnum):
    """Where an introduction stands."""

    ASKED = "asked"
    INTRODUCED = "introduced"
    CLOSED = "closed"
    EXPIRED = "expired"


class Answer(StrEnum):
    """What the asked member may answer."""

    YES = "yes"
    NOT_NOW = "not_now"
    PAUSE = "pause"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Introduction:
    """One question of one member to another; times are Unix seconds."""

    id: str
    asker_id: str
    asked_id: str
    programme: str
    """The programme of the asked member."""
    message: str
    state: State
    asked_at: float
    expires_at: float
    answered_at: float | None = None
    sequence: int = 1


def ask(
    introduction_id: str, *, asker_id: str, asked_id: str, programme: str, message: str, now: float
) -> Introduction:
    """Return a new question; raises ``InvalidError`` without a sentence of one's own."""
    sentence = " ".join(message.split())
    if not 0 < len(sentence) <= MESSAGE_LENGTH:
        raise InvalidError(
            "Say in your own words why you would like to meet.",
            fields={"message": f"write 1 to {MESSAGE_LENGTH} characters"},
        )
    return Introduction(
        id=introduction_id,
        asker_id=asker_id,
        asked_id=asked_id,
        programme=programme,
        message=sentence,
        state=State.ASKED,
        asked_at=now,
        expires_at=now + LIFE,
    )


def answer(
    introduction: Introduction, given: Answer, *, free_places: int, now: float
) -> Introduction:
    """Return the introduction after the asked member's answer.

    Raises ``ConflictError`` when it is no longer open, or for a yes without a free place.
    """
    if not is_open(introduction, now):
        raise ConflictError("This question was answered before, or it has lapsed.")
    if given is Answer.YES and free_places <= 0:
        raise ConflictError(
            "All your places of this month are taken. Raise your capacity, or answer not_now."
        )
    state = State.INTRODUCED if given is Answer.YES else State.CLOSED
    return replace(introduction, state=state, answered_at=now, sequence=introduction.sequence + 1)


def expire(introduction: Introduction, now: float) -> Introduction:
    """Return the introduction as lapsed, if it is asked and its time is over; else unchanged."""
    if introduction.state is not State.ASKED or is_open(introduction, now):
        return introduction
    return replace(introduction, state=State.EXPIRED, sequence=introduction.sequence + 1)


def forget(introduction: Introduction) -> Introduction:
    """Return the introduction closed and without words, for when one of both was erased."""
    return replace(introduction, message="", state=State.CLOSED, sequence=introduction.sequence + 1)


def is_open(introduction: Introduction, now: float) -> bool:
    """Tell whether the question waits for an answer."""
    return introduction.state is State.ASKED and now < introduction.expires_at


def state_for(introduction: Introduction, member_id: str, now: float) -> State:
    """Return the state as one of both may know it.

    To the asker a refusal looks like no answer: asked until the end of its time, then expired.
    """
    if introduction.state is State.INTRODUCED:
        return State.INTRODUCED
    if introduction.state is State.CLOSED and member_id == introduction.asked_id:
        return State.CLOSED
    return State.ASKED if now < introduction.expires_at else State.EXPIRED


def is_resting(introduction: Introduction, now: float) -> bool:
    """Tell whether this pair is not recommended: they met, or one asked in the last twelve weeks.

    An answer makes no difference to how long a pair rests, so that it cannot be read from it.
    """
    return introduction.state is State.INTRODUCED or now < introduction.asked_at + REST


def is_place_taken(introduction: Introduction, now: float) -> bool:
    """Tell whether this introduction takes one of the asked member's places of a month."""
    return (
        introduction.state is State.INTRODUCED
        and introduction.answered_at is not None
        and now < introduction.answered_at + MONTH
    )


def pause_until(now: float) -> float:
    """Return when a pause of three months that starts now is over."""
    return now + PAUSE
