"""What a real API server takes under pod security «restricted», and what it refuses."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from harness.charts import PROFILES, Object, pods, rendered
from harness.cluster import Namespace, RefusedError, kubectl, namespace
from harness.deployed import Release

pytestmark = pytest.mark.cluster
OPERATORS = Path(__file__).parent / "values" / "operators.yaml"


@pytest.fixture(scope="module")
def home() -> Iterator[Namespace]:
    kubectl("apply", "-f", str(OPERATORS))
    with namespace("ring") as home, namespace("kafka"):
        yield home


@pytest.fixture
def pod() -> Object:
    """Give a pod of the chart, to be spoilt."""
    (workload, *_) = [each for each in pods(rendered("split")) if each.role == "search-api"]
    return as_pod(deepcopy(workload.spec), "one")


def as_pod(spec: Object, name: str) -> Object:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def spoil(pod: Object, path: str, value: object) -> None:
    """Change one field of a pod, or leave it out; the parts of its path are separated by dots."""
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    part = pod["spec"]
    for step in way:
        part = part[step]
    if value is None:
        del part[last]
    else:
        part[last] = value


@pytest.mark.parametrize("profile", PROFILES)
def test_every_object_and_every_pod_of_a_profile_is_taken(home: Namespace, profile: str) -> None:
    objects = rendered(profile)
    home.check(*objects)
    home.check(*(as_pod(each.spec, f"pod-{n}") for n, each in enumerate(pods(objects))))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("containers.0.securityContext.privileged", True, "privileged"),
        ("containers.0.securityContext.allowPrivilegeEscalation", True, "allowPrivilegeEscalation"),
        ("containers.0.securityContext.capabilities", {"add": ["NET_ADMIN"]}, "capabilities"),
        ("securityContext.runAsNonRoot", False, "runAsNonRoot"),
        ("securityContext.runAsUser", 0, "runAsUser"),
        ("securityContext.seccompProfile", None, "seccompProfile"),
        ("hostNetwork", True, "host namespaces"),
        ("volumes.0", {"name": "data", "hostPath": {"path": "/"}}, "hostPath"),
        ("containers.0.resources", None, "limits"),
        ("containers.0.resources.limits", {"cpu": "1"}, "limits.memory"),
    ],
)
def test_a_pod_that_asks_for_more_is_refused(
    home: Namespace, pod: Object, path: str, value: object, said: str
) -> None:
    spoil(pod, path, value)
    with pytest.raises(RefusedError, match=said):
        home.check(pod)


def test_an_unknown_value_is_refused(home: Namespace) -> None:
    with pytest.raises(RefusedError, match="nonsense"):
        Release(home, []).install("nonsense=1", "image.tag=old", "secret.name=kring")
    assert home.get("pods") == []
