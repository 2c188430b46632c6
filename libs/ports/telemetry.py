"""Counting and timing, by the closed list of metrics."""

from typing import Protocol

from libs.kernel.metrics import Metric


class Telemetry(Protocol):
    """Where measurements go."""

    def count(self, metric: Metric, amount: float = 1, **labels: str) -> None:
        """Raise a counter."""
        ...

    def gauge(self, metric: Metric, value: float, **labels: str) -> None:
        """Set a gauge."""
        ...

    def forget(self, metric: Metric, **labels: str) -> None:
        """Tell a gauge no longer; one that was never set is no error."""
        ...

    def observe(self, metric: Metric, seconds: float, **labels: str) -> None:
        """Add to a histogram."""
        ...

    def exposition(self) -> bytes:
        """Return everything in the Prometheus text format."""
        ...
