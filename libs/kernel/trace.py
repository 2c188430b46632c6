"""Which chain of causes a piece of work belongs to: W3C Trace Context, level 1.

A request or an event that brings a ``traceparent`` goes on with its trace; one that brings none, or
one that is not well formed, begins its own. The current span is kept per thread and per task of an
event loop, so that whoever logs, calls a peer or writes an event needs not be told of it.
Specification: https://www.w3.org/TR/trace-context/
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from typing_extensions import override

HEADER = "traceparent"
_FORM = re.compile(r"(?P<version>[0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_NOTHING = re.compile(r"0+")


@dataclass(frozen=True, slots=True)
class Span:
    """One step of a trace; ids are hexadecimal, 32 and 16 digits."""

    trace_id: str
    span_id: str
    flags: str = "00"

    @override
    def __str__(self) -> str:
        """Return the span as a ``traceparent``."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


_current: ContextVar[Span | None] = ContextVar("span", default=None)


def parse(traceparent: str) -> Span | None:
    """Return the span that a ``traceparent`` names; None if it is not well formed.

    A later version may have more fields, which are not known yet and ignored.
    """
    found = _FORM.fullmatch(traceparent)
    if found is None:
        return None
    version, trace_id, span_id, flags, more = found.groups()
    if version == "ff" or (version == "00" and more):
        return None
    if _NOTHING.fullmatch(trace_id) or _NOTHING.fullmatch(span_id):
        return None
    return Span(trace_id, span_id, flags)


@contextmanager
def follow(traceparent: str = "") -> Iterator[Span]:
    """Work in a new span of the trace that is named, or of a new trace."""
    parent = parse(traceparent)
    span_id = secrets.token_hex(8)
    span = Span(parent.trace_id, span_id, parent.flags) if parent else _root(span_id)
    before = _current.set(span)
    try:
        yield span
    finally:
        _current.reset(before)


def _root(span_id: str) -> Span:
    return Span(secrets.token_hex(16), span_id)


def current() -> Span | None:
    """Return the span in which this is called; None where nobody follows a trace."""
    return _current.get()


def traceparent() -> str:
    """Return what to send along from here; empty where nobody follows a trace."""
    span = _current.get()
    return "" if span is None else str(span)
