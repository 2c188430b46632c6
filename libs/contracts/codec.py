"""Events to bytes and back: CloudEvents 1.0 in Kafka's binary mode, and JSON on the inbox.

Specification: github.com/cloudevents/spec, ``kafka-protocol-binding.md`` and
``extensions/sequence.md`` (the sequence is 20 digits, so that it orders as text).
"""

import json

from cloudevents.core.bindings.kafka import to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from google.protobuf.message import Message

from libs.contracts import binary, payload, requests
from libs.contracts.binary import Attributes
from libs.contracts.envelope import Event, Record
from libs.contracts.topics import MAX_VALUE_BYTES, M, Topic, topic_of
from libs.kernel.errors import ForgedError, PoisonError

_SEQUENCE_DIGITS = 20
_LARGEST_SEQUENCE = 2**63 - 1
_FORMAT = JSONFormat()


def encode(event: Event[M]) -> Record:
    """Return the record of an event.

    Raises ``PoisonError`` when the payload is larger than ``MAX_VALUE_BYTES``.
    """
    try:
        content_type, value = payload.write(event.topic, event.state)
    except PoisonError as error:
        raise PoisonError(f"{event.subject}: {error}") from error
    if len(value) > MAX_VALUE_BYTES:
        raise PoisonError(f"{event.subject}: {len(value)} bytes, at most {MAX_VALUE_BYTES}")
    envelope = CloudEvent(
        {
            "id": event.id,
            "type": event.topic.type,
            "source": event.source,
            "subject": event.subject,
            "time": event.time,
            "datacontenttype": content_type,
            "sequence": f"{event.sequence:0{_SEQUENCE_DIGITS}d}",
            "programme": event.programme,
        },
        b"",
    )
    headers = [*to_binary(envelope, _FORMAT).headers.items()]
    if event.traceparent:
        headers.append(("traceparent", event.traceparent.encode()))
    return Record(topic=event.topic.name, key=event.key, headers=tuple(headers), value=value)


def whole(event: Event[M]) -> str:
    """Return an event of a topic in JSON as one text, envelope and payload, as HTTP carries it."""
    record = encode(event)
    envelope = {
        name.removeprefix(binary.PREFIX): value.decode()
        for name, value in record.headers
        if name.startswith(binary.PREFIX)
    }
    told = {**envelope, "datacontenttype": payload.JSON, "data": json.loads(record.value)}
    return json.dumps(told, ensure_ascii=False)


def decode(record: Record) -> Event[Message]:
    """Return the event of a record.

    Raises ``PoisonError`` with the reason for anything that is no well-formed event of its topic,
    as ``ForgedError`` when it names another writer or programme than it may.
    """
    topic = topic_of(record.topic)
    if topic is None:
        raise PoisonError(f"unknown topic {record.topic}")
    if topic.is_open:
        return requests.read(record, topic)
    if len(record.value) > MAX_VALUE_BYTES:
        raise PoisonError(f"{len(record.value)} bytes, at most {MAX_VALUE_BYTES}")
    headers = dict(record.headers)
    content_type = requests.type_of(headers)
    if content_type == payload.JSON and not topic.is_json:
        raise PoisonError(f"JSON is not accepted on {topic.name}")
    envelope = binary.read(headers)
    if envelope.type != topic.type:
        raise PoisonError(f"type {envelope.type!r} on {topic.name}, expected {topic.type!r}")
    event = Event(
        topic=topic,
        id=envelope.id,
        aggregate_id=_aggregate_id(topic, envelope),
        sequence=_sequence(envelope),
        programme=_text(envelope, "programme"),
        source=envelope.source,
        time=envelope.time,
        state=payload.read(topic.message, content_type, record.value),
        traceparent=headers.get("traceparent", b"").decode("ascii", "replace"),
    )
    if event.source != f"/kring/{topic.writer}":
        raise ForgedError(f"source {event.source!r} may not write {topic.name}")
    if record.key != event.key:
        raise ForgedError(f"key {record.key!r} does not name {event.key!r}")
    return event


def source_of(service: str) -> str:
    """Return the ``ce_source`` of one of our services."""
    return f"/kring/{service}"


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


def _sequence(envelope: Attributes) -> int:
    text = _text(envelope, "sequence")
    if not (text.isascii() and text.isdigit() and len(text) <= _SEQUENCE_DIGITS):
        raise PoisonError(f"ce_sequence {text[:40]!r} is no number of {_SEQUENCE_DIGITS} digits")
    sequence = int(text)
    if sequence > _LARGEST_SEQUENCE:
        raise PoisonError(f"ce_sequence {text} is beyond what databases count")
    return sequence
