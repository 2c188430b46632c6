"""B78–B90: records on the log that are none, through the real consumers: buried, or ignored."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

import httpx2
import pytest
from google.protobuf.message import Message
from harness.programme import Programme
from harness.whole import ABSENT, Whole

from libs.contracts.codec import encode, source_of
from libs.contracts.envelope import Event, Record
from libs.contracts.gen.kring.events.v1.receipts_pb2 import VERDICT_REFUSED, Receipt
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.gen.kring.events.v1.vocabulary_pb2 import VISIBILITY_NETWORK
from libs.contracts.topics import MAX_VALUE_BYTES, RECEIPTS, STORIES
from libs.runtime.history import events_of

pytestmark = pytest.mark.timeout(300)

KEY = {"name": "bad input", "programme": "ours"}

LATER = {
    "B87": "no sealed fields yet: with the data keys of members (issue on erasure)",
    "B88": "the order is the sequence: ce_time decides nothing; see the row with 1970 below",
    "B89": "tests/unit/runtime/test_consumer_errors.py: an erased member's events are counted",
    "B90": "control batches and zstd belong to Kafka: with its adapter (issue 2)",
}


def _story(sequence: int = 1, *, title: str = "Van het log", aggregate: str = "b78") -> Record:
    state = Story(
        story_id=aggregate,
        title=title,
        body="Een verhaal dat alleen op het log staat.",
        language="nl",
        visibility=VISIBILITY_NETWORK,
    )
    event = Event(
        topic=STORIES,
        id=f"{aggregate}-{sequence}",
        aggregate_id=aggregate,
        sequence=sequence,
        programme=ABSENT,
        source=source_of("ingestion"),
        time=datetime(2026, 11, 22, tzinfo=UTC),
        state=state,
    )
    return encode(event)


def _with(record: Record, **changed: str | bytes | None) -> Record:
    """Return a record with other headers; None takes one away."""
    new = {name.replace("content_type", "content-type"): text for name, text in changed.items()}
    kept = tuple((name, value) for name, value in record.headers if name not in new)
    added = tuple(
        (name, text.encode() if isinstance(text, str) else text)
        for name, text in new.items()
        if text is not None
    )
    return Record(record.topic, record.key, kept + added, record.value)


def _bytes(value: bytes, key: bytes | None = None) -> Record:
    good = _story()
    return Record(good.topic, good.key if key is None else key, good.headers, value)


BURIED: dict[str, tuple[Callable[[], Record], str]] = {
    "B78 no key": (lambda: _bytes(_story().value, b""), "does not name"),
    "B78b another's key": (lambda: _bytes(_story().value, b"x:story/y"), "does not name"),
    "B79 bytes that are no message": (lambda: _bytes(b"\xff" * 40), "the payload is no Story"),
    "B80 one byte too many": (lambda: _bytes(b"x" * (MAX_VALUE_BYTES + 1)), "at most"),
    "B81 JSON where none is taken": (
        lambda: _with(_story(), content_type="application/json"), "JSON is not accepted"),
    "B81b no content type": (lambda: _with(_story(), content_type=None), "content type"),
    "B82 another type": (lambda: _with(_story(), ce_type="kring.member.v1"), "expected"),
    "B82b the next major version": (lambda: _with(_story(), ce_type="kring.story.v2"), "expected"),
    "B82c no id": (lambda: _with(_story(), ce_id=None), "ce_id is missing"),
    "B82d no sequence": (lambda: _with(_story(), ce_sequence=None), "ce_sequence is missing"),
    "B82e no subject": (lambda: _with(_story(), ce_subject=None), "ce_subject"),
    "B82f another version of CloudEvents": (lambda: _with(_story(), ce_specversion="9"), ""),
    "B84 a sequence in words": (lambda: _with(_story(), ce_sequence="een"), "is no number"),
    "B84b a negative sequence": (lambda: _with(_story(), ce_sequence="-1"), "is no number"),
    "B84c a sequence beyond counting": (
        lambda: _with(_story(), ce_sequence="9" * 20), "beyond what databases count"),
    "B85 another programme in the header": (
        lambda: _with(_story(), ce_programme="theirs"), "does not name"),
    "B85b somebody else's source": (
        lambda: _with(_story(), ce_source="/kring/search"), "may not write"),
    "B86 headers that are no UTF-8": (lambda: _with(_story(), ce_subject=b"\xff\xfe"), ""),
}  # fmt: skip

STORY = b'{"externalId": "x", "story": {"title": "T"}}'
REFUSED: dict[str, tuple[bytes, dict[str, str | None]]] = {
    "B79 nothing": (b"", {}),
    "B81 a list": (b"[]", {}),
    "B81b text": (b"hello", {"content-type": "text/plain"}),
    "B81c a message that is none": (b"\xff" * 30, {"content-type": "application/protobuf"}),
    "B81d deep JSON": (b'{"story":' * 50 + b"1" + b"}" * 50, {}),
    "B81e neither story nor member": (b'{"externalId": "x"}', {}),
    "B82d another type of submission": (STORY, {"ce_type": "kring.story.v1"}),
    "B82e a submission of the next major version": (STORY, {"ce_type": "kring.submission.v2"}),
    "B80b a submission that is too large": (b"x" * (MAX_VALUE_BYTES + 1), {}),
    "B88 a time that is none": (STORY, {"ce_time": "gisteren"}),
    "B27 a title turned around": (
        b'{"externalId": "x", "story": {"title": "a\\u202eb"}}', {}),
    "B36 a script for a link": (
        b'{"externalId": "x", "story": {"title": "T", "url": "javascript:alert(1)"}}', {}),
    "B35 no title": (b'{"externalId": "x", "story": {}}', {}),
    "B73 no address": (b'{"externalId": "x", "member": {"name": "Anna"}}', {}),
}  # fmt: skip
"""What a programme sends that may send, and what stands in its headers."""

FORGED: dict[str, tuple[dict[str, str | None], str]] = {
    "B85 an unknown programme": ({"ce_programme": "nergens"}, "programme that there is not"),
    "B85b another programme": ({"ce_programme": "theirs"}, "no inbox key of the programme"),
    "B85c no signature": ({"webhook-signature": None}, "it is not signed"),
    "B85d another signature": ({"webhook-signature": "v1,AAAA"}, "no inbox key of the programme"),
    "B85e another time": ({"webhook-timestamp": "1"}, "no inbox key of the programme"),
    "B85f another id": ({"ce_id": "other"}, "differ"),
    "B82c no programme": ({"ce_programme": None}, "ce_programme is missing"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What came of all bad records, published one after the other."""

    reasons: dict[str, list[str]]
    """Why each was buried, by its name."""
    receipts: dict[str, list[Receipt]]
    """What the programme was told of each."""
    before: tuple[int, ...]
    after: tuple[int, ...]


@pytest.fixture(scope="module")
def aftermath(running: Whole) -> Aftermath:
    key = running.done("operator", "POST", "/v1/inbox/keys", json=KEY)
    sender = Programme("ours", key["secret"], running.clock.now().timestamp())
    running.settle()
    before = _things(running)
    records = {name: make() for name, (make, _) in BURIED.items()}
    records |= {name: sender.record(value, changed=more) for name, (value, more) in REFUSED.items()}
    records |= {name: sender.record(STORY, changed=more) for name, (more, _) in FORGED.items()}
    named = [_with(record, x_row=name) for name, record in records.items()]
    assert running.process._bus.publish(named) == len(named)
    running.settle()
    reasons = {
        name: _reasons(running, "search" if name in BURIED else "ingestion", name)
        for name in records
    }
    told = [cast("Receipt", event.state) for event in _receipts(running)]
    receipts = {
        name: [each for each in told if each.submission_id.encode() == _id_of(record)]
        for name, record in records.items()
    }
    return Aftermath(reasons, receipts, before, _things(running))


def _reasons(whole: Whole, service: str, row: str) -> list[str]:
    letters = whole.dead_letters(service)
    return [reason for headers, reason in letters if headers.get("x_row") == row.encode()]


def _receipts(whole: Whole) -> Iterator[Event[Message]]:
    return events_of(whole.process._bus, RECEIPTS.of(whole.ids["ours"]))


def _id_of(record: Record) -> bytes:
    return dict(record.headers).get("ce_id", b"")


@pytest.mark.parametrize("name", sorted(BURIED))
def test_a_record_that_is_no_event_is_buried_with_the_reason(
    aftermath: Aftermath, name: str
) -> None:
    (reason,) = aftermath.reasons[name]
    assert BURIED[name][1] in reason


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_submission_that_is_refused_is_answered_and_not_buried(
    aftermath: Aftermath, name: str
) -> None:
    (receipt,) = aftermath.receipts[name]
    assert receipt.verdict == VERDICT_REFUSED
    assert receipt.problems[0].text
    assert receipt.advice
    assert aftermath.reasons[name] == []


@pytest.mark.parametrize("name", sorted(FORGED))
def test_a_submission_that_nobody_vouches_for_is_buried_and_not_answered(
    aftermath: Aftermath, name: str
) -> None:
    (reason,) = aftermath.reasons[name]
    assert FORGED[name][1] in reason
    assert aftermath.receipts[name] == []


def test_what_is_forged_is_counted_for_an_alarm(aftermath: Aftermath, whole: Whole) -> None:
    assert aftermath.reasons
    counted = (
        'kring_events_consumed_total{outcome="forged",service="ingestion",topic="kring.inbox.v1"}'
    )
    lines = httpx2.get(f"{whole.process.probes()}/metrics", timeout=60).text.splitlines()
    (found,) = [float(line.split()[-1]) for line in lines if line.startswith(counted)]
    assert found >= len(FORGED) - 1  # without a programme it is nobody's, and no forgery


def test_a_stranger_cannot_stop_the_inbox_for_others(whole: Whole) -> None:
    unsigned = Programme("ours", "whsec_" + "A" * 32, whole.clock.now().timestamp())
    whole.process._bus.publish([unsigned.record(STORY) for _ in range(100)])
    whole.settle()
    assert not whole.process.health.wrong()


def test_what_is_buried_changes_nothing_and_stops_nobody(
    aftermath: Aftermath, whole: Whole
) -> None:
    assert aftermath.after == aftermath.before
    assert not whole.process.health.wrong()


def _things(whole: Whole) -> tuple[int, ...]:
    """Count what ingestion keeps, without its outbox: what it buries is published as such."""
    return whole.counts()["ingestion"][:-1]


def test_order_is_the_sequence_whatever_comes_twice_late_or_with_an_old_date(whole: Whole) -> None:
    before = whole.dead_letters("search")
    old_date = _with(_story(7, title="Zevende zebra"), ce_time="1970-01-01T00:00:00Z")
    records = [
        _story(3, title="Derde zebra"),
        old_date,  # a gap: applied
        _story(5, title="Vijfde zebra"),  # older: ignored
        _story(7, title="Andere zebra"),  # B83: the same sequence, another payload: ignored
        old_date,
    ]
    whole.process._bus.publish(records)
    whole.settle()
    found = whole.done("operator", "GET", "/v1/search?q=zebra&limit=100")["hits"]
    assert [hit["title"] for hit in found if hit["id"] == "b78"] == ["Zevende zebra"]
    assert whole.dead_letters("search") == before
    whole.process._bus.publish([_gone(8)])
    whole.settle()
    found = whole.done("operator", "GET", "/v1/search?q=zebra&limit=100")["hits"]
    assert not [hit for hit in found if hit["id"] == "b78"]


def _gone(sequence: int) -> Record:
    withdrawn = Story(withdrawn=True).SerializeToString()
    record = _story(sequence)
    return Record(record.topic, record.key, record.headers, withdrawn)


def test_ten_thousand_headers_are_read_and_harm_nobody(whole: Whole) -> None:
    sender = Programme("ours", "whsec_" + "A" * 32, whole.clock.now().timestamp())
    record = sender.record(STORY)
    many = tuple((f"x-{number}", b"y") for number in range(10_000))
    whole.process._bus.publish([Record(record.topic, record.key, record.headers + many, b"")])
    whole.settle()
    assert not whole.process.health.wrong()
