"""The metrics of Kring: a closed list. An id, a query or free text is never a label value."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: its name, kind, unit in the name, labels from closed sets, and one sentence."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    help: str


HTTP_SECONDS = Metric(
    "kring_http_request_seconds",
    "histogram",
    ("service", "route", "method", "status"),
    "Time from request to response, per route template.",
)
CONSUMED = Metric(
    "kring_events_consumed_total",
    "counter",
    ("service", "topic", "outcome"),
    "Events taken from the bus, by outcome: applied, old, erased, dead, or forged: an alarm.",
)
CONSUMER_RETRIES = Metric(
    "kring_consumer_retries_total",
    "counter",
    ("service",),
    "Batches put back because something outside was down.",
)
LAG = Metric(
    "kring_consumer_lag_records",
    "gauge",
    ("service", "topic"),
    "Records published and not yet committed by this service.",
)
PUBLISHED = Metric(
    "kring_events_published_total", "counter", ("service",), "Outbox rows handed to the bus."
)
OUTBOX_AGE = Metric(
    "kring_outbox_oldest_seconds", "gauge", ("service",), "Age of the oldest row not yet published."
)
TASKS = Metric(
    "kring_tasks_total",
    "counter",
    ("service", "task", "outcome"),
    "Background tasks run, by outcome: done or failed.",
)
DELIVERIES = Metric(
    "kring_deliveries_total",
    "counter",
    ("channel", "outcome"),
    "Notifications that left, by channel and outcome: sent, failed, suppressed or unknown.",
)
ENCODED = Metric("kring_texts_encoded_total", "counter", ("encoder",), "Texts turned into vectors.")

ALL: tuple[Metric, ...] = (
    HTTP_SECONDS,
    CONSUMED,
    CONSUMER_RETRIES,
    LAG,
    PUBLISHED,
    OUTBOX_AGE,
    TASKS,
    DELIVERIES,
    ENCODED,
)
