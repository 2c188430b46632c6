from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.clock import ManualClock, SystemClock
from libs.kernel.errors import AppError, InvalidError, TooManyError, UnauthenticatedError
from libs.kernel.ids import Uuid7, is_id
from libs.kernel.metrics import ALL
from libs.kernel.policy import Reader, Role
from libs.kernel.retry import backoff_seconds
from libs.kernel.seal import ReaderSeal
from libs.kernel.vocabulary import (
    KIND_LABELS,
    POPULATIONS,
    STAGE_LABELS,
    STAGES,
    THEMES,
    Label,
    StoryKind,
)

START = datetime(2026, 11, 22, tzinfo=UTC)


def test_a_manual_clock_moves_only_when_it_is_told() -> None:
    clock = ManualClock(START)
    before = clock.monotonic()
    clock.sleep(90)
    assert clock.now() == START + timedelta(seconds=90)
    assert clock.monotonic() - before == 90


def test_the_system_clock_is_aware_and_never_runs_backwards() -> None:
    clock = SystemClock()
    first, second = clock.monotonic(), clock.monotonic()
    clock.sleep(0)
    assert clock.now().tzinfo is UTC
    assert second >= first


@given(st.integers(min_value=0, max_value=2**40))
def test_ids_sort_by_the_millisecond_they_were_made_in(milliseconds: int) -> None:
    clock = ManualClock(datetime(1970, 1, 1, tzinfo=UTC))
    clock.advance(milliseconds / 1000)
    first = Uuid7(clock).new()
    clock.advance(0.002)
    second = Uuid7(clock).new()
    assert first < second
    assert UUID(first).version == 7
    assert UUID(first).variant == "specified in RFC 4122"


@pytest.mark.parametrize(
    "text",
    ["", "x", "6F9619FF-8B86-D011-B42D-00C04FC964FF", "{6f9619ff-8b86-d011-b42d-00c04fc964ff}"],
)
def test_only_the_canonical_form_is_an_id(text: str) -> None:
    assert not is_id(text)


def test_what_we_make_is_an_id() -> None:
    assert is_id(Uuid7(SystemClock()).new())


@given(st.integers(0, 100), st.floats(0, 1))
def test_waiting_grows_but_never_beyond_a_minute(attempt: int, jitter: float) -> None:
    assert 0 <= backoff_seconds(attempt, jitter) <= 60
    assert backoff_seconds(attempt, 1.0) <= backoff_seconds(attempt + 1, 1.0)


def test_errors_carry_what_a_person_needs() -> None:
    error = InvalidError("Mend the title.", fields={"title": "is empty"})
    assert (error.status, error.detail, error.fields) == (
        422,
        "Mend the title.",
        {"title": "is empty"},
    )
    assert TooManyError("Slow down.", retry_after_seconds=7).retry_after_seconds == 7
    assert AppError("x").status == 500


readers = st.builds(
    Reader,
    programme=st.text(max_size=8),
    role=st.sampled_from(Role),
    member_id=st.text(max_size=8),
    language=st.sampled_from(["nl", "en"]),
    blocked=st.frozensets(st.text(max_size=4), max_size=3),
)


@given(readers)
def test_a_sealed_reader_opens_as_the_same_reader(reader: Reader) -> None:
    seal = ReaderSeal(b"a secret of the installation", lambda: 1000.0)
    assert seal.open(seal.close(reader)) == reader


@given(readers, st.data())
def test_a_seal_with_any_character_changed_does_not_open(
    reader: Reader, data: st.DataObject
) -> None:
    seal = ReaderSeal(b"a secret of the installation", lambda: 1000.0)
    closed = seal.close(reader)
    place = data.draw(st.integers(0, len(closed) - 1))
    other = "A" if closed[place] != "A" else "B"
    with pytest.raises(UnauthenticatedError):
        seal.open(closed[:place] + other + closed[place + 1 :])


def test_a_seal_of_another_installation_does_not_open() -> None:
    closed = ReaderSeal(b"one", lambda: 1000.0).close(Reader("p"))
    with pytest.raises(UnauthenticatedError):
        ReaderSeal(b"two", lambda: 1000.0).open(closed)


def test_a_seal_does_not_outlive_its_minute() -> None:
    closed = ReaderSeal(b"one", lambda: 1000.0).close(Reader("p"))
    with pytest.raises(UnauthenticatedError):
        ReaderSeal(b"one", lambda: 1061.0).open(closed)


def test_every_code_has_both_labels() -> None:
    for labels in (THEMES, POPULATIONS, KIND_LABELS):
        for label in labels.values():
            assert label.nl
            assert label.en
    assert set(STAGE_LABELS) == set(STAGES)
    assert set(KIND_LABELS) == {kind.value for kind in StoryKind}


def test_dutch_readers_get_dutch_and_all_others_english() -> None:
    label = Label(nl="Vraag", en="Question")
    assert [label.text(tag) for tag in ("nl", "nl-BE", "en", "de")] == [
        "Vraag",
        "Vraag",
        "Question",
        "Question",
    ]


def test_metric_names_say_what_they_count() -> None:
    names = [metric.name for metric in ALL]
    assert len(names) == len(set(names))
    for metric in ALL:
        assert metric.name.startswith("kring_")
        assert metric.name.endswith("_total") is (metric.kind == "counter")
