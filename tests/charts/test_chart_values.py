"""Values: every one is documented, an unknown one is refused, and what is missing is asked for."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it ships no types
from harness.charts import CHART, PROFILES, pods, refusal, rendered, template

from libs.runtime.settings import Settings

TEXT = Path(CHART, "values.yaml").read_text(encoding="utf-8")
SCHEMA = json.loads(Path(CHART, "values.schema.json").read_text(encoding="utf-8"))
BY_THE_CHART = {
    "data": "a volume",
    "host": "every address of the pod",
    "port": "the one that the Service knows",
    "probe_host": "every address of the pod",
    "probe_port": "the one that the probes ask",
    "peers": "the names of the Services",
    "secret": "by reference",
    "operator_key": "by reference",
    "vault_key": "by reference",
    "drain_seconds": "drainSeconds, below the grace period",
    "fail_at": "for tests only",
}
"""Settings that nobody gives by value, with what decides instead."""
LISTED_ELSEWHERE = {"roles"}
"""Their comment explains all of what is in them."""


def undocumented(node: yaml.MappingNode, path: str = "") -> Iterator[str]:
    """Yield keys without a comment on the line before them; the first of a mapping may share."""
    lines = TEXT.splitlines()
    for key, value in node.value:
        name = f"{path}{key.value}"
        above = lines[key.start_mark.line - 1] if key.start_mark.line else ""
        opens_mapping = isinstance(value, yaml.MappingNode) and not value.flow_style
        if not above.strip().startswith("#") and not opens_mapping:
            yield name
        if opens_mapping and name not in LISTED_ELSEWHERE and name.count(".") < 1:
            yield from undocumented(value, f"{name}.")


def test_every_value_says_what_it_means() -> None:
    assert list(undocumented(yaml.compose(TEXT))) == []


def closed(schema: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Yield where a mapping with named properties takes others as well."""
    if "properties" in schema and schema.get("additionalProperties") is not False:
        yield path
    for key, part in schema.items():
        parts = part if isinstance(part, list) else [part]
        for each in parts:
            if isinstance(each, dict):
                yield from closed(each, f"{path}/{key}")


def test_no_mapping_takes_what_it_does_not_know() -> None:
    assert list(closed(SCHEMA)) == []


def test_the_schema_knows_every_value_and_no_other() -> None:
    values = yaml.safe_load(TEXT)
    known = SCHEMA["properties"]
    assert set(known) - {"global"} == set(values)
    for name, value in values.items():
        if isinstance(value, dict) and "properties" in known[name] and name != "roles":
            assert set(known[name]["properties"]) == set(value), name


def test_the_schema_knows_every_setting() -> None:
    expected = set(Settings.model_fields) - set(BY_THE_CHART)
    for part in ("settings", "settingsFrom"):
        found = set(SCHEMA["$defs"][part]["properties"])
        assert found == expected, (
            f"charts/kring/values.schema.json, $defs/{part}: add {sorted(expected - found)},"
            f" remove {sorted(found - expected)}; or say here how the chart decides it"
        )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("settigns.bus=x", "settigns"),
        ("settings.buss=x", "buss"),
        ("settings.secret=0123456789abcdef01", "secret"),
        ("settings.fail_at=P1", "fail_at"),
        ("settings.database=postgresql://kring:geheim@db/kring_{service}", "/settings/database"),
        ("mode=both", "/mode"),
        ("drainSeconds=0", "/drainSeconds"),
        ("roles.split.search-api.resource.limits.cpu=1", "resource"),
        ("roles.split.search-api.scale.by=memory", "/roles/split/search-api/scale"),
        ("roles.split.search-api.resources.limits.gpu=1", "gpu"),
        ("roles.split.Night.args={run}", "Night"),
        ("roles.split.night.replicas=1", "args"),
        ("defaults.volume=hostPath", "/defaults/volume"),
        ("defaults.resources.limits.memory=null", "memory"),
        ("defaults.securityContext.privileged=true", "securityContext"),
        ("image.digest=sha256:1", "/image/digest"),
        ("network.servers.ldap.ports={389}", "ldap"),
        ("network.visitors[0].everybody=true", "everybody"),
        ("mounts[0].secret=x,mounts[0].path=/usr", "/mounts/0/path"),
        ("kafka.strimzi.apiVersion=v1", "/kafka/strimzi/apiVersion"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(change: str, said: str) -> None:
    assert said in refusal("--set", change)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("image.tag=", "image.tag: say which version"),
        ("secret.name=", "secret.name: the Secret"),
        *(
            (f"settings.{name}=null", f"settings.{name} (or settingsFrom.{name}): say where it is")
            for name in ("bus", "index", "tasks", "cache")
        ),
        ("settingsFrom.database=null", "settings.database (or settingsFrom.database)"),
        ("ingress.enabled=true", "ingress.host: the host name"),
        ("defaults.graceSeconds=30", "at least 35"),
        ("drainSeconds=50", "graceSeconds: at least 65"),
        ("roles.split.search-api.volume=claim", "a role with a claim has one pod"),
    ],
)
def test_what_is_missing_is_asked_for(change: str, said: str) -> None:
    assert said in refusal("--set", change)


def test_the_embedded_profile_asks_for_an_image_and_secrets_alone() -> None:
    bare = template(CHART / "values-embedded.yaml")
    assert "image.tag: say which version" in bare.stderr or "secret.name" in bare.stderr
    given = template(CHART / "values-embedded.yaml", more=("--set", "image.tag=v1,secret.name=k"))
    assert given.returncode == 0, given.stderr


def test_a_role_is_added_by_values_and_the_others_stay() -> None:
    names = set(yaml.safe_load(TEXT)["roles"]["split"])
    found = {pod.role for pod in pods(rendered("wide"))}
    assert found == {*names, "notification-night", "migration", "test"}


def test_every_values_file_of_the_chart_is_tested() -> None:
    named = {path for paths in PROFILES.values() for path in paths}
    assert set(CHART.glob("values-*.yaml")) <= named
