"""A trace that comes from outside goes through requests and events, and does nothing else."""

import httpx2
import pytest
from harness.whole import Whole, story

from libs.contracts.topics import STORIES
from libs.kernel import trace

pytestmark = pytest.mark.timeout(300)

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
GIVEN = f"00-{TRACE}-00f067aa0ba902b7-01"


def told(answer: httpx2.Response) -> str:
    """Return the trace that an answer names."""
    span = trace.parse(answer.headers["traceresponse"])
    assert span is not None
    return span.trace_id


def traces_of(whole: Whole, story_id: str) -> list[str]:
    """Return the traceparent of every record about a story."""
    reader = whole.process._bus.subscribe(f"traces of {story_id}", [STORIES.name])
    found: list[str] = []
    while deliveries := reader.poll(limit=500, timeout_seconds=0):
        found += [
            dict(each.record.headers)["traceparent"].decode()
            for each in deliveries
            if each.record.key.endswith(story_id.encode())
        ]
    reader.close()
    return found


def test_a_change_is_followed_from_the_gateway_into_the_log(whole: Whole) -> None:
    body = {"records": [story("gevolgd", "ours", owner="buur")]}

    answer = whole.ask(
        "operator", "POST", "/v1/import/stories", json=body, headers={"traceparent": GIVEN}
    )

    assert answer.is_success
    assert told(answer) == TRACE
    whole.settle()
    (traceparent,) = traces_of(whole, answer.json()["results"][0]["id"])
    span = trace.parse(traceparent)
    assert span is not None
    assert (span.trace_id, span.flags) == (TRACE, "01")


@pytest.mark.parametrize("sent", ["", "anna@example.org", f"{GIVEN}-x", "é" * 2_000])
def test_what_is_no_trace_is_replaced_by_one(whole: Whole, sent: str) -> None:
    headers = [(b"traceparent", sent.encode())]

    answer = whole.ask("anonymous", "GET", "/v1/session", headers=headers)

    assert answer.status_code == 401
    assert told(answer) != TRACE
