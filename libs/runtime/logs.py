"""Logs: one JSON object a line on standard error, standard library and servers included."""

import logging
import sys

import structlog

from libs.kernel import trace

_OURS = ("libs", "services")
_QUIET = ("uvicorn", "httpx2", "httpcore2", "alembic", "openvino")
_A_LINE_EACH = ("elastic_transport", "celery.app.trace", "celery.worker.strategy")
"""Whoever tells every request, or every task, though nothing went wrong."""


def configure_logs(*, format_name: str, level: str) -> None:
    """Send every log through structlog; ``format_name`` is ``json`` or ``text``."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        _traced,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if format_name == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    ours = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(max(ours, logging.INFO))  # clients of servers say every byte when they debug
    for name in _OURS:
        logging.getLogger(name).setLevel(ours)
    for name in (*_QUIET, *_A_LINE_EACH):
        logging.getLogger(name).setLevel(logging.WARNING)


def _traced(
    _logger: object, _method: str, told: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Say to which trace a log belongs."""
    span = trace.current()
    if span is not None:
        told.setdefault("trace_id", span.trace_id)
        told.setdefault("span_id", span.span_id)
    return told
