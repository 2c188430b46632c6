"""Traces through requests, events and tasks: one thing leads to another, and the logs say so."""

import threading
from typing import NoReturn

import structlog
from harness.town import WAIT_SECONDS, Start, Town, call, wait_for
from structlog.testing import capture_logs

from libs.adapters.local.tasks import LocalTasks
from libs.adapters.prometheus.telemetry import open_telemetry
from libs.kernel import trace


def test_a_consumer_goes_on_with_the_trace_of_the_request_that_wrote_the_event(
    start: Start, town: Town
) -> None:
    process = start("ingestion", "search")

    with trace.follow() as span:
        call(process, "ingestion", "POST", "/v1/stories/garden")
    wait_for(lambda: town.titles)

    (taken,) = town.traces
    read = trace.parse(taken)
    assert read is not None
    assert read.trace_id == span.trace_id
    assert read.span_id != span.span_id


def test_a_batch_of_several_traces_has_one_of_its_own_and_each_event_is_told_with_its(
    start: Start, town: Town
) -> None:
    writing = start("ingestion", roles=["api"])
    asked = []
    for title in ("garden", "kitchen"):
        with trace.follow() as span:
            call(writing, "ingestion", "POST", f"/v1/stories/{title}")
            asked.append(span.trace_id)
    writing.stop()
    with capture_logs() as logs:
        start("ingestion", "search", roles=["consumer"])
        wait_for(lambda: len(town.titles) == 2 and len(_taken(logs)) == 2)

    assert sorted(_taken(logs)) == sorted(asked)
    if len(town.traces) == 1:  # both came in one poll
        assert not any(each in town.traces[0] for each in asked)


def _taken(logs: list[structlog.typing.EventDict]) -> list[str]:
    return [each["trace_id"] for each in logs if each["event"] == "taken"]


def test_a_record_that_is_buried_is_told_with_its_trace(start: Start) -> None:
    process = start("ingestion", "search")
    buried = threading.Event()

    def watch(_logger: object, _method: str, told: structlog.typing.EventDict) -> NoReturn:
        if told["event"] == "buried":
            seen.append(trace.current())
            buried.set()
        raise structlog.DropEvent

    seen: list[trace.Span | None] = []
    before = structlog.get_config()["processors"]
    structlog.configure(processors=[watch])
    try:
        with trace.follow() as span:
            call(process, "ingestion", "POST", "/v1/stories/poison")
        assert buried.wait(WAIT_SECONDS)
    finally:
        structlog.configure(processors=before)

    assert seen[0] is not None
    assert seen[0].trace_id == span.trace_id


def test_each_run_of_a_task_begins_a_trace() -> None:
    seen: list[str] = []
    tasks = LocalTasks("x", open_telemetry(), workers=1)
    tasks.register("x.do", lambda _argument: seen.append(trace.traceparent()))
    tasks.start()
    tasks.submit("x.do", "1")
    tasks.submit("x.do", "2")
    wait_for(lambda: len(seen) == 2)
    tasks.close(timeout_seconds=WAIT_SECONDS)

    assert all(trace.parse(each) for each in seen)
    assert len(set(seen)) == 2
