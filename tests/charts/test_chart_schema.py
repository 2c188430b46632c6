"""Every object is one that Kubernetes of the three newest minor versions takes, to the letter."""

import json

import kubernetes_validate
import pytest
from harness.charts import NEWEST, PROFILES, Object, refusal, rendered, template
from kubernetes_validate.utils import all_versions

OF_OPERATORS = {"ScaledObject", "KafkaTopic", "KafkaUser"}
"""Not of Kubernetes itself; the tests of scaling and of Kafka read them."""


def test_the_newest_versions_are_those_that_are_tested() -> None:
    known = {tuple(int(part) for part in each.split(".")[:2]) for each in all_versions()}
    newest = [f"{major}.{minor}" for major, minor in sorted(known)[-3:]]
    assert sorted(NEWEST) == sorted(newest), "tests/harness/charts.py: take the newest three"


@pytest.mark.parametrize("version", NEWEST)
def test_every_object_of_every_profile_is_valid(version: str) -> None:
    every = [each for profile in PROFILES for each in rendered(profile, version)]
    different = {json.dumps(each): each for each in every if each["kind"] not in OF_OPERATORS}
    assert len(different) > 50
    for each in different.values():
        kubernetes_validate.validate(each, version, strict=True)


def test_an_object_with_a_field_too_many_would_be_found() -> None:
    (first, *_) = [each for each in rendered("embedded") if each["kind"] == "Deployment"]
    wrong: Object = {**first, "spec": {**first["spec"], "replica": 1}}
    with pytest.raises(kubernetes_validate.ValidationError, match="replica"):
        kubernetes_validate.validate(wrong, NEWEST[0], strict=True)


def test_two_objects_never_have_one_name(objects: list[Object]) -> None:
    names = [(each["kind"], each["metadata"]["name"]) for each in objects]
    assert len(set(names)) == len(names)


def test_an_older_cluster_is_refused() -> None:
    done = template(*PROFILES["split"], version="1.29")
    assert "requires kubeVersion" in done.stderr


def test_the_migration_runs_before_anything_of_a_new_version() -> None:
    (job,) = [each for each in rendered("split") if each["kind"] == "Job"]
    hooks = job["metadata"]["annotations"]
    assert hooks["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert "before-hook-creation" in hooks["helm.sh/hook-delete-policy"]
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["args"] == ["migrate"]
    assert job["spec"]["activeDeadlineSeconds"] > 0
    assert not [each for each in rendered("embedded") if each["kind"] == "Job"]


def test_a_chart_that_says_nothing_of_limits_is_refused() -> None:
    told = refusal("--set", "migration.resources.limits=null")
    assert "limits" in told
