"""Logs: every line is one object, whoever logs."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from libs.kernel import trace
from libs.runtime.logs import configure_logs


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    server = logging.getLogger("uvicorn.error")  # a server in another test configures it its way
    server.disabled, server.propagate = False, True
    server.setLevel(logging.NOTSET)
    logging.getLogger("uvicorn").propagate = True
    yield
    root.handlers, root.level = handlers, level
    for name in ("libs", "services"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_our_own_logs_are_json_with_time_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(format_name="json", level="info")

    structlog.get_logger().warning("buried", topic="kring.stories.v1", offset=7)

    (line,) = lines(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "buried",
        "level": "warning",
        "topic": "kring.stories.v1",
        "offset": 7,
    }


def test_debugging_tells_what_we_do_and_not_what_every_library_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs(format_name="json", level="debug")

    structlog.get_logger("libs.runtime.consumer").debug("taken")
    logging.getLogger("libs.adapters").debug("ours, too")
    logging.getLogger("kafka.conn").debug("a byte")
    logging.getLogger("kafka.conn").info("connected")

    assert [line["event"] for line in lines(capsys)] == ["taken", "ours, too", "connected"]


@pytest.mark.parametrize(
    "name", ["elastic_transport.transport", "celery.app.trace", "celery.worker.strategy"]
)
def test_what_went_well_is_not_told_of_every_request_and_task(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    configure_logs(format_name="json", level="info")

    logging.getLogger(name).info("went well")
    logging.getLogger(name).warning("went wrong")

    assert [line["event"] for line in lines(capsys)] == ["went wrong"]


def test_a_log_says_to_which_trace_it_belongs(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(format_name="json", level="info")

    with trace.follow() as span:
        structlog.get_logger().info("ours")
        logging.getLogger("some.library").warning("theirs")
        structlog.get_logger().info("of another", trace_id="4bf9")

    told = [(line["event"], line["trace_id"]) for line in lines(capsys)]
    assert told == [("ours", span.trace_id), ("theirs", span.trace_id), ("of another", "4bf9")]


def test_logs_of_libraries_have_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(format_name="json", level="info")

    logging.getLogger("some.library").warning("odd %s", "thing")

    (line,) = lines(capsys)
    assert (line["event"], line["level"]) == ("odd thing", "warning")


@pytest.mark.parametrize("form", ["json", "text"])
def test_an_exception_is_told_with_its_place(capsys: pytest.CaptureFixture[str], form: str) -> None:
    configure_logs(format_name=form, level="info")

    try:
        _ = 1 / 0
    except ZeroDivisionError:
        structlog.get_logger().exception("thread ended")
        logging.getLogger("uvicorn.error").exception("request failed")

    told = capsys.readouterr().err
    assert told.count("ZeroDivisionError: division by zero") == 2
    assert told.count("test_logs.py") >= 2


def test_what_is_below_the_level_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(format_name="json", level="warning")

    structlog.get_logger().info("idle")
    logging.getLogger("some.library").info("idle")

    assert lines(capsys) == []


def test_servers_do_not_tell_every_start(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(format_name="json", level="info")

    logging.getLogger("uvicorn.error").info("Started server process [%d]", 1)
    logging.getLogger("uvicorn.error").error("it broke")

    assert [line["event"] for line in lines(capsys)] == ["it broke"]
