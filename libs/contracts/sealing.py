"""Personal fields of events, sealed with the data keys of those whom they are about.

AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits; its key comes by HKDF-SHA256 (RFC
5869) from the data keys of everybody in question, so that the fields are lost with any one of them.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from google.protobuf.message import DecodeError, Message

from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1.introductions_pb2 import Introduction
from libs.contracts.gen.kring.events.v1.matches_pb2 import Recommendation, Slate
from libs.contracts.gen.kring.events.v1.members_pb2 import Member
from libs.contracts.gen.kring.events.v1.sealed_pb2 import Sealed
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.kernel.errors import ErasedError, PoisonError

Keys = Mapping[str, bytes | None]
"""Data keys of 256 bits by member id; None where the key was destroyed."""

M = TypeVar("M", bound=Message)
_Sealable = Member | Story | Introduction | Recommendation

_OPEN_OF_MEMBER = {"member_id", "erased", "visibility", "sealed"}
_OF_MEMBER = tuple(
    field.name for field in Member.DESCRIPTOR.fields if field.name not in _OPEN_OF_MEMBER
)
_OF_STORY = ("title", "summary", "body", "context", "outcome", "evidence", "url", "ruling")
_OF_RECOMMENDATION = ("reason", "display_name")
_NONCE_BYTES = 12
_KEY_BYTES = 32
_PURPOSE = b"kring sealed fields, version 1"


@dataclass(frozen=True, slots=True)
class _Part:
    """A message with fields that are about these members."""

    message: _Sealable
    member_ids: tuple[str, ...]
    fields: tuple[str, ...]

    def take_out(self) -> bytes:
        """Clear the fields; return them as a message of their own."""
        taken: Message = type(self.message)()
        taken.CopyFrom(self.message)
        for field in self.message.DESCRIPTOR.fields:
            (self.message if field.name in self.fields else taken).ClearField(field.name)
        return taken.SerializeToString(deterministic=True)


def about(events: Iterable[Event[Message]]) -> set[str]:
    """Return the members whose keys are needed to seal these events."""
    return {one for event in events for part in _parts(event.state) for one in part.member_ids}


def sealed_for(events: Iterable[Event[Message]]) -> set[str]:
    """Return the members whose keys are needed to open these events."""
    return {
        one
        for event in events
        for message in _sealed(event.state)
        for one in message.sealed.member_ids
    }


def seal(event: Event[M], keys: Keys) -> Event[M]:
    """Return the event with its personal fields sealed, or as it is if it has none.

    Raises ``ErasedError`` when it tells of nothing but somebody who was erased; where somebody else
    is the matter, what concerns the erased one is left out.
    """
    if not _parts(event.state):
        return event
    state = type(event.state)()
    state.CopyFrom(event.state)
    for part in _parts(state):
        content = part.take_out()
        try:
            cipher = _cipher(part.member_ids, keys)
        except ErasedError:
            if part.message is state and not isinstance(state, Introduction):
                raise
            continue
        nonce = secrets.token_bytes(_NONCE_BYTES)
        bound = _bound(event, part.message, part.member_ids)
        sealed = Sealed(
            member_ids=part.member_ids,
            nonce=nonce,
            ciphertext=cipher.encrypt(nonce, content, bound),
        )
        part.message.sealed.CopyFrom(sealed)
    return event._replace(state=state)


def unseal(event: Event[M], keys: Keys) -> Event[M]:
    """Return the event with its sealed fields in their places, or as it is if nothing is sealed.

    A recommended person who was erased is left out of the slate. Raises ``ErasedError`` when any
    other key was destroyed, and ``PoisonError`` when a key is unknown or does not open it.
    """
    if not _sealed(event.state):
        return event
    state = type(event.state)()
    state.CopyFrom(event.state)
    gone: list[Recommendation] = []
    for message in _sealed(state):
        try:
            _open(event, message, keys)
        except ErasedError:
            if not isinstance(message, Recommendation):
                raise
            gone.append(message)
    if isinstance(state, Slate) and gone:
        kept = [each for each in state.recommendations if not each.HasField("sealed")]
        del state.recommendations[:]
        state.recommendations.extend(kept)
    return event._replace(state=state)


def _parts(state: Message) -> list[_Part]:
    """Return what is to be sealed in a state."""
    match state:
        case Member() if not state.erased:
            return [_Part(state, (state.member_id,), _OF_MEMBER)]
        case Story() if state.owner_id and not state.withdrawn:
            return [_Part(state, (state.owner_id,), _OF_STORY)]
        case Introduction() if state.message:
            return [_Part(state, (state.asker_id, state.asked_id), ("message",))]
        case Slate():
            return [
                _Part(each, (state.member_id, each.member_id), _OF_RECOMMENDATION)
                for each in state.recommendations
            ]
        case _:
            return []


def _sealed(state: Message) -> list[_Sealable]:
    """Return the messages in a state that have sealed fields."""
    match state:
        case Member() | Story() | Introduction():
            return [state] if state.HasField("sealed") else []
        case Slate():
            return [each for each in state.recommendations if each.HasField("sealed")]
        case _:
            return []


def _open(event: Event[Message], message: _Sealable, keys: Keys) -> None:
    sealed = message.sealed
    bound = _bound(event, message, sealed.member_ids)
    try:
        content = _cipher(sealed.member_ids, keys).decrypt(sealed.nonce, sealed.ciphertext, bound)
        message.MergeFromString(content)
    except (InvalidTag, ValueError, DecodeError) as error:
        raise PoisonError(f"{event.subject}: the sealed fields are not of this event") from error
    message.ClearField("sealed")


def _cipher(member_ids: Collection[str], keys: Keys) -> AESGCM:
    """Return the cipher for what is about all these members."""
    joint = b""
    for member_id in member_ids:
        if member_id not in keys:
            raise PoisonError(f"there is no data key of member {member_id}")
        key = keys[member_id]
        if key is None:
            raise ErasedError(f"member {member_id} was erased")
        joint += key
    if not joint:
        raise PoisonError("sealed fields name no member")
    return AESGCM(HKDF(SHA256(), _KEY_BYTES, salt=None, info=_PURPOSE).derive(joint))


def _bound(event: Event[Message], message: _Sealable, member_ids: Iterable[str]) -> bytes:
    """Return what the ciphertext is bound to: it opens in no other place."""
    name = message.DESCRIPTOR.full_name
    return "|".join((event.programme, ",".join(member_ids), event.id, name)).encode()
