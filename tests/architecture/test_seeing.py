"""What operators look at fits the code: dashboards, alerts, their tests and their runbooks."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it ships no types

from deploy import dashboards, grafana
from libs.kernel import metrics
from services.__main__ import SERVICES

ROOT = Path(__file__).parents[2]
CHART = ROOT / "charts" / "kring"
RUNBOOKS = ROOT / "docs" / "runbooks"
SEVERITIES = {"critical", "warning"}
ADDED_BY_PROMETHEUS = {"instance", "le"}
METRICS = {metric.name: metric for metric in metrics.ALL}
SUFFIX = re.compile(r"_(bucket|count|sum)$")
SELECTOR = re.compile(r"\b(kring_\w+)(?:\{([^}]*)\})?")
CHOSEN = re.compile(r'(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"')


def alerts() -> list[dict[str, Any]]:
    found = []
    for path in sorted((CHART / "alerts").glob("*.yaml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]:
            found += group["rules"]
    return found


def shown() -> dict[str, str]:
    """Return every expression of every dashboard by its place, as the files have them."""
    return {
        f"{path.stem} {panel['id']}{target['refId']}": target["expr"]
        for path in sorted((CHART / "dashboards").glob("*.json"))
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]
        for target in panel["targets"]
    }


ALERTS = {rule["alert"]: rule for rule in alerts()}
SHOWN = shown()
EXPRESSIONS = {**{name: rule["expr"] for name, rule in ALERTS.items()}, **SHOWN}


def metric_of(name: str) -> metrics.Metric | None:
    """Return the metric that exports a series of this name."""
    plain = METRICS.get(name)
    if plain is not None:
        return plain if plain.kind != "histogram" else None
    timed = METRICS.get(SUFFIX.sub("", name))
    return timed if timed is not None and timed.kind == "histogram" else None


@cache
def source() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "services").rglob("*.py"))


def test_the_dashboards_are_as_the_code_writes_them() -> None:
    assert dashboards.outdated() == [], "run python -m deploy.dashboards"


@pytest.mark.parametrize("place", EXPRESSIONS)
def test_an_expression_asks_for_what_the_code_exports(place: str) -> None:
    expression = EXPRESSIONS[place]
    selected = SELECTOR.findall(expression)
    assert selected
    labels: set[str] = set()
    for name, conditions in selected:
        metric = metric_of(name)
        assert metric is not None, f"no process exports {name}"
        known = {*metric.labels, *ADDED_BY_PROMETHEUS}
        assert {label for label, _ in CHOSEN.findall(conditions)} <= known
        labels |= known
    for grouped in re.findall(r"\bby \(([^)]*)\)", expression):
        assert set(re.findall(r"\w+", grouped)) <= labels


@pytest.mark.parametrize("place", EXPRESSIONS)
def test_a_value_that_is_asked_for_is_one_that_the_code_gives(place: str) -> None:
    for _, conditions in SELECTOR.findall(EXPRESSIONS[place]):
        chosen = dict(CHOSEN.findall(conditions))
        assert chosen.get("service", "search") in SERVICES
        for task in filter(None, chosen.get("task", "").split("|")):
            assert f'"{task}"' in source(), f"no task is named {task}"


def test_every_metric_is_shown_on_a_dashboard() -> None:
    asked = {metric_of(name) for each in SHOWN.values() for name, _ in SELECTOR.findall(each)}

    assert set(METRICS.values()) - asked == set(), "show it, or count it no more"


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_how_bad_it_is_and_what_to_do(name: str) -> None:
    rule = ALERTS[name]
    assert rule["labels"]["severity"] in SEVERITIES
    assert rule["for"]
    assert rule["annotations"]["runbook"] == f"docs/runbooks/{name}.md"
    assert rule["annotations"]["summary"].endswith(".")


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == set(ALERTS)


@pytest.mark.parametrize("name", ALERTS)
def test_a_runbook_has_what_somebody_needs_at_night(name: str) -> None:
    text = (RUNBOOKS / f"{name}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {name}\n")
    for part in ("**What people notice.**", "## Look", "## Mend", "**It is over when**"):
        assert part in text
    for linked in re.findall(r"\]\((\w+)\.md\)", text):
        assert linked in ALERTS


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_is_seen_to_fire_and_seen_not_to(name: str) -> None:
    tests = yaml.safe_load((ROOT / "tests/alerts/kring_test.yaml").read_text(encoding="utf-8"))
    cases = [
        bool(case.get("exp_alerts"))
        for test in tests["tests"]
        for case in test["alert_rule_test"]
        if case["alertname"] == name
    ]
    assert set(cases) == {True, False}


@pytest.mark.parametrize("name", ["kring_nothing", "kring_http_request_seconds", "up"])
def test_a_series_that_nobody_exports_would_be_seen(name: str) -> None:
    assert metric_of(name) is None


def test_a_panel_cannot_ask_for_a_label_that_is_not_there() -> None:
    with pytest.raises(grafana.LabelError, match="kring_unready_parts has no label member"):
        grafana.most(metrics.UNREADY, "member")
