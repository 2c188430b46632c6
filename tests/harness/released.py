"""Releasing the contract: what others are promised from then on.

``make release-contract`` writes the baseline that every change is compared with, and golden events
of every topic, which newer code must read for ever. A release is never written anew: raise
``VERSION`` in ``libs/contracts/asyncapi.py`` first.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # without pytest, which sets the paths
    sys.path[:0] = [str(Path(__file__).parents[2])]

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message

from libs.contracts.asyncapi import VERSION
from libs.contracts.codec import encode, source_of
from libs.contracts.envelope import Event
from libs.contracts.prose import contract
from libs.contracts.topics import TOPICS, Topic

ROOT = Path(__file__).parents[2]
BASELINE = ROOT / "proto" / "baseline.binpb"
RELEASES = ROOT / "tests" / "golden" / "released"
ID = "01931a2b-0000-7000-8000-000000000001"
PROGRAMME = "01931a2b-0000-7000-8000-00000000000a"


def filled(descriptor: Any) -> dict[str, Any]:  # noqa: ANN401  # of two classes, by the runtime
    """Return a JSON value with something in every field, of a choice in the first."""
    firsts = {choice.fields[0].name for choice in descriptor.oneofs}
    return {
        field.name: [_value(field)] if field.is_repeated else _value(field)
        for field in descriptor.fields
        if field.containing_oneof is None or field.name in firsts
    }


def _value(field: Any) -> Any:  # noqa: ANN401  # a descriptor
    if field.message_type is not None:
        is_time = field.message_type.full_name == "google.protobuf.Timestamp"
        return "2026-11-22T09:00:00Z" if is_time else filled(field.message_type)
    if field.enum_type is not None:
        return field.enum_type.values[-1].name
    if field.type == field.TYPE_BYTES:
        return "AAECAw=="
    kinds = {field.CPPTYPE_STRING: f"{field.name} – tekst", field.CPPTYPE_BOOL: True}
    return kinds.get(field.cpp_type, field.number)


def told(message: Message) -> dict[str, Any]:
    """Return what a message says, with words as their numbers: a reader may not know a new one."""
    return MessageToDict(message, preserving_proto_field_name=True, use_integers_for_enums=True)


def golden(topic: Topic[Message]) -> dict[str, Any]:
    """Return an event of a topic as it is kept."""
    state = ParseDict(filled(topic.message.DESCRIPTOR), topic.message())
    event = Event(
        topic=topic,
        id=ID,
        aggregate_id=ID,
        sequence=0 if topic.is_open else 42,
        programme=PROGRAMME,
        source=source_of("example" if topic.is_open else topic.writer),
        time=datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
        state=state,
    )
    record = encode(event)
    return {
        "topic": topic.name,
        "key": record.key.decode(),
        "headers": {name: value.decode() for name, value in record.headers},
        "value_hex": record.value.hex(),
        "told": told(state),
    }


def release() -> str:
    """Write baseline and golden events of this version; return why not, else nothing."""
    folder = RELEASES / VERSION
    if folder.exists():
        return f"{VERSION} was released: raise VERSION in libs/contracts/asyncapi.py first"
    folder.mkdir(parents=True)
    for topic in TOPICS.values():
        text = json.dumps(golden(topic), indent=1, ensure_ascii=False)
        (folder / f"{topic.name}.json").write_text(text + "\n", encoding="utf-8")
    files = FileDescriptorSet.FromString(contract())
    for file in files.file:
        file.ClearField("source_code_info")
    BASELINE.write_bytes(files.SerializeToString(deterministic=True))
    return ""


if __name__ == "__main__":
    sys.exit(release() or None)
