"""What other programmes write: an event with its flaw where a sender can be told, else poison."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.codec import decode
from libs.contracts.envelope import Event, Record
from libs.contracts.gen.kring.events.v1.inbox_pb2 import Submission, SubmittedStory
from libs.contracts.payload import JSON, PROTOBUF
from libs.contracts.structured import STRUCTURED
from libs.contracts.topics import INBOX, MAX_VALUE_BYTES
from libs.kernel.errors import PoisonError

PROGRAMME = "samen-thuis"
STORY = {"externalId": "s-1", "story": {"title": "Samen eten"}}
WHOLE = {
    "specversion": "1.0",
    "id": "1",
    "type": INBOX.type,
    "source": "https://programme.example",
    "programme": PROGRAMME,
    "data": STORY,
}


def binary(value: bytes, content_type: str = JSON, **headers: bytes | None) -> Record:
    given_headers = {
        "ce_specversion": b"1.0",
        "ce_id": b"1",
        "ce_type": INBOX.type.encode(),
        "ce_source": b"https://programme.example",
        "ce_programme": PROGRAMME.encode(),
        "content-type": content_type.encode(),
        **headers,
    }
    kept = tuple((name, value) for name, value in given_headers.items() if value is not None)
    return Record(INBOX.name, b"any key", kept, value)


def structured(whole: object, **headers: bytes) -> Record:
    value = whole if isinstance(whole, bytes) else json.dumps(whole).encode()
    given_headers = {"content-type": STRUCTURED.encode(), **headers}
    return Record(INBOX.name, b"", tuple(given_headers.items()), value)


def flaw_of(event: Event[Any]) -> str:
    assert event.request is not None
    return event.request.flaw


@pytest.mark.parametrize(
    "record",
    [
        binary(json.dumps(STORY).encode()),
        binary(
            Submission(external_id="s-1", story=SubmittedStory(title="Samen eten"))
            .SerializeToString(),
            PROTOBUF,
        ),
        structured(WHOLE),
        structured({**WHOLE, "data": {"external_id": "s-1", "story": {"title": "Samen eten"}}}),
    ],
    ids=["JSON", "protobuf", "structured", "names of the proto file"],
)  # fmt: skip
def test_protobuf_and_json_say_the_same_in_both_modes(record: Record) -> None:
    event: Event[Any] = decode(record)
    assert (event.state.external_id, event.state.story.title) == ("s-1", "Samen eten")
    assert (event.programme, event.id) == (PROGRAMME, "1")
    assert not flaw_of(event)
    assert event.request is not None
    assert event.request.payload == record.value


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (binary(b""), "no Submission"),
        (binary(b"null"), "not an object"),
        (binary(b"[]"), "not an object"),
        (binary(b"{"), "no Submission"),
        (binary(b'{"story": 5}'), "story"),
        (binary(b'{"story": {"year": "last"}}'), "year"),
        (binary(b"\xff\xfe"), "no Submission"),
        (binary(b"[" * 50_000), "no Submission"),
        (binary(b"\xff" * 40, PROTOBUF), "no Submission"),
        (binary(b"hello", "text/plain"), "use application/protobuf or application/json"),
        (binary(b"{}", ce_type=b"kring.story.v1"), "use 'kring.submission.v1'"),
        (binary(b"{}", ce_source=None), "ce_source is missing"),
        (binary(b"{}", ce_time=b"yesterday"), "is no time"),
        (binary(b"x" * (MAX_VALUE_BYTES + 1)), f"at most {MAX_VALUE_BYTES}"),
        (structured({**WHOLE, "data": 5}), "not an object"),
        (structured({**WHOLE, "type": "other"}), "use 'kring.submission.v1'"),
        (
            structured(b"{", ce_programme=PROGRAMME.encode(), **{"webhook-id": b"1"}),
            "not a CloudEvent",
        ),
    ],
)
def test_whoever_can_be_told_is_told_what_is_wrong(record: Record, why: str) -> None:
    event = decode(record)
    assert why in flaw_of(event)
    assert (event.programme, event.id) == (PROGRAMME, "1")
    assert event.state == Submission()


@pytest.mark.parametrize(
    "record",
    [
        binary(b"{}", ce_programme=None),
        binary(b"{}", ce_programme=b""),
        binary(b"{}", ce_id=None),
        structured(b""),
        structured(b"5"),
        structured({}),
        structured(b"[" * 50_000),
        structured({key: value for key, value in WHOLE.items() if key != "programme"}),
    ],
)
def test_what_names_no_sender_is_poison(record: Record) -> None:
    with pytest.raises(PoisonError):
        decode(record)


def test_fields_of_tomorrow_are_read_over_and_named() -> None:
    sent = {"externalId": "s-1", "later": 1, "story": {"title": "Samen eten", "mood": "good"}}
    event: Event[Any] = decode(binary(json.dumps(sent).encode()))
    assert event.state.story.title == "Samen eten"
    assert event.request is not None
    assert event.request.unknown == ("later", "story.mood")


def test_of_very_many_unknown_fields_twenty_are_named() -> None:
    sent = {"member": {"initiatives": [{f"x{number}": 1 for number in range(50)}]}}
    event = decode(binary(json.dumps(sent).encode()))
    assert event.request is not None
    assert len(event.request.unknown) == 20
    assert event.request.unknown[0] == "member.initiatives.x0"


@given(st.binary(max_size=200))
def test_any_bytes_from_a_known_sender_are_an_event(value: bytes) -> None:
    assert decode(binary(value)).programme == PROGRAMME
