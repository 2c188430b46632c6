"""Every pod that the chart makes is as safe as a pod can be, and is run as the code expects."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.charts import ROOT, PodOf, pods, rendered
from typer.main import get_command

from libs.runtime.cli.app import build_cli
from libs.runtime.lifecycle import ROLES
from libs.runtime.settings import Settings, load, with_secrets
from services.__main__ import SAMPLE, SERVICES

WITHOUT_TASKS = {"search"}
PROBES = {"startupProbe": "/readyz", "readinessProbe": "/readyz", "livenessProbe": "/livez"}
HIDDEN = "a-secret-0123456789"
FROM_SECRETS = {
    "KRING_SECRET": HIDDEN,
    "KRING_OPERATOR_KEY": HIDDEN,
    "KRING_VAULT_KEY": HIDDEN,
    "KRING_DATABASE": "postgresql://kring:hidden@postgres/kring_{service}",
    "KRING_TASKS": "celery+redis://redis:6379/0",
    "KRING_CACHE": "redis://redis:6379/1",
    "KRING_MAIL": "smtps://kring:hidden@mail:465",
}


def variables(pod: PodOf) -> dict[str, str]:
    return {
        each["name"]: each.get("value", FROM_SECRETS.get(each["name"], ""))
        for each in pod.container["env"]
    }


def settings_of(pod: PodOf) -> Settings:
    given = {name.removeprefix("KRING_").lower(): text for name, text in variables(pod).items()}
    return load(**given)


def test_a_pod_is_refused_nowhere_and_may_do_nothing_that_it_need_not(
    every_pod: list[PodOf],
) -> None:
    for pod in every_pod:
        assert pod.spec["automountServiceAccountToken"] is False
        assert pod.spec["securityContext"] == {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "fsGroup": 10001,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        }
        assert pod.container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & set(pod.spec)
        assert {kind for volume in pod.spec["volumes"] for kind in volume if kind != "name"} <= {
            "emptyDir",
            "secret",
            "persistentVolumeClaim",
        }


def test_a_pod_says_what_it_needs_and_what_it_takes_at_most(every_pod: list[PodOf]) -> None:
    for pod in every_pod:
        resources = pod.container["resources"]
        for each in ("requests", "limits"):
            assert set(resources[each]) == {"cpu", "memory", "ephemeral-storage"}
        for volume in pod.spec["volumes"]:
            if "emptyDir" in volume:
                assert volume["emptyDir"]["sizeLimit"]


def test_a_pod_writes_where_the_image_expects_it_and_nowhere_else(every_pod: list[PodOf]) -> None:
    for pod in every_pod:
        mounts = {each["mountPath"]: each for each in pod.container["volumeMounts"]}
        writable = {path for path, each in mounts.items() if not each.get("readOnly")}
        assert writable == {"/data", "/tmp"}  # noqa: S108
        assert {each["name"] for each in mounts.values()} == {
            each["name"] for each in pod.spec["volumes"]
        }


def test_every_variable_is_a_setting_that_the_code_takes(
    every_pod: list[PodOf], tmp_path: Path
) -> None:
    for pod in every_pod:
        names = [each["name"] for each in pod.container["env"]]
        assert len(set(names)) == len(names)
        with_secrets(settings_of(pod).model_copy(update={"data": tmp_path}))


def test_no_service_link_becomes_a_setting(every_pod: list[PodOf]) -> None:
    for pod in every_pod:
        assert pod.spec["enableServiceLinks"] is False  # it would be KRING_SEARCH_PORT=tcp://…


def test_secrets_are_named_and_never_written_down(every_pod: list[PodOf]) -> None:
    for pod in every_pod:
        for each in pod.container["env"]:
            if each["name"] in {
                "KRING_SECRET",
                "KRING_OPERATOR_KEY",
                "KRING_VAULT_KEY",
                "KRING_DATABASE",
            }:
                assert set(each["valueFrom"]["secretKeyRef"]) == {"name", "key"}
                assert "value" not in each


def test_one_image_of_one_version_runs_everywhere(every_pod: list[PodOf]) -> None:
    for pod in every_pod:
        assert re.fullmatch(r"\S+(:[\w.-]+|@sha256:[0-9a-f]{64})", pod.container["image"])
        assert not pod.container["image"].endswith(":latest")


def test_a_pod_ends_by_itself_before_it_is_ended(every_pod: list[PodOf]) -> None:
    for pod in every_pod:
        stop = pod.container.get("lifecycle", {}).get("preStop", {}).get("sleep", {})
        needed = stop.get("seconds", 0) + settings_of(pod).drain_seconds
        assert pod.spec["terminationGracePeriodSeconds"] >= needed + 10


def test_every_role_is_asked_where_it_answers_to_operators(workloads: list[PodOf]) -> None:
    for pod in workloads:
        named = {each["name"]: each["containerPort"] for each in pod.container["ports"]}
        settings = settings_of(pod)
        assert (settings.probe_host, settings.probe_port) == ("0.0.0.0", named["probes"])  # noqa: S104
        asked = {probe: pod.container[probe] for probe in PROBES}
        assert {probe: each["httpGet"]["path"] for probe, each in asked.items()} == PROBES
        for each in asked.values():
            assert each["httpGet"]["port"] == "probes"
            assert each["timeoutSeconds"] <= each["periodSeconds"]


def test_a_role_that_stands_still_is_started_anew_and_one_that_waits_is_not() -> None:
    assert PROBES["livenessProbe"] != PROBES["readinessProbe"]
    (pod, *_) = [each for each in pods(rendered("split")) if each.role == "search-consumer"]
    alive = pod.container["livenessProbe"]
    assert alive["periodSeconds"] * alive["failureThreshold"] >= 60


def test_a_role_that_serves_lingers_until_nobody_asks_it(workloads: list[PodOf]) -> None:
    for pod in workloads:
        serves = "api" in pod.container["args"] or pod.container["args"][0] == "up"
        assert serves == ("http" in {each["name"] for each in pod.container["ports"]})
        stop = pod.container.get("lifecycle", {}).get("preStop", {}).get("sleep", {})
        assert serves == (stop.get("seconds", 0) > 0)


def test_several_pods_of_a_role_are_spread(workloads: list[PodOf]) -> None:
    for pod in workloads:
        labels = pod.owner["spec"]["selector"]["matchLabels"]
        spread = pod.spec.get("topologySpreadConstraints", [])
        for each in spread:
            assert each["labelSelector"]["matchLabels"] == labels
        keys = {each["topologyKey"] for each in spread}
        alone = pod.owner["spec"].get("replicas") == 1
        assert keys == (
            set() if alone else {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
        )


def test_a_new_version_never_takes_away_what_serves(workloads: list[PodOf]) -> None:
    for pod in workloads:
        strategy = pod.owner["spec"]["strategy"]
        claims = any("persistentVolumeClaim" in each for each in pod.spec["volumes"])
        rolling = {"maxUnavailable": 0, "maxSurge": 1}
        one = {"type": "Recreate"}
        assert strategy == (one if claims else {"type": "RollingUpdate", "rollingUpdate": rolling})


def runs(profile: str) -> Iterator[tuple[str, str, PodOf]]:
    """Yield service and role of every process; the command line itself reads them."""
    commands: Any = get_command(build_cli(SERVICES, SAMPLE)).commands  # type: ignore[attr-defined]
    for pod in pods(rendered(profile)):
        if "command" in pod.container:
            continue
        command, *rest = pod.container["args"]
        read = commands[command].make_context(command, rest)
        for role in read.params.get("role", []):
            yield read.params["service"], role, pod


def test_every_service_runs_in_each_of_its_roles() -> None:
    found = [(service, role) for service, role, _ in runs("split")]
    expected = {
        (service, role)
        for service in SERVICES
        for role in (("api", "consumer") if service in WITHOUT_TASKS else ROLES)
    }
    assert sorted(found) == sorted(expected)


def test_a_role_is_named_after_what_it_runs() -> None:
    for service, role, pod in runs("split"):
        assert pod.role.startswith(f"{service}-")
        if pod.role != f"{service}-worker":  # it may keep the time as well
            assert pod.role == f"{service}-{role}"


def test_the_embedded_profile_is_the_whole_of_kring_on_a_volume() -> None:
    (pod,) = [each for each in pods(rendered("embedded")) if each.owner["kind"] == "Deployment"]
    assert pod.container["args"] == ["up", "--no-sample"]
    assert pod.owner["spec"]["replicas"] == 1
    settings = settings_of(pod)
    assert settings.bus == Settings.model_fields["bus"].default
    assert settings.peers == Settings.model_fields["peers"].default


def test_the_image_is_run_as_it_was_made() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "\nUSER 10001:10001\n" in dockerfile
    assert "\nEXPOSE 8080 9180\n" in dockerfile


def test_one_role_may_have_settings_of_its_own() -> None:
    roles = {pod.role: pod for pod in pods(rendered("wide"))}
    assert settings_of(roles["search-api"]).log_level == "debug"
    assert settings_of(roles["search-consumer"]).log_level == "info"
    named = {
        role: {each["name"]: each for each in roles[role].container["env"]}["KRING_CACHE"]
        for role in ("search-api", "search-consumer")
    }
    assert named["search-api"]["valueFrom"]["secretKeyRef"]["name"] == "search-redis"
    assert named["search-consumer"]["valueFrom"]["secretKeyRef"]["name"] == "kring-redis"
    assert roles["notification-night"].owner["spec"]["replicas"] == 3
