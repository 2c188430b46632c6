"""Events to bytes and back: CloudEvents 1.0 in Kafka's binary mode, and JSON on the inbox.

Specification: github.com/cloudevents/spec, ``kafka-protocol-binding.md`` and
``extensions/sequence.md`` (the sequence is 20 digits, so that it orders as text).
"""

import json
from collections.abc import Mapping

from cloudevents.core.bindings.kafka import to_binary
from cloudevents.core.exceptions import BaseCloudEventException
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import DecodeError, EncodeError, Message

from libs.contracts import binary
from libs.contracts.binary import Attributes
from libs.contracts.envelope import Event, Record
from libs.contracts.topics import INBOX, MAX_VALUE_BYTES, TOPICS, M, Topic
from libs.kernel.errors import PoisonError

PROTOBUF = "application/protobuf"
JSON = "application/json"
STRUCTURED = "application/cloudevents+json"

_SEQUENCE_DIGITS = 20
_LARGEST_SEQUENCE = 2**63 - 1
_FORMAT = JSONFormat()


def encode(event: Event[M]) -> Record:
    """Return the record of an event.

    Raises ``PoisonError`` when the payload is larger than ``MAX_VALUE_BYTES``.
    """
    try:
        value = event.state.SerializeToString(deterministic=True)
    except (EncodeError, ValueError) as error:
        raise PoisonError(f"{event.subject}: cannot be encoded: {error}") from error
    if len(value) > MAX_VALUE_BYTES:
        raise PoisonError(f"{event.subject}: {len(value)} bytes, at most {MAX_VALUE_BYTES}")
    envelope = CloudEvent(
        {
            "id": event.id,
            "type": event.topic.type,
            "source": event.source,
            "subject": event.subject,
            "time": event.time,
            "datacontenttype": PROTOBUF,
            "sequence": f"{event.sequence:0{_SEQUENCE_DIGITS}d}",
            "programme": event.programme,
        },
        b"",
    )
    headers = [*to_binary(envelope, _FORMAT).headers.items()]
    if event.traceparent:
        headers.append(("traceparent", event.traceparent.encode()))
    return Record(topic=event.topic.name, key=event.key, headers=tuple(headers), value=value)


def decode(record: Record) -> Event[Message]:
    """Return the event of a record.

    Raises ``PoisonError`` with the reason for anything that is no well-formed event of its topic.
    """
    topic = TOPICS.get(record.topic)
    if topic is None:
        raise PoisonError(f"unknown topic {record.topic}")
    if len(record.value) > MAX_VALUE_BYTES:
        raise PoisonError(f"{len(record.value)} bytes, at most {MAX_VALUE_BYTES}")
    headers = dict(record.headers)
    content_type = headers.get("content-type", b"").decode("ascii", "replace").split(";")[0].strip()
    payload = record.value
    if topic is TOPICS[INBOX.name] and content_type == STRUCTURED:
        envelope, payload = _structured(record.value)
        content_type = JSON
    elif content_type == JSON and topic is not TOPICS[INBOX.name]:
        raise PoisonError("JSON is accepted on the inbox only")
    else:
        envelope = binary.read(headers)
    if envelope.type != topic.type:
        raise PoisonError(f"type {envelope.type!r} on {topic.name}, expected {topic.type!r}")
    event = Event(
        topic=topic,
        id=envelope.id,
        aggregate_id=_aggregate_id(topic, envelope),
        sequence=_sequence(topic, envelope),
        programme=_text(envelope, "programme"),
        source=envelope.source,
        time=envelope.time,
        state=_payload(topic, content_type, payload),
        traceparent=headers.get("traceparent", b"").decode("ascii", "replace"),
    )
    if topic.writer != "*":
        if event.source != f"/kring/{topic.writer}":
            raise PoisonError(f"source {event.source!r} may not write {topic.name}")
        if record.key != event.key:
            raise PoisonError(f"key {record.key!r} does not name {event.key!r}")
    return event


def source_of(service: str) -> str:
    """Return the ``ce_source`` of one of our services."""
    return f"/kring/{service}"


def _structured(value: bytes) -> tuple[Attributes, bytes]:
    """Return envelope and payload of a whole event in JSON."""
    try:
        whole = json.loads(value)
        if not isinstance(whole, dict) or "id" not in whole:  # the library would make an id up
            raise PoisonError("a structured event is a JSON object with an id")
        envelope = _FORMAT.read(None, value)
        payload = json.dumps(envelope.get_data()).encode()
    except (BaseCloudEventException, ValueError, TypeError, KeyError, RecursionError) as error:
        raise PoisonError(f"not a CloudEvent: {error}") from error
    attributes: Mapping[str, object] = envelope.get_attributes()
    known = Attributes(
        id=envelope.get_id(),
        type=envelope.get_type(),
        source=envelope.get_source(),
        subject=envelope.get_subject() or "",
        time=envelope.get_time() or binary.NO_TIME,
        extensions=attributes,
    )
    return known, payload


def _payload(topic: Topic[Message], content_type: str, payload: bytes) -> Message:
    message = topic.message()
    try:
        if content_type == JSON:
            content = json.loads(payload)
            if not isinstance(content, dict):
                raise PoisonError("the JSON payload is not an object")
            ParseDict(content, message, max_recursion_depth=32)
        elif content_type == PROTOBUF:
            message.ParseFromString(payload)
        else:
            raise PoisonError(f"content type {content_type!r}: use {PROTOBUF}")
    except (DecodeError, ParseError, ValueError, RecursionError) as error:
        raise PoisonError(f"the payload is no {topic.message.DESCRIPTOR.name}: {error}") from error
    return message


def _text(envelope: Attributes, name: str) -> str:
    value = envelope.extensions.get(name)
    if not isinstance(value, str) or not value:
        raise PoisonError(f"ce_{name} is missing")
    return value


def _aggregate_id(topic: Topic[Message], envelope: Attributes) -> str:
    aggregate, _, identity = envelope.subject.partition("/")
    if aggregate != topic.aggregate or not identity:
        raise PoisonError(f"ce_subject must be {topic.aggregate}/ID")
    return identity


def _sequence(topic: Topic[Message], envelope: Attributes) -> int:
    if topic.writer == "*":  # a request: ingestion gives it the sequence of its own aggregate
        return 0
    text = _text(envelope, "sequence")
    if not (text.isascii() and text.isdigit() and len(text) <= _SEQUENCE_DIGITS):
        raise PoisonError(f"ce_sequence {text[:40]!r} is no number of {_SEQUENCE_DIGITS} digits")
    if int(text) > _LARGEST_SEQUENCE:
        raise PoisonError(f"ce_sequence {text} is beyond what databases count")
    return int(text)
