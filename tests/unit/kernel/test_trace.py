"""W3C Trace Context: what is taken for a trace, and what goes along."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel import trace

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
GIVEN = f"00-{TRACE}-00f067aa0ba902b7-01"


def test_nobody_follows_a_trace_at_first() -> None:
    assert trace.current() is None
    assert trace.traceparent() == ""


def test_what_follows_a_trace_is_a_step_of_its_own_in_it() -> None:
    with trace.follow(GIVEN) as span:
        assert trace.current() == span
        assert (span.trace_id, span.flags) == (TRACE, "01")
        assert span.span_id != "00f067aa0ba902b7"
        assert trace.parse(trace.traceparent()) == span
    assert trace.current() is None


def test_a_step_within_a_step_ends_before_it() -> None:
    with trace.follow(GIVEN) as outer:
        with trace.follow(str(outer)) as inner:
            assert inner.trace_id == outer.trace_id
            assert inner.span_id != outer.span_id
        assert trace.current() == outer


def test_without_a_trace_a_new_one_begins_each_time() -> None:
    with trace.follow() as one:
        pass
    with trace.follow() as other:
        pass
    assert one.trace_id != other.trace_id
    assert trace.parse(str(one)) == one


def test_another_thread_follows_nothing() -> None:
    seen: list[str] = []
    with trace.follow(GIVEN):
        thread = threading.Thread(target=lambda: seen.append(trace.traceparent()))
        thread.start()
        thread.join()
    assert seen == [""]


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "anna@example.org",
        GIVEN.upper(),
        f"{GIVEN}-more",
        f"{GIVEN}\n",
        GIVEN.replace("00-", "ff-", 1),
        GIVEN.replace(TRACE, "0" * 32),
        GIVEN.replace("00f067aa0ba902b7", "0" * 16),
        GIVEN.replace(TRACE, TRACE[1:]),
    ],
)
def test_what_is_not_well_formed_names_no_trace(wrong: str) -> None:
    assert trace.parse(wrong) is None
    with trace.follow(wrong) as span:
        assert span.trace_id not in wrong


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    span = trace.parse(f"01{GIVEN[2:]}-something-new")
    assert span is not None
    assert span.trace_id == TRACE


@given(st.text(max_size=60))
def test_any_text_is_survived(text: str) -> None:
    span = trace.parse(text)
    assert span is None or trace.parse(str(span)) == span
