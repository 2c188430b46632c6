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


ROLE = Metric(
    "kring_role_info",
    "gauge",
    ("service", "role", "version"),
    "One for each role that this process runs, with the version of Kring.",
)
UNREADY = Metric(
    "kring_unready_parts",
    "gauge",
    (),
    "How many things keep this process from being ready; /readyz names them.",
)
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
HANDLED_SECONDS = Metric(
    "kring_batch_handling_seconds",
    "histogram",
    ("service", "topic"),
    "Time a batch of events took, with its transaction.",
)
CONSUMER_RETRIES = Metric(
    "kring_consumer_retries_total",
    "counter",
    ("service",),
    "Batches put back because something outside was down.",
)
CONSUMER_STUCK = Metric(
    "kring_consumer_stuck_seconds",
    "gauge",
    ("service",),
    "How long the consumer has neither finished a batch nor found that there is nothing to do.",
)
LAG = Metric(
    "kring_consumer_lag_records",
    "gauge",
    ("service", "topic", "partition"),
    "Records published and not yet committed by the group of this service; its holder tells.",
)
DEAD_LETTERS = Metric(
    "kring_dead_letters_records",
    "gauge",
    ("service",),
    "Dead letters kept; each process of a service tells the same number.",
)
PUBLISHED = Metric(
    "kring_events_published_total", "counter", ("service",), "Outbox rows handed to the bus."
)
RELAY_RETRIES = Metric(
    "kring_relay_retries_total",
    "counter",
    ("service",),
    "Attempts to publish that failed because the bus or the database was down.",
)
OUTBOX = Metric(
    "kring_outbox_waiting_records",
    "gauge",
    ("service",),
    "Rows not yet published; each process of a service tells the same number.",
)
OUTBOX_AGE = Metric(
    "kring_outbox_oldest_seconds",
    "gauge",
    ("service",),
    "Age of the oldest row not yet published; each process of a service tells the same.",
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
DELIVERIES_DUE = Metric(
    "kring_deliveries_due_records",
    "gauge",
    ("channel",),
    "Notifications that are due and did not leave yet.",
)
DELIVERIES_AGE = Metric(
    "kring_deliveries_oldest_due_seconds",
    "gauge",
    ("channel",),
    "How long the longest due notification has been waiting to leave.",
)
SEARCH_SECONDS = Metric(
    "kring_search_leg_seconds",
    "histogram",
    ("service", "index", "leg"),
    "Time the engine took for one leg of a search: lexical or dense.",
)
ENCODED = Metric(
    "kring_texts_encoded_total",
    "counter",
    ("encoder", "purpose"),
    "Texts turned into vectors, by purpose: query or passage.",
)
REMEMBERED = Metric(
    "kring_texts_remembered_total",
    "counter",
    ("encoder", "purpose"),
    "Texts whose vectors were still known, by purpose: query or passage.",
)
ENCODING_SECONDS = Metric(
    "kring_encoding_seconds",
    "histogram",
    ("encoder", "purpose"),
    "Time a batch of texts took to become vectors.",
)

ALL: tuple[Metric, ...] = (
    ROLE,
    UNREADY,
    HTTP_SECONDS,
    CONSUMED,
    HANDLED_SECONDS,
    CONSUMER_RETRIES,
    CONSUMER_STUCK,
    LAG,
    DEAD_LETTERS,
    PUBLISHED,
    RELAY_RETRIES,
    OUTBOX,
    OUTBOX_AGE,
    TASKS,
    DELIVERIES,
    DELIVERIES_DUE,
    DELIVERIES_AGE,
    SEARCH_SECONDS,
    ENCODED,
    REMEMBERED,
    ENCODING_SECONDS,
)
