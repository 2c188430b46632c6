"""Dashboards as data: what a panel asks, by the metrics that the code exports.

A query is made from a ``Metric``, so a name or a label that no process exports cannot stand in a
dashboard. Every expression is over all instances of an installation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from libs.kernel.metrics import Metric

SOURCE = {"type": "prometheus", "uid": "${source}"}
WINDOW = "$__rate_interval"
WIDTH, HEIGHT, COLUMNS = 12, 8, 2


class LabelError(ValueError):
    """A query names a label that the metric has not."""


@dataclass(frozen=True, slots=True)
class Query:
    """One expression, and what its lines are called."""

    expression: str
    legend: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One diagram; ``unit`` is one of Grafana's: short, s, percentunit, reqps, cps."""

    title: str
    meaning: str
    unit: str
    queries: Sequence[Query]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A page of panels, two beside one another."""

    name: str
    title: str
    panels: Sequence[Panel]


def rate(metric: Metric, *by: str, legend: str = "", **where: str) -> Query:
    """Return how often a second a counter rises, or a histogram is added to."""
    name = f"{metric.name}_count" if metric.kind == "histogram" else metric.name
    return Query(
        f"sum by ({_names(metric, by)}) (rate({name}{_where(metric, where)}[{WINDOW}]))",
        legend or _legend(by),
    )


def quantile(share: float, metric: Metric, *by: str, legend: str = "", **where: str) -> Query:
    """Return the seconds that such a share of what was timed stays below."""
    selected = f"{metric.name}_bucket{_where(metric, where)}"
    groups = ", ".join(filter(None, (_names(metric, by), "le")))
    return Query(
        f"histogram_quantile({share}, sum by ({groups}) (rate({selected}[{WINDOW}])))",
        legend or _legend(by),
    )


def most(metric: Metric, *by: str, legend: str = "", **where: str) -> Query:
    """Return the largest value of a gauge that several processes tell alike."""
    selected = f"{metric.name}{_where(metric, where)}"
    return Query(f"max by ({_names(metric, by)}) ({selected})", legend or _legend(by))


def total(metric: Metric, *by: str, legend: str = "", **where: str) -> Query:
    """Return the sum of a gauge of which each process tells its own part."""
    selected = f"{metric.name}{_where(metric, where)}"
    return Query(f"sum by ({_names(metric, by)}) ({selected})", legend or _legend(by))


def share(part: Query, *whole: Query, legend: str) -> Query:
    """Return a part by a whole, which may be the sum of several, from 0 to 1."""
    expressions = " + ".join(each.expression for each in whole)
    return Query(f"{part.expression} / ({expressions})", legend)


def rendered(dashboard: Dashboard) -> dict[str, Any]:
    """Return a dashboard as Grafana reads it from a file."""
    return {
        "uid": f"kring-{dashboard.name}",
        "title": dashboard.title,
        "tags": ["kring"],
        "schemaVersion": 41,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {
            "list": [{"name": "source", "label": "Prometheus", "type": "datasource",
                      "query": "prometheus"}]
        },
        "links": [{"type": "dashboards", "title": "Kring", "tags": ["kring"], "asDropdown": True}],
        "panels": [_panel(place, panel) for place, panel in enumerate(dashboard.panels)],
    }  # fmt: skip


def _panel(place: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(place, COLUMNS)
    return {
        "id": place + 1,
        "type": "timeseries",
        "title": panel.title,
        "description": panel.meaning,
        "datasource": SOURCE,
        "gridPos": {"h": HEIGHT, "w": WIDTH, "x": WIDTH * column, "y": HEIGHT * row},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {"tooltip": {"mode": "multi", "sort": "desc"}},
        "targets": [
            {
                "refId": chr(ord("A") + number),
                "datasource": SOURCE,
                "expr": query.expression,
                "legendFormat": query.legend,
            }
            for number, query in enumerate(panel.queries)
        ],
    }


def _names(metric: Metric, labels: Sequence[str]) -> str:
    unknown = set(labels) - {*metric.labels, "instance"}
    if unknown:
        raise LabelError(f"{metric.name} has no label {', '.join(sorted(unknown))}")
    return ", ".join(labels)


def _where(metric: Metric, where: Mapping[str, str]) -> str:
    """Return the selector; a value that begins with ``~`` is a regular expression."""
    _names(metric, [*where])
    chosen = ", ".join(
        f'{name}=~"{value[1:]}"' if value.startswith("~") else f'{name}="{value}"'
        for name, value in where.items()
    )
    return f"{{{chosen}}}" if chosen else ""


def _legend(by: Sequence[str]) -> str:
    return " ".join(f"{{{{{name}}}}}" for name in by) or "all"
