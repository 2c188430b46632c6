"""The wire format: golden bytes of every event, and every way a record can be bad."""

import base64
import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.codec import decode, encode, source_of
from libs.contracts.envelope import Event, Record
from libs.contracts.gen.kring.events.v1 import members_pb2, stories_pb2
from libs.contracts.payload import JSON
from libs.contracts.topics import (
    MAX_VALUE_BYTES,
    MEMBERS,
    NETWORK_STORIES,
    STORIES,
    TOPICS,
    Topic,
    base_of,
    topic_of,
)
from libs.kernel.errors import ForgedError, PoisonError

GOLDEN = Path(__file__).parents[2] / "golden"
ID = "01931a2b-0000-7000-8000-000000000001"
PROGRAMME = "01931a2b-0000-7000-8000-00000000000a"


def filled(descriptor: Any, depth: int = 0) -> dict[str, Any]:  # noqa: ANN401  # a descriptor
    """Return a JSON value with something in every field, the same for the same contract."""
    content: dict[str, Any] = {}
    taken: set[str] = set()
    for field in descriptor.fields:
        if field.containing_oneof is not None:
            if field.containing_oneof.name in taken:
                continue
            taken.add(field.containing_oneof.name)
        value = one_value(field, depth)
        content[field.name] = [value] if field.is_repeated else value
    return content


def one_value(field: Any, depth: int) -> Any:  # noqa: ANN401  # a descriptor
    if field.message_type is not None:
        if field.message_type.full_name == "google.protobuf.Timestamp":
            return "2026-11-22T09:00:00Z"
        return filled(field.message_type, depth + 1)
    if field.enum_type is not None:
        return field.enum_type.values[-1].name
    if field.cpp_type == field.CPPTYPE_STRING:
        text = f"{field.name} – tekst"
        return base64.b64encode(text.encode()).decode() if field.type == field.TYPE_BYTES else text
    if field.cpp_type == field.CPPTYPE_BOOL:
        return True
    return field.number


def golden(topic: Topic[Message]) -> Any:  # noqa: ANN401  # JSON
    name = f"{topic.aggregate}-json" if topic.is_json else topic.aggregate
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


def event_of(topic: Topic[Message]) -> Event[Message]:
    state = topic.message()
    from google.protobuf.json_format import ParseDict  # noqa: PLC0415  # used here alone

    ParseDict(filled(topic.message.DESCRIPTOR), state)
    return Event(
        topic=topic,
        id=ID,
        aggregate_id=ID,
        sequence=0 if topic.is_open else 42,
        programme=PROGRAMME,
        source=source_of("example" if topic.is_open else topic.writer),
        time=datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
        state=state,
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    )


@pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.name)
def test_the_bytes_of_every_event_are_those_of_the_golden_file(topic: Topic[Message]) -> None:
    record = encode(event_of(topic))
    expected = golden(topic)
    assert record.key.decode() == expected["key"]
    assert {name: value.decode() for name, value in record.headers} == expected["headers"]
    assert record.value.hex() == expected["value_hex"]


@pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.name)
def test_a_golden_record_decodes_to_the_event_it_was_made_from(topic: Topic[Message]) -> None:
    kept = golden(topic)
    record = Record(
        topic=topic.name,
        key=kept["key"].encode(),
        headers=tuple((name, value.encode()) for name, value in kept["headers"].items()),
        value=bytes.fromhex(kept["value_hex"]),
    )
    assert decode(record)._replace(request=None) == event_of(topic)
    assert MessageToDict(decode(record).state, preserving_proto_field_name=True)


def story(**changes: Any) -> Event[Message]:  # noqa: ANN401  # fields of an event
    state = stories_pb2.Story(story_id=ID, title="Samen eten")
    whole = Event(
        topic=STORIES,
        id=ID,
        aggregate_id=ID,
        sequence=7,
        programme=PROGRAMME,
        source=source_of("ingestion"),
        time=datetime(2026, 11, 22, tzinfo=UTC),
        state=state,
    )
    return whole._replace(**changes)


@given(
    st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable()),
    st.integers(0, 2**63 - 1),
)
def test_what_is_encoded_decodes_to_the_same(title: str, sequence: int) -> None:
    event = story(state=stories_pb2.Story(story_id=ID, title=title), sequence=sequence)
    assert decode(encode(event)) == event


def test_sequences_order_as_text() -> None:
    headers = [dict(encode(story(sequence=n)).headers)["ce_sequence"] for n in (9, 10, 2**60)]
    assert headers == sorted(headers)


def changed(record: Record, **headers: bytes | None) -> Record:
    kept = {**dict(record.headers), **headers}
    return replace(record, headers=tuple((n, v) for n, v in kept.items() if v is not None))


GOOD = encode(story())
BAD = {
    "an unknown topic": replace(GOOD, topic="kring.other.v1"),
    "no headers": replace(GOOD, headers=()),
    "no id": changed(GOOD, ce_id=None),
    "no sequence": changed(GOOD, ce_sequence=None),
    "a sequence that is no number": changed(GOOD, ce_sequence=b"seven"),
    "a negative sequence": changed(GOOD, ce_sequence=b"-0000000000000000007"),
    "a sequence of 5,000 digits": changed(GOOD, ce_sequence=b"1" * 5000),
    "a sequence beyond 2^63": changed(GOOD, ce_sequence=b"09223372036854775808"),
    "digits of another script": changed(GOOD, ce_sequence="٧".encode()),
    "no programme": changed(GOOD, ce_programme=None),
    "an unknown type": changed(GOOD, ce_type=b"kring.story.v2"),
    "a type of another topic": changed(GOOD, ce_type=b"kring.member.v1"),
    "no subject": changed(GOOD, ce_subject=None),
    "a subject of another kind": changed(GOOD, ce_subject=b"member/x"),
    "a subject without an id": changed(GOOD, ce_subject=b"story/"),
    "a source that may not write here": changed(GOOD, ce_source=b"/kring/search"),
    "another programme in the header than in the key": changed(GOOD, ce_programme=b"other"),
    "another key": replace(GOOD, key=b"x"),
    "no content type": changed(GOOD, **{"content-type": None}),
    "JSON where only protobuf is written": changed(GOOD, **{"content-type": JSON.encode()}),
    "headers that are not UTF-8": changed(GOOD, ce_subject=b"story/\xff\xfe"),
    "a time of nowhere": changed(GOOD, ce_time=b"yesterday"),
    "a payload that is not protobuf": replace(GOOD, value=b"\xff" * 40),
    "a truncated payload": replace(GOOD, value=GOOD.value[:-3]),
    "a payload that is too large": replace(GOOD, value=b"x" * (MAX_VALUE_BYTES + 1)),
}


FORGED = (
    "a source that may not write here",
    "another programme in the header than in the key",
    "another key",
)


@pytest.mark.parametrize("name", FORGED)
def test_who_pretends_to_be_another_is_told_apart(name: str) -> None:
    with pytest.raises(ForgedError):
        decode(BAD[name])


@pytest.mark.parametrize("record", BAD.values(), ids=BAD.keys())
def test_a_bad_record_is_poison(record: Record) -> None:
    with pytest.raises(PoisonError):
        decode(record)


@given(st.binary(max_size=200))
def test_any_bytes_decode_or_are_poison(value: bytes) -> None:
    with contextlib.suppress(PoisonError):
        decode(replace(GOOD, value=value))


def test_an_event_that_is_too_large_is_refused_before_it_travels() -> None:
    body = "x" * MAX_VALUE_BYTES
    with pytest.raises(PoisonError, match="at most"):
        encode(story(state=stories_pb2.Story(body=body)))


def test_a_reader_of_today_ignores_fields_of_tomorrow() -> None:
    unknown = b"\xfa\x7f\x05hello"  # field 2047, five bytes
    assert decode(replace(GOOD, value=GOOD.value + unknown)).aggregate_id == ID


def test_members_and_stories_have_dead_letter_topics() -> None:
    assert MEMBERS.dead == "kring.members.v1.dlq"
    assert MEMBERS.message is members_pb2.Member


def test_the_part_of_a_programme_is_json_of_the_same_topic() -> None:
    own = STORIES.of(PROGRAMME)
    assert own.name == f"kring.stories.v1.of.{PROGRAMME}"
    assert (own.type, own.is_json, own.compacted) == (STORIES.type, True, True)
    assert topic_of(own.name) == own
    assert base_of(own.name) == STORIES.name
    assert topic_of(NETWORK_STORIES.name) is NETWORK_STORIES
    assert topic_of("kring.other.v1.of.x") is None


def test_json_for_programmes_has_every_field_and_reads_back() -> None:
    own = STORIES.of(PROGRAMME)
    record = encode(story(topic=own))
    content = json.loads(record.value)
    assert (content["title"], content["themes"], content["withdrawn"]) == ("Samen eten", [], False)
    assert dict(record.headers)["content-type"] == JSON.encode()
    assert decode(record) == story(topic=own)
