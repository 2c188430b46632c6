"""Reading CloudEvents in binary mode, held against the SDK."""

from collections.abc import Mapping

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.exceptions import BaseCloudEventException
from cloudevents.core.formats.json import JSONFormat
from hypothesis import example, given
from hypothesis import strategies as st

from libs.contracts import binary
from libs.kernel.errors import PoisonError

GOOD = {
    "ce_id": b"1",
    "ce_type": b"kring.story.v1",
    "ce_source": b"/kring/ingestion",
    "ce_specversion": b"1.0",
    "ce_time": b"2026-11-22T09:00:00Z",
    "ce_subject": b"story/1",
    "ce_sequence": b"00000000000000000001",
    "content-type": b"application/protobuf",
}
NAMES = st.sampled_from([*GOOD, "CE_ID", "ce_data", "ce_", "ce_Big", "ce_a_b", "ce_dataschema"])
VALUES = st.sampled_from([b"", b"1.0", b"0.3", b"text", b"\xff", b"2026-11-22T09:00:00+02:00"])


@given(st.dictionaries(NAMES, VALUES, max_size=3), st.sets(st.sampled_from(sorted(GOOD))))
@example({"ce_time": b"2026-11-22T09:00:00"}, set())
@example({"ce_time": b"yesterday"}, set())
def test_what_the_sdk_takes_is_taken_and_what_it_refuses_is_refused(
    changed: Mapping[str, bytes], dropped: set[str]
) -> None:
    headers = {name: value for name, value in GOOD.items() if name not in dropped} | dict(changed)
    if not any(name.lower() == "ce_id" for name in headers):  # the SDK makes one up
        with pytest.raises(PoisonError):
            binary.read(headers)
        return
    try:
        theirs = from_binary(KafkaMessage(headers, None, b""), JSONFormat())
    except (BaseCloudEventException, ValueError):
        with pytest.raises(PoisonError):
            binary.read(headers)
        return
    ours = binary.read(headers)
    assert (ours.id, ours.type, ours.source) == (
        theirs.get_id(),
        theirs.get_type(),
        theirs.get_source(),
    )
    assert ours.subject == (theirs.get_subject() or "")
    assert ours.extensions.get("sequence") == theirs.get_extension("sequence")
    if any(name.lower() == "ce_time" for name in headers):
        assert ours.time == theirs.get_time()


def test_an_event_without_a_time_has_none() -> None:
    headers = {name: value for name, value in GOOD.items() if name != "ce_time"}

    assert binary.read(headers).time == binary.NO_TIME
