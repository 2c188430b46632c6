"""Records on a topic that other programmes write, read as far as they can be.

What names a programme and an id is an event, whatever else is wrong with it: ingestion then tells
the programme, if it was really the one that sent it. Anything else is nobody's.
"""

from collections.abc import Mapping
from dataclasses import replace

from google.protobuf.message import Message

from libs.contracts import binary, payload, structured
from libs.contracts.binary import NO_TIME, Attributes
from libs.contracts.envelope import Event, Record, Request
from libs.contracts.topics import MAX_VALUE_BYTES, Topic
from libs.kernel import webhooks
from libs.kernel.errors import PoisonError


def read(record: Record, topic: Topic[Message]) -> Event[Message]:
    """Return the event of a record, with its flaw if it has one.

    Raises ``PoisonError`` when it does not say which programme sent it, or under which id.
    """
    headers = dict(record.headers)
    request = Request(headers, record.value)
    state, attributes = topic.message(), _told(headers)
    try:
        attributes, content_type, value = _opened(record)
        state, unknown = _state(topic, attributes, content_type, value)
        request = replace(request, unknown=unknown)
    except PoisonError as error:
        request = replace(request, flaw=str(error))
    programme = attributes.extensions.get("programme")
    if not isinstance(programme, str) or not programme or not attributes.id:
        raise PoisonError(request.flaw or "ce_programme is missing")
    return Event(
        topic=topic,
        id=attributes.id,
        aggregate_id=attributes.id,
        sequence=0,  # ingestion gives it the sequence of its own aggregate
        programme=programme,
        source=attributes.source,
        time=attributes.time,
        state=state,
        traceparent=headers.get("traceparent", b"").decode("ascii", "replace"),
        request=request,
    )


def _opened(record: Record) -> tuple[Attributes, str, bytes]:
    """Return the envelope, the content type and the payload."""
    if len(record.value) > MAX_VALUE_BYTES:
        raise PoisonError(f"{len(record.value)} bytes, at most {MAX_VALUE_BYTES}")
    content_type = type_of(dict(record.headers))
    if content_type == structured.STRUCTURED:
        attributes, value = structured.read(record.value)
        return attributes, payload.JSON, value
    return binary.read(dict(record.headers)), content_type, record.value


def _state(
    topic: Topic[Message], attributes: Attributes, content_type: str, value: bytes
) -> tuple[Message, tuple[str, ...]]:
    """Return the state, and the fields that were read over."""
    if attributes.type != topic.type:
        raise PoisonError(f"type {attributes.type[:60]!r} on {topic.name}: use {topic.type!r}")
    state = payload.read(topic.message, content_type, value)
    is_json = content_type == payload.JSON
    return state, payload.unknown_fields(topic.message, value) if is_json else ()


def type_of(headers: Mapping[str, bytes]) -> str:
    """Return the bare content type that headers tell."""
    return headers.get("content-type", b"").decode("ascii", "replace").split(";")[0].strip()


def _told(headers: Mapping[str, bytes]) -> Attributes:
    """Return what single headers tell of a record whose envelope cannot be read."""

    def text(name: str) -> str:
        return headers.get(name, b"").decode("utf-8", "replace")

    event_id = text("ce_id") or text(webhooks.ID)
    extensions = {"programme": text("ce_programme")}
    return Attributes(event_id, "", "", "", NO_TIME, extensions)
