"""Measurements for Prometheus."""

from typing import assert_never

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from typing_extensions import override

from libs.kernel.metrics import ALL, Metric
from libs.ports.telemetry import Telemetry

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class PrometheusTelemetry(Telemetry):
    """A registry of its own that holds the closed list of metrics and nothing else.

    A metric that is not in the list is a ``KeyError``, and labels other than the declared ones are
    a ``ValueError``: both are bugs that a test should meet.
    """

    def __init__(self) -> None:
        """Declare every metric."""
        # else each counter exports a second series
        prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # no types
        self._registry = CollectorRegistry()
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._histograms: dict[str, Histogram] = {}
        for metric in ALL:
            self._declare(metric)

    @override
    def count(self, metric: Metric, amount: float = 1, **labels: str) -> None:
        """Raise a counter."""
        self._counters[metric.name].labels(**labels).inc(amount)

    @override
    def gauge(self, metric: Metric, value: float, **labels: str) -> None:
        """Set a gauge."""
        gauge = self._gauges[metric.name]
        (gauge.labels(**labels) if labels else gauge).set(value)

    @override
    def forget(self, metric: Metric, **labels: str) -> None:
        """Drop one series."""
        self._gauges[metric.name].remove(*(labels[name] for name in metric.labels))

    @override
    def observe(self, metric: Metric, seconds: float, **labels: str) -> None:
        """Add to a histogram."""
        self._histograms[metric.name].labels(**labels).observe(seconds)

    @override
    def exposition(self) -> bytes:
        """Return the Prometheus text format, version 0.0.4."""
        return generate_latest(self._registry)

    def _declare(self, metric: Metric) -> None:
        name, text, labels = metric.name, metric.help, metric.labels
        match metric.kind:
            case "counter":
                self._counters[name] = Counter(name, text, labels, registry=self._registry)
            case "gauge":
                self._gauges[name] = Gauge(name, text, labels, registry=self._registry)
            case "histogram":
                self._histograms[name] = Histogram(
                    name, text, labels, registry=self._registry, buckets=_SECONDS
                )
            case _ as unreachable:
                assert_never(unreachable)


def open_telemetry() -> PrometheusTelemetry:
    """Return a registry of its own."""
    return PrometheusTelemetry()
